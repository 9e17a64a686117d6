"""The directory: members and municipalities, for members."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from workspace.accounts import queries
from workspace.accounts.views.blueprint import bp
from workspace.config import settings
from workspace.db import MAX_ID
from workspace.errors import NotFound
from workspace.groups.queries import groups_with
from workspace.permissions import Permission, require
from workspace.web.actor import actor
from workspace.web.forms import clean_line


def asked_number(name: str) -> int | None:
    """A number of the address; None when it is none."""
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 20 and int(given) <= MAX_ID else None


def asked_words() -> str:
    return clean_line(request.args.get("q"))[: settings().search_max]


@bp.get("/members")
def directory() -> ResponseReturnValue:
    require(actor(), Permission.DIRECTORY_SEE)
    words, place = asked_words(), asked_number("organisation")
    page = queries.people_page(words, organisation_id=place, after=asked_number("after"))
    return render_template(
        "accounts/directory.html",
        page=page,
        words=words,
        organisation=queries.find_organisation(place) if place is not None else None,
        is_first=asked_number("after") is None,
    )


@bp.get("/members/organisations")
def organisations() -> ResponseReturnValue:
    require(actor(), Permission.DIRECTORY_SEE)
    words = asked_words()
    return render_template("accounts/organisations.html", rows=queries.organisations_with_people(words), words=words)


@bp.get("/members/<id:member_id>")
def profile(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.DIRECTORY_SEE)
    member = queries.get_member(member_id)
    if member.is_disabled:
        raise NotFound
    return render_template("accounts/profile.html", member=member, groups=groups_with(member))
