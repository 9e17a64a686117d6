"""What is not in order is said, with what to do; what is kept no longer goes; logs name nobody."""

from __future__ import annotations

import json
import logging
import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.people import People
from tests.sample_database import copied_sample, run_workspace
from workspace import clock, logs, migrations
from workspace.accounts.models import AddressChange, KeptForm, LoginSession, SignInAttempt, SignInToken
from workspace.accounts.signing_in import open_session, write_token
from workspace.config import DAY, Settings
from workspace.db import begin_writing, make_engine
from workspace.events import record
from workspace.jobs import Job
from workspace.jobs.models import Worker
from workspace.mail import Mail
from workspace.membership.models import Invitation, InvitationToken, JoinRequest
from workspace.network import actions as network
from workspace.operation import checks, words
from workspace.operation.commands import FINDINGS
from workspace.operation.retention import drop_what_is_due
from workspace.permissions import PUBLIC

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


def codes() -> dict[str, str]:
    return {found.part: found.code for found in checks.findings()}


def mail(number: int, state: str, at: datetime) -> Mail:
    return Mail(
        kind="probe", to_name="Cora", to_address="cora@netz.example", language="de", subject="x", text="x", html="x",
        message_id=f"<{number}>", state=state, created_at=at,
    )  # fmt: skip


def asked(name: str, confirmed_at: datetime | None) -> JoinRequest:
    return JoinRequest(
        token_hash=name.encode() * 32, name=name, email=f"{name}@see.example", organisation="See",
        function="", reason="", language="de", created_at=NOON, confirmed_at=confirmed_at,
        expires_at=NOON + timedelta(days=2),
    )  # fmt: skip


def job(state: str, at: datetime) -> Job:
    return Job(
        name="operation.backup", facts={}, state=state, created_at=at, finished_at=at if state != "waiting" else None
    )


@pytest.fixture
def backups_dir(settings: Settings) -> Iterator[Path]:
    folder = settings.backups
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)


def test_in_good_order_nothing_is_warned_of(db: Session, backups_dir: Path) -> None:
    with clock.at(NOON):
        (backups_dir / "workspace-20261129-013000-nightly.backup").write_bytes(b"x")
        begin_writing()
        db.add(Worker(id="a", version="0", started_at=NOON, seen_at=NOON))
        network.found(name="Netz", about="", is_sample=True)
        db.commit()
        found = codes()
    if "clock" in found and found["clock"] == "clock_differs":  # the set clock is not PostgreSQL's
        del found["clock"]
    assert {code for part, code in found.items() if part not in {"configuration", "mail"}} == {"ok"}
    assert found["mail"] == "no_mail_server"


def test_each_thing_that_is_wrong_is_named(db: Session, backups_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "is_set_up", lambda: True)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10, 5, 5_000_000))
    with clock.at(NOON):
        (backups_dir / "workspace-20261128-115959-nightly.backup").write_bytes(b"x")
        begin_writing()
        db.add(Worker(id="a", version="0", started_at=NOON, seen_at=NOON - timedelta(minutes=4)))
        db.add_all([mail(1, "waiting", NOON - timedelta(hours=2)), job("waiting", NOON - timedelta(hours=1))])
        with clock.at(NOON + timedelta(hours=1)):
            record(PUBLIC, "network.described")
        network.found(name="Netz", about="", is_sample=False)
        db.commit()
        found = codes()
        assert found | {"configuration": ""} == {
            "configuration": "", "database": "ok", "migrations": "ok", "disk": "disk_low", "worker": "no_worker",
            "jobs": "jobs_late", "mail": "mails_late", "backup": "backup_old", "clock": "clock_behind",
            "network": "not_set_up", "legal": "legal_gaps",
        }  # fmt: skip
        begin_writing()
        db.add_all([mail(2, "refused", NOON), job("failed", NOON)])
        db.commit()
        assert (codes()["mail"], codes()["jobs"]) == ("mails_failed", "jobs_failed")


def test_every_finding_has_its_words(app: object) -> None:
    """On the command line and on the pages alike."""
    source = Path(checks.__file__).read_text()
    import re

    known = {*re.findall(r'Finding\("\w+", "(\w+)"', source), "ok"}
    assert known <= set(FINDINGS)
    with app.test_request_context():  # type: ignore[attr-defined]
        for code in known - {"ok", "development", "damaged", "not_writable", "mail_server_fails"}:
            values = {"at": NOON, "count": 1, "megabytes": 3}
            from workspace.config import using

            with using(app.extensions["workspace_settings"]):  # type: ignore[attr-defined]
                assert words.finding_words(checks.Finding("x", code, values))


def test_what_is_due_is_dropped_and_counted(people: People, db: Session, settings: Settings) -> None:
    def count(table: type) -> int:
        return db.scalar(select(func.count()).select_from(table)) or 0

    with clock.at(NOON):
        begin_writing()
        open_session(people.reader, device="x", earlier=None)
        write_token(people.reader)
        db.flush()
        opened = db.scalars(select(LoginSession)).one()
        db.add(KeptForm(session_id=opened.id, member_id=people.reader.id, path="/", fields="{}", created_at=NOON))
        db.add(SignInAttempt(key=b"x" * 32, at=NOON))
        invited = Invitation(
            name="Ina", email="ina@see.example", invited_by=people.coordination.id, created_at=NOON, sent_at=NOON,
            expires_at=NOON + timedelta(seconds=settings.invitation_life),
        )  # fmt: skip
        db.add_all([invited, asked("a", None), asked("b", NOON)])
        db.flush()
        db.add(InvitationToken(token_hash=b"i" * 32, invitation_id=invited.id, expires_at=invited.expires_at))
        db.add(
            AddressChange(
                member_id=people.reader.id, email="neu@see.example", old_hash=b"o" * 32, new_hash=b"n" * 32,
                expires_at=NOON + timedelta(seconds=settings.address_change_life),
            )
        )  # fmt: skip
        db.add_all([mail(1, "sent", NOON), mail(2, "waiting", NOON), job("done", NOON), job("failed", NOON)])
        db.commit()
    tables = (LoginSession, SignInToken, KeptForm, SignInAttempt, Mail, Job)
    with clock.at(NOON + timedelta(minutes=10)):
        assert set(drop_what_is_due().values()) == {0}
        db.commit()
    with clock.at(NOON + timedelta(days=31)):
        counts = drop_what_is_due()
        db.commit()
    assert {name: n for name, n in counts.items() if n} == {
        "kept_forms": 1, "sign_in_attempts": 1, "address_changes": 1, "join_requests": 1, "mails": 1, "jobs": 1,
    }  # fmt: skip
    with clock.at(NOON + timedelta(seconds=settings.sessions_kept + settings.sign_in_token_life + 8 * DAY)):
        drop_what_is_due()
        db.commit()
    assert [count(table) for table in tables] == [0, 0, 0, 0, 1, 0]
    assert db.scalar(select(Mail.state)) == "waiting"
    assert (count(Invitation), count(InvitationToken)) == (1, 1), "whoever has not come yet can be invited again"
    with clock.at(NOON + timedelta(seconds=settings.invitation_life + settings.invitations_kept + 1)):
        drop_what_is_due()
        db.commit()
    assert (count(Invitation), count(InvitationToken)) == (0, 0)
    assert db.scalars(select(JoinRequest.name)).all() == ["b"], "a confirmed request waits for its answer"


def test_wrong_codes_count_as_long_as_they_may(db: Session, settings: Settings) -> None:
    with clock.at(NOON):
        begin_writing()
        db.add(SignInAttempt(key=b"x" * 32, at=NOON))
        db.commit()
    with clock.at(NOON + timedelta(seconds=settings.code_window - 1)):
        assert drop_what_is_due()["sign_in_attempts"] == 0


def test_check_by_command(tmp_path: Path) -> None:
    nothing = run_workspace("check", instance=tmp_path / "nowhere")
    assert nothing.returncode == 1
    assert nothing.stdout == f"database       {FINDINGS['no_database']}\n"
    assert not (tmp_path / "nowhere").exists()
    wrong = run_workspace("check", instance=tmp_path, WORKSPACE_THREADS="many")
    assert wrong.returncode == 1
    assert wrong.stdout.startswith("configuration  WORKSPACE_THREADS must be")


def test_before_an_upgrade_check_asks_for_it_and_says_nothing_odd(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/workspace.sqlite3")
    migrations.upgrade(engine, "0007")
    engine.dispose()
    lines = run_workspace("check", instance=tmp_path).stdout.splitlines()
    assert [line for line in lines if "workspace upgrade" in line] == [
        f"migrations     the schema is 0007, {migrations.newest()} is needed: workspace upgrade"
    ]
    assert not [line for line in lines if "does not answer" in line]


@pytest.mark.xdist_group("sample")
def test_check_has_one_line_for_each_part(tmp_path: Path) -> None:
    instance = copied_sample(tmp_path / "instance")
    done = run_workspace("check", instance=instance, WORKSPACE_SMTP_HOST="127.0.0.1", WORKSPACE_SMTP_PORT="9",
                         WORKSPACE_MAIL_FROM="a@b.example")  # fmt: skip
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert list(lines) == [
        "configuration", "database", "migrations", "disk", "worker", "jobs", "mail", "backup", "clock",
        "network", "legal",
    ]  # fmt: skip
    assert lines["database"] == "ok"
    assert lines["mail"].startswith("the mail server does not take us: ConnectionRefusedError")
    assert lines["worker"].startswith("no worker is running")
    assert (lines["network"], lines["legal"]) == ("ok", "ok"), "the sample is shown to nobody"
    assert done.returncode == 1


def test_log_lines_name_nobody_and_quote_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("workspace.test")
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers.clear()
    try:
        for format_ in ("json", "text"):
            logs.configure(Settings(environment="test", log_format=format_))  # type: ignore[arg-type]
            try:
                raise ValueError("cora@netz.example schrieb Quastenflosser")
            except ValueError:
                log.exception("job failed", extra={"job": "operation.backup", "job_id": 7})
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    as_json, as_text = capsys.readouterr().out.splitlines()
    for line in (as_json, as_text):
        assert "cora" not in line
        assert "Quastenflosser" not in line
        assert "ValueError at test_checks.py:" in line
    assert json.loads(as_json)["job_id"] == 7
