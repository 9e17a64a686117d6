"""The worker's process: threads that do jobs, one that sends mail, one that keeps time and says that it lives."""

from __future__ import annotations

import logging
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask

from workspace import __version__, config, db
from workspace.clock import now
from workspace.jobs import worker as jobs
from workspace.letters.sending import may_go
from workspace.mail import delivery
from workspace.mail.transport import ServerFails
from workspace.network.queries import the_network

log = logging.getLogger(__name__)
IDLE = 1.0
"""Seconds between two looks for work."""
LOOK_AT_SCHEDULE = 5.0
GOODBYE = 20.0
"""Seconds that running jobs get to end when the worker is asked to stop; then the process ends all the same."""
LONGEST_PAUSE = 600.0
"""Seconds between two attempts to reach a mail server that does not work."""


class WorkerProcess:
    """Runs until `stop` is set."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: config.Settings = app.extensions["workspace_settings"]
        self.sessions: db.Sessions = app.extensions["workspace_sessions"]
        self.me = secrets.token_hex(8)
        self.started_at = now()
        self.stop = threading.Event()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """A session, the settings, and addresses as in a request: what a job needs."""
        with (
            self.app.test_request_context("/", base_url=self.settings.base_url),
            config.using(self.settings),
            db.session_scope(self.sessions),
        ):
            yield

    def run(self) -> None:
        """Work until asked to stop. Jobs in hand may end; what is cut off is begun again by the next worker."""
        self._keep_time_once()
        loops: list[tuple[str, Callable[[], None]]] = [("time", self._keep_time), ("mail", self._send_mail)]
        loops += [(f"jobs-{number}", self._do_jobs) for number in range(self.settings.worker_threads)]
        threads = [threading.Thread(target=loop, name=name, daemon=True) for name, loop in loops]
        log.info("worker started", extra={"worker": self.me})
        for thread in threads:
            thread.start()
        while not self.stop.wait(1):  # a wait without end would not let signals in
            pass
        until = now() + timedelta(seconds=GOODBYE)
        for thread in threads:
            thread.join(max(0.0, (until - now()).total_seconds()))
        with self.scope():
            jobs.say_goodbye(self.me)
        log.info("worker stopped", extra={"worker": self.me})

    def _keep_time_once(self) -> None:
        with self.scope():
            jobs.beat(self.me, __version__, self.started_at)
        with self.scope():
            jobs.enqueue_recurring()

    def _keep_time(self) -> None:
        beats = self.settings.lease / 4
        waited = 0.0
        while not self.stop.wait(min(LOOK_AT_SCHEDULE, beats)):
            waited += min(LOOK_AT_SCHEDULE, beats)
            with self._survive("keeping time"):
                if waited >= beats:
                    waited = 0.0
                    with self.scope():
                        jobs.beat(self.me, __version__, self.started_at, also=delivery.renew_claims)
                with self.scope():
                    jobs.enqueue_recurring()

    def _do_jobs(self) -> None:
        while not self.stop.is_set():
            found = False
            with self._survive("jobs"):
                found = jobs.run_next(self.scope, self.me)
            if not found:
                self.stop.wait(IDLE)

    def _send_mail(self) -> None:
        pause = IDLE
        while not self.stop.is_set():
            try:
                sent = delivery.send_waiting(self.scope, self.me, _sender, may_go=may_go, is_stopping=self.stop.is_set)
            except ServerFails as failure:
                pause = min(max(pause * 2, 15.0), LONGEST_PAUSE)
                log.warning("mail server fails", extra={"code": failure.code, "pause": pause})
                self.stop.wait(pause)
                continue
            except Exception as error:
                log.error("sending mail failed", exc_info=error)
                sent = 0
            pause = IDLE
            if not sent:
                self.stop.wait(IDLE)

    @contextmanager
    def _survive(self, what: str) -> Iterator[None]:
        """A database that is away for a moment must not end the worker."""
        try:
            yield
        except Exception as error:
            log.error("worker: %s failed", what, exc_info=error)
            self.stop.wait(IDLE * 5)


def _sender() -> str:
    return the_network().name


def run_worker(app: Flask, *, with_parent: bool = False) -> None:
    """Be the worker until SIGTERM, SIGINT or, with a parent, until its end of the pipe at stdin closes.

    A server that is killed cannot say goodbye, but the kernel closes its pipes.
    """
    process = WorkerProcess(app)

    def stop(*_signal: object) -> None:
        process.stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if with_parent:

        def watch() -> None:
            sys.stdin.buffer.read()
            process.stop.set()

        threading.Thread(target=watch, name="parent", daemon=True).start()
    process.run()
