"""A clerk calls for help: every window of the hall and the reception hears it, whoever comes says so.

Nothing of it reaches a public screen. Cut off, the clerk is told that nobody heard.
"""

from __future__ import annotations

from typing import Final

from app.domain.hall import Alarm, HallState
from app.domain.hall_event import EventKind
from app.errors import HallProblem
from app.lanes import HALL, on
from app.notices import Level, Notice
from app.services.desk import Desk
from app.texts import _

OWN: Final = "alarm"
_KEY: Final = "alarm."


@on(HALL)
def call(desk: Desk) -> str:
    """Call for help at this window, or end the call that stands; return what was done.

    Raises HallProblem when nobody else can hear it.
    """
    state = desk.hall.refresh(desk.today())
    kind = EventKind.CALM if desk.window in state.alarms else EventKind.ALARM
    heard = desk.hall.member(desk.today()).help(kind, desk.clock.now())
    show(desk)
    if kind is EventKind.CALM:
        return _("求助已解除")
    if not heard or not desk.hall.is_shared:
        raise HallProblem(
            _("求助没有发出去：别的窗口现在听不到。"),
            safe=_("排队和填写都没有变动。"),
            next_step=_("请直接喊人，或打安保电话。"),
        )
    return _("已向全大厅求助")


@on(HALL)
def come(desk: Desk) -> str:
    """Answer every window that calls for help: somebody comes. Raises HallProblem when none does."""
    state = desk.hall.refresh(desk.today())
    calling = [window for window in sorted(state.alarms) if window != desk.window]
    if not calling:
        raise HallProblem(_("现在没有窗口求助。"), safe=_("没有发出什么。"))
    for window in calling:
        desk.hall.member(desk.today()).help(EventKind.COMING, desk.clock.now(), to=window)
    show(desk)
    return _("已回复 {windows} 号窗口：马上来").format(windows="、".join(map(str, calling)))


def is_wanted(state: HallState, window: int) -> bool:
    """Say whether another window calls for help and this one has not answered."""
    return any(at != window and window not in one.coming for at, one in state.alarms.items())


def show(desk: Desk) -> None:
    """Let the notices of this window say who calls for help and who comes; on the hall lane."""
    alarms = desk.hall.state.alarms
    for notice in desk.notices.standing():
        gone = notice.key.startswith(_KEY) and int(notice.key.removeprefix(_KEY)) not in alarms
        if gone or (notice.key == OWN and desk.window not in alarms):
            desk.notices.clear(notice.key)
    for window, one in alarms.items():
        desk.notices.post(
            _own(one) if window == desk.window else _other(desk.hall.state, desk.window, window)
        )


def _own(one: Alarm) -> Notice:
    if one.coming:
        words = _("{windows} 号窗口马上来。").format(windows="、".join(map(str, one.coming)))
    else:
        words = _("还没有人回复。")
    return Notice(OWN, Level.FAILURE, _("本窗口正在求助。"), words, _("解除请再按一次 Ctrl+F1。"))


def _other(state: HallState, own: int, window: int) -> Notice:
    coming = state.alarms[window].coming
    words = _("{windows} 号窗口已说马上来。").format(windows="、".join(map(str, coming))) if coming else ""
    todo = "" if own in coming else _("能去请按 Ctrl+Shift+F1 回复“马上来”。")
    happened = _("{window} 号窗口紧急求助。").format(window=window)
    return Notice(f"{_KEY}{window}", Level.FAILURE, happened, words, todo)
