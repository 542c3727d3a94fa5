"""``python -m app batch``: the template of a matter, and a look at a filled-in table before anybody comes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.errors import Expected
from app.paths import Places
from app.services.batch_rows import read_rows, understand
from app.services.batch_template import write_template
from app.services.knowledge import read_knowledge
from app.services.spreadsheet import read_table

OK, FOUND, REFUSED = 0, 1, 2


def main(words: Sequence[str]) -> int:
    """Run one command; 0 well, 1 some rows would fail, 2 wrong usage or a file that is not taken."""
    parser = _parser()
    options = parser.parse_args(list(words))
    places = Places.under(options.data) if options.data else Places.of_user()
    knowledge, _faults = read_knowledge(places, keep=False)
    matter = knowledge.matters.get(options.matter.upper())
    if matter is None:
        parser.error(f"没有事项 {options.matter}；有：{'、'.join(knowledge.matters)}")
    try:
        if options.command == "template":
            print(write_template(matter, options.file, of_parties=options.parties))
            return OK
        table = understand(read_table(options.file), matter)
    except Expected as problem:
        print(problem, file=sys.stderr)
        return REFUSED
    rows = tuple(read_rows(table, matter, knowledge))
    for row in rows:
        stands = "不能录入" if row.problems else "可以录入"
        reasons = "；".join((*row.problems, *row.remarks))
        print(f"第 {row.number} 行　{row.title or '—'}　{stands}　{reasons}".rstrip())
    if table.unknown:
        print(f"认不出的列：{'、'.join(table.unknown)}", file=sys.stderr)
    return FOUND if any(row.problems for row in rows) else OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app batch",
        description="批量录入的表格：写模板，核对填好的表。录入在窗口里按 Ctrl+B。",
        epilog="例：batch template --matter F01 名单.xlsx   batch check --matter F01 名单.xlsx",
    )
    commands = parser.add_subparsers(dest="command", title="命令", metavar="命令", required=True)
    template = commands.add_parser("template", help="按事项的简表写一份模板（.xlsx）")
    template.add_argument("--parties", action="store_true", help="一行一人的名单，不是一行一件")
    check = commands.add_parser("check", help="逐行说明能不能录入、为什么；不录入；退出码 1 表示有行不能录入")
    for command in (template, check):
        command.add_argument("--matter", required=True, metavar="CODE", help="事项编号，如 F01")
        command.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（含本院文件）")
        command.add_argument("file", type=Path, metavar="FILE", help=".xlsx（核对时也可以是 .csv）")
    return parser
