"""A visit about mediation that a side refused goes on as a suit: what was entered is taken along."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.domain.matter import Group
from app.domain.mediation import CONSENTS
from app.services import mediation, people
from app.services.desk import Desk
from app.services.fields import Draft
from app.services.form import NO
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet, sheets
from app.storage import visits
from app.storage.access import Transaction
from app.storage.records import VisitRecord

_REFUSED: Final = tuple(f"matter.%.{key}" for key in CONSENTS.values())


def refused(draft: Draft, knowledge: Knowledge) -> tuple[Sheet, ...]:
    """Return the matters that go on as suits; none of a visit that holds a filing: that was their way."""
    made = sheets(draft, knowledge)
    if any(shown.matter.group is Group.FILING for shown in made):
        return ()
    return tuple(shown for shown in made if mediation.refused(shown))


def awaited(connection: Transaction, desk: Desk) -> tuple[tuple[VisitRecord, Draft], ...]:
    """Return today's finished visits in which a side refused and which nobody has gone on with."""
    found = visits.finished_with(connection, desk.today().isoformat(), _REFUSED, NO)
    drafts = ((one, visits.fields(connection, one.id)) for one in found)
    return tuple(
        (one, draft)
        for one, draft in drafts
        if refused(draft, desk.knowledge) and not visits.continued_by(connection, one.id)
    )


def turned(before: Draft, knowledge: Knowledge, handed_in: Collection[int]) -> dict[str, str]:
    """Return what makes suits of them in the visit that goes on: the matter, its parties, its first day.

    ``handed_in`` are the matters whose papers were received then: the clock of their decision began that day;
    of the others it begins when their statement comes.
    """
    filing = knowledge.matters.get(mediation.FILING)
    made: dict[str, str] = {}
    if filing is None:
        return made
    for shown in refused(before, knowledge):
        made |= people.carried(before, shown.number, filing, shown.matter)
        made[shown.path("code")] = filing.code
        if shown.number not in handed_in:
            made[shown.path("begun")] = ""
    return made
