"""Markdown to tree and page: time against the bare parser, the way back to the source, hostile texts.

Yardstick: markdown-it-py with the same extensions and its own renderer, which knows lines but no positions.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from benchmarks.text.corpus import SEED, histories
from benchmarks.text.measure import cpu, quantile, table, timed
from tests.text.hostile_markdown import HOSTILE
from tests.text.letters import assert_letters
from workspace.text import html, tree
from workspace.text.nodes import Document

SIZES = (("17 KB", 10_000, 30_000), ("60 KB", 30_000, 100_000), ("160 KB", 100_000, 300_000), ("laws", 300_000, 10**7))
"""Classes of length in characters: from, up to."""
RUNS = 7
SELECTIONS = 200
SAMPLED = 12
"""Revisions of each history whose letters are checked, besides the last; of laws the last only."""
BOUND = 2.0
"""Seconds for a hostile text of a megabyte."""
WORST = 8


class Times(NamedTuple):
    """CPU milliseconds of one run."""

    parse: float
    render: float
    bare_parse: float
    bare_render: float

    @property
    def share(self) -> float:
        return (self.parse + self.render) / (self.bare_parse + self.bare_render)


def bare() -> MarkdownIt:
    """The parser as it comes, with what papers may hold."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.use(deflist_plugin).use(footnote_plugin)


def run(text: str, parser: MarkdownIt) -> Times:
    """Parse and render once each way."""
    document, parse = timed(lambda: tree.parse(text))
    _, render = timed(lambda: html.render(document))
    env: dict[str, Any] = {}
    tokens, bare_parse = timed(lambda: parser.parse(text, env))
    _, bare_render = timed(lambda: parser.renderer.render(tokens, parser.options, env))
    return Times(parse, render, bare_parse, bare_render)


def each(ms: list[float]) -> str:
    return f"{quantile(ms, 0.5):.1f} / {quantile(ms, 0.95):.1f}"


def times(texts: list[str]) -> None:
    """Time of each class of length."""
    parser, rows = bare(), []
    for name, least, most in SIZES:
        chosen = [text for text in texts if least <= len(text) < most]
        runs = [run(text, parser) for text in chosen for _ in range(RUNS)]
        if not runs:
            continue
        ours = [one.parse + one.render for one in runs]
        rows.append(
            (
                name,
                len(chosen),
                each([one.parse for one in runs]),
                each([one.render for one in runs]),
                each(ours),
                each([one.bare_parse for one in runs]),
                each([one.bare_parse + one.bare_render for one in runs]),
                quantile([one.share for one in runs], 0.5),
            )
        )
    table(
        "Parsing and rendering (CPU ms, p50 / p95; last revisions)",
        ("length", "texts", "parse", "render", "both", "markdown-it parse", "markdown-it both", "ours / theirs, p50"),
        rows,
    )


def all_letters(document: Document) -> list[tuple[int, int]]:
    """Start and number of visible characters of each leaf."""
    return [(leaf.start, len(tree.rendered(leaf)[1])) for leaf in tree.leaf_blocks(document)]


def lookups(texts: list[str]) -> None:
    """What it costs to lead a selection to the source, and to read all visible text with its places."""
    rows, pick = [], random.Random(SEED)
    for name, least, most in SIZES:
        spent: list[float] = []
        whole: list[float] = []
        for text in [text for text in texts if least <= len(text) < most]:
            document = tree.parse(text)
            shown, ms = timed(partial(all_letters, document))
            whole.append(ms)
            leaves = [(start, length) for start, length in shown if length]
            for start, length in pick.choices(leaves, k=SELECTIONS):
                first = pick.randrange(length)
                look = partial(tree.source_span, document, start, first, pick.randint(first + 1, length))
                spent.append(timed(look)[1])
        if spent:
            rows.append((name, len(spent), each([1000 * ms for ms in spent]), each(whole)))
    table(
        "The way back to the source (p50 / p95)",
        ("length", "selections", "one selection, µs", "all visible text with places, ms"),
        rows,
    )


def letters() -> None:
    """Each visible character against the source, and the page against the tree."""
    texts = characters = wrong = 0
    for history in histories():
        last = history.texts[-1]
        earlier = history.texts[:: max(1, len(history.texts) // SAMPLED)] if len(last) < SIZES[-1][1] else []
        for text in {*earlier, last}:
            texts += 1
            try:
                characters += assert_letters(text)
            except AssertionError:
                wrong += 1
    table(
        "Every visible character came from where the tree says; the page holds these and no others",
        ("texts", "characters checked", "texts with a character without place or a wrong one", "target"),
        [(texts, characters, wrong, 0)],
    )


def hostile() -> None:
    """Time of every hostile text of a megabyte."""
    found: list[tuple[float, str]] = []
    for name, make in HOSTILE.items():
        text = make()
        began = cpu()
        html.render(tree.parse(text))
        found.append((cpu() - began, name))
    found.sort(reverse=True)
    over = sum(seconds > BOUND for seconds, _ in found)
    rows: list[tuple[object, ...]] = [(name, seconds, BOUND) for seconds, name in found[:WORST]]
    rows.append((f"over {BOUND:.0f} s, of {len(found)}", over, 0))
    table(f"Hostile texts of 1 MB, the {WORST} worst (CPU s, parse and render)", ("text", "reached", "target"), rows)


def main() -> None:
    """Run all four."""
    texts = [history.texts[-1] for history in histories()]
    times(texts)
    lookups(texts)
    letters()
    hostile()
