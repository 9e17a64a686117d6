"""Forms of accounts and sign-in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectChoice, SelectField

from workspace.web.forms import Form, LineField, MaxLength, Required, clean_line


class SignInForm(Form):
    email = EmailField(_l("E-Mail-Adresse"), [Required()], filters=[clean_line])
    password = PasswordField(_l("Passwort"), [Required()])


class LinkForm(Form):
    """The one button of a sign-in link."""


class CodeForm(Form):
    code = LineField(_l("Code aus der App oder Wiederherstellungscode"), [Required()])


class FactorForm(Form):
    code = LineField(_l("Sechsstelliger Code aus der App"), [Required()])


class ConfirmationForm(Form):
    password = PasswordField(_l("Passwort"), [Required()])
    code = LineField(_l("Code aus der App oder Wiederherstellungscode"))


class ForgottenForm(Form):
    email = EmailField(_l("E-Mail-Adresse"), [Required()], filters=[clean_line])


class AddressForm(Form):
    email = EmailField(_l("Neue E-Mail-Adresse"), [Required()], filters=[clean_line])


class ProfileForm(Form):
    name = LineField(_l("Vor- und Nachname"), [Required(), MaxLength("name_max")])
    organisation = LineField(_l("Kommune"), [MaxLength("name_max")])
    function = LineField(_l("Funktion"), [MaxLength("name_max")])
    languages = LineField(_l("Sprachen, die Sie sprechen"), [MaxLength("name_max")])
    prints = BooleanField(_l("Mein Name darf in Ausgaben gedruckt bleiben, auch wenn ich das Netzwerk verlasse"))


class PasswordForm(Form):
    old = PasswordField(_l("Bisheriges Passwort"))
    new = PasswordField(_l("Neues Passwort"), [Required()])


class LanguageForm(Form):
    language = SelectField(
        _l("Sprache der Oberfläche"),
        choices=[
            SelectChoice("", _l("wie im Browser")),
            SelectChoice("de", "Deutsch"),
            SelectChoice("en", "English"),
        ],
    )


class AdmitForm(Form):
    name = LineField(_l("Vor- und Nachname"), [Required(), MaxLength("name_max")])
    email = EmailField(_l("Dienstliche E-Mail-Adresse"), [Required()], filters=[clean_line])
    organisation = LineField(_l("Kommune"), [MaxLength("name_max")])
    function = LineField(_l("Funktion"), [MaxLength("name_max")])


class RolesForm(Form):
    coordination = BooleanField(_l("Koordination"))
    admin = BooleanField(_l("Technik"))
