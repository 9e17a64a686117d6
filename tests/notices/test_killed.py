"""A worker of its own process, killed while it writes and sends mails about notices: nobody is told twice or never."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.discussion.talk import talk
from tests.fresh import look_again
from tests.mail.test_delivery import wait_for, worker
from tests.mail_server import MailServer, mail_server
from tests.people import People, actor_of
from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.config import Settings
from workspace.db import session
from workspace.groups import actions as groups
from workspace.mail import Mail
from workspace.notices.models import Notice, NoticeChoice, Pace, Topic
from workspace.permissions import Role

MEMBERS = 60


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture
def followers(db: Session, people: People) -> set[str]:
    """Addresses of those who want mail of every comment at once."""
    cora, lead = actor_of(people.coordination), actor_of(people.lead)
    addresses = set()
    for number in range(MEMBERS):
        email = f"m{number}@stadt.example"
        member = accounts.admit_member(
            cora, name=f"Mitglied {number}", email=email, organisation="Stadt", handle=f"m{number}"
        )
        groups.set_role(lead, people.quality, member, Role.EDITOR)
        session().add(NoticeChoice(member_id=member.id, topic=Topic.COMMENT, pace=Pace.AT_ONCE))
        addresses.add(email)
    db.commit()
    return addresses


def count(db: Session, table: type[Mail] | type[Notice], *what: object) -> int:
    look_again(db)
    return db.scalar(select(func.count()).select_from(table).where(*what)) or 0  # type: ignore[arg-type]


@pytest.mark.long
def test_each_gets_exactly_one_mail_however_often_the_worker_dies(
    db: Session, people: People, settings: Settings, server: MailServer, followers: set[str]
) -> None:
    talk(make_paper(people), people.reviewer, body="Das geht alle an.")
    mine = Mail.to_address.in_(followers)
    for written in (5, 20, 40):
        with worker(settings, server) as process:
            wait_for(lambda n=written: count(db, Mail, mine) >= n)  # type: ignore[misc]
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
    with worker(settings, server):
        wait_for(lambda: count(db, Mail, mine, Mail.state.in_(("sent", "unsure"))) == MEMBERS)
    look_again(db)
    assert Counter(db.scalars(select(Mail.to_address).where(mine))) == dict.fromkeys(followers, 1)
    got = {address: number for address, number in server.counts().items() if address in followers}
    unsure = count(db, Mail, mine, Mail.state == "unsure")
    assert unsure <= 3
    assert set(got.values()) == {1}
    assert len(got) >= MEMBERS - unsure
    wanted = select(Member.id).where(Member.email.in_(followers))
    assert count(db, Notice, Notice.member_id.in_(wanted), Notice.mailed_at.is_(None)) == 0
