"""What a member's rights rest on: roles in groups and grants, loaded once per request."""

from __future__ import annotations

from sqlalchemy import or_, select

from workspace.accounts.models import Member
from workspace.clock import now
from workspace.db import session
from workspace.groups.models import GroupMember
from workspace.papers.models import PaperGrant
from workspace.permissions import NetworkRole, Role

COORDINATION = "coordination"
"""The audience of a submitted version."""


def rights_of(member: Member) -> tuple[dict[int, Role], frozenset[tuple[int, int]]]:
    """({group id: role}, {(paper id, revision number)} that this member's audiences may see now)."""
    rows = session().execute(select(GroupMember.group_id, GroupMember.role).where(GroupMember.member_id == member.id))
    roles = {group_id: Role(role) for group_id, role in rows}
    if NetworkRole.COORDINATION not in member.network_roles:
        return roles, frozenset()
    granted = session().execute(
        select(PaperGrant.paper_id, PaperGrant.revision_number).where(
            PaperGrant.audience == COORDINATION, or_(PaperGrant.until.is_(None), PaperGrant.until > now())
        )
    )
    return roles, frozenset((paper_id, number) for paper_id, number in granted)
