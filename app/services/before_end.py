"""What is said once before a visit ends: what nobody asked, what is missing and nobody was told in writing.

It keeps nothing from being received (登记立案规定第2条): another press of the same key ends the visit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.checklist import Item, missing_law
from app.domain.matter import FieldKind, Group, Level
from app.domain.short_form import missing_fields
from app.errors import FormProblem
from app.services import mediation, people
from app.services.case import Case
from app.services.desk import Desk
from app.services.fields import value
from app.services.paper_needs import Need, ground_of, needs_of, sentence
from app.services.sheet import Sheet, checklist
from app.services.supplement import decision
from app.texts import _

MATERIALS: Final = "materials"
"""The path of papers: they have no field of their own, they have a step."""
_TOLD: Final = 4
_NAMED: Final = 6


class Why(StrEnum):
    """Why something is said before the end."""

    UNTOLD = "untold"
    BY_LAW = "by_law"
    OFFER = "offer"
    FEE = "fee"
    PAPER = "paper"


@dataclass(frozen=True)
class OpenPoint:
    """One thing that is open; ``path`` is the field the cursor goes to, ``names`` what is said of it."""

    matter: int
    why: Why
    path: str
    names: str

    @property
    def key(self) -> str:
        """The same as long as the same is open; papers go by which they are."""
        return f"{self.matter}.{self.why}.{self.names if self.why is Why.UNTOLD else self.path}"


class StillOpen(FormProblem):
    """Something is open that is easier settled now than after the end; ``points`` are all of it, in order."""

    def __init__(self, points: Sequence[OpenPoint]) -> None:
        said = [_said(why, points) for why in Why if any(one.why is why for one in points)]
        super().__init__(
            _("办结前请看一眼：{points}。").format(points="；".join(said)),
            safe=_("内容已保存，还没有办结；收件不受影响。"),
            next_step=_next_step({one.why for one in points}),
        )
        self.points = tuple(points)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(one.key for one in self.points)

    @property
    def first(self) -> OpenPoint:
        """Where the cursor goes: a field that is empty, else to the papers."""
        return next((one for one in self.points if one.why is not Why.UNTOLD), self.points[0])


def still_open(desk: Desk, case: Case, told: Collection[str]) -> tuple[OpenPoint, ...]:
    """Return what is open in the visit and was not ``told`` (keys) before."""
    found: list[OpenPoint] = []
    for shown in case.sheets(desk.knowledge):
        needs = needs_of(ground_of(desk, case, shown))
        found += untold(case, shown)
        found += questions(case, shown, needs)
    return tuple(one for one in found if one.key not in told)


def untold(case: Case, shown: Sheet) -> Iterator[OpenPoint]:
    """Yield the papers the law still asks for, unless somebody was told in writing or is with the end."""
    told = any(one.matter == shown.number for one in case.told)
    if told or shown.matter.group is not Group.FILING or decision(case.draft, shown) is not None:
        return
    lacking = missing_law(checklist(case.draft, shown, case.dossier))
    if lacking:
        yield OpenPoint(shown.number, Why.UNTOLD, MATERIALS, named(lacking))


def named(items: Sequence[Item]) -> str:
    """Return how many papers are missing and which."""
    labels = list(dict.fromkeys(item.label for item in items))
    between = "，" if any("、" in label for label in labels) else "、"
    names = between.join(labels[:_NAMED]) + (_("等") if len(labels) > _NAMED else "")
    return _("{count} 项法定材料（{names}）").format(count=len(items), names=names)


def questions(case: Case, shown: Sheet, needs: Iterable[Need]) -> Iterator[OpenPoint]:
    """Yield what the form asks and holds no answer to: by law, as an offer, for the fee, for a paper.

    Of a matter that goes on only what a paper needs: the rest was asked when it was received.
    """
    if not shown.begun:
        for field in missing_fields(shown.matter, shown.parties, shown.answers, Level.LAW):
            path = shown.path(field.key)
            if field.kind is FieldKind.PARTIES:
                keys = people.members(case.draft, shown.number, shown.matter, field)
                path = f"party.{keys[0]}.name" if keys else ""
            yield OpenPoint(shown.number, Why.BY_LAW, path, _(field.label))
        asked = mediation.question(shown)
        if asked is not None and not value(case.draft, asked.path):
            yield OpenPoint(shown.number, Why.OFFER, asked.path, _(asked.label))
    for need in needs:
        if not need.lawful:
            yield _of_paper(need)


def before_signing(case: Case, shown: Sheet, needs: Sequence[Need]) -> str:
    """Return what is to be asked before somebody signs, "" for nothing: later it undoes the signature."""
    labels = [one.names for one in questions(case, shown, ())]
    labels += [_(need.label) for need in needs if not need.lawful]
    return "、".join(dict.fromkeys(labels))


def _of_paper(need: Need) -> OpenPoint:
    return OpenPoint(need.matter, Why.FEE if need.of_fee else Why.PAPER, need.path, sentence((need,)))


def _said(why: Why, points: Sequence[OpenPoint]) -> str:
    """What is open for one reason, at most a few of it."""
    names = list(dict.fromkeys(one.names for one in points if one.why is why))
    first, more = names[:_TOLD], len(names) - _TOLD
    joined = ("，" if why in (Why.UNTOLD, Why.PAPER, Why.FEE) else "、").join(first)
    joined += _("等 {count} 处").format(count=len(names)) if more > 0 else ""
    return {
        Why.UNTOLD: _("还缺 {names}，没有一次性告知"),
        Why.BY_LAW: _("还没有问：{names}"),
        Why.OFFER: _("{names}：还没有问愿不愿意"),
        Why.FEE: _("{names}"),
        Why.PAPER: _("{names}，办结以后不能再填"),
    }[why].format(names=joined)


def _next_step(why: set[Why]) -> str:
    steps = []
    if Why.UNTOLD in why:
        steps.append(_("缺的材料按 F9 一次写清，或者容缺"))
    if why - {Why.UNTOLD}:
        steps.append(_("光标已放到第一处空格"))
    if Why.OFFER in why:
        steps.append(_("调解愿意按 Alt+Y、不愿意按 Alt+N"))
    if Why.FEE in why:
        steps.append(_("没有金额的写“无”"))
    left = _("就这样办结的，再按一次 F12")
    after = []
    if Why.PAPER in why:
        after.append(_("缺内容的文书不出"))
    if Why.FEE in why:
        after.append(_("金额以后还能更正补填（Ctrl+U）"))
    if Why.UNTOLD in why:
        after.append(_("缺的由后台审查时一次告知"))
    return "；".join((*steps, "，".join((left, *after)))) + "。"
