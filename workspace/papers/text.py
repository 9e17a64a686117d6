"""`change_text`: the one function that changes a paper's text."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid, TooLarge
from workspace.papers.document import Document
from workspace.papers.keeping import Overtaken, Place, Prepared, keep_revision
from workspace.papers.log import has_log
from workspace.papers.models import Paper, Revision, Source
from workspace.papers.sittings import edits, settled
from workspace.papers.store import Authors, authors_of, carry_authors, packed_text, text_of
from workspace.permissions import Actor, Permission, require
from workspace.search import fold
from workspace.text.diff import Difference, compare
from workspace.text.merge import Merged, merge
from workspace.text.normal import normalize
from workspace.text.tokens import words

RACES = 5
"""How often a save starts again because somebody else was first."""


class EditConflict(Conflict):
    """Both sides changed the same passage since the base; neither is lost.

    Attributes:
        base, theirs, mine: the three whole texts.
        merged: what could be joined, with the conflicting passages named.
        theirs_number: the head that `theirs` is.
    """

    def __init__(self, base: str, theirs: str, mine: str, merged: Merged, theirs_number: int) -> None:
        super().__init__("edit_conflict")
        self.base, self.theirs, self.mine = base, theirs, mine
        self.merged, self.theirs_number = merged, theirs_number


def checked_text(raw: str) -> str:
    """The text in its stored form.

    Raises: TooLarge beyond the limit; Invalid when nothing is left.
    """
    text = normalize(raw)
    size = len(text.encode())
    if size > settings().paper_max_bytes:
        raise TooLarge("paper_too_large", {"body": "paper_too_large"}, limit=settings().paper_max_bytes, now=size)
    if not text.strip():
        raise Invalid("paper_empty", {"body": "paper_empty"})
    return text


def change_text(
    actor: Actor,
    paper: Paper,
    *,
    base: int,
    new_text: str,
    source: Source,
    summary: str = "",
    restored: int | None = None,
    permission: Permission = Permission.REVISION_SAVE,
) -> Revision:
    """Make `new_text`, written on revision `base`, the newest text of the paper.

    Nothing changed: gives the head. The head moved on meanwhile: both are joined. All heavy work is done before the
    lock; the head is looked at again behind it, and the work starts anew where somebody else was first.

    Args:
        permission: what the change rests on; sealing the newest text brings an earlier one back.
    Raises: Forbidden; TooLarge; Invalid, also for a base that is not there; EditConflict.
    """
    require(actor, permission, paper)
    text = checked_text(new_text)
    if base != paper.head_number and not 1 <= base < paper.head_number:
        raise Invalid("base_unknown")
    if len(summary) > settings().summary_max:
        raise Invalid(fields={"summary": "too_long"}, limit=settings().summary_max, now=len(summary))
    for _attempt in range(RACES):
        document = settled(paper)
        prepared = _prepare(actor, paper, base, text, source, summary, restored, document)
        if prepared is None:
            return get_revision_row(paper, paper.head_number)
        begin_writing()
        session().refresh(paper, with_for_update=True)
        require(actor, permission, paper)
        try:
            if paper.head_number != prepared.number - 1 or (document is None and has_log(paper.id)):
                raise Overtaken
            return keep_revision(actor, paper, prepared)
        except (Overtaken, IntegrityError):
            session().rollback()
            session().refresh(paper)
    raise Conflict("busy")


def get_revision_row(paper: Paper, number: int) -> Revision:
    """The row of a revision that is known to exist."""
    return (
        session()
        .scalars(select(Revision).where(Revision.paper_id == paper.id, Revision.number == number))
        .unique()
        .one()
    )


def _prepare(
    actor: Actor, paper: Paper, base: int, text: str, source: Source, summary: str, restored: int | None,
    document: Document | None,
) -> Prepared | None:  # fmt: skip
    if actor.member_id is None:
        raise Invalid("no_author")
    head = paper.head_number
    head_text = text_of(paper, head)
    if base != head:
        base_text = text_of(paper, base)
        merged = merge(base_text, text, head_text)
        if merged.conflicts:
            raise EditConflict(base_text, head_text, text, merged, head)
        text, source = merged.text, Source.MERGE
    if text == head_text and (document is None or not document.is_ahead):
        return None
    number = head + 1
    difference = compare(head_text, text, for_readers=False)
    return Prepared(
        number=number, base=base, text=text, source=source, packed=packed_text(paper, number, text),
        authors=_authors(paper, difference, actor.member_id, restored),
        words={actor.member_id: _words_changed(difference)}, folded=fold(text), summary=summary, restored=restored,
        place=_place(document, difference, actor.member_id) if document is not None else None,
    )  # fmt: skip


def _place(document: Document, difference: Difference, member_id: int) -> Place:
    """The document led on to the new text by an edit as small as the change."""
    raw = document.text
    tail = raw[len(raw.rstrip("\n")) :]
    target = difference.new.rstrip("\n") + (tail or "\n")  # somebody may be about to write at the end
    ops = difference.ops if (raw, target) == (difference.old, difference.new) else edits(raw, target)
    return Place(document, document.edit(ops, member_id))


def _authors(paper: Paper, difference: Difference, member_id: int, restored: int | None) -> Authors:
    authors = authors_of(paper, paper.head_number)
    carry_authors(paper, authors, difference, member_id, restored)
    return authors


def _words_changed(difference: Difference) -> tuple[int, int]:
    inserted = sum(len(words(text)) for op, text in difference.ops if op > 0)
    deleted = sum(len(words(text)) for op, text in difference.ops if op < 0)
    return inserted, deleted
