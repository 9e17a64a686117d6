"""The sentence for each code that an action may refuse with. Features add their own with `add_messages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

_COMMON: dict[str, Any] = {
    "not_found": _l("Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt."),
    "forbidden": _l("Dazu fehlt Ihnen das Recht."),
    "invalid": _l("Bitte prüfen Sie Ihre Angaben."),
    "required": _l("Bitte füllen Sie dieses Feld aus."),
    "too_long": _l("Bitte kürzen Sie auf höchstens %(limit)s Zeichen, es sind %(now)s."),
    "taken": _l("Diesen Namen gibt es schon."),
    "race": _l(
        "Jemand anderes war im selben Augenblick schneller. Bitte sehen Sie nach und versuchen Sie es noch einmal."
    ),
    "no_author": _l("Das geht nur angemeldet."),
    "disk_full": _l(
        "Auf dem Server ist kein Platz mehr. Es wurde nichts gespeichert und nichts verändert. Bitte sagen Sie der"
        " Technik Bescheid."
    ),
    "sealed": _l("Dieser Inhalt ist versiegelt."),
    "busy": _l("Gerade wird viel geschrieben. Bitte versuchen Sie es gleich noch einmal."),
}
_MESSAGES: dict[str, Any] = dict(_COMMON)


def add_messages(messages: Mapping[str, Any]) -> None:
    """Add a feature's sentences (lazy translations). What any feature may refuse with keeps its sentence from here.

    Raises: ValueError when a code is there already with another feature's sentence.
    """
    for code, sentence in messages.items():
        if code in _COMMON:
            continue
        if code in _MESSAGES and _MESSAGES[code] is not sentence:
            raise ValueError(f"code {code} has a sentence already")
        _MESSAGES[code] = sentence


def message(code: str, values: Mapping[str, object] | None = None) -> str:
    """The sentence for a code in the reader's language; an unknown permission code reads as "forbidden"."""
    sentence = str(_MESSAGES.get(code, _MESSAGES["forbidden" if "." in code else "invalid"]))
    return sentence % dict(values) if values and "%(" in sentence else sentence


def known_codes() -> frozenset[str]:
    return frozenset(_MESSAGES)
