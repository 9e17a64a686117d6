"""CPU time, memory, quantiles and tables: what all parts of the benchmark share."""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from statistics import median
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")

MIB = 1024 * 1024
WALL = 4
"""A child may run this many times its CPU limit by the clock before it is ended."""


class Cost(NamedTuple):
    """What one call of a child took. `value` is None where it ran over its limit or failed."""

    value: Any
    seconds: float
    """CPU seconds of the child and its finished children."""
    mib: float
    """Memory the child took on top of what it began with."""


def cpu() -> float:
    """CPU seconds of this process and its finished children: steadier than the clock on a busy machine."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(run: Callable[[], Result]) -> tuple[Result, float]:
    """(result, CPU milliseconds) of one call."""
    began = cpu()
    value = run()
    return value, (cpu() - began) * 1000


def in_child(run: Callable[[], Any], limit: float) -> Cost:
    """One call in a forked process that may take `limit` CPU seconds."""
    context = get_context("fork")
    ours, theirs = context.Pipe(False)
    child = context.Process(target=_report, args=(run, theirs, limit))
    gc.collect()
    child.start()
    theirs.close()
    cost = Cost(None, limit, float("nan"))
    try:
        if ours.poll(WALL * limit):
            cost = ours.recv()
    except EOFError:
        pass
    _end(child)
    ours.close()
    return cost


def _report(run: Callable[[], Any], out: Connection, limit: float) -> None:
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, cpu()
    try:
        value = run()
    except Exception as error:  # an engine that fails is a result of the table, not an end of it
        value = error
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    out.send(Cost(None if isinstance(value, Exception) else value, cpu() - began, used * 1024 / MIB))


def _end(child: ForkProcess) -> None:
    child.join(0.2)
    if child.is_alive() and child.pid:
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.killpg(child.pid, 9)  # the child leads its own group: its helpers go with it
    child.join()


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of all lie; nan where there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def middle(values: Sequence[float]) -> float:
    """The median; nan where there is none."""
    return median(values) if values else float("nan")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one Markdown table, as `docs/benchmarks.md` holds it."""
    print(f"\n### {title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(_cell(value) for value in row)} |", flush=True)


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if value != value:
        return "–"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"
