"""Pages of the first start: the printed link, what is done and open, mail, the way from step to step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from workspace.accounts import sessions
from workspace.accounts.views.blueprint import device, me
from workspace.config import settings
from workspace.errors import Invalid, NotFound
from workspace.mail.delivery import is_set_up
from workspace.network.actions import finish_first_start
from workspace.network.queries import is_named, the_network
from workspace.permissions import Permission, can, require
from workspace.setup import actions, queries
from workspace.setup.forms import FirstAccountForm
from workspace.setup.queries import Progress, Step
from workspace.web.actor import actor, public
from workspace.web.errors import status_of
from workspace.web.messages import add_messages

bp = Blueprint("setup", __name__)
AFTER = re.compile(r"/setup/after/([a-z]+)")
TITLES = {
    Step.ACCOUNT: _l("Ihr Konto"),
    Step.NETWORK: _l("Name und Logo"),
    Step.MAIL: _l("Absender und Probemail"),
    Step.IMPRINT: _l("Impressum"),
    Step.PRIVACY: _l("Datenschutz"),
    Step.ACCESSIBILITY: _l("Barrierefreiheit"),
    Step.GROUP: _l("Erste Arbeitsgruppe"),
    Step.INVITATIONS: _l("Erste Einladungen"),
}
COORDINATION = {Step.GROUP: Permission.GROUP_CREATE, Step.INVITATIONS: Permission.PERSON_ADMIT}
"""Steps that are not the technical administration's; the first person has both roles."""

add_messages(
    {
        "network_unnamed": _l("Geben Sie dem Netzwerk zuerst einen Namen. Er steht auf jeder Seite und jeder Ausgabe."),
    }
)


@dataclass(frozen=True)
class Guide:
    """The step that a page is opened for."""

    step: Step

    @property
    def number(self) -> int:
        return list(Step).index(self.step) + 1

    @property
    def total(self) -> int:
        return len(Step)

    @property
    def leads_to(self) -> str:
        return url_for("setup.after", step=self.step)


def guide() -> Guide | None:
    """The step of the first start that this page belongs to now; None outside of it."""
    found = AFTER.fullmatch(request.values.get("next") or "")
    return Guide(Step(found[1])) if found is not None and found[1] in set(Step) else None


@bp.app_context_processor
def guiding() -> dict[str, object]:
    return {"setup_guide": guide}


def address_of(step: Step) -> str:
    """The page of a step, which then leads on to the next open one."""
    leads_to = url_for(".after", step=step)
    if step == Step.ACCOUNT:
        return url_for("accounts.account")
    if step in {Step.IMPRINT, Step.PRIVACY, Step.ACCESSIBILITY}:
        return url_for("network.edit_legal", page=str(step), next=leads_to)
    pages = {
        Step.NETWORK: "network.edit_settings", Step.MAIL: "setup.mail", Step.GROUP: "groups.create",
        Step.INVITATIONS: "membership.invite",
    }  # fmt: skip
    return url_for(pages[step], next=leads_to)


# The printed link


def _link_page(token: str, form: FirstAccountForm | None, status: int) -> ResponseReturnValue:
    return render_template("setup/link.html", token=token, form=form, total=len(Step)), status


@bp.get("/setup/link/<token>")
@public
def link(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing; only its form uses it."""
    if not actions.is_good(token):
        return _link_page(token, None, 410)
    return _link_page(token, FirstAccountForm(formdata=None), 200)


@bp.post("/setup/link/<token>")
@public
def begin(token: str) -> ResponseReturnValue:
    form = FirstAccountForm()
    if not actions.is_good(token):
        return _link_page(token, None, 410)
    if not form.validate():
        return _link_page(token, form, 422)
    try:
        opened = actions.make_first_account(
            token, name=form.name.data, email=form.email.data, organisation=form.organisation.data,
            function=form.function.data, password=form.new.data, device=device(), earlier=sessions.browser_token(),
        )  # fmt: skip
    except Invalid as error:
        if error.code == "setup_link_used":
            return _link_page(token, None, 410)
        form.take(error)
        return _link_page(token, form, status_of(error))
    sessions.remember(opened)
    flash(_("Willkommen! Ihr Konto ist angelegt, und Sie sind an diesem Gerät angemeldet."))
    return redirect(url_for(".overview"), 303)


# The steps


@bp.get("/setup")
def overview() -> ResponseReturnValue:
    require(actor(), Permission.NETWORK_SETTINGS)
    rows = queries.progress()
    mine = [row for row in rows if not row.is_done and _may(row.step)]
    return render_template(
        "setup/overview.html",
        rows=rows,
        titles=TITLES,
        address_of=address_of,
        may=_may,
        next=mine[0].step if mine else None,
        still_open=sum(not row.is_done for row in rows),
        finished_at=the_network().set_up_at,
        is_named=is_named(),
    )


def _may(step: Step) -> bool:
    return step not in COORDINATION or can(actor(), COORDINATION[step])


@bp.get("/setup/after/<step>")
def after(step: str) -> ResponseReturnValue:
    """Where a step leads when it is saved or left out: to the next open one, else to what is done and open."""
    require(actor(), Permission.NETWORK_SETTINGS)
    if step not in set(Step):
        raise NotFound
    coming = queries.following(Step(step))
    return redirect(url_for(".overview") if coming is None or not _may(coming) else address_of(coming), 303)


@bp.get("/setup/mail")
def mail() -> ResponseReturnValue:
    """From whom mails come, and whether one arrives; what to do where no mail is set up."""
    require(actor(), Permission.NETWORK_SETTINGS)
    return render_template(
        "setup/mail.html",
        given=settings(),
        is_set_up=is_set_up(),
        member=me(),
        probe=queries.newest_probe(me().id),
    )


@bp.post("/setup/end")
def finish() -> ResponseReturnValue:
    require(actor(), Permission.NETWORK_SETTINGS)
    finish_first_start(actor(), still_open=_open_steps(queries.progress()))
    flash(_("Die Einrichtung ist abgeschlossen."))
    return redirect(url_for("network.start"), 303)


def _open_steps(rows: Sequence[Progress]) -> list[str]:
    return [str(row.step) for row in rows if not row.is_done]
