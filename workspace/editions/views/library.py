"""The library: every edition in force, to be searched and narrowed; and its feed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from workspace.clock import now
from workspace.config import settings
from workspace.editions import queries, snippet
from workspace.editions.models import Edition
from workspace.editions.queries import Chosen
from workspace.editions.views.answers import public_answer
from workspace.editions.views.blueprint import bp
from workspace.papers.forms import number_of
from workspace.papers.models import PaperKind
from workspace.web.actor import public
from workspace.web.forms import clean_line
from workspace.web.links import absolute

PAGE_SIZE = 20
FEED_SIZE = 30


@dataclass(frozen=True)
class Hit:
    """An edition in the library. Title, abstract and text in pieces of which the found ones are marked."""

    edition: Edition
    title: list[snippet.Piece]
    abstract: list[snippet.Piece]
    found: list[snippet.Piece]


@bp.get("/library")
@public
def library() -> ResponseReturnValue:
    chosen = _chosen()
    shelf = queries.shelf(chosen, page_size=PAGE_SIZE)
    return public_answer(
        render_template(
            "editions/library.html",
            chosen=chosen,
            shelf=shelf,
            hits=[_hit(edition, chosen.words) for edition in shelf.editions],
            kinds=list(PaperKind),
            older=_page(chosen, chosen.page + 1) if chosen.page < shelf.pages else "",
            newer=_page(chosen, chosen.page - 1) if chosen.page > 1 else "",
        )
    )


def _chosen() -> Chosen:
    """What the address asks for; what it does not know it takes as not given."""
    kinds = {kind.value for kind in PaperKind}
    years = (number_of(value) for value in request.args.getlist("year"))
    return Chosen(
        clean_line(request.args.get("q"))[: settings().search_max],
        tuple(kind for kind in dict.fromkeys(request.args.getlist("kind")) if kind in kinds),
        tuple(sorted({year for year in years if year is not None and year < 10_000}))[:50],
        max(1, number_of(request.args.get("page")) or 1),
    )


def _page(chosen: Chosen, page: int) -> str:
    return url_for(
        ".library", q=chosen.words or None, kind=chosen.kinds, year=chosen.years, page=page if page > 1 else None
    )


def _hit(edition: Edition, words: str) -> Hit:
    if not words:
        return Hit(edition, [(edition.title, False)], [(edition.abstract, False)], [])
    return Hit(
        edition,
        snippet.marked(edition.title, words),
        snippet.marked(edition.abstract, words),
        snippet.snippet(edition.text, words, besides=f"{edition.title} {edition.abstract}"),
    )


@bp.get("/library/feed.atom")
@public
def feed() -> ResponseReturnValue:
    editions = queries.newest_editions(limit=FEED_SIZE)
    page = render_template("editions/feed.xml", editions=editions, updated=_newest_moment(editions), absolute=absolute)
    return public_answer(page, media_type="application/atom+xml")


def _newest_moment(editions: Iterable[Edition]) -> str:
    """When the feed last changed; an empty one changed never, so the present day is said."""
    moments = [edition.published_at for edition in editions]
    return max(moments).isoformat() if moments else now().replace(hour=0, minute=0, second=0).isoformat()
