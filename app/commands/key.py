"""``python -m app key``: how the store's key is kept; sealing it; bringing it back with the court's key."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app import settings
from app.commands.terminal import ask_both
from app.errors import Expected, StorageProblem
from app.paths import Places
from app.services import key_care
from app.services.views import Health
from app.settings import Settings
from app.storage import keys
from app.texts import _

_OK: Final = 0
_FOUND: Final = 1
_REFUSED: Final = 2
_LEAST: Final = 12


def main(words: Sequence[str]) -> int:
    """Run the command; 0 done or well, 1 the key is not sealed and escrowed, 2 refused."""
    options = _parser().parse_args(words)
    places = Places.under(options.data) if options.data else Places.of_user()
    loaded, _faults = settings.load(places.settings)
    command: Callable[[Places, Settings, argparse.Namespace], int] = options.command
    try:
        places.make()
        return command(places, loaded, options)
    except Expected as problem:
        print(problem, file=sys.stderr)
    except (OSError, ValueError, TypeError) as error:
        print(f"没有成功，什么都没有改动：{error}", file=sys.stderr)
    return _REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app key",
        description="本机数据的密钥：怎么保管、封存、由法院用托管副本恢复。窗口要先关闭。",
        epilog="例：python -m app key seal custodians   "
        "python -m app key recover --escrow store.escrow --private-key escrow.pem --to keyring",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    status = commands.add_parser("status", help="密钥现在怎么保管；没有封存或没有托管副本时返回 1")
    status.set_defaults(command=_status)
    seal = commands.add_parser(
        "seal", help="封存：tpm 本机安全芯片，keyring 系统密钥库，custodians 两位保管人，file 只是文件"
    )
    seal.add_argument("method", choices=key_care.METHODS)
    seal.set_defaults(command=_seal)
    recover = commands.add_parser("recover", help="用法院的私钥从托管副本恢复密钥")
    recover.add_argument("--escrow", type=Path, metavar="FILE", help="托管副本（默认为配置文件夹里的一份）")
    recover.add_argument("--private-key", type=Path, required=True, metavar="FILE", help="法院的私钥（PEM）")
    recover.add_argument("--to", choices=key_care.METHODS, default="file", help="恢复后怎么保管")
    recover.set_defaults(command=_recover)
    return parser


def _status(places: Places, loaded: Settings, _options: argparse.Namespace) -> int:  # noqa: ARG001
    line = key_care.view(places)
    print(line.text)
    return _OK if line.health is Health.OK else _FOUND


def _seal(places: Places, loaded: Settings, options: argparse.Namespace) -> int:
    key_care.seal(places, options.method, ask_both, _New(), loaded.hall.clerk)
    return _status(places, loaded, options)


def _recover(places: Places, loaded: Settings, options: argparse.Namespace) -> int:
    escrow: Path = options.escrow or places.escrow
    pem = options.private_key.read_bytes()
    try:
        court = keys.private_key(pem)
    except TypeError:
        court = keys.private_key(pem, getpass.getpass("法院私钥的口令：").encode())
    key_care.recover(places, escrow.read_bytes(), court, options.to, _New(), loaded.hall.clerk)
    print("✓ 密钥已恢复，能打开本机数据。")
    return _status(places, loaded, options)


class _New:
    """The two new passphrases, asked once however often they are needed."""

    def __init__(self) -> None:
        self._chosen: tuple[str, str] | None = None

    def __call__(self) -> tuple[str, str]:
        if self._chosen is None:
            self._chosen = _new("第一位保管人"), _new("第二位保管人")
        return self._chosen


def _new(who: str) -> str:
    words = getpass.getpass(f"{who}的新口令（至少 {_LEAST} 个字符）：")
    if len(words) < _LEAST or words != getpass.getpass(f"{who}再输一次："):
        raise StorageProblem(
            _("口令太短，或两次输入不一样。"),
            safe=_("密钥没有改动。"),
            next_step=_("请重新运行命令。"),
        )
    return words
