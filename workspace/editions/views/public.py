"""Pages of editions: everybody reads them; nothing here leads to the paper behind."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workspace.editions import queries, rendering
from workspace.editions.models import Edition
from workspace.editions.views.answers import public_answer
from workspace.editions.views.blueprint import bp
from workspace.errors import NotFound
from workspace.network.queries import the_network
from workspace.papers.comparison import View
from workspace.papers.forms import number_of
from workspace.papers.models import SealKind
from workspace.papers.seals import require_open
from workspace.papers.sending import send_attachment
from workspace.web.actor import public
from workspace.web.links import absolute


@dataclass(frozen=True)
class Row:
    """An edition in the list of all of a paper; `said` is what changed since the one before."""

    edition: Edition
    said: str = ""
    before: Edition | None = None


@bp.get("/p/<key:slug>")
@public
def newest(slug: str) -> ResponseReturnValue:
    edition = queries.newest_of(queries.editions_of(slug))
    return redirect(url_for(".show", slug=slug, major=edition.major, minor=edition.minor), 302)


@bp.get("/p/<key:slug>/<number:major>.<id:minor>")
@public
def show(slug: str, major: int, minor: int) -> ResponseReturnValue:
    edition = queries.get_edition(slug, major, minor)
    address = url_for(".show", slug=slug, major=major, minor=minor)
    if request.path != address:
        return redirect(address, 301)
    require_open(SealKind.EDITION, edition.id)
    editions = queries.editions_of(slug)
    described = rendering.described(edition, the_network().name)
    return public_answer(
        render_template(
            "editions/show.html",
            edition=edition,
            newest=queries.newest_of(editions),
            rows=_rows(editions),
            article=rendering.edition_article(edition),
            described=described,
            canonical=described.work.url,
            permanent=absolute("editions.newest", slug=slug),
        )
    )


def _rows(editions: queries.Editions) -> list[Row]:
    rows = [
        Row(edition)
        if edition.is_sealed or before.is_sealed
        else Row(edition, rendering.said(rendering.edition_counts(before, edition)), before)
        for edition, before in pairwise(editions)
    ]
    return [*rows, Row(editions[-1])]


@bp.get("/p/<key:slug>/compare/<number:old_major>.<id:old_minor>/<number:new_major>.<id:new_minor>")
@public
def compare(slug: str, old_major: int, old_minor: int, new_major: int, new_minor: int) -> ResponseReturnValue:
    """Two editions of a paper, the older first; the other way round leads here too."""
    old, new = queries.get_edition(slug, old_major, old_minor), queries.get_edition(slug, new_major, new_minor)
    if old is new:
        return redirect(url_for(".show", slug=slug, major=old_major, minor=old_minor), 302)
    if (old_major, old_minor) > (new_major, new_minor):
        return redirect(_compare_address(new, old), 302)
    if request.path != _compare_address(old, new):
        return redirect(_compare_address(old, new), 301)
    require_open(SealKind.EDITION, old.id, new.id)
    difference = rendering.edition_difference(old, new, _view())
    total = difference.total
    at = min(number_of(request.args.get("change")) or 0, total)
    return public_answer(
        render_template(
            "editions/compare.html",
            old=old,
            new=new,
            said=rendering.sentence_of(old, new),
            comparison=difference,
            at=at,
            views=[(view, _compare_address(old, new, view)) for view in VIEWS],
            previous=_change(old, new, difference.view, at - 1 if at > 1 else total),
            following=_change(old, new, difference.view, min(total, at + 1 if at < total else 1)),
            editions=[edition for edition in queries.editions_of(slug) if not edition.is_sealed],
        )
    )


VIEWS = (View.COLUMN, View.SIDE, View.CHANGES)


def _view() -> View:
    wanted = request.args.get("view", "")
    return View(wanted) if wanted in set(VIEWS) else View.COLUMN


def _change(old: Edition, new: Edition, view: View, number: int) -> str:
    """The address of one change, so that stepping needs no script; "" where nothing changed."""
    return _compare_address(old, new, view, number) if number else ""


def _compare_address(old: Edition, new: Edition, view: View = View.COLUMN, change: int = 0) -> str:
    shown = None if view is View.COLUMN else view.value
    return url_for(
        ".compare", slug=new.slug, old_major=old.major, old_minor=old.minor, new_major=new.major,
        new_minor=new.minor, view=shown, change=change or None, _anchor=f"c{change}" if change else None,
    )  # fmt: skip


@bp.get("/p/<key:slug>/<number:major>.<id:minor>/files/<path:name>")
@public
def file(slug: str, major: int, minor: int, name: str) -> ResponseReturnValue:
    """A file that this edition shows; no other file of its paper."""
    edition = queries.get_edition(slug, major, minor)
    require_open(SealKind.EDITION, edition.id)
    files = queries.files_of_edition(edition, with_sealed=True)
    found = next((file for file in files if file.name_folded == name.casefold()), None)
    if found is None:
        raise NotFound
    return send_attachment(found, is_public=True)
