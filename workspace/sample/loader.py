"""Puts the sample network into an empty database, through the same actions that people use."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select

from workspace import clock
from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.accounts.queries import members_by_handle
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.discussion import actions as discussion
from workspace.discussion.models import Thread, ThreadKind
from workspace.editions import actions as editions
from workspace.editions.models import Submission
from workspace.errors import Conflict
from workspace.groups import actions as groups
from workspace.groups.models import Group
from workspace.network import actions as network
from workspace.notices.actions import silence
from workspace.papers import actions as papers
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper, PaperKind, Source, Version
from workspace.papers.queries import get_revision
from workspace.papers.rights import rights_of
from workspace.papers.text import change_text
from workspace.permissions import Actor, NetworkRole, Role
from workspace.sample.scripts import SAMPLE, Script, all_scripts, moment_of

FOUNDED = "-700 09:00"
Facts = Mapping[str, Any]


def network_facts() -> Facts:
    """Municipalities, people and groups of the sample."""
    return tomllib.loads((SAMPLE / "network.toml").read_text(encoding="utf-8"))


def sign_in_people() -> list[tuple[str, Member]]:
    """(role, the person who stands for it), for the sign-in links."""
    named: Mapping[str, str] = network_facts()["sign_in"]
    people = members_by_handle(named.values())
    return [(role, people[handle]) for role, handle in named.items()]


def load_sample() -> None:
    """Fill an empty database. Commits after each paper.

    Raises: Conflict("not_empty") when there is anybody in it.
    """
    begin_writing()
    if session().scalar(select(func.count(Member.id))):
        raise Conflict("not_empty")
    facts, loaded = network_facts(), clock.now()
    with clock.at(_local(FOUNDED, loaded)):
        network.found(name=facts["network"]["name"], about=facts["network"].get("about", ""), is_sample=True)
    people = _add_people(facts, loaded)
    owned = _add_groups(facts, people, loaded)
    session().commit()
    for script in all_scripts():
        with silence():
            _Telling(script, people, owned[script.about["group"]], loaded).tell()
    _close_accounts(facts, people, loaded)
    session().commit()


def actor_for(member: Member) -> Actor:
    """The actor of a member with the rights of now."""
    roles, grants = rights_of(member)
    return Actor(member.id, member.name, member.network_roles, MappingProxyType(roles), grants)


def _local(spec: str, loaded: datetime) -> datetime:
    return moment_of(spec, loaded, settings().timezone)


def _add_people(facts: Facts, loaded: datetime) -> dict[str, Member]:
    places = {place["slug"]: place["name"] for place in facts["municipality"]}
    rows: list[Facts] = sorted(facts["person"], key=lambda row: "coordination" not in row["network_roles"])
    with clock.at(_local(FOUNDED, loaded)):
        founder = accounts.add_first_member(
            name=rows[0]["name"], email=rows[0]["mail"], roles=frozenset({NetworkRole.COORDINATION})
        )
        founder.handle, founder.function = rows[0]["handle"], rows[0]["function"]
        founder.organisation = accounts.find_or_add_organisation(places[rows[0]["municipality"]])
        accounts.index_member(founder)
    people, by = {founder.handle: founder}, actor_for(founder)
    for row in rows[1:]:
        with clock.at(_local(row.get("admitted", FOUNDED), loaded)):
            member = accounts.admit_member(
                by, name=row["name"], email=row["mail"], organisation=places[row["municipality"]],
                function=row["function"], handle=row["handle"],
            )  # fmt: skip
            people[member.handle] = member
            for role in row["network_roles"]:
                accounts.give_network_role(by, member, NetworkRole(role))
    return people


def _add_groups(facts: Facts, people: Mapping[str, Member], loaded: datetime) -> dict[str, Group]:
    """Groups, each at its time; who was admitted later joined later."""
    by = actor_for(next(iter(people.values())))
    made: dict[str, Group] = {}
    for row in facts["group"]:
        founded = _local(row.get("founded", FOUNDED), loaded)
        roles = {entry["handle"]: Role(entry["role"]) for entry in row["members"]}
        lead = next(people[handle] for handle, role in roles.items() if role == Role.LEAD)
        with clock.at(founded):
            group = groups.create_group(by, name=row["name"], purpose=row["purpose"], lead=lead)
        session().flush()
        leading = actor_for(lead)
        for member in sorted((people[handle] for handle in roles), key=lambda member: member.created_at):
            if member is not lead:
                with clock.at(max(founded, member.created_at)):
                    groups.set_role(leading, group, member, roles[member.handle])
        made[row["slug"]] = group
    return made


def _close_accounts(facts: Facts, people: Mapping[str, Member], loaded: datetime) -> None:
    """Last, because they wrote before they left."""
    by = actor_for(next(iter(people.values())))
    for row in facts["person"]:
        if "closed" in row:
            with clock.at(_local(row["closed"], loaded)):
                accounts.disable_member(by, people[row["handle"]])


class _Telling:
    """One paper's life, told in the order in which it happened."""

    def __init__(self, script: Script, people: Mapping[str, Member], group: Group, loaded: datetime) -> None:
        self.script, self.people, self.group, self.loaded = script, people, group, loaded
        self.paper: Paper
        self.versions: dict[str, Version] = {}
        self.submissions: dict[str, Submission] = {}
        self.actors: dict[str, Actor] = {}

    def tell(self) -> None:
        happenings = sorted(self._happenings(), key=lambda happening: happening[0])
        for moment, tell in happenings:
            with clock.at(moment):
                tell()
        session().commit()

    def _at(self, spec: str) -> datetime:
        return _local(spec, self.loaded)

    def _by(self, handle: str) -> Actor:
        """Roles in the group stay as they are while a paper is told; grants do not, see `_publish`."""
        if handle not in self.actors:
            self.actors[handle] = actor_for(self.people[handle])
        return self.actors[handle]

    def _happenings(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        about = self.script.about
        yield self._at(about["created"]), self._create
        times = [about["created"], *(step["at"] for step in self.script.steps)]
        for number, step in enumerate(self.script.steps, start=1):
            yield self._at(step["at"]), partial(self._step, number, step)
        for row in about.get("version", ()):
            named_at = self._at(times[row["at_step"]]) + timedelta(minutes=2)
            yield named_at, partial(self._name, row)
        for row in (*about.get("submit", ()), *about.get("publish", ())):
            submitted = row.get("submitted_at") or row["at"]
            yield self._at(submitted), partial(self._submit, row)
        for row in about.get("publish", ()):
            yield self._at(row["at"]), partial(self._publish, row)
        if "parked_at" in about:
            yield self._at(about["parked_at"]), self._park
        for row in about.get("comment", ()):
            yield from self._discussion(row)
        for row in about.get("read", ()):
            yield self._at(row["at"]), partial(self._read, row["by"])

    def _discussion(self, row: Facts) -> Iterator[tuple[datetime, Callable[[], None]]]:
        opened: list[Thread] = []
        yield self._at(row["at"]), partial(self._open, row, opened)
        for number, answer in enumerate((row, *row.get("replies", ()))):
            if number:
                yield self._at(answer["at"]), partial(self._reply, opened, answer)
            if "edited" in answer:
                yield self._at(answer["edited_at"]), partial(self._edit, opened, answer)
        if "resolved_at" in row:
            yield self._at(row["resolved_at"]), partial(self._resolve, opened, row["resolved_by"])
        if "reopened_at" in row:
            yield self._at(row["reopened_at"]), partial(self._reopen, opened, row["reopened_by"])
        if "pinned" in row:
            yield self._at(row["pinned"]["at"]), partial(self._pin, opened, row["pinned"])

    def _read(self, by: str) -> None:
        """Who writes something has read what stands there."""
        papers.mark_read(self._by(by), self.paper, self.paper.head_number)

    def _open(self, row: Facts, opened: list[Thread]) -> None:
        self._read(row["by"])
        opened.append(self._comment(row))

    def _reply(self, opened: list[Thread], answer: Facts) -> None:
        self._read(answer["by"])
        discussion.reply(self._by(answer["by"]), opened[0], answer["body"])

    def _resolve(self, opened: list[Thread], by: str) -> None:
        discussion.resolve_thread(self._by(by), opened[0])

    def _edit(self, opened: list[Thread], answer: Facts) -> None:
        comment = next(c for c in opened[0].comments if c.body == answer["body"].strip())
        discussion.edit_comment(self._by(answer["by"]), comment, answer["edited"])

    def _reopen(self, opened: list[Thread], by: str) -> None:
        discussion.reopen_thread(self._by(by), opened[0])

    def _pin(self, opened: list[Thread], row: Facts) -> None:
        span = self._span(row)
        if span is not None:
            discussion.pin_thread(self._by(row["by"]), opened[0], revision_number=row["on_step"] + 1, span=span)

    def _create(self) -> None:
        about = self.script.about
        self.paper = papers.create_paper(
            self._by(about["author"]), self.group, kind=PaperKind(about["kind"]), title=about["title"],
            abstract=about["abstract"], contact=about["contact"], text=self.script.texts[0],
            key=hashlib.sha256(self.script.name.encode()).hexdigest()[:16],
        )  # fmt: skip
        for row in about.get("file", ()):
            data = (SAMPLE / row["name"]).read_bytes()
            add_attachment(self._by(about["author"]), self.paper, name=row["name"], data=data)

    def _step(self, number: int, step: Facts) -> None:
        self._change(number, step)
        self._read(step["by"])

    def _change(self, number: int, step: Facts) -> None:
        if "restore" in step:
            papers.restore_revision(self._by(step["by"]), self.paper, step["restore"] + 1, summary=step["summary"])
            return
        change_text(
            self._by(step["by"]), self.paper, base=self.paper.head_number, new_text=self.script.texts[number],
            source=Source.FORM, summary=step["summary"],
        )  # fmt: skip

    def _name(self, row: Facts) -> None:
        revision = get_revision(self.paper, row["at_step"] + 1)
        self.versions[row["name"]] = papers.name_version(
            self._by(row["by"]), revision, name=row["name"], note=row.get("note", "")
        )

    def _submit(self, row: Facts) -> None:
        by = row.get("submitted_by") or row["by"]
        self.submissions[row["version"]] = editions.submit_version(
            self._by(by), self.versions[row["version"]], authors=self.group.name, note=row.get("note", "")
        )

    def _publish(self, row: Facts) -> None:
        editions.publish(actor_for(self.people[row["by"]]), self.submissions[row["version"]])

    def _park(self) -> None:
        about = self.script.about
        papers.park_paper(self._by(about["parked_by"]), self.paper, reason=about["parked_reason"])

    def _comment(self, row: Facts) -> Thread:
        return discussion.open_thread(
            self._by(row["by"]), self.paper, kind=ThreadKind(row["kind"]), body=row["body"],
            revision_number=row["on_step"] + 1, span=self._span(row),
        )  # fmt: skip

    def _span(self, row: Facts) -> tuple[int, int] | None:
        """Where the quoted passage stands; None for the whole paper. Raises: ValueError unless it stands once."""
        text, quote = self.script.texts[row["on_step"]], row.get("quote")
        if quote is None:
            return None
        if text.count(quote) != 1:
            raise ValueError(f"{self.script.name}: quoted {text.count(quote)} times: {quote[:60]!r}")
        return text.index(quote), text.index(quote) + len(quote)
