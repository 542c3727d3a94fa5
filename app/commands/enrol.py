"""``python -m app enrol``: bring this window to the court with a one-time code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app import settings
from app.clock import local
from app.errors import Expected
from app.paths import Places
from app.services.desk import open_desk
from app.services.enrolment import Enrolled, enrol
from app.storage import meta, signing

_OK: Final = 0
_REFUSED: Final = 2


def main(words: Sequence[str]) -> int:
    """Run the command; 0 enrolled, 2 refused with a sentence. The window must be closed meanwhile."""
    options = _parser().parse_args(words)
    places = Places.under(options.data) if options.data else Places.of_user()
    try:
        found = _enrol(places, options)
    except Expected as problem:
        print(problem, file=sys.stderr)
        return _REFUSED
    until = f"，证书到 {local(found.ends):%Y-%m-%d}，到期前自动续" if found.ends else ""
    print(f"登记成功：法院 {found.court}，窗口 {found.name}{until}。")
    if settings.load(places.settings)[0].court.url:
        print("设置文件里写了 court.url，仍以设置为准；要用这次登记，请删去 [court] 一节。", file=sys.stderr)
    return _OK


def _enrol(places: Places, options: argparse.Namespace) -> Enrolled:
    desk = open_desk(settings.load(places.settings)[0], places)
    try:
        device = desk.store(meta.read, meta.DEVICE) or ""
        key = desk.store(signing.public_key)
        return enrol(places, options.court, options.code, options.ca, device, key)
    finally:
        desk.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app enrol",
        description="用法院管理员给的一次性登记码登记本窗口：密钥在本机生成，只有本用户能读。",
        epilog="例：python -m app enrol --court https://court-host:8700 --ca ca.pem 登记码",
    )
    parser.add_argument("code", metavar="登记码")
    parser.add_argument("--court", required=True, metavar="URL", help="法院网关的地址")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="法院的根证书 ca.pem；默认用系统信任的")
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    return parser
