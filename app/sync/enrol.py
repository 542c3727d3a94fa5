"""One call each: a one-time code for a credential, a good certificate for a fresh one."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from app.sync.client import TIMEOUT
from app.sync.errors import CourtRefused, CourtTrouble, CourtUnreachable
from app.sync.protocol import is_sha256, parse_json

_MAX_BYTES: Final = 64 << 10
_CODE: Final = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Credential:
    """What the court gave: ``certificate`` in PEM or a ``token``, as whom it knows this window.

    ``courier`` holds the court's keys for bundles, "read" and "sign".
    """

    court: str
    name: str
    certificate: str
    token: str
    courier: Mapping[str, str]


def enrol(
    url: str, code: str, csr: str, device: str, tls: ssl.SSLContext | None, signing_key: str = ""
) -> Credential:
    """Use up a one-time code; `csr` is PKCS #10 in PEM, `tls` trusts the court. Raises `SyncTrouble`.

    `signing_key` is the device's Ed25519 key, 64 hex digits, by which the court knows its bundles.
    """
    told = {"code": code, "csr": csr, "device": device}
    return _post(url, "/v1/enrol", told | ({"signing_key": signing_key} if signing_key else {}), tls)


def renew(url: str, csr: str, tls: ssl.SSLContext) -> Credential:
    """Ask for a fresh certificate over a connection that shows the present one. Raises `SyncTrouble`."""
    return _post(url, "/v1/renew", {"csr": csr}, tls)


def _post(url: str, path: str, told: dict[str, str], tls: ssl.SSLContext | None) -> Credential:
    try:
        with httpx.Client(
            base_url=url, verify=tls or True, timeout=TIMEOUT, trust_env=False, follow_redirects=False
        ) as http:
            reply = http.post(path, json=told)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise CourtUnreachable(type(error).__name__) from error
    found = _read(reply)
    if reply.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.CONFLICT}:
        raise CourtRefused(reply.status_code, _code(found))
    if reply.status_code != httpx.codes.OK:
        raise CourtTrouble(reply.status_code, _code(found))
    texts = [found.get(name, "") for name in ("court", "name", "certificate", "token")]
    if not all(isinstance(text, str) for text in texts) or not any(texts[2:]):
        raise CourtTrouble(reply.status_code, "nonsense")
    keys = found.get("courier")
    named = keys.items() if isinstance(keys, dict) else ()
    court, name, certificate, token = (str(text) for text in texts)
    courier = {n: k for n, k in named if isinstance(k, str) and is_sha256(k)}
    return Credential(court, name, certificate, token, courier)


def _read(reply: httpx.Response) -> dict[str, Any]:
    try:
        found = parse_json(reply.content[:_MAX_BYTES])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _code(found: dict[str, Any]) -> str:
    code = found.get("code")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "nonsense"
