"""``python -m app courier``: records to the court on a stick, and the court's answer back."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app.commands.opened import with_desk
from app.errors import Expected
from app.services import courier
from app.services.desk import Desk

_OK: Final = 0
_FOUND: Final = 1


def main(words: Sequence[str]) -> int:
    """Run the command; 0 done, 1 an answer was refused, 2 it could not start. The window must be closed."""
    options = _parser().parse_args(words)
    command: Callable[[Desk, argparse.Namespace], int] = options.command
    return with_desk(options.data, lambda desk: command(desk, options), needs_data=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app courier",
        description="没有网络时用 U 盘送法院：文件签了名、加了密；和网络同时用也不会重复。窗口要先关闭。",
        epilog="例：python -m app courier pack /media/usb   收件后 python -m app courier unpack /media/usb",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    key = commands.add_parser("key", help="显示本设备的编号和签名公钥，供法院登记")
    key.set_defaults(command=_key)
    trust = commands.add_parser("trust", help="指定法院的信使公钥文件（登记过的窗口不用）")
    trust.add_argument("file", type=Path, metavar="FILE", help="法院 court courier key 的输出")
    trust.set_defaults(command=_trust)
    pack = commands.add_parser("pack", help="把没送到的记录和图像打成一个文件")
    pack.add_argument("folder", type=Path, metavar="DIR", help="U 盘或文件夹")
    pack.add_argument("--most-mb", type=int, default=0, metavar="N", help="图像最多多少兆；记录总是全部带上")
    pack.set_defaults(command=_pack)
    unpack = commands.add_parser("unpack", help="收下法院的回执")
    unpack.add_argument("path", type=Path, metavar="FILE|DIR", help="回执文件，或放回执的文件夹")
    unpack.set_defaults(command=_unpack)
    return parser


def _key(desk: Desk, _options: argparse.Namespace) -> int:
    print(json.dumps(desk.lanes.submit(courier.identity.lane, courier.identity, desk).result()))
    return _OK


def _trust(desk: Desk, options: argparse.Namespace) -> int:
    desk.places.court_courier.write_bytes(options.file.read_bytes())
    courier.court_keys(desk.places)
    print("已指定法院的信使公钥。")
    return _OK


def _pack(desk: Desk, options: argparse.Namespace) -> int:
    made = desk.lanes.submit(
        courier.pack.lane, courier.pack, desk, options.folder, options.most_mb << 20
    ).result()
    left = f"，还有 {made.left} 份图像没带上" if made.left else ""
    print(f"已打包：记录 {made.records} 件，图像 {made.pictures} 份{left}。文件：{made.file}")
    return _OK


def _unpack(desk: Desk, options: argparse.Namespace) -> int:
    """Take every answer there is; one that is refused does not keep the others."""
    given: Path = options.path
    files = sorted(given.glob("*.ack")) if given.is_dir() else [given]
    status = _OK if files else _FOUND
    for file in files:
        try:
            came = desk.lanes.submit(courier.unpack.lane, courier.unpack, desk, file).result()
        except Expected as problem:
            print(f"{file.name}：{problem}", file=sys.stderr)
            status = _FOUND
            continue
        print(
            f"{file.name}：法院收到记录 {came.stored} 件，图像 {came.pictures} 份；"
            f"要人处理 {came.attention} 件；后台答复 {came.answers} 件。"
        )
    return status
