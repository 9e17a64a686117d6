"""Markdown for property tests: whole blocks and torn pieces of markup, put together at random."""

from __future__ import annotations

from hypothesis import strategies as st

_WORDS = ["Wort", "größer", "👩‍🌾", "§ 3 (c)", "a", "1.000,50", "„Ja“", "e\u0301", " ", "  ", "\n", "\\", "Ende."]
_SIGNS = [
    *"*_`~[]()!<>&|#-+:{}^\"'\t",
    "**", "~~", "``", "![", "](", "[^1]", "[^n]", "&amp;", "&nGt;", "&#13;", "\\*", "\\|", "  \n", "\\\n", "\n\n",
    "\n> ", "\n- ", "\n1. ", "\n\t", "\n    ", "](/x)", "](https://a.example \"t\")", "](b.png)", "{width=60%}",
    "<https://a.example>", "[a]: /b", "\n\n[^1]: ", "\n: ", "\n|-|-|\n", "[x] ", "```\n", "\n---\n", "\n===\n",
]  # fmt: skip
_BLOCKS = [
    "# Ausgangslage\n\n",
    "### Früh & *gut*\n\n",
    "Unterstrichen\n===\n\n",
    "Ein Absatz mit **fett** und `code` und\nzweiter Zeile[^1].\n\n",
    "- eins\n- zwei\n  - drei\n\n",
    "1. a\n\n   b\n2. c\n\n\t\tcode\n\n",
    "- [ ] offen\n- [x] erledigt *ja*\n\n",
    "> Zitat\nfaul weiter\n> > tiefer\n\n",
    "> [!HINWEIS]\n> Hier steht, **was** zu tun ist.\n>\n> - Punkt\n\n",
    "| A | B |\n|:-:|--:|\n| 1 | x \\| y |\n| `a\\|b` |\n\n: Tabelle mit *Titel*[^n]\n\n",
    "> a | b\n> -|-\n> *c* | d\n\n",
    '![Alt *x*](Bild 1.png "Titel")\n\n![Alt](<größe 2.png>){caption="Ein Bild, groß" width=63% x=y}\n\n',
    "Begriff\n: Erklärung\n\n  mehr\n: noch eine\n\n",
    "```python\nx = 1\n\n\ty\n```\n\n",
    ">\tcode\n>\t\tmit Tab\n\n",
    "---\n\n",
    "[^1]: Eine Note.\n\n    Zweiter Absatz[^n].\n\n[^n]: > Zitat\n\n",
    "[a][b] [b] [c](javascript:x) ![c](//x/y.png)\n\n[b]: https://b.example 'T'\n\n",
    "[außen **fett <https://innen.example>**](/p) und [Note[^1]](#ausgangslage)\n\n",
]

markdown = st.lists(
    st.one_of(st.sampled_from(_BLOCKS), st.sampled_from(_SIGNS), st.sampled_from(_WORDS)), max_size=24
).map("".join)
"""Texts as people and attackers write them; not in the stored form."""

FULL = "".join(_BLOCKS)
"""Every kind of block once."""
