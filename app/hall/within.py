"""A time limit that stays in the caller's own task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

_T = TypeVar("_T")


async def within(seconds: float, work: Awaitable[_T]) -> _T:
    """Await ``work``. Raises TimeoutError when it takes longer.

    ``asyncio.wait_for`` of Python 3.11 makes a task: closed before it began, or failing while it is
    cancelled, that task's end is heard by nobody.
    """
    async with asyncio.timeout(seconds):
        return await work


def stay_cancelled() -> None:
    """Raise CancelledError when whoever waits for this task has given up, whatever became of that.

    ``asyncio.wait_for`` of Python 3.11 and nats-py can lose a cancellation, for example when an answer comes
    at the same moment; what asks again and again would then do so for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
