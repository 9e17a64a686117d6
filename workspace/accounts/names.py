"""Names of people as pages show them."""

from __future__ import annotations

from flask_babel import gettext as _

from workspace.accounts.models import Member


def shown_name(member: Member | None) -> str:
    """The person's name; one who has left is "Ehemaliges Mitglied" in the reader's language."""
    return str(_("Ehemaliges Mitglied")) if member is None or member.has_left else member.name
