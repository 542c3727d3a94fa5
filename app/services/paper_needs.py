"""What the papers of a matter still need of the clerk: found by making them, so that no second list exists.

A paper that lacks an answer names the field. It is supposed answered and the paper is tried again, until it
can be made or lacks what no field of the form says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from app.clock import local
from app.domain.causes import Cause
from app.domain.fee_choice import later_fields
from app.domain.matter import VARIANT, Field, FieldKind, Group, Level, PartyForm, Side
from app.domain.mediation import silent
from app.domain.money import parse_money
from app.domain.papers import OF_FEE
from app.domain.party import Party
from app.domain.short_form import all_hold
from app.services import people
from app.services.case import Case
from app.services.desk import Desk
from app.services.paper_data import make
from app.services.paper_ground import Ground, Lacking, no_case_number
from app.services.sheet import Sheet
from app.services.views import FieldGroup, FieldView
from app.storage.records import AnswerRecord
from app.texts import _
from printing.documents.catalogue import KINDS

_SUPPOSED: Final = "（未填）"
_SAID: Final = {FieldKind.MONEY: "0", FieldKind.CASE_NO: "（2026）内0602民初1号"}
_CAUSE: Final = Cause(_SUPPOSED, 0, "", "", _SUPPOSED, "")
_NOBODY: Final = "supposed"
_REPEATED: Final = 24
"""How much of what was typed is repeated in a sentence."""


@dataclass(frozen=True)
class Need:
    """A field that a paper cannot be made without; ``lawful`` where the law asks for it besides.

    ``path`` is "" where nobody stands in the list yet; ``of_fee`` where only what tells the fee waits for it.
    ``later``: a correction after the end can fill it. ``amiss``: it is filled, with what no paper carries;
    ``left_off``: once the visit is over the papers go out without it.
    """

    matter: int
    path: str
    label: str
    papers: tuple[str, ...]
    lawful: bool = False
    of_fee: bool = False
    later: bool = False
    amiss: str = ""
    left_off: bool = False

    @property
    def asked(self) -> bool:
        """Whether it is said here: what is empty and asked by law is asked as that."""
        return not self.lawful or bool(self.amiss)

    @property
    def words(self) -> str:
        """What is lacking, with what is wrong of it."""
        return said_of(self.label, self.amiss)

    @property
    def step(self) -> str:
        """The step of the visit in which it is asked."""
        return "matter" if self.path.startswith("matter.") else "parties"


def said_of(label: str, amiss: str) -> str:
    """Name a field, with what is wrong of it."""
    return _("{label}（{amiss}）").format(label=_(label), amiss=amiss) if amiss else _(label)


def ground_of(desk: Desk, case: Case, shown: Sheet) -> Ground:
    """Return what the papers of a matter of an open visit would be made from now."""
    said = desk.settings
    return Ground(case, shown, said.hall, said.papers, desk.knowledge, local(desk.clock.now()))


def needs_of(ground: Ground) -> tuple[Need, ...]:
    """Return what the papers given out by the matter lack, in the order of its form.

    Papers given only on request ask for nothing; those of a registered case are tried as if it were one.
    """
    found: dict[tuple[Field, bool], dict[str, None]] = {}
    shown = ground.sheet
    tried = as_if_accepted(ground)
    for given in shown.matter.papers:
        if given.chosen and all_hold(given.when, shown.matter, shown.parties, shown.answers):
            for field in _tried(given.kind, tried)[0]:
                left_off = _left_off(given.kind, tried, field)
                found.setdefault((field, left_off), {})[given.kind] = None
    order = {field: place for place, field in enumerate(_every(shown))}
    ordered = sorted(found.items(), key=lambda pair: order[pair[0][0]])
    return tuple(
        replace(_need(ground, field, tuple(kinds)), left_off=left_off) for (field, left_off), kinds in ordered
    )


def marked(groups: Iterable[FieldGroup], needs: Sequence[Need]) -> tuple[FieldGroup, ...]:
    """Return the groups with each field saying which papers need it; one the law asks for says only that."""
    papers = {need.path: "、".join(need.papers) for need in needs}

    def mark(view: FieldView) -> FieldView:
        wanted = "" if view.required else papers.get(view.path, "")
        return replace(view, for_paper=wanted) if wanted else view

    return tuple(replace(group, fields=tuple(map(mark, group.fields))) for group in groups)


def as_if_accepted(ground: Ground) -> Ground:
    """Return the ground with the word of the court that later papers wait for."""
    now = ground.at
    supposed = AnswerRecord("", 0, "", "accepted", 0, _SUPPOSED, None, None, None, now, now, None)
    return replace(ground, accepted=ground.accepted or supposed)


def lacks(labels: Iterable[str]) -> str:
    """Say what of the form a paper lacks: the same words wherever it is said."""
    return _("还缺“{labels}”").format(labels="、".join(labels))


def sentence(needs: Sequence[Need]) -> str:
    """Say which papers lack what, those together that lack the same."""
    lacking: dict[str, list[str]] = {}
    for need in needs:
        for paper in need.papers:
            lacking.setdefault(paper, []).append(need.words)
    alike: dict[tuple[str, ...], list[str]] = {}
    for paper, labels in lacking.items():
        alike.setdefault(tuple(labels), []).append(paper)
    titles = _("《{paper}》")
    return "；".join(
        "".join(titles.format(paper=paper) for paper in papers) + lacks(labels)
        for labels, papers in alike.items()
    )


class WhyNot(NamedTuple):
    """Why a paper cannot be made, "" where it can; ``never`` is it made any more.

    ``settings`` are those it waits for, which the court has not set.
    """

    text: str = ""
    never: bool = False
    settings: tuple[str, ...] = ()


def why_not(kind: str, ground: Ground, *, over: bool) -> WhyNot:
    """Return why a paper cannot be made.

    While the visit is open the key of the step is named; ``over`` that of a correction, where one can help.
    """
    fields, other, settings = _tried(kind, ground)
    if not fields:
        return WhyNot(other, settings=settings)
    shown = ground.sheet
    said = lacks(
        said_of(field.label, amiss(shown, field)) for field in sorted(fields, key=_every(shown).index)
    )
    if over and not (kind in OF_FEE and set(fields) <= set(later_fields(shown.matter, shown.answers))):
        return WhyNot(_("办结时没有填，这份不出：{lacks}").format(lacks=said) + _anew(shown), never=True)
    step = "Alt+2" if any(field.kind is not FieldKind.PARTIES for field in fields) else "Alt+3"
    way = _("（Ctrl+U 更正补填）") if over else _("（{key} 补填）").format(key=step)
    return WhyNot("；".join(filter(None, (said + way, other))), settings=settings)


def _every(shown: Sheet) -> tuple[Field, ...]:
    """The fields of the form in their order; which variant it is stands first."""
    return (shown.matter.kinds, *shown.fields)


def amiss(shown: Sheet, field: Field) -> str:
    """Say what is wrong with what the field holds, "" where it is empty."""
    text = shown.answers.text(field.key)
    if not text:
        return ""
    said = text if len(text) <= _REPEATED else text[:_REPEATED] + "…"
    if field.kind is FieldKind.CASE_NO:
        return no_case_number(said)
    if field.kind is FieldKind.MONEY and parse_money(text).amount is None:
        return _("{text} 不是金额").format(text=said)
    if field.kind is FieldKind.CAUSE and shown.cause is None:
        return _("{text} 不在案由表里").format(text=said)
    return ""


def _anew(shown: Sheet) -> str:
    """How a paper of a service is had all the same; a filing is not made twice for a paper."""
    if shown.matter.group is not Group.SERVICE:
        return ""
    if silent(shown.matter, shown.answers):
        return _("；要的话今天按 Shift+F9 接着办")
    return _("；要的话按 F2 取号，再办一次")


def _left_off(kind: str, ground: Ground, field: Field) -> bool:
    """Whether the paper goes out all the same, without what the field holds and no paper carries."""
    shown = ground.sheet
    if not amiss(shown, field):
        return False
    answers = replace(shown.answers, values={**shown.answers.values, field.key: ""})
    return field not in _tried(kind, replace(ground, sheet=replace(shown, answers=answers)))[0]


def _tried(kind: str, ground: Ground) -> tuple[tuple[Field, ...], str, tuple[str, ...]]:
    """Return the fields without which the paper cannot be made, and what else it lacks that none would say.

    The last are the settings that this is.

    A field whose answer does not help is none of them. What may be lacking only because a choice was guessed
    is not said.
    """
    found: dict[str, Field] = {}
    other = ""
    settings: tuple[str, ...] = ()
    while True:
        try:
            make(kind, ground)
        except Lacking as lacking:
            field = _field(lacking, ground)
            if field is None or found.pop(field.key, None) is not None:
                guessed = any(one.kind is FieldKind.CHOICE for one in found.values())
                settings = lacking.settings
                other = "" if guessed and not settings else lacking.happened
                break
            found[field.key] = field
            ground = _supposing(ground, field)
        else:
            break
    return tuple(found.values()), other, settings


def _field(lacking: Lacking, ground: Ground) -> Field | None:
    """The first field on the form that would say what is lacking; who must say several is asked in turn."""
    shown = {field.key: field for field in _every(ground.sheet)}
    if lacking.side is not None:
        return next((f for f in shown.values() if f.side is lacking.side), None)
    return next((shown[key] for key in lacking.keys if key in shown), None)


def _supposing(ground: Ground, field: Field) -> Ground:
    shown = ground.sheet
    if field.kind is FieldKind.PARTIES:
        someone = Party(_NOBODY, field.side or Side.FILER, PartyForm.NATURAL, _SUPPOSED)
        parties = replace(shown.parties, people=(*shown.parties.people, someone))
        return replace(ground, sheet=replace(shown, parties=parties))
    said = _SAID.get(field.kind) or next(iter(field.choices), _SUPPOSED)
    if field.key == VARIANT:
        return replace(ground, sheet=replace(shown, answers=replace(shown.answers, variant=said)))
    cause = _SUPPOSED if field.kind is FieldKind.CAUSE else shown.answers.cause
    answers = replace(shown.answers, values={**shown.answers.values, field.key: said}, cause=cause)
    known = _CAUSE if field.kind is FieldKind.CAUSE else shown.cause
    return replace(ground, sheet=replace(shown, answers=answers, cause=known))


def _need(ground: Ground, field: Field, kinds: tuple[str, ...]) -> Need:
    number, path = ground.sheet.number, ground.sheet.path(field.key)
    if field.kind is FieldKind.PARTIES:
        keys = people.members(ground.draft, number, ground.sheet.matter, field)
        path = f"party.{keys[0]}.name" if keys else ""
    titles = tuple(_(KINDS[kind].title) for kind in kinds)
    told = all(kind in OF_FEE for kind in kinds)
    later = told and field in later_fields(ground.sheet.matter, ground.sheet.answers)
    of_fee = told and field.fee_amount
    lawful = field.level is Level.LAW
    return Need(number, path, field.label, titles, lawful, of_fee, later, amiss(ground.sheet, field))
