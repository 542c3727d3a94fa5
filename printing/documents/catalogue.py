"""Every paper a window hands out, by key: its data, how it is arranged, on what, and a sample.

::

    kind = KINDS["fee_notice"]
    document = kind.build(data, Paper.A4, large=True)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from printing.documents import (
    acceptance_notice,
    amendment_receipt,
    conditional_acceptance,
    correction_notice,
    cross_court_application,
    day_sheet,
    delivery_receipt,
    effect_certificate,
    evidence_list,
    evidence_notice,
    fee_notice,
    file_request,
    flow_sheet,
    funds_claim,
    grievance,
    guidance_notice,
    integrity_card,
    material_receipt,
    mediation_notice,
    mediation_referral,
    payment_slip,
    query_slip,
    queue_ticket,
    rating_slip,
    refund_application,
    samples,
    samples_notices,
    samples_service,
    service_address,
    service_note,
    standard_text,
    transfer_list,
)
from printing.layout import Document, Paper

PAGE = (Paper.A4,)
PAGE_FIRST = (Paper.A4, Paper.ROLL_80, Paper.ROLL_58)
ROLL_FIRST = (Paper.ROLL_80, Paper.ROLL_58, Paper.A4)


class Build(Protocol):
    """Arrange data for a paper; ``folder`` holds edited texts, None = the shipped ones.

    Raises TextFileInvalid.
    """

    def __call__(
        self, data: Any, paper: Paper = ..., *, large: bool = ..., folder: Path | None = ...
    ) -> Document: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One paper. ``papers``: what it may be printed on, the usual one first."""

    key: str
    title: str
    data: type[Any]
    build: Build
    papers: tuple[Paper, ...]
    sample: Callable[[], Any]


_KINDS = (
    Kind(
        "queue_ticket", "排队号票", queue_ticket.QueueTicket, queue_ticket.build, ROLL_FIRST, samples.ticket
    ),
    Kind(
        "material_receipt",
        "收到诉讼材料凭证",
        material_receipt.MaterialReceipt,
        material_receipt.build,
        PAGE_FIRST,
        samples.receipt,
    ),
    Kind(
        "evidence_list", "证据清单", evidence_list.EvidenceList, evidence_list.build, PAGE, samples.evidence
    ),
    Kind(
        "correction_notice",
        "一次性补正告知书",
        correction_notice.CorrectionNotice,
        correction_notice.build,
        PAGE,
        samples_notices.correction,
    ),
    Kind(
        "guidance_notice",
        "一次性告知书",
        guidance_notice.GuidanceNotice,
        guidance_notice.build,
        PAGE,
        samples_notices.guidance,
    ),
    Kind(
        "conditional_acceptance",
        "容缺受理告知书",
        conditional_acceptance.ConditionalAcceptance,
        conditional_acceptance.build,
        PAGE,
        samples_notices.conditionally,
    ),
    Kind(
        "acceptance_notice",
        "受理案件通知书",
        acceptance_notice.AcceptanceNotice,
        acceptance_notice.build,
        PAGE,
        samples.acceptance,
    ),
    Kind("fee_notice", "交纳诉讼费用通知书", fee_notice.FeeNotice, fee_notice.build, PAGE, samples.fee),
    Kind(
        "service_address",
        "送达地址确认书",
        service_address.ServiceAddress,
        service_address.build,
        PAGE,
        samples.address,
    ),
    Kind(
        "evidence_notice",
        "举证通知书",
        evidence_notice.EvidenceNotice,
        evidence_notice.build,
        PAGE,
        samples.evidence_until,
    ),
    Kind(
        "rights_notice",
        "诉讼权利义务告知书",
        standard_text.StandardText,
        standard_text.StandardPaper("rights_notice"),
        PAGE,
        samples.rights,
    ),
    Kind(
        "rights_notice_admin",
        "行政诉讼权利义务告知书",
        standard_text.StandardText,
        standard_text.StandardPaper("rights_notice_admin"),
        PAGE,
        samples.rights,
    ),
    Kind(
        "evidence_notice_admin",
        "行政诉讼举证通知书",
        standard_text.StandardText,
        standard_text.StandardPaper("evidence_notice_admin"),
        PAGE,
        samples.rights,
    ),
    Kind(
        "risk_notice",
        "诉讼风险提示书",
        standard_text.StandardText,
        standard_text.StandardPaper("risk_notice"),
        PAGE,
        samples.risks,
    ),
    Kind(
        "mediation_notice",
        "先行调解告知书",
        mediation_notice.MediationNotice,
        mediation_notice.build,
        PAGE,
        samples.mediation,
    ),
    Kind(
        "mediation_referral",
        "委派调解函",
        mediation_referral.MediationReferral,
        mediation_referral.build,
        PAGE,
        samples.referral,
    ),
    Kind(
        "cross_court_application",
        "跨域立案申请表",
        cross_court_application.CrossCourtApplication,
        cross_court_application.build,
        PAGE,
        samples.cross_court,
    ),
    Kind(
        "transfer_list",
        "材料收转清单",
        transfer_list.TransferList,
        transfer_list.build,
        PAGE_FIRST,
        samples.transfer,
    ),
    Kind(
        "refund_application",
        "退费申请书",
        refund_application.RefundApplication,
        refund_application.build,
        PAGE,
        samples.refund,
    ),
    Kind("funds_claim", "案款领取登记表", funds_claim.FundsClaim, funds_claim.build, PAGE, samples.funds),
    Kind("file_request", "阅卷申请单", file_request.FileRequest, file_request.build, PAGE, samples.reading),
    Kind(
        "effect_certificate",
        "生效证明申请书",
        effect_certificate.EffectCertificate,
        effect_certificate.build,
        PAGE,
        samples.effect,
    ),
    Kind(
        "delivery_receipt",
        "送达回证",
        delivery_receipt.DeliveryReceipt,
        delivery_receipt.build,
        PAGE,
        samples_service.delivery,
    ),
    Kind(
        "service_note",
        "诉讼服务登记回执",
        service_note.ServiceNote,
        service_note.build,
        PAGE_FIRST,
        samples_service.service,
    ),
    Kind(
        "grievance", "办不成事反映登记单", grievance.Grievance, grievance.build, PAGE_FIRST, samples.complaint
    ),
    Kind(
        "integrity_card",
        "廉政监督卡",
        integrity_card.IntegrityCard,
        integrity_card.build,
        PAGE,
        samples.supervision,
    ),
    Kind("flow_sheet", "办事流程单", flow_sheet.FlowSheet, flow_sheet.build, PAGE, samples.flow),
    Kind("day_sheet", "窗口日结单", day_sheet.DaySheet, day_sheet.build, PAGE_FIRST, samples.day),
    Kind("query_slip", "案件查询单", query_slip.QuerySlip, query_slip.build, ROLL_FIRST, samples.query),
    Kind(
        "payment_slip", "诉讼费缴费单", payment_slip.PaymentSlip, payment_slip.build, ROLL_FIRST, samples.slip
    ),
    Kind(
        "amendment_receipt",
        "更正（补充）回执",
        amendment_receipt.AmendmentReceipt,
        amendment_receipt.build,
        PAGE_FIRST,
        samples.amended,
    ),
    Kind("rating_slip", "服务评价单", rating_slip.RatingSlip, rating_slip.build, ROLL_FIRST, samples.rating),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.key: kind for kind in _KINDS})


def check_texts(folder: Path | None = None) -> None:
    """Read the texts of every document; raise TextFileInvalid for the first that is wrong.

    For the start of the program: a missing text is found then, not as a blank on paper.
    """
    for kind in KINDS.values():
        kind.build(kind.sample(), kind.papers[0], folder=folder)
