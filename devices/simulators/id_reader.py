"""A resident ID card reader as a program.

    python -m devices.simulators.id_reader (--pty LINK | --tcp PORT | --rfc2217 PORT) [--scenario NAME]
        [--baud N]

When ready it writes one JSON line ``{"ready": true, "url": ...}``. Then it takes a command a line on stdin
and answers each with ``{"done": LINE}`` or ``{"failed": LINE, "why": ...}``; it ends with ``quit`` or when
stdin ends.

    place NAME                     lay a card down (devices.simulators.cards: key, or the name on the card)
    lift                           take it away
    fault NAME [COMMAND [TIMES]]   damage the next reply (or TIMES replies) to COMMAND, ``read`` if left out,
                                   ``any`` for all; NAME: badsum garbage half nul silent slow unplug flood;
                                   lift: the card is taken away just before; rename: as unplug, and back
                                   under another name; noise: 2 to 8 bits flip, so that the sum may even be
                                   right; sw41 (any status word); noauth lasts until ``clear``
    clear                          no more faults
    scenario NAME                  begin a scenario: what was before is over, the cable is in
    unplug / replug / rename       pull the cable, put it back, put it back under another name
                                   (NAME-2, and NAME the next time)
    quit
"""

from __future__ import annotations

import argparse
import os
import random
import re
import select
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.sdt import frames
from devices.simulators.cards import CARDS, card_named
from devices.simulators.console import Commands, say
from devices.simulators.sdt_machine import COMMANDS, SdtMachine, command_name
from devices.simulators.wires import Rfc2217Wire, TcpWire, Wire

SCENARIOS: Mapping[str, Sequence[str]] = {
    "empty": (),
    **{name: (f"place {name}",) for name in CARDS},
    "bad-sum-once": ("place adult", "fault badsum"),
    "bad-sums": ("place adult", "fault badsum read 1000"),
    "noisy-line": ("place adult", "fault garbage any 1000"),
    "half-frames": ("place adult", "fault half read 1000"),
    "inserted-bytes": ("place adult", "fault nul read 1000"),
    "silent": ("place adult", "fault silent any 1000"),
    "slow-line": ("place adult", "fault slow read 1000"),
    "unplug-mid-read": ("place adult", "fault unplug"),
    "flood": ("place adult", "fault flood read 1000"),
    "lifted-too-soon": ("place adult", "fault lift"),
    "renamed-mid-read": ("place adult", "fault rename"),
    "flipping-bits": ("place adult", "fault noise read 1000"),
    "unauthorised": ("place adult", "fault noauth"),
    "old-reader": ("place adult", "fault sw21 finger 1000"),
}

_FAULTS = re.compile(
    r"badsum|garbage|half|nul|silent|slow|unplug|rename|flood|lift|noise|noauth|sw[0-9a-f]{2}", re.ASCII
)
_FINGER = b"\x30\x10"
_RANDOM = random.SystemRandom()
_SLICE = 64
_SLOW_SECONDS = 0.03
_RETRY_SECONDS = 0.005
_IDLE_SECONDS = 3600.0
_BITS_A_BYTE = 10


@dataclass
class Fault:
    """One kind of damage, for the next ``left`` replies to ``command``."""

    name: str
    command: str
    left: int

    def hits(self, request: bytes) -> bool:
        if self.left <= 0:
            return False
        if self.command == "finger":
            return request[:2] == _FINGER
        return self.command in {"any", command_name(request)}


class IdReaderSimulator:
    """The event loop: one wire, one machine, the commands of the parent. One thread."""

    def __init__(self, wire: Wire, baud: int | None = None) -> None:
        self.wire = wire
        self.machine = SdtMachine()
        self._seconds_a_byte = _BITS_A_BYTE / baud if baud else 0.0
        self._requests = frames.FrameReader(shortest=frames.SHORTEST_REQUEST)
        self._faults: list[Fault] = []
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._flooding = False
        self._has_other_name = False

    def run(self, commands: Commands) -> None:
        """Serve until ``quit`` or the end of the commands."""
        running = True
        while running:
            watched = [commands.fileno(), *self.wire.watched()]
            ready, _, _ = select.select(watched, [], [], self._seconds_to_next())
            if commands.fileno() in ready:
                running = self._obey_all(commands.lines())
            if any(descriptor in ready for descriptor in watched[1:]):
                self._serve(self.wire.receive())
            self._send_due()
        self.wire.cut()

    def obey(self, line: str) -> None:
        """Carry out one command. Raises ValueError or KeyError for one that makes no sense."""
        verb, _, rest = line.partition(" ")
        simple = {
            "lift": self.machine.lift,
            "clear": self._clear,
            "unplug": self._unplug,
            "replug": self.wire.plug,
            "rename": self._rename,
        }
        if verb == "scenario":
            self._begin(SCENARIOS[rest])
        elif verb == "place":
            self.machine.place(card_named(rest.strip()))
        elif verb == "fault":
            self._plan(rest.split())
        elif line in simple:
            simple[line]()
        else:
            raise ValueError(f"unknown command {verb!r}")

    # ---- commands --------------------------------------------------------------------------------

    def _obey_all(self, lines: list[str] | None) -> bool:
        if lines is None:
            return False
        for line in filter(None, lines):
            if line == "quit":
                return False
            try:
                self.obey(line)
            except (ValueError, KeyError, OSError) as error:
                say(failed=line, why=str(error))
            else:
                say(done=line)
        return True

    def _plan(self, words: list[str]) -> None:
        if not 1 <= len(words) <= 3:
            raise ValueError("fault NAME [COMMAND [TIMES]]")
        name, command, times = (*words, *("", "read", "1")[len(words) :])
        if not _FAULTS.fullmatch(name):
            raise ValueError(f"unknown fault {name!r}")
        if command not in {"any", "finger", *COMMANDS}:
            raise ValueError(f"unknown command {command!r}")
        if name == "noauth":
            self.machine.authorised = False
        else:
            self._faults.append(Fault(name, command, int(times)))

    def _begin(self, lines: Sequence[str]) -> None:
        self._clear()
        self.machine.lift()
        if self._has_other_name:
            self._rename()
        self.wire.plug()
        for line in lines:
            self.obey(line)

    def _clear(self) -> None:
        self._faults.clear()
        self._outgoing.clear()
        self._flooding = False
        self.machine.authorised = True

    def _unplug(self) -> None:
        self._outgoing.clear()
        self._flooding = False
        self._requests.clear()
        self.machine.power_off()
        self.wire.cut()

    def _rename(self) -> None:
        self._unplug()
        self._has_other_name = not self._has_other_name
        self.wire.rename()
        self.wire.plug()

    # ---- the line --------------------------------------------------------------------------------

    def _serve(self, data: bytes) -> None:
        bad = self._requests.bad_sums
        self._requests.feed(data)
        while (request := self._requests.next_body()) is not None:
            self._reply(request)
        if self._requests.bad_sums > bad:
            self._queue(frames.build(b"\0\0\x10"))

    def _reply(self, request: bytes) -> None:
        fault = next((f for f in self._faults if f.hits(request)), None)
        if fault is None:
            self._queue(frames.build(self.machine.answer(request)))
            return
        fault.left -= 1
        if fault.name.startswith("sw"):
            self._queue(frames.build(b"\0\0" + bytes.fromhex(fault.name[2:])))
            return
        if fault.name == "lift":
            self.machine.lift()
        self._damaged(fault.name, frames.build(self.machine.answer(request)))

    def _damaged(self, fault: str, frame: bytes) -> None:
        half = frame[: len(frame) // 2]
        if fault in {"unplug", "rename"}:
            self.wire.send(half)
            self._unplug() if fault == "unplug" else self._rename()
        elif fault == "flood":
            self._flooding = True
        elif fault == "slow":
            self._queue(frame, _SLOW_SECONDS)
        elif fault != "silent":
            self._queue(
                {
                    "badsum": frame[:-1] + bytes([frame[-1] ^ 0xFF]),
                    "garbage": os.urandom(37) + frames.HEADER[1:4] + frame,
                    "half": half,
                    "nul": frame[:1] + b"\0" + frame[1:],
                    "lift": frame,
                    "noise": _with_flipped_bits(frame),
                }[fault]
            )

    def _queue(self, data: bytes, pause: float = 0.0) -> None:
        """Put bytes on their way, in slices when the line is slow."""
        pause = max(pause, _SLICE * self._seconds_a_byte)
        if not pause:
            self._outgoing.append((time.monotonic(), data))
            return
        due = max(time.monotonic(), self._outgoing[-1][0] if self._outgoing else 0.0)
        for start in range(0, len(data), _SLICE):
            due += pause
            self._outgoing.append((due, data[start : start + _SLICE]))

    def _seconds_to_next(self) -> float:
        if self._flooding:
            return _RETRY_SECONDS
        if not self._outgoing:
            return _IDLE_SECONDS
        return max(0.0, self._outgoing[0][0] - time.monotonic())

    def _send_due(self) -> None:
        if self._flooding and not self._outgoing:
            self._outgoing.append((time.monotonic(), os.urandom(512)))
        while self._outgoing and self._outgoing[0][0] <= time.monotonic():
            _, data = self._outgoing.popleft()
            sent = self.wire.send(data)
            if sent < len(data):
                self._outgoing.appendleft((time.monotonic() + _RETRY_SECONDS, data[sent:]))
                return


def _with_flipped_bits(frame: bytes) -> bytes:
    """Flip up to 8 bits behind the length: half the time in pairs, which the XOR of a frame cannot see."""
    damaged = bytearray(frame)
    places = _RANDOM.sample(range(7, len(frame)), min(8, len(frame) - 7))
    bits = _RANDOM.choices(range(8), k=4) * 2
    for place, bit in zip(places[_RANDOM.randrange(2) :], bits, strict=False):
        damaged[place] ^= 1 << bit
    return bytes(damaged)


def _wire(options: argparse.Namespace) -> Wire:
    if options.tcp is not None:
        return TcpWire(options.tcp)
    if options.rfc2217 is not None:
        return Rfc2217Wire(options.rfc2217)
    if sys.platform == "win32":
        raise SystemExit("this system has no pty: use --tcp PORT")
    from devices.simulators.wires import PtyWire

    return PtyWire(options.pty)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.id_reader")
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--pty", type=Path, metavar="LINK")
    end.add_argument("--tcp", type=int, metavar="PORT")
    end.add_argument("--rfc2217", type=int, metavar="PORT")
    parser.add_argument("--scenario", choices=SCENARIOS, default="empty")
    parser.add_argument("--baud", type=int, help="send as slowly as a line of this speed")
    options = parser.parse_args(arguments)
    simulator = IdReaderSimulator(_wire(options), options.baud)
    for line in SCENARIOS[options.scenario]:
        simulator.obey(line)
    simulator.wire.plug()
    say(ready=True, url=simulator.wire.url)
    with Commands() as commands:
        simulator.run(commands)
    return 0


if __name__ == "__main__":
    sys.exit(main())
