"""People another window holds and does not let go: others pass them, so their numbers are named."""

from __future__ import annotations

from typing import Final

from app.notices import Level, Notice
from app.services.desk import Desk
from app.texts import _

_KEY: Final = "held"


def show(desk: Desk) -> None:
    """Show whom this window asked for in vain, until they are let go. Raises HallProblem outside the hall."""
    held = desk.hall.member(desk.today()).unanswered
    if not held:
        desk.notices.clear(_KEY)
        return
    listed = "、".join(_("{number}（{window} 号窗口）").format(number=t.number, window=t.bound) for t in held)
    desk.notices.post(
        Notice(
            _KEY,
            Level.ATTENTION,
            _("留在别的窗口的人没有放出来：{listed}。").format(listed=listed),
            _("没有重复叫号；那个窗口回来会先叫他们。"),
            _("那台电脑若已停用，请值班主任在“大厅规则”里放出它手上的号。"),
        )
    )
