"""``python -m app backup``: make a backup now, or list those there are."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app import settings
from app.clock import local
from app.commands.opened import with_desk
from app.paths import Places
from app.services import backups
from app.services.desk import Desk
from app.storage.backup import Backup

_OK: Final = 0


def main(words: Sequence[str]) -> int:
    """Run the command; 0 done, 2 no backup was made. While the window is open it makes its own backups."""
    options = _parser().parse_args(words)
    places = Places.under(options.data) if options.data else Places.of_user()
    loaded, _faults = settings.load(options.settings or places.settings)
    if options.list:
        show(backups.all_of(places, loaded.backup), as_json=options.json)
        return _OK
    return with_desk(options.data, lambda desk: _back_up(desk, options), settings_file=options.settings)


def _back_up(desk: Desk, options: argparse.Namespace) -> int:
    act = backups.back_up
    made = desk.lanes.submit(act.lane, act, desk, options.to).result()
    show(made.backups, as_json=options.json)
    if not options.json:
        print(f"新复制图像 {made.pictures} 个，清理旧备份 {made.thinned} 份")
    return _OK


def show(found: Sequence[Backup], *, as_json: bool) -> None:
    """Print one line a backup, newest first as given."""
    if as_json:
        print(json.dumps([_facts(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        at = f"{local(one.made_at):%Y-%m-%d %H:%M:%S}"
        counted = f"登记 {one.contents.intakes}  审计 {one.contents.audit} 行  {one.size / 1e6:.1f} MB"
        print(f"{at}  {backups.REASONS.get(one.reason, one.reason)}  {counted}  {one.path}")
    if not found:
        print("没有备份")


def _facts(one: Backup) -> dict[str, object]:
    return {
        "path": str(one.path),
        "made_at": one.made_at.isoformat(),
        "reason": one.reason,
        "intakes": one.contents.intakes,
        "audit": one.contents.audit,
        "size": one.size,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app backup",
        description="备份本机数据：加密的完整副本，逐页核对后才算数。设了第二处（backup.second）就同时备份图像。",
        epilog="例：python -m app backup --to /mnt/backup   python -m app backup --list",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="设置文件")
    parser.add_argument("--to", type=Path, metavar="DIR", help="只备份到这个文件夹，连同图像")
    parser.add_argument("--list", action="store_true", help="不备份，只列出已有的备份")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser
