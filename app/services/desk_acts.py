"""What can be done at this window with the person who is here, the last act, and the window itself.

One list, made from the hall's state, so that only what is possible just now is offered; each line is chosen
by its key and done by ``act``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from app.domain.hall import HallState
from app.domain.hall_event import EventKind
from app.domain.ticket import Ticket, Wanted
from app.errors import HallProblem
from app.lanes import HALL, READER, on
from app.services import calling, issuing, queue
from app.services.desk import Desk
from app.texts import _


@dataclass(frozen=True)
class DeskAct:
    """One line of the list. ``key`` is handed back to ``act``; ``icon`` is one of the set."""

    key: str
    title: str
    detail: str
    icon: str


PARK: Final = ("去填表", "取材料", "等同行人", "其他")
PUT_BACK: Final = ("叫错了", "本人要求稍后", "本窗口办不了")
PAUSE: Final = ("午休", "开会", "设备故障", "其他")
SENT: Final = "转号"
SWIPE: Final = "swipe"
MOST_CASES: Final = 20


@on(HALL)
def view(desk: Desk) -> tuple[DeskAct, ...]:
    """Return what can be done now, the likeliest first."""
    queue.look(desk)
    state = desk.hall.state
    called = state.called_by(desk.window)
    lines = [*_undo(desk)]
    if desk.bench.has(READER):
        lines.append(DeskAct(SWIPE, _("刷身份证取号"), _("老年人自动优先；已有号的只补打"), "card"))
    if called is not None:
        lines += [*_about(called, state, desk.window)]
    else:
        lines += [*_parked(state, desk.window)]
    return (*lines, *_pauses(state, desk.window), *_numbers(state))


def _undo(desk: Desk) -> Iterator[DeskAct]:
    last = desk.hall.member(desk.today()).last_act() if desk.hall.outside is None else None
    if last is not None:
        words = _("撤销：{number} {what}").format(number=last.number, what=_(_DONE[last.kind]))
        yield DeskAct("undo", words, _("回到这一步之前；别的窗口接着办了就不能撤销"), "undo")


_DONE: Final = {
    EventKind.CALLED: "叫号",
    EventKind.NO_SHOW: "过号",
    EventKind.PARKED: "挂起",
    EventKind.RETURNED: "退回排队",
    EventKind.TRANSFERRED: "转号",
}


def _about(called: Ticket, state: HallState, window: int) -> Iterator[DeskAct]:
    number = called.number
    for reason in PARK:
        words = _("挂起 {number}：{reason}").format(number=number, reason=_(reason))
        yield DeskAct(f"park:{reason}", words, _("草稿留着，回来由本窗口接着办"), "pause")
    for reason in PUT_BACK:
        words = _("退回排队 {number}：{reason}").format(number=number, reason=_(reason))
        yield DeskAct(f"put_back:{reason}", words, _("排回原位，任何窗口都可叫"), "list")
    for other in sorted(state.tags.keys() - {window}):
        tags = " ".join(sorted(state.tags[other]))
        paused = state.paused.get(other)
        detail = _("暂停中：{reason}").format(reason=paused.reason) if paused else tags
        words = _("转到 {window} 号窗口：{number}").format(window=other, number=number)
        yield DeskAct(f"to:{other}", words, detail or _("号码和到达时间不变"), "send")
    for tag in sorted({tag for other, tags in state.tags.items() if other != window for tag in tags}):
        words = _("转到能办“{tag}”的窗口：{number}").format(tag=tag, number=number)
        yield DeskAct(f"needs:{tag}", words, _("号码和到达时间不变"), "send")


def _parked(state: HallState, window: int) -> Iterator[DeskAct]:
    for ticket in state.parked():
        if ticket.bound == window:
            words = _("叫回 {number}").format(number=ticket.number)
            yield DeskAct(f"call:{ticket.number}", words, ticket.reason, "bell")


def _pauses(state: HallState, window: int) -> Iterator[DeskAct]:
    if window in state.paused:
        yield DeskAct("end_pause", _("恢复叫号"), _("也可以直接按 F5"), "bell")
        return
    for reason in PAUSE:
        words = _("暂停本窗口：{reason}").format(reason=_(reason))
        yield DeskAct(f"pause:{reason}", words, _("留给本窗口的人放回大厅"), "pause")


def _numbers(state: HallState) -> Iterator[DeskAct]:
    yield DeskAct("urgent:", _("取号：法定期限临近"), _("优先办理；原因不印、不显示"), "ticket")
    for tag in sorted({tag for tags in state.tags.values() for tag in tags}):
        words = _("取号：要能办“{tag}”的窗口").format(tag=tag)
        yield DeskAct(f"wants:{tag}", words, _("绿色通道，只由这样的窗口叫"), "ticket")
    for cases in range(2, MOST_CASES + 1):
        words = _("取号：{count} 件相关案件一个号").format(count=cases)
        yield DeskAct(f"cases:{cases}", words, _("一个人一次办完，只排一次队"), "ticket")


def _taken(desk: Desk, wanted: Wanted) -> str:
    return _("已取号 {number}").format(number=issuing.issue(desk, wanted).number)


def _group(desk: Desk) -> str:
    return desk.settings.hall.group


@on(HALL)
def act(desk: Desk, key: str) -> str:
    """Do what the line says; return what was done, for the clerk. Raises HallProblem."""
    verb, _colon, detail = key.partition(":")
    todo = _VERBS.get(verb)
    if todo is None:
        raise HallProblem(_("没有这一项。"), next_step=_("请从名单里选。"))
    return todo(desk, detail)


def _paused(desk: Desk, reason: str) -> str:
    calling.pause(desk, reason)
    return _("本窗口已暂停：{reason}").format(reason=reason)


def _resumed(desk: Desk, _detail: str) -> str:
    calling.end_pause(desk)
    return _("本窗口恢复叫号")


def _sent_to(desk: Desk, window: str) -> str:
    number = calling.transfer(desk, SENT, int(window))
    return _("{number} 已转到 {window} 号窗口").format(number=number, window=window)


_VERBS: Final[dict[str, Callable[[Desk, str], str]]] = {
    "undo": lambda desk, _none: _("已撤销 {number} 的上一步").format(number=calling.undo(desk)),
    "park": lambda desk, why: _("{number} 已挂起").format(number=calling.park(desk, why)),
    "put_back": lambda desk, why: _("{number} 已退回排队").format(number=calling.put_back(desk, why)),
    "to": _sent_to,
    "needs": lambda desk, tag: _("{number} 已转号").format(number=calling.transfer(desk, SENT, None, (tag,))),
    "call": lambda desk, number: _("已叫 {number}").format(number=calling.call_one(desk, number).ticket),
    "urgent": lambda desk, _none: _taken(desk, Wanted(_group(desk), urgent=True)),
    "wants": lambda desk, tag: _taken(desk, Wanted(_group(desk), green=True, needs=(tag,))),
    "cases": lambda desk, count: _taken(desk, Wanted(_group(desk), cases=int(count))),
    "pause": _paused,
    "end_pause": _resumed,
}
