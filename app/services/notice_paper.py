"""The papers that tell what is to be supplied, as they were stored.

一次性补正告知书, 容缺受理告知书, and 一次性告知书 for somebody who handed in nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from app.clock import local
from app.domain.return_code import PREFIX, shown_code
from app.ids import new_id
from app.lanes import A4_PRINTER
from app.services.case import Case, Closing
from app.services.desk import Desk
from app.services.fields import value
from app.services.supplement import CORRECTION, GUIDANCE, PROMISE
from app.storage.records import PrintJob, SupplementRecord
from app.texts import _
from printing.documents import conditional_acceptance, correction_notice, guidance_notice
from printing.documents.facts import Issue

NOTICE: Final = "correction_notice"
PROMISE_NOTICE: Final = "conditional_acceptance"
GUIDE: Final = "guidance_notice"
KINDS: Final = (NOTICE, PROMISE_NOTICE, GUIDE)
_KIND: Final = {CORRECTION: NOTICE, PROMISE: PROMISE_NOTICE, GUIDANCE: GUIDE}
Told = (
    correction_notice.CorrectionNotice
    | conditional_acceptance.ConditionalAcceptance
    | guidance_notice.GuidanceNotice
)


def jobs(desk: Desk, case: Case, closing: Closing) -> Iterator[PrintJob]:
    """Return one paper for each notice, none where no printer takes pages."""
    if not desk.bench.has(A4_PRINTER):
        return
    signature = closing.signed.signature_sha256 if closing.signed else ""
    for record in closing.told:
        made = job(desk, case, record, closing.at, case.visit.clerk, signature=signature)
        if len(closing.told) > 1:
            words = _("{title}（第 {matter} 件）").format(title=made.title, matter=record.matter)
            made = replace(made, title=words)
        yield made


def job(
    desk: Desk,
    case: Case,
    record: SupplementRecord,
    received: datetime,
    officer: str,
    *,
    part: str = "",
    signature: str = "",
) -> PrintJob:
    """Return the paper of one notice: when its matter was ``received``, and who hands it over."""
    content = _content(desk, case, record, received, officer) | {"signature_sha256": signature}
    return PrintJob(
        id=new_id(),
        visit_id=case.visit.id,
        ticket=None,
        kind=_KIND[record.kind],
        printer=desk.bench.owner(A4_PRINTER),
        title=title_of(record.kind),
        content=json.dumps(content, ensure_ascii=False),
        state="waiting",
        reason="",
        tries=0,
        part=part or str(record.matter),
        clerk=officer,
    )


def _content(
    desk: Desk, case: Case, record: SupplementRecord, received: datetime, officer: str
) -> dict[str, Any]:
    body, said = json.loads(record.body), desk.settings.papers
    again = _("{reason}（值班主任 {name} 同意）").format(reason=record.reason, name=record.supervisor)
    return {
        "court": desk.settings.hall.court,
        "court_mongolian": said.court_mongolian,
        "phone": said.phone,
        "complaints": said.complaints or said.phone,
        "number": record.paper_no,
        "issued": local(record.issued_at).isoformat(),
        "officer": officer,
        "party": value(case.draft, "identity.name"),
        "matter": body["matter_name"],
        "received": local(received).isoformat(),
        "items": body["items"],
        "advice": [line["name"] for line in body["advice"]],
        "present": body["present"] or [_("诉状")],
        "days": body["days"],
        "due": record.due.isoformat(),
        "deliver": _("到本院{centre}任一窗口提交，或者邮寄至本院立案庭。").format(
            centre=desk.settings.hall.centre
        ),
        "code": record.code,
        "again": again if record.reason else "",
    }


def title_of(kind: str) -> str:
    """Return what the paper of a notice is called."""
    return {
        CORRECTION: _("一次性补正告知书"),
        PROMISE: _("容缺受理告知书"),
        GUIDANCE: _("一次性告知书"),
    }[kind]


def facts(kind: str, content: dict[str, Any], signature: bytes | None) -> Told:
    """Return the paper's data from what was frozen with its print job."""
    if kind == GUIDE:
        return _guidance(content)
    return _correction(content) if kind == NOTICE else _promise(content, signature)


def _guidance(content: dict[str, Any]) -> guidance_notice.GuidanceNotice:
    return guidance_notice.GuidanceNotice(
        issue=_issue(content),
        party=content["party"],
        matter=content["matter"],
        came=datetime.fromisoformat(content["received"]),
        items=_items(content),
        deliver=content["deliver"],
        advice=tuple(content["advice"]),
        code=shown_code(content["code"]),
        payload=PREFIX + content["code"],
    )


def _items(content: dict[str, Any]) -> tuple[correction_notice.Correction, ...]:
    return tuple(
        correction_notice.Correction(
            item=_item(line), reason=line["reason"], basis=line["article"], how=line["how"]
        )
        for line in content["items"]
    )


def _issue(content: dict[str, Any]) -> Issue:
    return Issue(
        court=content["court"],
        number=content["number"],
        issued=datetime.fromisoformat(content["issued"]),
        officer=content["officer"],
        phone=content["phone"],
        court_mongolian=content["court_mongolian"],
    )


def _correction(content: dict[str, Any]) -> correction_notice.CorrectionNotice:
    return correction_notice.CorrectionNotice(
        issue=_issue(content),
        party=content["party"],
        matter=content["matter"],
        received=datetime.fromisoformat(content["received"]),
        items=_items(content),
        days=content["days"],
        due=date.fromisoformat(content["due"]),
        deliver=content["deliver"],
        complaints=content["complaints"],
        advice=tuple(content["advice"]),
        code=shown_code(content["code"]),
        payload=PREFIX + content["code"],
        again=content["again"],
    )


def _item(line: dict[str, Any]) -> str:
    short_of = line["short_of"]
    return (
        _("{name}，差 {count} 份").format(name=line["name"], count=short_of) if short_of > 1 else line["name"]
    )


def _promise(
    content: dict[str, Any], signature: bytes | None
) -> conditional_acceptance.ConditionalAcceptance:
    return conditional_acceptance.ConditionalAcceptance(
        issue=_issue(content),
        party=content["party"],
        matter=content["matter"],
        present=tuple(content["present"]),
        missing=tuple(
            conditional_acceptance.MissingPaper(name=_item(line), requirement=line["how"] or line["reason"])
            for line in content["items"]
        ),
        days=content["days"],
        due=date.fromisoformat(content["due"]),
        signature=signature,
        code=shown_code(content["code"]),
        payload=PREFIX + content["code"],
    )
