"""Who loses a right is out within five seconds, at whichever process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.live.loop import run
from tests.live.peers import talking
from tests.live.serving import Served, served_too
from tests.people import People, actor_of
from workspace.accounts import actions as accounts
from workspace.accounts.models import LoginSession
from workspace.clock import now
from workspace.groups import actions as groups
from workspace.live import care
from workspace.live.protocol import Code
from workspace.papers import actions as papers
from workspace.papers.models import Paper
from workspace.permissions import Role

WITHIN = 5.0
"""Seconds."""


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are looked at more often here, so that tests take less of the time that people are promised."""
    assert care.RIGHTS_EVERY < 1
    monkeypatch.setattr(care, "RIGHTS_EVERY", 0.4)


def leave_group(people: People, db: Session) -> None:
    groups.remove_from_group(actor_of(people.lead), people.quality, people.editor)


def close_account(people: People, db: Session) -> None:
    accounts.disable_member(actor_of(people.coordination), people.editor)


def end_session(people: People, db: Session) -> None:
    for opened in db.scalars(select(LoginSession).where(LoginSession.member_id == people.editor.id)):
        opened.ended_at = now()


@pytest.mark.parametrize(
    ("withdraw", "code"),
    [(leave_group, Code.WITHDRAWN), (close_account, Code.SIGN_IN), (end_session, Code.SIGN_IN)],
    ids=["group", "account", "session"],
)
def test_who_may_not_be_here_any_more_is_out_at_every_process(
    hurried: None, served: Served, people: People, db: Session, withdraw: Callable[[People, Session], None], code: Code
) -> None:
    paper = make_paper(people)

    async def be_thrown_out() -> None:
        with served_too(served) as second:
            async with (
                talking(served.address(paper, people.lead)) as clara,
                talking(served.address(paper, people.editor)) as emil,
                talking(second.address(paper, people.editor)) as emil_too,
            ):
                db.rollback()
                withdraw(people, db)
                db.commit()
                await emil.until(lambda: emil.closed_with == code, WITHIN)
                await emil_too.until(lambda: emil_too.closed_with == code, WITHIN)
                await clara.type("Weiter. ")
                await clara.until_stored()
                assert "Weiter" not in emil.text + emil_too.text

    run(be_thrown_out())


def test_who_may_only_read_now_stays_and_is_told(hurried: None, served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def be_downgraded() -> None:
        async with (
            talking(served.address(paper, people.lead)) as clara,
            talking(served.address(paper, people.editor)) as emil,
        ):
            db.rollback()
            groups.set_role(actor_of(people.lead), people.quality, people.editor, Role.READER)
            db.commit()
            await emil.until(lambda: not emil.states[-1]["may_write"], WITHIN)
            await emil.type("Verboten. ")
            park(people, db, paper)
            await clara.until(lambda: not clara.states[-1]["may_write"], WITHIN)
            papers.unpark_paper(actor_of(people.lead), paper)
            db.commit()
            await clara.until(lambda: clara.states[-1]["may_write"], WITHIN)
            await clara.type("Wieder da. ")
            await clara.until_stored()
            await emil.until(lambda: "Wieder da. " in emil.text)
            assert "Verboten" not in clara.text

    run(be_downgraded())


def park(people: People, db: Session, paper: Paper) -> None:
    papers.park_paper(actor_of(people.lead), db.get_one(Paper, paper.id), reason="Pause")
    db.commit()
