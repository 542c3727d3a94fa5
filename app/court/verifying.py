"""The public keys of the windows, and a page where anyone checks the code of a receipt.

Both are open: a receipt is checked by who holds it. The page learns nothing but the code and says nothing
that does not stand on the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from app.domain.receipt_code import ReceiptCode, parse, parse_short
from app.sync.protocol import VERSION, canonical, parse_json

_LONGEST: Final = 600
_BEIJING: Final = timedelta(hours=8)
_NO_CACHE: Final = {"Cache-Control": "no-store"}
_FORM: Final = (
    '<form method="get" action="/verify"><label>核验码 '
    '<input type="text" name="code" maxlength="600" autocomplete="off" required></label>'
    "<button>核验</button></form>"
)


@dataclass(frozen=True, slots=True)
class Record:
    """What the court has of a receipt: from where, its number; times are UTC."""

    court: str
    device: str
    received_at: str
    receipt_no: str
    finished_at: str


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


def signed_by(facts: ReceiptCode, signature: str, keys: list[dict[str, str]]) -> tuple[str, str] | None:
    """Return the court and the device that signed exactly these facts, None when none of them did."""
    for one in keys:
        if not one["key"].startswith(facts.key):
            continue
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["key"]))
            public.verify(bytes.fromhex(signature), facts.statement.encode("ascii"))
        except (InvalidSignature, ValueError):
            continue
        return one["court"], one["device"]
    return None


def is_void(ground: Ground, court: str, device: str, receipt_no: str) -> bool:
    """Say whether the device told that this number counts no longer."""
    told = select(event.c.body).where(
        event.c.court == court,
        event.c.device == device,
        event.c.kind == "void",
        event.c.verdict == "stored",
    )
    with ground.read() as connection:
        bodies = [parse_json(bytes(body)) for body in connection.execute(told).scalars()]
    return any(isinstance(body, dict) and body.get("receipt_no") == receipt_no for body in bodies)


def recorded(ground: Ground, sha256: str) -> Record | None:
    """Return the first record whose hash begins so; None when there is none, or more than one."""
    found = (
        select(event.c.court, event.c.device, event.c.body, event.c.received_at)
        .where(
            event.c.sha256 >= sha256,
            event.c.sha256 < f"{sha256}g",
            event.c.kind == "intake",
            event.c.verdict == "stored",
        )
        .limit(2)
    )
    with ground.read() as connection:
        rows = connection.execute(found).all()
    if len(rows) != 1:
        return None
    body: Any = parse_json(bytes(rows[0].body))
    told = {key: str(body.get(key, "")) for key in ("receipt_no", "finished_at")}
    return Record(rows[0].court, rows[0].device, rows[0].received_at, **told)


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
        return "<p>扫收据上的二维码，或把码粘贴在下面；也可以输入收据上 12 位的核验短码。</p>"
    short = parse_short(code[:_LONGEST])
    if short is not None:
        return _short_verdict(short, ground)
    try:
        facts, signature = parse(code[:_LONGEST])
    except ValueError:
        return _fault("这不是收据的核验码，或者被改动过。")
    signer = signed_by(facts, signature, public_keys(ground))
    if signer is None:
        return _fault("签名不对：码被改动过，或不是本院出具的。")
    if is_void(ground, *signer, facts.receipt_no):
        return _fault(f"{facts.receipt_no} 已经作废。")
    here = recorded(ground, facts.digest)
    rows = {
        "收据编号": facts.receipt_no,
        "收到时间": f"{facts.received:%Y-%m-%d %H:%M}",
        "收到材料": f"{facts.kinds} 种 {facts.pages} 页 {facts.copies} 份",
        "出具窗口": signer[1],
        "登记": "法院已收到" if here is not None else "窗口还没有送到法院；收据本身不受影响",
    }
    return f"<p>✓ 收据是真的。请核对纸上的内容与下面是否一致：</p>{_rows(rows)}"


def _short_verdict(short: str, ground: Ground) -> str:
    """A short code is not signed: it leads to a record, and what stands there is compared with the paper."""
    here = recorded(ground, short)
    if here is None:
        return _fault(
            "法院没有这个短码的登记：可能抄错了，也可能窗口还没有送到。短码查不到不等于收据是假的，"
            "请扫收据上的二维码核验。"
        )
    if is_void(ground, here.court, here.device, here.receipt_no):
        return _fault(f"{here.receipt_no} 已经作废。")
    rows = {
        "收据编号": here.receipt_no,
        "办结时间": _local(here.finished_at),
        "出具窗口": here.device,
        "法院收到": _local(here.received_at),
    }
    return (
        f"<p>✓ 法院有这个短码的登记。请核对纸上的编号和时间与下面是否一致：</p>{_rows(rows)}"
        "<p>短码没有签名，只说明法院有这份登记；要证明纸上的内容没有改动，请扫二维码。</p>"
    )


def _local(moment: str) -> str:
    """Return a UTC time of the store on the court's clock; what is none stays out."""
    try:
        return f"{datetime.fromisoformat(moment) + _BEIJING:%Y-%m-%d %H:%M}"
    except ValueError:
        return ""


def _rows(rows: Mapping[str, str]) -> str:
    lines = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows.items())
    return f"<table>{lines}</table>"


def _fault(sentence: str) -> str:
    return f'<p class="fault" role="alert">✗ {escape(sentence)}</p>'
