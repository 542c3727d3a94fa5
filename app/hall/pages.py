"""Reading many messages of the hall's log at once, a page at a time, over an inbox that stays.

Source: NATS JetStream direct get with ``batch`` (ADR-31).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from typing import Final

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from app.hall.wire import PENDING, STATUS, SUBJECT, Names, Stored, Unavailable, from_headers
from app.hall.within import within

_PAGE: Final = 512
_TRY: Final = 1.0


class Pages:
    """Asks any replica for stored messages. Belongs to the log's thread.

    The inbox stays: subscribing for each reading would tell every server of it and take it back again. Its
    messages come by a callback: waiting for them one by one costs nats-py a task, a timer and a random name
    each, more than all else that a message costs.
    """

    def __init__(self) -> None:
        self._client: Client | None = None
        self._inbox = ""
        self._asked: dict[str, _Page] = {}
        self._keys = itertools.count()

    async def read_all(
        self, client: Client, names: Names, subject: str, start: int, found: list[Stored]
    ) -> None:
        """Add all stored messages of a subject from sequence ``start`` to ``found``.

        Any replica answers; it may be behind. Raises Unavailable, or what the client raises; the pages that
        came before are in ``found``.
        """
        more = True
        while more:
            ask = {"batch": _PAGE, "seq": start, "next_by_subj": subject}
            page, more = _stored(await self._ask(client, names.get_many, json.dumps(ask).encode()))
            found += page
            start = page[-1].seq + 1 if page else start

    async def _ask(self, client: Client, subject: str, question: bytes) -> list[Msg]:
        if self._client is not client:
            inbox = client.new_inbox()
            await client.subscribe(f"{inbox}.*", cb=self._come)
            self._client, self._inbox = client, inbox
        key = str(next(self._keys))
        page = self._asked[key] = _Page()
        try:
            await client.publish(subject, question, reply=f"{self._inbox}.{key}")
            return await page.whole()
        finally:
            del self._asked[key]

    async def _come(self, message: Msg) -> None:
        """What belongs to a page that was given up is left out."""
        page = self._asked.get(message.subject.rpartition(".")[2])
        if page is not None:
            page.add(message)


class _Page:
    """Messages up to the end mark, which is among them."""

    def __init__(self) -> None:
        self._messages: list[Msg] = []
        self._whole = asyncio.Event()
        self._heard = time.monotonic()

    def add(self, message: Msg) -> None:
        self._messages.append(message)
        self._heard = time.monotonic()
        if _status(message) is not None:
            self._whole.set()

    async def whole(self) -> list[Msg]:
        """Wait for the end mark. Raises nats.errors.TimeoutError when nothing comes for a second."""
        while not self._whole.is_set():
            left = self._heard + _TRY - time.monotonic()
            if left <= 0:
                raise nats.errors.TimeoutError
            with contextlib.suppress(TimeoutError):
                await within(left, self._whole.wait())
        return self._messages


def _status(message: Msg) -> str | None:
    """Return what the server says at a page's end; what is stored may say what it likes."""
    headers = message.headers or {}
    return None if SUBJECT in headers else headers.get(STATUS, "")


def _stored(messages: list[Msg]) -> tuple[list[Stored], bool]:
    """Return what a page holds before its end mark, and whether more is there. Raises Unavailable."""
    page: list[Stored] = []
    for message in messages:
        headers = message.headers or {}
        status = _status(message)
        if status is None:
            page.append(from_headers(headers, message.data))
        elif status == "204":
            return page, int(headers.get(PENDING, "0")) > 0
        elif status == "404":
            return page, False
        else:
            raise Unavailable(f"status {status}")
    return page, False
