"""Made-up data for every document, for previews and tests: no person, court number or account is real."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from printing.documents import (
    acceptance_notice,
    amendment_receipt,
    cross_court_application,
    day_sheet,
    effect_certificate,
    evidence_list,
    evidence_notice,
    fee_notice,
    file_request,
    flow_sheet,
    funds_claim,
    grievance,
    integrity_card,
    material_receipt,
    mediation_notice,
    mediation_referral,
    payment_slip,
    query_slip,
    queue_ticket,
    rating_slip,
    refund_application,
    service_address,
    standard_text,
    transfer_list,
)
from printing.documents.facts import Account, Form, Issue, Payment

BEIJING = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 9, 41, tzinfo=BEIJING)
TODAY = NOW.date()
COURT = "鄂尔多斯市东胜区人民法院"
CASE = "（2026）内0602民初4217号"
INTAKE = "DS-20261123-03-0042"
PERSON, OTHER, AGENT = "张𬭎", "内蒙古草原牧机有限责任公司", "阿不都热合曼·㛃䶮𪜀"
CAUSE = "买卖合同纠纷"
IDENTITY, PHONE = "150***********5517", "138****5678"
ADDRESS = "内蒙古自治区鄂尔多斯市东胜区天骄北路示例小区 3 号楼 2 单元 501 室"
TREASURY = Account(
    holder="鄂尔多斯市东胜区财政局财政汇缴专户",
    bank="中国农业银行鄂尔多斯东胜支行",
    number="0500 0101 0400 1234 5",
)
OWN = Account(holder=PERSON, bank="中国工商银行鄂尔多斯分行", number="6222 0200 0000 0000 018")
PAYMENTS = (
    Payment(name="案件受理费", amount=Decimal("2300.00"), basis="《诉讼费用交纳办法》第十三条第一款第一项"),
    Payment(name="财产保全申请费", amount=Decimal("1020.00"), basis="《诉讼费用交纳办法》第十四条第二项"),
)
CODE = "7K3M-PQ2X"
PAY_URL = "https://pay.court.example/f/7f3a91c2k8"


def issue(**changes: Any) -> Issue:
    """Return who issues a sample, before there is a case number."""
    facts: dict[str, Any] = {"court": COURT, "number": INTAKE, "issued": NOW, "officer": "王敏"}
    return Issue(**{**facts, **changes})


def of_case() -> Issue:
    return issue(case_no=CASE)


def ticket() -> queue_ticket.QueueTicket:
    return queue_ticket.QueueTicket(
        court=f"{COURT}诉讼服务中心",
        issued=NOW,
        number="A012",
        group="立案登记",
        ahead=7,
        wait=(15, 25),
        area="A 区 1—4 号窗口",
        payload="https://court.example/t/0123456789abcdef",
    )


def receipt() -> material_receipt.MaterialReceipt:
    form = material_receipt.Form
    rows = (
        ("民事起诉状", 6, 3, form.ORIGINAL),
        ("身份证复印件", 1, 1, form.COPY),
        ("买卖合同", 4, 3, form.COPY),
        ("微信聊天记录光盘", None, 1, form.ELECTRONIC),
    )
    return material_receipt.MaterialReceipt(
        court=COURT,
        window="3 号综合窗口",
        receipt_no="SJ20261123-03-0017",
        intake_no="A012",
        party=PERSON,
        agent=AGENT,
        matter="民事一审立案",
        cause=CAUSE,
        materials=tuple(material_receipt.Material(*row) for row in rows),
        received=NOW,
        officer="王敏",
        verification="7F3A-91C2-K8",
        verification_qr="https://court.example/v/7f3a91c2k8",
        laws=("《中华人民共和国民事诉讼法》第六十九条",),
    )


def evidence() -> evidence_list.EvidenceList:
    rows: tuple[tuple[str, str, str, int | None, int, Form], ...] = (
        ("买卖合同", "双方签订", "双方存在买卖合同关系，约定价款十万元", 4, 3, Form.COPY),
        ("送货单（2025年3月至6月）", "原告开具、被告签收", "原告已经履行交货义务", 12, 3, Form.COPY),
        ("微信聊天记录", "原告手机提取", "被告认可欠款并承诺还款", None, 1, Form.ELECTRONIC),
    )
    return evidence_list.EvidenceList(
        issue=issue(),
        submitter=PERSON,
        role="原告",
        opponent=OTHER,
        cause=CAUSE,
        submitted=TODAY,
        evidence=tuple(
            evidence_list.Evidence(
                name=name, source=source, purpose=aim, pages=pages, copies=copies, form=form
            )
            for name, source, aim, pages, copies, form in rows
        ),
    )


def acceptance() -> acceptance_notice.AcceptanceNotice:
    return acceptance_notice.AcceptanceNotice(
        issue=of_case(),
        addressee=PERSON,
        case=f"与{OTHER}{CAUSE}",
        cause=CAUSE,
        enclosed=True,
        received=TODAY,
        registered=TODAY,
        fee=Decimal("2300.00"),
        division="民事审判第二庭",
        judge="李法官",
        judge_phone="0477-0000001",
        query_code="8K3M2Q",
    )


def fee() -> fee_notice.FeeNotice:
    return fee_notice.FeeNotice(
        issue=of_case(),
        payer=PERSON,
        case=f"与{OTHER}{CAUSE}",
        payments=PAYMENTS,
        due=date(2026, 11, 30),
        account=TREASURY,
        payload=PAY_URL,
    )


def slip() -> payment_slip.PaymentSlip:
    return payment_slip.PaymentSlip(
        issue=of_case(),
        payer=PERSON,
        payments=PAYMENTS,
        due=date(2026, 11, 30),
        account=TREASURY,
        payload=PAY_URL,
    )


def address() -> service_address.ServiceAddress:
    return service_address.ServiceAddress(
        issue=of_case(),
        party=PERSON,
        role="原告",
        cause=CAUSE,
        receiver=AGENT,
        relation="委托诉讼代理人",
        id_kind="居民身份证",
        id_number="150602198503125517",
        address=ADDRESS,
        mobile="13800005678",
        postcode="017000",
        electronic=True,
        electronic_mobile="13800005678",
        email="example@court.example",
        confidential=False,
    )


def evidence_until() -> evidence_notice.EvidenceNotice:
    return evidence_notice.EvidenceNotice(
        issue=of_case(), addressee=PERSON, case=f"与{OTHER}{CAUSE}", until=date(2026, 12, 23)
    )


def rights() -> standard_text.StandardText:
    return standard_text.StandardText(issue=of_case(), addressee=PERSON)


def risks() -> standard_text.StandardText:
    return standard_text.StandardText(issue=issue(), addressee=PERSON)


def mediation() -> mediation_notice.MediationNotice:
    return mediation_notice.MediationNotice(
        issue=issue(),
        addressee=PERSON,
        opponent=OTHER,
        dispute="买卖合同",
        organisation="东胜区人民调解委员会驻人民法院调解工作室",
        mediator="巴图",
        ends=date(2026, 12, 23),
    )


def referral() -> mediation_referral.MediationReferral:
    side = mediation_referral.Side
    return mediation_referral.MediationReferral(
        issue=issue(case_no="（2026）内0602民诉前调1031号", phone="0477-0000002"),
        organisation="东胜区人民调解委员会",
        mediator="巴图",
        sides=(
            side(role="申请人", name=PERSON, phone="13800005678"),
            side(role="被申请人", name=OTHER, phone="0477-0000003"),
        ),
        dispute="买卖合同",
        claim="请求支付货款十万元及逾期利息；双方对送货数量有争议。",
        ends=date(2026, 12, 23),
        amount=Decimal("100000.00"),
    )


def cross_court() -> cross_court_application.CrossCourtApplication:
    return cross_court_application.CrossCourtApplication(
        issue=issue(),
        competent="赤峰市松山区人民法院",
        applicant=PERSON,
        id_kind="居民身份证",
        id_number=IDENTITY,
        phone=PHONE,
        address=ADDRESS,
        opponent=OTHER,
        matter="民事一审立案",
        cause=CAUSE,
        materials=(("民事起诉状", 6, 3), ("身份证复印件", 1, 1), ("证据材料", 16, 3)),
        claim="请求支付货款十万元及逾期利息。",
        electronic=True,
        mediation=False,
        sent=NOW + timedelta(minutes=9),
    )


def transfer() -> transfer_list.TransferList:
    paper = transfer_list.Transferred
    return transfer_list.TransferList(
        issue=of_case(),
        submitter=AGENT,
        phone=PHONE,
        cause=CAUSE,
        recipient="民事审判第二庭 李法官",
        received=NOW,
        papers=(
            paper(name="代理词", pages=5, copies=2, form=Form.ORIGINAL),
            paper(name="补充证据：银行流水", pages=9, copies=3, form=Form.COPY),
            paper(name="录音光盘", pages=None, copies=1, form=Form.ELECTRONIC),
        ),
    )


def refund() -> refund_application.RefundApplication:
    return refund_application.RefundApplication(
        issue=of_case(),
        applicant=PERSON,
        id_number=IDENTITY,
        phone=PHONE,
        cause=CAUSE,
        paid=Decimal("2300.00"),
        refund=Decimal("1150.00"),
        voucher="内财 0012345678",
        document="（2026）内0602民初4217号民事调解书，2026年11月10日生效",
        reason="调解结案，减半收取案件受理费",
        account=OWN,
    )


def funds() -> funds_claim.FundsClaim:
    return funds_claim.FundsClaim(
        issue=issue(case_no="（2026）内0602执881号"),
        payee=PERSON,
        natural=True,
        id_number=IDENTITY,
        phone=PHONE,
        debtor=OTHER,
        cause=CAUSE,
        amount=Decimal("101050.03"),
        papers=("居民身份证", "本人银行卡"),
        account=OWN,
        agent=AGENT,
        authority="特别授权：代为领取案款",
    )


def reading() -> file_request.FileRequest:
    return file_request.FileRequest(
        issue=of_case(),
        applicant=AGENT,
        capacity="律师",
        licence="11506202310000000",
        phone=PHONE,
        cause=CAUSE,
        parties=f"{PERSON}与{OTHER}",
        scope="第一审案卷正卷",
        purpose="准备上诉",
        unit="内蒙古示例律师事务所",
        way=2,
    )


def effect() -> effect_certificate.EffectCertificate:
    return effect_certificate.EffectCertificate(
        issue=of_case(),
        applicant=PERSON,
        id_number=IDENTITY,
        phone=PHONE,
        document="民事判决书",
        purpose="申请强制执行",
        served=date(2026, 10, 30),
    )


def complaint() -> grievance.Grievance:
    return grievance.Grievance(
        issue=issue(number="BC-20261123-0003"),
        person=PERSON,
        phone=PHONE,
        matter="诉讼费退费",
        window="5 号窗口",
        happened=NOW - timedelta(days=3),
        facts="已经提交退费材料两次，两次被告知缺少的材料不一样。",
        wish="一次告知全部材料，尽快退费。",
        handler="值班主任 赵刚",
        due=date(2026, 12, 8),
    )


def supervision() -> integrity_card.IntegrityCard:
    return integrity_card.IntegrityCard(
        issue=of_case(),
        cause=CAUSE,
        officers=(("审判员", "李法官"), ("法官助理", "孙助理"), ("书记员", "钱书记")),
        supervision="0477-0000004",
        address="鄂尔多斯市东胜区人民法院督察室（邮编 017000）",
    )


def flow() -> flow_sheet.FlowSheet:
    step, bring = flow_sheet.Step, flow_sheet.ToBring
    return flow_sheet.FlowSheet(
        issue=issue(number="F01 2026.1"),
        matter="民事一审立案",
        who="与本案有直接利害关系的公民、法人和其他组织，或者其代理人",
        basis="民事诉讼法第一百二十二条至第一百二十七条；登记立案规定",
        clock="当场登记立案；当场不能判定的，七日内决定",
        fee="依照《诉讼费用交纳办法》，立案后七日内预交",
        steps=(
            step(name="取号，导诉员核对材料", place="导诉台", time="3 分钟"),
            step(name="核对身份、审查材料、登记", place="综合窗口", time="15 分钟"),
            step(name="征询调解意见，签送达地址确认书", place="综合窗口", time="5 分钟"),
            step(name="领取收据和受理通知书", place="综合窗口", time="2 分钟"),
        ),
        materials=(
            bring(name="民事起诉状", form="原件 1 份，按对方人数提交副本", lawful=True),
            bring(name="身份证或者营业执照", form="复印件 1 份，出示原件", lawful=True),
            bring(name="证据及证据清单", form="按对方人数提交副本", lawful=True),
            bring(name="法定代表人身份证复印件", form="复印件 1 份", lawful=False),
        ),
        handed_back=("收到诉讼材料凭证", "受理案件通知书", "交纳诉讼费用通知书"),
        place="诉讼服务中心 1—6 号窗口",
        hours="周一至周五 8:30—12:00，14:30—17:30（夏季 15:00—18:00）",
        hints=("涉及婚姻家庭、小额债务等纠纷，可以先行调解，不收费。",),
    )


def day() -> day_sheet.DaySheet:
    return day_sheet.DaySheet(
        issue=issue(number="RJ20261123-03-1"),
        day=TODAY,
        window="3 号窗口",
        tickets=54,
        served=50,
        missed=3,
        open=1,
        receipts=42,
        stored=38,
        waiting=3,
        attention=1,
        court_checked=True,
        trail="1268 行，末尾 9f2c41d07be3",
        first_receipt="SJ20261123-03-0001",
        last_receipt="SJ20261123-03-0043",
        matters=(("民事一审立案", 23), ("执行立案", 10), ("材料收转", 9)),
        differences=("收据号 03-0031 已编出，却没有登记", "排队号 A027 标为已办，却没有登记"),
        voids=(("SJ20261123-03-0020", "打印内容有误"),),
        reprints=(("材料收据（A4） SJ20261123-03-0007", "当事人遗失"), ("号票 A012", "纸张损坏或字迹不清")),
        promise=(
            "绿色通道承诺最多等 10 分：叫了 9 人，最长等 12 分，超过的 1 人。",
            "其他人承诺最多被越过 3 次：45 人，最多 4 次。",
            "有窗口能叫而没有先叫的：0 次。做不到而越过的：1 次，逐一列出。",
        ),
        passed=(("A012 第 4 次被越过，先叫了 G007（3 号窗）", "留在 2 号窗口，已请它放出，没有回音"),),
        left=(("A031", "民事一审立案"),),
    )


def query() -> query_slip.QuerySlip:
    return query_slip.QuerySlip(
        issue=of_case(),
        person=PERSON,
        cause=CAUSE,
        stage="已排期开庭",
        division="民事审判第二庭",
        judge="李法官",
        judge_phone="0477-0000001",
        hearing=datetime(2026, 12, 16, 9, 0, tzinfo=BEIJING),
        courtroom="第六法庭",
        next_step="请在 12 月 9 日前提交证据。",
    )


def rating() -> rating_slip.RatingSlip:
    return rating_slip.RatingSlip(issue=issue(), ticket="A012", window="3 号窗口", matter="民事一审立案")


def amended() -> amendment_receipt.AmendmentReceipt:
    changed, added = amendment_receipt.Changed, amendment_receipt.Added
    return amendment_receipt.AmendmentReceipt(
        issue=issue(number=f"{INTAKE}-G1"), receipt_no=INTAKE, party=PERSON, matter="民商事一审立案",
        made=NOW, reason="住址录错；借条当场漏扫", digest="9f2c61d04be7a835",
        changes=(changed(name="住址", before="2 号楼", after=ADDRESS), changed(name="电话", after=PHONE)),
        papers=(added(name="借条", pages=2), added(name="银行转账凭证", pages=5)),
    )  # fmt: skip
