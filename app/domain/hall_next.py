"""Who is next at a window, and why; and what a window holds so that it can go on alone.

One promise to both sides. Whoever has priority (green channel, a limit about to end, back with papers that
were missing and so without a second wait) goes first, but nobody else is overtaken by them more than the
promised number of times: that side never breaks. The other side, the longest wait of the green channel, is
kept as far as that allows: nobody with priority is ever called later than by plain order of arrival. By how
much they go before others, and before each other, are the weights of the promise (decision 0022).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from app.domain.hall import HallState, Promise
from app.domain.ticket import Ticket


@dataclass(frozen=True)
class Choice:
    """Who is next and why; ``otherwise`` is who would be next without the rule that chose.

    ``runner_up`` is who would be next if this person were not there.
    """

    ticket: Ticket
    rule: str
    reason: str
    otherwise: str | None = None
    runner_up: str | None = None


def next_ticket(
    state: HallState, now: datetime, promise: Promise | None = None, window: int | None = None
) -> Choice | None:
    """Return who is called next and the rule that chose, or None when nobody waits.

    Tickets bound to another window than ``window``, tickets that need what only another window can do, and
    tickets that stand still are left out. The hall's own promise of the day goes before ``promise``.
    """
    waiting = callable_at(state, window)
    choice = _choose(waiting, now, state.promise or promise or Promise(), window)
    if choice is None:
        return None
    others = [t for t in waiting if t is not choice.ticket]
    after = _choose(others, now, state.promise or promise or Promise(), window)
    return Choice(
        choice.ticket, choice.rule, choice.reason, choice.otherwise, after.ticket.number if after else None
    )


def callable_at(state: HallState, window: int | None) -> list[Ticket]:
    """Return whom the window may call, by their place: arrival, or the time of an appointment."""
    waiting = (t for t in state.waiting() if t.bound in (None, window) and not state.frozen(t))
    return sorted((t for t in waiting if state.can_serve(window, t)), key=lambda t: t.place)


def _choose(waiting: list[Ticket], now: datetime, promise: Promise, window: int | None) -> Choice | None:
    if not waiting:
        return None
    first = waiting[0]
    by_arrival = sorted(waiting, key=lambda t: t.arrived_at)
    sent = next((t for t in waiting if t.sent and t.bound == window), None)
    ahead = sent or _priority(by_arrival, first, now, promise) or first
    tired = _tired(by_arrival, ahead, promise)
    if tired is not None:
        reason = f"前面已让过 {tired.overtaken} 人，到上限 {promise.overtakes} 人，轮到本人。"
        return Choice(tired, "overtakes", reason, ahead.number)
    if ahead is first:
        return _by_place(first, by_arrival[0])
    if ahead is sent:
        return Choice(sent, "sent", "转到本窗口的人先叫，不再重新排队。", first.number)
    if ahead.urgent:
        return Choice(ahead, "urgent", "法定期限临近，先办。", first.number)
    if ahead.back and not ahead.green:
        return Choice(ahead, "back", "回来补交材料：上次已等过，不再重新排队。", first.number)
    waited, limit = _minutes(ahead, now), promise.limits[0]
    reason = f"绿色通道优先：已等 {waited} 分钟，承诺不超过 {limit} 分钟。"
    return Choice(ahead, "green", reason, first.number)


def _by_place(first: Ticket, earliest: Ticket) -> Choice:
    if first is earliest or first.booked is None:
        return Choice(first, "arrival", "先到先办：到得最早。")
    reason = f"预约 {first.booked:%H:%M}，按时到：按预约时间排队，不按到的时间。"
    return Choice(first, "appointment", reason, earliest.number)


def _priority(by_arrival: list[Ticket], first: Ticket, now: datetime, promise: Promise) -> Ticket | None:
    """Return who goes before the order of arrival, None when it is the turn of ``first``.

    A green one whose wait is over; else of those with priority whoever came first by the weights, unless
    ``first`` came before that.
    """
    green = next((t for t in by_arrival if t.green), None)
    if green is not None and now - green.arrived_at >= promise.green_wait:
        return green
    counted = {t.number: t.arrived_at - promise.ahead(t) for t in by_arrival if t.priority}
    best = min((t for t in by_arrival if t.priority), key=lambda t: counted[t.number], default=None)
    if best is None or (not first.priority and first.arrived_at <= counted[best.number]):
        return None
    return best


def _tired(by_arrival: list[Ticket], ahead: Ticket, promise: Promise) -> Ticket | None:
    """Return the first to arrive of those who were overtaken often enough and would be again."""
    earlier = (t for t in by_arrival if not t.priority and t.arrived_at < ahead.arrived_at)
    return next((t for t in earlier if t.overtaken >= promise.overtakes), None)


def _minutes(ticket: Ticket, now: datetime) -> int:
    return max(0, int((now - ticket.arrived_at).total_seconds() // 60))


# ---- calling by itself ------------------------------------------------------------------------------------

BETWEEN: Final = 3
"""Seconds a window that was idle for a shorter time leaves to each one that was idle longer."""


def calls_in(state: HallState, window: int, now: datetime, promise: Promise | None = None) -> int | None:
    """Return in how many seconds an idle window calls by itself; None when it does not.

    Of several idle windows that may call the person who is next, the one that was idle longest comes first,
    if the hall wants it: work goes round, and no two call at once.
    """
    promise = state.promise or promise or Promise()
    since = state.idle.get(window)
    choice = next_ticket(state, now, promise, window)
    if not promise.auto_call or since is None or window in state.paused or choice is None:
        return None
    person = choice.ticket
    idle = {w: at for w, at in state.idle.items() if w not in state.paused and w in state.enrolled | {window}}
    may = [w for w in idle if person.bound in (None, w) and state.can_serve(w, person)]
    rank = sorted(may, key=lambda w: (idle[w], w)).index(window) if promise.in_turn else 0
    due = max(since, person.arrived_at) + promise.auto_call + timedelta(seconds=rank * BETWEEN)
    return max(0, ceil((due - now).total_seconds()))


# ---- what a window holds ----------------------------------------------------------------------------------


def to_bind(
    state: HallState, window: int, now: datetime, reserve: int, promise: Promise | None = None
) -> Ticket | None:
    """Return the ticket the window takes into its reserve of ``reserve`` bound ones, or None.

    It takes nobody whom the promise lets nobody pass, and a busy window nobody who was overtaken already:
    they are for whoever is free first. Nor does it take a second one while other windows that could call
    have nobody and not enough people are left for them: whoever holds nobody cannot go on alone.
    """
    held = len(state.bound_to(window))
    if held >= reserve or window in state.paused:
        return None
    promise = state.promise or promise or Promise()
    free = [t for t in callable_at(state, window) if t.bound is None and not _is_due(t, now, promise)]
    if state.called_by(window) is not None:
        free = [t for t in free if not t.overtaken]
    if held and len(free) <= len(_empty_handed(state, window, free)):
        return None
    choice = _choose(free, now, promise, window)
    return choice.ticket if choice else None


def _empty_handed(state: HallState, window: int, free: list[Ticket]) -> set[int]:
    """Return the other windows that hold nobody and could call one of those who are free."""
    holders = {window, *(t.bound for t in state.waiting()), *state.paused}
    others = state.enrolled - holders
    return {other for other in others if any(state.can_serve(other, t) for t in free)}


def to_ask(state: HallState, window: int) -> Ticket | None:
    """Return whom an idle window asks another window for: the first to arrive that nobody asked for yet."""
    bound = [t for t in _held_elsewhere(state, window) if t.asked is None]
    return min(bound, key=lambda t: t.arrived_at, default=None)


def overdue_elsewhere(
    state: HallState, window: int, now: datetime, promise: Promise | None = None
) -> list[Ticket]:
    """Return who is bound to another window although the promise lets nobody pass them, by arrival."""
    promise = state.promise or promise or Promise()

    due = (t for t in _held_elsewhere(state, window) if _is_due(t, now, promise))
    return sorted(due, key=lambda t: t.arrived_at)


def _is_due(ticket: Ticket, now: datetime, promise: Promise) -> bool:
    if ticket.green and now - ticket.arrived_at >= promise.green_wait:
        return True
    return not ticket.priority and ticket.overtaken >= promise.overtakes


def _held_elsewhere(state: HallState, window: int) -> list[Ticket]:
    bound = (t for t in state.waiting() if t.bound not in (None, window) and not t.sent)
    return [t for t in bound if state.can_serve(window, t)]


def to_release(state: HallState, window: int) -> list[Ticket]:
    """Return the bound tickets this window lets go: asked for, overtaken while it is busy, or in a pause."""
    busy = state.called_by(window) is not None
    paused = window in state.paused
    mine = (t for t in state.bound_to(window) if not t.sent)
    return [t for t in mine if t.asked is not None or paused or (busy and t.overtaken > 0)]


def to_give(
    state: HallState, window: int, asker: int, now: datetime, promise: Promise | None = None
) -> Ticket | None:
    """Return whom ``window`` can leave to another one that holds nobody and is cut off: who is next there.

    Nobody who was sent to this window, nor whose papers are on the way to it.
    """
    spare = (t for t in state.bound_to(window) if not t.sent and not t.parcel)
    able = sorted((t for t in spare if state.can_serve(asker, t)), key=lambda t: t.place)
    choice = _choose(able, now, state.promise or promise or Promise(), asker)
    return choice.ticket if choice else None


def next_in_block(state: HallState, window: int, prefix: str, used: int) -> int | None:
    """Return the window's next number of its granted blocks after ``used``, None when they are used up.

    ``used`` is the highest number the window ever took from its blocks: it only grows, so that a grant read
    twice gives no number twice.
    """
    mine = sorted(b.first for b in state.blocks if b.window == window and b.prefix == prefix)
    last = {b.first: b.last for b in state.blocks if b.window == window and b.prefix == prefix}
    for first in mine:
        if max(first, used + 1) <= last[first]:
            return max(first, used + 1)
    return None
