"""Words of mails, and the bytes they become."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from jinja2 import UndefinedError

from workspace import clock
from workspace.config import Settings, using
from workspace.db import session
from workspace.mail import Letter, Mail, Recipient, compose, outbox
from workspace.mail.message import BadAddress, address_of, as_bytes, stuffed

MOMENT = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "mail"
SETTINGS = Settings(environment="test", base_url="https://papiere.example.org", mail_from="papiere@example.org")


def mail(**given: object) -> Mail:
    """A posted mail that is in no database."""
    values = {
        "kind": "probe", "to_name": "Jörg Müller-Lüdenscheidt", "to_address": "jm@stadt.example", "language": "de",
        "subject": "Grüße aus dem Netzwerk", "text": "Guten Tag\n.\n..Ende\n", "html": "<p>Guten Tag</p>",
        "message_id": "<abc@papiere.example.org>", "thread": "", "unsubscribe": "", "created_at": MOMENT,
    }  # fmt: skip
    return Mail(**{**values, **given})


def read(given: Mail, sender: str = "Netzwerk Bürgerbeteiligung") -> EmailMessage:
    with using(SETTINGS):
        return cast(EmailMessage, message_from_bytes(as_bytes(given, sender), policy=policy.default))


def probe(language: str | None) -> Letter:
    with using(SETTINGS):
        return compose("probe", language, name="Cora", network_name="Netz & Werk", at=MOMENT)


def test_a_mail_speaks_the_recipients_language_and_tells_local_time() -> None:
    german, english = probe(None), probe("en")
    assert german.subject == "Probe: Mails aus „Netz & Werk“ kommen an"
    assert "Guten Tag Cora," in german.text
    assert "30. November 2026 um 23:30 Uhr" in german.text
    assert "30 November 2026" in english.text
    assert "Guten Tag" not in english.text + english.html
    assert 'lang="en"' in english.html


def test_names_are_escaped_in_html_alone() -> None:
    assert "Netz &amp; Werk" in probe("de").html
    assert "Netz & Werk" in probe("de").text


def test_a_mail_never_goes_out_with_a_hole() -> None:
    with using(SETTINGS), pytest.raises(UndefinedError):
        compose("probe", "de", name="Cora", at=MOMENT)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("[!_]*.txt")), ids=lambda path: path.stem)
def test_every_message_has_a_subject_a_text_and_html(path: Path) -> None:
    assert "{% block subject %}" in path.read_text()
    assert path.with_suffix(".html").exists()


def test_a_message_has_all_its_headers_and_both_bodies() -> None:
    found = read(mail(thread="paper-k3j2", unsubscribe="https://papiere.example.org/unsubscribe/x"))
    assert found["From"] == "Netzwerk Bürgerbeteiligung <papiere@example.org>"
    assert found["To"] == "Jörg Müller-Lüdenscheidt <jm@stadt.example>"
    assert found["Subject"] == "Grüße aus dem Netzwerk"
    assert found["Message-ID"] == "<abc@papiere.example.org>"
    assert found["References"] == found["In-Reply-To"] == "<paper-k3j2@papiere.example.org>"
    assert found["List-Unsubscribe"] == "<https://papiere.example.org/unsubscribe/x>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    plain = found.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == ["Guten Tag", ".", "..Ende"]


def test_the_same_mail_is_the_same_bytes_at_each_attempt_but_for_boundaries() -> None:
    one, other = read(mail()), read(mail())
    for name in ("Message-ID", "Date", "Subject", "To"):
        assert one[name] == other[name]


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x0b", "\x85"])
def test_nobody_adds_a_header(break_: str) -> None:
    evil = f"Harmlos{break_}Bcc: opfer@example.org{break_}{break_}Text"
    found = read(mail(subject=evil, to_name=evil, thread=evil, unsubscribe=f"https://x/{evil}"), sender=evil)
    assert found["Bcc"] is None
    assert found.get_all("To") is not None
    assert len(found.get_all("To", [])) == 1
    assert found["Subject"].startswith("Harmlos")


@pytest.mark.parametrize(
    "address", ["", "ohne-at", "@stadt.example", "jörg@stadt.example", "a b@stadt.example", "a@", "a@b\r\nc", "a@@b"]
)
def test_an_address_no_server_takes_is_told_apart(address: str) -> None:
    with pytest.raises(BadAddress):
        address_of("Name", address)


def test_a_domain_with_umlauts_goes_in_ascii() -> None:
    assert address_of("", "info@köln.example").addr_spec == "info@xn--kln-sna.example"


@pytest.mark.parametrize(
    ("given", "sent"), [(b".\r\n", b"..\r\n"), (b"a\r\n.b\r\n", b"a\r\n..b\r\n"), (b"a.b\r\n", b"a.b\r\n")]
)
def test_dots_at_line_starts_are_doubled(given: bytes, sent: bytes) -> None:
    assert stuffed(given) == sent


@pytest.mark.usefixtures("db")
def test_posting_keeps_names_to_one_line_and_ids_apart() -> None:
    with clock.at(MOMENT):
        posted = [
            outbox.post(Letter("probe", "de", "Betreff", "Text", "<p>"), to=Recipient("A\r\nBcc: b@c.d", "a@b.example"))
            for _time in range(2)
        ]
    assert posted[0].to_name == "A Bcc: b@c.d"
    assert posted[0].message_id != posted[1].message_id
    session().rollback()
