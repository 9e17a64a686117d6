"""The sample's prose: every step fits its text, every paper has what a believable one has."""

from __future__ import annotations

import pytest

from workspace.sample.scripts import all_scripts, apply_edit

SCRIPTS = {script.name: script for script in all_scripts()}


def test_there_are_six_papers_of_the_three_kinds() -> None:
    kinds = [script.about["kind"] for script in SCRIPTS.values()]
    assert len(kinds) == 6
    assert set(kinds) == {"position_paper", "working_paper", "profession_profile"}


def test_the_long_paper_has_sixty_kilobytes_and_sixty_revisions_by_several_hands() -> None:
    script = SCRIPTS["qualitaet"]
    assert len(script.texts[-1].encode()) >= 60_000
    assert len(script.texts) == len(set(script.texts)) == 60
    assert len({step["by"] for step in script.steps}) >= 6


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
