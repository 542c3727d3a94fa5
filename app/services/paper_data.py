"""The data of the papers about a filing: made from the visit and the court's answer, never from guesses.

Each maker returns the data of one paper for each addressee and raises Lacking where something it must say is
not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.clock import local
from app.domain import papers
from app.domain.fee_schedule import FeeKind
from app.domain.matter import Side
from app.domain.mediation import refusing
from app.domain.party import Party
from app.domain.short_form import all_hold
from app.services import mediation
from app.services.form import NO
from app.services.paper_ground import Ground, Lacking, need, supervision, treasury
from app.services.paper_service import SERVICE_PAPERS
from app.texts import _
from printing.documents.acceptance_notice import AcceptanceNotice, Procedure
from printing.documents.cross_court_application import CrossCourtApplication
from printing.documents.evidence_list import Evidence, EvidenceList
from printing.documents.evidence_notice import EvidenceNotice
from printing.documents.facts import Charge, Facts, Payment
from printing.documents.fee_notice import FeeNotice
from printing.documents.integrity_card import IntegrityCard
from printing.documents.mediation_notice import MediationNotice
from printing.documents.mediation_referral import MediationReferral
from printing.documents.mediation_referral import Side as ReferralSide
from printing.documents.payment_slip import PaymentSlip
from printing.documents.service_address import ServiceAddress
from printing.documents.standard_text import StandardText

Made = Mapping[str, Facts]
"""The data by addressee: "" for a paper of the whole matter, else the key of the party."""

_EVIDENCE: Final = frozenset({"M13", "M21", "M28", "M32", "M36", "M99"})
_MEDIATION_DAYS: Final = 30
_APPLIED: Final = frozenset(
    {FeeKind.EXECUTION, FeeKind.PRESERVATION, FeeKind.PAYMENT_ORDER, FeeKind.PUBLIC_NOTICE, FeeKind.AWARD}
)
_PROTECTED: Final = "F09"
_OF_RIGHTS: Final = ("rights_notice", "rights_notice_admin")


def make(kind: str, ground: Ground) -> Made:
    """Return the data of a paper; raises Lacking. A kind this program cannot make is a KeyError."""
    return _MAKERS[kind](ground)


def _whole(data: Facts) -> Made:
    return {"": data}


def _acceptance(ground: Ground) -> Made:
    answer = ground.answer()
    fee, known = None, True
    try:
        fee = ground.prepaid
    except Lacking:
        known = False
    return _whole(
        AcceptanceNotice(
            issue=ground.issue(answer.case_number or ""),
            addressee=ground.addressee,
            case=ground.case_words,
            cause=ground.about,
            procedure=Procedure(ground.procedure.value),
            enclosed=gives(ground, *_OF_RIGHTS),
            received=ground.received.date(),
            registered=local(answer.made_at).date(),
            fee=fee,
            charge=charge(ground),
            fee_later=not known,
            free=_free(ground),
            judge=answer.judge or "",
        )
    )


def gives(ground: Ground, *kinds: str) -> bool:
    """Say whether the matter gives one of these papers to everybody."""
    shown = ground.sheet
    given = (one for one in shown.matter.papers if one.kind in kinds and one.chosen)
    return any(all_hold(one.when, shown.matter, shown.parties, shown.answers) for one in given)


def charge(ground: Ground) -> Charge:
    """Return by which rule the fee is paid beforehand (诉讼费用交纳办法 art 22)."""
    if ground.fee is not None and ground.fee.kind in _APPLIED:
        return Charge.APPLICATION
    return Charge.APPEAL if ground.procedure is papers.Procedure.APPEAL else Charge.SUIT


def _free(ground: Ground) -> str:
    """The provision by which nothing is paid beforehand, "" where something is."""
    fee = ground.fee
    if fee is None or (fee.prepaid and fee.amount != 0):
        return ""
    if fee.amount == 0:
        return fee.article
    return next((rule.article for rule in fee.rules if rule.id.startswith("fee.prepay")), "")


def due_to_pay(ground: Ground) -> date | None:
    """The last day to pay; None for an application: the decree names none, the court sets it."""
    if charge(ground) is Charge.APPLICATION:
        return None
    return ground.due("fee", ground.at.date())


def payments(ground: Ground) -> tuple[Payment, ...]:
    """Return what is to be paid beforehand; raises Lacking when that is nothing or not known."""
    amount, fee = ground.prepaid, ground.fee
    if amount is None or fee is None:
        raise Lacking(_("本事项不需要预交诉讼费"))
    name = _("申请费") if fee.kind in _APPLIED else _("案件受理费")
    return (Payment(name=name, amount=amount.quantize(Decimal("0.01")), basis=fee.article),)


def _case_no(ground: Ground) -> str:
    """The number of the case where the court gave one; a preservation is paid for before that."""
    return (ground.accepted.case_number or "") if ground.accepted is not None else ""


def _fee_notice(ground: Ground) -> Made:
    case_no = _case_no(ground)
    return _whole(
        FeeNotice(
            issue=ground.issue(case_no),
            payer=ground.addressee,
            case=ground.case_words,
            charge=charge(ground),
            payments=payments(ground),
            due=due_to_pay(ground),
            account=treasury(ground.said),
            payload=pay_code(ground, case_no),
            refund=ground.account(ground.addressee, "refund_account"),
        )
    )


def pay_code(ground: Ground, case_no: str) -> str:
    """Return what the payment code holds: the court's address with the number to pay for."""
    if not ground.said.pay_url:
        return ""
    return ground.said.pay_url.replace("{number}", case_no or ground.receipt_no)


def _payment_slip(ground: Ground) -> Made:
    if ground.sheet.matter.field("notice_served") is not None:
        return SERVICE_PAPERS["payment_slip"](ground)
    case_no = _case_no(ground)
    return _whole(
        PaymentSlip(
            issue=ground.issue(case_no),
            payer=ground.addressee,
            payments=payments(ground),
            due=due_to_pay(ground),
            account=treasury(ground.said),
            payload=pay_code(ground, case_no),
        )
    )


def _service_addresses(ground: Ground) -> Made:
    return {party.key: _service_address(ground, party) for party in (ground.first, *ground.filers[1:])}


def _service_address(ground: Ground, party: Party) -> ServiceAddress:
    agent = ground.agent_of(party)
    consent = ground.said_yes("e_service")
    consent = ground.said_yes("e_consent") if consent is None else consent
    mobile = ground.text("phone") or party.phone
    receiver = ground.text("signer") or (agent.name if agent else party.name)
    own = receiver == party.name
    return ServiceAddress(
        issue=ground.issue(ground.case_no()),
        party=party.name,
        role=ground.role(party),
        cause=ground.about,
        receiver=receiver,
        relation=_("本人") if own else agent.kind_name if agent and agent.name == receiver else "",
        id_kind=party.id_kind.value if party.id_kind else "",
        id_number=party.id_number,
        address=ground.text("address") or party.address,
        mobile=mobile,
        postcode=ground.text("postcode"),
        electronic=consent,
        electronic_mobile=mobile if consent else "",
        confidential=True if ground.sheet.matter.code == _PROTECTED else None,
    )


def _evidence_list(ground: Ground) -> Made:
    rows = tuple(
        Evidence(name=name, pages=len(bundle.pages) or None, copies=copies, form=form)
        for bundle, name, copies, form in ground.handed()
        if bundle.material in _EVIDENCE
    )
    if not rows:
        raise Lacking(_("还没有收到证据材料"))
    return _whole(
        EvidenceList(
            issue=ground.issue(),
            submitter=ground.addressee,
            role=ground.role(ground.first),
            opponent=ground.opponents,
            cause=ground.about,
            submitted=ground.received.date(),
            evidence=rows,
        )
    )


def _evidence_notice(ground: Ground) -> Made:
    answer = ground.answer()
    return _whole(
        EvidenceNotice(
            issue=ground.issue(answer.case_number or ""),
            addressee=ground.addressee,
            case=ground.case_words,
            until=ground.after(ground.said.evidence_days),
        )
    )


def _standard_text(ground: Ground) -> Made:
    return _whole(StandardText(issue=ground.issue(_case_no(ground)), addressee=ground.anybody))


def _of_a_case(ground: Ground) -> Made:
    """A standard text that is given only once the case has its number."""
    ground.answer()
    return _standard_text(ground)


def _mediation_notice(ground: Ground) -> Made:
    """Of mediation that is offered or agreed to; where a side refused nobody mediates and no day ends."""
    agreed = mediation.agreed(ground.draft, ground.sheet)
    refused = _refused(ground, agreed)
    organisation = _organisation(ground) if agreed and not refused else ground.organisation
    return _whole(
        MediationNotice(
            issue=ground.issue(),
            addressee=ground.addressee,
            opponent=ground.needed_opponents,
            dispute=_dispute(ground),
            organisation="" if refused else organisation,
            mediator="" if refused else ground.text("mediator"),
            ends=None if refused else ground.received.date() + timedelta(days=_MEDIATION_DAYS),
            days=_MEDIATION_DAYS,
            agreed=agreed,
            refused=refused,
        )
    )


def _refused(ground: Ground, agreed: bool | None) -> str:
    """Who does not agree, as the notice to the filing side says it; "" while nobody has refused."""
    words = {Side.FILER: _("你（单位）"), Side.OTHER: _("对方当事人")}
    sides = refusing(ground.sheet.matter, ground.sheet.answers)
    return "、".join(words[side] for side in sides or ((Side.FILER,) if agreed is False else ()))


def _dispute(ground: Ground) -> str:
    """The cause without its last word, which stands in the text; "" while it is not chosen."""
    return ground.about.removesuffix("纠纷")


def _organisation(ground: Ground) -> str:
    """Who mediates: once somebody agreed the paper must say it; who was only asked, or refused, need not."""
    return need(ground.organisation, _("调解组织"), "organisation")


def _mediation_referral(ground: Ground) -> Made:
    _require_both(ground)
    people = (*ground.filers, *(party for party in ground.sheet.parties.others if party.name))
    sides = tuple(ReferralSide(role=ground.role(p), name=p.name, phone=p.phone) for p in people)
    if len(sides) < 2:
        lone = Side.OTHER if ground.filers else Side.FILER
        raise Lacking(_("缺少：双方当事人的姓名（名称）"), side=lone)
    return _whole(
        MediationReferral(
            issue=ground.issue(ground.case_no("pre_no")),
            organisation=_organisation(ground),
            mediator=ground.text("mediator"),
            sides=sides,
            dispute=need(_dispute(ground), _("案由"), "cause"),
            claim=ground.needed(_("主要请求和事实"), "claims"),
            ends=ground.received.date() + timedelta(days=_MEDIATION_DAYS),
            days=_MEDIATION_DAYS,
            amount=ground.money("amount"),
        )
    )


def _require_both(ground: Ground) -> None:
    """Nobody is sent to mediation against their will (登记立案规定第15条): where each side is asked, both."""
    if ground.sheet.matter.field("consent_other") is None:
        return
    ground.needed(_("对方同意调解"), "consent_other")
    if ground.text("consent_other") == NO:
        raise Lacking(_("对方不同意调解，不能委派"))


def _cross_court(ground: Ground) -> Made:
    first, other = ground.first, ground.needed(_("对方法院"), "other_court")
    opponent, asked = ground.needed_opponents, ground.needed(_("案件种类"), "matter")
    claim = ground.needed(_("主要诉讼请求（申请事项）"), "claims")
    handed = tuple((name, len(bundle.pages), copies) for bundle, name, copies, _form in ground.handed())
    if not handed:
        raise Lacking(_("还没有收到材料"))
    agent = ground.agent_of(first)
    return _whole(
        CrossCourtApplication(
            issue=ground.issue(),
            competent=other,
            applicant=ground.addressee,
            id_kind=first.id_kind.value if first.id_kind else "",
            id_number=first.id_number,
            phone=first.phone,
            address=first.address,
            opponent=opponent,
            matter=asked,
            cause=ground.sheet.cause.name if ground.sheet.cause else "",
            materials=handed,
            claim=claim,
            agent=agent.name if agent else "",
            electronic=ground.said_yes("e_service"),
            mediation=mediation.agreed(ground.draft, ground.sheet),
        )
    )


def _integrity_card(ground: Ground) -> Made:
    telephone, address = supervision(ground.said)
    officers = [(_("立案窗口"), ground.case.visit.clerk)]
    if ground.accepted is not None and ground.accepted.judge:
        officers.insert(0, (_("承办法官"), ground.accepted.judge))
    return _whole(
        IntegrityCard(
            issue=ground.issue(_case_no(ground)),
            cause=ground.about,
            officers=tuple(officers),
            supervision=telephone,
            address=address,
        )
    )


_MAKERS: Final[Mapping[str, Callable[[Ground], Made]]] = {
    **SERVICE_PAPERS,
    "acceptance_notice": _acceptance,
    "fee_notice": _fee_notice,
    "payment_slip": _payment_slip,
    "service_address": _service_addresses,
    "evidence_list": _evidence_list,
    "evidence_notice": _evidence_notice,
    "rights_notice": _standard_text,
    "rights_notice_admin": _standard_text,
    "evidence_notice_admin": _of_a_case,
    "risk_notice": _standard_text,
    "mediation_notice": _mediation_notice,
    "mediation_referral": _mediation_referral,
    "cross_court_application": _cross_court,
    "integrity_card": _integrity_card,
}
