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
from typing import Final

from app.court.credentials import ROLES, Caller, Credentials
from app.court.issuer import make_authority
from app.court.opening import make_folder, open_database
from app.court.settings import Settings
from app.court.store import utc_now

NAMES: Final = ("enrol", "list", "revoke", "ca")


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
    elif name == "revoke":
        parser.add_argument("--who", required=True, help="a name, or 8 or more digits of an id in the list")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run a command; return the exit status. Raises `CourtRefusal`."""
    make_folder(settings.data)
    if given.command == "ca":
        _say({"files": [str(file) for file in make_authority(settings.data, given.host, utc_now())]})
        return 0
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


def _say(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
