"""One simulated device in the middle of what can happen to it.

    python -m devices.simulators --list
    python -m devices.simulators --scenario feeder-jam-on-page-7 [--folder out/simulated]

It becomes the simulator of that device: a JSON line with its address, then commands on stdin.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from devices.simulators.console import say
from devices.simulators.scenarios import SCENARIOS, SIMULATORS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was named; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--scenario", choices=SCENARIOS)
    what.add_argument("--list", action="store_true", help="a JSON line for each scenario")
    parser.add_argument("--folder", type=Path, default=Path("out") / "simulated", metavar="DIR")
    options = parser.parse_args(arguments)
    if options.list:
        for name, found in SCENARIOS.items():
            say(scenario=name, device=found.device, title=found.title)
        return 0
    scenario = SCENARIOS[options.scenario]
    module, words = SIMULATORS[scenario.device]
    options.folder.mkdir(parents=True, exist_ok=True)
    given = [word.format(folder=options.folder) for word in words]
    return int(import_module(module).main([*given, "--scenario", scenario.own]) or 0)


if __name__ == "__main__":
    sys.exit(main())
