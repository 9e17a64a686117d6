"""`workspace import-history`: a real history of a text, put in through the same actions that people use."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from workspace import clock
from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.db import session
from workspace.errors import Invalid, NotFound
from workspace.groups import actions as groups
from workspace.groups.models import Group, GroupMember
from workspace.papers.actions import create_paper
from workspace.papers.models import Paper, PaperKind, Source
from workspace.papers.text import change_text
from workspace.permissions import NetworkRole, Role
from workspace.sample.loader import actor_for

NUMBERED = re.compile(r"r\d+\.md")


def import_history(folder: Path, *, group_key: str, title: str, kind: str) -> Paper:
    """Make a paper from a folder with `meta.json` and a Markdown file for each revision, oldest first.

    `meta.json` holds `{"revisions": [{"file", "author", "date"}, …]}`; authors are numbers, times ISO 8601. Authors
    become members without an address that anybody reads, editors of the group. Commits after each revision.

    Raises: NotFound for the group; Invalid naming what is wrong with the folder.
    """
    group = session().scalar(select(Group).where(Group.key == group_key))
    if group is None:
        raise NotFound("group", key=group_key)
    rows = _read_meta(folder)
    people: dict[str, Member] = {}
    paper: Paper | None = None
    for row in rows:
        text = (folder / row["file"]).read_text(encoding="utf-8", errors="replace")
        name = str(row["author"])
        if name not in people:
            people[name] = _author(group, name)
        with clock.at(_moment(row["date"])):
            by = actor_for(people[name])
            if paper is None:
                paper = create_paper(by, group, kind=PaperKind(kind), title=title, text=text)
            else:
                change_text(by, paper, base=paper.head_number, new_text=text, source=Source.IMPORT)
        session().commit()
    if paper is None:
        raise Invalid("history_empty")
    return paper


def _read_meta(folder: Path) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["revisions"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid("history_meta", file="meta.json") from error
    for row in rows:
        if not {"file", "author", "date"} <= row.keys() or not NUMBERED.fullmatch(row["file"]):
            raise Invalid("history_meta", file=str(row)[:80])
        if not (folder / row["file"]).is_file():
            raise Invalid("history_file", file=row["file"])
    return rows


def _moment(given: str | float) -> datetime:
    if isinstance(given, int | float):
        return datetime.fromtimestamp(given, UTC)
    moment = datetime.fromisoformat(given)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _author(group: Group, name: str) -> Member:
    """The member who stands for an author of the history: found again at a second import."""
    email = f"verlauf-{group.key}-{name}@import.example"
    found = session().scalar(select(Member).where(Member.email == email))
    if found is not None:
        return found
    coordination = session().scalars(select(Member)).unique()
    founder = next(m for m in coordination if NetworkRole.COORDINATION in m.network_roles)
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
