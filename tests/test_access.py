"""Every endpoint, every method, as each person: who gets in, who learns nothing.

The table names an audience for each endpoint. A new endpoint without a line here fails the test.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from pydantic import SecretStr
from werkzeug.test import TestResponse

from tests.people import People, actor_of, make_people
from tests.world import FILE, World, make_world
from workspace import create_app
from workspace.accounts.signing_in import open_session, write_token
from workspace.clock import now
from workspace.config import Settings, using
from workspace.db import session, session_scope
from workspace.letters.stopping import Stop, stop_token
from workspace.membership import invitations
from workspace.membership.models import JoinRequest
from workspace.network.actions import found
from workspace.network.models import NetworkLogo
from workspace.notices.models import Pace
from workspace.papers.article import places
from workspace.papers.store import text_of
from workspace.text.tree import parse

CSRF = "a token of the walk"
EVERYBODY = frozenset(
    {"anonymous", "disabled", "stranger", "admin", "coordination", "reader", "reviewer", "editor", "lead"}
)
MEMBERS = EVERYBODY - {"anonymous", "disabled"}
INSIDE = frozenset({"reader", "reviewer", "editor", "lead"})
VOICES = INSIDE - {"reader"}
WRITERS = frozenset({"editor", "lead"})
LEAD = frozenset({"lead"})
COORDINATION = frozenset({"coordination"})
ADMIN = frozenset({"admin"})
SIGNED_OUT = frozenset({"anonymous", "disabled"})


@dataclass(frozen=True)
class Door:
    """Who gets in; who of the others may know that the thing is there (403) while the rest gets 404."""

    opens_for: frozenset[str]
    known_to: frozenset[str] = frozenset()
    form: tuple[tuple[str, Any], ...] = ()


def public() -> Door:
    return Door(EVERYBODY)


def members() -> Door:
    return Door(MEMBERS)


def inside(people: frozenset[str] = INSIDE, **form: Any) -> Door:
    return Door(people, INSIDE, tuple(form.items()))


def desk(people: frozenset[str] = COORDINATION, **form: Any) -> Door:
    """Pages that all members may know of."""
    return Door(people, MEMBERS, tuple(form.items()))


def hidden(people: frozenset[str] = COORDINATION, **form: Any) -> Door:
    return Door(people, people, tuple(form.items()))


DOORS: dict[str, Door] = {
    "static": public(),
    "accounts.sign_in": public(),
    "accounts.sign_in_with_password": public(),
    "accounts.link": public(),
    "accounts.use_link": public(),
    "accounts.sign_out": public(),
    "accounts.forgotten": public(),
    "accounts.send_forgotten": public(),
    "accounts.address": public(),
    "accounts.confirm_address": public(),
    "accounts.change_address": members(),
    "accounts.set_address": desk(),
    "accounts.send_link": desk(),
    "accounts.code": public(),
    "accounts.sign_in_with_code": public(),
    "accounts.confirmation": members(),
    "accounts.confirm": members(),
    "accounts.account": members(),
    "accounts.change_profile": members(),
    "accounts.security": members(),
    "accounts.end_session": hidden(frozenset()),
    "accounts.end_other_sessions": members(),
    "accounts.second_factor": members(),
    "accounts.begin_factor": members(),
    "accounts.factor_picture": hidden(frozenset()),
    "accounts.confirm_factor": members(),
    "accounts.renew_factor_codes": members(),
    "accounts.switch_factor_off": members(),
    "accounts.directory": members(),
    "accounts.organisations": members(),
    "accounts.profile": members(),
    "accounts.set_password": members(),
    "accounts.set_language": members(),
    "accounts.people": desk(),
    "accounts.admit": desk(),
    "accounts.person": desk(),
    "accounts.write_link": desk(),
    "accounts.set_roles": desk(),
    "accounts.reset_second_factor": desk(),
    "accounts.close": desk(),
    "accounts.reopen": desk(),
    "membership.invite": desk(),
    "membership.invite_post": Door(COORDINATION, MEMBERS, (("people", "Nora Neu; nora@stadt.example"),)),
    "membership.resend": desk(),
    "membership.show_link": desk(),
    "membership.withdraw_invitation": desk(),
    "membership.invitation": public(),
    "membership.accept": public(),
    "membership.join": public(),
    "membership.join_post": public(),
    "membership.confirm_request": public(),
    "membership.confirm_request_post": public(),
    "membership.join_requests": desk(),
    "membership.admit_request": desk(),
    "membership.decline_request": desk(),
    "membership.data": members(),
    "membership.export": members(),
    "membership.leaving": members(),
    "membership.leave": members(),
    "membership.remove": desk(),
    "groups.index": members(),
    "groups.create": desk(),
    "groups.create_post": desk(),
    "groups.show": members(),
    "groups.describe": Door(LEAD, MEMBERS),
    "groups.set_role": Door(LEAD, MEMBERS),
    "groups.remove": Door(LEAD, MEMBERS),
    "network.start": public(),
    "network.help_page": public(),
    "network.choose_language": public(),
    "network.legal": public(),
    "network.edit_legal": desk(ADMIN),
    "network.save_legal": desk(ADMIN, text="## Angaben\n", base="0"),
    "network.logo": public(),
    "network.search": members(),
    "network.edit_settings": desk(ADMIN),
    "network.save_settings": desk(ADMIN),
    "notices.index": members(),
    "notices.read": desk(MEMBERS, newest=10**6),
    "notices.choice": members(),
    "notices.choose": members(),
    "notices.follow": inside(),
    "notices.follow_discussion": inside(),
    "notices.stop": public(),
    "notices.stop_post": public(),
    "operation.health": public(),
    "operation.overview": desk(ADMIN),
    "operation.mails": desk(ADMIN),
    "operation.probe": desk(ADMIN),
    "operation.send_again": desk(ADMIN),
    "operation.drop_mail": desk(ADMIN),
    "operation.send_held": desk(ADMIN),
    "operation.drop_held": desk(ADMIN),
    "operation.jobs": desk(ADMIN),
    "operation.do_job_again": desk(ADMIN),
    "operation.drop_job": desk(ADMIN),
    "operation.backups": desk(ADMIN),
    "operation.ask_for_backup": desk(ADMIN),
    "setup.link": public(),
    "setup.begin": public(),
    "setup.overview": desk(ADMIN),
    "setup.after": desk(ADMIN),
    "setup.mail": desk(ADMIN),
    "setup.finish": desk(ADMIN),
    "papers.index": members(),
    "papers.create": Door(WRITERS, MEMBERS),
    "papers.create_post": Door(WRITERS, MEMBERS),
    "papers.show": inside(),
    "papers.describe": inside(WRITERS),
    "papers.describe_post": inside(WRITERS),
    "papers.park": inside(LEAD),
    "papers.unpark": inside(LEAD),
    "papers.read": inside(revision=1),
    "papers.unread": inside(revision=0),
    "papers.log": inside(),
    "papers.who_wrote": inside(),
    "papers.blocks": inside(),
    "papers.block_tools": inside(),
    "live.ticket": inside(),
    "papers.edit": inside(WRITERS),
    "papers.save": inside(WRITERS, base=2, body="## Neu\n", summary=""),
    "papers.preview": inside(WRITERS, body="Text"),
    "papers.edit_block": inside(WRITERS),
    "papers.save_block": inside(WRITERS, base=2, body="Neu"),
    "papers.save_sitting": inside(WRITERS, summary="x"),
    "papers.keep_rescue": inside(text="Gerettet", base=1),
    "papers.show_rescue": hidden(frozenset({"editor"})),
    "papers.rescue_file": hidden(frozenset({"editor"})),
    "papers.take_over": hidden(frozenset({"editor"}), theirs=2),
    "papers.drop_rescue": hidden(frozenset({"editor"})),
    "papers.history": inside(),
    "papers.revision": inside(),
    "papers.compare": inside(),
    "papers.choose_compare": inside(),
    "papers.restore": inside(WRITERS),
    "papers.name_version": inside(WRITERS, name="F9"),
    "papers.files": inside(),
    "papers.upload": inside(WRITERS),
    "papers.file": inside(),
    "discussion.index": inside(),
    "discussion.new": inside(VOICES),
    "discussion.open": inside(VOICES, body="Gut", kind="remark", revision=2),
    "discussion.thread": inside(),
    "discussion.reply": inside(VOICES, body="Ja"),
    "discussion.edit_comment": inside(frozenset({"reviewer"})),
    "discussion.edit_comment_post": inside(frozenset({"reviewer"}), body="Anders"),
    "discussion.resolve": inside(VOICES),
    "discussion.reopen": inside(VOICES),
    "discussion.pin": inside(VOICES),
    "discussion.pin_post": inside(VOICES),
    "discussion.print": inside(),
    "discussion.threads_json": inside(),
    "editions.submit": inside(LEAD),
    "editions.submit_post": inside(LEAD),
    "editions.take_back": inside(LEAD),
    "editions.desk": desk(),
    "editions.submission": hidden(),
    "editions.submission_file": hidden(),
    "editions.publish": hidden(),
    "editions.send_back": hidden(answer="Bitte ergänzen"),
    "editions.library": public(),
    "editions.feed": public(),
    "editions.newest": public(),
    "editions.show": public(),
    "editions.compare": public(),
    "editions.file": public(),
    "editions.withdraw": desk(reason="Fehler"),
    "coordination.groups": desk(),
    "coordination.sealed": desk(),
    "coordination.seal": desk(),
    "coordination.seal_post": desk(),
    "coordination.log": desk(),
    "coordination.log_file": desk(),
}
"""`accounts.end_session` and `accounts.factor_picture` open to the one whose session or secret it is.
`discussion.resolve`, `reopen` and `pin` let reviewers in because the walked thread is the reviewer's own."""


def values(world: World, endpoint: str) -> dict[str, Any]:
    """What fills the address of an endpoint: things of the group `quality`."""
    people, draft, published = world.people, world.draft, world.published
    key, slug = draft.key, published.slug
    if endpoint == "editions.take_back":
        key = world.submitted.key
    common = {
        "key": people.quality.key if endpoint.startswith("groups.") else key,
        "member_id": people.reader.id,
        "number": world.thread.number if endpoint.startswith(("discussion.", "notices.")) else 1,
        "comment_id": world.comment.id,
        "copy_id": world.rescue.id,
        "mail_id": world.refused.id,
        "job_id": world.failed.id,
        "submission_id": world.submission.id,
        "slug": slug,
    }
    own: dict[str, dict[str, Any]] = {
        "accounts.link": {"token": "unbekannt"},
        "accounts.use_link": {"token": "unbekannt"},
        "accounts.address": {"token": "unbekannt"},
        "accounts.confirm_address": {"token": "unbekannt"},
        "accounts.end_session": {"session_id": 10**9},
        "papers.create": {"group_key": people.quality.key},
        "papers.create_post": {"group_key": people.quality.key},
        "papers.file": {"name": f"{FILE}.png"},
        "notices.stop": {"token": stop_token(Stop(people.reader.id, pace=Pace.DAILY))},
        "notices.stop_post": {"token": stop_token(Stop(people.reader.id, pace=Pace.DAILY))},
        "static": {"filename": "favicon.svg"},
        "network.choose_language": {"language": "en"},
        "network.legal": {"page": "imprint"},
        "network.edit_legal": {"page": "imprint"},
        "network.save_legal": {"page": "imprint"},
        "network.logo": {"name": "0" * 64},
        "setup.link": {"token": "unbekannt"},
        "setup.begin": {"token": "unbekannt"},
        "setup.after": {"step": "account"},
        "groups.remove": {"member_id": people.disabled.id},
        "papers.choose_compare": {"old": 1, "new": 2},
        "papers.block_tools": {"ident": next(iter(places(parse(text_of(world.draft, 1)))))},
        "editions.file": {"name": "schaubild.png"},
        "editions.submission_file": {"name": "ablauf.png"},
    }
    return common | own.get(endpoint, {})


class Installed:
    """The world once made, copied for each request that may change it."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.template = folder / "world.sqlite3"
        shutil.copy(template, self.template)
        self.at = folder / "now.sqlite3"
        self.settings = Settings(
            environment="test", instance_dir=folder, database_url=f"sqlite:///{self.at}", base_url="http://localhost",
            secret_key=SecretStr("for tests only, not a secret at all"), argon2_memory_kib=1024, argon2_rounds=1,
        )  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """The app, what fills each endpoint's address, each person's session token, the world's database to copy."""

    app: Flask
    given: dict[str, dict[str, Any]]
    tokens: dict[str, str]
    template: Path

    def browser(self, person: str) -> FlaskClient:
        """A fresh copy of the world and a browser of this person."""
        now = self.template.with_name("now.sqlite3")
        with closing(sqlite3.connect(self.template)) as made, closing(sqlite3.connect(now)) as copy:
            made.backup(copy)
        client = self.app.test_client()
        with client.session_transaction(base_url="http://localhost") as cookie:
            cookie["csrf_token"] = CSRF
            if person != "anonymous":
                cookie["_user_id"], cookie["_fresh"] = self.tokens[person], True
        return client

    def ask(self, person: str, method: str, path: str, form: Mapping[str, Any] = MappingProxyType({})) -> TestResponse:
        """One request of this person on a fresh copy of the world, with a good CSRF token."""
        token = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(CSRF)
        sent = {"csrf_token": token, **form} if method == "POST" else None
        return self.browser(person).open(path, method=method, data=sent, buffered=True)


def wait_outside(people: People) -> None:
    """Somebody who is invited and somebody who asks to join."""
    invitations.invite_list(actor_of(people.coordination), "Eva Ein; eva@see.example", network_name="Netz")
    session().add(
        JoinRequest(
            token_hash=b"x" * 32, name="Nora Neu", email="nora@see.example", organisation="See", function="Amt",
            reason="Darum", language="de", created_at=now(), confirmed_at=now(), expires_at=now(),
        )
    )  # fmt: skip


def hang_a_logo() -> None:
    network = found(name="Netz", about="", is_sample=False)
    network.logo_hash, network.logo_width, network.logo_height = "0" * 64, 2, 1
    session().add(NetworkLogo(id=1, media_type="image/png", data=b"a picture"))


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("access")
    made = Installed(folder, sqlite_template)
    shutil.copy(made.template, made.at)
    app = create_app(made.settings)
    app.testing = True
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    with using(made.settings), session_scope(app.extensions["workspace_sessions"]) as opened:
        people: People = make_people()
        opened.commit()
        world = make_world(people)
        tokens = {name: open_session(getattr(people, name), device="walk", earlier=None) for name in MEMBERS}
        tokens["disabled"] = open_session(people.disabled, device="walk", earlier=None)
        write_token(people.reader)
        opened.commit()
        wait_outside(people)
        opened.commit()
        hang_a_logo()
        opened.commit()
        with app.app_context():
            given = {rule.endpoint: values(world, rule.endpoint) for rule in app.url_map.iter_rules()}
        with app.extensions["workspace_engine"].connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    app.extensions["workspace_engine"].dispose()
    shutil.copy(made.at, made.template)
    yield Walk(app, given, tokens, made.template)
    app.extensions["workspace_engine"].dispose()


def all_endpoints() -> list[tuple[str, str]]:
    """(endpoint, method) of everything the app answers to."""
    settings = Settings(environment="test", instance_dir=Path("/nonexistent"), secret_key=SecretStr("x" * 40))
    rules = create_app(settings).url_map.iter_rules()
    return sorted((r.endpoint, m) for r in rules for m in (r.methods or set()) - {"HEAD", "OPTIONS"})


ENDPOINTS = all_endpoints()


def test_every_endpoint_has_a_door_and_every_door_an_endpoint() -> None:
    assert {endpoint for endpoint, _ in ENDPOINTS} == set(DOORS)


def address(app: Flask, endpoint: str, method: str, given: dict[str, Any]) -> str:
    """The path of an endpoint for these things; positions that a rule also wants are made to fit."""
    rule = next(r for r in app.url_map.iter_rules(endpoint) if method in (r.methods or ()))
    fitting = {
        name: given.get(name, {"start": 0, "end": 9, "minor": 0, "major": 1}.get(name, 1)) for name in rule.arguments
    }
    with app.test_request_context():
        query = {name: given[name] for name in ("old", "new") if endpoint == "papers.choose_compare"}
        return app.url_for(endpoint, **fitting, **query)


def without_tokens(page: bytes) -> bytes:
    """A page without what differs from visit to visit."""
    return re.sub(rb'name="csrf_token"[^>]*>', b"", page)


@pytest.mark.parametrize(("endpoint", "method"), ENDPOINTS, ids=[f"{m} {e}" for e, m in ENDPOINTS])
def test_the_door_opens_for_the_right_people_only(walk: Walk, endpoint: str, method: str) -> None:
    door = DOORS[endpoint]
    path = address(walk.app, endpoint, method, walk.given[endpoint])
    for person in sorted(EVERYBODY):
        answer = walk.ask(person, method, path, dict(door.form))
        target = answer.headers.get("Location", "")
        seen = f"{person} {method} {path}: {answer.status_code} {target}"
        is_sent_to_sign_in = "/sign-in?" in target or target.endswith("/sign-in")
        assert answer.status_code < 500, seen
        if person in door.opens_for:
            assert answer.status_code not in {401, 403, 404, 405}, seen
            assert not is_sent_to_sign_in, seen
        elif person in SIGNED_OUT:
            assert is_sent_to_sign_in, seen
        elif person in door.known_to:
            assert answer.status_code == 403, seen
        else:
            assert answer.status_code == 404, seen


PRIVATE = [pair for pair in ENDPOINTS if pair[0].startswith(("papers.", "discussion.")) and pair[0] in DOORS]


@pytest.mark.parametrize(("endpoint", "method"), PRIVATE, ids=[f"{m} {e}" for e, m in PRIVATE])
def test_what_one_may_not_know_answers_like_what_is_not_there(walk: Walk, endpoint: str, method: str) -> None:
    """The same status and the same words for a stranger, whether the paper exists or not."""
    given = walk.given[endpoint]
    if DOORS[endpoint].known_to != INSIDE:
        return
    real = walk.ask("stranger", method, address(walk.app, endpoint, method, given))
    missing = address(walk.app, endpoint, method, given | {"key": "a" * 16})
    wrong = walk.ask("stranger", method, missing)
    assert real.status_code == wrong.status_code == 404
    assert without_tokens(real.data).replace(given["key"].encode(), b"a" * 16) == without_tokens(wrong.data)
