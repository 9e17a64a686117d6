"""`workspace import-history`: a real history of a text, put in through the same actions that people use."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from workspace import clock
from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.accounts.queries import active_members
from workspace.config import settings
from workspace.db import session
from workspace.errors import Invalid, NotFound, TooLarge
from workspace.groups import actions as groups
from workspace.groups.models import Group, GroupMember
from workspace.notices.actions import silence
from workspace.papers.actions import create_paper
from workspace.papers.models import Paper, PaperKind, Source
from workspace.papers.text import change_text
from workspace.permissions import NetworkRole, Role
from workspace.sample.loader import actor_for

NUMBERED = re.compile(r"r[0-9]{1,6}\.md")
AUTHOR = re.compile(r"[a-z0-9]{1,20}")
META_MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Step:
    """One revision of a history."""

    file: Path
    author: str
    moment: datetime

    def text(self) -> str:
        """Raises: Invalid when the file is too large or not UTF-8."""
        if self.file.stat().st_size > settings().paper_max_bytes:
            raise TooLarge("history_too_large", file=self.file.name)
        try:
            return self.file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise Invalid("history_encoding", file=self.file.name) from error


def import_history(folder: Path, *, group_key: str, title: str, kind: str) -> Paper:
    """Make a paper from a folder with `meta.json` and a Markdown file for each revision, oldest first.

    `meta.json` holds `{"revisions": [{"file", "author", "date"}, …]}`: `file` as "r00012.md", `author` a short word of
    letters and digits, `date` seconds since 1970 or ISO 8601. Authors become members without an address that anybody
    reads, editors of the group. Everything is checked first; then each revision is committed.

    Raises: NotFound for the group; Invalid naming what is wrong with the folder.
    """
    group = session().scalar(select(Group).where(Group.key == group_key))
    if group is None:
        raise NotFound("no_group", key=group_key)
    steps = _read_steps(folder)
    people = {name: _author(group, name) for name in dict.fromkeys(step.author for step in steps)}
    with clock.at(steps[0].moment), silence():
        paper = create_paper(
            actor_for(people[steps[0].author]), group, kind=PaperKind(kind), title=title, text=steps[0].text()
        )
    session().commit()
    for step in steps[1:]:
        with clock.at(step.moment), silence():
            by = actor_for(people[step.author])
            change_text(by, paper, base=paper.head_number, new_text=step.text(), source=Source.IMPORT)
        session().commit()
    return paper


def _read_steps(folder: Path) -> list[Step]:
    """The history's steps, each of them checked. Raises: Invalid."""
    meta = folder / "meta.json"
    try:
        if meta.stat().st_size > META_MAX_BYTES:
            raise Invalid("history_meta", file=meta.name)
        rows = json.loads(meta.read_text(encoding="utf-8"))["revisions"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("history_meta", file=meta.name) from error
    if not isinstance(rows, list) or not rows:
        raise Invalid("history_meta", file=meta.name)
    steps = [_read_step(folder, number, row) for number, row in enumerate(rows, start=1)]
    for step in steps:
        if not step.text().strip():
            raise Invalid("history_empty", file=step.file.name)
    return steps


def _read_step(folder: Path, number: int, row: Any) -> Step:
    """A line of the meta file. A name with a folder in it, or one that leads elsewhere, is no file of the history."""
    try:
        name, author, moment = row["file"], row["author"], _moment(row["date"])
        is_fit = bool(NUMBERED.fullmatch(name) and AUTHOR.fullmatch(str(author)))
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Invalid("history_row", number=number) from error
    if not is_fit:
        raise Invalid("history_row", number=number)
    file = folder / name
    if file.is_symlink() or not file.is_file():
        raise Invalid("history_file", file=name)
    return Step(file, str(author), moment)


def _moment(given: str | float) -> datetime:
    """Seconds since 1970 or ISO 8601, UTC where it names no zone. Raises: ValueError; OverflowError; TypeError."""
    if isinstance(given, int | float):
        return datetime.fromtimestamp(given, UTC)
    moment = datetime.fromisoformat(given)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _author(group: Group, name: str) -> Member:
    """The member who stands for an author of the history: found again at a second import."""
    email = f"verlauf-{group.key}-{name}@import.example"
    found = session().scalar(select(Member).where(Member.email == email))
    if found is not None:
        return found
    founder = next((m for m in active_members() if NetworkRole.COORDINATION in m.network_roles), None)
    if founder is None:
        raise Invalid("no_coordination")
    member = accounts.admit_member(actor_for(founder), name=f"Mitglied {name}", email=email)
    lead = (
        session()
        .scalars(select(GroupMember).where(GroupMember.group_id == group.id, GroupMember.role == Role.LEAD))
        .unique()
        .first()
    )
    if lead is None:
        raise Invalid("no_lead")
    groups.set_role(actor_for(lead.member), group, member, Role.EDITOR)
    session().commit()
    return member
