"""What an uploaded file really is: pictures are made anew from their pixels, PDF is kept, everything else refused."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from workspace.config import settings
from workspace.errors import Invalid, TooLarge

FORMATS = {"PNG": ("image/png", ".png"), "JPEG": ("image/jpeg", ".jpg"), "WEBP": ("image/webp", ".webp")}
ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".pdf": "PDF"}
PDF_START = b"%PDF-"


@dataclass(frozen=True)
class CleanFile:
    """A file as it is kept."""

    data: bytes
    media_type: str
    width: int | None = None
    height: int | None = None


def clean_file(name: str, data: bytes) -> CleanFile:
    """Check a file by its content and make it safe to keep.

    PNG, JPEG and WebP are decoded and encoded again, so that metadata and anything hidden is gone; the picture is
    turned upright first. PDF is kept as it is and only ever served as a download.

    Raises: TooLarge; Invalid when the content is no picture or PDF, or is not what the name says.
    """
    if len(data) > settings().attachment_max_bytes:
        raise TooLarge("file_too_large", {"file": "file_too_large"}, limit=settings().attachment_max_bytes // 10**6)
    ending = "." + name.rpartition(".")[2].lower() if "." in name else ""
    expected = ENDINGS.get(ending)
    if expected is None:
        raise Invalid("file_type", {"file": "file_type"})
    if expected == "PDF":
        if not data.startswith(PDF_START):
            raise Invalid("file_content", {"file": "file_content"})
        return CleanFile(data, "application/pdf")
    return _clean_picture(data, expected)


def _clean_picture(data: bytes, expected: str) -> CleanFile:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(FORMATS)) as opened:
                if opened.format != expected:
                    raise Invalid("file_content", {"file": "file_content"})
                if opened.width * opened.height > settings().picture_max_pixels:
                    megapixels = settings().picture_max_pixels // 10**6
                    raise TooLarge("picture_too_large", {"file": "picture_too_large"}, limit=megapixels)
                upright = ImageOps.exif_transpose(opened)
                return _encoded(upright, expected)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        code = "picture_too_large" if isinstance(error, Image.DecompressionBombError | Warning) else "file_content"
        raise Invalid(code, {"file": code}, limit=settings().picture_max_pixels // 10**6) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Invalid("file_content", {"file": "file_content"}) from error


def _encoded(picture: Image.Image, kind: str) -> CleanFile:
    """Only pixels go into the new file: no profile, no comment, no place where it was taken."""
    mode = "RGB" if kind == "JPEG" or picture.mode not in {"RGBA", "LA", "PA", "P", "L", "1"} else "RGBA"
    if picture.mode in {"L", "1"}:
        mode = "L"
    bare = picture.convert(mode)
    bare.info.clear()
    out = io.BytesIO()
    options: dict[str, bool | int] = {"optimize": True} if kind == "PNG" else {"quality": 88}
    bare.save(out, kind, **options)
    return CleanFile(out.getvalue(), FORMATS[kind][0], bare.width, bare.height)
