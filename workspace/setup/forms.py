"""The form of the first account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField

from workspace.accounts.forms import AdmitForm
from workspace.web.forms import Required


class FirstAccountForm(AdmitForm):
    new = PasswordField(_l("Passwort"), [Required()])
