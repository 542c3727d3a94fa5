"""The door: a bearer token for everything but `/health` and `/openapi.json`, unknown paths included.

Plain ASGI and in front of the router, so that no endpoint can be added without it.
"""

from __future__ import annotations

import json
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.court.store import Store

OPEN_PATHS: Final = frozenset({"/health", "/openapi.json"})
_SCHEME: Final = "bearer "
_MAX_TOKEN: Final = 256


class TokenGuard:
    """ASGI middleware: 401 without a known token, 403 for a revoked one."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it here."""
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS:
            refusal = await self._refusal(Headers(scope=scope).get("authorization", ""))
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refusal(self, field: str) -> Response | None:
        secret = field[len(_SCHEME) :].strip() if field.lower().startswith(_SCHEME) else ""
        if not secret or len(secret) > _MAX_TOKEN:
            return coded(401, "token_missing")
        state = await run_in_threadpool(self._store.token_state, secret)
        if state == "known":
            return None
        return coded(403, "token_revoked") if state == "revoked" else coded(401, "token_unknown")


def coded(status: int, code: str, **more: int) -> Response:
    """Return an answer that is a code for a program, never a text for a person."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    content = json.dumps({"code": code, **more})
    return Response(content, status, headers, media_type="application/json")
