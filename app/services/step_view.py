"""Recorded steps as they are shown: on the page of steps, in the right zone, with the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.clock import local
from app.domain.steps import StepKind
from app.lanes import DB, on
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.due_lines import authority, due_line, long_day
from app.services.fields import Draft
from app.services.knowledge import Knowledge
from app.services.sheet import current
from app.services.steps import Step, group, offered, recorded
from app.services.views import DueLine, FieldGroup, Remark
from app.storage import visits
from app.texts import _


@dataclass(frozen=True)
class RecordedView:
    """One recorded step; ``lacking`` are labels the law still asks for."""

    number: int
    title: str
    matter: str
    when: str
    by: str
    lacking: tuple[str, ...]
    dues: tuple[DueLine, ...]
    form: FieldGroup
    basis: str
    guide: str


@dataclass(frozen=True)
class Offer:
    """A kind of step that can be recorded now."""

    key: str
    title: str
    basis: str


@dataclass(frozen=True)
class StepsView:
    """The page of steps: what was recorded, in order, and what can be.

    ``finished``: nothing can be recorded any more, but what came in later is added and sent.
    """

    visit_id: str
    recorded: tuple[RecordedView, ...]
    offered: tuple[Offer, ...]
    finished: bool = False


@on(DB)
def view(desk: Desk) -> StepsView:
    """Return the steps of the open visit."""
    record = require_open(desk)
    draft = desk.store(visits.fields, record.id)
    shown = current(draft, desk.knowledge)
    now = desk.clock.now()
    return StepsView(
        record.id,
        tuple(recorded_view(draft, step, desk.knowledge, now) for step in recorded(draft, desk.knowledge)),
        tuple(Offer(k.key, _(k.name), basis_of(k)) for k in offered(shown, desk.knowledge)),
    )


def basis_of(kind: StepKind) -> str:
    """Return the article, or else on what the step rests."""
    return authority(kind.rule.article, kind.rule.basis)


def recorded_view(draft: Draft, step: Step, knowledge: Knowledge, now: datetime) -> RecordedView:
    """Return one step with its form, its clocks and what it still lacks."""
    return RecordedView(
        number=step.number,
        title=_(step.kind.name),
        matter=step.shown.matter.short,
        when=f"{local(step.at):%H:%M}",
        by=step.by,
        lacking=step.lacking,
        dues=dues([step], knowledge, now),
        form=group(draft, step, knowledge),
        basis=_("{text}（{basis}）").format(text=step.kind.rule.text, basis=basis_of(step.kind)),
        guide=step.kind.guide.strip(),
    )


def dues(steps: Iterable[Step], knowledge: Knowledge, now: datetime) -> tuple[DueLine, ...]:
    """Return the clocks the steps began, terms that were agreed, and minutes aimed at while unanswered."""
    today = local(now).date()
    return tuple(line for step in steps for line in _dues(step, knowledge, now, today))


def _dues(step: Step, knowledge: Knowledge, now: datetime, today: date) -> Iterable[DueLine]:
    yield from (due_line(clock, today) for clock in step.clocks(knowledge))
    agreed = step.answers.day(step.kind.due) if step.kind.due else None
    answered = bool(step.answers.text("answer"))
    if agreed is not None and not answered:
        title = _("{name}：约定答复").format(name=_(step.kind.name))
        yield DueLine(
            title, long_day(agreed), basis_of(step.kind), step.kind.rule.text, pressing=agreed <= today
        )
    end = step.kind.target_end(step.at)
    if end is not None and not answered:
        yield _target(step, end, now)


def _target(step: Step, end: datetime, now: datetime) -> DueLine:
    minutes = int(abs(end - now).total_seconds() // 60)
    over = now > end
    words = (
        _("目标 {target} 分钟，已超过 {minutes} 分钟")
        if over
        else _("目标 {target} 分钟，还剩 {minutes} 分钟")
    )
    return DueLine(
        _("{name}：用时").format(name=_(step.kind.name)),
        words.format(target=step.kind.target, minutes=minutes),
        basis_of(step.kind),
        step.kind.rule.text,
        pressing=over,
    )


def remarks(steps: Sequence[Step]) -> Iterable[Remark]:
    """Return what steps that say too little still lack."""
    for step in steps:
        if step.lacking:
            words = _("{name}还没有记全：{labels}").format(
                name=_(step.kind.name), labels="、".join(step.lacking)
            )
            yield Remark(words, basis_of(step.kind), _("Alt+B 补记"), grave=True)


def told(steps: Sequence[Step], knowledge: Knowledge, now: datetime) -> tuple[Remark, ...]:
    """Return one line a step for the outcome: what was answered, the clocks, the authority."""
    return tuple(
        Remark(
            "：".join(part for part in (_(step.kind.name), "；".join(step.said)) if part),
            basis_of(step.kind),
            "；".join(f"{line.title} {line.due}" for line in dues([step], knowledge, now)),
        )
        for step in steps
    )
