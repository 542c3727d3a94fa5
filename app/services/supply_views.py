"""What the screens show of papers that are to be supplied: the list of a matter, and who still owes what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.services.views import Mark


@dataclass(frozen=True)
class SupplyLine:
    """One material of the list: ``mark`` says whether it is asked (by law, or as advice) or there.

    ``defect`` is what the clerk found wrong with a paper that was handed in; it is entered under ``path``.
    """

    key: str
    mark: Mark
    title: str
    reason: str
    how: str
    basis: str
    path: str
    defect: str = ""
    tolerable: bool = False


@dataclass(frozen=True)
class SupplyView:
    """What the matter on the screen still needs, as the paper would say it.

    ``notice`` and ``promise`` are the hashes of the two lists, "" where it cannot be given; ``no_notice`` and
    ``no_promise`` then say why. ``told_before`` says that there was a notice, so that a further one needs a
    reason and a supervisor. ``decided`` is "", correction, promise or guidance; ``guided``: nothing was
    handed in, the paper says what to bring; ``outdated`` if the list has changed since. ``elsewhere`` counts
    further matters of the visit that lack something.
    """

    title: str
    lines: tuple[SupplyLine, ...]
    missing: int
    due: str
    due_why: str
    promise_due: str
    notice: str
    promise: str
    no_notice: str = ""
    no_promise: str = ""
    told_before: str = ""
    decided: str = ""
    outdated: bool = False
    elsewhere: int = 0
    guided: bool = False


class OwedKind(StrEnum):
    """Why somebody is awaited: the first three as a notice of that kind said.

    ``UNTOLD``: the back office asks for papers, nobody was told in writing yet. ``TO_FILE``: a side refused
    to mediate, and what was entered goes on as a suit. ``TO_ASK``: a side was not asked whether it mediates,
    and it goes on as it was.
    """

    PROMISE = "promise"
    CORRECTION = "correction"
    GUIDANCE = "guidance"
    UNTOLD = "untold"
    TO_FILE = "to_file"
    TO_ASK = "to_ask"

    @property
    def owes(self) -> bool:
        """Whether papers are owed by a day that somebody was told."""
        return self in (OwedKind.PROMISE, OwedKind.CORRECTION)


@dataclass(frozen=True)
class OwedRow:
    """Papers somebody was told to bring and has not brought, or what else somebody is awaited for.

    ``visit_id`` is the last finished visit of the intake; ``person`` and ``masked_number`` are masked;
    ``due`` is None where no day binds, ``days_late`` negative before it; ``here``: this person stands at the
    window now. ``standing``: it is of the visit on the window, or of the one that visit goes on with. Of what
    nobody was told yet ``key`` is the answer of the back office, ``due`` the last day if it is told today,
    ``why`` the reason of that day, and ``further`` says that a reason and a supervisor are needed.
    """

    key: str
    visit_id: str
    paper_no: str
    receipt_no: str
    ticket: str
    code: str
    kind: OwedKind
    person: str
    masked_number: str
    what: tuple[str, ...]
    told_on: date
    due: date | None
    days_late: int = 0
    here: bool = False
    further: bool = False
    why: str = ""
    standing: bool = False


@dataclass(frozen=True)
class OwedList:
    """Who is awaited; ``known`` says what became of a number that is sought and of which nothing is awaited.

    ``somebody``: a visit is open at the window, which can go on with one of them.
    """

    rows: tuple[OwedRow, ...]
    somebody: bool = True
    known: str = ""
