"""What the clerk looks at before anything is told in writing: the list, its days, and what can be given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.clock import local
from app.domain.checklist import Item, Status, missing_law
from app.domain.matter import Group, Level
from app.domain.notice import NotTolerable
from app.errors import FormProblem
from app.lanes import DB, on
from app.services import drafts, supplement
from app.services.case import Case, read_case
from app.services.desk import Desk
from app.services.due_lines import long_day
from app.services.sheet import Sheet, checklist, current, sheets
from app.services.supply_views import SupplyLine, SupplyView
from app.services.views import Mark
from app.texts import _

_MARKS: Final = {
    Status.MISSING_LAW: Mark.MISSING_LAW,
    Status.MISSING_PRACTICE: Mark.MISSING_PRACTICE,
    Status.HAVE: Mark.HAVE,
}
_ORDER: Final = (Status.MISSING_LAW, Status.MISSING_PRACTICE, Status.HAVE)


@on(DB)
def look(desk: Desk) -> SupplyView:
    """Return what the matter on the screen still needs; raises FormProblem when nobody is at the window."""
    visit = drafts.require_open(desk)
    case = desk.store(read_case, visit.id)
    shown = current(case.draft, desk.knowledge)
    items = checklist(case.draft, shown, case.dossier)
    notice, due, due_why, no_notice = _notice(desk, case, shown, items)
    promise, promise_due, no_promise = _promise(desk, case, shown, items)
    said = supplement.decision(case.draft, shown)
    return SupplyView(
        title=shown.title,
        lines=tuple(_lines(shown, items)),
        missing=len(missing_law(items)),
        due=due,
        due_why=due_why,
        promise_due=promise_due,
        notice=notice,
        promise=promise,
        no_notice=no_notice,
        no_promise=no_promise,
        told_before=_before(case, shown),
        decided=said.kind if said else "",
        outdated=said is not None and supplement.standing(case, shown, desk.knowledge) is None,
        elsewhere=_elsewhere(desk, case, shown),
        guided=bool(notice) and supplement.is_empty_handed(case),
    )


def _notice(desk: Desk, case: Case, shown: Sheet, items: Sequence[Item]) -> tuple[str, str, str, str]:
    """Return the hash of the list, its last day, the rules behind it, and why there is no notice."""
    if shown.matter.group is not Group.FILING:
        return "", "", "", _("这一项是服务事项，不出补正告知书。")
    if not missing_law(items):
        return "", "", "", _("法定材料都齐了，不需要补正。")
    if supplement.is_empty_handed(case):
        guided = supplement.guidance(case, shown, items, desk.today(), desk.knowledge)
        return guided.sha256, "", "；".join(rule.why for rule in guided.rules), ""
    made = supplement.correction(case, shown, items, desk.today(), desk.knowledge, None)
    due = _("{day}（{days} 日）").format(day=long_day(made.clock.safe_end), days=made.days)
    whys = [*(rule.why for rule in made.clock.why), *(rule.why for rule in made.rules)]
    why = "；".join(dict.fromkeys([*whys, *([made.clock.problem] if made.clock.problem else [])]))
    return made.sha256, due, why, ""


def _promise(desk: Desk, case: Case, shown: Sheet, items: Sequence[Item]) -> tuple[str, str, str]:
    if supplement.is_empty_handed(case):
        return "", "", _("还没有交材料：一次写清要带什么，带来再办。")
    try:
        made = supplement.promise(case, shown, items, desk.today(), desk.knowledge)
    except NotTolerable as why:
        return "", "", str(why)
    due = _("{day}（{days} 日）").format(day=long_day(made.clock.safe_end), days=made.days)
    return made.sha256, due, ""


def _lines(shown: Sheet, items: Sequence[Item]) -> list[SupplyLine]:
    asked = sorted((i for i in items if i.status in _ORDER), key=lambda item: _ORDER.index(item.status))
    return [
        SupplyLine(
            key=item.key,
            mark=_MARKS[item.status],
            title=item.label,
            reason=item.reason.text,
            how=item.how if item.missing else "",
            basis=item.reason.article or (_("本院习惯") if item.level is not Level.LAW else ""),
            path=shown.path(f"defect.{item.code}"),
            defect=shown.answers.defects.get(item.code, ""),
            tolerable=item.tolerable and not item.main,
        )
        for item in asked
    ]


def _before(case: Case, shown: Sheet) -> str:
    told = supplement.notices_before(case, shown)
    if not told:
        return ""
    day = local(told[-1].issued_at).date()
    return _("{day} 已一次性告知过（{number}）。再次告知要写理由，并经值班主任同意。").format(
        day=day.isoformat(), number=told[-1].paper_no
    )


def _elsewhere(desk: Desk, case: Case, shown: Sheet) -> int:
    others = (other for other in sheets(case.draft, desk.knowledge) if other.number != shown.number)
    return sum(
        1
        for other in others
        if other.matter.group is Group.FILING
        and missing_law(checklist(case.draft, other, case.dossier))
        and supplement.standing(case, other, desk.knowledge) is None
    )


@on(DB)
def find_fault(desk: Desk, path: str, text: str) -> SupplyView:
    """Note what is wrong with a paper that was handed in ("" takes it back); return the list anew."""
    if ".defect." not in path:
        raise FormProblem(_("没有这一项。"))
    drafts.set_field(desk, path, text)
    return look(desk)
