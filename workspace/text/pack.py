"""Revision texts as small bytes, any one of them readable at once.

Each row is the difference to the text of an earlier revision, which `chains` chooses by the number. However long a
history grows, a read decodes at most one row that stands alone and 40 small differences.

A row begins with one byte that says how it was made:

- alone: a zstd frame without the magic number, with zstd's checksum of its content.
- difference: CRC-32 of what follows (4 bytes, lowest first), the lower half of the CRC-32 of the whole text (2 bytes),
  how many bytes at the beginning and how many at the end are those of the earlier text (two varints), then what
  stands between them: as it is, deflated where it is short, or as a zstd frame; the dictionary of both is the earlier
  text around that place. Most revisions change one place: then this is far smaller than a frame of the whole text,
  and quicker to read.
- difference of earlier versions of the workspace: a frame of the whole text with checksum and dictionary, against
  the revision that `earlier_base_number` names.

The checksum of a row finds the damaged row itself, not only a wrong text at the end; the one of the text, that a
row is whole but not in its place.

Source: RFC 8878 (Zstandard), sections 3.1.1 (frame, checksum) and 5 (raw content as dictionary);
RFC 1951 (deflate).
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Callable
from hashlib import sha256
from typing import Final

import zstandard

from workspace.text.chains import DIGITS, LONGEST_CHAIN, RADIX, base_number, chain, dependents, earlier_base_number

__all__ = [
    "DIGITS",
    "LARGEST_TEXT",
    "LONGEST_CHAIN",
    "RADIX",
    "DamagedRevision",
    "base_number",
    "chain",
    "decode",
    "dependents",
    "dictionary_number",
    "earlier_base_number",
    "encode",
    "needs_dictionary",
    "read",
    "text_hash",
]

LARGEST_TEXT: Final = 64 * 1024 * 1024
"""Bytes of UTF-8; a row that claims more is damaged. Far above any paper, far below a machine's memory."""

_LEVEL: Final = 9
_LEVEL_ALONE: Final = 15
"""One revision in 12,341: it may take longer, and each read of a short history pays for its size."""
_ALONE: Final = b"\x01"
_WHOLE: Final = b"\x02"
_PLAIN: Final = b"\x03"
_PACKED: Final = b"\x04"
_DEFLATED: Final = b"\x05"
_DIFFERENCES: Final = (_PLAIN, _PACKED, _DEFLATED)
_SHORT: Final = 1024
"""Up to so many bytes deflate makes fewer than zstd, and undoes it at once."""
_NEAR: Final = 16 * 1024
"""Bytes of the earlier text on either side of a change in which words are looked for."""
_DEFLATE_WINDOW: Final = 32 * 1024
_ROW_CHECKED: Final = 5
_TEXT_CHECKED: Final = 7
"""Where the two checksums of a difference end."""
_LONGEST_VARINT: Final = 4
"""Bytes; enough for LARGEST_TEXT."""


class DamagedRevision(Exception):  # noqa: N818 - names what is damaged, as the other refusals do
    """A stored row does not give the text that was stored.

    `number` is the damaged (or missing) row; `reading` the revision that was asked for, which needs it.
    """

    def __init__(self, number: int, reading: int) -> None:
        super().__init__(f"revision {number} is damaged; revision {reading} needs it")
        self.number = number
        self.reading = reading


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
    if not dictionary:
        return _ALONE + _frame(data, b"", _LEVEL_ALONE)
    base = dictionary.encode()
    head, foot = _common_ends(base, data)
    kind, middle = _packed(data[head : len(data) - foot], _around(base, head, foot))
    row = _text_check(data) + _varint(head) + _varint(foot) + middle
    return kind + zlib.crc32(row, kind[0]).to_bytes(4, "little") + row


def decode(data: bytes, dictionary: str | None) -> str:
    """The text of a row. Raises: ValueError when row and dictionary do not give what was stored."""
    content = _unpack(data, dictionary.encode() if dictionary else b"")
    _check_text(data, content, None)
    return content.decode()


def needs_dictionary(data: bytes) -> bool:
    """Whether the row is a difference. Raises: ValueError when the row is none of ours."""
    kind = data[:1]
    if kind not in (_ALONE, _WHOLE, *_DIFFERENCES):
        raise ValueError("not a row of this store")
    return kind != _ALONE


def dictionary_number(number: int, data: bytes) -> int | None:
    """The revision whose text a row cannot be read without; None for a row that stands alone.

    Raises: ValueError when the row is none of ours.
    """
    if not needs_dictionary(data):
        return None
    return earlier_base_number(number) if data[:1] == _WHOLE else base_number(number)


def read(number: int, load: Callable[[int], bytes], hash_of: Callable[[int], str] | None = None) -> str:
    """The text of a revision.

    Args:
        number: the revision, from 1.
        load: the row of a revision; a LookupError means that it is missing.
        hash_of: the stored `text_hash` of a revision; given, the text is also checked against it.
    Raises: DamagedRevision naming the first row on the way that does not give what was stored;
        ValueError when the number is below 1.
    """
    rows = _rows(number, load)
    try:
        return _decode(rows, number, hash_of, is_thorough=False)
    except DamagedRevision:
        _decode(rows, number, hash_of, is_thorough=True)  # what is wrong may be an earlier row
        raise


def _rows(number: int, load: Callable[[int], bytes]) -> list[tuple[int, bytes]]:
    """The rows to decode, the one that stands alone first. A row may stand alone where its number gives a base."""
    base_number(number)  # raises for what can be no number
    rows: list[tuple[int, bytes]] = []
    at: int | None = number
    while at is not None:
        try:
            data = load(at)
            base = dictionary_number(at, data)
        except (LookupError, ValueError) as error:
            raise DamagedRevision(at, number) from error
        if base is None and needs_dictionary(data):
            raise DamagedRevision(at, number)
        rows.append((at, data))
        at = base
    return rows[::-1]


def _decode(
    rows: list[tuple[int, bytes]], reading: int, hash_of: Callable[[int], str] | None, *, is_thorough: bool
) -> str:
    """The text at the end of the chain, checked; the texts on the way are checked too if it is to be thorough.

    It stays bytes on the way, for speed.
    """
    content = b""
    for number, data in rows:
        try:
            content = _unpack(data, content)
            if is_thorough or number == reading:
                _check_text(data, content, hash_of(number) if hash_of is not None else None)
        except ValueError as error:
            raise DamagedRevision(number, reading) from error
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise DamagedRevision(reading, reading) from error


def _unpack(data: bytes, base: bytes) -> bytes:
    """What a row says, if the row is as it was stored. Raises: ValueError when it is not."""
    if not needs_dictionary(data):
        return _unframe(data[1:], b"", has_checksum=True)
    if not base:
        raise ValueError("the row is a difference, its dictionary is missing")
    if data[:1] == _WHOLE:
        return _unframe(data[1:], base, has_checksum=True)
    if zlib.crc32(data[_ROW_CHECKED:], data[0]) != int.from_bytes(data[1:_ROW_CHECKED], "little"):
        raise ValueError("damaged row: its checksum is another")
    head, at = _read_varint(data, _TEXT_CHECKED)
    foot, at = _read_varint(data, at)
    if head + foot > len(base):
        raise ValueError("the row keeps more than there was")
    middle = data[at:]
    if data[:1] == _PACKED:
        middle = _unframe(middle, _around(base, head, foot), has_checksum=False)
    elif data[:1] == _DEFLATED:
        middle = _inflated(middle, _around(base, head, foot))
    if head + len(middle) + foot > LARGEST_TEXT:
        raise ValueError("the row is larger than any text")
    whole = memoryview(base)
    return b"".join((whole[:head], middle, whole[len(base) - foot :]))


def _check_text(data: bytes, content: bytes, expected_hash: str | None) -> None:
    """Raises: ValueError when the row was made for another dictionary, or the text has another hash."""
    if data[:1] in _DIFFERENCES and _text_check(content) != data[_ROW_CHECKED:_TEXT_CHECKED]:
        raise ValueError("the row does not belong to its dictionary")
    if expected_hash is not None and sha256(content).hexdigest() != expected_hash:
        raise ValueError("the text has another hash")


def _text_check(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(4, "little")[: _TEXT_CHECKED - _ROW_CHECKED]


def _packed(middle: bytes, near: bytes) -> tuple[bytes, bytes]:
    """What replaced something, in the shortest way, and which way that is."""
    if len(middle) > _SHORT:
        found = _PACKED, _frame(middle, near, _LEVEL)
    else:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zdict=near[-_DEFLATE_WINDOW:])
        found = _DEFLATED, deflate.compress(middle) + deflate.flush()
    return found if len(found[1]) < len(middle) else (_PLAIN, middle)


def _inflated(data: bytes, near: bytes) -> bytes:
    """The other way for deflated ones. Raises: ValueError when it is not whole, or longer than what is deflated."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS, zdict=near[-_DEFLATE_WINDOW:])
    try:
        middle = inflate.decompress(data, _SHORT + 1)
    except zlib.error as error:
        raise ValueError(f"damaged row: {error}") from error
    if not inflate.eof or inflate.unused_data or len(middle) > _SHORT:
        raise ValueError("damaged row: its end is missing")
    return middle


def _frame(data: bytes, base: bytes, level: int) -> bytes:
    """A zstd frame; one without dictionary carries its own checksum."""
    options = zstandard.ZstdCompressionParameters.from_level(
        level,
        source_size=len(data),
        dict_size=len(base),
        window_log=_window_log(len(data) + len(base)),
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=True,
        write_checksum=not base,
        write_dict_id=False,
    )
    return zstandard.ZstdCompressor(dict_data=_raw(base), compression_params=options).compress(data)


def _unframe(frame: bytes, base: bytes, *, has_checksum: bool) -> bytes:
    """The content of a frame. Raises: ValueError when it is not whole, or claims to be larger than any text."""
    try:
        claimed = zstandard.get_frame_parameters(frame, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
        if claimed.has_checksum != has_checksum or claimed.content_size > LARGEST_TEXT:
            raise ValueError("not a row of this store")
        decompressor = zstandard.ZstdDecompressor(
            dict_data=_raw(base),
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            max_window_size=LARGEST_TEXT * 2,
        )
        return decompressor.decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ValueError(f"damaged row: {error}") from error


def _raw(content: bytes) -> zstandard.ZstdCompressionDict | None:
    if not content:
        return None
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _window_log(size: int) -> int:
    """Wide enough that the end of the text still sees the beginning of the dictionary."""
    return min(max((size + 1024).bit_length(), zstandard.WINDOWLOG_MIN), zstandard.WINDOWLOG_MAX)


def _around(base: bytes, head: int, foot: int) -> bytes:
    """The earlier text around the change, what was replaced at the end: it stands nearest to what replaces it."""
    whole, end = memoryview(base), len(base) - foot
    return b"".join((whole[end : end + _NEAR], whole[max(0, head - _NEAR) : end]))


def _common_ends(old: bytes, new: bytes) -> tuple[int, int]:
    """How many bytes are equal at the beginning, and at the end of what is left."""
    most = min(len(old), len(new))
    head = bisect_left(range(1, most + 1), True, key=lambda size: old[:size] != new[:size])
    rest = range(1, most - head + 1)
    return head, bisect_left(rest, True, key=lambda size: old[len(old) - size :] != new[len(new) - size :])


def _varint(number: int) -> bytes:
    """Seven bits in a byte, lowest first, the eighth says that more follow."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at a place, and the place behind it. Raises: ValueError where there is none."""
    number = shift = 0
    for place in range(at, min(at + _LONGEST_VARINT, len(data))):
        number |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            return number, place + 1
        shift += 7
    raise ValueError("damaged row: it ends too early")
