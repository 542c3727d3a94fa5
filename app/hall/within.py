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
