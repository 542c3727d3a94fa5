"""A one-time code becomes a credential: a signed certificate, the connection's own, or a token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from app.court.courier import KIND, Keys, known_as
from app.court.credentials import Caller, Credentials, hash_of
from app.court.guard import PEER, caller, coded
from app.court.issuer import MAX_REQUEST, BadRequest, Issuer, pem
from app.court.settings import Settings
from app.court.store import utc_now
from app.sync.protocol import VERSION, canonical, is_sha256, is_uuid7, parse_json

_MAX_BYTES: Final = 8_192
_OVERLAP: Final = timedelta(days=30)
"""How long an old certificate still opens the door after it was renewed."""
_TEXT: Final = {"type": "string"}
_BODY: Final = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["code"],
            "properties": {
                "code": {"type": "string", "maxLength": 64},
                "csr": {"type": "string", "maxLength": MAX_REQUEST, "description": "PKCS #10 in PEM"},
                "device": {"type": "string", "description": "UUIDv7; binds the credential to this device"},
                "signing_key": {"type": "string", "description": "Ed25519 of the device, 64 hex digits"},
            },
        }
    }
}
_RENEWAL: Final = {
    "application/json": {"schema": {"type": "object", "required": ["csr"], "properties": {"csr": _TEXT}}}
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What came with a code; "" for what did not."""

    code: str
    csr: str
    device: str
    signing_key: str = ""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a window has become: `certificate` in PEM, or `token`, or neither when it showed a certificate."""

    caller: Caller
    token: str = ""
    certificate: str = ""


class Enrolment:
    """Turns codes into credentials. Safe to call from several threads."""

    def __init__(self, credentials: Credentials, issuer: Issuer | None, *, need_certificate: bool) -> None:
        self._credentials = credentials
        self._issuer = issuer
        self._need_certificate = need_certificate

    def enrol(self, asked: Asked, peer: bytes | None) -> Enrolled | str:
        """Use up a code and let its holder in; return a code like "code_used" when that cannot be."""
        signs = self._issuer is not None and asked.csr
        if self._need_certificate and peer is None and not signs:
            return "certificate_missing"
        if signs and not self._can_sign(asked.csr):
            return "bad_csr"
        found = self._credentials.redeem(asked.code)
        if not isinstance(found, Caller):
            return f"code_{found}"
        who = replace(found, device=found.device or asked.device or None)
        if asked.signing_key and who.device == asked.device:
            self._credentials.add(known_as(asked.signing_key), KIND, who)
        if signs:
            return self._certified(who, asked.csr)
        if peer is not None:
            self._credentials.add(hashlib.sha256(peer).hexdigest(), "certificate", who)
            return Enrolled(who)
        token = secrets.token_urlsafe(32)
        self._credentials.add(hash_of(token), "token", who)
        return Enrolled(who, token=token)

    def renew(self, who: Caller, csr: str) -> Enrolled | str:
        """Sign a fresh certificate for one that holds a good one; the old one ends soon after."""
        if self._issuer is None:
            return "no_issuer"
        if not self._can_sign(csr):
            return "bad_csr"
        renewed = self._certified(replace(who, id=""), csr)
        self._credentials.end(who.id, _OVERLAP)
        return renewed

    def _can_sign(self, csr: str) -> bool:
        """Whether a request is good, found out before the code is used up."""
        try:
            return bool(self._sign(csr, "nobody"))
        except BadRequest:
            return False

    def _sign(self, csr: str, name: str) -> tuple[str, bytes]:
        if self._issuer is None:
            raise BadRequest
        made = self._issuer.issue(csr, name, utc_now())
        return pem(made), made.public_bytes(Encoding.DER)

    def _certified(self, who: Caller, csr: str) -> Enrolled:
        text, der = self._sign(csr, who.name)
        self._credentials.add(hashlib.sha256(der).hexdigest(), "certificate", who)
        return Enrolled(who, certificate=text)


def add_enrolment(app: FastAPI, credentials: Credentials, settings: Settings, issuer: Issuer | None) -> None:
    """Add `POST /v1/enrol`, which needs no credential but a code, and `POST /v1/renew`."""
    courier = Keys(settings.data).public()
    enrolment = Enrolment(credentials, issuer, need_certificate=settings.need_certificate)

    @app.post(
        "/v1/enrol",
        summary="Use a one-time code: signs a request, binds the connection's certificate, or gives a token",
        openapi_extra={"requestBody": {"required": True, "content": _BODY}},
    )
    async def enrolled(request: Request) -> Response:
        told = await _content(request)
        asked = None if isinstance(told, Response) else _asked(told)
        if asked is None:
            return told if isinstance(told, Response) else coded(400, "malformed")
        peer = request.scope.get("extensions", {}).get(PEER)
        found = await run_in_threadpool(enrolment.enrol, asked, peer)
        return coded(403, found) if isinstance(found, str) else _told(found, courier)

    @app.post(
        "/v1/renew",
        summary="A fresh certificate for a window that shows a good one",
        openapi_extra={"requestBody": {"required": True, "content": _RENEWAL}},
    )
    async def renewed(request: Request) -> Response:
        told = await _content(request)
        if isinstance(told, Response):
            return told
        csr = told.get("csr") if isinstance(told, dict) else None
        if not isinstance(csr, str) or not 0 < len(csr) <= MAX_REQUEST:
            return coded(400, "malformed")
        if request.scope.get("extensions", {}).get(PEER) is None:
            return coded(409, "no_certificate")
        found = await run_in_threadpool(enrolment.renew, caller(request), csr)
        return coded(409, found) if isinstance(found, str) else _told(found, courier)


async def _content(request: Request) -> Any:
    """Return the JSON of a small request, or the refusal."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > _MAX_BYTES:
            return coded(413, "too_large")
    try:
        return parse_json(bytes(content))
    except ValueError:
        return coded(400, "malformed")


def _asked(told: object) -> Asked | None:
    if not isinstance(told, dict):
        return None
    code, csr, device = told.get("code"), told.get("csr", ""), told.get("device", "")
    if not isinstance(code, str) or not 0 < len(code) <= 64:
        return None
    if not isinstance(csr, str) or len(csr) > MAX_REQUEST:
        return None
    if not isinstance(device, str) or (device and not is_uuid7(device)):
        return None
    key = told.get("signing_key", "")
    if not isinstance(key, str) or (key and not is_sha256(key)):
        return None
    return Asked(code, csr, device, key)


def _told(found: Enrolled, courier: Mapping[str, str]) -> Response:
    who = found.caller
    told = {"v": VERSION, "court": who.court, "name": who.name, "role": who.role, "courier": courier}
    secret = {"token": found.token, "certificate": found.certificate}
    content = canonical(told | {name: value for name, value in secret.items() if value})
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})
