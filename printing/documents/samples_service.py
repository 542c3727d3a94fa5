"""Made-up data of the papers that only services give out, like those in ``samples``."""

from __future__ import annotations

from printing.documents import delivery_receipt, service_note
from printing.documents.samples import AGENT, CASE, CAUSE, PERSON, PHONE, issue, of_case


def delivery() -> delivery_receipt.DeliveryReceipt:
    return delivery_receipt.DeliveryReceipt(
        issue=of_case(),
        receiver=PERSON,
        cause=CAUSE,
        document="民事判决书 1 份",
        place="诉讼服务中心 3 号窗口",
        agent=AGENT,
        agent_kind="律师",
    )


def service() -> service_note.ServiceNote:
    said = service_note.Said
    return service_note.ServiceNote(
        issue=issue(number="SJ20261123-03-0018"),
        matter="联系、预约法官",
        person=PERSON,
        phone=PHONE,
        said=(
            said(label="案号", text=CASE),
            said(label="承办法官", text="李法官"),
            said(label="事由", text="想补交一份银行流水，请法官告知交到哪里、什么时候交。"),
        ),
        due="联系法官答复：最迟 2026 年 11 月 25 日 周三",
    )
