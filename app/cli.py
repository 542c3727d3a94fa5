"""The command line. Without a command it opens the desk; ``--help`` tells the rest.

Modules are imported by the command that needs them, so that each starts fast.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple

from app.paths import Places

_OK: Final = 0
_FOUND: Final = 1
_REFUSED: Final = 2


class _Command(NamedTuple):
    """A module whose ``main(words)`` reads the rest of the line itself, and one line of help."""

    module: str
    help: str


_OWN_PARSER: Final = {
    "backup": _Command("app.commands.backup", "备份本机数据，或列出备份（backup --help 看全部）"),
    "restore": _Command("app.commands.restore", "从备份恢复；损坏的文件另外保存（restore --help 看全部）"),
    "key": _Command("app.commands.key", "数据密钥：保管、封存、由法院恢复（key --help 看全部）"),
    "day": _Command("app.commands.day", "日结：取号、收据、送达是否相符（day --help 看全部）"),
    "audit": _Command("app.commands.audit", "审计记录：核对或显示（audit --help 看全部）"),
    "courier": _Command("app.commands.courier", "没有网络时用 U 盘送法院（courier --help 看全部）"),
    "enrol": _Command("app.commands.enrol", "用一次性登记码向法院登记本窗口（enrol --help 看全部）"),
    "calc": _Command("app.commands.calc", "算费用、期限，校验号码，查案由和事项（calc --help 看全部）"),
    "batch": _Command("app.commands.batch", "批量录入的模板和核对（batch --help 看全部）"),
    "join": _Command("app.commands.join", "用一次性加入码加入大厅（join --help 看全部）"),
    "verify-receipt": _Command("app.commands.verify_receipt", "核验收据上的签名（verify-receipt --help）"),
    "receipts": _Command("app.commands.receipts", "收据号连号报告：缺号、作废（receipts --help）"),
    "staff": _Command("app.commands.staff", "值班主任名册和核准口令（staff --help 看全部）"),
}
_SERVERS: Final = {
    "court": _Command("app.court.main", "法院网关：--data DIR --port N（court --help 看全部）"),
    "hall": _Command("app.hall.main", "大厅排队主机：--data DIR --hall NAME（hall --help 看全部）"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 well, 1 something was found, 2 it could not start.

    A simulated counter that does not stand, or a demo that gets stuck on the way, is 1 too.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] and words[0] in _OWN_PARSER:
        return int(import_module(_OWN_PARSER[words[0]].module).main(words[1:]))
    if words[:1] and words[0] in _SERVERS:
        return _serve(_SERVERS[words[0]].module, words[1:])
    if words == ["count-screens"]:
        return int(import_module("ui.monitors").main())
    if words[:1] == ["imaging-worker"]:
        return _imaging_worker()
    if words[:1] == ["recognition-worker"]:
        return int(import_module("app.recognition.worker").main() or 0)
    if words[:1] == ["device-worker"] and len(words) > 1:
        return _device_worker(words[1], words[2:])
    if words[:1] == ["simulate"] and len(words) > 1:
        return _simulate(words[1:])
    options = _parser().parse_args(words)
    _log_to_stderr()
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="一窗：法院诉讼服务大厅窗口程序。不带命令就打开窗口。",
        epilog="例：python -m app --simulate   python -m app demo --out out/demo   python -m app check",
    )
    _place_options(parser)
    parser.add_argument("--simulate", action="store_true", help="用模拟的设备和法院打开（培训、试用）")
    parser.add_argument(
        "--scenario", metavar="NAME", help="和 --simulate 一起用：从这种故障开始演练；list 列出全部"
    )
    parser.add_argument("--print-settings", action="store_true", help="打印全部设置项及当前值后退出")
    parser.set_defaults(command=_desk)
    commands = parser.add_subparsers(title="命令", metavar="命令")

    demo = commands.add_parser("demo", help="用模拟设备从取号到送达法院走完一次，留下截图和文书")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help="结果放在这个文件夹")
    demo.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹；默认在结果文件夹里")
    demo.set_defaults(command=_demo)

    for name, command in (*_SERVERS.items(), *_OWN_PARSER.items()):
        commands.add_parser(name, add_help=False, help=command.help)
    commands.add_parser("simulate", add_help=False, help="一个模拟设备：id-reader、scanner、printer、pad 等")

    check = commands.add_parser("check", help="逐个检查设备和服务：状态、该怎么办")
    _place_options(check, default=argparse.SUPPRESS)
    check.add_argument("--json", action="store_true", help="以 JSON 输出")
    check.set_defaults(command=_check)

    verify = commands.add_parser("verify", help="检查本机数据是否完整；有问题列出并返回 1")
    _place_options(verify, default=argparse.SUPPRESS)
    told = "同时核对法院是否都已收到（不写地址就用设置或登记的法院）"
    verify.add_argument("--court", nargs="?", const="", metavar="URL", help=told)
    verify.add_argument(
        "--token-file", type=Path, metavar="FILE", help="法院通行凭证文件（代替设置或登记的）"
    )
    verify.add_argument("--json", action="store_true", help="以 JSON 输出")
    verify.set_defaults(command=_verify)
    return parser


def _place_options(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add the options; suppressed defaults leave what stands before the command: ``--data DIR check``."""
    data, settings = "本机数据放在这个文件夹（默认为用户目录）", "设置文件（默认为用户目录下 settings.toml）"
    parser.add_argument("--data", type=Path, metavar="DIR", help=data, default=default)
    parser.add_argument("--settings", type=Path, metavar="FILE", help=settings, default=default)


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger().handlers[0].setLevel(logging.WARNING)


def _desk(options: argparse.Namespace) -> int:
    from app import settings

    gc.disable()  # imports make no garbage; looking for it costs a tenth of the start
    from app.main import run_desk

    gc.freeze()
    gc.enable()
    if options.print_settings:
        loaded, faults = settings.load(_settings_file(options))
        print(settings.shown(loaded))
        print("\n".join(f"# {fault.where}: {fault.reason}" for fault in faults))
        return _FOUND if faults else _OK
    if options.scenario:
        from app.simulation import TRAINING

        if not options.simulate or options.scenario not in TRAINING:
            print("\n".join(f"{name:26} {found.title}" for name, found in TRAINING.items()))
            return _OK if options.scenario == "list" else _REFUSED
    return run_desk(
        _places(options), _settings_file(options), simulate=options.simulate, scenario=options.scenario or ""
    )


def _places(options: argparse.Namespace) -> Places:
    return Places.under(options.data) if options.data else Places.of_user()


def _settings_file(options: argparse.Namespace) -> Path:
    given: Path | None = options.settings
    return given or _places(options).settings


def _demo(options: argparse.Namespace) -> int:
    from app.main import run_demo

    return run_demo(options.out, options.data)


def _check(options: argparse.Namespace) -> int:
    from app.report import check_report

    return check_report(_places(options), _settings_file(options), as_json=options.json)


def _verify(options: argparse.Namespace) -> int:
    from app.report import verify_report

    places, file = _places(options), _settings_file(options)
    return verify_report(places, file, options.court, options.token_file, as_json=options.json)


def _device_worker(name: str, words: list[str]) -> int:
    """Become the process that does native work for a driver; a frozen build has no other way to start it."""
    sys.argv[1:] = words
    return int(import_module(f"devices.workers.{name}").main() or 0)


def _imaging_worker() -> int:
    """Become the process that decodes foreign files; a frozen build has no other way to start it."""
    from app.imaging.worker import main as worker

    return int(worker() or 0)


def _serve(module: str, words: list[str]) -> int:
    """Run a server; ``--with-parent`` ties its life to the program that started it."""
    if "--with-parent" in words:
        words.remove("--with-parent")
        _end_with_parent()
    return int(import_module(module).main(words))


def _end_with_parent() -> None:
    """Stop like after Ctrl+C once standard input closes: the program that started this one is gone."""

    def watch() -> None:
        sys.stdin.read()
        if os.name == "nt":
            signal.raise_signal(signal.SIGINT)
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _simulate(words: list[str]) -> int:
    from app.simulation import SIMULATORS, run_simulator

    name, *rest = words
    if name not in SIMULATORS:
        print(json.dumps({"ready": False, "known": sorted(SIMULATORS)}), file=sys.stderr)
        return _REFUSED
    return run_simulator(name, rest)
