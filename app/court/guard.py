"""The door: a credential for everything but what is in `OPEN_PATHS`, unknown paths included.

Plain ASGI and in front of the router, so that no endpoint can be added without it. It counts, keeps callers
within their limits, and cuts off who sends too slowly.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import time
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.court.credentials import Caller, Credentials, hash_of
from app.court.limits import Quotas
from app.court.metrics import Metrics
from app.court.settings import Limits, Settings

OPEN_PATHS: Final = frozenset(
    {
        "/health",
        "/openapi.json",
        "/v1/enrol",
        "/office/login",
        "/office/style.css",
        "/verify",
        "/v1/receipt-keys",
    }
)
_GUESSABLE: Final = frozenset({"/v1/enrol", "/office/login", "/verify"})
OFFICE: Final = "/office"
COOKIE: Final = "yichuang_session"
PEER: Final = "yichuang.peer"
"""In the scope's extensions: the DER of the certificate the other side proved to own."""
_SCHEME: Final = "bearer "
_MAX_SECRET: Final = 256
_FRESH: Final = 1.0
"""Seconds a credential is taken on trust after it was looked up; a revocation is felt no later."""
_STRANGERS: Final = Limits(requests=2.0, burst=100)
"""What one address may try without a good credential."""


class TooSlow(Exception):
    """The content of a request comes too slowly."""


class Guard:
    """ASGI middleware: 401 without a known credential, 403 for a revoked or expired one or a foreign room.

    What passes has `scope["caller"]`. Pages of the back office send a stranger to the login instead.
    """

    def __init__(self, app: ASGIApp, credentials: Credentials, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._credentials = credentials
        self._limits = settings.limits
        self._need_certificate = settings.need_certificate
        self._metrics = metrics
        self._quotas = Quotas(settings.limits)
        self._strangers = Quotas(_STRANGERS)
        self._known: dict[tuple[str, str], tuple[float, Caller]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it here, and count it."""
        if scope["type"] != "http":
            return
        started, status = time.monotonic(), [500]

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                message["headers"] = [*message.get("headers", ()), *_SAFE_HEADERS]
            await send(message)

        self._metrics.under_way += 1
        pace = _Pace(receive, self._limits)
        try:
            refusal = await self._refusal(scope)
            await (refusal or self._app)(scope, pace.receive, noting)
        finally:
            self._metrics.under_way -= 1
            self._metrics.add("received_bytes_total", pace.bytes)
            self._metrics.took(time.monotonic() - started)
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.add("requests_total", route=route, method=method, status=str(status[0]))

    async def _refusal(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if path in OPEN_PATHS:
            return self._stranger(scope) if path in _GUESSABLE and scope["method"] == "POST" else None
        office = path == OFFICE or path.startswith(OFFICE + "/")
        found = await (self._session(scope) if office else self._caller(scope))
        if isinstance(found, Response):
            if office and scope["method"] == "GET":
                return RedirectResponse("/office/login", 303)
            return self._stranger(scope) or found
        wrong = found.role != "office" if office else _is_window_only(path) and found.role != "window"
        if wrong:
            return self._refused(403, "wrong_role")
        wait = self._quotas.request(found.id)
        if wait:
            return self._refused(429, "rate_limited", wait)
        scope["caller"], scope["quotas"] = found, self._quotas
        return None

    async def _caller(self, scope: Scope) -> Caller | Response:
        peer = scope.get("extensions", {}).get(PEER)
        if peer is not None:
            return await self._find(hashlib.sha256(peer).hexdigest(), "certificate")
        field = Headers(scope=scope).get("authorization", "")
        secret = field[len(_SCHEME) :].strip() if field.lower().startswith(_SCHEME) else ""
        if self._need_certificate and not secret:
            return self._refused(401, "certificate_missing")
        if not secret or len(secret) > _MAX_SECRET:
            return self._refused(401, "token_missing")
        found = await self._find(hash_of(secret), "token")
        if self._need_certificate and isinstance(found, Caller) and found.role != "monitor":
            return self._refused(401, "certificate_missing")
        return found

    async def _session(self, scope: Scope) -> Caller | Response:
        secret = session_secret(scope)
        if not secret:
            return self._refused(401, "session_missing")
        return await self._find(hash_of(secret), "session")

    async def _find(self, hashed: str, kind: str) -> Caller | Response:
        until, known = self._known.get((kind, hashed), (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        found = await run_in_threadpool(self._credentials.find, hashed, kind)
        if isinstance(found, Caller):
            if len(self._known) > _MANY:
                self._known.clear()
            self._known[kind, hashed] = (time.monotonic() + _FRESH, found)
            return found
        self._known.pop((kind, hashed), None)
        return self._refused(401 if found == "unknown" else 403, f"{kind}_{found}")

    def _stranger(self, scope: Scope) -> Response | None:
        address = (scope.get("client") or ("",))[0]
        wait = self._strangers.request(address)
        return self._refused(429, "rate_limited", wait) if wait else None

    def _refused(self, status: int, code: str, wait: float = 0.0) -> Response:
        self._metrics.add("refused_total", code=code)
        refusal = coded(status, code)
        if wait:
            refusal.headers["Retry-After"] = str(math.ceil(wait))
        return refusal


_MANY: Final = 10_000
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


def _is_window_only(path: str) -> bool:
    return path.startswith("/v1/") and path != "/v1/hello"


class _Pace:
    """Passes the content of a request on, and raises `TooSlow` when it does not keep coming."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self._started: float | None = None
        self.bytes = 0
        self._whole = False

    async def receive(self) -> Message:
        """Return the next message; see ASGI."""
        if self._whole:
            return await self._receive()
        now = time.monotonic()
        self._started = now if self._started is None else self._started
        spent = now - self._started - self._limits.body_seconds
        if spent > 0 and self.bytes < spent * self._limits.body_rate:
            raise TooSlow
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlow from error
        self.bytes += len(message.get("body", b""))
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def session_secret(scope: Scope) -> str:
    """Return the secret in the session's cookie, "" for none."""
    try:
        found = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    secret = found.value if found is not None else ""
    return secret if len(secret) <= _MAX_SECRET else ""


def coded(status: int, code: str, **more: int) -> Response:
    """Return an answer that is a code for a program, never a text for a person."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    content = json.dumps({"code": code, **more})
    return Response(content, status, headers, media_type="application/json")


def caller(request: Request) -> Caller:
    """Return who sent a request that passed the guard."""
    found: Any = request.scope["caller"]
    assert isinstance(found, Caller)  # noqa: S101
    return found


def within_quota(request: Request, *, records: int = 0, size: int = 0) -> bool:
    """Count what a request brings; False when it is beyond the caller's quota of the day."""
    quotas: Any = request.scope["quotas"]
    assert isinstance(quotas, Quotas)  # noqa: S101
    return quotas.take(caller(request).id, records=records, size=size)
