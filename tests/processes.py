"""Work in a process of its own, which can be killed at any moment.

Processes come from a server that has imported the work already: they are at it from their first moment on, so that no
kill falls into a start, and no thread of the tests is copied into them.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

KILLED_WORK = ("tests.test_kill", "tests.mapping.test_killed_runs")


def begin(work: Callable[..., object], *arguments: Any) -> BaseProcess:
    """A process that has begun the work, a function of one of the modules KILLED_WORK."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(KILLED_WORK))
    process = context.Process(target=work, args=arguments)
    process.start()
    return process


def kill(process: BaseProcess, after: float | None) -> bool:
    """Kill a process after so many seconds, or let it come to its end; whether it was still at work."""
    process.join(after)
    at_work = process.is_alive()
    process.kill()
    process.join()
    assert at_work or process.exitcode == 0
    return at_work
