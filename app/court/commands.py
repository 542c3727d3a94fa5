"""The operator's commands beside serving: make a CA, let a window in, list who is in, let somebody out.

They work on the database itself and may run while the gateway does.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Final

from app.court import courier
from app.court.credentials import ROLES, Caller, Credentials
from app.court.errors import SettingUnusable
from app.court.issuer import make_authority
from app.court.opening import make_folder, open_database
from app.court.settings import Settings
from app.court.store import utc_now
from app.sync.protocol import is_sha256, is_uuid7

NAMES: Final = ("enrol", "list", "revoke", "ca", "courier")


def add_commands(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the words of one command to its parser."""
    if name == "enrol":
        parser.add_argument("--name", required=True, help="the window, as the list of windows shows it")
        parser.add_argument("--role", choices=ROLES, default="window")
        parser.add_argument("--device", help="the only device this window may speak for")
        parser.add_argument("--hours", type=int, default=24, help="how long the code can be used")
    elif name == "ca":
        parser.add_argument(
            "--host",
            action="append",
            default=[],
            metavar="NAME|IP",
            help="also make the gateway's certificate, for this name; may stand several times",
        )
    elif name == "courier":
        parser.add_argument(
            "act", choices=("key", "allow", "unpack"), help="show our keys, let a device in, take"
        )
        parser.add_argument("file", type=Path, nargs="?", help="unpack: the bundle, or a folder of bundles")
        parser.add_argument(
            "--out", type=Path, help="unpack: where the answer goes; default beside the bundle"
        )
        parser.add_argument("--name", default="courier", help="allow: the window's name")
        parser.add_argument("--device", help="allow: its device, as it says itself")
        parser.add_argument("--key", help="allow: its signing key, as it says itself")
    elif name == "revoke":
        parser.add_argument("--who", required=True, help="a name, or 8 or more digits of an id in the list")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run a command; return the exit status. Raises `CourtRefusal`."""
    make_folder(settings.data)
    if given.command == "ca":
        _say({"files": [str(file) for file in make_authority(settings.data, given.host, utc_now())]})
        return 0
    if given.command == "courier":
        return _courier(given, settings)
    with ExitStack() as closing:
        credentials = Credentials(open_database(settings, closing))
        if given.command == "enrol":
            who = Caller("", settings.court, given.name, given.role, given.device)
            code = credentials.offer(who, timedelta(hours=given.hours))
            _say({"code": code, "name": who.name, "role": who.role, "hours": given.hours})
        elif given.command == "list":
            for one in credentials.listed():
                _say(asdict(one))
        else:
            count = credentials.revoke(given.who)
            _say({"revoked": count})
            return 0 if count else 1
    return 0


def _courier(given: argparse.Namespace, settings: Settings) -> int:
    if given.act == "key":
        _say(courier.Keys(settings.data).public())
        return 0
    if given.act == "allow":
        if not given.device or not given.key or not is_uuid7(given.device) or not is_sha256(given.key):
            raise SettingUnusable(
                "请给出 --device 和 --key。", "--device and --key are needed, as the desk says."
            )
        who = Caller("", settings.court, given.name, "window", given.device)
        with ExitStack() as closing:
            credentials = Credentials(open_database(settings, closing))
            credentials.add(courier.known_as(given.key), courier.KIND, who)
        _say({"allowed": given.device})
        return 0
    if given.file is None:
        raise SettingUnusable("请给出要收的文件。", "Which file?")
    files = sorted(given.file.glob("*.bundle")) if given.file.is_dir() else [given.file]
    for file in files:
        taken = courier.take(settings, file, given.out or file.parent)
        told = {"stored": taken.stored, "waiting": taken.waiting, "blobs": taken.blobs}
        _say({"bundle": file.name, **told, "answer": str(taken.answer)})
    return 0 if files else 1


def _say(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
