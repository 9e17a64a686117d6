"""What tests of discussions need made first. Builders go through the actions and commit."""

from __future__ import annotations

from tests.people import actor_of
from workspace.accounts.models import Member
from workspace.db import session
from workspace.discussion import actions
from workspace.discussion.models import Thread, ThreadKind
from workspace.discussion.queries import ThreadView, threads_shown
from workspace.papers.models import Paper, PaperGrant
from workspace.papers.rights import COORDINATION
from workspace.papers.store import text_of

PASSAGE = "binnen acht Wochen"


def talk(
    paper: Paper, member: Member, words: str | None = PASSAGE, *, body: str = "Warum acht?",
    kind: ThreadKind = ThreadKind.QUESTION, revision: int | None = None,
) -> Thread:  # fmt: skip
    """A thread on the only place of `words` in the source, or on the whole paper."""
    number = revision or paper.head_number
    text = text_of(paper, number)
    span = None
    if words is not None:
        assert text.count(words) == 1
        span = (text.index(words), text.index(words) + len(words))
    thread = actions.open_thread(actor_of(member), paper, kind=kind, body=body, revision_number=number, span=span)
    session().commit()
    return thread


def grant(paper: Paper, number: int) -> None:
    """Let coordination see one revision, as a submission does."""
    session().add(PaperGrant(paper_id=paper.id, revision_number=number, audience=COORDINATION, until=None))
    session().commit()


def shown(paper: Paper, member: Member, number: int | None = None) -> list[ThreadView]:
    """The threads beside a revision as this member sees them."""
    number = number or paper.head_number
    return threads_shown(actor_of(member), paper, number, text_of(paper, number))
