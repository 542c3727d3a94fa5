"""``python -m app restore``: put a proved backup in the place of the store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from app import settings
from app.clock import SystemClock, local
from app.commands.backup import show
from app.commands.terminal import ask_both
from app.errors import Expected, StorageProblem
from app.paths import Places
from app.services import backups
from app.settings import Settings
from app.storage.backup import Backup
from app.storage.opening import load_key
from app.texts import _

_OK: Final = 0
_REFUSED: Final = 2


def main(words: Sequence[str]) -> int:
    """Run the command; 0 restored, 2 not. Asks first unless told ``--yes``; the window must be closed."""
    options = _parser().parse_args(words)
    places = Places.under(options.data) if options.data else Places.of_user()
    loaded, _faults = settings.load(options.settings or places.settings)
    if options.place:
        loaded = replace(loaded, backup=replace(loaded.backup, second=str(options.place)))
    try:
        key = load_key(places, for_restore=True, ask=ask_both)
        chosen = _choose(places, loaded, key, options.file)
        show([chosen], as_json=False)
        if not options.yes and not _agreed():
            print("没有恢复，什么都没有改动。")
            return _REFUSED
        done = backups.put_back(places, chosen, key, SystemClock().now(), loaded.hall.clerk)
    except Expected as problem:
        print(problem, file=sys.stderr)
        return _REFUSED
    print(f"✓ 已恢复到 {local(chosen.made_at):%Y-%m-%d %H:%M:%S}；之后的收据号和排队号从新的一段接着编。")
    if done.kept_aside is not None:
        print(f"原来的文件保存在 {done.kept_aside}")
    if done.blobs_back or done.blobs_missing:
        print(f"图像：取回 {done.blobs_back} 个，找不到 {done.blobs_missing} 个")
    print("请再运行 python -m app verify 核对。")
    return _OK


def _choose(places: Places, loaded: Settings, key: bytes, file: Path | None) -> Backup:
    found = backups.good(places, loaded.backup, key)
    if file is not None:
        found = (one for one in found if one.path.resolve() == file.resolve())
    chosen = next(found, None)
    if chosen is None:
        raise StorageProblem(
            _("没有找到能用的备份。"),
            safe=_("什么都没有改动。"),
            next_step=_("请用 --place 指明备份所在的文件夹，或用 backup --list 查看。"),
        )
    return chosen


def _agreed() -> bool:
    print("恢复会用这份备份换下现在的数据；现在的文件会另外保存。输入 yes 继续：", end="", flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app restore",
        description="用最近一份完好的备份（或指定的一份）恢复本机数据；原文件另外保存，不删除。",
        epilog="例：python -m app restore   python -m app restore --place /mnt/backup --yes",
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="用这份备份（.db）")
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="设置文件")
    parser.add_argument("--place", type=Path, metavar="DIR", help="也在这个文件夹里找备份")
    parser.add_argument("--yes", action="store_true", help="不再询问")
    return parser
