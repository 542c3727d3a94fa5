"""A one-time code becomes a credential: the certificate of the connection, or else a fresh token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from app.court.credentials import Caller, Credentials, hash_of
from app.court.guard import PEER, coded
from app.court.settings import Settings
from app.sync.protocol import VERSION, canonical, parse_json

_MAX_BYTES: Final = 4_096
_BODY: Final = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "string", "maxLength": 64}},
        }
    }
}


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a window has become; `token` is "" when its certificate is the credential."""

    caller: Caller
    token: str


def enrol(
    credentials: Credentials, code: str, peer: bytes | None, *, need_certificate: bool
) -> Enrolled | str:
    """Use up a code and let its holder in; return a code like "code_used" when that cannot be."""
    if need_certificate and peer is None:
        return "certificate_missing"
    found = credentials.redeem(code)
    if not isinstance(found, Caller):
        return f"code_{found}"
    if peer is not None:
        credentials.add(hashlib.sha256(peer).hexdigest(), "certificate", found)
        return Enrolled(found, "")
    token = secrets.token_urlsafe(32)
    credentials.add(hash_of(token), "token", found)
    return Enrolled(found, token)


def add_enrolment(app: FastAPI, credentials: Credentials, settings: Settings) -> None:
    """Add `POST /v1/enrol`, which needs no credential but a code."""

    @app.post(
        "/v1/enrol",
        summary="Use a one-time code: binds the connection's certificate, or answers with a token",
        openapi_extra={"requestBody": {"required": True, "content": _BODY}},
    )
    async def enrolled(request: Request) -> Response:
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > _MAX_BYTES:
                return coded(413, "too_large")
        code = _code(bytes(content))
        if code is None:
            return coded(400, "malformed")
        peer = request.scope.get("extensions", {}).get(PEER)
        found = await run_in_threadpool(
            lambda: enrol(credentials, code, peer, need_certificate=settings.need_certificate)
        )
        return coded(403, found) if isinstance(found, str) else _told(found)


def _code(content: bytes) -> str | None:
    try:
        told: Any = parse_json(content)
    except ValueError:
        return None
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, str) and 0 < len(code) <= 64 else None


def _told(found: Enrolled) -> Response:
    caller = found.caller
    told = {"v": VERSION, "court": caller.court, "name": caller.name, "role": caller.role}
    content = canonical({**told, **({"token": found.token} if found.token else {})})
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})
