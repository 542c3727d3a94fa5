"""The right zone: what is missing, when it is due, what it costs, what to mind — each with its rule.

Pure and quick: it is worked out anew for every keystroke.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from app.clock import local
from app.domain.checklist import Item, Status
from app.domain.clocks import URGENT_MINUTES, passed_limits
from app.domain.fee_choice import SAY_NONE, later_fields, matter_fee
from app.domain.fees import Fee
from app.domain.group import group_rules, is_wrong
from app.domain.matter import Level, Matter
from app.domain.money import format_money
from app.domain.party import agent_findings, foreign_documents, unknown_details
from app.domain.risk import Effect, Finding
from app.domain.rule import Basis
from app.domain.short_form import asked_by, missing_fields, variant_of
from app.services import form, mediation, risks, step_view
from app.services.due_lines import authority, due_line, hour_line, open_line
from app.services.fee_remarks import fee_remarks
from app.services.fields import FIRST, Draft
from app.services.knowledge import Knowledge
from app.services.paper_needs import Need, amiss, said_of, sentence
from app.services.running import Running
from app.services.sheet import Sheet, card_shown, checklist, current, wanted_first
from app.services.steps import Step, recorded
from app.services.supplement import is_guided
from app.services.views import AdviceView, CheckLine, DueLine, FeeView, FieldView, Mark, Remark
from app.storage.records import FindingRecord, PageRecord
from app.texts import _

_MARKS = {
    Status.HAVE: Mark.HAVE,
    Status.MISSING_LAW: Mark.MISSING_LAW,
    Status.MISSING_PRACTICE: Mark.MISSING_PRACTICE,
    Status.NOT_NEEDED: Mark.NOT_NEEDED,
}
REPRESENTATION = "M46"
_NAMED_SINGLY = 3
_WORK = "职业或工作单位"


def advise(
    draft: Draft,
    dossier: Sequence[PageRecord],
    knowledge: Knowledge,
    now: datetime,
    findings: Sequence[FindingRecord] = (),
    since: datetime | None = None,
    *,
    marked: bool = False,
    needs: Sequence[Need] = (),
    missing: Remark | None = None,
    over: bool = False,
) -> AdviceView:
    """Return the right zone for the matter on the screen, received at the instant ``now``.

    ``findings`` are the risks on record: a freeze that was lifted says by whom and why. The visit was opened
    at ``since``; ``marked`` says that its number was given out as urgent. ``needs`` are what its papers lack,
    ``missing`` is the line about papers the law still asks for. ``over``: the visit is finished.
    """
    shown = current(draft, knowledge)
    clocks = Running(shown, knowledge, now, since)
    taken = [step for step in recorded(draft, knowledge) if step.shown.number == shown.number]
    today = local(now).date()
    here = any(record.page.matter == shown.number for record in dossier)
    filed = here or not is_guided(draft, shown)  # who was only told what to bring filed nothing
    return AdviceView(
        checks=_checks(draft, shown, dossier),
        dues=_with_steps(tuple(_dues(clocks, today, filed=filed, finished=over)), taken, knowledge, now),
        fee=_fee(matter_fee(shown.matter, shown.answers, knowledge.fees), shown.matter, shown, over=over),
        mediation=_mediation(draft, shown),
        remarks=(
            *_refused(shown, knowledge, over=over),
            *_remarks(draft, shown, clocks, findings, needs, over=over),
            *step_view.remarks(taken),
            *fee_remarks(shown, knowledge),
            *((missing,) if missing else ()),
        ),
        urgent=_urgent(clocks, marked=marked),
        matter=shown.matter.name,
    )


# ---- checklist -------------------------------------------------------------------------------------


def _checks(draft: Draft, shown: Sheet, dossier: Sequence[PageRecord]) -> tuple[CheckLine, ...]:
    items = wanted_first(checklist(draft, shown, dossier))
    seen = card_shown(draft, shown)
    alike: dict[tuple[str, Status], list[Item]] = {}
    for item in items:
        alike.setdefault((item.code, item.status), []).append(item)
    made: list[CheckLine] = []
    for same in alike.values():
        if len(same) > _NAMED_SINGLY:
            made.append(_check_many(same))
        else:
            made += [_check(item, seen and item.key == f"M02:{FIRST}") for item in same]
    return tuple(made)


def _check_many(items: Sequence[Item]) -> CheckLine:
    """What is asked of each of many people, in one line: how many, and whose."""
    first = items[0]
    title = _("{name}（{count} 人）").format(name=first.name, count=len(items))
    names = "、".join(item.holder_name for item in items if item.holder_name)
    how = first.how if first.missing else ""
    stand = _("尚未提交的：{names}") if first.missing else _("已有的：{names}")
    return _line(first, title, _joined(stand.format(names=names), how))


def _check(item: Item, card: bool) -> CheckLine:
    reason = _("已读卡核对") if card and item.status is Status.HAVE else item.reason.text
    how = item.how if item.missing else ""
    return _line(item, item.label, _joined(reason, how))


def _line(item: Item, title: str, words: str) -> CheckLine:
    custom = not item.reason.article and item.level is not Level.LAW
    basis = _("本院习惯，不影响收件") if custom else item.reason.article
    return CheckLine(_MARKS[item.status], title, words, basis, custom)


def _joined(*parts: str) -> str:
    return "；".join(part for part in parts if part)


# ---- clocks -----------------------------------------------------------------------------------------


def _dues(clocks: Running, today: date, *, filed: bool, finished: bool) -> Iterable[DueLine]:
    over = passed_limits(clocks.answered, today)
    yield from (hour_line(clock, clocks.now) for clock in clocks.hours)
    begun = (*clocks.answered, *(clocks.received if filed else ()))
    yield from (due_line(clock, today, over.get(clock)) for clock in begun)
    yield from (open_line(rule, field.label, over=finished) for field, rule in clocks.open)


def _urgent(clocks: Running, *, marked: bool) -> str:
    """Why the visit goes first, and what is left of the 30 minutes; "" when nothing presses."""
    if not (clocks.pressing or marked):
        return ""
    why = clocks.urgency.rules[-1].text if clocks.pressing else _("取号时标了时效临近，优先办理")
    if clocks.since is None:
        return why
    left = URGENT_MINUTES - int((clocks.now - clocks.since).total_seconds() // 60)
    words = _("{why}。目标 {target} 分钟，还剩 {left} 分钟")
    if left < 0:
        words = _("{why}。目标 {target} 分钟，已超过 {left} 分钟，照常办完")
    return words.format(why=why, target=URGENT_MINUTES, left=abs(left))


def _with_steps(
    lines: tuple[DueLine, ...], taken: Sequence[Step], knowledge: Knowledge, now: datetime
) -> tuple[DueLine, ...]:
    """A step that begins a clock which runs already shows no second line of it."""
    known = {(line.title, line.due) for line in lines}
    own = step_view.dues(taken, knowledge, now)
    return (*(line for line in own if (line.title, line.due) not in known), *lines)


# ---- fee --------------------------------------------------------------------------------------------


def _fee(fee: Fee | None, matter: Matter, shown: Sheet, *, over: bool) -> FeeView | None:
    if fee is None:
        return None
    steps = [step.rule for step in fee.steps if not (over and step.rule.id == SAY_NONE)]
    note = matter.fee_of(variant_of(matter, shown.answers)).note
    unset = fee.low is not None and fee.low != fee.high
    notes = (
        *((rule.text for rule in steps) if fee.amount is None and fee.low is None else ()),
        note,
        _("本省标准未设置，按法定幅度显示") if unset else "",
        "" if fee.prepaid or fee.amount == 0 or _("不预交") in note else _("不预交"),
    )
    last = steps[-1] if steps else None
    return FeeView(
        amount=fee.amount,
        shown=_not_worked_out(fee.needs, shown) if over and fee.needs else _shown(fee.amount, fee.shown),
        formula="" if fee.formula in ("", "0") else f"{fee.formula} = {fee.shown}",
        basis=fee.article or (authority(last.article, last.basis) if last else ""),
        note=_joined(*dict.fromkeys(notes)),
        steps=tuple(rule.why for rule in steps),
    )


def _not_worked_out(needs: Sequence[str], shown: Sheet) -> str:
    """Why a finished visit has no fee, and the key where a correction can still say what is lacking."""
    wrong = {field.label: amiss(shown, field) for field in shown.fields if field.label in needs}
    said = "、".join(said_of(label, wrong.get(label, "")) for label in needs)
    later = {field.label for field in later_fields(shown.matter, shown.answers)}
    words = _("没有算出，缺{needs}：Ctrl+U 更正补填") if set(needs) <= later else _("没有算出，缺{needs}")
    return words.format(needs=said)


def _shown(amount: Decimal | None, words: str) -> str:
    if amount is None:
        return words
    return f"¥ {format_money(amount)}" if amount else _("不收费")


# ---- mediation, remarks --------------------------------------------------------------------------------


def _mediation(draft: Draft, shown: Sheet) -> FieldView | None:
    spec = mediation.question(shown)
    return form.field_view(draft, spec) if spec is not None else None


def _refused(shown: Sheet, knowledge: Knowledge, *, over: bool) -> Iterable[Remark]:
    said = mediation.refusal(shown, knowledge, over=over)
    return (said,) if said is not None else ()


def _remarks(
    draft: Draft,
    shown: Sheet,
    clocks: Running,
    findings: Sequence[FindingRecord],
    needs: Sequence[Need],
    *,
    over: bool,
) -> Iterable[Remark]:
    lifted = {one.key: one for one in findings if one.lifted_at is not None}
    for finding in risks.found(draft, shown, clocks):
        key = risks.key_of(shown, finding)
        yield _risk(finding, risks.basis_of(key, finding.rule.article), lifted.get(key))
    if shown.matter.reserved and shown.matter.destination:
        words = _("本事项保留专窗：{place}，可在同一次来访里陪同转交").format(place=shown.matter.destination)
        yield Remark(words, _("本院习惯"))
    yield from _still_asked(shown, over=over)
    yield from _for_papers([need for need in needs if need.asked])
    for rule in (*agent_findings(shown.parties), *foreign_documents(shown.parties.filers)):
        yield Remark(rule.text, authority(rule.article, rule.basis))
    yield from _group(shown)
    yield from _details(shown)
    offer = mediation.offer(shown)
    if mediation.question(shown) is None and offer.article:
        yield Remark(offer.text, offer.article)


def _for_papers(needs: Sequence[Need]) -> Iterable[Remark]:
    """What no law asks for, but a paper of this matter cannot be made without."""
    if needs:
        words = _("本事项的文书需要：{labels}").format(labels="、".join(need.words for need in needs))
        yield Remark(words, _("不是法律要求"), sentence(needs))


def _risk(finding: Finding, article: str, lifted: FindingRecord | None) -> Remark:
    """A freeze stands in red with the way to the supervisor, until it is lifted."""
    text = finding.rule.text
    frozen = finding.effect is Effect.FREEZE
    if frozen and lifted is not None:
        words = _("{who}已解除冻结：{reason}").format(who=lifted.lifted_by, reason=lifted.reason)
        return Remark(text, article, words)
    return Remark(text, article, finding.action, finding.effect is not Effect.REMIND, frozen)


def _still_asked(shown: Sheet, *, over: bool) -> Iterable[Remark]:
    """What the law asks and nobody has answered, by its articles; when it is ``over``, had answered."""
    if shown.matter.must_choose and not shown.answers.variant:
        words = _("先选类别：还没有人选，材料和期限先按“{first}”列出")
        words = _("办结时没有选类别，材料和期限按“{first}”列出") if over else words
        yield Remark(words.format(first=shown.matter.variants[0].label), authority("", Basis.DESIGN))
    by_basis: dict[str, list[str]] = {}
    for field in missing_fields(shown.matter, shown.parties, shown.answers, Level.LAW):
        basis = asked_by(field, shown.matter, shown.parties, shown.answers) or _("本院习惯")
        by_basis.setdefault(basis, []).append(field.label)
    for basis, labels in by_basis.items():
        words = _("办结时没有填：{labels}") if over else _("还要问：{labels}")
        action = "" if over else _("缺也照收")
        yield Remark(words.format(labels="、".join(labels)), basis, action)


def _group(shown: Sheet) -> Iterable[Remark]:
    """Those many filers have chosen, or may choose, to represent them; only suits know it."""
    if not any(requirement.material.code == REPRESENTATION for requirement in shown.matter.requirements):
        return
    administrative = any("行" in word for word in shown.matter.case_types)
    chosen = shown.parties.representatives
    for rule in group_rules(shown.parties.filers, chosen, administrative=administrative):
        yield Remark(rule.text, rule.article, grave=is_wrong(rule))


def _details(shown: Sheet) -> Iterable[Remark]:
    """What is not known of each filer; of many only how many, else the list would hide all the rest."""
    if not shown.matter.code.startswith("F"):
        return
    lacking = [
        (party.name, unknown)
        for party in shown.parties.filers
        if party.name and (unknown := [label for label in unknown_details(party) if label != _WORK])
    ]
    if len(lacking) > _NAMED_SINGLY:
        labels = "、".join(dict.fromkeys(label for _name, unknown in lacking for label in unknown))
        words = _("{count} 人还不知道{labels}，诉状里有就不必再问").format(count=len(lacking), labels=labels)
        yield Remark(words, "民事诉讼法第124条")
        return
    for name, unknown in lacking:
        words = _("{name}：还不知道{labels}，诉状里有就不必再问").format(name=name, labels="、".join(unknown))
        yield Remark(words, "民事诉讼法第124条")
