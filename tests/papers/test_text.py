"""`change_text`: what is kept when several people write, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, save
from tests.people import People, actor_of
from workspace import config
from workspace.accounts.models import Member
from workspace.config import Settings, using
from workspace.db import session, session_scope
from workspace.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from workspace.events import Event
from workspace.papers import actions
from workspace.papers.models import Authorship, Paper, Revision, RevisionAuthor, Source
from workspace.papers.store import authors_of, text_of
from workspace.papers.text import EditConflict, change_text
from workspace.search import SearchDocument
from workspace.text import authorship

WEEKS = "Jede Kommune antwortet binnen acht Wochen."
OPEN = "Die Antwort ist öffentlich und nennt Gründe."
PROMISE = "Das Versprechen heißt: Die Meinung kommt an."


def numbers(paper: Paper) -> list[int]:
    query = select(Revision.number).where(Revision.paper_id == paper.id).order_by(Revision.number)
    return list(session().scalars(query))


def written_by(paper: Paper, number: int, words: str) -> list[authorship.Author]:
    """Who wrote these words of a revision."""
    start = text_of(paper, number).index(words)
    runs = authors_of(paper, number).runs
    return [author for author, _ in authorship.who_wrote(runs, start, start + len(words))]


def test_a_save_is_the_next_revision(people: People) -> None:
    paper = make_paper(people)
    revision = save(paper, people.lead, TEXT.replace("acht", "zehn"), summary="Frist verlängert")
    assert (revision.number, revision.base_number, revision.source) == (2, 1, Source.FORM)
    assert revision.summary == "Frist verlängert"
    assert paper.head_number == 2
    assert text_of(paper, 1) == TEXT
    assert text_of(paper, 2) == TEXT.replace("acht", "zehn")


def test_a_save_counts_words_and_is_logged(people: People) -> None:
    paper = make_paper(people)
    revision = save(paper, people.lead, TEXT.replace("acht Wochen", "zehn ganzen Wochen"))
    [author] = revision.authors
    assert (author.member_id, author.inserted, author.deleted) == (people.lead.id, 2, 1)
    event = session().scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.verb, event.facts["number"], event.actor_id) == ("revision.saved", 2, people.lead.id)
    assert "Wochen" not in str(event.facts)


def test_a_save_can_be_found(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT + "\nDie Losbürgerschaft wird beteiligt.\n")
    folded = session().scalar(select(SearchDocument.folded).filter_by(kind="paper", subject_id=paper.id))
    assert "losburgerschaft" in (folded or "")


def test_text_is_kept_in_its_stored_form(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, "\ufeffFu\u0308r\x00 alle\ud800\r\n\r\n\r\n")
    assert text_of(paper, 2) == "Für alle\n"


def test_nothing_changed_gives_the_head(people: People) -> None:
    paper = make_paper(people)
    assert save(paper, people.lead, TEXT.replace("\n", "\r\n")).number == 1
    assert numbers(paper) == [1]


def test_what_others_saved_already_is_not_saved_twice(people: People) -> None:
    paper = make_paper(people)
    changed = TEXT.replace("acht", "zehn")
    save(paper, people.lead, changed)
    assert save(paper, people.editor, changed, base=1).number == 2
    assert numbers(paper) == [1, 2]


def test_simultaneous_saves_in_different_places_are_merged(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    merged = save(paper, people.editor, TEXT.replace("keine Satzung", "weder Satzung noch Leitlinie"), base=1)
    assert (merged.number, merged.base_number, merged.source) == (3, 1, Source.MERGE)
    assert "zehn Wochen" in text_of(paper, 3)
    assert "weder Satzung noch Leitlinie" in text_of(paper, 3)


def test_a_merge_credits_everybody_with_their_own_words(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    merged = save(paper, people.editor, TEXT.replace("keine Satzung", "weder Satzung noch Leitlinie"), base=1)
    assert written_by(paper, 3, "zehn") == [people.lead.id]
    assert written_by(paper, 3, "Leitlinie") == [people.editor.id]
    assert [(row.member_id, row.inserted) for row in merged.authors] == [(people.editor.id, 3)]


def test_a_conflict_keeps_both_sides_and_changes_nothing(people: People) -> None:
    paper = make_paper(people)
    theirs, mine = TEXT.replace("acht", "zehn"), TEXT.replace("acht", "sechs")
    save(paper, people.lead, theirs)
    with pytest.raises(EditConflict) as caught:
        save(paper, people.editor, mine, base=1)
    conflict = caught.value
    assert (conflict.base, conflict.theirs, conflict.mine, conflict.theirs_number) == (TEXT, theirs, mine, 2)
    [place] = conflict.merged.conflicts
    assert ("acht" in place.base, "zehn" in place.theirs, "sechs" in place.mine) == (True, True, True)
    assert numbers(paper) == [1, 2]


def test_a_resolved_conflict_is_saved_on_what_others_saved(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    with pytest.raises(EditConflict) as caught:
        save(paper, people.editor, TEXT.replace("acht", "sechs").replace("Gründe", "alle Gründe"), base=1)
    merged = caught.value.merged
    resolved = merged.resolved([place.mine for place in merged.conflicts])
    save(paper, people.editor, resolved, base=caught.value.theirs_number)
    assert "binnen sechs Wochen" in text_of(paper, 3)
    assert "alle Gründe" in text_of(paper, 3)


def test_deleting_a_passage_somebody_changed_is_asked(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    with pytest.raises(EditConflict):
        save(paper, people.editor, TEXT.replace(f"{WEEKS} {OPEN}\n\n", ""), base=1)


@pytest.mark.parametrize("base", [0, 3, -1, 10**18])
def test_a_base_that_is_not_there_is_refused(people: People, base: int) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    with pytest.raises(Invalid, match="base_unknown"):
        save(paper, people.editor, TEXT, base=base)


@pytest.mark.parametrize("text", ["", "\n\n", "\x00\ud800\ufeff"])
def test_an_empty_text_is_refused(people: People, text: str) -> None:
    paper = make_paper(people)
    with pytest.raises(Invalid, match="paper_empty"):
        save(paper, people.editor, text)


def test_a_text_beyond_the_limit_is_refused(people: People) -> None:
    paper = make_paper(people)
    limit = config.settings().paper_max_bytes
    with pytest.raises(TooLarge) as caught:
        save(paper, people.editor, "ä" * (limit // 2))
    assert caught.value.values == {"limit": limit, "now": limit + 1}
    assert save(paper, people.editor, "ä" * (limit // 2 - 1)).number == 2


def test_a_summary_beyond_the_limit_is_refused(people: People) -> None:
    paper = make_paper(people)
    with pytest.raises(Invalid) as caught:
        save(paper, people.editor, TEXT + "\nNeu.\n", summary="x" * 201)
    assert caught.value.fields == {"summary": "too_long"}


@pytest.mark.parametrize("who", ["reviewer", "reader", "stranger", "coordination", "admin"])
def test_only_editors_and_leads_change_the_text(people: People, who: str) -> None:
    paper = make_paper(people)
    with pytest.raises(Forbidden):
        save(paper, getattr(people, who), TEXT.replace("acht", "zehn"))


def test_a_parked_paper_is_not_changed(people: People) -> None:
    paper = make_paper(people)
    actions.park_paper(actor_of(people.lead), paper)
    session().commit()
    with pytest.raises(Forbidden):
        save(paper, people.editor, TEXT.replace("acht", "zehn"))


def test_restore_brings_text_and_authors_back(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace(OPEN, "").replace("acht", "zehn"))
    restored = actions.restore_revision(actor_of(people.lead), paper, 1)
    session().commit()
    assert (restored.number, restored.source, restored.restored_number) == (3, Source.RESTORE, 1)
    assert text_of(paper, 3) == TEXT
    assert written_by(paper, 3, OPEN) == [people.editor.id]
    assert authors_of(paper, 3).runs == authors_of(paper, 1).runs


def test_restoring_what_stands_there_is_refused(people: People) -> None:
    paper = make_paper(people)
    for number in (0, 1):
        with pytest.raises(Conflict, match="nothing_to_restore"):
            actions.restore_revision(actor_of(people.lead), paper, number)
    with pytest.raises(NotFound):
        actions.restore_revision(actor_of(people.lead), paper, 7)


def test_authorship_is_carried_between_the_kept_rows(people: People) -> None:
    paper = make_paper(people)
    text = TEXT
    for number in range(2, 20):
        text += f"\nAbsatz {number} ist ganz neu.\n"
        save(paper, people.lead if number % 2 else people.editor, text)
    kept = set(session().scalars(select(Authorship.number).where(Authorship.paper_id == paper.id)))
    assert kept == {16, 19}
    assert written_by(paper, 9, "Absatz 8") == [people.editor.id]
    assert written_by(paper, 9, "Absatz 9") == [people.lead.id]
    assert written_by(paper, 19, WEEKS) == [people.editor.id]


def test_going_back_and_forth_keeps_authors_and_stays_quick(people: People) -> None:
    """Restores of restores: each is read from a row of its own, not from all before it."""
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace(WEEKS, "Jede Kommune antwortet bald."))
    for _turn in range(12):
        actions.restore_revision(actor_of(people.lead), paper, paper.head_number - 1)
        session().commit()
    assert paper.head_number == 14
    assert written_by(paper, 14, "bald") == [people.lead.id]
    assert written_by(paper, 13, WEEKS) == [people.editor.id]


def test_revisions_are_never_changed(people: People) -> None:
    paper = make_paper(people)
    revision = save(paper, people.lead, TEXT.replace("acht", "zehn"))
    revision.summary = "nachträglich"
    with pytest.raises(Exception, match="append-only"):
        session().flush()
    session().rollback()


# Two at the same instant

Work = Callable[[Member], None]


def at_once(app: Flask, settings: Settings, work: list[tuple[Member, Callable[[], object]]]) -> list[object]:
    """Run each piece of work in a thread and session of its own, all starting together; gives results or errors."""
    start, results = threading.Barrier(len(work)), [object()] * len(work)

    def run(at: int, task: Callable[[], object]) -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]):
            start.wait(timeout=20)
            try:
                results[at] = task()
                session().commit()
            except Exception as error:  # the test looks at what came
                session().rollback()
                results[at] = error

    threads = [threading.Thread(target=run, args=(at, task)) for at, (_, task) in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def saving(paper_id: int, member_id: int, text: str) -> Callable[[], object]:
    def task() -> int:
        paper, member = session().get_one(Paper, paper_id), session().get_one(Member, member_id)
        return change_text(actor_of(member), paper, base=1, new_text=text, source=Source.FORM).number

    return task


def test_two_saves_at_the_same_instant_lose_no_word(
    app: Flask, db: Session, settings: Settings, people: People
) -> None:
    paper = make_paper(people)
    texts = (TEXT.replace("acht", "zehn"), TEXT.replace("keine Satzung", "weder Satzung noch Leitlinie"))
    db.rollback()
    writers = (people.editor, people.lead)
    work = [(who, saving(paper.id, who.id, text)) for who, text in zip(writers, texts, strict=True)]
    results = at_once(app, settings, work)
    db.rollback()  # what this session had read is older
    assert sorted(results, key=str) == [2, 3]
    db.refresh(paper)
    final = text_of(paper, 3)
    assert "zehn Wochen" in final
    assert "weder Satzung noch Leitlinie" in final
    assert written_by(paper, 3, "zehn") == [people.editor.id]
    assert written_by(paper, 3, "Leitlinie") == [people.lead.id]


def test_two_saves_of_one_passage_at_the_same_instant_ask_one(
    app: Flask, db: Session, settings: Settings, people: People
) -> None:
    paper = make_paper(people)
    texts = (TEXT.replace("acht", "zehn"), TEXT.replace("acht", "sechs"))
    db.rollback()
    writers = (people.editor, people.lead)
    work = [(who, saving(paper.id, who.id, text)) for who, text in zip(writers, texts, strict=True)]
    results = at_once(app, settings, work)
    db.rollback()  # what this session had read is older
    assert [result for result in results if not isinstance(result, EditConflict)] == [2]
    [conflict] = [result for result in results if isinstance(result, EditConflict)]
    db.refresh(paper)
    saved = text_of(paper, 2)
    assert {saved, conflict.mine} == set(texts)
    assert conflict.theirs == saved


def test_many_saves_at_the_same_instant_lose_no_word(
    app: Flask, db: Session, settings: Settings, people: People
) -> None:
    sections = [f"## Abschnitt {n}\n\nDies ist der Absatz mit der Nummer {n}.\n" for n in range(5)]
    paper = make_paper(people, text="\n".join(sections))
    whole = text_of(paper, 1)
    db.rollback()
    texts = [whole.replace(f"Nummer {n}.", f"Nummer {n}, neu gefasst.") for n in range(5)]
    work = [(people.editor, saving(paper.id, people.editor.id, text)) for text in texts]
    results = at_once(app, settings, work)
    db.rollback()  # what this session had read is older
    saved = [result for result in results if isinstance(result, int)]
    refused = [result for result in results if not isinstance(result, int)]
    assert all(isinstance(result, Conflict) and result.code == "busy" for result in refused), refused
    db.refresh(paper)
    final = text_of(paper, paper.head_number)
    assert final.count("neu gefasst") == len(saved)
    assert sorted(saved) == list(range(2, len(saved) + 2))
    rows = db.scalars(select(RevisionAuthor).join(Revision).where(Revision.paper_id == paper.id)).unique().all()
    assert len(rows) == len(saved) + 1
