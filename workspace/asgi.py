"""The one server: `/live/…` goes to the rooms of live editing, every other request to Flask.

Requests are carried over the ASGI bridge by a fixed number of threads; the rooms live in the event loop beside them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware

from workspace import create_app
from workspace.config import Settings, load_settings
from workspace.live import server
from workspace.live.socket import PATH

log = logging.getLogger(__name__)
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def make_asgi(settings: Settings | None = None) -> Application:
    """The ASGI application for uvicorn; with several processes each makes its own."""
    given = settings or load_settings()
    app = create_app(given)
    pages: Any = WSGIMiddleware(app.wsgi_app, workers=given.threads)  # type: ignore[arg-type]
    live = server.LiveServer(given, app.config["SECRET_KEY"])

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            with live.page():
                await pages(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live_and_die(live, receive, send)
        elif scope["path"].startswith(PATH) and live.sockets is not None:
            await live.sockets(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})

    return application


async def _live_and_die(live: server.LiveServer, receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await live.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await live.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
