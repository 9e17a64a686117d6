"""What must be there before a version can be published, and what coordination should look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workspace.text.images import images
from workspace.text.tree import guidance_spans, headings, parse, without_guidance


class Check(StrEnum):
    ABSTRACT = "abstract"
    CONTACT = "contact"
    TEXT = "text"
    ALT_TEXTS = "alt_texts"
    HEADINGS = "headings"
    THREADS = "threads"
    GUIDANCE = "guidance"


@dataclass(frozen=True)
class Finding:
    """One line of the checklist.

    places: what is wrong where, as (source start, words) for a link into the text; empty when all is well.
    is_blocking: publication is refused while something is wrong.
    """

    check: Check
    places: tuple[tuple[int, str], ...]
    is_blocking: bool
    count: int = 0

    @property
    def is_well(self) -> bool:
        return not self.places and not self.count


def findings(title: str, abstract: str, contact: str, text: str, open_threads: int) -> tuple[Finding, ...]:
    """Every line of the checklist, in the order in which it is read."""
    document = parse(text)
    without_alt = tuple((image.start, image.name) for image in images(document) if not image.alt.strip())
    empty = ((0, ""),)
    return (
        Finding(Check.ABSTRACT, () if abstract.strip() else empty, is_blocking=True),
        Finding(Check.CONTACT, () if contact.strip() else empty, is_blocking=True),
        Finding(Check.TEXT, () if title.strip() and without_guidance(text).strip() else empty, is_blocking=True),
        Finding(Check.ALT_TEXTS, without_alt, is_blocking=True),
        Finding(Check.HEADINGS, _skipped_levels(text), is_blocking=False),
        Finding(Check.GUIDANCE, tuple((start, "") for start, _ in guidance_spans(document)), is_blocking=False),
        Finding(Check.THREADS, (), is_blocking=False, count=open_threads),
    )


def _skipped_levels(text: str) -> tuple[tuple[int, str], ...]:
    """Headings that leave out a level, as a level 4 right under a level 2."""
    found: list[tuple[int, str]] = []
    before = 0
    for block in headings(parse(text)):
        if before and block.level > before + 1:
            found.append((block.start, text[block.start : block.end].strip("# \n")))
        before = block.level
    return tuple(found)


def blocking(title: str, abstract: str, contact: str, text: str) -> tuple[str, ...]:
    """The codes of everything that stands in the way of publication."""
    return tuple(
        f"missing_{finding.check}"
        for finding in findings(title, abstract, contact, text, 0)
        if finding.is_blocking and not finding.is_well
    )
