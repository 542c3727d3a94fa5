"""``python -m app audit``: the audit trail, shown or checked line by line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app.clock import local, moment
from app.commands.opened import with_desk
from app.domain.audit import Act
from app.report import asking
from app.services import trail as proof
from app.services.desk import Desk
from app.storage import trail

_OK: Final = 0
_FOUND: Final = 1


def main(words: Sequence[str]) -> int:
    """Run the command; 0 all holds, 1 a line was changed, removed or inserted, 2 it could not start."""
    options = _parser().parse_args(words)
    command: Callable[[Desk, argparse.Namespace], int] = options.command
    return with_desk(options.data, lambda desk: command(desk, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app audit",
        description="审计记录：谁在什么时候做了什么。每一行的哈希都接着上一行，改动、删去、插入都查得出。",
        epilog="例：python -m app audit verify   python -m app audit show --last 50   窗口要先关闭",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    verify = commands.add_parser("verify", help="逐行核对；有问题列出并返回 1")
    verify.add_argument(
        "--court",
        nargs="?",
        const="",
        metavar="URL",
        help="同时核对法院收到的检查点（不写地址就用设置或登记的法院）",
    )
    verify.add_argument(
        "--token-file", type=Path, metavar="FILE", help="法院通行凭证文件（代替设置或登记的）"
    )
    verify.set_defaults(command=_verify)
    show = commands.add_parser("show", help="显示最近的记录，新的在前")
    show.add_argument("--last", type=int, default=40, metavar="N", help="行数（默认 40）")
    show.add_argument("--act", choices=[act.value for act in Act], help="只看这一种")
    show.add_argument("--json", action="store_true", help="以 JSON 输出")
    show.set_defaults(command=_show)
    return parser


def _verify(desk: Desk, options: argparse.Namespace) -> int:
    found = desk.store(proof.findings)
    with asking(desk, options.court, options.token_file) as ask:
        if ask is not None:
            found += proof.unknown_to_court(desk, ask)
    head = desk.store(trail.head)
    print("\n".join(found) if found else f"✓ {head.size} 行全部一致  {head.hash[:12]}")
    return _FOUND if found else _OK


def _show(desk: Desk, options: argparse.Namespace) -> int:
    act = Act(options.act) if options.act else None
    for line in desk.store(trail.newest, options.last, act=act):
        if options.json:
            facts = {name: getattr(line, name) for name in ("seq", "at", "actor", "act", "subject", "hash")}
            print(json.dumps(facts | {"detail": json.loads(line.detail)}, ensure_ascii=False))
        else:
            at = local(moment(line.at))
            print(f"{line.seq:>7}  {at:%Y-%m-%d %H:%M:%S}", line.actor, line.act, line.subject, line.detail)
    return _OK
