"""The kinds of steps a visit records besides its short forms: triage, requests to other courts, help.

One table a kind, as data a court can edit: what is asked, which clocks begin, on whose authority.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.calendar import HolidayTable
from app.domain.catalogue import fields_of, parse_condition
from app.domain.clock_rule import Unit
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import Clock, start_clock
from app.domain.matter import Condition, Field, FieldKind, Level, Matter
from app.domain.party import Parties
from app.domain.rule import Basis, Rule
from app.domain.short_form import Answers, all_hold, received_clocks
from app.domain.toml_text import Section, TomlText

LONGEST_TARGET = 240
_WHERE = re.compile(r"[FS]([0-9]{2})?")
_NOBODY = Parties(())
NO_LENGTHS: Mapping[str, int] = MappingProxyType({})
_NO_PARTIES = (FieldKind.PARTIES, FieldKind.CAUSE)


class Mark(StrEnum):
    """What a step means to the other rules, whatever words a court uses for it."""

    MEDIATION = "mediation"
    CORRECTION = "correction"
    FILED_ONLINE = "filed_online"


@dataclass(frozen=True, slots=True)
class StepMark:
    """A meaning the step has while the conditions hold."""

    mark: Mark
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class StepClock:
    """A clock the step begins: `id`, or with an empty `id` the decision clocks of the matter itself."""

    id: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of step.

    `matters` are codes, or F or S for all of a group; `target` is a number of minutes to aim at, 0 for none;
    `due` names the date field that holds a term agreed upon; with `read` the party reads it before signing.
    """

    key: str
    version: str
    name: str
    matters: tuple[str, ...]
    rule: Rule
    fields: tuple[Field, ...]
    clocks: tuple[StepClock, ...] = ()
    guide: str = ""
    target: int = 0
    due: str = ""
    read: bool = False
    marks: tuple[StepMark, ...] = ()

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)

    def serves(self, matter: Matter) -> bool:
        """Whether this step can be taken in a matter."""
        return matter.code in self.matters or matter.code[0] in self.matters

    def visible(self, matter: Matter, parties: Parties, answers: Answers) -> tuple[Field, ...]:
        """The fields that apply now, in the order of the file."""
        return tuple(f for f in self.fields if all_hold(f.when, matter, parties, answers))

    def missing(self, matter: Matter, parties: Parties, answers: Answers) -> tuple[Field, ...]:
        """Fields without which the step says too little: those the law asks for."""
        shown = self.visible(matter, parties, answers)
        return tuple(f for f in shown if f.level is Level.LAW and not answers.text(f.key).strip())

    def means(self, matter: Matter, answers: Answers) -> tuple[Mark, ...]:
        """What the step means, as it is answered."""
        return tuple(one.mark for one in self.marks if all_hold(one.when, matter, _NOBODY, answers))

    def running(
        self,
        matter: Matter,
        parties: Parties,
        answers: Answers,
        recorded: date,
        table: HolidayTable,
        lengths: Mapping[str, int] = NO_LENGTHS,
    ) -> tuple[Clock, ...]:
        """The clocks that begin with the step on the day it was recorded, or on a date it names.

        ``lengths`` are those the court sets, by the clock's id.
        """
        begun = [
            clock
            for one in self.clocks
            if all_hold(one.when, matter, parties, answers)
            for clock in _clocks(one, matter, answers, recorded, table, lengths)
        ]
        dated = [
            start_clock(f.starts, day, table, length=lengths.get(f.starts))
            for f in self.visible(matter, parties, answers)
            if f.kind is FieldKind.DATE and f.starts and (day := answers.day(f.key)) is not None
        ]
        return (*begun, *dated)

    def target_end(self, recorded: datetime) -> datetime | None:
        """The instant by which the step aims to be over, None where it has no target."""
        return recorded + timedelta(minutes=self.target) if self.target else None


def _clocks(
    one: StepClock,
    matter: Matter,
    answers: Answers,
    recorded: date,
    table: HolidayTable,
    lengths: Mapping[str, int],
) -> tuple[Clock, ...]:
    if one.id:
        return (start_clock(one.id, recorded, table, length=lengths.get(one.id)),)
    return received_clocks(matter, Answers(variant=answers.variant), recorded, table)


def parse_step(text: str, source_name: str) -> StepKind:
    """One kind of step; raise CatalogueError with the line that is wrong."""
    root = TomlText(text, source_name).root()
    fields = fields_of(root, ())
    names = {field.key for field in fields}
    kind = StepKind(
        key=_key(root),
        version=root.text("version"),
        name=root.text("name"),
        matters=_matters(root),
        rule=_rule(root),
        fields=fields,
        clocks=tuple(_clock(row, names) for row in root.sections("clock")),
        guide=root.text("guide", ""),
        target=_target(root),
        due=_due(root, fields),
        read=root.flag("read"),
        marks=tuple(_mark(row, names) for row in root.sections("mark")),
    )
    root.finish()
    _refuse_unfit(root, fields)
    return kind


def _key(root: Section) -> str:
    key = root.text("key")
    if not re.fullmatch(r"[a-z]{2,20}", key):
        raise root.error("key 应为小写字母", "key")
    return key


def _matters(root: Section) -> tuple[str, ...]:
    matters = root.texts("matters")
    if not matters or not all(_WHERE.fullmatch(code) for code in matters):
        raise root.error("matters 应为 F01 这样的编号，或 F、S 表示全部", "matters")
    return matters


def _rule(root: Section) -> Rule:
    basis = root.choice("authority", Basis)
    article = root.text("basis", "")
    if basis is Basis.LAW and not article:
        raise root.error("法定步骤应写明依据 basis", "authority")
    return Rule(f"step.{root.text('key')}", root.text("text"), article, basis)


def _clock(row: Section, names: set[str]) -> StepClock:
    own = row.flag("own")
    id_ = "" if own else row.text("id")
    if id_:
        row.known("id", [id_], (c for c, rule in CLOCKS.items() if rule.unit is not Unit.HOURS), "期限")
    clock = StepClock(id_, _when(row, names))
    row.finish()
    return clock


def _mark(row: Section, names: set[str]) -> StepMark:
    mark = StepMark(row.choice("name", Mark), _when(row, names))
    row.finish()
    return mark


def _when(row: Section, names: set[str]) -> tuple[Condition, ...]:
    conditions = tuple(parse_condition(words) for words in row.texts("when"))
    row.known("when", (condition.name for condition in conditions), names, "条件")
    return conditions


def _target(root: Section) -> int:
    target = root.number("target", 0)
    if not 0 <= target <= LONGEST_TARGET:
        raise root.error(f"target 应在0至{LONGEST_TARGET}分钟之间", "target")
    return target


def _due(root: Section, fields: Sequence[Field]) -> str:
    key = root.text("due", "")
    dates = [field.key for field in fields if field.kind is FieldKind.DATE]
    if key:
        root.known("due", [key], dates, "日期字段")
    return key


def _refuse_unfit(root: Section, fields: Sequence[Field]) -> None:
    if not fields:
        raise root.error("步骤至少要有一个字段", "field")
    for field in fields:
        if field.kind in _NO_PARTIES or field.fee_amount:
            raise root.error("步骤的字段不能是当事人、案由或计费金额", "field")
