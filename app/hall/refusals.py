"""What the hall log says when it cannot do what was asked, in sentences for the clerk."""

from __future__ import annotations

from app.errors import HallProblem
from app.texts import _


def unreachable(cause: str, waited: float) -> HallProblem:
    return HallProblem(
        _("联系不上排队主机。"),
        safe=_("已取的号、已叫的号都在，没有重号。"),
        next_step=_("连接会自动恢复；可以继续叫已留给本窗口的号。"),
        detail=f"{cause} after {waited:.1f} s",
    )


def not_flushed(server: str) -> HallProblem:
    return HallProblem(
        _("排队主机没有设成每条记录立即写入磁盘，停电会丢号，不能使用。"),
        safe=_("没有发出任何号。"),
        next_step=_("请联系管理员：用本程序的 hall 命令启动排队主机。"),
        detail=f"sync_interval is not always on {server}",
    )


class OlderCopy(HallProblem):
    """The log lacks what this member has seen: it was restored from an old backup."""


def older_copy() -> OlderCopy:
    return OlderCopy(
        _("排队主机上的记录比本窗口见过的旧，可能是用旧备份恢复的。"),
        safe=_("本窗口不再叫号，不会重复叫号。"),
        next_step=_("请值班主管确认恢复，各窗口补报之后再叫号。"),
        detail="the newest event seen here is not in the log",
    )


def not_stored(cause: str) -> HallProblem:
    return HallProblem(
        _("排队主机拒绝写入。"),
        safe=_("这一步没有成，没有发出号。"),
        next_step=_("请联系管理员检查排队主机的磁盘和本窗口的权限。"),
        detail=cause,
    )


def not_admitted(cause: str) -> HallProblem:
    return HallProblem(
        _("排队主机与本窗口互不承认凭证：可能已过期、已作废，或不是本大厅的。"),
        safe=_("没有读到也没有写入任何号。"),
        next_step=_("请核对本机日期；仍不行，请在大厅主机上取一个加入码，再加入一次。"),
        detail=cause,
    )


def code_refused(sentence: str) -> HallProblem:
    return HallProblem(sentence, safe=_("本机没有变动。"), next_step=_("请在大厅主机上取一个新的加入码。"))


def reports_missing(windows: frozenset[int]) -> HallProblem:
    return HallProblem(
        _("排队记录刚从备份恢复，还在等 {windows} 号窗口补报，暂不发新号。").format(
            windows="、".join(map(str, sorted(windows)))
        ),
        safe=_("已取的号都有效。"),
        next_step=_("请打开这些窗口；窗口已坏的，请值班主任在“大厅规则”里停用它。"),
    )


def no_numbers_left() -> HallProblem:
    return HallProblem(
        _("联系不上排队主机，本机预留的号已用完。"),
        safe=_("已取的号都有效，没有重号。"),
        next_step=_("请改发手写号单，恢复后补录。"),
    )


def not_alone() -> HallProblem:
    return HallProblem(
        _("联系不上排队主机，这一步要等恢复后再做。"),
        safe=_("排队没有变动，不会重复叫号。"),
        next_step=_("现在可以继续叫已留给本窗口的号；连接会自动恢复。"),
    )
