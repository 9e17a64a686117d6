"""The log of the network: a sentence for every act, no word of a draft, filters, pages, a file for Excel."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import workspace
from tests.builders import make_paper
from tests.conftest import ClientFor
from tests.people import People, actor_of
from tests.world import SECRETS, SUBMITTED_TEXT, make_world
from workspace import clock
from workspace.accounts.models import Member
from workspace.coordination import log
from workspace.db import session
from workspace.events import Event, record
from workspace.papers import journal as papers

SOURCE = Path(workspace.__file__).parent


@pytest.fixture
def cora(client_for: ClientFor, people: People) -> FlaskClient:
    return client_for(people.coordination)


def recorded() -> Iterator[tuple[str, str]]:
    """(verb, file) of every event that the code writes."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in {"record", "_record"} or file.name == "events.py":
                continue
            verb = node.args[1]
            if isinstance(verb, ast.Name):  # a feature's own `_record` hands it on
                continue
            assert isinstance(verb, ast.Constant), f"{file}:{node.lineno} records a verb that nobody can find"
            yield str(verb.value), file.name


def test_every_act_has_its_sentence() -> None:
    verbs = {verb for verb, _file in recorded()}
    assert len(verbs) > 50
    assert verbs == set(log.SENTENCES) | log.PRIVATE
    assert not set(log.SENTENCES) & log.PRIVATE


def test_every_act_on_a_paper_has_its_sentence_in_the_papers_own_log() -> None:
    about = {
        "paper",
        "revision",
        "version",
        "file",
        "thread",
        "comment",
        "submission",
        "edition",
        "content",
        "rescue",
    }
    assert {verb for verb, _file in recorded() if verb.partition(".")[0] in about} == set(papers.SENTENCES)


def test_the_log_names_no_draft(people: People, cora: FlaskClient) -> None:
    make_world(people)
    page, file = cora.get("/coordination/log").text, cora.get("/coordination/log.csv").text
    assert "Emil Redaktion hat ein Papier begonnen." in page
    assert "Öffentliches Papier" in page
    for word in (*SECRETS, SUBMITTED_TEXT):
        assert word.lower() not in (page + file).lower()


def test_what_concerns_ones_own_account_alone_is_not_in_it(people: People, db: Session, cora: FlaskClient) -> None:
    for verb in log.PRIVATE:
        record(actor_of(people.reader), verb, subject_id=people.reader.id)
    session().commit()
    assert "Rudi Lesend" not in cora.get("/coordination/log?q=Rudi").text


def act(member: Member, verb: str, at: datetime, **more: object) -> None:
    with clock.at(at):
        record(actor_of(member), verb, **more)  # type: ignore[arg-type]


def test_it_is_narrowed_by_person_kind_group_and_period(people: People, db: Session, cora: FlaskClient) -> None:
    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    paper = make_paper(people)
    act(people.lead, "paper.parked", noon, paper_id=paper.id, group_id=people.quality.id)
    act(people.stranger, "paper.parked", noon + timedelta(days=1), group_id=people.other.id)
    act(people.admin, "backup.asked", noon - timedelta(days=1))
    session().commit()

    def told(asked: str) -> str:
        return cora.get(f"/coordination/log?{asked}").text

    assert "Clara Leitung lässt ein Papier ruhen" in told("q=Clara")
    assert "Sam Fremd lässt" not in told("q=Clara")
    assert "Sam Fremd lässt" in told(f"group={people.other.id}")
    assert "Clara Leitung lässt" not in told(f"group={people.other.id}")
    assert "Adam Admin hat eine Sicherung verlangt." in told("kind=operation")
    assert "lässt ein Papier ruhen" not in told("kind=operation")
    day = told("first=2026-03-29&last=2026-03-29")
    assert "Clara Leitung lässt" in day
    assert "Sam Fremd lässt" not in day
    assert "Sicherung" not in day
    assert "Dazu steht nichts im Protokoll." in told("q=Niemandsland")
    for odd in ("kind=x", "group=x", "first=gestern", "last=9999-12-31", "before=x", "first=0001-01-01"):
        assert cora.get(f"/coordination/log?{odd}").status_code == 200


def test_the_days_are_those_of_the_installation(people: People, db: Session, cora: FlaskClient) -> None:
    """Half past eleven in the evening of the 28th in Berlin is the 28th, whatever the clocks do that night."""
    act(people.lead, "paper.parked", datetime(2026, 3, 28, 22, 30, tzinfo=UTC), group_id=people.quality.id)
    session().commit()
    assert "Clara Leitung lässt" in cora.get("/coordination/log?last=2026-03-28").text
    assert "Clara Leitung lässt" not in cora.get("/coordination/log?first=2026-03-29").text


def test_long_logs_come_in_pages(people: People, db: Session, cora: FlaskClient) -> None:
    for hour in range(120):
        moment = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        session().add(
            Event(at=moment, actor_id=people.admin.id, verb="backup.asked", facts={}, subject_id=None)
        )  # fmt: skip
    session().commit()
    page = cora.get("/coordination/log?kind=operation").text
    seen = page.count("Sicherung verlangt")
    while 'rel="prev"' in page:
        address = page.split('rel="prev"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        assert "kind=operation" in address
        page = cora.get(address).text
        seen += page.count("Sicherung verlangt")
    assert seen == 120


def test_the_file_opens_in_excel_and_calculates_nothing(people: People, db: Session, cora: FlaskClient) -> None:
    people.lead.name = '=HYPERLINK("https://boese.example";"Klick")'
    people.quality.name = '@AG; mit "Zeichen"\nund Zeile'
    act(people.lead, "paper.parked", datetime(2026, 3, 29, 12, tzinfo=UTC), group_id=people.quality.id)
    session().commit()
    answer = cora.get("/coordination/log.csv?first=2026-03-29&last=2026-03-29")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in answer.data
    heads, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
    assert heads == ["Zeit", "Wer", "Art", "Was", "Arbeitsgruppe"]
    assert row[0] == "2026-03-29 14:00"
    assert [cell[:2] for cell in row[1:]] == ["'=", "Pa", "'=", "'@"]


def test_a_very_long_file_says_that_it_ends(
    people: People, db: Session, cora: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "EXPORT_MAX", 3)
    lines = cora.get("/coordination/log.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 3 + 1
    assert "Hier endet die Datei" in lines[-1]


def test_who_has_left_is_not_named(people: People, db: Session, cora: FlaskClient) -> None:
    act(people.lead, "paper.parked", datetime(2026, 3, 29, 12, tzinfo=UTC), group_id=people.quality.id)
    people.lead.left_at = people.lead.disabled_at = clock.now()
    session().commit()
    assert "Ehemaliges Mitglied lässt ein Papier ruhen" in cora.get("/coordination/log").text


def test_all_groups_at_a_glance(people: People, db: Session, cora: FlaskClient) -> None:
    world = make_world(people)
    page = cora.get("/coordination/groups").text
    for words in (
        "AG Qualität",
        "Clara Leitung",
        "AG Anderes",
        "Sam Fremd",
        "1 Entwurf",
        "1 eingereicht",
        "1 veröffentlicht",
    ):
        assert words in page
    assert "Noch keine" in page
    assert world.draft.title not in page
