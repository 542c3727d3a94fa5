"""The code on a receipt: signed with this device's key when the visit is finished, checked without a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.receipt_code import ReceiptCode, digest_of, parse
from app.errors import FormProblem
from app.settings import PaperSettings
from app.storage import signing
from app.storage.access import Transaction
from app.texts import _


def code_of(connection: Transaction, content: Mapping[str, Any], sha256: str, said: PaperSettings) -> str:
    """Return what the QR code holds: the signed code, behind the court's address where one is set."""
    materials: Sequence[Mapping[str, Any]] = content["materials"]
    facts = ReceiptCode(
        receipt_no=content["receipt_no"],
        received=datetime.fromisoformat(content["received"]),
        kinds=len(materials),
        pages=sum(row["pages"] or 0 for row in materials),
        copies=sum(row["copies"] for row in materials),
        digest=digest_of(sha256),
        key=signing.public_key(connection)[:8],
    )
    code = facts.signed(signing.sign(connection, facts.statement.encode("ascii")))
    return f"{said.verify_url}?code={code}" if said.verify_url else code


@dataclass(frozen=True)
class Checked:
    """What a code says; ``genuine`` when one of the keys signed exactly this."""

    facts: ReceiptCode
    genuine: bool
    known_key: bool


def check(text: str, keys: Sequence[str]) -> Checked:
    """Check a code against public keys (64 hex digits each). Raises FormProblem for what is no code."""
    try:
        facts, signature = parse(text)
    except ValueError as error:
        raise FormProblem(
            _("这不是收据上的核验码，或者抄错、改动过。"),
            safe=_("什么都没有改动。"),
            next_step=_("请扫收据上的二维码，或把整串码原样粘贴。"),
        ) from error
    mine = [key for key in keys if key.startswith(facts.key)]
    message = facts.statement.encode("ascii")
    genuine = any(signing.verify(key, signature, message) for key in mine)
    return Checked(facts, genuine, bool(mine))
