"""Passwords: how they are kept (Argon2id), and which are too easy to guess."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from workspace.config import settings
from workspace.errors import Invalid
from workspace.search import fold

LEET = str.maketrans("0134578@$!", "oieastbasi")
OWN_MIN = 3
"""Letters from which on a person's or the network's own word counts."""
FEW_SIGNS = 5
"""A password of fewer different signs is a pattern."""


@lru_cache(maxsize=4)
def _hasher(memory: int, rounds: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=memory)


def hasher() -> PasswordHasher:
    return _hasher(settings().argon2_memory_kib, settings().argon2_rounds)


@lru_cache(maxsize=4)
def _nobody(memory: int, rounds: int) -> str:
    return _hasher(memory, rounds).hash(secrets.token_urlsafe(16))


def nobodys_hash() -> str:
    """What is checked where there is no account, so that the answer takes as long."""
    return _nobody(settings().argon2_memory_kib, settings().argon2_rounds)


def hash_password(password: str) -> str:
    return hasher().hash(password.encode("utf-8", "replace"))


def matches(hashed: str, password: str) -> bool:
    """Whether this is the password; an unreadable hash matches nothing."""
    try:
        return hasher().verify(hashed, password[: settings().password_max].encode("utf-8", "replace"))
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made with other costs than are set now."""
    return hasher().check_needs_rehash(hashed)


def check_strength(password: str, own_words: Iterable[str]) -> None:
    """Refuse what is short or easily guessed. Nothing is asked of its letters, digits and signs.

    Args:
        own_words: names, addresses, the municipality, the network: a password made of them alone is refused.
    Raises: Invalid naming the field `new`.
    """
    if len(password) < settings().password_min:
        raise Invalid(fields={"new": "password_short"}, limit=settings().password_min)
    if len(password) > settings().password_max:
        raise Invalid(fields={"new": "password_long"}, limit=settings().password_max)
    if is_easy(password, own_words):
        raise Invalid(fields={"new": "password_common"})


def is_easy(password: str, own_words: Iterable[str] = ()) -> bool:
    """Whether a password is a well-known one, a pattern, or made of own words.

    >>> is_easy("Passwort1234!"), is_easy("Neustadt-2026", ["Neustadt"]), is_easy("Ein kurzer Satz ist gut.")
    (True, True, False)
    """
    if len(set(password)) < FEW_SIGNS or _is_sequence(password):
        return True
    common, own = _common(), frozenset(word for line in own_words for word in _words(line))
    plain = fold(password)
    letters = (_letters(plain), _letters(plain.strip("0123456789!?.,$%&#*+-_ ").translate(LEET)))
    return plain in common or any(_is_made_of(text, common, own) for text in letters)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    file = resources.files("workspace.accounts").joinpath("common_passwords.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line and not line.startswith("#"))


def _words(line: str) -> list[str]:
    """The words of a name or address, alone and together."""
    words = [word for word in re.split(r"[\W\d_]+", fold(line)) if len(word) >= OWN_MIN]
    return [*words, _letters(fold(line))]


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalpha())


def _is_sequence(password: str) -> bool:
    """Whether nearly each sign follows the one before: 123456789012, abcdefghijkl."""
    steps = [ord(after) - ord(before) for before, after in pairwise(password)]
    return sum(step in {0, 1, -1, -9, 9} for step in steps) > 0.8 * len(steps)


def _is_made_of(text: str, common: frozenset[str], own: frozenset[str]) -> bool:
    """Whether the letters are nothing but own words and at most two common ones.

    Keeps for each place the fewest common words with which one gets there.
    """
    fewest: list[int | None] = [0] + [None] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 40), end):
            before = fewest[start]
            if before is None:
                continue
            piece = text[start:end]
            cost = before if piece in own else before + 1 if piece in common else None
            if cost is not None and (fewest[end] is None or cost < (fewest[end] or 0)):
                fewest[end] = cost
    reached = fewest[len(text)]
    return bool(text) and reached is not None and reached <= 2
