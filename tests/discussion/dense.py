"""The sample's 60 KB paper with many comments, four to a paragraph: what a reading page has to bear."""

from __future__ import annotations

from itertools import islice

from tests.builders import make_paper
from tests.people import People, actor_of
from workspace.db import session
from workspace.discussion import actions
from workspace.discussion.models import ThreadKind
from workspace.papers.models import Paper
from workspace.sample.scripts import SAMPLE, read_script
from workspace.text.tree import leaf_blocks, parse

SAID = (
    "Hier fehlt mir ein Beispiel aus einer kleinen Kommune.",
    "Wer prüft das, und bis wann? In Falkenrade hatten wir dafür zwei Stellen, und am Ende hat es niemand getan. Ich"
    " schlage vor, die Zuständigkeit hier zu nennen und die Frist in den Anhang zu stellen.",
    "Einverstanden.",
    "Der Satz verspricht mehr, als das Verfahren halten kann. Bitte abschwächen oder belegen.",
)


def dense_paper(people: People, count: int) -> Paper:
    """The paper with `count` comments by two people; every third is done."""
    text = read_script(SAMPLE / "papers" / "qualitaet").texts[-1]
    paper = make_paper(people, text=text)
    leaves = [leaf for leaf in leaf_blocks(parse(text)) if leaf.kind == "paragraph" and leaf.end - leaf.start > 250]
    places = [(leaf.start, leaf.start + 30 + 50 * quarter) for leaf in leaves[::2] for quarter in range(4)]
    for number, (start, middle) in enumerate(islice(places, count)):
        by = actor_of((people.reviewer, people.editor)[number % 2])
        thread = actions.open_thread(
            by, paper, kind=ThreadKind.REMARK, body=SAID[number % len(SAID)], revision_number=paper.head_number,
            span=(max(start, middle - 25), middle),
        )  # fmt: skip
        if number % 3 == 0:
            actions.resolve_thread(by, thread)
    session().commit()
    return paper
