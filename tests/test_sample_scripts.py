"""The sample's prose: every step fits its text, every paper has what a believable one has."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from workspace.sample.loader import network_facts
from workspace.sample.scripts import SAMPLE, all_scripts, apply_edit, read_script

SCRIPTS = {script.name: script for script in all_scripts()}
LONGEST = "qualitaet"
REAL = (
    *("Aachen", "Augsburg", "Berlin", "Bielefeld", "Bochum", "Bonn", "Braunschweig", "Bremen", "Chemnitz", "Cottbus"),
    *("Darmstadt", "Dortmund", "Dresden", "Duisburg", "Düsseldorf", "Erfurt", "Flensburg", "Frankfurt", "Freiburg"),
    *("Gelsenkirchen", "Gera", "Göttingen", "Greifswald", "Gütersloh", "Hamburg", "Hamm", "Hannover", "Heidelberg"),
    *("Heilbronn", "Hildesheim", "Ingolstadt", "Jena", "Karlsruhe", "Kassel", "Kiel", "Koblenz", "Köln", "Konstanz"),
    *("Krefeld", "Leipzig", "Leverkusen", "Lübeck", "Lüneburg", "Magdeburg", "Mainz", "Mannheim", "Marburg", "Minden"),
    *("Mönchengladbach", "München", "Münster", "Nürnberg", "Oberhausen", "Oldenburg", "Osnabrück", "Paderborn"),
    *("Passau", "Potsdam", "Regensburg", "Reutlingen", "Rostock", "Saarbrücken", "Schwerin", "Siegen", "Stuttgart"),
    *("Trier", "Tübingen", "Ulm", "Weimar", "Wiesbaden", "Wolfsburg", "Wuppertal", "Würzburg", "Zwickau"),
    *("Allianz Vielfältige Demokratie", "Bertelsmann", "Netzwerk Bürgerbeteiligung", "Stiftung Mitarbeit"),
)


def test_there_are_fourteen_papers_of_the_three_kinds_in_six_groups() -> None:
    assert len(SCRIPTS) == 14
    assert {script.about["kind"] for script in SCRIPTS.values()} == {
        *("position_paper", "working_paper", "profession_profile")
    }
    assert {script.about["group"] for script in SCRIPTS.values()} == {row["slug"] for row in network_facts()["group"]}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_each_paper_has_its_size_and_its_history(script) -> None:  # type: ignore[no-untyped-def]
    assert 10 <= len(script.texts) <= 60 or script.name == LONGEST
    assert all(before != after for before, after in pairwise(script.texts)), "every step changes something"
    assert 7_000 <= len(script.texts[-1].encode()) <= 65_000
    assert len({step["by"] for step in script.steps} | {script.about["author"]}) >= 3
    assert len(script.about["comment"]) >= 5
    assert len({step["summary"] for step in script.steps}) == len(script.steps)


def test_the_long_paper_has_sixty_kilobytes_and_many_revisions_by_several_hands() -> None:
    script = SCRIPTS[LONGEST]
    assert 58_000 <= len(script.texts[-1].encode()) <= 65_000
    assert len(script.texts) == 200
    assert len({step["by"] for step in script.steps}) >= 6


def test_no_real_place_or_network_is_named() -> None:
    names = re.compile(r"\b(?:" + "|".join(REAL) + r")\b")
    for file in sorted(Path(SAMPLE).rglob("*.toml")) + sorted(Path(SAMPLE).rglob("*.md")):
        assert names.findall(file.read_text(encoding="utf-8")) == [], file.name


def test_a_step_may_restore_an_earlier_text(tmp_path: Path) -> None:
    for name, words in (("paper.toml", ""), ("start.md", "Eins.\n"), ("steps.toml", STEPS)):
        (tmp_path / name).write_text(words, encoding="utf-8")
    assert read_script(tmp_path).texts == ("Eins.\n", "Zwei.\n", "Eins.\n")


STEPS = """
[[step]]
edit = [{ replace = "Eins", with = "Zwei" }]

[[step]]
restore = 0
"""


def test_the_profession_profile_fills_fifteen_pages() -> None:
    assert len(SCRIPTS["berufsbild"].texts[-1]) >= 15 * 3_000


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_every_quote_stands_once_in_its_revision(script) -> None:  # type: ignore[no-untyped-def]
    for comment in script.about.get("comment", ()):
        if "quote" in comment:
            assert script.texts[comment["on_step"]].count(comment["quote"]) == 1, comment["quote"]


def test_a_step_that_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match=r"paper, step 3: the passage stands 2 times"):
        apply_edit("ab ab", {"delete": "ab"}, "paper, step 3")
