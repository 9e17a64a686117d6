"""What must be there before a version can be published, and what coordination should look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from workspace.editions.links import is_private
from workspace.papers.attachments import links_in
from workspace.text.images import images
from workspace.text.inline import plain
from workspace.text.nodes import Document
from workspace.text.tree import guidance_spans, headings, parse, without_guidance


class Check(StrEnum):
    ABSTRACT = "abstract"
    CONTACT = "contact"
    TEXT = "text"
    FILES = "files"
    ALT_TEXTS = "alt_texts"
    HEADINGS = "headings"
    LINKS = "links"
    GUIDANCE = "guidance"
    THREADS = "threads"
    NETWORK = "network"
    LEGAL = "legal"
    MAIL = "mail"


@dataclass(frozen=True)
class Place:
    """Where something is: a source span of the text, and the words that name it."""

    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Finding:
    """One line of the checklist.

    places: what is wrong where; empty when all is well or the whole is meant.
    is_blocking: publication is refused while something is wrong.
    """

    check: Check
    is_well: bool
    is_blocking: bool
    places: tuple[Place, ...] = ()
    count: int = 0


@dataclass(frozen=True)
class Draft:
    """What is to be published: the words of the cover, the text, the key of its paper."""

    title: str
    abstract: str
    contact: str
    text: str
    key: str


def findings(draft: Draft, files: Collection[str], *, open_threads: int = 0) -> tuple[Finding, ...]:
    """Every line of the checklist, in the order in which it is read.

    Args:
        files: case-folded names of the files the paper has.
    """
    document = parse(draft.text)
    hints = guidance_spans(document)

    def is_shown(at: int) -> bool:
        return not any(start <= at < end for start, end in hints)

    places = [(i, Place(i.start, i.end, i.name)) for i in images(document) if is_shown(i.start)]
    missing = tuple(place for image, place in places if image.name.casefold() not in files)
    unspoken = tuple(place for image, place in places if not image.alt.strip())
    skipped = _skipped_levels(document)
    inside = tuple(
        Place(link.start, link.end, " ".join(plain(link.children).split()))
        for link in links_in(document)
        if is_shown(link.start) and is_private(draft.key, link.target)
    )
    left = tuple(Place(start, end, "") for start, end in hints)
    return (
        Finding(Check.ABSTRACT, bool(draft.abstract.strip()), is_blocking=True),
        Finding(Check.CONTACT, bool(draft.contact.strip()), is_blocking=True),
        Finding(Check.TEXT, bool(draft.title.strip() and without_guidance(draft.text).strip()), is_blocking=True),
        Finding(Check.FILES, not missing, is_blocking=True, places=missing),
        Finding(Check.ALT_TEXTS, not unspoken, is_blocking=True, places=unspoken),
        Finding(Check.HEADINGS, not skipped, is_blocking=False, places=skipped),
        Finding(Check.LINKS, not inside, is_blocking=False, places=inside),
        Finding(Check.GUIDANCE, not left, is_blocking=False, places=left),
        Finding(Check.THREADS, not open_threads, is_blocking=False, count=open_threads),
    )


def surroundings(*, is_named: bool, legal_gaps: int, has_mail: bool) -> tuple[Finding, ...]:
    """Lines about the installation that an edition appears in; none of them stands in the way.

    Args:
        is_named: whether the network has a name, which every edition prints.
        legal_gaps: in imprint, data protection and accessibility together.
        has_mail: whether those who follow the paper hear of it.
    """
    return (
        Finding(Check.NETWORK, is_named, is_blocking=False),
        Finding(Check.LEGAL, not legal_gaps, is_blocking=False, count=legal_gaps),
        Finding(Check.MAIL, has_mail, is_blocking=False),
    )


def _skipped_levels(document: Document) -> tuple[Place, ...]:
    """Headings that leave out a level, as a level 4 right under a level 2."""
    found: list[Place] = []
    before = 0
    for block in headings(document):
        if before and block.level > before + 1:
            found.append(Place(block.start, block.end, " ".join(plain(block.inlines).split())))
        before = block.level
    return tuple(found)


def blocking(found: tuple[Finding, ...]) -> tuple[str, ...]:
    """The codes of everything that stands in the way of publication."""
    return tuple(f"missing_{finding.check}" for finding in found if finding.is_blocking and not finding.is_well)
