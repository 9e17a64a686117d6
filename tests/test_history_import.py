"""`workspace import-history`: a real history goes in through the same actions, or a sentence says why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.people import People
from workspace.accounts.models import Member
from workspace.cli import main, sentences
from workspace.config import Settings
from workspace.errors import Invalid, NotFound, Refusal
from workspace.groups.models import GroupMember
from workspace.papers.models import Paper, PaperKind, Revision, Source
from workspace.papers.queries import contributors_of
from workspace.papers.store import text_of
from workspace.sample.history import import_history

TEXTS = ["# Handbuch\n\nErster Satz.\n", "# Handbuch\n\nErster Satz. Zweiter Satz.\n", "# Handbuch\n\nZweiter Satz.\n"]
ROWS: list[dict[str, Any]] = [
    {"file": "r00000.md", "author": "a0", "date": 1561365912},
    {"file": "r00001.md", "author": "a1", "date": "2019-07-01T12:00:00+02:00"},
    {"file": "r00002.md", "author": 7, "date": "2019-07-02T12:00:00"},
]


def write(folder: Path, rows: Any = None, texts: list[str] | None = None, **meta: Any) -> Path:
    """A history's folder."""
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(TEXTS if texts is None else texts):
        (folder / f"r{number:05}.md").write_text(text, encoding="utf-8", newline="")
    given = {"source": "somewhere", "revisions": ROWS if rows is None else rows, **meta}
    (folder / "meta.json").write_text(json.dumps(given), encoding="utf-8")
    return folder


def bring_in(folder: Path, people: People, **options: str) -> Paper:
    return import_history(
        folder, **{"group_key": people.quality.key, "title": "Handbuch", "kind": "working_paper", **options}
    )


def test_a_history_becomes_a_paper_with_its_authors_and_times(db: Session, people: People, tmp_path: Path) -> None:
    paper = bring_in(write(tmp_path), people)
    revisions = (
        db.scalars(select(Revision).where(Revision.paper_id == paper.id).order_by(Revision.number)).unique().all()
    )
    assert [text_of(paper, number) for number in (1, 2, 3)] == TEXTS
    assert [revision.created_at for revision in revisions] == [
        datetime(2019, 6, 24, 8, 45, 12, tzinfo=UTC),
        datetime(2019, 7, 1, 10, 0, tzinfo=UTC),
        datetime(2019, 7, 2, 12, 0, tzinfo=UTC),
    ]
    assert [revision.committer.name for revision in revisions] == ["Mitglied a0", "Mitglied a1", "Mitglied 7"]
    assert {revision.source for revision in revisions[1:]} == {Source.IMPORT}
    assert len(contributors_of(paper)) == 3
    assert (paper.kind, paper.head_number) == (PaperKind.WORKING_PAPER, 3)


def test_its_authors_are_editors_whom_nobody_can_write_to(db: Session, people: People, tmp_path: Path) -> None:
    bring_in(write(tmp_path), people)
    authors = db.scalars(select(Member).where(Member.name.like("Mitglied %"))).unique().all()
    assert len(authors) == 3
    for author in authors:
        assert author.email.endswith("@import.example")
        assert author.password_hash is None
        role = db.scalar(select(GroupMember.role).where(GroupMember.member_id == author.id))
        assert role == "editor"


def test_a_second_import_finds_the_same_authors(db: Session, people: People, tmp_path: Path) -> None:
    first = bring_in(write(tmp_path), people)
    second = bring_in(tmp_path, people, title="Handbuch, noch einmal")
    assert first.key != second.key
    assert db.scalar(select(func.count(Member.id)).where(Member.name.like("Mitglied %"))) == 3


def test_a_revision_that_changes_nothing_is_no_revision(db: Session, people: People, tmp_path: Path) -> None:
    same = [TEXTS[0], TEXTS[0].replace("\n", "\r\n"), TEXTS[1]]
    assert bring_in(write(tmp_path, texts=same), people).head_number == 2


def without(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != name} for row in rows]


def changed(**values: Any) -> list[dict[str, Any]]:
    """The history with a wrong second row."""
    return [ROWS[0], {**ROWS[1], **values}, ROWS[2]]


@pytest.mark.parametrize("rows", [[], {}, {"file": "r00000.md"}, "r00000.md", 5])
def test_a_meta_file_without_a_list_is_refused(db: Session, people: People, tmp_path: Path, rows: Any) -> None:
    assert_refused(db, people, write(tmp_path, rows=rows), "history_meta")


@pytest.mark.parametrize("words", ["", "[]", "null", "{", '{"revisions": ', "[" * 100_000, "\ufeff{}", '{"rows": []}'])
def test_a_meta_file_that_is_none_is_refused(db: Session, people: People, tmp_path: Path, words: str) -> None:
    (write(tmp_path) / "meta.json").write_text(words, encoding="utf-8")
    assert_refused(db, people, tmp_path, "history_meta")


def test_a_folder_without_a_meta_file_is_refused(db: Session, people: People, tmp_path: Path) -> None:
    (write(tmp_path) / "meta.json").unlink()
    assert_refused(db, people, tmp_path, "history_meta")


@pytest.mark.parametrize(
    "rows",
    [
        [None],
        ["r00000.md"],
        [[]],
        without(ROWS, "file"),
        without(ROWS, "author"),
        without(ROWS, "date"),
        changed(file=5),
        changed(file=None),
        changed(file="../r00001.md"),
        changed(file="/etc/passwd"),
        changed(file="r00001.md\x00"),
        changed(file="r00001.md\n"),
        changed(file="r00001.txt"),
        changed(file="r١.md"),
        changed(file="sub/r00001.md"),
        changed(author=""),
        changed(author="x@evil.example"),
        changed(author=["a"]),
        changed(author="a" * 100),
        changed(date="gestern"),
        changed(date=None),
        changed(date=1e30),
        changed(date=float("nan")),
        changed(date="0001-01-01T00:00:00+23:00"),
    ],
)
def test_a_row_that_names_nothing_is_refused(db: Session, people: People, tmp_path: Path, rows: Any) -> None:
    assert_refused(db, people, write(tmp_path, rows=rows), "history_row")


# Files


def test_a_file_that_is_not_there_is_refused(db: Session, people: People, tmp_path: Path) -> None:
    assert_refused(db, people, write(tmp_path, rows=changed(file="r99999.md")), "history_file")


def test_a_file_that_leads_elsewhere_is_refused(db: Session, people: People, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Geheim", encoding="utf-8")
    folder = write(tmp_path / "history")
    (folder / "r00001.md").unlink()
    (folder / "r00001.md").symlink_to(secret)
    assert_refused(db, people, folder, "history_file")


def test_a_folder_in_place_of_a_file_is_refused(db: Session, people: People, tmp_path: Path) -> None:
    (write(tmp_path) / "r00001.md").unlink()
    (tmp_path / "r00001.md").mkdir()
    assert_refused(db, people, tmp_path, "history_file")


def test_broken_encoding_is_refused_before_anything_is_brought_in(db: Session, people: People, tmp_path: Path) -> None:
    (write(tmp_path) / "r00002.md").write_bytes("Größe".encode("latin-1"))
    assert_refused(db, people, tmp_path, "history_encoding")


def test_an_empty_revision_is_refused(db: Session, people: People, tmp_path: Path) -> None:
    assert_refused(db, people, write(tmp_path, texts=[TEXTS[0], " \n\n", TEXTS[2]]), "history_empty")


def test_a_revision_larger_than_a_paper_is_refused(
    db: Session, people: People, tmp_path: Path, settings: Settings
) -> None:
    texts = [TEXTS[0], "x" * (settings.paper_max_bytes + 1), TEXTS[2]]
    assert_refused(db, people, write(tmp_path, texts=texts), "history_too_large")


def test_a_group_that_is_not_there_is_refused(db: Session, people: People, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no_group"):
        bring_in(write(tmp_path), people, group_key="ag-nirgends")


def test_a_paper_needs_a_title(db: Session, people: People, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        bring_in(write(tmp_path), people, title="")
    assert dict(refused.value.fields) == {"title": "required"}


# The command


def test_the_command_prints_where_the_paper_is(
    db: Session, people: People, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "history")
    monkeypatch.setenv("WORKSPACE_DATABASE_URL", database_url)
    words = ["import-history", str(folder), "--title", " Das Handbuch ", "--kind", "working_paper", "--group"]
    done = CliRunner().invoke(main, [*words, people.quality.key])
    assert done.exit_code == 0, done.output
    db.rollback()
    paper = db.scalars(select(Paper)).one()
    assert done.output == f"3 revisions: http://127.0.0.1:8000/papers/{paper.key}\n"
    assert paper.title == "Das Handbuch"
    missing = CliRunner().invoke(main, [*words, "ag-nirgends"])
    assert (missing.exit_code, missing.output) == (1, "Error: There is no group with the key ag-nirgends.\n")
    (folder / "meta.json").unlink()
    broken = CliRunner().invoke(main, [*words, people.quality.key])
    assert broken.exit_code == 1
    assert broken.output.startswith("Error: meta.json must hold")


def assert_refused(db: Session, people: People, folder: Path, code: str) -> None:
    """Refused with this code and a sentence for it, and nothing brought in."""
    with pytest.raises(Refusal) as refused:
        bring_in(folder, people)
    assert refused.value.code == code
    assert not any(sentence.startswith("Refused") for sentence in sentences(refused.value))
    db.rollback()
    assert db.scalar(select(func.count(Paper.id))) == 0
    assert db.scalar(select(func.count(Member.id)).where(Member.name.like("Mitglied %"))) == 0
