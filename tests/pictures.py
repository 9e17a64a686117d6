"""Picture files of all sorts, made when asked for."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (24, 16), **options: Any) -> bytes:
    """A plain picture as a file of this kind."""
    out = io.BytesIO()
    Image.new(mode, size, options.pop("colour", 0)).save(out, kind, **options)
    return out.getvalue()


def photo_with_place(kind: str = "JPEG", *, orientation: int = 1) -> bytes:
    """A photo whose metadata tells where it was taken, by whom, and how to turn it."""
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.Artist] = orientation, "Fotografin Geheim"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (48.0, 7.0, 59.0)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] = "N"
    options: dict[str, Any] = {"comment": b"Geheimer Kommentar"} if kind == "JPEG" else {}
    return picture(kind, exif=exif, **options)


def moving(kind: str) -> bytes:
    """Two pictures in one file that take turns."""
    out = io.BytesIO()
    first, second = Image.new("RGB", (24, 16), "red"), Image.new("RGB", (24, 16), "blue")
    first.save(out, kind, save_all=True, append_images=[second])
    return out.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes], data: bytes = b"\0" * 100) -> bytes:
    """A PNG written by hand that may lie about its size or hold anything."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def jpeg_of_scans(scans: int, size: tuple[int, int] = (1200, 1200)) -> bytes:
    """A small progressive JPEG of many empty scans, each of which is a pass over the whole picture."""
    made = picture("JPEG", size=size, progressive=True)
    at = made.index(b"\xff\xda")
    length = struct.unpack(">H", made[at + 2 : at + 4])[0]
    ends = made.index(b"\xff", at + 2 + length)
    return made[:at] + made[at:ends] * scans + made[ends:]
