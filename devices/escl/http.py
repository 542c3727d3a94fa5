"""HTTP as a scanner needs it: every exchange has a time limit and a size limit and can be cancelled.

The exchange runs on an event loop of its own, in the calling thread, only as long as the call lasts. That way
a scanner that stalls, or sends a byte a minute, can be left at once. Redirects are never followed, proxies
never used, and connections never kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import httpx

from devices.errors import Cancelled, DeviceError, Garbled, NotAnswering, TransferCut, Unplugged

_LOOK_SECONDS = 0.1
CONNECT_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status code, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class ScannerHttp:
    """Requests to one scanner. ``close`` it."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "yichuang"},
            limits=httpx.Limits(max_connections=2, max_keepalive_connections=0),
        )

    def close(self) -> None:
        """Close the connections and the event loop."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def exchange(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        most_bytes: int,
        cancelled: Callable[[], bool] = lambda: False,
        content: bytes | None = None,
    ) -> Answer:
        """Send one request and return the whole answer, whatever its status.

        ``path`` begins with a slash and is taken from the root of the scanner's host. Raises Unplugged,
        NotAnswering, TransferCut, Garbled (also for more than ``most_bytes``), Cancelled.
        """
        return self._runner.run(
            self._watched(self._send(method, path, content, most_bytes), seconds, cancelled)
        )

    async def _watched(
        self, sending: Coroutine[None, None, Answer], seconds: float, cancelled: Callable[[], bool]
    ) -> Answer:
        task = asyncio.ensure_future(sending)
        end = asyncio.get_running_loop().time() + seconds
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_SECONDS)
                if task.done():
                    break
                if cancelled():
                    raise Cancelled("during a request")
                if asyncio.get_running_loop().time() > end:
                    raise NotAnswering(f"{self._base}: no whole answer within {seconds:.0f} s")
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _send(self, method: str, path: str, content: bytes | None, most_bytes: int) -> Answer:
        headers = {"Content-Type": "text/xml"} if content is not None else {}
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        body = bytearray()
        started = False
        try:
            request = self._client.stream(
                method, self._base + path, content=content, headers=headers, timeout=timeout
            )
            async with request as response:
                started = True
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > most_bytes:
                        raise Garbled(f"{method} {path}: more than {most_bytes} bytes")
        except httpx.HTTPError as error:
            raise _condition(error, f"{method} {path}", started, len(body)) from error
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(body))


def _condition(error: httpx.HTTPError, what: str, started: bool, received: int) -> DeviceError:
    facts = f"{what}: {type(error).__name__}: {error}"
    if isinstance(error, httpx.TimeoutException):
        return NotAnswering(facts)
    if started:
        return TransferCut(f"{facts} after {received} bytes")
    if isinstance(error, httpx.NetworkError) or "disconnected" in str(error):
        return Unplugged(facts)
    return Garbled(facts)
