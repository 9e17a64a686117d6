"""Who is told of what: one row for each person and event, never of one's own act, several changes in one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, save
from tests.discussion.talk import talk
from tests.editions.publishing import submit
from tests.notices.mailing import notices
from tests.people import People, actor_of
from workspace.accounts.models import Member
from workspace.db import session
from workspace.discussion import actions as discussion
from workspace.editions import actions as editions
from workspace.groups import actions as groups
from workspace.notices.actions import follow_paper, follow_thread, silence


def kinds(db: Session, member: Member) -> list[str]:
    return [notice.kind for notice in notices(db, member)]


def test_a_comment_tells_the_mentioned_the_participants_and_the_followers_once_each(
    db: Session, people: People
) -> None:
    thread = talk(make_paper(people), people.reviewer, body="Warum acht, @rudi?")
    assert kinds(db, people.reader) == ["mention"]
    assert kinds(db, people.lead) == ["comment"]
    assert kinds(db, people.editor) == ["comment"]
    discussion.reply(actor_of(people.lead), thread, "Weil @emil es so wollte.")
    session().commit()
    assert kinds(db, people.reviewer) == ["answer"]
    assert kinds(db, people.editor) == ["comment", "mention"]
    assert kinds(db, people.lead) == ["comment"], "nobody is told of the own act"
    assert kinds(db, people.reader) == ["mention"], "being mentioned is no part of the discussion"
    assert [kinds(db, member) for member in (people.stranger, people.disabled, people.coordination)] == [[], [], []]


def test_who_comments_follows_the_paper_from_then_on(db: Session, people: People) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    save(paper, people.editor, TEXT + "\nNeu.\n")
    assert kinds(db, people.reviewer) == ["revision"]


def test_several_changes_become_one_notice_until_it_is_read(db: Session, people: People) -> None:
    paper = make_paper(people)
    for number in range(3):
        save(paper, people.editor, f"{TEXT}\nNeu {number}.\n")
    (notice,) = notices(db, people.lead)
    assert (notice.since, notice.subject_id) == (1, 4)
    assert notices(db, people.editor) == []
    notice.read_at = notice.changed_at
    db.commit()
    save(paper, people.editor, f"{TEXT}\nNoch neuer.\n")
    assert [(row.since, row.subject_id) for row in notices(db, people.lead)] == [(1, 4), (4, 5)]


def test_one_follows_or_mutes_a_paper(db: Session, people: People) -> None:
    paper = make_paper(people)
    follow_paper(people.reader.id, paper.id, is_muted=False)
    follow_paper(people.lead.id, paper.id, is_muted=True)
    db.commit()
    save(paper, people.editor, TEXT + "\nNeu.\n")
    assert kinds(db, people.reader) == ["revision"]
    assert kinds(db, people.lead) == []
    groups.remove_from_group(actor_of(people.lead), people.quality, people.reader)
    db.commit()
    save(paper, people.editor, TEXT + "\nNeuer.\n")
    assert [row.subject_id for row in notices(db, people.reader)] == [2], "who left the group follows no longer"


def test_one_follows_or_mutes_a_discussion(db: Session, people: People) -> None:
    thread = talk(make_paper(people), people.reviewer)
    follow_thread(people.reader.id, thread.id, is_muted=False)
    follow_thread(people.reviewer.id, thread.id, is_muted=True)
    follow_thread(people.editor.id, thread.id, is_muted=True)
    db.commit()
    discussion.reply(actor_of(people.lead), thread, "So.")
    db.commit()
    assert kinds(db, people.reader) == ["answer"]
    assert kinds(db, people.reviewer) == []
    assert kinds(db, people.editor) == ["comment"], "the opening, from before"
    discussion.reply(actor_of(people.lead), thread, "Und nun, @rosa?")
    db.commit()
    assert kinds(db, people.reviewer) == ["mention"], "a mention reaches also who muted"


def test_a_mention_that_is_edited_in_turns_the_notice(db: Session, people: People) -> None:
    thread = talk(make_paper(people), people.reviewer)
    discussion.edit_comment(actor_of(people.reviewer), thread.comments[0], "Warum acht, @emil und @rudi?")
    db.commit()
    assert kinds(db, people.editor) == ["mention"]
    assert kinds(db, people.reader) == ["mention"]


def test_publishing_tells_coordination_then_the_group(db: Session, people: People) -> None:
    submission = submit(people, make_paper(people))
    assert kinds(db, people.coordination) == ["submitted"]
    editions.publish(actor_of(people.coordination), submission)
    db.commit()
    inside = (people.lead, people.editor, people.reviewer, people.reader)
    assert [kinds(db, member)[-1:] for member in inside] == [["published"]] * 4
    assert kinds(db, people.coordination) == ["submitted"]
    assert kinds(db, people.stranger) == []


def test_what_is_dropped_with_its_transaction_tells_nobody(db: Session, people: People) -> None:
    thread = talk(make_paper(people), people.reviewer)
    before = len(notices(db, people.lead))
    discussion.reply(actor_of(people.editor), thread, "Verworfen.")
    db.rollback()
    assert len(notices(db, people.lead)) == before


def test_histories_that_are_loaded_tell_nobody(db: Session, people: People) -> None:
    with silence():
        paper = make_paper(people)
        talk(paper, people.reviewer, body="@clara, warum?")
        save(paper, people.editor, TEXT + "\nNeu.\n")
    assert kinds(db, people.lead) == []
