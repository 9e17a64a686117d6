"""Who wrote what is exact: every member here types an alphabet of their own, so that each letter says who it was."""

from __future__ import annotations

import random

import pytest

from tests.papers.browsers import Browser
from tests.papers.test_updates import browser_of, document
from workspace.papers.document import Kept, Loaded, Stored
from workspace.papers.known import NOBODY
from workspace.papers.log import Checked
from workspace.papers.typed import typed_since
from workspace.text import authorship
from workspace.text.runs import Runs

EDITOR = 1
ALPHABETS = {7: "абвгдежз ", 8: "αβγδεζηθ ", 9: "𐀀𐀁𐀂😀👀🚀"}
LATIN = "Der Text, mit dem alles begann. Er hat zwei Sätze.\n"


def author_of(letter: str) -> int:
    return next((member for member, letters in ALPHABETS.items() if letter in letters.strip()), EDITOR)


class Paper:
    """A log in memory, closed and compacted now and then."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.server = document(LATIN)
        self.rows: list[Stored] = []
        self.text, self.runs = LATIN, authorship.start(LATIN, EDITOR)
        self.number = 1

    def send(self, member: int, update: bytes) -> None:
        checked: Checked = self.server.checking().check(update, member)
        if checked.is_empty:
            return
        self.server.apply([checked])
        self.rows.append(Stored(self.server.seq, [(member, checked.update)]))

    def compact(self) -> None:
        """Forget all but the state."""
        old = self.server
        loaded = Loaded(1, old.epoch, old.seq, old.snapshot(), (), old.kept)
        self.server = document("")
        self.server.epoch = 0
        self.server.replay(loaded)
        assert self.server.text == old.text

    def close(self) -> dict[int, tuple[int, int]]:
        """Make a revision of what was typed. Returns: words by member."""
        new = self.server.text
        typed = typed_since(self.server, self.text, new, self.rows, EDITOR)
        assert typed.difference.new == new
        self.runs = authorship.carry(self.runs, typed.difference, typed.runs)
        self.text, self.number, self.rows = new, self.number + 1, []
        self.server.kept = Kept(self.number, self.server.seq, self.server.marked())
        return dict(typed.words)


def letters_of(text: str, runs: Runs) -> list[tuple[str, int]]:
    found, at = [], 0
    for author, length in runs:
        found += [(letter, int(author)) for letter in text[at : at + length] if not letter.isspace()]
        at += length
    assert at == len(text)
    return found


def act(browser: Browser, member: int, chance: random.Random) -> bytes:
    length = len(browser.text)
    if chance.random() < 0.7 or not length:
        words = "".join(chance.choice(ALPHABETS[member]) for _ in range(chance.randint(1, 12)))
        return browser.type(chance.randint(0, length), words)
    start = chance.randrange(length)
    return browser.delete(start, min(length, start + chance.randint(1, 9)))


def run_history(seed: int) -> None:
    """Three members, online and not, with revisions, reconnections under new ids, and compactions between."""
    chance = random.Random(seed)
    paper = Paper(chance)
    browsers = {member: browser_of(paper.server) for member in ALPHABETS}
    waiting: dict[int, list[bytes]] = {member: [] for member in ALPHABETS}
    for _step in range(60):
        member = chance.choice(list(ALPHABETS))
        waiting[member].append(act(browsers[member], member, chance))
        if chance.random() < 0.4:
            for update in waiting[member]:
                paper.send(member, update)
            waiting[member] = []
            browsers[member].hear(paper.server.missing(browsers[member].doc.get_state()))
        if chance.random() < 0.04 and not waiting[member]:
            browsers[member] = browser_of(paper.server)
        if chance.random() < 0.05:
            paper.compact()
        if chance.random() < 0.06 and paper.rows:
            writers = {who for row in paper.rows for who, _ in row.updates}
            words = paper.close()
            assert set(words) <= writers
            assert all(author == author_of(letter) for letter, author in letters_of(paper.text, paper.runs))
    for member, updates in waiting.items():
        for update in updates:
            paper.send(member, update)
    if paper.rows:
        paper.close()
    assert all(author == author_of(letter) for letter, author in letters_of(paper.text, paper.runs))
    for browser in browsers.values():
        browser.hear(paper.server.missing(b"\0"))
        assert browser.text == paper.text


def test_authors_of_random_histories_are_exact() -> None:
    for seed in range(40):
        run_history(seed)


@pytest.mark.long
def test_authors_of_four_hundred_random_histories_are_exact() -> None:
    for seed in range(1000, 1400):
        run_history(seed)


def test_who_deleted_what_is_known_by_member() -> None:
    paper = Paper(random.Random(1))
    emil, clara = browser_of(paper.server), browser_of(paper.server)
    both = LATIN.index("mit dem alles")
    paper.send(7, emil.delete(0, 4))
    paper.send(8, clara.delete(both, both + len("mit dem alles ")))
    assert paper.close() == {7: (0, 1), 8: (0, 3)}
    assert NOBODY not in {author for author, _ in paper.runs}
