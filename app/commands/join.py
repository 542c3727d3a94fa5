"""``python -m app join CODE``: this window joins the hall of its settings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app import settings
from app.errors import Expected
from app.paths import Places
from app.services.seating import join_hall

_OK: Final = 0
_REFUSED: Final = 2


def main(words: Sequence[str]) -> int:
    """Join and say as whom; 0 joined, 2 refused with the reason. The window is opened anew after it."""
    parser = argparse.ArgumentParser(
        prog="python -m app join",
        description="本窗口用一次性加入码加入大厅；大厅地址写在设置的 [hall] url。",
        epilog="例：python -m app join ABCDE-FGHIJ-KLMNO-PQRST-UVWXY-Z",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="设置文件")
    parser.add_argument("code", metavar="加入码", help="大厅主机上 hall join-code 显示的码")
    options = parser.parse_args(words)
    places = Places.under(options.data) if options.data else Places.of_user()
    loaded, _faults = settings.load(options.settings or places.settings)
    try:
        joined = join_hall(loaded, places, options.code)
    except Expected as problem:
        print(problem, file=sys.stderr)
        return _REFUSED
    print(f"已加入大厅 {joined.hall}，本机是 {joined.member}。请重新打开窗口。")
    return _OK
