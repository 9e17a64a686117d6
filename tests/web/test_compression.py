"""Answers are compressed for those who can read it."""

from __future__ import annotations

import gzip

import pytest
import zstandard

from tests.builders import make_paper
from tests.conftest import ClientFor
from tests.people import People

BROWSER = "gzip, deflate, br, zstd"


def unpacked(body: bytes, encoding: str | None) -> bytes:
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompress(body)
    return gzip.decompress(body) if encoding == "gzip" else body


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [(BROWSER, "zstd"), ("gzip, deflate", "gzip"), ("br", None), ("zstd;q=0, gzip", "gzip"), ("", None)],
)
def test_a_page_comes_as_its_reader_reads_it(
    people: People, client_for: ClientFor, accepted: str, expected: str | None
) -> None:
    path = f"/papers/{make_paper(people).key}"
    answer = client_for(people.lead).get(path, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == expected
    assert answer.content_length == len(answer.data)
    assert "Accept-Encoding" in answer.vary
    assert "Jede Kommune antwortet" in unpacked(answer.data, expected).decode()


@pytest.mark.parametrize("name", ["dist/paper.css", "dist/paper.js", "favicon.svg"])
@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_files_of_the_house_are_compressed_and_still_asked_for_once(
    people: People, client_for: ClientFor, name: str, encoding: str
) -> None:
    client = client_for(people.lead)
    plain = client.get(f"/static/{name}", buffered=True)
    answer = client.get(f"/static/{name}", headers={"Accept-Encoding": encoding}, buffered=True)
    assert answer.headers["Content-Encoding"] == encoding
    assert unpacked(answer.data, encoding) == plain.data
    assert answer.headers["ETag"] == f"W/{plain.headers['ETag']}"
    again = client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


def test_what_is_compressed_in_itself_stays_as_it_is(people: People, client_for: ClientFor) -> None:
    answer = client_for(people.lead).get(
        "/static/fonts/source-sans-3.woff2", headers={"Accept-Encoding": BROWSER}, buffered=True
    )
    assert "Content-Encoding" not in answer.headers
    assert answer.data[:4] == b"wOF2"


def test_a_head_request_has_no_body_to_compress(people: People, client_for: ClientFor) -> None:
    answer = client_for(people.lead).head("/", headers={"Accept-Encoding": BROWSER})
    assert (answer.status_code, answer.data) == (200, b"")
    assert "Content-Encoding" not in answer.headers


def test_the_length_of_a_page_says_little(people: People, client_for: ClientFor) -> None:
    client = client_for(people.lead)
    pads = {len(client.get("/", headers={"Accept-Encoding": BROWSER}).headers["X-Padding"]) for _ in range(12)}
    assert len(pads) > 1
