"""Every kind of page, by who sees it: what axe, the Nu HTML checker and the tests of layout and keyboard walk through.

A page is listed here and nowhere else; tests/web/test_nu.py fails where an address that shows a page is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import html5lib
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import make_paper, save
from tests.discussion.talk import talk
from tests.people import actor_of
from tests.world import World, picture
from workspace.accounts.models import AddressChange, Member
from workspace.accounts.signing_in import hash_token, write_token
from workspace.clock import now
from workspace.config import settings
from workspace.coordination.actions import seal_comment, seal_revisions
from workspace.db import session
from workspace.discussion import actions as discussion
from workspace.discussion.models import Comment, ThreadKind
from workspace.editions.models import Submission
from workspace.letters.stopping import Stop, stop_token
from workspace.membership import invitations
from workspace.membership.models import Invitation, JoinRequest
from workspace.notices.models import Pace
from workspace.papers.article import places
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper
from workspace.papers.store import text_of
from workspace.text.tree import parse

NO_PAGES = frozenset(
    {
        "static", "papers.file", "editions.file", "editions.submission_file", "editions.feed",
        "papers.choose_compare", "papers.rescue_file", "editions.newest", "network.choose_language", "operation.health",
        "accounts.factor_picture", "accounts.code", "network.logo", "setup.after", "setup.link",
        "coordination.log_file", "discussion.threads_json",
    }
)  # fmt: skip
"""What a GET of these answers is a file, a feed or the way to another page. `accounts.code`, asking for a code halfway
through a sign-in, is shown as the page that comes too late; so is `setup.link`, which needs an empty database, as in
browser/test_network.py."""

NOTHING_IS_NEEDED = ("/parking", "/restoration")
"""Forms that do their deed when sent empty."""

FULL = """## Anlass und Ziel dieses Papiers

Wer Menschen um ihre Meinung bittet, verspricht etwas.[^1] Das **Versprechen** heißt: *Die Meinung kommt an.*

> Wer fragt, muss antworten.

## Bürger\u00adinnen- und Bürgerbeteiligungssatzungsänderungsverfahren

Jede Kommune antwortet binnen acht Wochen, siehe [Leitlinien](https://netz.example/leitlinien-der-beteiligung).

1. Ein Beteiligungsblatt vor jedem Verfahren
2. Ein fester Ansatz im Haushalt
   - zwei vom Hundert
   - mindestens 5.000 Euro

- [x] Umfrage ausgewertet
- [ ] Satzung beschlossen

| Verfahren | Frist in Wochen | Wer antwortet | Wo es steht | Was es kostet | Wie viele teilnehmen |
|---|---:|---|:-:|---|---|
| Bürgerrat | 8 | Verwaltung und Rat gemeinsam | Vorhabenliste | 40.000 Euro | 60 ausgeloste Menschen |
| Umfrage | 4 | Fachamt | Beteiligungsportal | 2.500 Euro | alle, die wollen |

![Der Ablauf in vier Schritten](ablauf.png "Ablauf eines Verfahrens")

### Einzelheiten

Dieser Absatz wandert.

Dieses Papier ersetzt keine Satzung.

Begriff
: Was er bedeutet.

[^1]: So steht es auch in den Leitlinien.
"""


def full_paper(world: World) -> Paper:
    """A paper with every kind of block, a figure, and beside its head threads of every kind and state.

    Between its two revisions words, blocks, a row and a footnote changed, and a paragraph moved.
    """
    people = world.people
    paper = make_paper(
        people, text=FULL.replace("![", "[").replace("](ablauf.png", "](https://netz.example/ablauf.png")
    )
    add_attachment(actor_of(people.editor), paper, name="ablauf.png", data=picture("teal"))
    session().commit()
    talk(paper, people.reviewer, "Das **Versprechen** heißt", body="Wer hat es gegeben?")
    talk(paper, people.lead, "binnen acht Wochen", body="Zu lang.", kind=ThreadKind.OBJECTION)
    talk(paper, people.reviewer, "> Wer fragt, muss antworten.", body="Geht verloren.", kind=ThreadKind.REMARK)
    talk(paper, people.reviewer, None, body="Ein gutes Papier.", kind=ThreadKind.REMARK)
    changed = FULL.replace("binnen acht Wochen", "binnen sechs Wochen und öffentlich").replace(
        "> Wer fragt, muss antworten.\n\n", ""
    )
    changed = changed.replace("Dieser Absatz wandert.\n\n", "").replace(
        "## Bürger", "Dieser Absatz wandert.\n\n## Bürger"
    )
    changed = changed.replace("| Umfrage | 4 |", "| Umfrage | 6 |").replace("auch in den", "in unseren")
    save(paper, people.lead, changed + "\nEin neuer letzter Absatz.\n", summary="Nach der Sitzung")
    done = talk(paper, people.reviewer, "mindestens 5.000 Euro", body="Reicht das?")
    discussion.reply(actor_of(people.editor), done, "Ja, @rosa, für den Anfang.")
    session().commit()
    discussion.resolve_thread(actor_of(people.reviewer), done)
    session().commit()
    return paper


@dataclass(frozen=True)
class Site:
    """The world of the tests, and a paper with every kind of block."""

    world: World
    full: Paper


def make_site(world: World) -> Site:
    full = full_paper(world)
    cora = actor_of(world.people.coordination)
    seal_revisions(cora, world.published, [1], reason="Auszug ohne Erlaubnis")
    session().commit()
    said = session().scalars(select(Comment).where(Comment.body.startswith("Ja, @rosa"))).unique().one()
    seal_comment(cora, said, reason="Nennt eine Person")
    session().commit()
    return Site(world, full)


def every_page(site: Site) -> Iterator[tuple[Member | None, str]]:
    """(who, path) of every kind of page, full and empty."""
    yield from _public(site)
    yield from _of_a_member(site)
    yield from _of_a_paper(site)
    yield from _of_coordination(site)
    yield from _of_technical_administration(site)
    yield from _of_accounts(site)


def _public(site: Site) -> Iterator[tuple[Member | None, str]]:
    slug = site.world.published.slug
    for path in ("/", "/sign-in", f"/sign-in/{write_token(site.world.people.reader)}", "/sign-in/verbraucht"):
        yield None, path
    for path in ("/library", "/library?q=nirgends", f"/p/{slug}/1.1", f"/p/{slug}/1.0", f"/p/{slug}/compare/1.0/1.1"):
        yield None, path
    yield None, f"/p/{slug}/compare/1.0/1.1?view=side"
    for path in ("/hilfe", "/impressum", "/datenschutz", "/barrierefreiheit", "/password", "/join", "/sign-in-code"):
        yield None, path
    yield None, "/setup/link/verbraucht"
    for path in ("/invitation/verbraucht", "/address/x", "/request/x", "/nirgends", *_links_in_mails(site)):
        yield None, path


def _links_in_mails(site: Site) -> Iterator[str]:
    """What is opened from an invitation, a request to join and a change of address."""
    people, soon = site.world.people, now() + timedelta(days=1)
    asked, change = "ask" * 8, "new" * 8
    invitations.invite_list(actor_of(people.coordination), "Eva Ein; eva@see.example", network_name="Netz")
    invited = session().scalars(select(Invitation)).one()
    link = invitations.renew(actor_of(people.coordination), invited, network_name="Netz", by_mail=False)
    yield link.removeprefix(settings().base_url)
    session().add(
        JoinRequest(
            token_hash=hash_token(asked), name="Nora Neu", email="nora@see.example", organisation="See", function="Amt",
            reason="Darum", language="de", created_at=now(), confirmed_at=None, expires_at=soon,
        )
    )  # fmt: skip
    yield f"/request/{asked}"
    session().add(
        AddressChange(
            member_id=people.reader.id, email="neu@see.example", expires_at=soon,
            old_hash=hash_token("old" * 8), new_hash=hash_token(change),
        )
    )  # fmt: skip
    yield f"/address/{change}"


def _of_a_member(site: Site) -> Iterator[tuple[Member | None, str]]:
    people = site.world.people
    for path in ("/", "/papers", "/groups", f"/groups/{people.quality.key}", "/account", "/search?q=Absatz", "/search"):
        yield people.lead, path
    yield people.lead, f"/groups/{people.quality.key}/papers/new"
    for path in (
        "/",
        "/papers",
        f"/groups/{people.other.key}",
        "/search?q=nirgends",
        f"/papers/{site.world.draft.key}",
    ):
        yield people.stranger, path


def _of_a_paper(site: Site) -> Iterator[tuple[Member | None, str]]:
    world, people, full = site.world, site.world.people, f"/papers/{site.full.key}"
    base = f"/papers/{world.draft.key}"
    for path in ("", "/edit", "/history", "/revisions/1", "/files", "/log", "/description", "/submission", "/print"):
        yield people.lead, base + path
    for path in ("/threads", f"/threads/{world.thread.number}", "/threads/new?revision=2", "/authors?start=0&end=20"):
        yield people.lead, base + path
    for path in ("", "/compare/1/2", "/compare/1/2?view=side", "/compare/1/2?view=changes", "/compare/1/2?view=clean"):
        yield people.lead, full + path
    for path in ("/edit", "/threads", "/print", "/authors?revision=2", "/history", "/files", "/revisions/2"):
        yield people.lead, full + path
    for path in ("/history?chosen=1", "/history?q=nirgends", "/blocks/0-9?base=2", "/revisions/2/blocks"):
        yield people.lead, base + path
    yield people.lead, f"{full}/edit?as=form"
    block = next(iter(places(parse(text_of(world.draft, 2)))))
    yield people.lead, f"{base}/revisions/2/blocks/{block}"
    yield people.lead, f"/papers/{world.submitted.key}/submission"
    for path in ("/history", "/revisions/1"):
        yield people.lead, f"/papers/{world.published.key}{path}"
    yield people.reader, full
    yield people.editor, f"{base}/rescue/{world.rescue.id}"
    yield people.editor, base
    yield people.reviewer, f"{base}/comments/{world.comment.id}"
    yield people.reviewer, f"{base}/threads/{world.thread.number}/passage"
    yield people.reviewer, f"{base}/edit"


def _of_coordination(site: Site) -> Iterator[tuple[Member | None, str]]:
    world, people = site.world, site.world.people
    for path in ("/", "/coordination", f"/coordination/submissions/{world.submission.id}", "/people", "/groups/new"):
        yield people.coordination, path
    yield people.coordination, f"/p/{world.published.slug}/1.1/withdrawal"
    for path in ("groups", "sealed", "sealed/new", "log", "log?kind=operation&q=niemand"):
        yield people.coordination, f"/coordination/{path}"
    for named in (f"/papers/{site.full.key}&stands=1-2", f"/p/{world.published.slug}/1.0", "/nirgends"):
        yield people.coordination, f"/coordination/sealed/new?address={named}"
    yield people.coordination, f"/coordination/submissions/{_answered(world)}"
    yield people.coordination, f"/people/{people.reader.id}"
    for path in ("/people/invitations", "/people/requests"):
        yield people.coordination, path
    yield people.reviewer, "/"


def _of_technical_administration(site: Site) -> Iterator[tuple[Member | None, str]]:
    for path in ("/", "/settings", "/settings/privacy", "/impressum", "/hilfe", "/technik", "/technik/mail"):
        yield site.world.people.admin, path
    for path in ("/technik/mail?state=waiting", "/technik/jobs", "/technik/backups", "/setup", "/setup/mail"):
        yield site.world.people.admin, path
    for path in ("/settings?next=/setup/after/network", "/settings/imprint?next=/setup/after/imprint"):
        yield site.world.people.admin, path


def _of_accounts(site: Site) -> Iterator[tuple[Member | None, str]]:
    people = site.world.people
    for path in ("/account/security", "/account/data", "/account/second-factor", "/account/confirmation"):
        yield people.lead, path
    for path in ("/account/leaving", "/members", "/members/organisations", f"/members/{people.reader.id}"):
        yield people.lead, path
    yield people.reader, "/account/leaving"
    for member in (people.editor, people.stranger):
        yield member, "/notices"
    yield people.editor, "/account/notices"
    yield None, f"/notices/stop/{stop_token(Stop(people.reader.id, pace=Pace.DAILY))}"


def _answered(world: World) -> int:
    """The id of a submission that coordination has answered."""
    found = session().scalars(select(Submission.id).where(Submission.paper_id == world.published.id)).first()
    assert found is not None
    return found


@dataclass(frozen=True)
class Shown:
    """What somebody was shown at an address; refused forms come back at the address they were sent to."""

    member: Member | None
    path: str
    status: int
    html: str
    is_refusal: bool = False


def shown_pages(site: Site, client_for: Callable[[Member | None], FlaskClient]) -> Iterator[Shown]:
    """Every page, then what comes back when a form of each kind that has a field to write in is sent empty."""
    clients: dict[int, FlaskClient] = {}
    waiting: list[tuple[Member | None, FlaskClient, str, str]] = []
    with client_for(None).application.app_context():  # links are signed
        pages = list(every_page(site))
    session().commit()
    for member, path in pages:
        client = clients.setdefault(member.id if member else 0, client_for(member))
        answer = client.get(path, follow_redirects=True)
        html = answer.get_data(as_text=True)
        yield Shown(member, path, answer.status_code, html)
        waiting.append((member, client, answer.request.path, html))
    sent: set[str] = set()
    for member, client, path, html in waiting:
        for action, fields in _forms(html, path):
            kind = re.sub(r"/([0-9a-z]{16}|[0-9-]+)(?=/|$)", "/…", action.partition("?")[0])
            if kind in sent or not fields or action.endswith(NOTHING_IS_NEEDED):
                continue
            sent.add(kind)
            answer = client.post(action, data=fields)
            if answer.status_code >= 400:
                yield Shown(member, action, answer.status_code, answer.get_data(as_text=True), is_refusal=True)


def _forms(html: str, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(where it goes, its fields, emptied) of each form; no fields where there is none to write in."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() != "post":
            continue
        inputs = [element for element in form.iter("input") if element.get("name")]
        hidden = {
            element.get("name"): element.get("value", "") for element in inputs if element.get("type") == "hidden"
        }
        to_write = [
            element for element in inputs if element.get("type", "text") in {"text", "email", "password", "file"}
        ]
        written = {element.get("name"): "" for element in (*to_write, *form.iter("textarea"))}
        yield form.get("action") or path, hidden | written if written else {}
