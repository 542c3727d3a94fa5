"""Steps recorded in the open visit: which can be taken, what each says, which clocks it began.

Paths: ``step.<n>.kind``, ``.matter``, ``.at`` (UTC), ``.by`` and one for each field of its kind; an empty
kind takes the step out again. What a step means stands in ``resources/steps``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.clock import local, moment, stamp
from app.domain.clocks import Clock
from app.domain.matter import Field
from app.domain.short_form import Answers
from app.domain.steps import StepKind
from app.errors import FormProblem
from app.lanes import DB, on
from app.services.desk import Desk
from app.services.drafts import require_open, save
from app.services.fields import Draft, field_view, value
from app.services.form import field_spec
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet, current, sheets, step_answers, step_numbers
from app.services.views import FieldGroup
from app.storage import visits
from app.texts import _

MOST: Final = 50


@dataclass(frozen=True)
class Step:
    """One recorded step; ``number`` as in its paths, ``shown`` the matter it belongs to."""

    number: int
    kind: StepKind
    shown: Sheet
    at: datetime
    by: str
    answers: Answers

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.kind.visible(self.shown.matter, self.shown.parties, self.answers)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Labels of what the law asks for and is empty."""
        missing = self.kind.missing(self.shown.matter, self.shown.parties, self.answers)
        return tuple(_(field.label) for field in missing)

    @property
    def said(self) -> tuple[str, ...]:
        """What was answered, as "label: value"."""
        answered = ((field, self.answers.text(field.key)) for field in self.fields)
        return tuple(f"{_(field.label)}：{text}" for field, text in answered if text)

    def path(self, key: str) -> str:
        return f"step.{self.number}.{key}"

    def clocks(self, knowledge: Knowledge) -> tuple[Clock, ...]:
        """The clocks the step began."""
        matter, parties = self.shown.matter, self.shown.parties
        answers = Answers(self.answers.values, self.shown.answers.variant)
        begun = local(self.at).date()
        return self.kind.running(matter, parties, answers, begun, knowledge.holidays, knowledge.lengths)


def recorded(draft: Draft, knowledge: Knowledge) -> tuple[Step, ...]:
    """Return the steps of the visit in the order of their recording."""
    numbers = step_numbers(draft)
    made = {shown.number: shown for shown in sheets(draft, knowledge)} if numbers else {}
    found = (_step(draft, number, made, knowledge) for number in numbers)
    return tuple(step for step in found if step is not None)


def _step(draft: Draft, number: int, made: dict[int, Sheet], knowledge: Knowledge) -> Step | None:
    """One step; None when it or its matter was taken out, or the court's files know its kind no more."""
    prefix = f"step.{number}."
    kind = knowledge.steps.get(value(draft, f"{prefix}kind"))
    shown = made.get(int(value(draft, f"{prefix}matter") or 0))
    if kind is None or shown is None:
        return None
    answers = step_answers(draft, number, kind)
    return Step(
        number, kind, shown, moment(value(draft, f"{prefix}at")), value(draft, f"{prefix}by"), answers
    )


def offered(shown: Sheet, knowledge: Knowledge) -> tuple[StepKind, ...]:
    """Return the kinds that can be recorded in a matter."""
    return tuple(kind for kind in knowledge.steps.values() if kind.serves(shown.matter))


def group(draft: Draft, step: Step, knowledge: Knowledge) -> FieldGroup:
    """Return the form of a step."""
    specs = (field_spec(step.path(field.key), field, knowledge) for field in step.fields)
    return FieldGroup(
        _(step.kind.name), tuple(field_view(draft, spec) for spec in specs), f"step{step.number}"
    )


def lines(steps: Iterable[Step]) -> list[str]:
    """Return the sentences the party reads about the steps that need them to."""
    return [
        _("{name}：{said}。").format(name=_(step.kind.name), said="；".join(step.said))
        for step in steps
        if step.kind.read and step.said
    ]


def body(steps: Sequence[Step], knowledge: Knowledge) -> list[dict[str, object]]:
    """Return the steps as the record of the visit tells them."""
    return [
        {
            "matter": step.shown.number,
            "kind": step.kind.key,
            "name": step.kind.name,
            "version": step.kind.version,
            "at": stamp(step.at),
            "by": step.by,
            "fields": dict(step.answers.values),
            "complete": not step.lacking,
            "basis": step.kind.rule.article,
            "clocks": [
                {
                    "id": clock.rule.id,
                    "name": clock.rule.name,
                    "start": clock.start.isoformat(),
                    "due": clock.due.isoformat() if clock.due else "",
                    "safe_end": clock.safe_end.isoformat(),
                    "article": clock.rule.article,
                }
                for clock in step.clocks(knowledge)
            ],
        }
        for step in steps
    ]


# ---- what the clerk does -----------------------------------------------------------------------------


@on(DB)
def record(desk: Desk, key: str) -> int:
    """Record a step of the kind in the matter on the screen, as of now; return its number."""
    visit = require_open(desk)
    draft = desk.store(visits.fields, visit.id)
    shown = current(draft, desk.knowledge)
    kind = desk.knowledge.steps.get(key)
    if kind is None or not kind.serves(shown.matter):
        raise FormProblem(_("本事项没有这一步。"), safe=_("已填的都在。"))
    number = len(step_numbers(draft)) + 1
    if number > MOST:
        raise FormProblem(_("一次来访最多记 {most} 步。").format(most=MOST), safe=_("已记的都在。"))
    made = {
        "kind": key,
        "matter": str(shown.number),
        "at": stamp(desk.clock.now()),
        "by": desk.settings.hall.clerk,
    }
    save(desk, visit.id, draft, {f"step.{number}.{name}": text for name, text in made.items()})
    return number


@on(DB)
def remove(desk: Desk, number: int) -> tuple[str, str]:
    """Take a step out; return the path and text that put it back."""
    visit = require_open(desk)
    draft = desk.store(visits.fields, visit.id)
    path = f"step.{number}.kind"
    before = value(draft, path)
    if not before:
        raise FormProblem(_("这一步已经不在了。"))
    save(desk, visit.id, draft, {path: ""})
    return path, before
