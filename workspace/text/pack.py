"""Revision texts as small bytes, any one of them readable at once.

Each row is one zstd frame whose dictionary is the text of an earlier revision, chosen by the digits of
the revision's number (base 16): one step back in the lowest digit that is not zero. However long a
history grows, a read decodes at most one row that stands alone and 45 small differences.

A row is one byte that says how it was made, then a zstd frame without the magic number and with zstd's
checksum of its content. The checksum finds the damaged row itself, not only a wrong text at the end;
it costs the four bytes that the magic number saves.

Source: RFC 8878 (Zstandard), sections 3.1.1 (frame, checksum) and 5 (raw content as dictionary).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

import zstandard

RADIX: Final = 16
DIGITS: Final = 3
LONGEST_CHAIN: Final = DIGITS * (RADIX - 1)
LARGEST_TEXT: Final = 64 * 1024 * 1024
"""Bytes of UTF-8; a row that claims more is damaged. Far above any paper, far below a machine's memory."""

_LEVEL: Final = 9
_ALONE: Final = b"\x01"
_DIFFERENCE: Final = b"\x02"


class DamagedRevision(Exception):  # noqa: N818 - names what is damaged, as the other refusals do
    """A stored row does not give the text that was stored.

    `number` is the damaged (or missing) row; `reading` the revision that was asked for, which needs it.
    """

    def __init__(self, number: int, reading: int) -> None:
        super().__init__(f"revision {number} is damaged; revision {reading} needs it")
        self.number = number
        self.reading = reading


def base_number(number: int) -> int | None:
    """The revision whose text is the dictionary of this one; None when it stands alone.

    Revisions count from 1, so the digits are those of `number - 1`: 1, 4097, 8193 … stand alone.

    >>> base_number(2), base_number(17), base_number(257), base_number(1)
    (1, 1, 1, None)

    Raises: ValueError when the number is below 1.
    """
    if number < 1:
        raise ValueError("revisions count from 1")
    rest = number - 1
    step = 1
    for _ in range(DIGITS):
        if rest // step % RADIX:
            return number - step
        step *= RADIX
    return None


def dependents(number: int, newest: int) -> tuple[int, ...]:
    """All revisions up to `newest` that cannot be read without this one, in order.

    Raises: ValueError when a number is below 1.
    """
    needed = {number}
    end = (number - 1) // RADIX**DIGITS * RADIX**DIGITS + RADIX**DIGITS
    for other in range(number + 1, min(newest, end) + 1):
        if base_number(other) in needed:
            needed.add(other)
    return tuple(sorted(needed - {number}))


def text_hash(text: str) -> str:
    """SHA-256 of the text's UTF-8, in hexadecimal. Raises: ValueError for a lone surrogate."""
    return sha256(text.encode()).hexdigest()


def encode(text: str, dictionary: str | None) -> bytes:
    """The row of a text; `dictionary` is the whole text of `base_number`'s revision, or None.

    Raises: ValueError when the text is larger than LARGEST_TEXT or holds a lone surrogate.
    """
    data = text.encode()
    if len(data) > LARGEST_TEXT:
        raise ValueError("text too large to store")
    base = dictionary.encode() if dictionary else b""
    options = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL,
        source_size=len(data),
        dict_size=len(base),
        window_log=_window_log(len(data) + len(base)),
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=True,
        write_checksum=True,
        write_dict_id=False,
    )
    compressor = zstandard.ZstdCompressor(dict_data=_raw(base), compression_params=options)
    return (_DIFFERENCE if base else _ALONE) + compressor.compress(data)


def decode(data: bytes, dictionary: str | None) -> str:
    """The text of a row. Raises: ValueError when row and dictionary do not give what was stored."""
    return _unpack(data, dictionary.encode() if dictionary else b"").decode()


def needs_dictionary(data: bytes) -> bool:
    """Whether the row is a difference. Raises: ValueError when the row is none of ours."""
    kind = data[:1]
    if kind not in (_ALONE, _DIFFERENCE):
        raise ValueError("not a row of this store")
    return kind == _DIFFERENCE


def read(number: int, load: Callable[[int], bytes], hash_of: Callable[[int], str] | None = None) -> str:
    """The text of a revision.

    Args:
        number: the revision, from 1.
        load: the row of a revision; a LookupError means that it is missing.
        hash_of: the stored `text_hash` of a revision; given, the text is also checked against it.
    Raises: DamagedRevision naming the first row on the way that does not give what was stored;
        ValueError when the number is below 1.
    """
    chain = _chain(number, load)
    text = _decode_chain(chain, number, None)
    if hash_of is not None and text_hash(text) != hash_of(number):
        _decode_chain(chain, number, hash_of)
        raise DamagedRevision(number, number)
    return text


def _chain(number: int, load: Callable[[int], bytes]) -> list[tuple[int, bytes]]:
    """The rows to decode, the one that stands alone first. A row may stand alone where digits give a base."""
    chain: list[tuple[int, bytes]] = []
    at: int | None = number
    while at is not None:
        base = base_number(at)
        try:
            data = load(at)
            is_difference = needs_dictionary(data)
        except (LookupError, ValueError) as error:
            raise DamagedRevision(at, number) from error
        chain.append((at, data))
        if is_difference and base is None:
            raise DamagedRevision(at, number)
        at = base if is_difference else None
    return chain[::-1]


def _decode_chain(chain: list[tuple[int, bytes]], reading: int, hash_of: Callable[[int], str] | None) -> str:
    """The text at the end of the chain; it stays bytes on the way, for speed."""
    content = b""
    for number, data in chain:
        try:
            content = _unpack(data, content)
        except ValueError as error:
            raise DamagedRevision(number, reading) from error
        if hash_of is not None and sha256(content).hexdigest() != hash_of(number):
            raise DamagedRevision(number, reading)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise DamagedRevision(reading, reading) from error


def _unpack(data: bytes, base: bytes) -> bytes:
    """The UTF-8 of a row. Raises: ValueError when it is not what was stored."""
    if not needs_dictionary(data):
        base = b""
    elif not base:
        raise ValueError("the row is a difference, its dictionary is missing")
    try:
        frame = zstandard.get_frame_parameters(data[1:], format=zstandard.FORMAT_ZSTD1_MAGICLESS)
        if not frame.has_checksum or frame.content_size > LARGEST_TEXT:
            raise ValueError("not a row of this store")
        decompressor = zstandard.ZstdDecompressor(
            dict_data=_raw(base),
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            max_window_size=LARGEST_TEXT * 2,
        )
        return decompressor.decompress(data[1:], allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ValueError(f"damaged row: {error}") from error


def _raw(content: bytes) -> zstandard.ZstdCompressionDict | None:
    if not content:
        return None
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _window_log(size: int) -> int:
    """Wide enough that the end of the text still sees the beginning of the dictionary."""
    return min(max((size + 1024).bit_length(), zstandard.WINDOWLOG_MIN), zstandard.WINDOWLOG_MAX)
