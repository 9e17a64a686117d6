"""The sample network: believable, complete, the same each time, and only ever in an empty database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.sample_database import loaded_sample
from workspace import clock, migrations
from workspace.accounts.models import Member, Organisation
from workspace.config import Settings, using
from workspace.db import make_engine, make_sessions, session_scope
from workspace.discussion.models import Comment, Thread, ThreadKind
from workspace.discussion.placing import places
from workspace.editions.models import Edition, EditionState, Submission, SubmissionState
from workspace.errors import Conflict
from workspace.events import Event
from workspace.groups.models import Group, GroupMember
from workspace.network.queries import the_network
from workspace.papers.models import Attachment, Paper, PaperKind, ReadMark, Revision, Version
from workspace.papers.store import text_of
from workspace.permissions import NetworkRole, Role
from workspace.sample.loader import load_sample, sign_in_people
from workspace.sample.scripts import all_scripts

pytestmark = pytest.mark.xdist_group("sample")  # loaded once
LOADED_AT = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample() -> Iterator[Session]:
    """The loaded sample, to read."""
    settings = Settings(environment="test", instance_dir=loaded_sample().folder)
    engine = make_engine(settings.resolved_database_url())
    with using(settings), session_scope(make_sessions(engine)) as opened:
        yield opened
    engine.dispose()


def test_it_has_the_size_of_a_real_network(sample: Session) -> None:
    counts = {
        table: sample.scalar(select(func.count()).select_from(table)) for table in (Organisation, Member, Group, Paper)
    }
    assert counts == {Organisation: 95, Member: 120, Group: 6, Paper: 14}
    assert set(sample.scalars(select(Paper.kind))) == {str(kind) for kind in PaperKind}
    assert the_network().is_sample


def test_everybody_belongs_to_a_municipality_and_has_a_function(sample: Session) -> None:
    people = sample.scalars(select(Member)).unique().all()
    assert {person.organisation_id for person in people} == set(sample.scalars(select(Organisation.id)))
    assert [person.name for person in people if not person.function] == []
    assert 1 < sum(person.is_disabled for person in people) < 10
    assert len({person.created_at for person in people}) > 50, "they were admitted one after the other"


def test_groups_have_every_role_and_share_people(sample: Session) -> None:
    roles: dict[int, set[str]] = {}
    groups_of: dict[int, int] = {}
    for row in sample.scalars(select(GroupMember)).unique():
        roles.setdefault(row.group_id, set()).add(row.role)
        groups_of[row.member_id] = groups_of.get(row.member_id, 0) + 1
        assert row.joined_at >= max(row.member.created_at, sample.get_one(Group, row.group_id).created_at)
    assert set(map(frozenset, roles.values())) == {frozenset(map(str, Role))}
    assert sum(count > 1 for count in groups_of.values()) >= 10
    assert len(groups_of) < 120, "some belong to no group yet"


def test_nobody_in_it_can_be_written_to(sample: Session) -> None:
    addresses = sample.scalars(select(Member.email)).all()
    assert all(address.endswith(".example") for address in addresses)
    texts = [text_of(paper, paper.head_number) for paper in sample.scalars(select(Paper))]
    found = [mail for text in texts for mail in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)]
    assert [mail for mail in found if not mail.endswith(".example")] == []


def test_every_text_is_what_its_edit_script_says(sample: Session) -> None:
    by_title = {paper.title: paper for paper in sample.scalars(select(Paper))}
    for script in all_scripts():
        paper = by_title[script.about["title"]]
        assert paper.head_number == len(script.texts)
        for number, text in ((1, script.texts[0]), (paper.head_number, script.texts[-1])):
            assert text_of(paper, number).rstrip("\n") == text.rstrip("\n")


def test_papers_are_written_by_several_hands_and_every_step_has_a_reason(sample: Session) -> None:
    for paper in sample.scalars(select(Paper)):
        revisions = (
            sample.scalars(select(Revision).where(Revision.paper_id == paper.id, Revision.number > 1)).unique().all()
        )
        assert len({revision.committed_by for revision in revisions}) >= 2, paper.title
        assert all(revision.summary for revision in revisions), paper.title


def test_it_shows_every_kind_and_state_of_a_discussion(sample: Session) -> None:
    threads = sample.scalars(select(Thread)).unique().all()
    assert {thread.kind for thread in threads} == {str(kind) for kind in ThreadKind}
    assert {thread.is_resolved for thread in threads} == {True, False}
    assert {thread.passage is None for thread in threads} == {True, False}
    assert any(len(thread.comments) > 2 for thread in threads)
    assert any(comment.edited_at for thread in threads for comment in thread.comments)
    assert sample.scalar(select(func.count(Event.id)).where(Event.verb == "thread.reopened"))
    assert any(len(thread.passages) > 1 for thread in threads), "one was pinned again"
    for paper in sample.scalars(select(Paper)):
        assert {thread.is_resolved for thread in threads if thread.paper_id == paper.id} == {True, False}, paper.title
    states = set()
    for paper in sample.scalars(select(Paper)):
        passages = {thread.id: thread.passage for thread in threads if thread.paper_id == paper.id}
        found, _rows = places(paper, passages, paper.head_number, text_of(paper, paper.head_number))
        states |= {str(place.state) for place in found.values() if place.state is not None}
    assert states == {"exact", "shifted", "changed", "orphaned"}


def test_it_has_named_versions_editions_and_something_that_waits(sample: Session) -> None:
    assert len(sample.scalars(select(Version.id)).all()) >= 20
    states = sample.scalars(select(Edition.state)).all()
    assert (states.count(EditionState.IN_FORCE), states.count(EditionState.SUPERSEDED)) == (3, 1)
    kinds = set(sample.scalars(select(Edition.kind)))
    assert kinds == {str(kind) for kind in PaperKind}
    waiting = sample.scalars(select(Submission).where(Submission.state == SubmissionState.WAITING)).unique().all()
    assert len(waiting) >= 1
    assert any(paper.is_parked for paper in sample.scalars(select(Paper)))
    assert sample.scalars(select(Attachment.name)).unique().all() != []


def test_people_have_read_something_and_missed_something(sample: Session) -> None:
    """So that start pages and "since you last read" have something to show."""
    heads = {paper.id: paper.head_number for paper in sample.scalars(select(Paper))}
    marks = sample.scalars(select(ReadMark)).all()
    behind = [heads[mark.paper_id] - mark.revision_number for mark in marks]
    assert min(behind) == 0
    assert any(0 < missed <= 5 for missed in behind)
    assert max(behind) > 10


def test_nothing_in_it_happens_in_the_future(sample: Session) -> None:
    now = clock.now() + timedelta(minutes=5)
    for moment in (Event.at, Revision.created_at, Comment.created_at, Edition.published_at, Member.created_at):
        assert sample.scalar(select(func.count()).select_from(moment.class_).where(moment > now)) == 0, str(moment)


def test_events_are_in_the_order_in_which_they_happened(sample: Session) -> None:
    for paper in sample.scalars(select(Paper)):
        times = sample.scalars(select(Event.at).where(Event.paper_id == paper.id).order_by(Event.id)).all()
        assert list(times) == sorted(times), paper.title


def test_one_person_stands_for_each_role(sample: Session) -> None:
    people = dict(sign_in_people())
    assert list(people) == ["coordination", "admin", "lead", "editor", "reviewer", "reader"]
    assert people["coordination"].network_roles == {NetworkRole.COORDINATION}
    assert people["admin"].network_roles == {NetworkRole.ADMIN}
    for role in Role:
        roles = set(sample.scalars(select(GroupMember.role).where(GroupMember.member_id == people[role].id)))
        assert role in roles
        assert people[role].network_roles == frozenset()


def _load(address: str, settings: Settings) -> tuple[list[object], ...]:
    """Load the sample into an empty database; gives what must be the same each time."""
    engine = make_engine(address)
    migrations.upgrade(engine)
    with using(settings), session_scope(make_sessions(engine)) as opened:
        with clock.at(LOADED_AT):
            load_sample()
        papers = opened.execute(select(Paper.key, Paper.slug, Paper.changed_at).order_by(Paper.id)).all()
        texts = opened.execute(select(Revision.text_hash, Revision.created_at).order_by(Revision.id)).all()
        events = opened.execute(select(Event.verb, Event.at, Event.actor_id).order_by(Event.id)).all()
        assert max(row.at for row in events) < LOADED_AT
        with pytest.raises(Conflict, match="not_empty"):
            load_sample()
    engine.dispose()
    return [*papers], [*texts], [*events]


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], ...]:
    """What every further load is held against; made once, because it takes long."""
    folder = tmp_path_factory.mktemp("first")
    return _load(f"sqlite:///{folder}/sample.sqlite3", Settings(environment="test", instance_dir=folder))


@pytest.mark.long
def test_it_is_the_same_each_time_on_both_databases(
    database_url: str, settings: Settings, first_load: tuple[list[object], ...]
) -> None:
    assert _load(database_url, settings) == first_load
