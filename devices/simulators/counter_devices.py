"""Small serial devices of a counter as programs: scan gun, rating keypad, LED strip.

    python -m devices.simulators.counter_devices gun    --pty LINK [--scenario NAME]
    python -m devices.simulators.counter_devices keypad --pty LINK --table FILE [--scenario NAME]
    python -m devices.simulators.counter_devices strip  --pty LINK --table FILE [--scenario NAME]

When ready it writes one JSON line ``{"ready": true, "url": ...}``; then it takes a command a line on stdin,
as ``devices.simulators.serial_program`` says, and these:

    gun       scan TEXT (UTF-8; {today} is the day), scan-gb TEXT (GB18030), scan-bare TEXT (no end behind
              it), raw HEX
    keypad    press SCORE, answer SCORE (as soon as it is told to ask; "answer" alone takes it back),
              raw HEX, prompts -> {"prompts": how often it was told to ask}
    strip     shown -> {"shown": text, "frames": good ones, "bad": bytes in no good frame}
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from devices.checks import CHECKS
from devices.keypad import KeypadTable, keypad_table
from devices.simulators.console import Commands
from devices.simulators.serial_program import Machine, SerialProgram
from devices.strip import StripTable, strip_table
from devices.tables import load

COURT_ZONE = timezone(timedelta(hours=8))
_MANY_CODES = b"".join(b"%d\r" % number for number in range(300)).hex()
SCENARIOS_OF: Mapping[str, Mapping[str, Sequence[str]]] = {
    "gun": {
        "nothing": (),
        "ticket": ("scan YC:{today}.A001",),
        "yesterdays-ticket": ("scan YC:2020-01-01.A001",),
        "text": ("scan-gb 钢铁街12号",),
        "half-a-code": ("scan-bare SJ2026",),
        "many-codes": (f"raw {_MANY_CODES}",),
        "flood": ("flood",),
        "unplugged": ("unplug",),
    },
    "keypad": {
        "nobody-presses": ("answer",),
        "five": ("answer 5",),
        "one": ("answer 1",),
        "flood": ("answer", "flood"),
        "unplugged": ("answer", "unplug"),
    },
    "strip": {
        "shows": (),
        "silent": ("mute",),
        "unplugged": ("unplug",),
    },
}
"""The first of each is the device at rest."""


class GunMachine:
    """A gun that is told what it sees."""

    def hear(self, data: bytes) -> bytes:  # noqa: ARG002 - a gun does not listen
        """Nothing is said to a gun."""
        return b""

    def obey(self, line: str) -> bytes:
        """See the top of this module."""
        verb, _, rest = line.partition(" ")
        match verb:
            case "scan":
                today = datetime.now(COURT_ZONE).date()
                return rest.replace("{today}", today.isoformat()).encode() + b"\r\n"
            case "scan-gb":
                return rest.encode("gb18030") + b"\r"
            case "scan-bare":
                return rest.encode()
            case "raw":
                return bytes.fromhex(rest)
        raise ValueError(f"unknown command {verb!r}")


class KeypadMachine:
    """A keypad of the model a table describes."""

    def __init__(self, table: KeypadTable) -> None:
        self._table = table
        self._heard = b""
        self._prompts = 0
        self._answer = b""

    def hear(self, data: bytes) -> bytes:
        """Count prompts; answer one if somebody stands ready to."""
        self._heard += data
        prompt = self._table.prompt
        count = self._heard.count(prompt) if prompt else 0
        if not count:
            return b""
        self._prompts += count
        self._heard = self._heard[self._heard.rfind(prompt) + len(prompt) :]
        return self._answer

    def obey(self, line: str) -> bytes | dict[str, object]:
        """See the top of this module."""
        verb, _, rest = line.partition(" ")
        match verb:
            case "press":
                return self._pressed(int(rest))
            case "answer":
                self._answer = self._pressed(int(rest)) if rest else b""
                return b""
            case "raw":
                return bytes.fromhex(rest)
            case "prompts":
                return {"prompts": self._prompts}
        raise ValueError(f"unknown command {verb!r}")

    def _pressed(self, score: int) -> bytes:
        keys = {score: key for key, score in self._table.keys.items()}
        return self._table.frame(keys[score])


class StripMachine:
    """A strip that shows what the frames of its model say; it reads them by itself, field by field."""

    def __init__(self, table: StripTable) -> None:
        self._table = table
        self._held = b""
        self._shown = ""
        self._frames = self._bad = 0

    def hear(self, data: bytes) -> bytes:
        """Show the texts of whole frames; acknowledge them if this model does."""
        self._held += data
        answer = b""
        while self._held:
            try:
                used, text = self._frame(self._held)
            except EOFError:
                break
            except ValueError:
                self._held, self._bad = self._held[1:], self._bad + 1
                continue
            self._held = self._held[used:]
            self._shown = text.decode("gb2312")
            self._frames += 1
            answer += self._table.reply
        return answer

    def obey(self, line: str) -> dict[str, object]:
        """See the top of this module."""
        if line != "shown":
            raise ValueError(f"unknown command {line!r}")
        return {"shown": self._shown, "frames": self._frames, "bad": self._bad}

    def _frame(self, data: bytes) -> tuple[int, bytes]:
        """Return length and text of the frame at the start. Raises ValueError for none, EOFError for half."""
        at, length, size, text = 0, 0, 0, b""
        for piece in self._table.template:
            expected = None
            if piece == "{len}":
                length = _take(data, at, 1)[0]
                size = 1
            elif piece == "{text}":
                text = _take(data, at, length)
                size = length
            elif piece == "{addr}":
                expected = self._table.addr
            elif piece[0] == "{":
                expected = CHECKS[piece[1:-1]](data[self._table.check_from : at])
            else:
                expected = bytes.fromhex(piece)
            if expected is not None:
                size = len(expected)
                if _take(data, at, size) != expected:
                    raise ValueError("no frame")
            at += size
        if length > self._table.most_bytes:
            raise ValueError("too long")
        return at, text


def _take(data: bytes, at: int, size: int) -> bytes:
    if len(data) < at + size:
        raise EOFError
    return data[at : at + size]


def _machine(options: argparse.Namespace) -> tuple[Machine, str]:
    if options.device == "gun":
        return GunMachine(), ""
    if options.table is None:
        raise SystemExit("--table FILE says which model it is")
    table = load(options.table.parent, options.table.stem)
    query = f"?table={options.table.stem}"
    if options.device == "keypad":
        return KeypadMachine(keypad_table(table)), query
    return StripMachine(strip_table(table)), query


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a simulator; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.counter_devices")
    parser.add_argument("device", choices=("gun", "keypad", "strip"))
    parser.add_argument("--pty", type=Path, metavar="LINK", required=True)
    parser.add_argument("--table", type=Path, metavar="FILE")
    parser.add_argument("--scenario", metavar="NAME")
    options = parser.parse_args(arguments)
    scenarios = SCENARIOS_OF[options.device]
    if options.scenario not in {None, *scenarios}:
        parser.error(f"{options.scenario!r} is none of {', '.join(scenarios)}")
    if sys.platform == "win32":
        raise SystemExit("this system has no pty")
    from devices.simulators.wires import PtyWire

    machine, query = _machine(options)
    scheme = {"gun": "gun+serial", "keypad": "keypad+serial", "strip": "led+serial"}[options.device]
    with Commands() as commands:
        first = [f"scenario {options.scenario}"] if options.scenario else []
        SerialProgram(PtyWire(options.pty, scheme, query), machine, scenarios).run(commands, first)
    return 0


if __name__ == "__main__":
    sys.exit(main())
