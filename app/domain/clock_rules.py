"""The clocks of a court window: lengths, triggers and articles, nothing else."""

from __future__ import annotations

from dataclasses import replace

from app.domain.clock_rule import ADMIN_PERIODS, CIVIL_PERIODS, CRIMINAL_PERIODS, ClockRule, Unit, Whose
from app.domain.rule import Basis, Rule


def _party(
    id_: str,
    name: str,
    trigger: str,
    act: str,
    length: int,
    article: str,
    unit: Unit = Unit.DAYS,
    *,
    basis: Basis = Basis.LAW,
    warn_only: bool = False,
) -> ClockRule:
    return ClockRule(id_, name, trigger, act, unit, length, article, basis=basis, warn_only=warn_only)


def _court(
    id_: str,
    name: str,
    trigger: str,
    act: str,
    length: int,
    article: str,
    unit: Unit = Unit.DAYS,
    *,
    basis: Basis = Basis.LAW,
    file_first: bool = False,
) -> ClockRule:
    return ClockRule(id_, name, trigger, act, unit, length, article, Whose.COURT, basis, file_first)


_LIMITS = (
    _party(
        "enforcement_suit",
        "执行异议之诉起诉期限",
        "执行异议裁定送达之日",
        "提起执行异议之诉",
        15,
        "民诉法解释第302条至第304条",
    ),
    _party(
        "third_party_revocation",
        "第三人撤销之诉期限",
        "知道或者应当知道民事权益受到损害之日",
        "提起第三人撤销之诉（不变期间）",
        6,
        "民事诉讼法第59条",
        Unit.MONTHS,
    ),
    _party("appeal_judgment", "判决上诉期限", "判决书送达之日", "提起上诉", 15, "民事诉讼法第171条"),
    _party("appeal_ruling", "裁定上诉期限", "裁定书送达之日", "提起上诉", 10, "民事诉讼法第171条"),
    _party(
        "retrial", "申请再审期限", "裁判发生法律效力之日", "申请再审", 6, "民事诉讼法第216条", Unit.MONTHS
    ),
    _party(
        "retrial_admin",
        "申请再审期限",
        "裁判发生法律效力之日",
        "申请再审",
        6,
        "行诉法解释第110条",
        Unit.MONTHS,
    ),
    _party(
        "labour_award",
        "劳动仲裁后起诉期限",
        "收到仲裁裁决书之日",
        "向法院起诉",
        15,
        "劳动争议调解仲裁法第50条",
    ),
    _party(
        "admin_after_review",
        "复议后行政起诉期限",
        "复议决定书送达之日",
        "提起行政诉讼",
        15,
        "行政诉讼法第45条",
    ),
    _party(
        "admin_direct",
        "直接行政起诉期限",
        "知道或者应当知道行政行为之日",
        "提起行政诉讼",
        6,
        "行政诉讼法第46条",
        Unit.MONTHS,
    ),
    _party(
        "admin_longest",
        "行政起诉最长期限",
        "行政行为作出之日",
        "提起行政诉讼",
        60,
        "行政诉讼法第46条",
        Unit.MONTHS,
    ),
    _party(
        "admin_longest_land",
        "不动产行政起诉最长期限",
        "行政行为作出之日",
        "提起行政诉讼",
        240,
        "行政诉讼法第46条",
        Unit.MONTHS,
    ),
    _party(
        "confirmation",
        "申请司法确认期限",
        "调解协议生效之日",
        "双方共同申请司法确认",
        30,
        "民事诉讼法第205条",
    ),
    _party(
        "sue_after_preservation",
        "诉前保全后起诉期限",
        "采取诉前保全措施之日",
        "起诉或者申请仲裁",
        30,
        "民事诉讼法第104条",
    ),
    _party(
        "preservation_renewal",
        "续行保全申请期限",
        "保全期限届满之日",
        "申请续行保全",
        7,
        "财产保全规定第18条",
        Unit.BEFORE,
    ),
    _party("preserved_deposit", "存款冻结期限", "冻结之日", "续行冻结", 12, "民诉法解释第485条", Unit.MONTHS),
    _party("preserved_movable", "动产查封期限", "查封之日", "续行查封", 24, "民诉法解释第485条", Unit.MONTHS),
    _party("preserved_land", "不动产查封期限", "查封之日", "续行查封", 36, "民诉法解释第485条", Unit.MONTHS),
    _party(
        "enforcement",
        "申请执行期限",
        "履行期间的最后一日",
        "申请强制执行",
        24,
        "民事诉讼法第250条",
        Unit.MONTHS,
    ),
    _party(
        "enforce_after_preservation",
        "执前保全后申请执行期限",
        "履行期间届满之日",
        "申请执行",
        5,
        "民诉法解释第163条",
    ),
    _party("fee", "诉讼费交纳期限", "交费通知送达之日", "交纳诉讼费用", 7, "诉讼费用交纳办法第22条"),
    _party(
        "divorce_again",
        "再次起诉离婚的间隔",
        "判决不准离婚、调解和好或者撤诉生效之日",
        "再次起诉离婚（有新情况、新理由的除外）",
        6,
        "民事诉讼法第127条第7项",
        Unit.WAIT,
    ),
    _party(
        "limitation",
        "普通诉讼时效",
        "知道或者应当知道权利受损害及义务人之日",
        "主张权利（时效届满不影响立案）",
        36,
        "民法典第188条、民诉法解释第219条",
        Unit.MONTHS,
        warn_only=True,
    ),
    _party(
        "state_compensation",
        "申请国家赔偿期限",
        "知道或者应当知道侵权行为之日",
        "申请国家赔偿",
        24,
        "国家赔偿法第39条",
        Unit.MONTHS,
    ),
    _party(
        "set_aside_award",
        "申请撤销仲裁裁决期限",
        "收到裁决书之日",
        "申请撤销仲裁裁决",
        6,
        "",
        Unit.MONTHS,
        basis=Basis.PRACTICE,
    ),
    _party(
        "set_aside_award_2026",
        "申请撤销仲裁裁决期限（2026-03-01起）",
        "收到裁决书之日",
        "申请撤销仲裁裁决",
        3,
        "",
        Unit.MONTHS,
        basis=Basis.PRACTICE,
    ),
    _party(
        "correction",
        "补正期限",
        "收到一次性补正告知之日",
        "补齐材料（期限由法院指定）",
        7,
        "登记立案规定第7条",
    ),
    _party(
        "correction_objection",
        "执行异议补正期限",
        "收到补正告知之日",
        "补齐材料",
        3,
        "执行异议和复议规定第2条",
    ),
    _party(
        "correction_abroad",
        "跨境立案补正期限",
        "收到补正告知之日",
        "补齐材料",
        15,
        "跨境诉讼当事人网上立案服务规定",
    ),
    _party("tolerated", "容缺补交期限", "承诺之日", "补交容缺材料", 7, "", basis=Basis.PRACTICE),
)

_REGISTER = "登记立案规定第8条"
_DECISIONS = (
    _court(
        "civil",
        "民事立案审查",
        "收到起诉状或补正材料之日",
        "决定是否立案",
        7,
        f"民事诉讼法第126条、{_REGISTER}",
        file_first=True,
    ),
    _court(
        "admin",
        "行政立案审查",
        "收到起诉状或补正材料之日",
        "决定是否立案",
        7,
        f"行政诉讼法第51条、{_REGISTER}",
        file_first=True,
    ),
    _court(
        "private_prosecution",
        "自诉立案审查",
        "收到自诉状次日",
        "决定是否立案",
        15,
        f"刑事诉讼法解释第320条、{_REGISTER}",
        file_first=True,
    ),
    _court(
        "revocation_suit",
        "第三人撤销之诉立案审查",
        "收到起诉状之日",
        "决定是否立案",
        30,
        _REGISTER,
        file_first=True,
    ),
    _court(
        "objection_suit",
        "执行异议之诉立案审查",
        "收到起诉状之日",
        "决定是否立案",
        15,
        _REGISTER,
        file_first=True,
    ),
    _court(
        "execution",
        "执行立案审查",
        "收到申请之日",
        "决定是否立案",
        7,
        "执行工作规定（试行）第18条、登记立案规定第18条",
    ),
    _court(
        "execution_notice",
        "执行通知",
        "收到申请执行书或移送执行书之日",
        "发出执行通知",
        10,
        "民诉法解释第480条",
    ),
    _court("objection", "执行异议立案", "收到执行异议之日", "立案", 3, "执行异议和复议规定第2条"),
    _court(
        "compensation",
        "国家赔偿立案审查",
        "收到赔偿申请之日",
        "决定是否立案",
        7,
        "国家赔偿案件立案工作规定第9条",
    ),
    _court(
        "compensation_notice",
        "国家赔偿一次性告知",
        "收到赔偿申请之日",
        "一次性告知补正",
        5,
        "国家赔偿案件立案工作规定第3条",
    ),
    _court(
        "retrial_notice",
        "再审申请受理通知",
        "收到符合条件的再审申请书之日",
        "发出受理通知书",
        5,
        "民诉法解释第383条",
    ),
    _court(
        "retrial_notice_admin",
        "再审申请受理通知",
        "收到符合条件的再审申请书之日",
        "发出受理通知书",
        5,
        "行政申请再审案件立案程序规定第10条",
    ),
    _court(
        "retrial_review", "再审审查", "收到再审申请书之日", "审查完毕", 3, "民事诉讼法第215条", Unit.MONTHS
    ),
    _court("payment_order_notice", "支付令受理", "收到申请之日", "通知是否受理", 5, "民事诉讼法第226条"),
    _court("payment_order", "支付令", "受理之日", "发出支付令或裁定驳回", 15, "民事诉讼法第227条"),
    _court("public_notice", "公示催告审查", "收到申请之日", "不符合条件的，裁定驳回", 7, "民诉法解释第443条"),
    _court("special", "特别程序审结", "立案之日", "审结", 30, "民事诉讼法第187条"),
    _court(
        "confirmation_accept",
        "司法确认受理",
        "收到申请之日",
        "决定是否受理",
        3,
        "人民调解协议司法确认程序规定第4条",
    ),
    _court(
        "confirmation_decide",
        "司法确认审查",
        "受理之日",
        "作出裁定（可延长10日）",
        15,
        "人民调解协议司法确认程序规定第5条",
    ),
    _court(
        "preservation_before", "诉前保全裁定", "接受申请之时", "作出裁定", 48, "民事诉讼法第104条", Unit.HOURS
    ),
    _court(
        "preservation_urgent", "紧急保全裁定", "接受申请之时", "作出裁定", 48, "民事诉讼法第103条", Unit.HOURS
    ),
    _court("preservation", "保全裁定", "接受申请或提供担保之日", "作出裁定", 5, "财产保全规定第4条"),
    _court(
        "protection",
        "人身安全保护令",
        "受理申请之时",
        "作出保护令或驳回",
        72,
        "反家庭暴力法第28条",
        Unit.HOURS,
    ),
    _court(
        "protection_urgent",
        "紧急人身安全保护令",
        "受理申请之时",
        "作出保护令或驳回",
        24,
        "反家庭暴力法第28条",
        Unit.HOURS,
    ),
    _court(
        "abroad",
        "跨境立案审查",
        "收到材料之日",
        "作出答复",
        7,
        "跨境诉讼当事人网上立案服务规定",
        Unit.WORKING_DAYS,
    ),
    _court("complaint", "立案投诉答复", "收到投诉之日", "查明事实并答复", 15, "登记立案规定第13条"),
    _court(
        "mediation",
        "诉前调解",
        "材料移交调解之日",
        "调解终结（双方同意可延长）",
        30,
        "特邀调解规定第27条、在线调解规则第24条",
    ),
    _court(
        "mediator", "调解员接受委派", "收到委派之日", "接受或退回", 3, "在线调解规则第12条", Unit.WORKING_DAYS
    ),
    _court(
        "mediation_consent",
        "征询对方调解意愿",
        "接受委派之日",
        "征得另一方意见",
        3,
        "在线调解规则第15条",
        Unit.WORKING_DAYS,
    ),
    _court("refund", "诉讼费退还", "裁判文书生效之日", "退还诉讼费用", 15, "诉讼费用交纳办法第53条"),
    _court("served", "起诉状副本送达", "立案之日", "将起诉状副本发送被告", 5, "民事诉讼法第128条"),
    _court("entrusted_service", "委托送达", "收到委托函之日", "代为送达", 10, "民诉法解释第134条"),
    _court("fee_review", "诉讼费复核", "收到复核申请之日", "作出复核决定", 15, "诉讼费用交纳办法第43条"),
    _court(
        "hand_over", "材料转交", "收到材料之日", "转交承办人", 1, "", Unit.WORKING_DAYS, basis=Basis.DESIGN
    ),
    _court(
        "work_order",
        "联系法官答复",
        "工单生成之日",
        "法官答复",
        2,
        "",
        Unit.WORKING_DAYS,
        basis=Basis.PRACTICE,
    ),
    _court("funds", "案款发放", "案款到账之日", "发放案款", 30, "", basis=Basis.PRACTICE),
)

_BY_ADMIN = (
    "admin",
    "admin_after_review",
    "admin_direct",
    "admin_longest",
    "admin_longest_land",
    "retrial_admin",
    "retrial_notice_admin",
)
_COUNTED = {**dict.fromkeys(_BY_ADMIN, ADMIN_PERIODS), "private_prosecution": CRIMINAL_PERIODS}
_DECIDES = (
    "execution",
    "objection",
    "compensation",
    "payment_order_notice",
    "public_notice",
    "confirmation_accept",
    "preservation",
    "abroad",
)
_NOT_YET_OWED = Rule(
    "clock.enforcement.ahead",
    "履行期间还没有届满，到期不履行的才可以申请执行；照收，由后台审查",
    "执行工作规定（试行）第16条",
)
_AWAITED = {"enforcement": _NOT_YET_OWED, "enforce_after_preservation": None}


def _as_known(rule: ClockRule) -> ClockRule:
    return replace(
        rule,
        decides=rule.file_first or rule.id in _DECIDES,
        counted=_COUNTED.get(rule.id, CIVIL_PERIODS),
        awaited=rule.unit is Unit.BEFORE or rule.id in _AWAITED,
        ahead=_AWAITED.get(rule.id),
    )


CLOCKS = {rule.id: _as_known(rule) for rule in (*_LIMITS, *_DECISIONS)}
