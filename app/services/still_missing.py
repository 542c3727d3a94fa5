"""What the law still asks for of a matter, with how its party is told of it, was told, or will be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.domain.checklist import Item, missing_law
from app.domain.matter import Group
from app.domain.notice import GUIDANCE as GUIDE
from app.domain.notice import ONCE
from app.domain.short_form import all_hold
from app.services.before_end import named
from app.services.case import Case
from app.services.due_lines import long_day
from app.services.fields import value
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet, checklist
from app.services.supplement import CORRECTION, GUIDANCE, PROMISE, has_changed, is_guided
from app.services.views import Remark
from app.storage.records import SupplementRecord
from app.texts import _

_MOST: Final = 3
_TO_ANOTHER: Final = "cross_court_application"


def remark(case: Case, shown: Sheet, knowledge: Knowledge) -> Remark | None:
    """Return the line about a filing that lacks papers, None where none is missing or none came yet."""
    if shown.matter.group is not Group.FILING:
        return None
    lacking = missing_law(checklist(case.draft, shown, case.dossier))
    is_open = case.visit.state == "open"
    if is_open and has_changed(case, shown, knowledge):
        words = _("告知书要重出：看过以后材料或当事人有变动")
        return Remark(words, ONCE.article, _("签字以前按 F9 再看一遍清单"), grave=True)
    here = any(record.page.matter == shown.number for record in case.dossier)
    if not lacking or (is_open and not here and not is_guided(case.draft, shown)):
        return None
    if is_open and not here:
        return Remark(_("还没有收到材料"), GUIDE.article, _to_come(case, shown))
    if is_open:
        words = _("还缺 {count} 项法定材料，照收").format(count=len(lacking))
        return Remark(words, ONCE.article, _to_come(case, shown))
    last = _last(case, shown)
    if last is not None and last.kind == GUIDANCE and last.visit_id == case.visit.id:
        words = _("没有收到材料，要带来 {names}").format(names=named(lacking))
        return Remark(words, GUIDE.article, _("已出一次性告知书；带材料来时按 Shift+F9 接着办"))
    return Remark(_("还缺 {names}").format(names=named(lacking)), ONCE.article, _came(case, shown, lacking))


def of_visit(case: Case, knowledge: Knowledge) -> tuple[Remark, ...]:
    """Return the lines of a finished visit, of many matters the first few and how many more there are."""
    made = case.sheets(knowledge)
    found = [(place, one) for place, shown in enumerate(made, 1) if (one := remark(case, shown, knowledge))]
    if len(made) > 1:
        words = _("第 {place} 件：{text}")
        found = [(at, replace(one, text=words.format(place=at, text=one.text))) for at, one in found]
    lines = tuple(one for _place, one in found[:_MOST])
    more = len(found) - _MOST
    return (*lines, Remark(_("另有 {count} 件也缺").format(count=more))) if more > 0 else lines


def _to_come(case: Case, shown: Sheet) -> str:
    decided = {
        CORRECTION: _("办结时出一次性补正告知书"),
        PROMISE: _("办结时出容缺受理告知书"),
        GUIDANCE: _("办结时出一次性告知书，写明要带什么"),
    }
    by_paper = decided.get(value(case.draft, shown.path("supply")), "")
    before = _last(case, shown)
    return by_paper or (_before(before) if before else _("按 F9 一次写清，办结时打印"))


def _came(case: Case, shown: Sheet, lacking: Sequence[Item]) -> str:
    told = _last(case, shown)
    if told is None and _is_passed_on(shown):
        return _("办结时没有出告知书，由管辖法院一次告知；现在送来的按 Alt+G")
    if told is None:
        return _("办结时没有出告知书，后台审查后一次告知，告知后来补交按 Shift+F9；现在送来的按 Alt+G")
    if told.visit_id != case.visit.id:
        return _before(told)
    paper = _("一次性补正告知书") if told.kind == CORRECTION else _("容缺受理告知书")
    words = _("已出{paper}，最迟 {day} 补交").format(paper=paper, day=long_day(told.due))
    untold = _untold(told, lacking)
    if not untold:
        return words
    who = _("由管辖法院告知") if _is_passed_on(shown) else _("后台审查后告知")
    return _("{words}；告知书上没有 {names}，{who}").format(words=words, names=named(untold), who=who)


def _is_passed_on(shown: Sheet) -> bool:
    """Whether another court decides: the application to it, which says so, is given out."""
    given = (one for one in shown.matter.papers if one.kind == _TO_ANOTHER)
    return any(all_hold(one.when, shown.matter, shown.parties, shown.answers) for one in given)


def _untold(told: SupplementRecord, lacking: Sequence[Item]) -> list[Item]:
    """What a correction after the end made the law ask for; what the back office lists is complete."""
    if told.answer_id:
        return []
    written = {line["key"] for line in json.loads(told.body)["items"]}
    return [item for item in lacking if item.key not in written]


def _before(told: SupplementRecord) -> str:
    if told.kind == GUIDANCE:
        return _("来过一次，没有交材料，已书面告知要带什么；这次缺的按 F9")
    return _("以前已书面告知，最迟 {day} 补交").format(day=long_day(told.due))


def _last(case: Case, shown: Sheet) -> SupplementRecord | None:
    """The newest of what the party was told about the matter in writing."""
    mine = (one for one in case.told if one.matter == shown.number)
    return max(mine, key=lambda one: one.issued_at, default=None)
