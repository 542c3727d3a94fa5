"""What a supervisor decides about the hall: its promise of the day, and what becomes of a dead window.

Each is approved with a PIN, used up in the same store transaction that says what it was for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app.clock import local
from app.domain.hall import HallState, Promise
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_replay import replay
from app.domain.staff import Purpose
from app.domain.ticket import TicketState
from app.errors import HallProblem
from app.lanes import HALL, on
from app.services import approval, queue, waits
from app.services.calling import busy_hall
from app.services.desk import Desk
from app.services.seating import promise_of
from app.texts import _

_GREEN: Final = (5, 10, 15, 20)
_OVERTAKES: Final = (1, 2, 3, 5)
_SECONDS: Final = (0, 15, 30, 60)
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


@on(HALL)
def view(desk: Desk) -> tuple[Decision, ...]:
    """Return the promises one can give, with what today would have looked like, and the windows."""
    queue.look(desk)
    state, events = desk.hall.state, desk.hall.past(desk.today())
    windows = dead_windows(state, events, desk.window, desk.clock.now())
    return (*windows, *_promises(desk, state, events), *_idle(desk, state))


def _promises(desk: Desk, state: HallState, events: Sequence[HallEvent]) -> Iterator[Decision]:
    now = _promise_now(desk, state)
    pairs = {(green, now.overtakes) for green in _GREEN} | {(now.limits[0], times) for times in _OVERTAKES}
    for green, times in sorted(pairs | {(now.limits[0], now.overtakes)}):
        promise = replace(now, green_wait=timedelta(minutes=green), overtakes=times)
        seen = replay(events, promise)
        detail = _("今天会是：绿色最长等 {green} 分，其他人平均 {mean} 分，最多被越过 {most} 次").format(
            green=round(seen.green_longest), mean=round(seen.others_mean), most=seen.overtaken_most
        )
        stands = promise.limits == now.limits
        if stands:
            right, told = waits.scored_today(desk)
            detail += _("；等候预计今天 {told} 次说中 {right} 次").format(told=told, right=right)
        title = _("绿色最多等 {green} 分，其他人最多被越过 {times} 次").format(green=green, times=times)
        yield Decision(f"promise:{green}:{times}", title, detail, Purpose.QUEUE_RULES, stands)


def _idle(desk: Desk, state: HallState) -> Iterator[Decision]:
    """What idle windows do is the hall's to say: one that did differently would take the others' turns."""
    now = _promise_now(desk, state)
    stand = (now.limits[3], now.in_turn)
    pairs = {stand, *((seconds, now.in_turn) for seconds in _SECONDS)}
    if stand[0]:
        pairs.add((stand[0], not now.in_turn))
    for seconds, in_turn in sorted(pairs):
        detail = _("全大厅的窗口一样，今天起效；暂停的、锁着的窗口不叫") if seconds else _("由窗口按 F5 叫")
        key = f"idle:{seconds}:{int(in_turn)}"
        yield Decision(
            key, _idle_words(seconds, in_turn), detail, Purpose.QUEUE_RULES, (seconds, in_turn) == stand
        )


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


def dead_windows(
    state: HallState, events: Sequence[HallEvent], here: int, now: datetime
) -> Iterator[Decision]:
    """Yield what can be done about other windows: retire one that is owed or silent, free what one holds."""
    for window in sorted((state.enrolled | state.owed | _holders(state)) - {here}):
        held = "、".join(_held(state, window))
        last = _last_heard(events, window)
        silent = window in state.enrolled and last is not None and now - last >= _SILENT
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
    if verb == "promise":
        green, times = int(words[0]), int(words[1])
        said = _("绿色最多等 {green} 分，其他人最多被越过 {times} 次").format(green=green, times=times)
        promised = replace(
            _promise_now(desk, desk.hall.state), green_wait=timedelta(minutes=green), overtakes=times
        )
        return _promise(desk, promised, said, key, approval_id)
    if verb == "idle":
        seconds, in_turn = int(words[0]), words[1] == "1"
        idle = replace(
            _promise_now(desk, desk.hall.state), auto_call=timedelta(seconds=seconds), in_turn=in_turn
        )
        return _promise(desk, idle, _idle_words(seconds, in_turn), key, approval_id)
    if verb == "free":
        return _free(desk, int(words[0]), approval_id)
    if verb == "retire":
        return _retire(desk, int(words[0]), approval_id)
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
