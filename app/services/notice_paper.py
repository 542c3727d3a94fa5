"""The papers that tell what is to be supplied, 一次性补正告知书 and 容缺受理告知书, as they were stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from app.clock import local
from app.domain.return_code import PREFIX, shown_code
from app.ids import new_id
from app.lanes import A4_PRINTER
from app.services.case import Case, Closing
from app.services.desk import Desk
from app.services.fields import value
from app.services.supplement import CORRECTION
from app.storage.records import PrintJob, SupplementRecord
from app.texts import _
from printing.documents import conditional_acceptance, correction_notice
from printing.documents.facts import Issue

NOTICE: Final = "correction_notice"
PROMISE_NOTICE: Final = "conditional_acceptance"
KINDS: Final = (NOTICE, PROMISE_NOTICE)
_HOTLINE: Final = "12368"


def jobs(desk: Desk, case: Case, closing: Closing) -> Iterator[PrintJob]:
    """Return one paper for each notice, none where no printer takes pages."""
    if not desk.bench.has(A4_PRINTER):
        return
    for record in closing.told:
        correction = record.kind == CORRECTION
        title = _("一次性补正告知书") if correction else _("容缺受理告知书")
        several = len(closing.told) > 1
        yield PrintJob(
            id=new_id(),
            visit_id=case.visit.id,
            ticket=None,
            kind=NOTICE if correction else PROMISE_NOTICE,
            printer=desk.bench.owner(A4_PRINTER),
            title=_("{title}（第 {matter} 件）").format(title=title, matter=record.matter)
            if several
            else title,
            content=json.dumps(_content(desk, case, closing, record), ensure_ascii=False),
            state="waiting",
            reason="",
            tries=0,
            part=str(record.matter),
            clerk=case.visit.clerk,
        )


def _content(desk: Desk, case: Case, closing: Closing, record: SupplementRecord) -> dict[str, Any]:
    body = json.loads(record.body)
    again = _("{reason}（值班主任 {name} 同意）").format(reason=record.reason, name=record.supervisor)
    return {
        "court": desk.settings.hall.court,
        "number": record.paper_no,
        "issued": local(record.issued_at).isoformat(),
        "officer": case.visit.clerk,
        "party": value(case.draft, "identity.name"),
        "matter": body["matter_name"],
        "received": local(closing.at).isoformat(),
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
        "signature_sha256": closing.signed.signature_sha256 if closing.signed else "",
    }


def facts(
    kind: str, content: dict[str, Any], signature: bytes | None
) -> correction_notice.CorrectionNotice | conditional_acceptance.ConditionalAcceptance:
    """Return the paper's data from what was frozen with its print job."""
    return _correction(content) if kind == NOTICE else _promise(content, signature)


def _issue(content: dict[str, Any]) -> Issue:
    return Issue(
        court=content["court"],
        number=content["number"],
        issued=datetime.fromisoformat(content["issued"]),
        officer=content["officer"],
    )


def _correction(content: dict[str, Any]) -> correction_notice.CorrectionNotice:
    return correction_notice.CorrectionNotice(
        issue=_issue(content),
        party=content["party"],
        matter=content["matter"],
        received=datetime.fromisoformat(content["received"]),
        items=tuple(
            correction_notice.Correction(
                item=_item(line), reason=line["reason"], basis=line["article"], how=line["how"]
            )
            for line in content["items"]
        ),
        days=content["days"],
        due=date.fromisoformat(content["due"]),
        deliver=content["deliver"],
        complaints=_HOTLINE,
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
