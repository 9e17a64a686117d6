"""Pages of the technical administration: what they show, what their deeds do, and what they never show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import csrf_of
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People
from tests.world import SECRETS, World, make_world
from workspace.clock import now
from workspace.config import Settings
from workspace.db import begin_writing
from workspace.jobs import Job, JobState
from workspace.jobs.models import Worker
from workspace.mail import Mail, MailState


@pytest.fixture
def world(people: People) -> World:
    return make_world(people)


@pytest.fixture
def admin(client_for: ClientFor, world: World) -> FlaskClient:
    return client_for(world.people.admin)


def send(client: FlaskClient, path: str, status: int = 303) -> None:
    token = csrf_of(client.get("/account"))
    assert client.post(path, data={"csrf_token": token}).status_code == status


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_administration_sees_to_whom_and_what_became_of_it_and_no_word(admin: FlaskClient, world: World) -> None:
    for path in ("/technik/mail", "/technik/mail?state=failed", "/technik/jobs", "/technik", "/"):
        shown = page(admin, path)
        assert not [word for word in SECRETS if word in shown], path
    shown = page(admin, "/technik/mail?state=failed")
    for words in (world.people.reader.email, "Probemail", "abgelehnt", "550 5.1.1 unknown"):
        assert words in shown
    assert world.people.reader.email not in page(admin, "/technik/mail?state=sent")


def test_the_start_page_warns_the_administration_alone(admin: FlaskClient, world: World, client_for: ClientFor) -> None:
    shown = page(admin, "/")
    for warning in ("Es gibt noch keine Sicherung.", "Es ist kein Mailserver", "Aufgaben sind gescheitert: 1."):
        assert warning in shown
        assert warning not in page(client_for(world.people.coordination), "/")


def test_a_refused_mail_goes_once_more(admin: FlaskClient, world: World, db: Session) -> None:
    send(admin, f"/technik/mail/{world.refused.id}/again")
    look_again(db)
    mail = db.get_one(Mail, world.refused.id)
    assert (mail.state, mail.attempts, mail.code, mail.error) == (MailState.WAITING, 0, None, "")
    send(admin, f"/technik/mail/{world.refused.id}/again", status=409)
    send(admin, f"/technik/mail/{world.refused.id}/drop", status=409)
    send(admin, "/technik/mail/4711/again", status=404)


def test_a_refused_mail_is_dropped(admin: FlaskClient, world: World, db: Session) -> None:
    send(admin, f"/technik/mail/{world.refused.id}/drop")
    look_again(db)
    assert db.scalars(select(Mail)).all() == []


@pytest.mark.parametrize(("deed", "left"), [("again", [MailState.WAITING]), ("drop", [])])
def test_what_a_restored_backup_brought_back_is_sent_or_dropped_together(
    admin: FlaskClient, world: World, db: Session, deed: str, left: list[str]
) -> None:
    begin_writing()
    db.get_one(Mail, world.refused.id).state = MailState.HELD
    db.commit()
    assert "kam mit einer Sicherung zurück" in page(admin, "/technik/mail")
    send(admin, f"/technik/mail/held/{deed}")
    look_again(db)
    assert db.scalars(select(Mail.state)).all() == left


def test_a_probe_goes_to_the_administration_itself(admin: FlaskClient, world: World, db: Session) -> None:
    send(admin, "/technik/mail/probe")
    look_again(db)
    mail = db.scalars(select(Mail).where(Mail.state == MailState.WAITING)).one()
    assert (mail.to_address, mail.kind) == (world.people.admin.email, "probe")


def test_a_failed_job_begins_anew_or_is_dropped(admin: FlaskClient, world: World, db: Session) -> None:
    assert "Kein Platz mehr auf dem Datenträger." in page(admin, "/technik/jobs?state=failed")
    send(admin, f"/technik/jobs/{world.failed.id}/again")
    look_again(db)
    assert db.get_one(Job, world.failed.id).state == JobState.WAITING
    send(admin, f"/technik/jobs/{world.failed.id}/drop", status=409)
    begin_writing()
    db.get_one(Job, world.failed.id).state = JobState.FAILED
    db.commit()
    failed = world.failed.id
    send(admin, f"/technik/jobs/{failed}/drop")
    look_again(db)
    assert db.get(Job, failed) is None


def test_a_backup_on_request_is_asked_for_once(admin: FlaskClient, world: World, db: Session) -> None:
    for _press in range(2):
        send(admin, "/technik/backups")
    look_again(db)
    jobs = db.scalars(select(Job).where(Job.state == JobState.WAITING, Job.name == "operation.backup")).all()
    assert [(job.name, job.facts) for job in jobs] == [("operation.backup", {"kind": "manual"})]
    shown = page(admin, "/technik/backups")
    assert "wird gerade gemacht" in shown
    assert "Jetzt sichern" not in shown


@pytest.mark.usefixtures("people")
def test_monitors_learn_whether_it_runs_and_nothing_else(client_for: ClientFor, db: Session) -> None:
    monitor = client_for(None)
    answer = monitor.get("/health")
    assert (answer.status_code, answer.json) == (
        503, {"status": "failing", "database": "ok", "worker": "missing"},
    )  # fmt: skip
    begin_writing()
    db.add(Worker(id="a", version="0", started_at=now(), seen_at=now() - timedelta(minutes=1)))
    db.commit()
    answer = monitor.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "ok", "worker": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_mails_are_readable_in_development_only_and_at_this_machine_only(settings: Settings, world: World) -> None:
    from workspace import create_app

    app = create_app(settings.model_copy(update={"environment": "development"}))
    browser = app.test_client()
    shown = page(browser, f"/mails/{world.refused.id}")
    assert "Dort steht" in shown
    assert world.people.reader.email in page(browser, "/mails")
    html = browser.get(f"/mails/{world.refused.id}/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox;")
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert browser.get("/mails", environ_base=elsewhere).status_code == 404
    assert browser.get(f"/mails/{world.refused.id}", environ_base=elsewhere).status_code == 404
    app.extensions["workspace_engine"].dispose()
    production = create_app(settings)
    assert production.test_client().get("/mails").status_code == 404
    production.extensions["workspace_engine"].dispose()
