"""The public keys of the windows, and a page where anyone checks the code of a receipt.

Both are open: a receipt is checked by who holds it. The page learns nothing but the code and says nothing
that does not stand on the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from app.court.ground import Ground
from app.court.pages import CSP, page
from app.court.tables import event
from app.domain.receipt_code import ReceiptCode, parse
from app.sync.protocol import VERSION, canonical, parse_json

_LONGEST: Final = 600
_NO_CACHE: Final = {"Cache-Control": "no-store"}
_FORM: Final = (
    '<form method="get" action="/verify"><label>核验码 '
    '<input type="text" name="code" maxlength="600" autocomplete="off" required></label>'
    "<button>核验</button></form>"
)


def public_keys(ground: Ground) -> list[dict[str, str]]:
    """Return each device's newest public key, as its checkpoints told it: court, device, key (64 hex)."""
    newest = (
        select(func.max(event.c.no).label("no"), event.c.court, event.c.device)
        .where(event.c.kind == "checkpoint", event.c.verdict == "stored")
        .group_by(event.c.court, event.c.device)
        .subquery()
    )
    same = (event.c.court == newest.c.court) & (event.c.no == newest.c.no)
    wanted = select(event.c.court, event.c.device, event.c.body).join(newest, same)
    with ground.read() as connection:
        rows = connection.execute(wanted.order_by(event.c.court, event.c.device)).all()
    return [{"court": r.court, "device": r.device, "key": _key(bytes(r.body))} for r in rows]


def _key(body: bytes) -> str:
    told: Any = parse_json(body)
    return str(told.get("key", "")) if isinstance(told, dict) else ""


def signed_by(facts: ReceiptCode, signature: str, keys: list[dict[str, str]]) -> str | None:
    """Return the device that signed exactly these facts, None when none of them did."""
    for one in keys:
        if not one["key"].startswith(facts.key):
            continue
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["key"]))
            public.verify(bytes.fromhex(signature), facts.statement.encode("ascii"))
        except (InvalidSignature, ValueError):
            continue
        return one["device"]
    return None


def add_verifying(app: FastAPI, ground: Ground) -> None:
    """Add `GET /v1/receipt-keys` and the page `GET /verify`; neither needs a credential."""

    @app.get("/v1/receipt-keys", summary="The public keys receipts are signed with; no token needed")
    def keys() -> Response:
        told: Mapping[str, Any] = {"v": VERSION, "keys": public_keys(ground)}
        return Response(canonical(told), media_type="application/json", headers=_NO_CACHE)

    @app.get("/verify", summary="A page that checks the code of a receipt", include_in_schema=False)
    def verify(code: str = "") -> HTMLResponse:
        headers = {"Content-Security-Policy": CSP, **_NO_CACHE, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(page("核验收据", _verdict(code, ground), _FORM), headers=headers)


def _verdict(code: str, ground: Ground) -> str:
    if not code:
        return "<p>扫收据上的二维码，或把码粘贴在下面。</p>"
    try:
        facts, signature = parse(code[:_LONGEST])
    except ValueError:
        return '<p class="fault" role="alert">✗ 这不是收据的核验码，或者被改动过。</p>'
    device = signed_by(facts, signature, public_keys(ground))
    if device is None:
        return '<p class="fault" role="alert">✗ 签名不对：码被改动过，或不是本院出具的。</p>'
    counts = f"{facts.kinds} 种 {facts.pages} 页 {facts.copies} 份"
    return (
        "<p>✓ 收据是真的。请核对纸上的内容与下面是否一致：</p><table>"
        f"<tr><th>收据编号</th><td>{escape(facts.receipt_no)}</td></tr>"
        f"<tr><th>收到时间</th><td>{facts.received:%Y-%m-%d %H:%M}</td></tr>"
        f"<tr><th>收到材料</th><td>{counts}</td></tr>"
        f"<tr><th>出具窗口</th><td>{escape(device)}</td></tr></table>"
    )
