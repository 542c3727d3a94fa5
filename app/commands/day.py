"""``python -m app day``: whether a counter's day adds up, with every difference by its number."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from app.commands.opened import with_desk
from app.domain.day import DaySheet, Fate, TicketFate
from app.report import asking
from app.services import day_paper
from app.services.bench import PRINTERS
from app.services.day import day_sheet, sentence
from app.services.desk import Desk
from app.services.print_out import print_waiting
from app.services.promise_words import exceptions, summary

_FOUND: Final = 1
_PAGE: Final = "a4"
_ROLL: Final = "80"


def main(words: Sequence[str]) -> int:
    """Run the command; 0 the day adds up, 1 it does not, 2 it could not be checked."""
    options = _parser().parse_args(words)
    return with_desk(options.data, lambda desk: _report(desk, options), settings_file=options.settings)


def _report(desk: Desk, options: argparse.Namespace) -> int:
    sheet = _sheet(desk, options)
    if options.print:
        number = _print(desk, options)
        print(f"日结单 {number} 已送打印", file=sys.stderr)
    print(
        json.dumps(_facts(sheet), ensure_ascii=False, indent=2, default=str) if options.json else _text(sheet)
    )
    return 0 if sheet.balanced else _FOUND


def _sheet(desk: Desk, options: argparse.Namespace) -> DaySheet:
    with asking(desk, options.court, options.token_file) as ask:
        return desk.lanes.submit(day_sheet.lane, day_sheet, desk, options.date, ask).result()


def _print(desk: Desk, options: argparse.Namespace) -> str:
    """Put the sheet on paper; it stays in the ledger, and a printer that failed prints it later."""
    roll = options.print == _ROLL
    with asking(desk, options.court, options.token_file) as ask:
        act = day_paper.print_day
        number = desk.lanes.submit(act.lane, act, desk, options.date, roll, ask).result()
    for role in PRINTERS:
        if desk.bench.has(role) and desk.bench.owner(role) == role:
            out = print_waiting[role]
            desk.lanes.submit(out.lane, out, desk, role).result()
    return number


def _facts(sheet: DaySheet) -> dict[str, object]:
    return {
        "day": sheet.day.isoformat(),
        "window": sheet.window,
        "tickets": {fate.value: list(sheet.tickets_of(fate)) for fate in TicketFate},
        "intakes": {fate.value: list(sheet.intakes_of(fate)) for fate in Fate},
        "left": [{"ticket": ticket, "matters": matters} for ticket, matters in sheet.left],
        "differences": [{"kind": one.kind.value, "number": one.number} for one in sheet.differences],
        "court_checked": sheet.court_checked,
        "promise": asdict(sheet.kept) if sheet.kept else None,
        "audit": {"size": sheet.audit_size, "head": sheet.audit_head},
    }


def _text(sheet: DaySheet) -> str:
    tickets = {fate: len(sheet.tickets_of(fate)) for fate in TicketFate}
    intakes = {fate: len(sheet.intakes_of(fate)) for fate in Fate}
    done, missed, left = (tickets[fate] for fate in TicketFate)
    stored, waiting, attention = (intakes[fate] for fate in Fate)
    lines = [
        f"{sheet.day}  {sheet.window} 号窗口",
        f"取号 {len(sheet.tickets)} = 已办 {done} + 未到 {missed} + 未完 {left}",
        f"收据 {len(sheet.intakes)} = 已送达 {stored} + 待送 {waiting} + 待处理 {attention}",
        f"补打 {len(sheet.reprints)}  审计 {sheet.audit_size} 行 {sheet.audit_head}",
    ]
    lines += [f"! {sentence(one)}" for one in sheet.differences] or ["✓ 账是平的"]
    lines += [f"- {ticket} {matters} 没有结果就离开" for ticket, matters in sheet.left]
    lines += summary(sheet.kept)
    lines += [f"- {who}：{why}" for who, why in exceptions(sheet.kept)]
    if not sheet.court_checked:
        lines.append("（没有与法院核对；加 --court 核对）")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app day",
        description="日结：取号=已办+未到+未完；收据=登记=已送达+待送+待处理。每一处不符都列出号码。",
        epilog="例：python -m app day --print"
        "   python -m app day --date 2026-11-20 --court http://court:8700",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="设置文件")
    parser.add_argument("--date", type=date.fromisoformat, metavar="DAY", help="哪一天（默认今天）")
    parser.add_argument(
        "--court", nargs="?", const="", metavar="URL", help="同时与法院核对（不写地址就用设置或登记的法院）"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="法院通行凭证文件（代替设置或登记的）"
    )
    parser.add_argument(
        "--print", nargs="?", const=_PAGE, choices=(_PAGE, _ROLL), help="打印日结单：a4（默认）或 80 毫米小票"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser
