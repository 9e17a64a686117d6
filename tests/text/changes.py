"""Texts and changes of texts for tests of the difference engine."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

from workspace.text.diff import Difference, Op
from workspace.text.normal import normalize
from workspace.text.tokens import tokens

SENTENCES = [
    "Die Stadt beteiligt ihre Bürger*innen früh und verbindlich.",
    "Beteiligungsbeauftragte begleiten jedes Verfahren über 1.000,50 €.",
    "Am 01.02.2024 begann die zweite Runde, siehe https://stadt.example/plan?x=1.",
    "„Wir hören zu“, sagte die Bürgermeisterin Özlem Öztürk.",
    "Für 👩‍🌾 und 👨🏽‍🚒 gilt **dasselbe** Recht.",
    "Das ist *wichtig* und [hier](https://stadt.example) belegt[^1].",
    "Wer mitmacht, erhält eine Antwort innerhalb von vier Wochen.",
    "Ja.",
    "Die Kommune prüft, ob z. B. ein Beirat möglich ist; sonst entfällt er.",
    "Ein Rat aus 25 ausgelosten Menschen tagt dreimal im Jahr öffentlich.",
]
HEADINGS = ["# Ziel", "## Rolle der Verwaltung", "- erster Punkt", "| a | b |", "> Zitat aus dem Rat"]
JOINTS = [" ", " ", " ", "\n", "\n\n", "\n\n", "\n\n\n"]
WORDS = [
    *("Bürger", "Bürger*innen", "neu", "nicht", "und", "über", "Straße", "1.000,51", "24.12.2025", "👩‍🌾", "„so“"),
    *("**", "*", ",", ".", "\n\n", "\n", "- ", "# ", "(", ")", "https://a.example/b", "a\u0301", "_"),
]


@st.composite
def papers(draw: st.DrawFn) -> str:
    """A text of German sentences and markup."""
    parts = draw(st.lists(st.sampled_from(SENTENCES + HEADINGS), max_size=14))
    return normalize("".join(part + draw(st.sampled_from(JOINTS)) for part in parts))


@st.composite
def changed_papers(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts: one made of the other by changing, adding, removing and moving things, or another text."""
    old = draw(papers())
    if draw(st.integers(0, 9)) == 0:
        return old, draw(papers())
    if draw(st.integers(0, 9)) == 0:
        return old, normalize(draw(st.text(max_size=60)))
    new = old
    for _ in range(draw(st.integers(1, 5))):
        new = draw(_change(new))
    return old, normalize(new)


@st.composite
def _change(draw: st.DrawFn, text: str) -> str:
    first, last = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    kind = draw(st.sampled_from(["word", "cut", "sentence", "move", "double", "shuffle"]))
    if kind == "word":
        piece = draw(st.sampled_from(WORDS))
        return text[:first] + draw(st.sampled_from(["", " "])) + piece + text[first + len(piece) :]
    if kind == "cut":
        return text[:first] + text[min(last, first + 60) :]
    if kind == "sentence":
        return text[:first] + draw(st.sampled_from(SENTENCES)) + " " + text[first:]
    blocks = text.split("\n\n")
    at, to = draw(st.integers(0, len(blocks) - 1)), draw(st.integers(0, len(blocks)))
    if kind == "move":
        block = blocks.pop(at)
        blocks.insert(to, block)
    elif kind == "double":
        blocks.insert(to, blocks[at])
    else:
        blocks = draw(st.permutations(blocks))
    return "\n\n".join(blocks)


ODD = [
    *(
        "Bürger",
        "u\u0308ber",
        "§",
        "1.000,50",
        "01.02.2024",
        "3a",
        "Bürger*innen",
        "Be\u00adteiligung",
        "x" * 40,
        "und",
    ),
    *("👩‍👩‍👧", "👍🏽", "🇩🇪", "❤️", "e\u0301\u0302", "\u200d", "\u200b", "\u0301", "العربية", "漢字", "𝔘"),
    *(
        "*",
        "**",
        "`",
        "~~",
        "_",
        "[^1]",
        "[t](u)",
        "![a](b)",
        "<b>",
        "&amp;",
        "\\*",
        "| a | b |",
        "https://a.example/x?y=1",
    ),
    *("- ", "# ", "> ", "1. ", "```", "---", "(", ")", ".", ",", "„", "“", ":", "…"),
]
GLUE = ["", " ", " ", " ", "\n", "\n", "\n\n", "\n \n\n", "  \n", "\t", "\u00a0", "\r\n", "\u2028"]


@st.composite
def odd_pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts of odd pieces, one often made of the other; not always in the stored form."""
    old = draw(st.lists(st.tuples(st.sampled_from(ODD), st.sampled_from(GLUE)), max_size=40))
    if draw(st.integers(0, 4)) == 0:
        return "".join(map("".join, old)), draw(st.text(max_size=80))
    new = list(old)
    for _ in range(draw(st.integers(0, 5))):
        at, to = draw(st.integers(0, len(new))), draw(st.integers(0, len(new)))
        size = draw(st.integers(0, 8))
        piece = new[at : at + size]
        if draw(st.booleans()):
            del new[at : at + size]
        if draw(st.booleans()):
            new[to:to] = piece or [(draw(st.sampled_from(ODD)), draw(st.sampled_from(GLUE)))]
    return "".join(map("".join, old)), "".join(map("".join, new))


def marked(ops: Sequence[Op]) -> str:
    """A difference in one line: [deleted]{inserted}."""
    return "".join({-1: f"[{text}]", 0: text, 1: f"{{{text}}}"}[kind] for kind, text in ops)


def side_of(ops: Sequence[Op], side: int) -> str:
    """The old (-1) or the new (1) text of a difference."""
    return "".join(text for kind, text in ops if kind in (0, side))


def check(difference: Difference) -> None:
    """What holds for every difference."""
    old, new, ops = difference.old, difference.new, difference.ops
    assert (side_of(ops, -1), side_of(ops, 1)) == (old, new)
    assert all(text for _, text in ops)
    assert all(before[0] != after[0] and (before[0], after[0]) != (1, -1) for before, after in pairwise(ops)), (
        "deletion first, neighbours merged"
    )
    assert (old == new) == all(kind == 0 for kind, _ in ops)
    check_tokens_whole(old, ops, -1)
    check_tokens_whole(new, ops, 1)
    deleted, inserted = changed_places(ops, -1), changed_places(ops, 1)
    for move in difference.moves:
        assert deleted.issuperset(range(move.old_start, move.old_end))
        assert inserted.issuperset(range(move.new_start, move.new_end))


def check_tokens_whole(text: str, ops: Sequence[Op], side: int) -> None:
    """No island begins or ends inside a token; only blank lines may be divided."""
    at, borders = 0, set()
    for kind, piece in ops:
        if kind in (0, side):
            borders.add(at)
            at += len(piece)
    for start, end in tokens(text):
        if not text[start:end].isspace():
            assert borders.isdisjoint(range(start + 1, end)), text[start:end]


def changed_places(ops: Sequence[Op], side: int) -> set[int]:
    """The positions of one side that are marked as changed."""
    at = 0
    places: set[int] = set()
    for kind, piece in ops:
        if kind in (0, side):
            if kind:
                places.update(range(at, at + len(piece)))
            at += len(piece)
    return places
