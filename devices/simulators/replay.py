"""Play a recorded fault of an ID card reader again, so that a driver meets it as it was.

    python -m devices.simulators.replay FILE (--tcp PORT | --pty LINK)

FILE is what ``devices.traffic.export`` wrote. To each request the recorded answer is given, piece by
piece and with its pauses; masked bytes are those of an invented card, sums are right or wrong as
recorded. A request that was not recorded is answered by a simulated reader, so a recording may begin in
the middle. Where the recording says that the reader was unplugged the line is cut.
"""

from __future__ import annotations

import argparse
import json
import re
import select
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.sdt import frames
from devices.simulators.cards import card_named
from devices.simulators.console import Commands, say
from devices.simulators.sdt_machine import SdtMachine
from devices.simulators.wires import TcpWire, Wire

_LARGEST = 4 << 20
_TOKEN = re.compile(r"(?P<hex>(?:[0-9a-f]{2})+)|\*(?P<masked>[0-9]{1,5})|=(?P<sum>ok|bad)", re.ASCII)
_LONGEST_PAUSE = 10.0
_CARD_BYTES = 1280


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that came ``after`` seconds after the request; None: the line was cut."""

    after: float
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request (whole frame) and the pieces that came before the next one."""

    request: bytes
    pieces: tuple[Piece, ...]


class _Filler:
    """Turns the notation of a traffic log back into bytes, across the pieces of one answer."""

    def __init__(self) -> None:
        self._all = b""
        card = card_named("adult")
        self._card = card.text + bytes(_CARD_BYTES - len(card.text))

    def bytes_of(self, text: str) -> bytes:
        """Raises ValueError for anything that is no such notation."""
        before = len(self._all)
        for token in text.split():
            found = _TOKEN.fullmatch(token)
            if found is None:
                raise ValueError(f"{token[:20]!r} is no part of a recording")
            if found["hex"]:
                self._all += bytes.fromhex(found["hex"])
            elif found["masked"]:
                self._all += self._filled(int(found["masked"]))
            else:
                self._all += self._sum(found["sum"] == "ok")
        return self._all[before:]

    def _filled(self, count: int) -> bytes:
        """The card where a card was, however it was cut; zeros elsewhere."""
        start = self._all.rfind(frames.HEADER)
        with_finger = self._all[start + 6 : start + 7] == b"\x0a"  # lengths 050A, 070A, 090A
        at = len(self._all) - start - 7 - (9 if with_finger else 7)
        if start < 0 or at < 0:
            return bytes(count)
        return (self._card[at:] + bytes(count))[:count]

    def _sum(self, right: bool) -> bytes:
        counted = self._all[self._all.rfind(frames.HEADER) + len(frames.HEADER) :]
        return bytes([frames.checksum(counted) ^ (0 if right else 0xFF)])


def parse(text: str) -> list[Exchange]:
    """Read a recording. Raises ValueError saying which line is wrong."""
    exchanges: list[tuple[bytes, float, list[Piece], _Filler]] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            entry = json.loads(line)
            at = float(entry["t"])
            if "sent" in entry:
                exchanges.append((bytes.fromhex(entry["sent"]), at, [], _Filler()))
            elif exchanges:
                _request, asked, pieces, filler = exchanges[-1]
                if "got" in entry:
                    pieces.append(Piece(at - asked, filler.bytes_of(entry["got"])))
                elif str(entry.get("event", "")).startswith("Unplugged"):
                    pieces.append(Piece(at - asked, None))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"line {number}: {error}") from None
    return [Exchange(request, tuple(pieces)) for request, _at, pieces, _filler in exchanges]


class Player:
    """Answers requests from a recording, each exchange once and in order."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._left = list(exchanges)
        self._machine = SdtMachine(card_named("adult"))

    def answer(self, request: bytes) -> tuple[Piece, ...]:
        """Return what to send to a request body; skips what the driver did not ask this time."""
        wanted = frames.build(request)
        for index, exchange in enumerate(self._left):
            if exchange.request == wanted:
                del self._left[: index + 1]
                return exchange.pieces
        return (Piece(0.0, frames.build(self._machine.answer(request))),)


def serve(wire: Wire, player: Player, commands: Commands) -> None:
    """Answer until the commands end."""
    requests = frames.FrameReader(shortest=frames.SHORTEST_REQUEST)
    outgoing: list[tuple[float, bytes | None]] = []
    while True:
        watched = [commands.fileno(), *wire.watched()]
        wait = max(0.0, outgoing[0][0] - time.monotonic()) if outgoing else None
        ready, _, _ = select.select(watched, [], [], wait)
        if commands.fileno() in ready and _is_over(commands.lines()):
            return
        if any(descriptor in ready for descriptor in watched[1:]):
            requests.feed(wire.receive())
        while (request := requests.next_body()) is not None:
            now = time.monotonic()
            pieces = player.answer(request)
            outgoing = [(now + min(piece.after, _LONGEST_PAUSE), piece.data) for piece in pieces]
        while outgoing and outgoing[0][0] <= time.monotonic():
            _at, data = outgoing.pop(0)
            if data is None:
                wire.cut()
                wire.plug()
                outgoing.clear()
            else:
                wire.send(data)


def _is_over(lines: list[str] | None) -> bool:
    return lines is None or "quit" in lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the replay; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.replay")
    parser.add_argument("file", type=Path, metavar="FILE")
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--tcp", type=int, metavar="PORT")
    end.add_argument("--pty", type=Path, metavar="LINK")
    options = parser.parse_args(arguments)
    if options.file.stat().st_size > _LARGEST:
        raise SystemExit(f"{options.file} is no recording: larger than {_LARGEST} bytes")
    try:
        player = Player(parse(options.file.read_text("utf-8")))
    except ValueError as error:
        raise SystemExit(f"{options.file}: {error}") from None
    wire: Wire = TcpWire(options.tcp or 0)
    if options.pty is not None:
        if sys.platform == "win32":
            raise SystemExit("this system has no pty: use --tcp PORT")
        from devices.simulators.wires import PtyWire

        wire = PtyWire(options.pty)
    wire.plug()
    say(ready=True, url=wire.url)
    with Commands() as commands:
        serve(wire, player, commands)
    wire.cut()
    return 0


if __name__ == "__main__":
    sys.exit(main())
