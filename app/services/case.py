"""One visit as a whole, and the two documents made of it: the record for the court and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.clock import local, stamp
from app.domain.dossier import bundles
from app.services import form
from app.services.form import Draft, value
from app.services.papers import MATERIALS
from app.settings import HallSettings
from app.storage.records import BlobRecord, ConfirmationRecord, PageRecord, VisitRecord
from app.texts import _

SCHEMA: Final = 1
MATTER: Final = ("F01", "民事一审立案")
VERIFICATION_CHARACTERS: Final = 12


@dataclass(frozen=True)
class Case:
    """Everything of one visit; ``signed`` is what was signed last, current or not."""

    visit: VisitRecord
    draft: Draft
    dossier: tuple[PageRecord, ...]
    signed: ConfirmationRecord | None

    @property
    def page_ids(self) -> tuple[str, ...]:
        return tuple(record.page.page_id for record in self.dossier)


@dataclass(frozen=True)
class Closing:
    """What finishing adds: the number, the time, the signature that counts, the bound pages."""

    receipt_no: str
    at: datetime
    signed: ConfirmationRecord | None
    dossier_sha256: str
    dossier_size: int
    owed: Sequence[BlobRecord]


def intake_body(case: Case, closing: Closing, hall: HallSettings) -> dict[str, object]:
    """Return the record of a finished visit as it is hashed, kept and sent (schema 1, kind ``intake``)."""
    visit = case.visit
    return {
        "visit_id": visit.id,
        "receipt_no": closing.receipt_no,
        "court": hall.court,
        "window": visit.window,
        "clerk": visit.clerk,
        "ticket": visit.ticket,
        "opened_at": stamp(visit.opened_at),
        "finished_at": stamp(closing.at),
        "zone": "Asia/Shanghai",
        "visitor": _named(case.draft, "identity", ("name", "id_number", "phone", "role", "address")),
        "matters": [_matter(case.draft)],
        "parties": [
            {"role": role, **_named(case.draft, role, ("name", "id_number", "phone", "address"))}
            for role in ("plaintiff", "defendant")
        ],
        "provenance": [
            {"path": f.path, "value": f.value, "source": f.source, "read_value": f.read_value or ""}
            for f in sorted(case.draft.values(), key=lambda f: f.path)
        ],
        "materials": [
            {"code": b.material, "pages": len(b.pages), "sha256": [p.sha256 for p in b.pages]}
            for b in bundles(p.page for p in case.dossier)
        ],
        "dossier": {"sha256": closing.dossier_sha256, "size": closing.dossier_size},
        "confirmation": _confirmation(closing.signed),
        "blobs": [{"sha256": record.sha256, "size": record.size} for record in closing.owed],
    }


def _matter(draft: Draft) -> dict[str, str]:
    return {
        "code": MATTER[0],
        "title": MATTER[1],
        "cause": value(draft, "matter.cause"),
        "amount": value(draft, "matter.amount").replace(",", ""),
        "claims": value(draft, "matter.claims"),
        "mediation": value(draft, form.MEDIATION.path),
    }


def _named(draft: Draft, prefix: str, names: Sequence[str]) -> dict[str, str]:
    return {name: value(draft, f"{prefix}.{name}") for name in names}


def _confirmation(signed: ConfirmationRecord | None) -> dict[str, str]:
    if signed is None:
        return {"signed": "no"}
    return {
        "signed": "yes",
        "text": signed.text,
        "text_sha256": signed.text_sha256,
        "signature_sha256": signed.signature_sha256,
        "signed_at": stamp(signed.signed_at),
    }


def receipt_content(case: Case, closing: Closing, hall: HallSettings, sha256: str) -> dict[str, object]:
    """Return the data of the material receipt, frozen with the print job (民事诉讼法第六十九条)."""
    draft = case.draft
    agent = value(draft, "identity.name") if value(draft, "identity.role") == "agent" else ""
    return {
        "court": hall.court,
        "window": _("{number} 号窗口").format(number=case.visit.window),
        "receipt_no": closing.receipt_no,
        "intake_no": case.visit.ticket,
        "party": value(draft, "plaintiff.name") or value(draft, "identity.name"),
        "agent": agent,
        "matter": MATTER[1],
        "cause": value(draft, "matter.cause"),
        "materials": [
            {
                "name": MATERIALS.get(b.material, b.material),
                "pages": len(b.pages),
                "copies": 1,
                "form": "copy",
            }
            for b in bundles(p.page for p in case.dossier)
        ],
        "received": local(closing.at).isoformat(),
        "officer": case.visit.clerk,
        "signature_sha256": closing.signed.signature_sha256 if closing.signed else "",
        "verification": sha256[:VERIFICATION_CHARACTERS].upper(),
    }
