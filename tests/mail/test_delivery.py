"""Handing mails over to a real server: every answer it may give, and workers that die in between."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.fresh import look_again
from tests.mail_server import MailServer, mail_server
from tests.sample_database import environment
from workspace import clock
from workspace.config import Settings, using
from workspace.db import begin_writing, session_scope
from workspace.jobs.worker import Scope
from workspace.mail import Letter, Mail, Recipient, delivery, post
from workspace.mail.transport import ServerFails

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture
def scope(app: Flask, settings: Settings, server: MailServer) -> Scope:
    return scope_for(app, with_server(settings, server.port))


def with_server(settings: Settings, port: int) -> Settings:
    return settings.model_copy(
        update={
            "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": "papiere@netz.example",
            "smtp_timeout": 2, "smtp_final_timeout": 2,
        }
    )  # fmt: skip


def scope_for(app: Flask, settings: Settings) -> Scope:
    @contextmanager
    def opened() -> Iterator[None]:
        with using(settings), session_scope(app.extensions["workspace_sessions"]):
            yield

    return opened


def write(db: Session, *addresses: str, moment: datetime = NOON) -> None:
    begin_writing()
    with clock.at(moment):
        for address in addresses:
            post(Letter("probe", "de", "Betreff", "Text\n.Punkt\n", "<p>Text</p>"), to=Recipient("Name", address))
    db.commit()


def send(scope: Scope, moment: datetime = NOON, me: str = "a") -> int:
    with clock.at(moment):
        return delivery.send_waiting(scope, me, lambda: "Netzwerk")


def outbox(db: Session) -> list[Mail]:
    look_again(db)
    return list(db.scalars(select(Mail).order_by(Mail.id)))


def states(db: Session) -> list[str]:
    return [mail.state for mail in outbox(db)]


def test_mails_arrive_and_their_words_are_forgotten(db: Session, scope: Scope, server: MailServer) -> None:
    write(db, "a@stadt.example", "b@stadt.example")
    assert send(scope) == 2
    assert send(scope) == 0
    assert server.counts() == {"a@stadt.example": 1, "b@stadt.example": 1}
    first = server.received[0]
    assert first.sender == "papiere@netz.example"
    assert first.message["From"] == "Netzwerk <papiere@netz.example>"
    plain = first.message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == ["Text", ".Punkt"]
    assert [(mail.state, mail.text, mail.html, mail.error) for mail in outbox(db)] == [("sent", "", "", "")] * 2


def test_one_refused_address_does_not_hold_up_the_others(db: Session, scope: Scope, server: MailServer) -> None:
    server.answers["weg@stadt.example"] = "550 5.1.1 unknown"
    write(db, "a@stadt.example", "weg@stadt.example", "jörg@stadt.example", "b@stadt.example")
    send(scope)
    assert states(db) == ["sent", "refused", "refused", "sent"]
    refused, unwritable = outbox(db)[1:3]
    assert (refused.code, refused.error) == (550, "5.1.1 unknown")
    assert unwritable.error == "address"
    send(scope, NOON + timedelta(hours=5))
    assert server.counts() == {"a@stadt.example": 1, "b@stadt.example": 1}


def test_refused_for_now_is_tried_again_with_growing_pauses(db: Session, scope: Scope, server: MailServer) -> None:
    server.answers["a@stadt.example"] = "451 4.7.1 greylisted"
    write(db, "a@stadt.example")
    moment, pauses = NOON, []
    for _attempt in range(4):
        send(scope, moment)
        mail = outbox(db)[0]
        assert (mail.state, mail.code) == ("waiting", 451)
        assert mail.due_at is not None
        assert send(scope, mail.due_at - timedelta(seconds=1)) == 0
        pauses.append(int((mail.due_at - moment).total_seconds()))
        moment = mail.due_at
    assert pauses == [60, 300, 900, 3600]
    del server.answers["a@stadt.example"]
    send(scope, moment)
    assert server.counts() == {"a@stadt.example": 1}


def test_a_message_refused_after_its_last_word(db: Session, scope: Scope, server: MailServer) -> None:
    answers = iter(["451 4.3.0 later", "554 5.7.1 spam"])
    server.at_end = lambda _address: next(answers)
    write(db, "a@stadt.example")
    send(scope)
    assert states(db) == ["waiting"]
    send(scope, NOON + timedelta(hours=1))
    assert states(db) == ["refused"]


def test_a_server_that_is_not_there_costs_no_mail_anything(
    db: Session, app: Flask, settings: Settings, server: MailServer
) -> None:
    write(db, "a@stadt.example", "b@stadt.example")
    nobody = scope_for(app, with_server(settings, 9))
    for _time in range(3):
        with pytest.raises(ServerFails):
            send(nobody)
    assert states(db) == ["waiting", "waiting"]
    send(scope_for(app, with_server(settings, server.port)))
    assert states(db) == ["sent", "sent"]


def test_a_slow_server_does_not_hang_the_worker(db: Session, scope: Scope, server: MailServer) -> None:
    def wait(_address: str) -> None:
        time.sleep(4)

    server.at_end = wait
    write(db, "a@stadt.example")
    with pytest.raises(ServerFails):
        send(scope)
    mail = outbox(db)[0]
    assert (mail.state, mail.code) == ("waiting", None)
    assert mail.error.endswith("timed out")


def test_a_server_that_is_full_is_no_fault_of_the_mail(db: Session, scope: Scope, server: MailServer) -> None:
    server.answers["a@stadt.example"] = "421 4.3.2 closing"
    write(db, "a@stadt.example")
    with pytest.raises(ServerFails):
        send(scope)
    assert states(db) == ["waiting"]


def test_what_waited_too_long_is_not_sent_any_more(db: Session, scope: Scope, server: MailServer) -> None:
    write(db, "a@stadt.example")
    send(scope, NOON + timedelta(days=3, seconds=1))
    assert states(db) == ["expired"]
    assert server.received == []


def test_without_a_server_mails_wait(db: Session, app: Flask, settings: Settings) -> None:
    write(db, "a@stadt.example")
    assert send(scope_for(app, settings)) == 0
    assert states(db) == ["waiting"]


@pytest.mark.parametrize(("left", "then"), [("sending", "sent"), ("handing", "unsure")])
def test_what_a_dead_worker_left(
    db: Session, scope: Scope, server: MailServer, settings: Settings, left: str, then: str
) -> None:
    write(db, "a@stadt.example")
    mail = outbox(db)[0]
    begin_writing()
    mail = db.get_one(Mail, mail.id)
    mail.state, mail.claimed_by, mail.claimed_until = left, "dead", NOON + timedelta(seconds=settings.lease)
    db.commit()
    send(scope, NOON)
    assert states(db) == [left]
    send(scope, NOON + timedelta(seconds=settings.lease + 1))
    assert states(db) == [then]
    assert len(server.received) == (1 if then == "sent" else 0)


def test_a_worker_that_slept_before_the_last_word_hands_nothing_over(
    db: Session, scope: Scope, server: MailServer, settings: Settings
) -> None:
    """The machine was suspended; another worker has sent the mail meanwhile."""
    asked: list[str] = []

    server.at_recipient = asked.append
    write(db, "a@stadt.example")
    hand_over = delivery.hand_over

    def slow(*given: object, before_the_dot: Callable[[], None]) -> None:
        def slept() -> None:
            if len(asked) == 1:
                send(scope, NOON + timedelta(seconds=settings.lease + 1), "b")
            before_the_dot()

        hand_over(*given, before_the_dot=slept)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(delivery, "hand_over", slow)
        with pytest.raises(ServerFails):
            send(scope)
    assert len(asked) == 2
    assert server.counts() == {"a@stadt.example": 1}
    assert states(db) == ["sent"]


def test_two_workers_send_each_mail_once(db: Session, scope: Scope, server: MailServer) -> None:
    addresses = [f"m{number}@stadt.example" for number in range(40)]
    write(db, *addresses)
    threads = [threading.Thread(target=send, args=(scope, NOON, me)) for me in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert server.counts() == dict.fromkeys(addresses, 1)
    assert set(states(db)) == {"sent"}


# Protected connections


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a house that no system trusts, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder


def only_cora(
    _server: object, _session: object, _envelope: object, _mechanism: str, given: LoginPassword
) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (b"papiere", b"geheim"), handled=False)


def test_a_connection_is_encrypted_to_a_trusted_server_only(
    db: Session, app: Flask, settings: Settings, certificate: Path
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    write(db, "a@stadt.example")
    with mail_server(tls_context=context, require_starttls=True, authenticator=only_cora, auth_required=True) as server:
        given = with_server(settings, server.port).model_copy(
            update={"smtp_security": "starttls", "smtp_user": "papiere", "smtp_password": SecretStr("geheim")}
        )
        with pytest.raises(ServerFails, match=r"certificate: self.signed certificate"):
            send(scope_for(app, given))
        trusted = given.model_copy(update={"smtp_ca_file": certificate / "cert.pem"})
        with pytest.raises(ServerFails) as wrong:
            send(scope_for(app, trusted.model_copy(update={"smtp_password": SecretStr("falsch")})))
        assert wrong.value.code == 535
        assert states(db) == ["waiting"]
        send(scope_for(app, trusted))
    assert server.counts() == {"a@stadt.example": 1}


# A worker of its own process, killed


@contextmanager
def worker(settings: Settings, server: MailServer) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "workspace", "worker"],
        env=environment(
            settings.instance_dir, WORKSPACE_DATABASE_URL=settings.database_url, WORKSPACE_ENVIRONMENT="test",
            WORKSPACE_SECRET_KEY="for tests only", WORKSPACE_SMTP_HOST="127.0.0.1", WORKSPACE_LEASE="4",
            WORKSPACE_SMTP_PORT=str(server.port), WORKSPACE_SMTP_SECURITY="none",
            WORKSPACE_MAIL_FROM="papiere@netz.example", WORKSPACE_LOG_LEVEL="error",
        ),
        cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def wait_for(happens: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


@pytest.mark.parametrize("moment", ["recipient", pytest.param("end", marks=pytest.mark.long)])
def test_a_mail_to_120_people_survives_a_killed_worker(
    db: Session, settings: Settings, server: MailServer, moment: str
) -> None:
    """Killed while the server hears the 40th address, or has just taken the 40th message: each gets exactly one."""
    addresses = [f"m{number}@stadt.example" for number in range(120)]
    write(db, *addresses, moment=clock.now())
    running: list[subprocess.Popen[bytes]] = []
    killed = threading.Event()

    def kill(address: str) -> None:
        if address == "m40@stadt.example" and not killed.is_set():
            killed.set()
            os.kill(running[0].pid, signal.SIGKILL)
            running[0].wait(10)

    setattr(server, f"at_{moment}", kill)
    with worker(settings, server) as first:
        running.append(first)
        wait_for(killed.is_set)
    with worker(settings, server):
        wait_for(lambda: not set(states(db)) & {"waiting", "sending", "handing"})
    assert server.counts() == dict.fromkeys(addresses, 1)
    unsure = [mail.to_address for mail in outbox(db) if mail.state == "unsure"]
    assert unsure == (["m40@stadt.example"] if moment == "end" else [])


@pytest.mark.long
def test_however_often_a_worker_is_killed_nobody_gets_two(db: Session, settings: Settings, server: MailServer) -> None:
    addresses = [f"m{number}@stadt.example" for number in range(120)]
    write(db, *addresses, moment=clock.now())
    for round_ in range(6):
        with worker(settings, server) as process:
            heard = len(server.received)
            wait_for(lambda heard=heard: len(server.received) > heard + 3)  # type: ignore[misc]
            time.sleep(0.013 * round_)
            process.send_signal(signal.SIGKILL)
    with worker(settings, server):
        wait_for(lambda: not set(states(db)) & {"waiting", "sending", "handing"})
    assert set(server.counts().values()) == {1}
    missing = set(addresses) - set(server.counts())
    unsure = {mail.to_address for mail in outbox(db) if mail.state == "unsure"}
    assert missing <= unsure
