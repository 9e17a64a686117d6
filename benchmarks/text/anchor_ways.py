"""Other ways to find a passage again: yardsticks for the anchors."""

from __future__ import annotations

from diff_match_patch import diff_match_patch
from rapidfuzz import fuzz

from workspace.text.anchors import Anchor

Span = tuple[int, int]

QUOTE, PREFIX, SUFFIX, POSITION = 50, 20, 20, 2
"""How much the likeness of each part weighs in the way of the Hypothesis client."""
MOST_ERRORS = 0.5
"""It takes a passage of which at most this share of the characters is wrong."""
EXACT_PLACES = 1_000
ANYWHERE = 10**9
"""A distance that switches the limit of diff-match-patch off."""


def by_context(anchor: Anchor, text: str) -> Span | None:
    """The quote, or else what is most like it; of several places the one whose surroundings fit best.

    After the published matching of the Hypothesis client (`match-quote`): all exact places, else the
    best approximate one, scored by likeness of quote, prefix and suffix and by distance.
    """
    places = _exact(anchor.quote, text)
    errors = 0.0
    if not places:
        likest = fuzz.partial_ratio_alignment(anchor.quote, text)
        if likest is None or likest.score < 100 * (1 - MOST_ERRORS):
            return None
        places, errors = [(likest.dest_start, likest.dest_end)], 1 - likest.score / 100

    def score(span: Span) -> float:
        before = text[max(0, span[0] - len(anchor.prefix)) : span[0]]
        after = text[span[1] : span[1] + len(anchor.suffix)]
        return (
            QUOTE * (1 - errors)
            + PREFIX * (fuzz.ratio(anchor.prefix, before) / 100 if anchor.prefix else 1.0)
            + SUFFIX * (fuzz.ratio(anchor.suffix, after) / 100 if anchor.suffix else 1.0)
            + POSITION * (1 - abs(span[0] - anchor.start) / max(1, len(text)))
        )

    return max(places, key=score)


def _exact(quote: str, text: str) -> list[Span]:
    found: list[Span] = []
    at = text.find(quote)
    while at >= 0 and len(found) < EXACT_PLACES:
        found.append((at, at + len(quote)))
        at = text.find(quote, at + 1)
    return found


def by_search(anchor: Anchor, text: str, *, distance: int) -> Span | None:
    """`match_main` of diff-match-patch around the old place, by as many characters as its ports can match."""
    engine = diff_match_patch()
    engine.Match_Distance = distance
    at = engine.match_main(text, anchor.quote[: engine.Match_MaxBits], anchor.start)
    return None if at < 0 else (at, min(len(text), at + len(anchor.quote)))


class Positions:
    """`diff_xIndex` of diff-match-patch along its own difference, with its usual time limit."""

    def __init__(self, old: str, new: str) -> None:
        self.engine = diff_match_patch()
        self.difference = self.engine.diff_main(old, new)

    def find(self, anchor: Anchor) -> Span | None:
        start = self.engine.diff_xIndex(self.difference, anchor.start)
        end = self.engine.diff_xIndex(self.difference, anchor.end)
        return (start, end) if start < end else None
