"""The line to a hall's servers: one client for as long as its server answers, then a new one at another.

nats-py would come back by itself, but it first waits for the end of the old line: with TLS and a server that
fell silent (power, cable) half a minute; and once it is closed it never comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine
from typing import Any, Final

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.transport import TcpTransport

from app.hall.address import HallAddress
from app.hall.wire import TWICE, Names, is_twice
from app.hall.within import within

_PING_SECONDS: Final = 1
_PINGS: Final = 2
"""So many pings without an answer, and the line is given up at the next: after three seconds at most."""
_ATTEMPT: Final = 2.0
"""Seconds for one server to let a client in; each step of it has one."""
_AGAIN: Final = 0.1
_LOOK: Final = 0.1
_ENDING: Final = 1.0
_log = logging.getLogger(__name__)


def _meant(record: logging.LogRecord) -> bool:
    """Drop asyncio's remark on every end of a connection that was upgraded to TLS; it means nothing."""
    return not str(record.msg).startswith("returning true from eof_received()")


logging.getLogger("asyncio").addFilter(_meant)


class _Client(Client):
    """Says where a header is there twice, of which nats-py keeps the last only."""

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        found = Client._parse_header_lines(raw)  # noqa: SLF001  # the only place that sees both
        names = [line.partition(b":")[0] for line in raw.split(b"\r\n") if b":" in line]
        return found | {TWICE: ""} if is_twice(name.decode("utf-8", "replace") for name in names) else found


class Connection:
    """Belongs to one event loop. ``client`` is the newest; ``lost`` and ``back`` are told of every change."""

    def __init__(self, address: HallAddress, lost: Callable[[], None], back: Callable[[], None]) -> None:
        self.client = Client()
        self.last_error: Exception | None = None
        self._address = address
        self._tls = address.tls()
        self._lost = lost
        self._back = back
        self._order = list(address.urls)
        self._heard: list[tuple[str, Callable[[Msg], Coroutine[Any, Any, None]]]] = []

    async def keep(self) -> None:
        """Connect, and again whenever the line is lost, until this is cancelled."""
        random.shuffle(self._order)
        while True:
            for url in tuple(self._order):
                client = _Client()
                try:
                    await within(_ATTEMPT, self._reach(client, url))
                    await self._take(client)
                except (nats.errors.Error, OSError, TimeoutError) as error:
                    await self._note(error)
                    continue
                finally:
                    if not (client is self.client and client.is_connected):
                        abort(client)
                self._order = [*(other for other in self._order if other != url), url]
                break
            else:
                await asyncio.sleep(_AGAIN)

    async def hear(self, subject: str, told: Callable[[Msg], Coroutine[Any, Any, None]]) -> None:
        """Have messages on the subject told, over every client from now on."""
        self._heard.append((subject, told))
        if self.client.is_connected:
            await self.client.subscribe(subject, cb=told)

    async def close(self) -> None:
        """End the line in order, or after a second at once."""
        if self.client.is_connected:
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                await within(_ENDING, self.client.close())
        abort(self.client)

    async def _reach(self, client: Client, url: str) -> None:
        await client.connect(
            url,
            tls=self._tls,
            tls_hostname=self._address.server_name,
            tls_handshake_first=True,
            name=self._address.member,
            inbox_prefix=Names(self._address.hall).inbox(self._address.member),
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=_AGAIN,  # type: ignore[arg-type]  # any number of seconds
            connect_timeout=1,
            ping_interval=_PING_SECONDS,
            max_outstanding_pings=_PINGS,
            error_cb=self._note,
        )

    async def _take(self, client: Client) -> None:
        """Use a client until its server does not answer any more."""
        done = 0
        while done < len(self._heard):
            subject, told = self._heard[done]
            await client.subscribe(subject, cb=told)
            done += 1
        self.client = client
        self._back()
        try:
            while client.is_connected:  # noqa: ASYNC110  # nats-py tells only when all is over
                await asyncio.sleep(_LOOK)
        finally:
            self._lost()
        _log.info("hall log: connection lost")

    async def _note(self, error: Exception) -> None:
        self.last_error = error
        _log.info("hall log: %s", type(error).__name__)


def abort(client: Client) -> None:
    """End a line without waiting for the other side, for which nats-py has no call of its own."""
    transport = client._transport  # noqa: SLF001  # see above
    writer = transport._io_writer if isinstance(transport, TcpTransport) else None  # noqa: SLF001
    if writer is not None:
        writer.transport.abort()
