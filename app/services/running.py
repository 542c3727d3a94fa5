"""The clocks of one matter of the open visit."""

from __future__ import annotations

from datetime import date, datetime

from app.clock import local
from app.domain.calendar import HolidayTable
from app.domain.clock_rule import ClockRule
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import Clock, detect_urgency, restart_after_correction, with_hours
from app.domain.matter import Field
from app.domain.mediation import CLOCK, CONSENTS, refusing, silent
from app.domain.short_form import (
    answered_clocks,
    hour_clocks,
    moment_of,
    open_clocks,
    received_clocks,
    variant_of,
)
from app.services.knowledge import Knowledge
from app.services.sheet import RESTARTED, Sheet


def _received(shown: Sheet, today: date, table: HolidayTable) -> tuple[Clock, ...]:
    """The court's clocks: from today, anew from today after a correction, or from the first receipt.

    None of mediation where a side has refused it or was not asked yet.
    """
    again = bool(shown.begun) and shown.begun != RESTARTED
    start = date.fromisoformat(shown.begun) if again else today
    apart = refusing(shown.matter, shown.answers) or silent(shown.matter, shown.answers)
    refused = (CLOCK,) if apart else ()
    found = received_clocks(shown.matter, shown.answers, start, table)
    clocks = tuple(clock for clock in found if clock.rule.id not in refused)
    if shown.begun != RESTARTED:
        return clocks
    return tuple(restart_after_correction(clock.rule.id, today, table) for clock in clocks)


def _consents(shown: Sheet) -> tuple[tuple[Field, ClockRule], ...]:
    """The clock of mediation with the first answer that it waits for."""
    keys = [CONSENTS[side] for side in silent(shown.matter, shown.answers)]
    fields = [field for key in keys if (field := shown.matter.field(key)) is not None]
    runs = CLOCK in shown.matter.clocks_of(variant_of(shown.matter, shown.answers))
    return ((fields[0], CLOCKS[CLOCK]),) if fields and runs else ()


class Running:
    """Every clock of a matter received at the instant ``now``; ``since`` is when the visit was opened."""

    def __init__(
        self, shown: Sheet, knowledge: Knowledge, now: datetime, since: datetime | None = None
    ) -> None:
        table = knowledge.holidays
        self.now = local(now)
        start = moment_of(shown.matter, shown.answers)
        if start is not None and start > self.now.replace(tzinfo=None):
            start = None  # a slip of the hand would give the court hours it does not have
        self.received = _received(shown, self.now.date(), table)
        today = self.now.date()
        self.answered = answered_clocks(shown.matter, shown.parties, shown.answers, table, today)
        self.open = (*_consents(shown), *open_clocks(shown.matter, shown.parties, shown.answers))
        begun = self.now if start is None else start.replace(tzinfo=self.now.tzinfo)
        self.hours = hour_clocks(shown.matter, shown.parties, shown.answers, begun)
        self.since = since
        by_days = detect_urgency(self.answered, self.now.date())
        self.urgency = with_hours(by_days, self.hours, self.now)

    @property
    def pressing(self) -> bool:
        """Whether the matter goes before others, with the target of 30 minutes."""
        return self.urgency.target_minutes is not None
