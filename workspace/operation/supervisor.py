"""The server's own worker: a process of its own that is started again when it dies, and ends with the server."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from workspace.config import PREFIX, Settings

log = logging.getLogger(__name__)
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before a worker that died is started again; doubled while it dies at once."""
GOODBYE = 25.0
"""Seconds a worker gets to end its jobs when the server stops."""


@contextmanager
def own_worker(settings: Settings) -> Iterator[None]:
    """Keep one worker process running while the block runs."""
    supervisor = _Supervisor(settings)
    thread = threading.Thread(target=supervisor.keep_running, name="worker", daemon=True)
    # uvicorn passes a SIGTERM on to the handler it found, once it has ended: so the worker is waited for
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(0))
    thread.start()
    try:
        yield
    finally:
        supervisor.end()
        thread.join(GOODBYE + 5)


class _Supervisor:
    def __init__(self, settings: Settings) -> None:
        self.environment = {**os.environ, PREFIX + "BASE_URL": settings.base_url}
        self.stop = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        pause = SHORTEST_PAUSE
        while not self.stop.is_set():
            began = time.monotonic()
            self.process = subprocess.Popen(  # in a session of its own: Ctrl+C is for the server, which ends it
                [sys.executable, "-m", "workspace", "worker", "--with-parent"],
                stdin=subprocess.PIPE, env=self.environment, start_new_session=True,
            )  # fmt: skip
            status = self.process.wait()
            if self.stop.is_set():
                return
            pause = SHORTEST_PAUSE if time.monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            log.error("worker died", extra={"status": status, "pause": pause})
            self.stop.wait(pause)

    def end(self) -> None:
        """Ask the worker to stop; one that does not is killed: whatever it had begun is begun again later."""
        self.stop.set()
        process = self.process
        if process is None or process.poll() is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
