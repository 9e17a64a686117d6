"""The hub's way to the database: one thread that writes, a few that read, apart from those that serve pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine

from workspace.config import Settings, using
from workspace.db import make_engine, make_sessions, session_scope

READERS = 3
Given = ParamSpec("Given")
Found = TypeVar("Found")


class Panicked(Exception):  # noqa: N818 - a finding
    """The CRDT's library has given up on what it was given."""


class Storage:
    """Runs work with a current session in threads of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine = make_engine(settings.resolved_database_url(), threads=READERS + 1)
        self._sessions = make_sessions(self.engine)
        self._writer = ThreadPoolExecutor(1, "live-writer")
        self._readers = ThreadPoolExecutor(READERS, "live-reader")

    async def write(self, work: Callable[Given, Found], *given: Given.args, **more: Given.kwargs) -> Found:
        """Do it after what waits already, and commit. Raises: what the work raises, and then nothing is written."""
        return await self._run(self._writer, work, *given, **more)

    async def read(self, work: Callable[Given, Found], *given: Given.args, **more: Given.kwargs) -> Found:
        """Do it beside what is being written."""
        return await self._run(self._readers, work, *given, **more)

    async def _run(
        self, threads: ThreadPoolExecutor, work: Callable[Given, Found], *given: Given.args, **more: Given.kwargs
    ) -> Found:
        def done() -> Found:
            with using(self.settings), session_scope(self._sessions) as opened:
                try:
                    found = work(*given, **more)
                except (Exception, KeyboardInterrupt, SystemExit):
                    raise
                except BaseException as error:  # a panic of the CRDT's library, which must not end what waits for us
                    raise Panicked from error
                opened.commit()
                return found

        return await asyncio.get_running_loop().run_in_executor(threads, done)

    def close(self) -> None:
        """Wait for what is being done and let the connections go."""
        self._writer.shutdown()
        self._readers.shutdown()
        self.engine.dispose()
