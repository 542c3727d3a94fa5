"""What is said once before a visit ends: what nobody asked, what is missing and nobody was told in writing.

It keeps nothing from being received (登记立案规定第2条): another press of the same key ends the visit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from app.domain.checklist import Item, missing_law
from app.domain.matter import VARIANT_LABEL, FieldKind, Group, Level, Side
from app.domain.short_form import missing_fields
from app.errors import FormProblem
from app.services import form, mediation, people
from app.services.case import Case
from app.services.desk import Desk
from app.services.fields import value
from app.services.paper_needs import Need, ground_of, lacks, needs_of
from app.services.sheet import Sheet, checklist
from app.services.supplement import decision, is_guided
from app.texts import _

MATERIALS: Final = "materials"
"""The path of papers: they have no field of their own, they have a step."""
_NAMED: Final = 6


class Why(StrEnum):
    """Why something is said before the end."""

    REFUSED = "refused"
    UNTOLD = "untold"
    BY_LAW = "by_law"
    OFFER = "offer"
    FEE = "fee"
    LATER = "later"
    LEFT_OFF = "left_off"
    PAPER = "paper"


@dataclass(frozen=True)
class OpenPoint:
    """One thing that is open; ``path`` is the field the cursor goes to, ``names`` what is said of it.

    ``papers`` are those that cannot be made without it, ``typed`` is what the field holds and will not do.
    """

    matter: int
    why: Why
    path: str
    names: str
    papers: tuple[str, ...] = ()
    typed: str = ""

    @property
    def key(self) -> str:
        """The same as long as the same is open; papers go by which they are, a field by what it holds."""
        open_ = self.names if self.why is Why.UNTOLD else f"{self.path}={self.typed}"
        return f"{self.matter}.{self.why}.{open_}"


class StillOpen(FormProblem):
    """Something is open that is easier settled now than after the end.

    ``points`` are all of it as they stand on the screen; ``lines`` say them, one a thing to do.
    """

    def __init__(self, points: Sequence[OpenPoint], *, several: bool = False) -> None:
        self.points = tuple(points)
        self.lines = _lines(self.points, several=several)
        super().__init__(
            _("办结前请看一眼：{count} 处").format(count=len(self.lines)),
            safe=_("内容已保存，收件不受影响。"),
            next_step=_("就这样办结的，再按一次 F12。"),
        )

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(one.key for one in self.points)

    @property
    def first(self) -> OpenPoint:
        """Where the cursor goes: the topmost field that is empty, else to the papers."""
        return next((one for one in self.points if one.why is not Why.UNTOLD), self.points[0])


def still_open(desk: Desk, case: Case, told: Collection[str]) -> StillOpen | None:
    """Return what is open in the visit and was not ``told`` (keys) before, None for nothing."""
    found: list[OpenPoint] = []
    made = case.sheets(desk.knowledge)
    for shown in made:
        refused = form.refusals(case.draft, shown, desk.knowledge)
        open_points = _refused(shown, refused, found)
        if not is_guided(case.draft, shown):  # else nothing is filed yet: it is asked when the papers come
            needs = needs_of(ground_of(desk, case, shown))
            asked = (one for one in questions(case, shown, needs) if one.path not in refused)
            open_points += [*asked, *untold(case, shown)]
        open_points = [replace(one, typed=value(case.draft, one.path)) for one in open_points]
        order = _on_screen(desk, case, shown)
        found += sorted(open_points, key=lambda one: order.get(one.path, len(order)))
    new = [one for one in found if one.key not in told]
    return StillOpen(new, several=len(made) > 1) if new else None


def _refused(shown: Sheet, refused: Mapping[str, str], before: Iterable[OpenPoint]) -> list[OpenPoint]:
    """What was typed and is no answer; what several matters share is said with the first."""
    said = {one.path for one in before}
    return [
        OpenPoint(shown.number, Why.REFUSED, path, words)
        for path, words in refused.items()
        if path not in said
    ]


def _on_screen(desk: Desk, case: Case, shown: Sheet) -> dict[str, int]:
    """Where each field of a matter stands; somebody not in the list yet and papers come after all of them."""
    steps = (form.specs_of(case.draft, step, shown, desk.knowledge) for step in form.STEPS)
    paths = [spec.path for made in steps for group in made for spec in group.fields]
    return {path: place for place, path in enumerate((*paths, "", MATERIALS))}


def untold(case: Case, shown: Sheet) -> Iterator[OpenPoint]:
    """Yield the papers the law still asks for, unless somebody was told in writing or is with the end."""
    told = any(one.matter == shown.number for one in case.told)
    if told or shown.matter.group is not Group.FILING or decision(case.draft, shown) is not None:
        return
    lacking = missing_law(checklist(case.draft, shown, case.dossier))
    if _nobody_named(shown):  # who the other side is was asked already: it is no second thing
        lacking = tuple(one for one in lacking if one.code not in _information(shown))
    if lacking:
        yield OpenPoint(shown.number, Why.UNTOLD, MATERIALS, named(lacking))


def _nobody_named(shown: Sheet) -> bool:
    asked = () if shown.begun else missing_fields(shown.matter, shown.parties, shown.answers, Level.LAW)
    return any(field.kind is FieldKind.PARTIES and field.side is Side.OTHER for field in asked)


def _information(shown: Sheet) -> set[str]:
    """Codes of what is no paper: that the other side can be told from others."""
    materials = (requirement.material for requirement in shown.matter.requirements)
    return {material.code for material in materials if material.is_information}


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
        if shown.matter.must_choose and not shown.answers.variant:
            yield OpenPoint(shown.number, Why.BY_LAW, shown.path("variant"), _(VARIANT_LABEL))
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
        if need.asked:
            yield _of_paper(need)


def before_signing(case: Case, shown: Sheet, needs: Sequence[Need], refused: Mapping[str, str]) -> str:
    """Return what is to be asked before somebody signs, "" for nothing: later it undoes the signature.

    ``refused`` is what was typed and is no answer, by path.
    """
    labels = [*refused.values(), *(one.names for one in questions(case, shown, ()))]
    labels += [need.words for need in needs if need.asked and need.path not in refused]
    return "、".join(dict.fromkeys(labels))


def _of_paper(need: Need) -> OpenPoint:
    if need.left_off:
        return OpenPoint(need.matter, Why.LEFT_OFF, need.path, need.words, need.papers)
    why = Why.FEE if need.of_fee else Why.LATER if need.later else Why.PAPER
    return OpenPoint(need.matter, why, need.path, need.words, need.papers)


def _lines(points: Sequence[OpenPoint], *, several: bool) -> tuple[str, ...]:
    """Say what is to be done, each thing once and where its first field stands: a paper is one thing."""
    placed: dict[tuple[int, Why, tuple[str, ...]], dict[str, None]] = {}
    for papers, point in _grouped(points):
        placed.setdefault((point.matter, point.why, papers), {})[point.names] = None
    return tuple(
        (_("第 {number} 件：").format(number=matter) if several else "") + _said(why, papers, tuple(names))
        for (matter, why, papers), names in placed.items()
    )


def _grouped(points: Sequence[OpenPoint]) -> Iterator[tuple[tuple[str, ...], OpenPoint]]:
    """Yield each point with the papers it is said with: those that lack the very same of the form."""
    lacking: dict[tuple[int, str], list[str]] = {}
    for point in points:
        for paper in point.papers:
            lacking.setdefault((point.matter, paper), []).append(point.path)
    for point in points:
        alike: dict[tuple[str, ...], list[str]] = {}
        for paper in point.papers:
            alike.setdefault(tuple(lacking[point.matter, paper]), []).append(paper)
        for papers in alike.values() or [[]]:
            yield tuple(papers), point


def _said(why: Why, papers: tuple[str, ...], names: Sequence[str]) -> str:
    joined = "、".join(names[:_NAMED])
    joined += _("等 {count} 项").format(count=len(names)) if len(names) > _NAMED else ""
    titles = "".join(_("《{paper}》").format(paper=paper) for paper in papers)
    return {
        Why.REFUSED: _("填了但不能用，改好或清空：{names}"),
        Why.UNTOLD: _("按 F9 一次写清或者容缺：还缺 {names}，没有一次性告知"),
        Why.BY_LAW: _("还没有问：{names}"),
        Why.OFFER: _("{names}：还没有问愿不愿意，愿意按 Alt+Y、不愿意按 Alt+N"),
        Why.FEE: _("{papers}{lacks}：没有金额的写“无”，以后还能更正补填（Ctrl+U）"),
        Why.LATER: _("{papers}{lacks}：缺了先不出，以后还能更正补填（Ctrl+U）"),
        Why.LEFT_OFF: _("{papers}{lacks}：不改也照出，上面不写这一项"),
        Why.PAPER: _("{papers}{lacks}：缺了不出，办结以后不能再填"),
    }[why].format(names=joined, papers=titles, lacks=lacks((joined,)))
