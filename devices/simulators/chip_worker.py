"""The program of a simulated reader of chip cards; the sample for vendors, too.

    python -m devices.simulators.chip_worker --scene FILE

FILE holds one word, read at every request: ``none``, ``social`` (a social security card), ``other`` (a card
that says nothing), ``broken`` (records cut off), ``silent``, ``unplugged``, ``crash``,
``flood`` (never stops talking).
"""

from __future__ import annotations

import argparse
import base64
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.errors import NoCard, Unplugged
from devices.simulators.cards import id_number
from devices.simulators.misbehaviour import misbehave
from devices.social_card import COMMANDS
from devices.workers.serving import serve

HOLDER = ("其其格𬭎", id_number("150423", "19780305", "442"), "02")
"""Name, number and nation on the simulated card."""
_ATR = bytes.fromhex("3B6D00000081544300863333300D15600000599110")
_GOOD, _NOT_FOUND = b"\x90\x00", b"\x6a\x82"


class SimulatedChips:
    """A reader with the card the scene names."""

    def __init__(self, scene: Path) -> None:
        self._file = scene

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        scene = self._scene()
        if scene == "unplugged":
            raise Unplugged("the reader is gone")
        misbehave(scene)
        match request["do"]:
            case "open":
                return {"title": "IC 卡读卡器 (模拟)"}
            case "find":
                return {"present": scene != "none"}
        if scene == "none":
            raise NoCard("no card in the simulated reader")
        if request["do"] == "card":
            return {"atr": _text(_ATR), "uid": None}
        if request["do"] == "session":
            return {"answers": [_text(_told(base64.b64decode(c), scene)) for c in request["list"]]}
        return {"answer": _text(_told(base64.b64decode(request["bytes"]), scene))}

    def _scene(self) -> str:
        try:
            return self._file.read_text("utf-8").strip()
        except OSError:
            return "unplugged"


def _told(command: bytes, scene: str) -> bytes:
    if scene == "other" or command not in COMMANDS:
        return _NOT_FOUND
    place = COMMANDS.index(command) - 2
    if place < 0:
        return _GOOD
    name, number, nation = HOLDER
    padded = name.encode("gb18030").ljust(30, b"\0")
    tag, value = ((0x08, number.encode()), (0x09, padded), (0x0B, nation.encode()))[place]
    record = bytes((tag, len(value))) + value
    return (record[:5] if scene == "broken" else record) + _GOOD


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.chip_worker")
    parser.add_argument("--scene", type=Path, required=True, metavar="FILE")
    serve(SimulatedChips(parser.parse_args(arguments).scene).answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
