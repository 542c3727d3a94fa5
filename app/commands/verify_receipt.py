"""``python -m app verify-receipt``: is this receipt ours, unchanged? Checked here, without a line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app import settings
from app.clock import local
from app.domain.receipt_code import ReceiptCode, parse_short
from app.errors import Expected
from app.paths import Places
from app.report import no_data
from app.services.desk import open_desk
from app.services.receipt_code import Checked, check
from app.services.receipt_scan import read_code
from app.storage import intakes, receipts, signing
from app.texts import _

_OK: Final = 0
_FOUND: Final = 1
_REFUSED: Final = 2


def main(words: Sequence[str]) -> int:
    """Run the command; 0 genuine, 1 changed, void or not ours, 2 it could not be checked."""
    options = _parser().parse_args(words)
    try:
        code, text = read_code(options.file) if options.file else (options.code or "", "")
        short = parse_short(code)
        if short is not None:
            return _short(short, options)
        keys, void = _keys(options)
        checked = check(code, keys)
    except Expected as problem:
        print(problem, file=sys.stderr)
        return _REFUSED
    return _told(checked, text, checked.facts.receipt_no in void)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app verify-receipt",
        description="核验收据：码上的每一个字都由出具收据的窗口签过名，改动一个数字就通不过。不用联网。",
        epilog="例：python -m app verify-receipt --file 收据.pdf --keys keys.json"
        "   keys.json 从法院网关的 /v1/receipt-keys 下载；窗口电脑上可以不给",
    )
    parser.add_argument("code", nargs="?", help="收据二维码的内容，或 12 位短码")
    parser.add_argument("--file", type=Path, metavar="FILE", help="收据的 PDF 或照片")
    parser.add_argument("--key", metavar="HEX", help="窗口的公钥，64 位十六进制")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="法院公布的公钥（JSON）")
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    return parser


def _keys(options: argparse.Namespace) -> tuple[list[str], frozenset[str]]:
    """Return the public keys, and the numbers this device knows to be void."""
    if options.key:
        return [options.key], frozenset()
    if options.keys:
        told = json.loads(options.keys.read_text("utf-8"))
        return [str(one["key"]) for one in told["keys"]], frozenset()
    places = Places.under(options.data) if options.data else Places.of_user()
    if not places.store.is_file():
        raise Expected(no_data(places).happened, next_step=_("请用 --key 或 --keys 给出窗口的公钥。"))
    desk = open_desk(settings.load(places.settings)[0], places)
    try:
        void = frozenset(one.receipt_no for one in desk.store(receipts.voided))
        return [desk.store(signing.public_key)], void
    finally:
        desk.close()


def _short(short: str, options: argparse.Namespace) -> int:
    """Look a short code up in this desk's records; it is not signed, so nothing is proven without them."""
    places = Places.under(options.data) if options.data else Places.of_user()
    if options.key or options.keys or not places.store.is_file():
        raise Expected(
            _("12 位短码没有签名，离线不能证明真假。"),
            next_step=_("请扫收据上的二维码，或在法院的核验页、出具收据的窗口输入短码。"),
        )
    desk = open_desk(settings.load(places.settings)[0], places)
    try:
        found = desk.store(intakes.beginning, short)
        void = found is not None and desk.store(receipts.is_void, found.receipt_no)
    finally:
        desk.close()
    if found is None:
        print(_("? 本窗口没有这个短码的收据：可能抄错了，或是别的窗口出具的。"))
        return _REFUSED
    print(f"{found.receipt_no}　{local(found.finished_at):%Y-%m-%d %H:%M}")
    if void:
        print(_("✗ 这张收据已经作废。"))
        return _FOUND
    print(_("✓ 本窗口有这个短码的登记。请核对纸上的编号和时间；内容有没有改动，要扫二维码才能证明。"))
    return _OK


def _told(checked: Checked, text: str, void: bool) -> int:
    facts = checked.facts
    print(_facts(facts))
    if not checked.known_key:
        print(_("✗ 没有出具这张收据的窗口的公钥，无法核验。"))
        return _REFUSED
    if not checked.genuine:
        print(_("✗ 签名不对：码被改动过，或不是本院出具的。"))
        return _FOUND
    missing = [word for word in _printed(facts) if text and word not in "".join(text.split())]
    if missing:
        print(_("✗ 码是真的，纸上的文字却与码不一致：{words}").format(words="、".join(missing)))
        return _FOUND
    if void:
        print(_("✗ 这张收据已经作废。"))
        return _FOUND
    print(_("✓ 收据是真的，内容没有改动。"))
    return _OK


def _facts(facts: ReceiptCode) -> str:
    return _("{number}　{time} 收到材料 {kinds} 种 {pages} 页 {copies} 份").format(
        number=facts.receipt_no,
        time=f"{facts.received:%Y-%m-%d %H:%M}",
        kinds=facts.kinds,
        pages=facts.pages,
        copies=facts.copies,
    )


def _printed(facts: ReceiptCode) -> tuple[str, ...]:
    """What must stand on the paper beside the code."""
    at = facts.received
    return (
        facts.receipt_no,
        f"{at.year}年{at.month}月{at.day}日",
        f"{at.hour:02d}时{at.minute:02d}分",
        f"合计{facts.kinds}种{facts.pages}{facts.copies}",
    )
