"""The operator's commands beside serving: let a window in, list who is in, let somebody in no more.

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
from app.court.opening import make_folder, open_database
from app.court.settings import Settings

NAMES: Final = ("enrol", "list", "revoke")


def add_commands(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the words of one command to its parser."""
    if name == "enrol":
        parser.add_argument("--name", required=True, help="the window, as the list of windows shows it")
        parser.add_argument("--role", choices=ROLES, default="window")
        parser.add_argument("--device", help="the only device this window may speak for")
        parser.add_argument("--hours", type=int, default=24, help="how long the code can be used")
    elif name == "revoke":
        parser.add_argument("--who", required=True, help="a name, or 8 or more digits of an id in the list")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run a command; return the exit status. Raises `CourtRefusal`."""
    with ExitStack() as closing:
        make_folder(settings.data)
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
