"""Work that is done after the answer: job rows written in the caller's transaction, done by the worker.

    enqueue("editions.make", {"edition": 7})                      in an action, after begin_writing

    @handler("editions.make")
    def make(facts: Facts) -> Facts | None: ...                   in the feature's `jobs.py`, imported by create_app

    recurring("notices.daily", Daily("07:00", weekdays=WORKDAYS))  beside the handler

A handler works like a request: a current session and settings, work first, then `begin_writing()`. What it wrote is
committed together with the mark that the job is done, so its effect in the database comes about exactly once, also
where the worker is killed. A handler that commits by itself or acts outside the database may be run again.
"""

from workspace.jobs.models import Facts, Job, JobState
from workspace.jobs.queue import WORKDAYS, Daily, Every, JobFailed, enqueue, handler, recurring

__all__ = [
    "WORKDAYS",
    "Daily",
    "Every",
    "Facts",
    "Job",
    "JobFailed",
    "JobState",
    "enqueue",
    "handler",
    "recurring",
]
