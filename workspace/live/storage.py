"""The hub's way to the database: one thread that writes, a few that read, apart from those that serve pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from workspace.config import Settings, using
from workspace.db import make_engine, make_sessions, session_scope, writing_connection
from workspace.papers import log

READERS = 3
Given = ParamSpec("Given")
Found = TypeVar("Found")


class Panicked(Exception):  # noqa: N818 - a finding
    """The CRDT's library has given up on what it was given."""


class Storage:
    """Runs work with a current session in threads of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine = make_engine(settings.resolved_database_url(), threads=READERS + 2)
        self._sessions = make_sessions(self.engine)
        self._connection: Connection | None = None
        """The writer's own, for the log."""
        self._writer = ThreadPoolExecutor(1, "live-writer")
        self._readers = ThreadPoolExecutor(READERS, "live-reader")

    async def write(self, work: Callable[Given, Found], *given: Given.args, **more: Given.kwargs) -> Found:
        """Do it after what waits already, and commit. Raises: what the work raises, and then nothing is written."""
        return await self._run(self._writer, work, *given, **more)

    async def append(self, rows: Sequence[log.Row]) -> None:
        """Write rows of logs, in turn with what else is written. Raises: Behind; what the database raises."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._append, rows)

    def _append(self, rows: Sequence[log.Row]) -> None:
        for is_last in (False, True):
            try:
                log.append(self._log_connection(), rows)
                return
            except DBAPIError as error:
                self._drop_connection()
                if is_last or not error.connection_invalidated:
                    raise  # was it lost after its commit? the log's fence finds out

    async def version(self) -> int:
        """On SQLite: another number when somebody else than `append` has committed something."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._version)

    def _version(self) -> int:
        driver: Any = self._log_connection().connection.driver_connection
        found: int = driver.execute("PRAGMA data_version").fetchone()[0]
        return found

    def _log_connection(self) -> Connection:
        self._connection = self._connection or writing_connection(self.engine)
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

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
        self._writer.submit(self._drop_connection)
        self._writer.shutdown()
        self._readers.shutdown()
        self.engine.dispose()
