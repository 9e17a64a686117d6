"""Parts of addresses: refused as 404 where they cannot name anything."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

from workspace.db import MAX_ID


class IdConverter(IntegerConverter):
    """An id or number that a database can hold."""

    def to_python(self, value: str) -> int:
        if len(value) > 19:
            raise ValidationError
        number: int = super().to_python(value)
        if number > MAX_ID:
            raise ValidationError
        return number


class NumberConverter(IdConverter):
    """A revision or register number: 1 to 2³¹−1."""

    def to_python(self, value: str) -> int:
        number = super().to_python(value)
        if not 1 <= number < 2**31:
            raise ValidationError
        return number


class KeyConverter(BaseConverter):
    """The random key of a paper or the slug of a group."""

    regex = "[a-z0-9][a-z0-9-]{1,79}"


def init_app(app: Flask) -> None:
    app.url_map.converters.update(id=IdConverter, number=NumberConverter, key=KeyConverter)
