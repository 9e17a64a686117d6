"""Mails about notices: what they show, to whom they go, once each, and never what one may not see any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, save
from tests.conftest import ClientFor
from tests.discussion.talk import talk
from tests.editions.publishing import submit
from tests.fresh import look_again
from tests.mail.test_delivery import with_server
from tests.mail_server import MailServer, mail_server
from tests.notices.mailing import mails, notices, run_jobs, scope_for
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.config import DAY, Settings, using
from workspace.db import begin_writing, session
from workspace.discussion import actions as discussion
from workspace.editions import actions as editions
from workspace.groups import actions as groups
from workspace.jobs import Job
from workspace.jobs.models import JobState
from workspace.jobs.queue import RECURRING
from workspace.jobs.worker import Scope, claim
from workspace.letters.jobs import DAILY, WEEKLY
from workspace.letters.sending import mail_member, may_go, send_later
from workspace.mail import Mail, delivery
from workspace.mail.message import as_bytes
from workspace.membership.actions import leave
from workspace.notices.actions import AT_ONCE, choose_paces, follow_paper
from workspace.notices.models import Notice, Pace, Topic
from workspace.papers.actions import describe_paper, mark_read
from workspace.permissions import Role


@pytest.fixture
def scope(app: Flask, settings: Settings) -> Scope:
    return scope_for(app, settings)


def test_a_mention_comes_at_once_with_passage_comment_and_the_way_there(
    db: Session, people: People, scope: Scope, client_for: ClientFor
) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer, body="Warum acht, @rudi?\n<b>Nicht</b> zwei & drei?")
    run_jobs(scope)
    (mail,) = mails(db)
    assert mail.to_address == people.reader.email
    assert "Beteiligung mit Antwort" in mail.subject
    for part in (
        "Rosa Review fragt Sie etwas (Rückmeldung Nr. 1)",
        "> binnen acht Wochen",
        "<b>Nicht</b> zwei & drei?",
    ):
        assert part in mail.text
    assert '<blockquote lang="de">binnen acht Wochen</blockquote>' in mail.html
    assert "<br>&lt;b&gt;Nicht&lt;/b&gt; zwei &amp; drei?" in mail.html
    place = f"/papers/{paper.key}/threads/1#c{thread.comments[0].id}"
    assert f"{place}\n" in mail.text
    assert f'{place}"' in mail.html
    opened = client_for(people.reader).get(place.partition("#")[0])
    assert opened.status_code == 200
    assert f'id="c{thread.comments[0].id}"' in opened.text
    sign_in = client_for(None).get(place.partition("#")[0])
    assert "/sign-in?next=" in sign_in.headers["Location"]


def test_names_and_titles_are_text_in_both_forms_of_a_mail(db: Session, people: People, scope: Scope) -> None:
    people.reviewer.name = "Rosa <i>& Co</i>"
    db.commit()
    talk(make_paper(people, title="Eins <u>& zwei"), people.reviewer, body="@rudi, schau")
    run_jobs(scope)
    (mail,) = mails(db)
    assert "<i>" not in mail.html
    assert "<u>" not in mail.html
    assert "Rosa <i>& Co</i> fragt" in mail.text


def test_a_difference_is_shown_in_the_daily_mail(db: Session, people: People, scope: Scope) -> None:
    paper = make_paper(people)
    save(paper, people.editor, TEXT.replace("acht", "sechs"))
    save(paper, people.editor, TEXT.replace("acht", "zwölf"))
    assert run_jobs(scope, AT_ONCE) == 1
    assert mails(db) == []
    run_jobs(scope, DAILY)
    (mail,) = mails(db)
    assert mail.to_address == people.lead.email
    assert "[Gestrichen: acht] [Eingefügt: zwölf]" in mail.text
    assert ">acht</del>" in mail.html
    assert ">zwölf</ins>" in mail.html
    assert f"/papers/{paper.key}/compare/1/3" in mail.text
    assert "sechs" not in mail.text
    assert "Geändert von: Emil Redaktion" in mail.text


def test_a_mail_speaks_the_language_of_its_reader(db: Session, people: People, scope: Scope) -> None:
    people.reader.language = "en"
    db.commit()
    paper = make_paper(people)
    talk(paper, people.reviewer, body="@rudi, schau")
    follow_paper(people.reader.id, paper.id, is_muted=False)
    db.commit()
    save(paper, people.editor, TEXT.replace("acht", "zwölf"))
    run_jobs(scope, DAILY)
    first, second = mails(db, people.reader)
    assert "Rosa Review asks you something" in first.text
    assert "[Deleted: acht] [Inserted: zwölf]" in second.text
    assert "Guten Tag" not in first.text + second.text


def test_headers_thread_by_paper_and_let_a_mail_program_unsubscribe(
    db: Session, people: People, scope: Scope, settings: Settings
) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer, body="@rudi, eins")
    run_jobs(scope)
    talk(paper, people.reviewer, None, body="@rudi, zwei")
    run_jobs(scope)
    with using(with_server(settings, 25)):
        first, second = (
            message_from_bytes(as_bytes(m, "Netz"), policy=policy.default) for m in mails(db, people.reader)
        )
    assert first["References"] == second["References"] == f"<paper-{paper.key}@localhost>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Unsubscribe"].strip().startswith("<http://localhost/notices/stop/")
    assert first["From"] == "Netz <papiere@netz.example>"


def test_nothing_is_sent_of_what_was_read_meanwhile(db: Session, people: People, scope: Scope) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer, body="@rudi, schau")
    mark_read(actor_of(people.reader), paper, 1)
    db.commit()
    run_jobs(scope, AT_ONCE, DAILY)
    assert mails(db, people.reader) == []
    assert len(mails(db, people.lead)) == 1


def test_each_chooses_how_soon(db: Session, people: People, scope: Scope) -> None:
    choose_paces(people.reader.id, {Topic.MENTION: Pace.WEEKLY})
    choose_paces(people.editor.id, {Topic.COMMENT: Pace.NEVER})
    choose_paces(people.lead.id, {Topic.COMMENT: Pace.AT_ONCE})
    db.commit()
    talk(make_paper(people), people.reviewer, body="@rudi, schau")
    run_jobs(scope)
    assert [mail.member_id for mail in mails(db)] == [people.lead.id]
    run_jobs(scope, DAILY)
    assert len(mails(db)) == 1
    run_jobs(scope, WEEKLY)
    assert [mail.member_id for mail in mails(db)] == [people.lead.id, people.reader.id]
    choose_paces(people.reader.id, {Topic.MENTION: Pace.AT_ONCE})
    db.commit()
    run_jobs(scope, AT_ONCE, DAILY, WEEKLY)
    assert len(mails(db)) == 2, "each of them once"


def test_a_change_at_once_waits_until_the_sitting_is_over(
    db: Session, people: People, scope: Scope, settings: Settings
) -> None:
    choose_paces(people.lead.id, {Topic.REVISION: Pace.AT_ONCE})
    paper = make_paper(people)
    save(paper, people.editor, TEXT + "\nNeu.\n")
    run_jobs(scope, AT_ONCE)
    assert mails(db) == []
    run_jobs(scope, AT_ONCE, at=clock.now() + timedelta(seconds=settings.sitting_pause))
    assert len(mails(db, people.lead)) == 1


def test_what_is_old_is_no_news_for_a_mail(db: Session, people: People, scope: Scope) -> None:
    talk(make_paper(people), people.reviewer, body="@rudi, schau")
    run_jobs(scope, AT_ONCE, DAILY, at=clock.now() + timedelta(seconds=15 * DAY))
    assert mails(db) == []


def summaries(name: str, zone_moment: datetime, count: int) -> list[str]:
    zone, found = ZoneInfo("Europe/Berlin"), []
    for _ in range(count):
        zone_moment = RECURRING[name]().next_after(zone_moment, zone)
        found.append(zone_moment.astimezone(zone).strftime("%a %d.%m. %H:%M %z"))
    return found


def test_summaries_come_on_workdays_at_seven_through_both_clock_changes(scope: Scope) -> None:
    with scope():
        spring, autumn = datetime(2027, 3, 26, 12, tzinfo=UTC), datetime(2027, 10, 29, 12, tzinfo=UTC)
        assert summaries(DAILY, spring, 3) == [
            f"{day} 07:00 +0200" for day in ("Mon 29.03.", "Tue 30.03.", "Wed 31.03.")
        ]
        assert summaries(DAILY, autumn, 2) == ["Mon 01.11. 07:00 +0100", "Tue 02.11. 07:00 +0100"]
        assert summaries(WEEKLY, spring, 2) == ["Mon 29.03. 07:00 +0200", "Mon 05.04. 07:00 +0200"]


def test_a_killed_worker_leaves_nothing_double(db: Session, people: People, scope: Scope) -> None:
    """It dies after the mail was written and before the job is done; the next one begins again."""
    talk(make_paper(people), people.reviewer, body="@rudi und @emil, schaut")
    run_jobs(scope, AT_ONCE)
    db.execute(update(Notice).values(mailed_at=None, mail_id=None))
    db.query(Mail).delete()
    db.commit()
    with scope():
        begin_writing()
        for member in (people.reader, people.editor):
            send_later(member.id, Pace.AT_ONCE)
        session().commit()
    with scope():
        job = claim("dying")
        assert job is not None
        assert mail_member(job.facts["member"], Pace.AT_ONCE) == 1
        # the transaction goes with the process
    assert mails(db) == []
    run_jobs(scope, at=clock.now() + timedelta(minutes=10))
    assert [len(mails(db, member)) for member in (people.reader, people.editor)] == [1, 1]
    run_jobs(scope, AT_ONCE, at=clock.now() + timedelta(minutes=20))
    assert len(mails(db)) == 2
    assert not db.scalars(select(Job).where(Job.state == JobState.FAILED)).all()


def test_two_jobs_for_one_member_write_one_mail(db: Session, people: People, scope: Scope) -> None:
    talk(make_paper(people), people.reviewer, body="@rudi, schau")
    with scope():
        assert mail_member(people.reader.id, Pace.AT_ONCE) == 1
        session().commit()
    with scope():
        assert mail_member(people.reader.id, Pace.AT_ONCE) == 0
    assert len(mails(db, people.reader)) == 1


# Rights in the moment of sending


def leave_group(people: People, member: Member) -> None:
    groups.remove_from_group(actor_of(people.lead), people.quality, member)
    session().commit()


def test_who_lost_access_gets_no_mail(db: Session, people: People, scope: Scope) -> None:
    talk(make_paper(people), people.reviewer, body="@rudi, schau")
    leave_group(people, people.reader)
    run_jobs(scope, AT_ONCE, DAILY)
    assert mails(db, people.reader) == []
    assert notices(db, people.reader) != []


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


def send(app: Flask, settings: Settings, server: MailServer) -> None:
    delivery.send_waiting(scope_for(app, with_server(settings, server.port)), "me", lambda: "Netz", may_go=may_go)


def test_rights_are_looked_at_again_when_the_mail_leaves_the_house(
    db: Session, people: People, scope: Scope, app: Flask, settings: Settings, server: MailServer
) -> None:
    """The mail waited in the outbox: the mail server was away."""
    secret = talk(make_paper(people, title="Zwiebelturm"), people.reviewer, body="@rudi und @emil: Siebenschlaefer")
    run_jobs(scope)
    assert len(mails(db)) == 2
    leave_group(people, people.reader)
    send(app, settings, server)
    assert list(server.counts()) == [people.editor.email]
    assert mails(db, people.reader) == [], "the outbox forgets what was not sent"
    groups.set_role(actor_of(people.lead), people.quality, people.reader, Role.READER)
    db.commit()
    run_jobs(scope, AT_ONCE)
    send(app, settings, server)
    assert server.counts() == {people.editor.email: 1, people.reader.email: 1}
    assert secret.number == 1


def test_what_was_read_in_the_meantime_is_taken_out_of_a_waiting_mail(
    db: Session, people: People, scope: Scope, app: Flask, settings: Settings, server: MailServer
) -> None:
    paper = make_paper(people)
    for word in ("Rotkehlchen", "Gruenfink"):
        talk(paper, people.reviewer, None, body=f"@rudi, {word}")
    run_jobs(scope)
    read, _unread = notices(db, people.reader)
    read.read_at = clock.now()
    db.commit()
    send(app, settings, server)
    assert not server.received
    run_jobs(scope)
    send(app, settings, server)
    (received,) = server.received
    text = received.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Gruenfink" in text
    assert "Rotkehlchen" not in text


@pytest.mark.parametrize("when", ["before", "waiting"])
def test_a_closed_account_gets_nothing(
    db: Session, people: People, scope: Scope, app: Flask, settings: Settings, server: MailServer, when: str
) -> None:
    talk(make_paper(people), people.reviewer, body="@rudi, schau")
    if when == "waiting":
        run_jobs(scope)
        assert len(mails(db, people.reader)) == 1
    accounts.disable_member(actor_of(people.coordination), people.reader)
    db.commit()
    run_jobs(scope, AT_ONCE, DAILY)
    send(app, settings, server)
    assert people.reader.email not in server.counts()


def test_who_leaves_takes_all_notices_along(db: Session, people: People, scope: Scope) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer, body="@rudi, schau")
    follow_paper(people.reader.id, paper.id, is_muted=False)
    choose_paces(people.reader.id, {Topic.MENTION: Pace.WEEKLY})
    db.commit()
    leave(actor_of(people.reader), people.reader, keeps_printed_name=False)
    db.commit()
    run_jobs(scope, AT_ONCE, DAILY, WEEKLY)
    assert notices(db, people.reader) == []
    assert mails(db, people.reader) == []


def test_coordination_is_told_of_the_version_it_sees_and_of_nothing_else(
    db: Session, people: People, scope: Scope
) -> None:
    """The title as submitted, a discussion of its own; not how the paper is called since."""
    paper = make_paper(people, title="Sanduhrglas")
    submission = submit(people, paper, note="Bitte bald.")
    describe_paper(actor_of(people.lead), paper, title="Zwiebelturm", abstract="Kurz.", contact="ag@netz.example")
    db.commit()
    thread = talk(paper, people.coordination, None, body="Warum?", revision=submission.revision_number)
    talk(paper, people.reviewer, None, body="Siebenschlaefer")
    discussion.reply(actor_of(people.lead), thread, "Darum.")
    db.commit()
    run_jobs(scope, AT_ONCE, DAILY)
    told = mails(db, people.coordination)
    everything = "".join(mail.subject + mail.text + mail.html for mail in told)
    assert "Sanduhrglas" in everything
    assert "Darum." in everything
    assert "Bitte bald." in everything
    assert "Zwiebelturm" not in everything
    assert "Siebenschlaefer" not in everything
    editions.send_back(actor_of(people.coordination), submission, "Bitte kürzen.")
    db.commit()
    run_jobs(scope, DAILY)
    assert "Bitte kürzen." in mails(db, people.lead)[-1].text


def test_no_member_is_mailed_what_the_group_alone_may_know(db: Session, people: People, scope: Scope) -> None:
    """Everything at once for everybody, then every mail is searched."""
    everybody = db.scalars(select(Member)).unique().all()
    for member in everybody:
        choose_paces(member.id, dict.fromkeys(Topic, Pace.DAILY))
    db.commit()
    paper = make_paper(people, title="Zwiebelturm", text=TEXT + "\nQuastenflosser\n")
    talk(paper, people.reviewer, body="@sam @cora @adam @dora @rudi: Siebenschlaefer")
    save(paper, people.editor, TEXT + "\nBernsteinzimmer\n")
    run_jobs(scope, DAILY)
    inside = {people.lead.id, people.editor.id, people.reviewer.id, people.reader.id}
    found = mails(db)
    assert {mail.member_id for mail in found} == inside
    assert all("Siebenschlaefer" in mail.text for mail in found if mail.member_id != people.reviewer.id)


# Ending mails with one click


def stop_path(mail: Mail) -> str:
    return urlsplit(mail.unsubscribe).path


def test_one_click_ends_mails_about_the_paper_without_sign_in(
    db: Session, people: People, scope: Scope, client_for: ClientFor
) -> None:
    paper, other = make_paper(people), make_paper(people, title="Ein anderes")
    talk(paper, people.reviewer, body="@rudi, schau")
    run_jobs(scope)
    path = stop_path(mails(db, people.reader)[0])
    anybody = client_for(None)
    page = anybody.get(path)
    assert page.status_code == 200
    assert paper.title not in page.text
    talk(paper, people.reviewer, None, body="@rudi, noch einmal")
    run_jobs(scope)
    assert len(mails(db, people.reader)) == 2, "a gateway that opens the link ends nothing"
    for _ in range(2):
        assert anybody.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    talk(paper, people.reviewer, None, body="@rudi, zum dritten")
    talk(other, people.reviewer, body="@rudi, anderswo")
    run_jobs(scope, AT_ONCE, DAILY)
    assert [mail.subject.split(": ")[-1] for mail in mails(db, people.reader)][2:] == ["Ein anderes"]
    assert len(notices(db, people.reader)) == 4, "the page goes on telling"


def test_one_click_ends_a_summary_and_nothing_else(
    db: Session, people: People, scope: Scope, client_for: ClientFor
) -> None:
    talk(make_paper(people), people.reviewer)
    run_jobs(scope, DAILY)
    client_for(None).post(stop_path(mails(db, people.lead)[0]), data={"List-Unsubscribe": "One-Click"})
    talk(make_paper(people, title="Zweites"), people.reviewer, body="Was meint @clara dazu?")
    talk(make_paper(people, title="Drittes"), people.reviewer)
    run_jobs(scope, DAILY)
    assert [mail.subject.split(": ")[-1] for mail in mails(db, people.lead)][1:] == ["Zweites"]


def test_a_token_is_good_for_what_it_was_made_for_only(
    db: Session, people: People, scope: Scope, client_for: ClientFor
) -> None:
    talk(make_paper(people), people.reviewer, body="@rudi, schau")
    run_jobs(scope)
    path = stop_path(mails(db, people.reader)[0])
    head, token = path.rsplit("/", 1)
    payload, _dot, signature = token.partition(".")
    anybody = client_for(None)
    for wrong in ("x", payload, f"{payload}.{signature[:-2]}AA", f"{payload[:-2]}fQ.{signature}", "a" * 5000):
        assert anybody.get(f"{head}/{wrong}").status_code == 404
        assert anybody.post(f"{head}/{wrong}").status_code == 404
    foreign = anybody.post(path, headers={"Origin": "https://anderswo.example"})
    assert foreign.status_code == 403
    look_again(db)
    leave(actor_of(people.reader), people.reader, keeps_printed_name=False)
    db.commit()
    assert anybody.post(path).status_code == 404
