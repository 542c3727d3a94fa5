"""Several screens: the party's and the call board's, each on its own, or why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.services.screens import why_not

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
from app.main import OpenDesk
from app.paths import Places
from app.services.desk import open_desk
from app.settings import HallSettings, Settings
from ui.application import make_application
from ui.panels.devices import _screens

make_application()
desk = open_desk(Settings(hall=HallSettings(window=3, board_screen=3)), Places.under(Path(sys.argv[1])))
with OpenDesk(desk) as opened:
    window, board = opened.window, opened.conductor._board.board
    window.party.place(window)
    print(window.party.geometry().x(), board.geometry().x() if board else -1)
    print("|".join(f"{view.key} {view.health.value} {view.text}" for view in _screens(desk, window)))
"""


@pytest.mark.parametrize(
    ("wanted", "screens", "clerk", "said"), [(3, 3, 1, ""), (3, 2, 1, "只接了 2 块"), (1, 2, 1, "是经办人的")]
)
def test_a_board_that_is_not_shown_says_why(wanted: int, screens: int, clerk: int, said: str) -> None:
    found = why_not(wanted, screens, clerk)
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("count", "places", "said"),
    [
        (3, "2000 4000", "screen ok |board ok 在第 3 块屏幕"),
        (2, "2000 -1", "screen ok |board failed 设为第 3 块屏幕，现在只接了 2 块"),
    ],
)
def test_party_and_board_stand_on_their_own_screens(
    tmp_path: Path, count: int, places: str, said: str
) -> None:
    config = tmp_path / "screens.json"
    screens = [
        {"name": f"S{n}", "x": 2000 * n, "y": 0, "width": 1366, "height": 768, "logicalDpi": 96,
         "logicalBaseDpi": 96, "dpr": 1}
        for n in range(count)
    ]  # fmt: skip
    config.write_text(json.dumps({"screens": screens}), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "desk")],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={config}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines[:1] == [places], done.stderr[-2000:]
    assert said in lines[1]
