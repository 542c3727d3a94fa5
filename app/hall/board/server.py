"""The call board as a web page for any television, and the page behind a ticket's code.

Plain HTTP, read only, numbers and windows only. Changes are pushed (server-sent events, WHATWG HTML 9.2); a
line every two seconds proves that the connection lives, so a page knows when its numbers may be old.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.errors import HallProblem
from app.hall.board.picture import Picture, parse_reference
from app.paths import resources
from app.texts import _

HEARTBEAT: Final = 2.0
_MOST_PAGES: Final = 500
_MOST_OF_ONE: Final = 100
"""Connections of one address: the phones of a hall may come from one, a stranger must not have them all."""
_FIRST_SECONDS: Final = 5.0
"""Seconds until the first request; a page asks at once."""
_START_SECONDS: Final = 10.0
_FILES: Final = {
    "board.css": "text/css",
    "board.js": "text/javascript",
    "ticket.css": "text/css",
    "ticket.js": "text/javascript",
}
_FONTS: Final = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "NotoSansMongolian-Regular.ttf")
_GUARD: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "connect-src *; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_log = logging.getLogger(__name__)


class BoardServer:
    """Serves on a thread of its own until ``close``; ``show`` may be called from any thread.

    ``others`` are the addresses (``http://host:port``) of the hall's other boards: a page whose server is
    gone goes on with the next. ``mongolian`` is a line of the court in the traditional script, drawn as a
    column. Raises HallProblem when the port is taken.
    """

    def __init__(
        self, host: str, port: int, name: str = "", others: Sequence[str] = (), mongolian: str = ""
    ) -> None:
        self._name = name
        self._mongolian = mongolian
        self._others = list(others)
        self._picture: Picture | None = None
        self._alive = True
        self._changed: set[asyncio.Event] = set()
        config = uvicorn.Config(
            self._app(),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
            http=_callers(),
            limit_concurrency=_MOST_PAGES + 50,
        )
        self._server = _Quiet(config)
        self._listener = _listen(config)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, name="hall-board")
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS):
            self.close()
            raise HallProblem(_("叫号屏没有启动。"), next_step=_("请看日志，再启动一次。"))

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])

    def show(self, picture: Picture) -> None:
        """From now on show this; every open page is told at once."""
        self._picture = picture
        loop = self._server.loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._tell)

    def alive(self, *, well: bool) -> None:
        """Say whether what is shown is sure to be current; while it is not, pages say so."""
        if well != self._alive:
            self._alive = well
            loop = self._server.loop
            if loop is not None:
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._tell)

    def close(self) -> None:
        """End the server and its thread; again does nothing."""
        self._server.should_exit = True
        loop = self._server.loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._tell)
        self._thread.join()
        self._listener.close()

    # ---- pages ------------------------------------------------------------------------------------

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", _page("board.html")),
                Route("/t/{reference}", _page("ticket.html")),
                Route("/{file:str}", self._file),
                Route("/font/{file}", self._font),
                Route("/events/board", self._board_events),
                Route("/events/ticket/{reference}", self._ticket_events),
            ]
        )

    async def _file(self, request: Request) -> Response:
        name = request.path_params["file"]
        if name not in _FILES:
            return Response(status_code=404)
        return FileResponse(resources() / "board" / name, media_type=_FILES[name], headers=_GUARD)

    async def _font(self, request: Request) -> Response:
        name = request.path_params["file"]
        if name not in _FONTS:
            return Response(status_code=404)
        headers = {"Cache-Control": "public, max-age=604800", "Access-Control-Allow-Origin": "*"}
        return FileResponse(resources() / "fonts" / name, media_type="font/ttf", headers=headers)

    async def _board_events(self, _request: Request) -> Response:
        def told() -> dict[str, Any]:
            board = self._picture.board() if self._picture else {"calls": [], "last": [], "waiting": 0}
            return {**board, "name": self._name, "mongolian": self._mongolian, **self._standing()}

        return self._events(told)

    async def _ticket_events(self, request: Request) -> Response:
        reference = parse_reference(request.path_params["reference"])
        if reference is None:
            return JSONResponse({"state": "unknown"}, status_code=404)
        day, number = reference

        def told() -> dict[str, Any]:
            picture = self._picture
            if picture is None or picture.day.isoformat() != day:
                return {"number": number, "state": "over", **self._standing()}
            return {**picture.ticket(number), **self._standing()}

        return self._events(told)

    def _standing(self) -> dict[str, Any]:
        """Return whether what is told is sure to be current, and where else a page can ask."""
        return {"servers": self._others, "current": self._alive and self._picture is not None}

    def _events(self, told: Callable[[], dict[str, Any]]) -> Response:
        if len(self._changed) >= _MOST_PAGES:
            return Response(status_code=503)
        headers = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
        return StreamingResponse(self._lines(told), media_type="text/event-stream", headers=headers)

    async def _lines(self, told: Callable[[], dict[str, Any]]) -> AsyncIterator[str]:
        changed = asyncio.Event()
        self._changed.add(changed)
        before = ""
        try:
            yield "retry: 1000\n\n"
            while not self._server.should_exit:
                changed.clear()
                now = json.dumps(told(), ensure_ascii=False, separators=(",", ":"))
                yield f"data: {now}\n\n" if now != before else "event: beat\ndata: 1\n\n"
                before = now
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), HEARTBEAT)
        finally:
            self._changed.discard(changed)

    def _tell(self) -> None:
        for changed in tuple(self._changed):
            changed.set()


def _page(name: str) -> Callable[[Request], Response]:
    def page(_request: Request) -> Response:
        path = resources() / "board" / name
        return FileResponse(path, media_type="text/html; charset=utf-8", headers=_GUARD)

    return page


def _callers() -> type[H11Protocol]:
    """Return what speaks with each caller: so many of one address, and soon to the point."""
    here: Counter[str] = Counter()

    class Caller(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._who = self.client[0] if self.client else ""
            here[self._who] += 1
            if here[self._who] > _MOST_OF_ONE:
                transport.close()
            self._soon = self.loop.call_later(_FIRST_SECONDS, self._end_unused)

        def _end_unused(self) -> None:
            if getattr(self, "cycle", None) is None:  # uvicorn does not say that it can be
                self.transport.close()

        def connection_lost(self, exc: Exception | None) -> None:
            self._soon.cancel()
            here[self._who] -= 1
            super().connection_lost(exc)

    return Caller


class _Quiet(uvicorn.Server):
    """Leaves the signals to the program and says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    def install_signal_handlers(self) -> None:
        """Do nothing: this is not the main thread."""

    async def startup(self, sockets: list[Any] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)
        self.ready.set()


def _listen(config: uvicorn.Config) -> Any:
    import socket

    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise HallProblem(
            _("端口 {port} 已被占用，叫号屏没有打开。").format(port=config.port),
            next_step=_("请关闭占用它的程序，或用 --board-port 换一个端口。"),
        ) from error
    return listener
