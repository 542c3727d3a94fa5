"""``python -m app staff``: who may approve at this counter, and their PINs."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app.clock import local
from app.commands.opened import with_desk
from app.domain.staff import Role
from app.errors import Expected, FormProblem
from app.lanes import HALL, STAFF
from app.services import approval, queue, staff_list
from app.services.desk import Desk
from app.services.staff_list import ADD, FOUND, PIN, REMOVE, ROLE, TITLES, Edit
from app.storage import staff

_OK: Final = 0
_FOUND: Final = 1


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
    found = commands.add_parser("found", help="把本机的名册作为全大厅的名册；此后在任一窗口改，处处生效")
    found.add_argument("--by", metavar="管理员", help="哪一位管理员来定")
    found.set_defaults(command=_found)
    commands.add_parser("list", help="列出所有人").set_defaults(command=_list)
    commands.add_parser("log", help="列出最近的核准和被拒的尝试").set_defaults(command=_log)
    return parser


def _add(desk: Desk, options: argparse.Namespace) -> int:
    role = Role(options.role)
    if approval.has_administrator(desk):
        pin = _pin_of_keeper(options)
        known, fresh = desk.store(staff.named, options.name), _typed_twice()
        if known is None or not known.active:
            edit = Edit(ADD, name=options.name, role=role, pin=fresh, again=fresh)
        else:
            edit = Edit(PIN, known.id, pin=fresh, again=fresh)
            if known.role is not role:
                _change(desk, options.by, pin, Edit(ROLE, known.id, role=role))
        _change(desk, options.by, pin, edit)
    elif role is not Role.ADMINISTRATOR:
        raise Expected(
            "还没有管理员。",
            safe="名册没有改动。",
            next_step="请先登记第一位：python -m app staff add 姓名 --role administrator",
        )
    else:
        approval.enlist(desk, options.name, role, _typed_twice())
    print(f"已登记 {options.name}（{TITLES[role]}）。")
    return _OK


def _change(desk: Desk, by: str, pin: str, edit: Edit) -> None:
    """Change the list as the window does, in a hall for all its windows."""
    if desk.hall.is_shared:
        desk.lanes.submit(HALL, queue.keep_up, desk).result()
    prepared = desk.lanes.submit(STAFF, staff_list.prepare, desk, by, pin, edit).result()
    desk.lanes.submit(HALL, staff_list.commit, desk, prepared).result()


def _pin_of_keeper(options: argparse.Namespace) -> str:
    """Ask the administrator who changes the list for their PIN."""
    if not options.by:
        raise Expected("改名册要管理员的口令。", safe="名册没有改动。", next_step="请加上 --by 管理员姓名。")
    tty = sys.stdin.isatty()
    return getpass.getpass(f"{options.by} 的口令：") if tty else sys.stdin.readline().strip()


def _typed_twice() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    first = getpass.getpass("口令：")
    if getpass.getpass("再输一次：") != first:
        raise FormProblem("两次输入不一样。", safe="什么都没有改动。", next_step="请再运行一次。")
    return first


def _retire(desk: Desk, options: argparse.Namespace) -> int:
    pin = _pin_of_keeper(options)
    known = desk.store(staff.named, options.name)
    if known is not None and known.active:
        _change(desk, options.by, pin, Edit(REMOVE, known.id))
        print(f"已停用 {options.name}。")
        return _OK
    approval.administrator(desk, options.by, pin)
    print(f"没有登记过 {options.name}。", file=sys.stderr)
    return _FOUND


def _found(desk: Desk, options: argparse.Namespace) -> int:
    _change(desk, options.by, _pin_of_keeper(options), Edit(FOUND))
    print("本机的名册已成为全大厅的名册。")
    return _OK


def _list(desk: Desk, _options: argparse.Namespace) -> int:
    for person in desk.store(staff.everyone):
        print(f"{person.name}\t{TITLES[person.role]}\t{staff_list.standing(person, desk.clock.now())}")
    return _OK


def _log(desk: Desk, _options: argparse.Namespace) -> int:
    for tried in desk.store(staff.attempts):
        outcome = f"拒绝（{tried.refusal.value}）" if tried.refusal else tried.spent_on or "未用"
        when = local(tried.asked_at)
        print(f"{when:%Y-%m-%d %H:%M}\t{tried.supervisor}\t{tried.purpose.value}\t{tried.clerk}\t{outcome}")
    return _OK
