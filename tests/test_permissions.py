"""The table "Who may what", cell by cell, and that lists and loaders follow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType

import pytest
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.people import People, actor_of
from workspace.accounts import actions as accounts
from workspace.editions import actions as editions
from workspace.errors import Conflict, Forbidden, NotFound
from workspace.papers import actions as papers
from workspace.papers.queries import get_paper, get_revision, papers_visible_to
from workspace.permissions import PUBLIC, RULES, Actor, NetworkRole, Permission, Role, can, require

OWN, OTHER = 1, 2
ME, SOMEBODY = 7, 8


@dataclass(frozen=True)
class Text:
    """A paper of the group OWN, and anything that belongs to it at revision 3."""

    group_id: int = OWN
    is_parked: bool = False
    author_id: int = SOMEBODY
    id: int = 50
    revision_number: int = 3

    @property
    def paper(self) -> Text:
        return self


@dataclass(frozen=True)
class Person:
    id: int


@dataclass(frozen=True)
class Who:
    """A row of the matrix. Roles in the own group, the other group, the network; a grant on revision 3."""

    name: str
    role: Role | None = None
    other_role: Role | None = None
    network: frozenset[NetworkRole] = frozenset()
    granted: bool = False
    signed_in: bool = True

    def actor(self) -> Actor:
        if not self.signed_in:
            return PUBLIC
        roles = {OWN: self.role, OTHER: self.other_role}
        return Actor(
            ME,
            self.name,
            self.network,
            MappingProxyType({group: role for group, role in roles.items() if role is not None}),
            frozenset({(50, 3)}) if self.granted else frozenset(),
        )


COORDINATION, ADMIN = frozenset({NetworkRole.COORDINATION}), frozenset({NetworkRole.ADMIN})
READS = {Permission.PAPER_READ, Permission.VERSION_READ}
SPEAKS = {Permission.THREAD_OPEN, Permission.COMMENT_WRITE}
OWN_WORDS = {Permission.COMMENT_EDIT, Permission.THREAD_RESOLVE, Permission.THREAD_PIN}
"""What one may do with one's own comment or thread."""
WRITES = {
    Permission.PAPER_DESCRIBE, Permission.REVISION_SAVE, Permission.VERSION_NAME, Permission.ATTACHMENT_ADD,
    Permission.THREAD_RESOLVE, Permission.THREAD_PIN,
}  # fmt: skip
STARTS = {Permission.PAPER_CREATE}
SUBMITS = {Permission.PAPER_SUBMIT}
LEADS = {Permission.PAPER_PARK, Permission.GROUP_ROLES}
COORDINATES = {
    Permission.GROUP_CREATE, Permission.PERSON_ADMIT, Permission.NETWORK_ROLE_GIVE, Permission.SUBMISSIONS_SEE,
    Permission.EDITION_WITHDRAW, Permission.SECOND_FACTOR_RESET, Permission.CONTENT_SEAL, Permission.LOG_READ,
}  # fmt: skip
NEEDS_WRITABLE = SPEAKS | OWN_WORDS | WRITES | SUBMITS

BY_ROLE: dict[Role | None, set[Permission]] = {
    None: set(),
    Role.READER: READS,
    Role.REVIEWER: READS | SPEAKS,
    Role.EDITOR: READS | SPEAKS | WRITES | STARTS,
    Role.LEAD: READS | SPEAKS | WRITES | STARTS | SUBMITS | LEADS,
}


def allowed(who: Who, *, parked: bool, own_words: bool) -> set[Permission]:
    """What product.md lets this person do with a paper of the group OWN: written apart from the rules."""
    may = {Permission.EDITION_READ}
    if not who.signed_in:
        return may
    may |= {Permission.GROUP_SEE, Permission.DIRECTORY_SEE} | BY_ROLE[who.role]
    if own_words and who.role in {Role.REVIEWER, Role.EDITOR, Role.LEAD}:
        may |= OWN_WORDS
    if NetworkRole.COORDINATION in who.network:
        may |= COORDINATES
    if NetworkRole.ADMIN in who.network:
        may |= {Permission.NETWORK_SETTINGS, Permission.OPERATION}
    if who.granted:
        may |= {Permission.VERSION_READ}
        if NetworkRole.COORDINATION in who.network:
            may |= SPEAKS | {Permission.EDITION_PUBLISH}
            may |= OWN_WORDS if own_words else set()
    return may - NEEDS_WRITABLE if parked else may


def rows() -> Iterator[Who]:
    yield Who("public", signed_in=False)
    for role, network, granted in product([None, *Role], [frozenset(), COORDINATION, ADMIN], [False, True]):
        words = [role or "outside", *network, *(["granted"] if granted else [])]
        yield Who("-".join(words), role, None, network, granted)
    yield Who("both-network-roles", network=COORDINATION | ADMIN)
    yield Who("lead-of-another-group", None, Role.LEAD)
    yield Who("reader-here-lead-there", Role.READER, Role.LEAD)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("who", list(rows()), ids=lambda who: who.name)
def test_everybody_may_exactly_what_the_table_says(who: Who, permission: Permission) -> None:
    for parked, own_words in product([False, True], repeat=2):
        thing = Text(is_parked=parked, author_id=ME if own_words else SOMEBODY)
        expected = permission in allowed(who, parked=parked, own_words=own_words)
        assert can(who.actor(), permission, thing) is expected, f"parked {parked}, own words {own_words}"


def test_a_grant_opens_one_revision_of_one_paper() -> None:
    cora = Who("cora", network=COORDINATION, granted=True).actor()
    for thing in (Text(revision_number=2), Text(revision_number=4), Text(id=51)):
        for permission in (Permission.VERSION_READ, *SPEAKS, Permission.EDITION_PUBLISH):
            assert not can(cora, permission, thing)


def test_a_grant_never_opens_the_paper() -> None:
    cora = Who("cora", network=COORDINATION, granted=True).actor()
    assert not any(can(cora, permission, Text()) for permission in WRITES | SUBMITS | LEADS | {Permission.PAPER_READ})


@pytest.mark.parametrize("network", [COORDINATION, ADMIN, COORDINATION | ADMIN])
def test_nobody_gives_a_network_role_to_themselves(network: frozenset[NetworkRole]) -> None:
    assert not can(Who("cora", network=network).actor(), Permission.NETWORK_ROLE_GIVE, Person(ME))
    assert not can(Who("cora", network=network).actor(), Permission.SECOND_FACTOR_RESET, Person(ME))


def test_every_permission_has_a_rule() -> None:
    assert set(RULES) == set(Permission)


def test_a_missing_permission_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match=r"paper\.fly"):
        can(PUBLIC, "paper.fly", Text())


def test_a_refusal_says_forbidden_to_those_who_know_the_thing_and_nothing_to_others() -> None:
    reader = Who("rudi", Role.READER).actor()
    with pytest.raises(Forbidden, match=r"revision\.save"):
        require(reader, Permission.REVISION_SAVE, Text())
    with pytest.raises(NotFound, match="not_found"):
        require(PUBLIC, Permission.PAPER_READ, Text(), knows=False)


# The rules and the database


@dataclass
class Shelf:
    """Papers of both groups, one parked, one submitted, one published."""

    people: People
    keys: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def shelf(db: Session, people: People) -> Shelf:
    made = Shelf(people)
    for name in ("draft", "parked", "submitted", "published"):
        made.keys[name] = make_paper(people, title=name).key
    elsewhere = papers.create_paper(
        actor_of(people.stranger), people.other, kind=papers.PaperKind.WORKING_PAPER, title="elsewhere", text="Text.\n"
    )
    made.keys["elsewhere"] = elsewhere.key
    lead = actor_of(people.lead)
    papers.park_paper(lead, get_paper(lead, made.keys["parked"]))
    for name in ("submitted", "published"):
        paper = get_paper(lead, made.keys[name])
        version = papers.name_version(lead, get_revision(paper, 1), name="B1")
        submission = editions.submit_version(lead, version, authors="AG Qualität")
        db.flush()
        if name == "published":
            editions.publish(actor_of(people.coordination), submission)
    db.commit()
    return made


def test_list_and_table_agree_for_everybody(db: Session, shelf: Shelf) -> None:
    people = shelf.people
    everybody = (
        people.coordination, people.admin, people.lead, people.editor, people.reviewer, people.reader,
        people.stranger, None,
    )  # fmt: skip
    lead, stranger = actor_of(people.lead), actor_of(people.stranger)
    every_paper = [get_paper(stranger if name == "elsewhere" else lead, key) for name, key in shelf.keys.items()]
    for member in everybody:
        actor = actor_of(member)
        listed = {paper.id for paper in db.scalars(papers_visible_to(actor))}
        assert listed == {paper.id for paper in every_paper if can(actor, Permission.PAPER_READ, paper)}
        assert (len(listed) > 0) is bool(actor.group_roles)


@pytest.mark.parametrize("name", ["draft", "parked", "submitted", "published"])
def test_who_is_not_in_the_group_does_not_learn_that_a_paper_exists(db: Session, shelf: Shelf, name: str) -> None:
    for member in (shelf.people.coordination, shelf.people.admin, shelf.people.stranger, None):
        with pytest.raises(NotFound):
            get_paper(actor_of(member), shelf.keys[name])


def test_coordination_sees_the_submitted_version_and_loses_it_with_the_answer(db: Session, shelf: Shelf) -> None:
    people = shelf.people
    lead = actor_of(people.lead)
    submitted, published = (get_paper(lead, shelf.keys[name]) for name in ("submitted", "published"))
    cora = actor_of(people.coordination)
    assert cora.grants == {(submitted.id, 1)}
    waiting = editions.open_submission(submitted)
    assert waiting is not None
    assert editions.open_submission(published) is None
    editions.take_back(lead, waiting)
    db.commit()
    assert actor_of(people.coordination).grants == frozenset()


def test_only_coordination_has_grants(db: Session, shelf: Shelf) -> None:
    for member in (shelf.people.admin, shelf.people.stranger, shelf.people.reader):
        assert actor_of(member).grants == frozenset()


def test_the_database_lets_nobody_give_a_network_role_to_themselves(db: Session, people: People) -> None:
    cora = actor_of(people.coordination)
    for change in (accounts.give_network_role, accounts.take_network_role):
        for role in NetworkRole:
            with pytest.raises(Forbidden):
                change(cora, people.coordination, role)
            with pytest.raises(Forbidden):
                change(actor_of(people.admin), people.stranger, role)


def test_a_stale_actor_does_not_take_the_last_coordination_away(db: Session, people: People) -> None:
    accounts.give_network_role(actor_of(people.coordination), people.lead, NetworkRole.COORDINATION)
    db.commit()
    cora, clara = actor_of(people.coordination), actor_of(people.lead)
    accounts.take_network_role(cora, people.lead, NetworkRole.COORDINATION)
    db.commit()
    with pytest.raises(Conflict, match="last_coordination"):
        accounts.take_network_role(clara, people.coordination, NetworkRole.COORDINATION)
    with pytest.raises(Conflict, match="last_coordination"):
        accounts.disable_member(clara, people.coordination)


def test_roles_are_read_anew_for_each_request(db: Session, people: People) -> None:
    before = actor_of(people.admin)
    accounts.take_network_role(actor_of(people.coordination), people.admin, NetworkRole.ADMIN)
    db.commit()
    assert can(before, Permission.NETWORK_SETTINGS)
    assert not can(actor_of(people.admin), Permission.NETWORK_SETTINGS)
    assert replace(before, network_roles=frozenset()) == actor_of(people.admin)
