"""The screens of the party and the hall pulled out and put back, on a real X server with real monitors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.helpers.devices import ROOT
from tests.helpers.monitors import NO_XVFB, virtual_display


@NO_XVFB
def test_a_screen_pulled_out_and_put_back_costs_no_keystroke_and_covers_nobody(tmp_path: Path) -> None:
    with virtual_display(3) as display:
        done = subprocess.run(
            [sys.executable, "-m", "tests.helpers.screens_pulled", str(tmp_path)],
            cwd=ROOT,
            env=os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
    assert done.stdout.splitlines()[-1:] == ["whole"], done.stderr[-3000:]
