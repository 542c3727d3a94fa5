"""更正（补充）回执: the paper of an amendment, frozen with it in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.clock import local
from app.domain.identity import mask_id
from app.ids import new_id
from app.lanes import A4_PRINTER, RECEIPT_PRINTER
from app.services.desk import Desk
from app.services.fields import large_print
from app.storage.records import PrintJob
from app.texts import _
from printing.documents.amendment_receipt import Added, AmendmentReceipt, Changed
from printing.documents.facts import Issue
from printing.documents.frozen import freeze

KIND: Final = "amendment_receipt"
_DIGEST: Final = 16
_LONGEST: Final = 200
_ROLES: Final = (A4_PRINTER, RECEIPT_PRINTER)


@dataclass(frozen=True)
class Told:
    """What the paper of an amendment says: values (label, before, after), papers (name, pages)."""

    values: Sequence[tuple[str, str, str]] = ()
    papers: Sequence[tuple[str, int]] = ()


def shown(path: str, text: str) -> str:
    """Return a value as the paper shows it: identity numbers masked, of a long text the beginning."""
    if path.endswith("id_number") and text:
        return mask_id(text)
    if len(text) <= _LONGEST:
        return text
    return _("{beginning}……（全文见记录）").format(beginning=text[:_LONGEST])


def job(
    desk: Desk, visit_id: str, body: Mapping[str, Any], sha256: str, told: Told, now: datetime
) -> PrintJob | None:
    """Return the paper of an amendment; None when nothing is different, or no printer takes it."""
    role = next((role for role in _ROLES if desk.bench.has(role)), None)
    if role is None or not (told.values or told.papers):
        return None
    data = _receipt(desk, body, sha256, told, now)
    large = large_print(str(body["visitor"].get("id_number", "")), now)
    return PrintJob(
        id=new_id(),
        visit_id=visit_id,
        ticket=None,
        kind=KIND,
        printer=desk.bench.owner(role),
        title=_("更正（补充）回执 {number}").format(number=data.issue.number),
        content=json.dumps({"large": large, "data": freeze(data)}, ensure_ascii=False),
        state="waiting",
        reason="",
        tries=0,
        part=data.issue.number,
        clerk=desk.settings.hall.clerk,
    )


def _receipt(desk: Desk, body: Mapping[str, Any], sha256: str, told: Told, now: datetime) -> AmendmentReceipt:
    said = desk.settings.papers
    issue = Issue(
        court=desk.settings.hall.court,
        number=body["amendment_no"],
        issued=local(now),
        officer=desk.settings.hall.clerk,
        phone=said.phone,
        court_mongolian=said.court_mongolian,
    )
    names = [one.get("name", "") for one in (body["visitor"], *body["parties"])]
    matters = [str(one.get("name", "")) for one in body["matters"]]
    return AmendmentReceipt(
        issue=issue,
        receipt_no=body["receipt_no"],
        party=next((name for name in names if name), _("当事人")),
        matter="、".join(dict.fromkeys(name for name in matters if name)) or _("来访"),
        made=local(now),
        reason=body["reason"],
        digest=sha256[:_DIGEST],
        changes=tuple(Changed(name=name, before=old, after=new) for name, old, new in told.values),
        papers=tuple(Added(name=name, pages=pages) for name, pages in told.papers),
    )
