"""The door: a bearer token for everything but `/health` and `/openapi.json`, unknown paths included.

Plain ASGI and in front of the router, so that no endpoint can be added without it.
"""

from __future__ import annotations

import json
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.court.credentials import Caller, Credentials, hash_of

OPEN_PATHS: Final = frozenset({"/health", "/openapi.json"})
_SCHEME: Final = "bearer "
_MAX_TOKEN: Final = 256


class Guard:
    """ASGI middleware: 401 without a known credential, 403 for a revoked or expired one or a foreign room.

    What passes has `scope["caller"]`.
    """

    def __init__(self, app: ASGIApp, credentials: Credentials) -> None:
        self._app = app
        self._credentials = credentials

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it here."""
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS:
            found = await self._caller(Headers(scope=scope).get("authorization", ""))
            if isinstance(found, Response):
                await found(scope, receive, send)
                return
            scope["caller"] = found
        await self._app(scope, receive, send)

    async def _caller(self, field: str) -> Caller | Response:
        secret = field[len(_SCHEME) :].strip() if field.lower().startswith(_SCHEME) else ""
        if not secret or len(secret) > _MAX_TOKEN:
            return coded(401, "token_missing")
        found = await run_in_threadpool(self._credentials.find, hash_of(secret), "token")
        if isinstance(found, Caller):
            return found
        return coded(401 if found == "unknown" else 403, f"token_{found}")


def coded(status: int, code: str, **more: int) -> Response:
    """Return an answer that is a code for a program, never a text for a person."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    content = json.dumps({"code": code, **more})
    return Response(content, status, headers, media_type="application/json")


def caller(request: Request) -> Caller:
    """Return who sent a request that passed the guard."""
    found = request.scope["caller"]
    assert isinstance(found, Caller)  # noqa: S101
    return found
