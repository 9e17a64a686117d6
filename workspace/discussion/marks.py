"""Threads as marked passages of the rendered text."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from workspace.discussion.queries import ThreadView
from workspace.text.html import Mark


def marks_for(views: Iterable[ThreadView]) -> tuple[Mark, ...]:
    """A mark for each thread whose passage is in the text shown: `#t12`, with a counter that leads to `#k12`."""
    return tuple(
        Mark(
            start=view.place.start,
            end=view.place.end,
            ident=f"t{view.number}",
            css_class=css_class(view),
            label=label(view),
            count=len(view.thread.comments),
            href=f"#k{view.number}",
        )
        for view in views
        if view.place.start is not None and view.place.end is not None
    )


def numbered_marks(views: Iterable[ThreadView]) -> tuple[Mark, ...]:
    """The same for a printed draft: the counter shows the thread's number, as its note below does."""
    return tuple(
        Mark(mark.start, mark.end, mark.ident, mark.css_class, _("Rückmeldung Nr. "), int(mark.ident[1:]), mark.href)
        for mark in marks_for(views)
    )


def css_class(view: ThreadView) -> str:
    """How the passage is marked; what is done stays quiet whatever became of its words."""
    if view.is_resolved:
        return "is-done"
    return "is-changed" if view.is_changed else ""


def label(view: ThreadView) -> str:
    """What is read out before the count."""
    if view.is_resolved:
        return str(_("Erledigte Rückmeldung Nr. %(number)s, Beiträge: ", number=view.number))
    return str(_("Rückmeldung Nr. %(number)s, Beiträge: ", number=view.number))
