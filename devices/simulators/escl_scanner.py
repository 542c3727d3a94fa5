"""A network scanner with flatbed and feeder as a program, speaking eSCL.

    python -m devices.simulators.escl_scanner --port 0 [--scenario NAME] [--pages DIR]

When ready it writes one JSON line ``{"ready": true, "url": ...}``. Then it takes a command a line on stdin
and answers each with ``{"done": LINE}`` or ``{"failed": LINE, "why": ...}``; it ends with ``quit`` or when
stdin ends.

    load N            put N more sheets into the empty feeder
    fault NAME [N]    until ``clear``:
        jam [N]       paper stuck after N more pages (0)      cover      cover open
        cut           a page breaks off after a third         empty      feeder empty
        busy [N]      503, N times (for ever)                 slow [N]   N seconds (3) before a page
        error500      every request fails                     mute       accepts requests, never answers
        drip          a page comes a byte at a time           vanish     the connection drops, no answer
        badxml / entity / hugexml / notpicture / elsewhere / redirect    answers no scanner should give
    clear             no more faults, no paper jam
    scenario NAME     begin a scenario: what was before is over
    log               answers {"log": [...]}: the requests so far, "METHOD PATH"
    quit
"""

from __future__ import annotations

import argparse
import select
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from devices.simulators.console import Commands, say
from devices.simulators.escl_machine import FAULTS, EsclMachine, EsclServer

SCENARIOS: Mapping[str, Sequence[str]] = {
    "loaded": ("load 3",),
    "empty-feeder": ("load 0",),
    "thick-file": ("load 50",),
    "jam": ("load 5", "fault jam 2"),
    "jam-on-page-7": ("load 12", "fault jam 6"),
    "cut": ("load 3", "fault cut"),
    "busy": ("load 3", "fault busy"),
    "busy-once": ("load 3", "fault busy 1"),
    "slow": ("load 3", "fault slow"),
    "cover-open": ("load 3", "fault cover"),
    "broken": ("load 3", "fault error500"),
}


def obey(machine: EsclMachine, line: str) -> None:
    """Carry out one command. Raises ValueError for one that makes no sense."""
    match line.split():
        case ["load", number]:
            machine.load(int(number))
        case ["fault", name] if name in FAULTS:
            machine.fault(name, FAULTS[name])
        case ["fault", name, number] if name in FAULTS:
            machine.fault(name, int(number))
        case ["scenario", name] if name in SCENARIOS:
            machine.clear()
            for own in SCENARIOS[name]:
                obey(machine, own)
        case ["clear"]:
            machine.clear()
        case ["log"]:
            say(log=machine.log())
        case _:
            raise ValueError("unknown command")


def serve_commands(machine: EsclMachine, commands: Commands) -> None:
    """Obey until ``quit`` or the end of the commands."""
    while True:
        select.select([commands.fileno()], [], [])
        lines = commands.lines()
        if lines is None:
            return
        for line in filter(None, lines):
            if line == "quit":
                return
            try:
                obey(machine, line)
            except ValueError as error:
                say(failed=line, why=str(error))
            else:
                if line != "log":
                    say(done=line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.escl_scanner")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--scenario", choices=SCENARIOS, default="loaded")
    parser.add_argument("--pages", type=Path, metavar="DIR", help="pictures to scan instead of drawn pages")
    options = parser.parse_args(arguments)
    machine = EsclMachine(options.pages)
    for line in SCENARIOS[options.scenario]:
        obey(machine, line)
    server = EsclServer(options.port, machine)
    thread = threading.Thread(target=server.serve_forever, name="http", kwargs={"poll_interval": 0.1})
    thread.start()
    say(ready=True, url=f"escl+http://127.0.0.1:{server.server_address[1]}/eSCL")
    with Commands() as commands:
        serve_commands(machine, commands)
    machine.clear()
    server.shutdown()
    thread.join()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
