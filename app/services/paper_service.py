"""The data of the papers about services: slips, applications, lists, the sheet that explains a matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from app.domain.checklist import Status
from app.domain.clock_rule import Whose
from app.domain.identity import mask_id
from app.domain.matter import Field, FieldKind, Level, PartyForm
from app.domain.money import format_money
from app.domain.phone import mask_phone
from app.domain.rule import Basis
from app.domain.short_form import all_hold
from app.services.due_lines import due_line, long_day
from app.services.paper_ground import Ground, Lacking, treasury
from app.services.running import Running
from app.services.sheet import checklist
from app.texts import _
from printing.documents.delivery_receipt import DeliveryReceipt
from printing.documents.effect_certificate import EffectCertificate
from printing.documents.facts import Facts, Payment
from printing.documents.file_request import FileRequest
from printing.documents.flow_sheet import FlowSheet, ToBring
from printing.documents.funds_claim import FundsClaim
from printing.documents.grievance import Grievance
from printing.documents.payment_slip import PaymentSlip
from printing.documents.query_slip import QuerySlip
from printing.documents.rating_slip import RatingSlip
from printing.documents.refund_application import RefundApplication
from printing.documents.service_note import Said, ServiceNote
from printing.documents.transfer_list import TransferList, Transferred

_COPY: Final = 2
_UNSAID: Final = (FieldKind.PARTIES, FieldKind.ACCOUNT)
_NO_NAME: Final = "未留姓名"
_FEE: Final = "诉讼费"


def _whole(data: Facts) -> Mapping[str, Facts]:
    return {"": data}


def _agent(ground: Ground) -> tuple[str, str]:
    """Return who acts for the first filer and with which powers."""
    agent = ground.agent_of(ground.first)
    if agent is None:
        return "", ""
    return agent.name, "、".join(sorted(power.value for power in agent.powers)) or _("一般代理")


def _masked(number: str) -> str:
    return mask_id(number) if number else ""


def _transfer_list(ground: Ground) -> Mapping[str, Facts]:
    recipient = ground.needed(_("转交给谁"), "to", "other_court")
    papers = tuple(
        Transferred(name=name, pages=len(bundle.pages) or None, copies=copies, form=form)
        for bundle, name, copies, form in ground.handed()
    )
    if not papers:
        raise Lacking(_("还没有收到材料"))
    return _whole(
        TransferList(
            issue=ground.issue(ground.case_no()),
            submitter=ground.addressee,
            phone=ground.first.phone,
            cause=ground.sheet.cause.name if ground.sheet.cause else "",
            recipient=recipient,
            received=ground.received,
            papers=papers,
        )
    )


def _query_slip(ground: Ground) -> Mapping[str, Facts]:
    return _whole(
        QuerySlip(
            issue=ground.issue(ground.case_no()),
            person=ground.addressee,
            stage=ground.needed(_("答复要点"), "answer"),
        )
    )


def _payment_slip(ground: Ground) -> Mapping[str, Facts]:
    """What somebody comes to pay: the sum is that of the notice they bring."""
    amount = ground.needed_money(_("金额"), "amount")
    case_no = ground.needed_case_no(_("案号"))
    served = ground.sheet.answers.day("notice_served")
    return _whole(
        PaymentSlip(
            issue=ground.issue(case_no),
            payer=ground.addressee,
            payments=(Payment(name=_(_FEE), amount=amount, basis=_("交纳诉讼费用通知书")),),
            due=ground.due("fee", served) if served is not None else None,
            account=treasury(ground.said),
            payload=ground.said.pay_url.replace("{number}", case_no),
        )
    )


def _refund_application(ground: Ground) -> Mapping[str, Facts]:
    amount = ground.needed_money(_("金额"), "amount")
    reason = ground.needed(_("退费原因"), "reason")
    paid, first = ground.money("paid"), ground.first
    if paid is not None and paid < amount:
        raise Lacking(_("退费金额大于已交金额，请核对"))
    agent, authority = _agent(ground)
    return _whole(
        RefundApplication(
            issue=ground.issue(ground.needed_case_no(_("案号"))),
            applicant=ground.addressee,
            id_number=_masked(first.id_number),
            phone=first.phone,
            paid=paid,
            refund=amount,
            voucher=ground.text("voucher"),
            document=ground.text("document"),
            reason=reason,
            account=ground.needed_account(first.name, _("退费账户")),
            agent=agent,
            authority=authority,
        )
    )


def _funds_claim(ground: Ground) -> Mapping[str, Facts]:
    first = ground.first
    agent, authority = _agent(ground)
    return _whole(
        FundsClaim(
            issue=ground.issue(ground.needed_case_no(_("执行案号"))),
            payee=first.name,
            natural=first.form is PartyForm.NATURAL,
            id_number=_masked(first.id_number),
            phone=first.phone,
            debtor=ground.text("debtor"),
            amount=ground.money("amount"),
            papers=tuple(name for _bundle, name, _copies, _form in ground.handed()),
            account=ground.needed_account(first.name, _("收款账户")),
            agent=agent,
            authority=authority,
        )
    )


def _file_request(ground: Ground) -> Mapping[str, Facts]:
    first = ground.first
    agent = ground.agent_of(first)
    return _whole(
        FileRequest(
            issue=ground.issue(ground.needed_case_no(_("案号"))),
            applicant=agent.name if agent else first.name,
            capacity=agent.kind_name if agent else _("当事人"),
            licence=_masked(agent.id_number if agent else first.id_number),
            phone=agent.phone if agent else first.phone,
            scope=ground.needed(_("复制内容和页数"), "scope"),
            purpose=ground.needed(_("用途"), "purpose"),
            unit=agent.office if agent else "",
            way=_COPY,
        )
    )


def _effect_certificate(ground: Ground) -> Mapping[str, Facts]:
    first = ground.first
    return _whole(
        EffectCertificate(
            issue=ground.issue(ground.needed_case_no(_("案号"))),
            applicant=ground.addressee,
            id_number=_masked(first.id_number),
            phone=first.phone,
            document=ground.needed(_("文书名称"), "document"),
            purpose=ground.needed(_("用途"), "purpose"),
            agent=_agent(ground)[0],
        )
    )


def _delivery_receipt(ground: Ground) -> Mapping[str, Facts]:
    first = ground.first
    agent = ground.agent_of(first)
    return _whole(
        DeliveryReceipt(
            issue=ground.issue(ground.needed_case_no(_("案号"))),
            receiver=first.name,
            document=ground.needed(_("文书名称"), "document"),
            place=_("{place} {window}").format(
                place=ground.said.place or _("诉讼服务中心"), window=ground.window
            ),
            agent=agent.name if agent else "",
            agent_kind=agent.kind_name if agent else "",
        )
    )


def _in_words(ground: Ground, field: Field) -> str:
    """An answer as a person reads it; a telephone number as every receipt shows it."""
    if field.kind is FieldKind.CASE_NO:
        return ground.case_no(field.key)
    text, day = ground.text(field.key), ground.sheet.answers.day(field.key)
    if field.kind is FieldKind.PHONE:
        return mask_phone(text)
    if field.kind is FieldKind.DATE and day is not None:
        return long_day(day)
    if field.kind is FieldKind.MONEY and ground.money(field.key) is not None:
        return _("{amount} 元").format(amount=text)
    return text


def _service_note(ground: Ground) -> Mapping[str, Facts]:
    """What was asked and answered; the catalogue says which answers it is nothing without."""
    shown, matter = ground.sheet, ground.sheet.matter
    notes = (one for one in matter.papers if one.kind == "service_note")
    given = next(one for one in notes if all_hold(one.when, matter, shown.parties, shown.answers))
    for key in given.needs:
        field = matter.field(key)
        ground.needed(_(field.label) if field else key, key)
    typed = [field for field in shown.fields if field.kind not in _UNSAID]
    said = tuple(Said(label=_(f.label), text=text) for f in typed if (text := _in_words(ground, f)))
    if not said:
        raise Lacking(_("还没有填写办理内容"), *(field.key for field in typed))
    clocks = Running(shown, ground.knowledge, ground.case.visit.opened_at)
    lines = (due_line(clock, ground.opened.date()) for clock in clocks.received)
    return _whole(
        ServiceNote(
            issue=ground.issue(),
            matter=ground.matter_name,
            person=ground.anybody,
            phone=mask_phone(ground.filers[0].phone) if ground.filers else "",
            said=said,
            due="；".join(f"{line.title}：{line.due}" for line in lines),
        )
    )


def _grievance(ground: Ground) -> Mapping[str, Facts]:
    return _whole(
        Grievance(
            issue=ground.issue(),
            person=ground.text("person") or ground.visitor or _(_NO_NAME),
            phone=ground.text("phone"),
            matter=ground.needed(_("类型"), "kind"),
            window=ground.window,
            facts=ground.needed(_("事实"), "facts"),
            wish=ground.text("wanted"),
            handler=_("值班主任"),
            due=ground.due("complaint", ground.opened.date()),
        )
    )


def _rating_slip(ground: Ground) -> Mapping[str, Facts]:
    return _whole(
        RatingSlip(
            issue=ground.issue(),
            ticket=ground.case.visit.ticket,
            window=ground.window,
            matter=ground.matter_name,
        )
    )


def _flow_sheet(ground: Ground) -> Mapping[str, Facts]:
    """The matter as the catalogue has it, for the kind that was chosen; nothing of the person."""
    matter = ground.sheet.matter
    clocks = Running(ground.sheet, ground.knowledge, ground.case.visit.opened_at)
    rules = [*(clock.rule for clock in clocks.received), *(clock.rule for clock in clocks.hours)]
    rules += [rule for _field, rule in clocks.open if rule.whose is Whose.COURT]
    bases = (r.material.basis for r in matter.requirements if r.material.level is Level.LAW)
    articles = dict.fromkeys(filter(None, (*bases, *(rule.article for rule in rules))))
    items = {
        i.code: i for i in checklist(ground.draft, ground.sheet, ()) if i.status is not Status.NOT_NEEDED
    }
    return _whole(
        FlowSheet(
            issue=ground.issue(),
            matter=ground.matter_name,
            who=matter.who,
            basis="；".join(articles) or _("便民服务"),
            clock="；".join(f"{rule.name}：{rule.rule.text}" for rule in rules) or _("当场办理"),
            fee=_fee_words(ground),
            materials=tuple(
                ToBring(
                    name=item.name,
                    form=_("{count} 份").format(count=item.needed) + (f"，{item.how}" if item.how else ""),
                    lawful=item.level is Level.LAW,
                )
                for item in items.values()
            ),
            handed_back=matter.handed_back,
            place=ground.said.place or _("诉讼服务中心"),
            hours=ground.said.hours,
            hints=(ground.sheet.matter.mediation.rule.why,) if matter.mediation.article else (),
        )
    )


def _fee_words(ground: Ground) -> str:
    fee = ground.fee
    if fee is None:
        return _("本事项不另收费")
    if fee.low == Decimal(0) and fee.high == Decimal(0):
        return _("不收费")
    if fee.low is None or fee.high is None:
        return "；".join(dict.fromkeys(rule.why for rule in fee.rules if rule.basis is not Basis.DESIGN))
    low, high = format_money(fee.low), format_money(fee.high)
    return (
        _("{low} 元").format(low=low) if low == high else _("{low} 至 {high} 元").format(low=low, high=high)
    )


SERVICE_PAPERS: Final[Mapping[str, Callable[[Ground], Mapping[str, Facts]]]] = {
    "transfer_list": _transfer_list,
    "query_slip": _query_slip,
    "payment_slip": _payment_slip,
    "refund_application": _refund_application,
    "funds_claim": _funds_claim,
    "file_request": _file_request,
    "effect_certificate": _effect_certificate,
    "delivery_receipt": _delivery_receipt,
    "service_note": _service_note,
    "grievance": _grievance,
    "rating_slip": _rating_slip,
    "flow_sheet": _flow_sheet,
}
