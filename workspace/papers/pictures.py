"""What an uploaded file really is: pictures are made anew from their pixels, PDF is kept, everything else refused."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

from workspace.config import settings
from workspace.errors import Invalid, TooLarge

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".pdf": "PDF"}
PDF_START, PDF_END = b"%PDF-", b"%%EOF"
PDF_TAIL = 2048
"""Bytes at the end in which a whole PDF says that it ends."""
JPEG_SCAN = b"\xff\xda"
JPEG_SCANS = 100
"""A progressive picture comes in about ten scans, its small preview in ten more; each costs a pass over all pixels."""
ONE_AT_A_TIME = Lock()
"""A picture of 40 megapixels takes 320 MB while it is made anew: the others wait."""


@dataclass(frozen=True)
class CleanFile:
    """A file as it is kept. Width and height are pixels; None for what is no picture."""

    data: bytes
    media_type: str
    width: int | None = None
    height: int | None = None


def clean_file(name: str, data: bytes) -> CleanFile:
    """Check a file by its content and make it safe to keep.

    PNG, JPEG and WebP are decoded and encoded again, so that metadata and anything hidden is gone; the picture is
    turned upright first. PDF is kept as it is and only ever served as a download.

    Raises: TooLarge; Invalid when the content is no picture or PDF, moves, or is not what the name says.
    """
    limit = settings().attachment_max_bytes
    if len(data) > limit:
        raise TooLarge("file_too_large", {"file": "file_too_large"}, limit=limit // 10**6)
    expected = ENDINGS.get("." + name.rpartition(".")[2].lower()) if "." in name else None
    if expected is None:
        raise _refused("file_type")
    if expected == "PDF":
        if not data.startswith(PDF_START) or PDF_END not in data[-PDF_TAIL:]:
            raise _refused("file_content")
        return CleanFile(data, "application/pdf")
    with ONE_AT_A_TIME:
        return _clean_picture(data, expected)


def _refused(code: str) -> Invalid:
    return Invalid(code, {"file": code})


def _clean_picture(data: bytes, expected: str) -> CleanFile:
    too_many = settings().picture_max_pixels
    if expected == "JPEG" and data.count(JPEG_SCAN) > JPEG_SCANS:
        raise _refused("file_content")
    try:
        with warnings.catch_warnings():
            # About size our own limit decides, below; odd metadata goes anyway.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=list(MEDIA_TYPES)) as opened:
                if _kind(opened) != expected:
                    raise _refused("file_content")
                if opened.width * opened.height > too_many:
                    raise TooLarge("picture_too_large", {"file": "picture_too_large"}, limit=too_many // 10**6)
                # A camera's "multi picture" JPEG holds previews behind the picture; it does not move.
                if opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1:
                    raise _refused("file_moves")
                return _encoded(ImageOps.exif_transpose(opened), expected)
    except Image.DecompressionBombError as error:
        raise TooLarge("picture_too_large", {"file": "picture_too_large"}, limit=too_many // 10**6) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, LookupError, struct.error, zlib.error) as error:
        raise _refused("file_content") from error


def _kind(opened: Image.Image) -> str | None:
    return "JPEG" if opened.format == "MPO" else opened.format


def _encoded(picture: Image.Image, kind: str) -> CleanFile:
    """Only pixels go into the new file: no profile, no comment, no place where it was taken."""
    bare = picture.convert(_mode(picture, kind)) if not picture.mode.startswith("I") else _in_8_bits(picture)
    bare.info.clear()
    out = io.BytesIO()
    if kind == "PNG":
        bare.save(out, "PNG", compress_level=6)
    else:
        bare.save(out, kind, quality=88)
    return CleanFile(out.getvalue(), MEDIA_TYPES[kind], bare.width, bare.height)


def fitted(clean: CleanFile, width: int, height: int) -> CleanFile:
    """A clean picture, made smaller where it is larger than this box of pixels."""
    if (clean.width or 0) <= width and (clean.height or 0) <= height:
        return clean
    with ONE_AT_A_TIME, Image.open(io.BytesIO(clean.data)) as opened:
        kind = opened.format or "PNG"
        picture = opened.convert("RGBA") if opened.mode == "P" else opened.copy()
    picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    return _encoded(picture, kind)


def _mode(picture: Image.Image, kind: str) -> str:
    """The simplest way to write these pixels: grey, colours of a palette, colours, colours with transparency."""
    if kind == "JPEG":
        return "L" if picture.mode in {"L", "1"} else "RGB"
    if picture.has_transparency_data:
        return "RGBA"
    if picture.mode in {"L", "1"}:
        return "L"
    return "P" if picture.mode == "P" and kind == "PNG" else "RGB"


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """A grey picture of 16 bits; a plain conversion would cut every light tone to white."""
    return picture.convert("I").point(lambda value: value / 256).convert("L")
