"""Papers whose parts move: lists, tables and definitions made of a few sentences, put together anew."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.text.markdown import markdown
from workspace.text.normal import normalize

SENTENCES = [
    "Die Stadt beteiligt ihre Bürger*innen früh und verbindlich.",
    "Wer mitmacht, erhält binnen **acht Wochen** eine Antwort[^1].",
    "Für 👩\u200d🌾 und 👨🏽\u200d🚒 gilt an jedem Ort dasselbe Recht.",
    "Ein Rat aus 25 ausgelosten Menschen tagt [dreimal im Jahr](#ziele).",
    "Der Haushalt nennt einen festen Ansatz von 1.000,50 € je Jahr.",
    "Das Ergebnis wird `öffentlich` gemacht und *begründet*[^2].",
    "Ja.",
    "Frist",
]
_NOTES = "[^1]: So steht es in der Satzung der Stadt seit 2019.\n\n[^2]: Beschluss des Rates vom 14. März 2024.\n"
_SENTENCE = st.sampled_from(SENTENCES)
_SEVERAL = st.lists(_SENTENCE, min_size=1, max_size=5)


def _table(cells: list[str], width: int) -> str:
    rows = ["| " + " | ".join((cells[at:] + cells)[:width]) + " |" for at in range(0, len(cells), width)]
    return "\n".join([rows[0], "|" + "---|" * width, *rows[1:]])


_BLOCKS = st.one_of(
    _SENTENCE,
    _SEVERAL.map(" ".join),
    _SEVERAL.map("\n\n".join),
    _SEVERAL.map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    _SEVERAL.map(lambda lines: "\n".join(f"- [{'x ' [len(line) % 2]}] {line}" for line in lines)),
    st.tuples(_SEVERAL, st.integers(1, 4)).map(
        lambda it: "\n".join(f"{at}. {line}" for at, line in enumerate(it[0], it[1]))
    ),
    _SEVERAL.map(lambda lines: "- Punkt\n\n" + "\n\n".join(f"  {line}" for line in lines)),
    _SEVERAL.map(lambda lines: "- Punkt\n" + "\n".join(f"  - {line}" for line in lines)),
    _SEVERAL.map(lambda lines: "> " + "\n>\n> ".join(lines)),
    _SEVERAL.map(lambda lines: "> - " + "\n> - ".join(lines)),
    _SEVERAL.map(lambda lines: "> [!HINWEIS]\n> " + "\n>\n> ".join(lines)),
    st.tuples(_SEVERAL, st.integers(1, 3)).map(lambda it: _table(*it)),
    st.tuples(_SEVERAL, st.integers(1, 3)).map(lambda it: "- In der Liste\n\n  " + _table(*it).replace("\n", "\n  ")),
    _SEVERAL.map(lambda lines: "\n\n".join(f"Begriff {line[:3]}\n: {line}" for line in lines)),
    _SEVERAL.map(lambda lines: "```\n" + "\n".join(lines) + "\n```"),
    st.tuples(st.integers(1, 3), st.sampled_from(["Ziele", "Grenzen", *SENTENCES])).map(
        lambda it: "#" * it[0] + " " + it[1]
    ),
)  # fmt: skip


@st.composite
def mixed_pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two papers of the same few sentences in other orders and other kinds of blocks."""
    old = draw(st.lists(_BLOCKS, min_size=1, max_size=5))
    new = draw(st.permutations(old))[: draw(st.integers(1, 5))] + draw(st.lists(_BLOCKS, max_size=2))
    lines = "\n\n".join(new).split("\n")
    for _ in range(draw(st.integers(0, 4))):
        at, to = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        if draw(st.booleans()):
            lines[at], lines[to] = lines[to], lines[at]
        else:
            lines.insert(to, lines.pop(at))
    return normalize("\n\n".join(old) + f"\n\n{_NOTES}"), normalize("\n".join(lines) + f"\n\n{_NOTES}")


@st.composite
def torn_pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two papers with every kind of markup, whole and torn."""
    old = normalize(draw(markdown))
    if draw(st.booleans()):
        return old, normalize(draw(markdown))
    first, last = sorted((draw(st.integers(0, len(old))), draw(st.integers(0, len(old)))))
    return old, normalize(old[:first] + draw(st.sampled_from(["", "\n\n", "x ", old[first:last]])) + old[last:])
