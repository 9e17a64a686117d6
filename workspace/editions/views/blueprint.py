"""The one blueprint of all pages of publishing, and the sentences for what is refused."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from workspace.web.messages import add_messages

bp = Blueprint("editions", __name__)

add_messages(
    {
        "missing_abstract": _l("Es fehlt, worum es geht: zwei, drei Sätze, die in der Bibliothek stehen."),
        "missing_contact": _l("Es fehlt ein Kontakt für Rückfragen."),
        "missing_text": _l("Es fehlt der Text: Außer Schreibhinweisen steht nichts darin."),
        "missing_files": _l("Im Text steht ein Bild, zu dem es keine Datei gibt."),
        "missing_alt_texts": _l("Es fehlt eine Bildbeschreibung."),
        "not_ready": _l("Zur Veröffentlichung fehlt noch etwas."),
        "version_missing": _l("Bitte wählen Sie eine Fassung."),
        "cover_changed": _l(
            "Titel und Angaben wurden eben geändert. Bitte sehen Sie sie noch einmal an und reichen Sie dann ein."
        ),
        "submitted_already": _l("Von diesem Papier wartet schon eine Fassung auf Antwort."),
        "submission_answered": _l("Diese Einreichung ist schon beantwortet."),
        "submission_taken_back": _l("Die Arbeitsgruppe hat diese Einreichung zurückgenommen."),
        "slug_wrong": _l(
            "Die Adresse braucht 3 bis 60 Zeichen: kleine Buchstaben ohne Umlaute, Ziffern und Bindestriche, zum"
            " Beispiel beteiligung-mit-antwort."
        ),
        "slug_taken": _l("Diese Adresse hat schon ein anderes Papier. Bitte wählen Sie eine andere."),
        "withdrawn_already": _l("Diese Ausgabe ist schon zurückgezogen."),
        "paper.submit": _l("Einreichen kann die Leitung der Arbeitsgruppe, solange das Papier nicht ruht."),
        "submissions.see": _l("Eingereichte Fassungen sieht die Koordination."),
        "edition.publish": _l("Veröffentlichen kann die Koordination, solange die Einreichung auf Antwort wartet."),
        "edition.withdraw": _l("Eine Ausgabe zurückziehen kann die Koordination."),
    }
)
