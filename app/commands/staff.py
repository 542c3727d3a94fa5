"""``python -m app staff``: who may approve at this counter, and their PINs."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from app.clock import local
from app.commands.opened import with_desk
from app.domain.staff import PIN_LIFE, Role, Staff
from app.errors import Expected, FormProblem
from app.services import approval
from app.services.desk import Desk
from app.storage import staff

_OK: Final = 0
_FOUND: Final = 1
_TITLES: Final = {
    Role.CLERK: "窗口人员",
    Role.HELPER: "导办员",
    Role.SUPERVISOR: "值班主任",
    Role.ADMINISTRATOR: "管理员",
}


def main(words: Sequence[str]) -> int:
    """Run the command; 0 done, 1 nobody of that name, 2 refused. The window must be closed meanwhile."""
    options = _parser().parse_args(words)
    command: Callable[[Desk, argparse.Namespace], int] = options.command
    return with_desk(options.data, lambda desk: command(desk, options), needs_data=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app staff",
        description="谁可以在本窗口办理、核准（重印、作废、第二次补正等），以及他们的口令；只有管理员能改。",
        epilog="例：python -m app staff add 李工 --role administrator（第一位）"
        "   python -m app staff add 乌兰 --role supervisor --by 李工",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    add = commands.add_parser("add", help="登记一人，或给已登记的人换口令；口令从键盘输入，不回显")
    add.add_argument("name", metavar="姓名")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.SUPERVISOR.value)
    add.add_argument("--by", metavar="管理员", help="哪一位管理员来改；第一位管理员不用")
    add.set_defaults(command=_add)
    retire = commands.add_parser("retire", help="停用一人；其以前的核准记录保留")
    retire.add_argument("name", metavar="姓名")
    retire.add_argument("--by", metavar="管理员", help="哪一位管理员来改")
    retire.set_defaults(command=_retire)
    commands.add_parser("list", help="列出所有人").set_defaults(command=_list)
    commands.add_parser("log", help="列出最近的核准和被拒的尝试").set_defaults(command=_log)
    return parser


def _add(desk: Desk, options: argparse.Namespace) -> int:
    role = Role(options.role)
    if approval.has_administrator(desk):
        _allow(desk, options)
    elif role is not Role.ADMINISTRATOR:
        raise Expected(
            "还没有管理员。",
            safe="名册没有改动。",
            next_step="请先登记第一位：python -m app staff add 姓名 --role administrator",
        )
    approval.enlist(desk, options.name, role, _typed_twice())
    print(f"已登记 {options.name}（{_TITLES[Role(options.role)]}）。")
    return _OK


def _allow(desk: Desk, options: argparse.Namespace) -> None:
    """Ask the administrator who changes the list for their PIN."""
    if not options.by:
        raise Expected("改名册要管理员的口令。", safe="名册没有改动。", next_step="请加上 --by 管理员姓名。")
    tty = sys.stdin.isatty()
    pin = getpass.getpass(f"{options.by} 的口令：") if tty else sys.stdin.readline().strip()
    approval.administrator(desk, options.by, pin)


def _typed_twice() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    first = getpass.getpass("口令：")
    if getpass.getpass("再输一次：") != first:
        raise FormProblem("两次输入不一样。", safe="什么都没有改动。", next_step="请再运行一次。")
    return first


def _retire(desk: Desk, options: argparse.Namespace) -> int:
    _allow(desk, options)
    if approval.retire(desk, options.name):
        print(f"已停用 {options.name}。")
        return _OK
    print(f"没有登记过 {options.name}。", file=sys.stderr)
    return _FOUND


def _list(desk: Desk, _options: argparse.Namespace) -> int:
    for person in desk.store(staff.everyone):
        print(f"{person.name}\t{_TITLES[person.role]}\t{_standing(person, desk.clock.now())}")
    return _OK


def _standing(person: Staff, now: datetime) -> str:
    if not person.active:
        return "已停用"
    if person.locked_until is not None and now < person.locked_until:
        return f"锁定到 {local(person.locked_until):%H:%M}"
    ends = local(person.pin_set_at + PIN_LIFE)
    return "口令已过期" if person.pin_set_at + PIN_LIFE <= now else f"口令有效到 {ends:%Y-%m-%d}"


def _log(desk: Desk, _options: argparse.Namespace) -> int:
    for tried in desk.store(staff.attempts):
        outcome = f"拒绝（{tried.refusal.value}）" if tried.refusal else tried.spent_on or "未用"
        when = local(tried.asked_at)
        print(f"{when:%Y-%m-%d %H:%M}\t{tried.supervisor}\t{tried.purpose.value}\t{tried.clerk}\t{outcome}")
    return _OK
