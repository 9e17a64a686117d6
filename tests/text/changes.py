"""Texts and changes of texts for tests of the difference engine."""

from __future__ import annotations

from hypothesis import strategies as st

from workspace.text.normal import normalize

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
