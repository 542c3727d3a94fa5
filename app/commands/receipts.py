"""``python -m app receipts``: are the receipt numbers without a gap, and which are void, why?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from app.commands.opened import with_desk
from app.domain.outliers import Tally
from app.domain.receipt import Series
from app.services import ledger
from app.services.desk import Desk

_OK: Final = 0
_FOUND: Final = 1


def main(words: Sequence[str]) -> int:
    """Run the command; 0 all is well, 1 a number is missing or somebody stands out, 2 it could not start."""
    options = _parser().parse_args(words)
    return with_desk(options.data, lambda desk: _report(desk, options))


def _report(desk: Desk, options: argparse.Namespace) -> int:
    last: date = options.to or desk.today()
    first: date = options.first or last
    act = ledger.gaps
    if options.week:
        tallies: tuple[Tally, ...] = desk.lanes.submit(ledger.week.lane, ledger.week, desk, last).result()
        listed = [asdict(one) for one in tallies]
        print(json.dumps(listed, ensure_ascii=False) if options.json else _week(tallies))
        return _FOUND if any(one.outlier for one in tallies) else _OK
    found: tuple[Series, ...] = desk.lanes.submit(act.lane, act, desk, first, last).result()
    print(json.dumps([_plain(one) for one in found], ensure_ascii=False) if options.json else _shown(found))
    return _FOUND if any(one.missing for one in found) else _OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app receipts",
        description="收据号连号报告：每个窗口每天从 1 起，一号不缺；作废的写明理由，恢复备份跳过的写明范围。",
        epilog="例：python -m app receipts --from 2026-11-01 --to 2026-11-30   窗口要先关闭",
    )
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="第一天")
    parser.add_argument("--to", type=date.fromisoformat, metavar="DAY", help="最后一天（默认今天）")
    parser.add_argument("--week", action="store_true", help="到这一天的七天里，每人补打、作废了多少，谁偏多")
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser


def _week(tallies: tuple[Tally, ...]) -> str:
    lines = [
        f"{one.clerk}\t原件 {one.originals}\t补打 {one.copies}\t作废 {one.voids}"
        + ("\t偏多，请了解原因" if one.outlier else "")
        for one in tallies
    ]
    return "\n".join(lines) or "这七天没有打印。"


def _plain(one: Series) -> dict[str, object]:
    return asdict(one) | {"day": one.day.isoformat()}


def _shown(found: tuple[Series, ...]) -> str:
    lines = []
    for one in found:
        whole = "，缺 " + "、".join(map(str, one.missing)) if one.missing else "，连号"
        lines.append(f"{one.day} {one.window} 号窗口 {one.first:04d}—{one.last:04d}{whole}")
        lines += [
            f"  {first:04d}—{last:04d} 恢复备份时跳过：可能有已经发出而随损坏数据丢失的，以纸质收据为准"
            for first, last in one.skipped
        ]
        lines += [f"  作废 {number}：{reason}" for number, reason in one.voids]
    return "\n".join(lines) or "这些天没有收据。"
