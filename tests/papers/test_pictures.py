"""What may be uploaded is made anew or refused, whatever its name says."""

from __future__ import annotations

import io
import random
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from PIL import Image

from tests.pictures import PDF, jpeg_of_scans, moving, photo_with_place, picture, png
from workspace.config import Settings, using
from workspace.errors import Invalid, TooLarge
from workspace.papers.pictures import clean_file

LONGEST = 2.0 * 5
"""Seconds; five times the bound, for busy machines."""


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    with using(Settings(environment="test", secret_key="x" * 40)):
        yield


def opened(data: bytes) -> Image.Image:
    made = Image.open(io.BytesIO(data))
    made.load()
    return made


@pytest.mark.parametrize(
    ("name", "kind", "media_type"),
    [
        ("a.png", "PNG", "image/png"),
        ("a.jpg", "JPEG", "image/jpeg"),
        ("a.JPEG", "JPEG", "image/jpeg"),
        ("a.webp", "WEBP", "image/webp"),
    ],
)
def test_pictures_are_kept_with_their_size(name: str, kind: str, media_type: str) -> None:
    clean = clean_file(name, picture(kind))
    assert (clean.media_type, clean.width, clean.height) == (media_type, 24, 16)
    assert opened(clean.data).format == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_person_and_comment_are_removed(kind: str) -> None:
    raw = photo_with_place(kind)
    assert b"Fotografin Geheim" in raw
    clean = clean_file(f"a.{kind.lower()}", raw)
    assert b"Geheim" not in clean.data
    assert not opened(clean.data).getexif()
    assert not {"comment", "exif", "xmp", "icc_profile"} & set(opened(clean.data).info)


def test_a_photo_is_turned_upright_before_it_forgets_how_it_was_held() -> None:
    clean = clean_file("a.jpg", photo_with_place(orientation=6))
    assert (clean.width, clean.height) == (16, 24)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixels_survives(mode: str) -> None:
    colour = {"1": 1, "L": 200, "LA": (200, 90), "P": 3, "RGB": (200, 10, 10), "RGBA": (200, 10, 10, 90)}
    raw = picture(mode=mode, colour=colour.get(mode, 200 * 256))
    before, after = opened(raw), opened(clean_file("a.png", raw).data)
    if mode == "I;16":
        assert after.getpixel((3, 3)) == 200
    else:
        assert after.convert("RGBA").getpixel((3, 3)) == before.convert("RGBA").getpixel((3, 3))


def test_a_camera_picture_with_previews_is_a_jpeg() -> None:
    out = io.BytesIO()
    Image.new("RGB", (24, 16), "red").save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    clean = clean_file("IMG_1.jpg", out.getvalue())
    assert clean.media_type == "image/jpeg"
    assert opened(clean.data).format == "JPEG"


def test_a_pdf_stays_byte_for_byte() -> None:
    assert clean_file("anlage.pdf", PDF).data == PDF
    assert clean_file("anlage.pdf", PDF).media_type == "application/pdf"


REFUSED = [
    ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_type"),
    ("a.gif", b"GIF89a", "file_type"),
    ("a.html", b"<script>", "file_type"),
    ("a", picture(), "file_type"),
    ("a.png", b"", "file_content"),
    ("a.png", b"<html><script>alert(1)</script>", "file_content"),
    ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_content"),
    ("a.png", picture("JPEG"), "file_content"),
    ("a.jpg", picture("PNG"), "file_content"),
    ("a.webp", picture("PNG"), "file_content"),
    ("a.png", picture()[:40], "file_content"),
    ("a.jpg", picture("JPEG", size=(600, 600))[:400], "file_content"),
    ("a.png", b"PK\x03\x04" + b"\0" * 100, "file_content"),
    ("a.pdf", picture(), "file_content"),
    ("a.pdf", b"<html>%PDF-1.4 %%EOF", "file_content"),
    ("a.pdf", PDF[:40], "file_content"),
    ("a.png", moving("PNG"), "file_moves"),
    ("a.webp", moving("WEBP"), "file_moves"),
]


@pytest.mark.parametrize(("name", "data", "code"), REFUSED, ids=lambda value: str(value)[:24])
def test_what_is_no_still_picture_and_no_pdf_is_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_file(name, data)
    assert refused.value.code == code
    assert refused.value.fields == {"file": code}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (png(60_000, 60_000), TooLarge),
        (png(2**31 - 1, 2**31 - 1), Invalid),
        (png(8000, 5001), TooLarge),
        (png(4000, 4000, (b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 200_000_000))), Invalid),
        (png(4000, 4000, (b"zTXt", b"k\0\0" + zlib.compress(b"a" * 200_000_000))), Invalid),
    ],
    ids=["3600 megapixels", "largest", "just too large", "profile bomb", "text bomb"],
)
def test_bombs_are_refused_quickly(data: bytes, error: type[Invalid]) -> None:
    start = time.perf_counter()
    with pytest.raises(error):
        clean_file("a.png", data)
    assert time.perf_counter() - start < LONGEST


def test_a_jpeg_of_countless_scans_is_refused_quickly() -> None:
    data = jpeg_of_scans(500)
    start = time.perf_counter()
    with pytest.raises(Invalid, match="file_content"):
        clean_file("a.jpg", data)
    assert time.perf_counter() - start < LONGEST


def test_what_is_hidden_behind_a_picture_does_not_come_along() -> None:
    hidden = b"<script>alert(document.cookie)</script>PK\x03\x04"
    for name, kind in (("a.png", "PNG"), ("a.jpg", "JPEG")):
        assert b"<script" not in clean_file(name, picture(kind) + hidden).data


def test_a_file_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge, match="file_too_large"):
        clean_file("a.png", b"\0" * 20_000_001)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damaged_files_are_taken_or_refused_but_never_break(kind: str) -> None:
    chance = random.Random(20260314)
    whole = photo_with_place(kind)
    for _attempt in range(150):
        damaged = bytearray(whole)
        for _hit in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = chance.choice((len(damaged), chance.randrange(len(damaged))))
        with suppress(Invalid):
            assert b"Geheim" not in clean_file(f"a.{kind.lower()}", bytes(damaged[:cut])).data
