"""What a supervisor decides about the hall: its promise of the day, and what becomes of a dead window.

Each is approved with a PIN, used up in the same store transaction that says what it was for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app.clock import COURT_ZONE, local
from app.domain.hall import HallState, Promise
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_replay import came_back_after, replay
from app.domain.staff import Purpose
from app.domain.ticket import TicketState
from app.domain.wait import score, waits_of
from app.errors import HallProblem
from app.lanes import HALL, SEARCH, on
from app.services import approval, queue
from app.services.calling import busy_hall
from app.services.desk import Desk
from app.services.seating import promise_of
from app.texts import _

_GREEN: Final = (5, 10, 15, 20)
_OVERTAKES: Final = (1, 2, 3, 5)
_SECONDS: Final = (0, 15, 30, 60)
_GRACE: Final = (0, 5, 10, 20, 30)
_DAY: Final = 24 * 60
_AHEAD: Final = {"urgent": (30, 60, _DAY, 2 * _DAY), "green": (15, 30, _DAY), "back": (0, 30, _DAY)}
"""Minutes each kind of priority can count as having come earlier, in the order of a promise."""
_SILENT: Final = timedelta(minutes=10)
"""A window that wrote nothing for so long may be dead; whether it is, a person has to say."""


@dataclass(frozen=True)
class Decision:
    """One line: ``key`` is handed back to ``decide`` with an approval for ``purpose``."""

    key: str
    title: str
    detail: str
    purpose: Purpose
    stands: bool = False


@dataclass(frozen=True)
class HallDay:
    """The hall as window ``here`` read it ``now``, the day's events, and the promise that holds."""

    state: HallState
    events: tuple[HallEvent, ...]
    promise: Promise
    here: int
    now: datetime


@on(HALL)
def read(desk: Desk) -> HallDay:
    """Read the day that ``view`` is made of."""
    queue.look(desk)
    state = desk.hall.state
    events = tuple(desk.hall.past(desk.today()))
    return HallDay(state, events, _promise_now(desk, state), desk.window, desk.clock.now())


@on(SEARCH)
def view(_desk: Desk, day: HallDay) -> tuple[Decision, ...]:
    """Return the windows, and the promises one can give with what today would have looked like.

    Replaying a long day takes seconds, in which windows must be able to call.
    """
    return (*dead_windows(day), *_promises(day), *_weights(day), *_graces(day), *_idle(day))


def _promises(day: HallDay) -> Iterator[Decision]:
    now = day.promise
    pairs = {(green, now.overtakes) for green in _GREEN} | {(now.limits[0], times) for times in _OVERTAKES}
    for green, times in sorted(pairs | {(now.limits[0], now.overtakes)}):
        promise = _with_wait(now, green, times)
        detail, stands = _today(day.events, promise), promise.limits == now.limits
        if stands:
            right, told = score(waits_of(day.events, COURT_ZONE))
            detail += _("；等候预计今天 {told} 次说中 {right} 次").format(told=told, right=right)
        title = _wait_words(promise)
        yield Decision(f"promise:{green}:{times}", title, detail, Purpose.QUEUE_RULES, stands)


def _today(events: Sequence[HallEvent], promise: Promise) -> str:
    seen = replay(events, promise)
    return _("今天会是：绿色最长等 {green} 分，其他人平均 {mean} 分，最多被越过 {most} 次").format(
        green=round(seen.green_longest), mean=round(seen.others_mean), most=seen.overtaken_most
    )


def _with_wait(now: Promise, green: int, times: int) -> Promise:
    return replace(now, green_wait=timedelta(minutes=green), overtakes=times)


def _wait_words(promise: Promise) -> str:
    words = _("绿色最多等 {green} 分，其他人最多被越过 {times} 次")
    return words.format(green=promise.limits[0], times=promise.overtakes)


def _weights(day: HallDay) -> Iterator[Decision]:
    """Yield by how much each kind of priority goes before: how much earlier it counts as having come."""
    now = day.promise
    for kind, choices in _AHEAD.items():
        for minutes in sorted({*choices, _minutes_ahead(now, kind)}, reverse=True):
            promise = _with_weight(now, kind, minutes)
            title, stands = _weight_words(kind, minutes), promise.limits == now.limits
            detail = _today(day.events, promise)
            yield Decision(f"ahead:{kind}:{minutes}", title, detail, Purpose.QUEUE_RULES, stands)


def _minutes_ahead(promise: Promise, kind: str) -> int:
    return promise.limits[5 + list(_AHEAD).index(kind)]


def _with_weight(now: Promise, kind: str, minutes: int) -> Promise:
    ahead = timedelta(minutes=minutes)
    match kind:
        case "urgent":
            return replace(now, urgent_ahead=ahead)
        case "green":
            return replace(now, green_ahead=ahead)
        case _:
            return replace(now, back_ahead=ahead)


def _weight_words(kind: str, minutes: int) -> str:
    whom = {"urgent": _("法定期限临近的"), "green": _("绿色通道的"), "back": _("回来补交材料的")}[kind]
    if minutes >= 2 * _DAY:
        return _("{whom}总是最先").format(whom=whom)
    if minutes >= _DAY:
        return _("{whom}总在普通号之前").format(whom=whom)
    if not minutes:
        return _("{whom}按到的时间").format(whom=whom)
    return _("{whom}当作早到 {minutes} 分").format(whom=whom, minutes=minutes)


def _graces(day: HallDay) -> Iterator[Decision]:
    now, gaps = day.promise, came_back_after(day.events)
    for minutes in sorted({*_GRACE, now.limits[2]}):
        kept = sum(gap <= timedelta(minutes=minutes) for gap in gaps)
        detail = _("今天会是：过号后回来 {came} 次，{kept} 次保住原位").format(came=len(gaps), kept=kept)
        title, stands = _grace_words(minutes), minutes == now.limits[2]
        yield Decision(f"grace:{minutes}", title, detail, Purpose.QUEUE_RULES, stands)


def _grace_words(minutes: int) -> str:
    if not minutes:
        return _("过号后回来，重新排队")
    return _("过号 {minutes} 分钟内回来，保住原位").format(minutes=minutes)


def _idle(day: HallDay) -> Iterator[Decision]:
    """What idle windows do is the hall's to say: one that did differently would take the others' turns."""
    now = day.promise
    stand = (now.limits[3], now.in_turn)
    pairs = {stand, *((seconds, now.in_turn) for seconds in _SECONDS)}
    if stand[0]:
        pairs.add((stand[0], not now.in_turn))
    for seconds, in_turn in sorted(pairs):
        detail = _("全大厅的窗口一样，今天起效；暂停的、锁着的窗口不叫") if seconds else _("由窗口按 F5 叫")
        key, stands = f"idle:{seconds}:{int(in_turn)}", (seconds, in_turn) == stand
        yield Decision(key, _idle_words(seconds, in_turn), detail, Purpose.QUEUE_RULES, stands)


def _idle_words(seconds: int, in_turn: bool) -> str:
    if not seconds:
        return _("窗口空着也不自动叫号")
    words = (
        _("窗口空 {seconds} 秒自动叫号，空得最久的先叫")
        if in_turn
        else _("窗口空 {seconds} 秒自动叫号，不分先后")
    )
    return words.format(seconds=seconds)


def _promise_now(desk: Desk, state: HallState) -> Promise:
    return state.promise or promise_of(desk.settings.queue)


# ---- dead windows -----------------------------------------------------------------------------------------


def dead_windows(day: HallDay) -> Iterator[Decision]:
    """Yield what can be done about other windows: retire one that is owed or silent, free what one holds."""
    state = day.state
    for window in sorted((state.enrolled | state.owed | _holders(state)) - {day.here}):
        held = "、".join(_held(state, window))
        last = _last_heard(day.events, window)
        silent = window in state.enrolled and last is not None and day.now - last >= _SILENT
        if window in state.owed or silent:
            title = _("{window} 号窗口停用：不再等它补报，放出它手上的号").format(window=window)
            yield Decision(f"retire:{window}", title, _why_dead(window, state, last), Purpose.FREE_WINDOW)
        if held:
            title = _("放出 {window} 号窗口手上的号，窗口不停用").format(window=window)
            detail = _("{numbers}；只在确认那台电脑不再叫号时用，否则可能叫两次").format(numbers=held)
            yield Decision(f"free:{window}", title, detail, Purpose.FREE_WINDOW)


def _why_dead(window: int, state: HallState, last: datetime | None) -> str:
    heard = _("今天没有动静") if last is None else _("最后一次动静 {at:%H:%M}").format(at=local(last))
    if window in state.owed:
        heard = _("恢复备份之后还没有补报，大厅在等它；{heard}").format(heard=heard)
    return _("{heard}。只在确认那台电脑坏了、不再叫号时用；修好再开，自己回来").format(heard=heard)


def _last_heard(events: Sequence[HallEvent], window: int) -> datetime | None:
    about = {EventKind.FREED, EventKind.RETIRED}  # done to it, not by it
    return max((e.at for e in events if e.window == window and e.kind not in about), default=None)


_KEPT: Final = {TicketState.WAITING, TicketState.PARKED, TicketState.NO_SHOW}


def _holders(state: HallState) -> set[int]:
    tickets = state.tickets.values()
    kept = {t.bound for t in tickets if t.state in _KEPT}
    return {w for w in kept | {t.window for t in tickets if t.state is TicketState.CALLED} if w is not None}


def _held(state: HallState, window: int) -> list[str]:
    def is_held(number: str) -> bool:
        ticket = state.tickets[number]
        called = ticket.state is TicketState.CALLED and ticket.window == window
        kept = ticket.state in _KEPT and ticket.bound == window
        return called or kept

    return [number for number in state.tickets if is_held(number)]


# ---- deciding ---------------------------------------------------------------------------------------------


@on(HALL)
def decide(desk: Desk, key: str, approval_id: str) -> str:
    """Do what was approved; return it in words. Raises NotApproved, HallProblem."""
    verb, *words = key.split(":")
    desk.hall.refresh(desk.today())
    if verb == "free":
        return _free(desk, int(words[0]), approval_id)
    if verb == "retire":
        return _retire(desk, int(words[0]), approval_id)
    promise, said = _promised(_promise_now(desk, desk.hall.state), verb, words)
    return _promise(desk, promise, said, key, approval_id)


def _promised(now: Promise, verb: str, words: Sequence[str]) -> tuple[Promise, str]:
    """Return the promise with what the key of a line changes, and that in words. Raises HallProblem."""
    match verb, *words:
        case "promise", green, times:
            promise = _with_wait(now, int(green), int(times))
            return promise, _wait_words(promise)
        case "ahead", kind, minutes:
            return _with_weight(now, kind, int(minutes)), _weight_words(kind, int(minutes))
        case "grace", minutes:
            return replace(now, grace=timedelta(minutes=int(minutes))), _grace_words(int(minutes))
        case "idle", seconds, in_turn:
            auto_call = timedelta(seconds=int(seconds))
            said = _idle_words(int(seconds), in_turn == "1")
            return replace(now, auto_call=auto_call, in_turn=in_turn == "1"), said
        case _:
            raise HallProblem(_("没有这一项。"), next_step=_("请从名单里选。"))


def _promise(desk: Desk, promise: Promise, words: str, key: str, approval_id: str) -> str:
    member, now = desk.hall.member(desk.today()), desk.clock.now()
    desk.store(approval.spend, approval_id, Purpose.QUEUE_RULES, key.replace(":", " "), now)
    if not member.promise(promise, now):
        raise busy_hall()
    return _("今天起效：{words}").format(words=words)


def _free(desk: Desk, window: int, approval_id: str) -> str:
    desk.store(approval.spend, approval_id, Purpose.FREE_WINDOW, f"window {window}", desk.clock.now())
    return _("已放出：{numbers}").format(numbers="、".join(_let_go(desk, window)))


def _let_go(desk: Desk, window: int) -> list[str]:
    member, now = desk.hall.member(desk.today()), desk.clock.now()
    return [number for number in _held(desk.hall.state, window) if member.free(number, window, now)]


def _retire(desk: Desk, window: int, approval_id: str) -> str:
    """Out of service first: until nothing is owed any more, what stands still cannot be let go."""
    member, now = desk.hall.member(desk.today()), desk.clock.now()
    desk.store(approval.spend, approval_id, Purpose.FREE_WINDOW, f"retire window {window}", now)
    if not member.retire(window, now):
        raise busy_hall()
    freed = _let_go(desk, window)
    said = _("{window} 号窗口已停用").format(window=window)
    return _("{said}，放出 {numbers}").format(said=said, numbers="、".join(freed)) if freed else said
