"""A visit about mediation that came to no end goes on: as a suit where a side refused, else as it was.

What was entered is taken along.
"""

from __future__ import annotations

from collections.abc import Collection

from app.domain.matter import Group
from app.domain.mediation import CONSENTS, silent
from app.services import corrections, mediation, people
from app.services.desk import Desk
from app.services.fields import Draft
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet, sheets
from app.storage import visits
from app.storage.access import Transaction
from app.storage.records import VisitRecord


def refused(draft: Draft, knowledge: Knowledge) -> tuple[Sheet, ...]:
    """Return the matters that go on as suits; none of a visit that holds a filing: that was their way."""
    return tuple(shown for shown in _mediations(draft, knowledge) if mediation.refused(shown))


def unasked(draft: Draft, knowledge: Knowledge) -> tuple[Sheet, ...]:
    """Return the matters in which a side was not asked whether it agrees, and none has refused."""
    return tuple(one for one in _mediations(draft, knowledge) if silent(one.matter, one.answers))


def _mediations(draft: Draft, knowledge: Knowledge) -> tuple[Sheet, ...]:
    made = sheets(draft, knowledge)
    return () if any(shown.matter.group is Group.FILING for shown in made) else made


def awaited(connection: Transaction, desk: Desk) -> tuple[tuple[VisitRecord, Draft], ...]:
    """Return today's finished visits about mediation that are not at an end and nobody has gone on with.

    Who agreed goes by the record that stands.
    """
    known, asked = desk.knowledge, set(CONSENTS.values())
    codes = [code for code, one in known.matters.items() if asked & {field.key for field in one.fields}]
    found = visits.finished_with(connection, desk.today().isoformat(), ("matter.%.code",), codes)
    drafts = ((one, corrections.draft_of(connection, one.id)) for one in found)
    return tuple(
        (one, draft)
        for one, draft in drafts
        if (refused(draft, known) or unasked(draft, known)) and not visits.gone_on_with(connection, one.id)
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
        made |= mediation.kept_by_suit(shown)
        if shown.number not in handed_in:
            made[shown.path("begun")] = ""
    return made
