"""Who acts in this request. Every endpoint needs a signed-in member unless its view is marked `public`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, g, request

from workspace.permissions import PUBLIC, Actor

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., Any])
ActorLoader = Callable[[], Actor]
Refuser = Callable[[], "ResponseReturnValue"]


def public(view: View) -> View:
    """Mark a view that answers without sign-in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def actor() -> Actor:
    """The actor of this request."""
    found: Actor = g.get("actor", PUBLIC)
    return found


def init_app(app: Flask, load: ActorLoader, ask_to_sign_in: Refuser) -> None:
    """Load the actor before each request; send strangers to sign-in where a page is not public.

    Args:
        load: reads the actor from the request's session.
        ask_to_sign_in: the answer for a request that needs a member and has none.
    """

    @app.before_request
    def load_actor() -> ResponseReturnValue | None:
        if request.endpoint == "static":
            return None
        g.actor = load()
        view = app.view_functions.get(request.endpoint or "")
        g.public_page = view is None or getattr(view, "is_public", False)
        if not g.public_page and not g.actor.is_signed_in:
            return ask_to_sign_in()
        return None
