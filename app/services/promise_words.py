"""What a day's log proves of the hall's promise, in words: a summary, and each exception by its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.domain.hall_promise import Kept, Less, Reason, Side
from app.texts import _

_WHY: Final = {
    Reason.ALONE: "叫号的窗口当时断开，只能叫留给它的人",
    Reason.HELD: "留在 {holder} 号窗口，已请它放出，没有回音",
    Reason.FENCED: "记录从备份恢复，等各窗口补报时不能叫",
    Reason.CHOSEN: "窗口点名叫号",
    Reason.TOLD: "恢复前叫的号，恢复后补报",
}


def summary(kept: Kept | None) -> tuple[str, ...]:
    """Return what was promised and what people got, as sentences."""
    if kept is None:
        return (_("排队记录联系不上，承诺没有核对。"),)
    minutes, times = kept.limits
    green = _("绿色通道承诺最多等 {minutes} 分：叫了 {count} 人，最长等 {longest} 分，超过的 {late} 人。")
    other = _("其他人承诺最多被越过 {times} 次：{count} 人，最多 {most} 次。")
    verdict = _("有窗口能叫而没有先叫的：{broken} 次。做不到而越过的：{excused} 次，逐一列出。")
    return (
        green.format(minutes=minutes, count=kept.green, longest=kept.longest, late=len(kept.late)),
        other.format(times=times, count=kept.ordinary, most=kept.most),
        verdict.format(broken=len(kept.broken), excused=len(kept.less) - len(kept.broken)),
    )


def exceptions(kept: Kept | None) -> tuple[tuple[str, str], ...]:
    """Return (who was passed over by whom, why it could not be otherwise), one line a person and reason."""
    told: dict[tuple[str, Side, Reason, int | None], list[Less]] = {}
    for less in kept.less if kept else ():
        if less.reason is not None:
            holder = less.holder if less.reason is Reason.HELD else None
            told.setdefault((less.number, less.side, less.reason, holder), []).append(less)
    return tuple(
        (_who(number, side, cases), _(_WHY[reason]).format(holder=holder))
        for (number, side, reason, holder), cases in told.items()
    )


def _who(number: str, side: Side, cases: list[Less]) -> str:
    by = "、".join(_("{number}（{window} 号窗）").format(number=c.by, window=c.window) for c in cases)
    most = max(case.much for case in cases)
    if side is Side.GREEN:
        return _("{number} 已等 {most} 分，先叫了 {by}").format(number=number, most=most, by=by)
    return _("{number} 第 {most} 次被越过，先叫了 {by}").format(number=number, most=most, by=by)


def late(kept: Kept | None) -> Iterator[str]:
    """Yield the green people who were called after the promised minutes because no window was free."""
    for number, minutes in kept.late if kept else ():
        yield _("{number} 等了 {minutes} 分").format(number=number, minutes=minutes)
