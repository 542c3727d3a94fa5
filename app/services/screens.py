"""The screens of this computer: the party's, and where one is set the call board's."""

from __future__ import annotations

import json
import subprocess
from typing import Final

from app.services.desk import Desk
from app.services.views import DeviceView, Health
from app.simulation import program
from app.texts import _

COUNT: Final = "count-screens"
"""The command that tells how many screens there are, in a process of its own: where a display is named that
is not there, Qt ends the process that asks.
"""
PARTY_SCREEN_LOST: Final = "party_screen"
"""The notice that stands while a screen the party had is gone."""
_SECONDS: Final = 15.0


def views(wanted: int, count: int, clerk: int, *, lost: bool = False) -> tuple[DeviceView, ...]:
    """Return a line for the party's screen, and for the board where it is ``wanted`` on one (0 nowhere).

    ``count`` screens are there; the clerk's window is on the one numbered ``clerk``. Screens count from 1.
    ``lost``: the party had a screen since the window opened, and it is gone.
    """
    reason = why_not(wanted, count, clerk) if wanted else ""
    free = count - 1 - (1 if wanted and not reason else 0)
    if free > 0:
        party = DeviceView("screen", _("当事人屏"), Health.OK)
    elif lost:
        text = _("断开了，请检查屏幕的线和电源，接好后自动恢复；这期间按 F10 在本屏签字")
        party = DeviceView("screen", _("当事人屏"), Health.FAILED, text)
    else:
        text = _("没有给当事人的屏幕：确认和签字在本屏进行")
        party = DeviceView("screen", _("当事人屏"), Health.ABSENT, text)
    if not wanted:
        return (party,)
    health = Health.FAILED if reason else Health.OK
    words = reason or _("在第 {number} 块屏幕").format(number=wanted)
    return (party, DeviceView("board", _("叫号屏"), health, words))


def why_not(wanted: int, screens: int, clerk: int) -> str:
    """Say why the board is not on screen ``wanted`` of so many; "" when it is."""
    if wanted > screens:
        words = _("设为第 {wanted} 块屏幕，现在只接了 {count} 块；请接好屏幕，或改 hall.board_screen")
        return words.format(wanted=wanted, count=screens)
    if wanted == clerk:
        return _("设为第 {wanted} 块屏幕，那是经办人的；请改 hall.board_screen").format(wanted=wanted)
    return ""


def look(desk: Desk) -> tuple[DeviceView, ...]:
    """Return the same lines without a window, which will open on the first screen; waits for a process."""
    count, wanted = _count(), desk.settings.hall.board_screen
    if count:
        return views(wanted, count, 1)
    text = _("这里没有图形显示，看不到接了几块屏；请在窗口里按 F11 再看")
    keys = [("screen", _("当事人屏"))] + ([("board", _("叫号屏"))] if wanted else [])
    return tuple(DeviceView(key, title, Health.UNKNOWN, text) for key, title in keys)


def _count() -> int:
    """How many screens there are, 0 without a display."""
    try:
        asked = subprocess.run([*program(), COUNT], capture_output=True, timeout=_SECONDS, check=True)
        return int(json.loads(asked.stdout)["screens"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return 0
