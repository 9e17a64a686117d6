"""Words for what the technical administration shows."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from workspace.network.legal import LegalPage
from workspace.network.views.legal import TITLES
from workspace.operation.checks import Finding
from workspace.web.i18n import fmt_datetime

MAIL_KINDS: dict[str, Any] = {"probe": _l("Probemail"), "notices/mail": _l("Hinweise")}
"""Name of a mail's template → what it is called. Subjects are not shown: they may name a draft."""
JOB_NAMES: dict[str, Any] = {
    "operation.backup": _l("Sicherung"),
    "operation.retention": _l("Altes löschen"),
    "papers.sittings": _l("Liegen gebliebene Änderungen festhalten"),
    "notices.at_once": _l("Hinweise, die sofort kommen"),
    "notices.daily": _l("Tägliche Zusammenfassungen"),
    "notices.weekly": _l("Wöchentliche Zusammenfassungen"),
    "notices.mail": _l("Hinweise an eine Person"),
}
MAIL_STATES: dict[str, Any] = {
    "waiting": _l("wartet"),
    "sending": _l("wird verschickt"),
    "handing": _l("wird verschickt"),
    "sent": _l("verschickt"),
    "unsure": _l("ungewiss"),
    "refused": _l("abgelehnt"),
    "expired": _l("aufgegeben"),
    "held": _l("angehalten"),
}
JOB_STATES: dict[str, Any] = {
    "waiting": _l("wartet"),
    "running": _l("läuft"),
    "done": _l("erledigt"),
    "failed": _l("gescheitert"),
}
BACKUP_KINDS: dict[str, Any] = {
    "nightly": _l("nachts"),
    "manual": _l("von Hand"),
    "upgrade": _l("vor einer Aktualisierung"),
}
ERRORS: dict[str, Any] = {
    "address": _l("Diese Adresse nimmt kein Mailserver an."),
    "interrupted": _l("Mittendrin abgebrochen."),
    "disk_full": _l("Kein Platz mehr auf dem Datenträger."),
    "not_writable": _l("Der Ordner für Sicherungen ist nicht beschreibbar."),
    "other_hash": _l("Die Sicherung ließ sich nicht unverändert zurückholen."),
    "unreadable": _l("Die Sicherung ließ sich nicht lesen."),
}


def error_words(error: str) -> str:
    """A kept error in words; a mail server's own words stay as they are."""
    return str(ERRORS.get(error, error))


def bytes_words(size: int) -> str:
    """3,1 MB"""
    for unit, step in (("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)):
        if size >= step:
            return f"{format_decimal(round(size / step, 1))} {unit}"
    return f"{size} B"


def finding_words(found: Finding) -> str:
    """What is wrong and what to do, as a sentence or two."""
    given: dict[str, Any] = {name: fmt_datetime(v) if name == "at" else v for name, v in found.values.items()}  # type: ignore[arg-type]
    sentences = {
        "old_schema": _("Das Datenbankschema ist nicht auf dem neuesten Stand. Rufen Sie „workspace upgrade“ auf."),
        "disk_low": _("Es sind nur noch %(megabytes)s MB frei. Schaffen Sie Platz.", **_picked(given, "megabytes")),
        "no_worker": _("Es läuft kein Arbeiter: Mails und Sicherungen bleiben liegen. Starten Sie den Server neu."),
        "jobs_failed": _("Aufgaben sind gescheitert: %(count)s.", **_picked(given, "count")),
        "jobs_late": _("Aufgaben warten, und niemand erledigt sie."),
        "no_mail_server": _("Es ist kein Mailserver eingerichtet: Mails bleiben liegen und verfallen."),
        "mails_failed": _("Mails sind nicht sicher angekommen: %(count)s.", **_picked(given, "count")),
        "mails_late": _("Mails warten seit mehr als einer Stunde auf den Mailserver."),
        "no_backup": _("Es gibt noch keine Sicherung."),
        "backup_old": _("Die neueste Sicherung ist vom %(at)s.", **_picked(given, "at")),
        "clock_behind": _("Die Uhr geht nach: Im Protokoll steht schon der %(at)s.", **_picked(given, "at")),
        "unnamed": _("Das Netzwerk hat noch keinen Namen."),
        "not_set_up": _("Die Einrichtung ist noch nicht abgeschlossen."),
        "legal_gaps": _(
            "Rechtliche Seiten haben noch Lücken (%(count)s): %(pages)s.",
            count=given.get("count", 0),
            pages=", ".join(str(TITLES[LegalPage(p)]) for p in given.get("pages", ())),
        ),
        "clock_differs": _("Die Uhren dieses Rechners und der Datenbank gehen verschieden."),
    }
    return str(sentences[found.code])


def _picked(given: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: given.get(name, "")}


PLACES = {
    "jobs_failed": "operation.jobs", "jobs_late": "operation.jobs", "mails_failed": "operation.mails",
    "mails_late": "operation.mails", "no_mail_server": "setup.mail", "no_backup": "operation.backups",
    "unnamed": "setup.overview", "not_set_up": "setup.overview", "legal_gaps": "network.edit_settings",
    "backup_old": "operation.backups", "disk_low": "operation.overview", "no_worker": "operation.overview",
}  # fmt: skip
"""Finding → the page where one sees more."""
