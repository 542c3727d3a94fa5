"""The program of a simulated scanner behind a worker; the sample for vendors of TWAIN sources, too.

    python -m devices.simulators.scan_worker --scene FILE

FILE holds one line, read at every page: ``load N`` (N sheets for each scan), ``jam N`` (stuck after N pages),
``empty``, ``cover``, ``half`` (a picture without its end), ``elsewhere`` (a file outside its folder),
``silent``, ``unplugged``.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices import errors
from devices.simulators import pages
from devices.workers.serving import serve

_FOR_EVER = threading.Event()
_ALL = (10_000, 10_000)


class SimulatedScanner:
    """Hands out drawn pages."""

    def __init__(self, scene: Path) -> None:
        self._file = scene

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        scene, _, number = self._scene().partition(" ")
        if scene == "unplugged":
            raise errors.Unplugged("the scanner is gone")
        if scene == "silent":
            _FOR_EVER.wait()
        match request["do"]:
            case "open":
                return {"title": "扫描仪 (模拟)", "sources": ["flatbed", "feeder"]}
            case "status":
                states = {"jam": "jammed", "cover": "cover_open", "empty": "empty"}
                return {"feeder": states.get(scene, "loaded")}
            case _:
                return self._page(request, scene, int(number or 0))

    def _scene(self) -> str:
        try:
            return self._file.read_text("utf-8").strip()
        except OSError:
            return "unplugged"

    def _page(self, request: Mapping[str, Any], scene: str, number: int) -> dict[str, Any]:
        if scene == "cover":
            raise errors.ScannerCoverOpen("cover up")
        if scene == "elsewhere":
            return {"file": "../page.jpg"}
        index = int(request["index"])
        if request["source"] == "feeder" and scene == "empty":
            raise errors.FeederEmpty("no paper")
        if request["source"] == "feeder" and scene in {"load", "jam"} and index >= number:
            if scene == "jam":
                raise errors.FeederJam("stuck")
            return {"end": True}
        drawn = pages.drawn(index, int(request["dpi"]), request["colour"] == "colour")
        data = pages.jpeg(drawn, int(request["dpi"]), _ALL)
        whole = len(data) if scene != "half" else len(data) // 2
        (Path(request["folder"]) / "page.jpg").write_bytes(data[:whole])
        return {"file": "page.jpg"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.scan_worker")
    parser.add_argument("--scene", type=Path, required=True, metavar="FILE")
    serve(SimulatedScanner(parser.parse_args(arguments).scene).answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
