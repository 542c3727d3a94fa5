"""The right zone: what is missing, when it is due, what it costs, each with the rule behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.calendar import HolidayTable
from app.domain.clocks import start_clock
from app.domain.dossier import bundles
from app.domain.fee_schedule import FeeKind
from app.domain.fees import FeeQuestion, compute_fee
from app.domain.money import format_money, parse_money
from app.services import form
from app.services.form import Draft, value
from app.services.views import AdviceView, CheckLine, DueLine, FeeView, Mark
from app.storage.records import PageRecord
from app.texts import _

_DECISION = "civil"
_FEE = "fee"


def advise(draft: Draft, dossier: Sequence[PageRecord], today: date, holidays: HolidayTable) -> AdviceView:
    """Return the right zone for a civil first-instance filing received ``today``."""
    return AdviceView(
        checks=tuple(_checks(draft, dossier)),
        dues=tuple(_due(clock, today, holidays) for clock in (_DECISION, _FEE)),
        fee=_fee(draft),
        mediation=form.field_view(draft, form.MEDIATION),
    )


def _checks(draft: Draft, dossier: Sequence[PageRecord]) -> list[CheckLine]:
    counts = {bundle.material: len(bundle.pages) for bundle in bundles(record.page for record in dossier)}

    def paper(code: str, title: str, basis: str, law: bool) -> CheckLine:
        count = counts.get(code, 0)
        if count:
            return CheckLine(Mark.HAVE, title, _("已收 {count} 页").format(count=count), basis)
        if law:
            return CheckLine(Mark.MISSING_LAW, title, _("依法须交，缺也照收，一次性告知"), basis)
        return CheckLine(Mark.MISSING_PRACTICE, title, _("本院惯例，不影响立案"), basis)

    return [
        paper("M01", _("起诉状"), _("民事诉讼法第一百二十三条"), law=True),
        _identity(draft, counts.get("M02", 0)),
        _defendant(draft),
        paper("M13", _("证据材料"), _("登记立案规定第六条第五项"), law=True),
        paper("M14", _("送达地址确认书"), _("法释〔2004〕13号"), law=False),
        _agent(draft, counts.get("M06", 0)),
    ]


def _identity(draft: Draft, pages: int) -> CheckLine:
    basis = _("登记立案规定第六条第一项")
    field = draft.get("identity.id_number")
    if pages or (field is not None and field.source == "card"):
        how = _("已读卡核对") if not pages else _("已收 {count} 页").format(count=pages)
        return CheckLine(Mark.HAVE, _("原告身份证明"), how, basis)
    return CheckLine(Mark.MISSING_LAW, _("原告身份证明"), _("请读身份证或扫描复印件"), basis)


def _defendant(draft: Draft) -> CheckLine:
    basis = _("民诉法解释第二百零九条")
    known = value(draft, "defendant.name") and value(draft, "defendant.address")
    if known:
        return CheckLine(Mark.HAVE, _("被告明确"), _("姓名、住所足以与他人区别"), basis)
    return CheckLine(Mark.MISSING_LAW, _("被告明确"), _("写明姓名和住所，足以与他人区别即可"), basis)


def _agent(draft: Draft, pages: int) -> CheckLine:
    basis = _("民事诉讼法第六十二条")
    if value(draft, "identity.role") != "agent":
        return CheckLine(Mark.NOT_NEEDED, _("授权委托书"), _("本人到场，不需要"), basis)
    if pages:
        return CheckLine(Mark.HAVE, _("授权委托书"), _("已收 {count} 页").format(count=pages), basis)
    return CheckLine(
        Mark.MISSING_LAW, _("授权委托书"), _("写明事项和权限；只写“全权代理”没有特别授权"), basis
    )


def _fee(draft: Draft) -> FeeView | None:
    text = value(draft, "matter.amount")
    amount = parse_money(text).amount if text else None
    if amount is None:
        return None
    fee = compute_fee(FeeQuestion(FeeKind.PROPERTY, amount))
    return FeeView(
        amount=fee.amount,
        shown=f"¥ {format_money(fee.amount)}" if fee.amount is not None else fee.shown,
        formula=fee.formula,
        basis=fee.article,
    )


def _due(clock_id: str, today: date, holidays: HolidayTable) -> DueLine:
    clock = start_clock(clock_id, today, holidays)
    due = _day(clock.due) if clock.due else clock.problem or ""
    return DueLine(clock.rule.name, due, clock.rule.article, "；".join(rule.why for rule in clock.why))


def _day(day: date) -> str:
    weekday = "一二三四五六日"[day.weekday()]
    return _("最迟 {month} 月 {day} 日 周{weekday}").format(month=day.month, day=day.day, weekday=weekday)
