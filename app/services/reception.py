"""The reception of a hall (导诉台): numbers by matter, priority by one key, papers anew, stubs of a roll.

A reception desk gives numbers and calls nobody: it joins the hall like a window and stands paused from the
start, so that no one is kept for it. Why somebody has priority is asked nowhere and kept nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from app.clock import COURT_ZONE, local
from app.domain.issue_rules import parse_prefixes
from app.domain.ticket import OPEN, Wanted, format_number, parse_number
from app.errors import FormProblem, HallProblem
from app.lanes import HALL, READER, TICKET_PRINTER, on
from app.services import issuing, queue, waits
from app.services.desk import Desk
from app.texts import _

MOST_STUBS: Final = 300
_RANGE: Final = re.compile(r"([A-Z]?)(\d{1,4})(?:[-~至到—]([A-Z]?)(\d{1,4}))?")
_CLOCK: Final = re.compile(r"(\d{1,2})[:：.]?(\d{2})")


@dataclass(frozen=True)
class GroupRow:
    """A group of matters numbers are given for: how many wait, and the minutes that would be said now."""

    group: str
    prefix: str
    waiting: int
    wait: tuple[int, ...]


@dataclass(frozen=True)
class ReceptionView:
    """The page; ``needs`` are what only some windows can do, ``reader`` whether a card can be swiped here."""

    groups: tuple[GroupRow, ...]
    needs: tuple[str, ...]
    windows: int
    given: int
    reader: bool
    printer: bool


@dataclass(frozen=True)
class Given:
    """A number as it is told to the person: ``again`` when they held it already."""

    number: str
    ahead: int
    wait: tuple[int, ...]
    again: bool = False


@on(HALL)
def view(desk: Desk) -> ReceptionView:
    """Return the page as the hall stands now."""
    queue.look(desk)
    state = desk.hall.state
    letters = {desk.settings.hall.group: issuing.PREFIX, **parse_prefixes(desk.settings.queue.prefixes)}
    waiting = state.waiting()
    groups = tuple(
        GroupRow(group, letter, sum(t.group == group for t in waiting), waits.said(desk, state, group))
        for group, letter in letters.items()
    )
    return ReceptionView(
        groups=groups,
        needs=tuple(sorted({tag for tags in state.tags.values() for tag in tags})),
        windows=len(state.enrolled - state.paused.keys()),
        given=len(state.tickets),
        reader=desk.bench.has(READER),
        printer=desk.bench.has(TICKET_PRINTER),
    )


@on(HALL)
def give(desk: Desk, wanted: Wanted) -> Given:
    """Give a number out; who holds one for the same group gets its paper again. Raises HallProblem."""
    taken = issuing.issue(desk, wanted)
    return _told(desk, taken.number, again=taken.again)


@on(HALL)
def reprint(desk: Desk, text: str) -> Given:
    """Print the paper of a number anew, marked as a copy. Raises FormProblem for one that is done with."""
    number = re.split(r"[.:]", text.strip().upper())[-1]
    state = desk.hall.refresh(desk.today())
    ticket = state.tickets.get(number)
    if ticket is None or ticket.state not in OPEN:
        raise FormProblem(
            _("{number} 今天没有在等候或办理。").format(number=number[:20]),
            safe=_("没有打印。"),
            next_step=_("请核对号码；过号的请到窗口请回，或重新取号。"),
        )
    if not desk.bench.has(TICKET_PRINTER):
        raise HallProblem(_("本机没有号票打印机。"), next_step=_("请把号码写给来访人，号仍有效。"))
    issuing.queue_paper(desk, state, number, _("号票遗失，导诉台补打"))
    return _told(desk, number, again=True)


def _told(desk: Desk, number: str, *, again: bool) -> Given:
    state = desk.hall.state
    return Given(number, state.people_ahead(number), state.tickets[number].wait, again)


@on(HALL)
def admit(desk: Desk, text: str, since: str) -> tuple[str, ...]:
    """Take in stubs of the printed roll (``P001-P030 P041``) torn since a time of today (``9:30``).

    Returns those that are new, in their order. Raises FormProblem for what is neither, HallProblem.
    """
    begun = _moment(desk, since)
    return tuple(issuing.admit_stubs(desk, stubs(text), begun))


def stubs(text: str) -> list[str]:
    """Return the numbers a text names, ranges spelt out. Raises FormProblem."""
    found: list[str] = []
    for word in re.split(r"[\s,，、;；]+", text.strip().upper()):
        match = _RANGE.fullmatch(re.split(r"[.:]", word)[-1])
        if match is None or (match[3] and match[3] != match[1]):
            raise _not_understood(word)
        first, last = int(match[2]), int(match[4] or match[2])
        if not 1 <= first <= last or last - first >= MOST_STUBS:
            raise _not_understood(word)
        letter = match[1] or issuing.STUB_PREFIX
        found += [format_number(letter, count) for count in range(first, last + 1)]
    if len(found) > MOST_STUBS:
        raise _not_understood(_("{count} 个号").format(count=len(found)))
    return sorted(set(found), key=parse_number)


def _not_understood(word: str) -> FormProblem:
    return FormProblem(
        _("看不懂“{word}”。").format(word=word[:20]),
        safe=_("一个也没有补录。"),
        next_step=_("请逐个扫号卷，或写成 P001-P030，一次最多 {most} 个。").format(most=MOST_STUBS),
    )


def _moment(desk: Desk, text: str) -> datetime:
    now = local(desk.clock.now())
    match = _CLOCK.fullmatch(text.strip())
    try:
        begun = (
            datetime.combine(now.date(), time(int(match[1]), int(match[2])), COURT_ZONE) if match else None
        )
    except ValueError:
        begun = None
    if begun is None or begun > now:
        raise FormProblem(
            _("没有看懂从几点开始用号卷。"),
            safe=_("一个也没有补录。"),
            next_step=_("请写今天的时间，如 9:30，不能晚于现在。"),
        )
    return begun


@on(HALL)
def open_reception(desk: Desk) -> None:
    """Let the hall know that this desk gives numbers and calls nobody; again does nothing."""
    if desk.settings.hall.reception:
        state = desk.hall.refresh(desk.today())
        if desk.window not in state.paused:
            desk.hall.member(desk.today()).pause(_("导诉台"), desk.clock.now())
