"""What coordination sees of the network: groups with people and papers in numbers, what is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, func, select

from workspace.accounts.models import Member
from workspace.config import settings
from workspace.db import session
from workspace.editions.models import Edition
from workspace.groups.models import Group, GroupMember
from workspace.groups.queries import all_groups
from workspace.papers.models import Paper, Seal
from workspace.permissions import Role


@dataclass(frozen=True)
class GroupRow:
    """A group in numbers. papers: state, or "parked", → how many; no title is told."""

    group: Group
    leads: Sequence[Member] = ()
    people: int = 0
    papers: Mapping[str, int] = field(default_factory=dict)

    @property
    def paper_count(self) -> int:
        return sum(self.papers.values())


def groups_at_a_glance() -> list[GroupRow]:
    """All groups by name."""
    leads: dict[int, list[Member]] = {}
    rows = session().scalars(
        select(GroupMember).join(Member, Member.id == GroupMember.member_id).where(GroupMember.role == Role.LEAD)
        .order_by(Member.sort_key)
    )  # fmt: skip
    for row in rows.unique():
        leads.setdefault(row.group_id, []).append(row.member)
    people = dict(iter(session().execute(select(GroupMember.group_id, func.count()).group_by(GroupMember.group_id))))
    papers: dict[int, dict[str, int]] = {}
    counted = session().execute(
        select(Paper.group_id, Paper.state, Paper.parked_at.is_not(None), func.count()).group_by(
            Paper.group_id, Paper.state, Paper.parked_at.is_not(None)
        )
    )
    for group_id, state, is_parked, count in counted:
        of_group = papers.setdefault(group_id, {})
        key = "parked" if is_parked else str(state)
        of_group[key] = of_group.get(key, 0) + count
    return [
        GroupRow(group, leads.get(group.id, ()), people.get(group.id, 0), papers.get(group.id, {}))
        for group in all_groups()
    ]


def seals(before: int | None) -> tuple[Sequence[Seal], int | None]:
    """One page of all that is sealed, newest first, and the `before` of the next one; None at the end."""
    size = settings().page_size
    query = select(Seal).order_by(Seal.id.desc()).limit(size + 1)
    if before is not None:
        query = query.where(Seal.id < before)
    rows = session().scalars(query).unique().all()
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def editions_of_revisions(paper: Paper, numbers: Sequence[int]) -> Sequence[Edition]:
    """Editions that were made of these revisions and can still be read."""
    query = select(Edition).where(
        and_(Edition.paper_id == paper.id, Edition.revision_number.in_(numbers), Edition.text != "")
    )
    return session().scalars(query.order_by(Edition.id)).all()
