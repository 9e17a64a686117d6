"""Refusals with a stable code. Actions raise them; `web.errors` gives them a status and words them."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """Base of all refusals. `code` is stable and worded by the web layer; `values` fill the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, object] = values


class NotFound(Refusal):
    """The thing does not exist, or this person may not know that it does."""

    def __init__(self, code: str = "not_found", **values: object) -> None:
        super().__init__(code, **values)


class Forbidden(Refusal):
    """The person may know the thing but not do this."""

    def __init__(self, code: str = "forbidden", **values: object) -> None:
        super().__init__(code, **values)


class Invalid(Refusal):
    """The input is wrong. `fields` maps a field's name to the code of its message."""

    def __init__(self, code: str = "invalid", fields: Mapping[str, str] | None = None, **values: object) -> None:
        super().__init__(code, **values)
        self.fields: Mapping[str, str] = fields or {}


class TooLarge(Invalid):
    """The input is larger than a limit in `config.py`."""


class Conflict(Refusal):
    """The act no longer fits the state of things; nothing was changed.

    `missing` names every piece that stands in the way, as codes.
    """

    def __init__(self, code: str, missing: tuple[str, ...] = (), **values: object) -> None:
        super().__init__(code, **values)
        self.missing = missing


class Gone(Refusal):
    """The thing existed and was taken away on purpose."""
