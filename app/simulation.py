"""A counter without hardware: every device and the court as a child process speaking the real protocol.

Used by the training desk and by the demo. Children end when their standard input closes, so none outlives
this process, however it ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO

from app.settings import CourtSettings, DeviceSettings, Settings
from devices.simulators.scenarios import SCENARIOS, Scenario

_ENDED_WITHIN = 5.0


def program() -> list[str]:
    """Return the command that starts this program, also from a frozen build."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "app"]


class Child:
    """One child process: a JSON line says that it is ready, lines on its input tell it what to do."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        """Start it and wait for its ready line; raises RuntimeError with its last words if it ends first."""
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [*program(), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._news = threading.Thread(target=self._drop_news, name="child-news", daemon=True)
        line = _pipe(self.process.stdout).readline()
        if line:
            self._news.start()
        else:
            self.stop()
            raise RuntimeError(f"{' '.join(arguments[:2])} did not start, see {log}")
        self.ready: dict[str, str] = json.loads(line)

    def tell(self, command: str) -> None:
        """Give a simulator a command, such as ``place zhang`` or ``fault jam``."""
        pipe = _pipe(self.process.stdin)
        pipe.write(command + "\n")
        pipe.flush()

    def stop(self) -> None:
        """Close its input, and end it if that does not."""
        _pipe(self.process.stdin).close()
        try:
            self.process.wait(_ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._news.ident is not None:
            self._news.join()
        _pipe(self.process.stdout).close()
        self._log.close()

    def _drop_news(self) -> None:
        """Read what it says and nobody asks for: a full pipe would stop it within a day of training."""
        for _line in _pipe(self.process.stdout):
            pass


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise AssertionError("started with pipes")
    return stream


@dataclass(frozen=True)
class Counter:
    """The simulated devices, the court, and the settings that point a desk at them."""

    reader: Child
    printer: Child
    scanner: Child
    camera: Child
    court: Child
    settings: Settings


class Simulation:
    """Starts everything on entry and stops it on exit; ``folder`` receives papers, court data and logs."""

    def __init__(self, folder: Path, base: Settings, scenario: str = "") -> None:
        """``scenario``: a key of ``TRAINING`` in which the counter begins, "" for one where all is well."""
        self._folder = folder
        self._base = base
        self._scenario = TRAINING[scenario] if scenario else None
        self._stack = ExitStack()

    def __enter__(self) -> Counter:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return self._start()
        except BaseException:
            self._stack.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _child(self, *arguments: str) -> Child:
        child = Child(arguments, self._folder / "children.log")
        self._stack.callback(child.stop)
        return child

    def _simulator(self, device: str, *arguments: str) -> Child:
        scenario = self._scenario
        own = ["--scenario", scenario.own] if scenario is not None and scenario.device == device else []
        return self._child("simulate", device, *arguments, *own)

    def _start(self) -> Counter:
        wire = ["--tcp", "0"] if sys.platform == "win32" else ["--pty", str(self._folder / "reader.tty")]
        reader = self._simulator("id-reader", *wire)
        printer = self._simulator("printer", "--port", "0", "--out", str(self._folder / "roll"))
        scanner = self._simulator("scanner", "--port", "0")
        camera = self._simulator(
            "camera", "--scene", str(self._folder / "camera.scene"), "--scenario", "still-page"
        )
        court = self._child("court", "--with-parent", "--data", str(self._folder / "court"), "--port", "0")
        devices = DeviceSettings(
            id_reader=reader.ready["url"],
            scanner=scanner.ready["url"],
            camera=camera.ready["url"],
            ticket_printer=printer.ready["url"],
            receipt_printer=printer.ready["url"],
            a4_printer=(self._folder / "papers").resolve().as_uri().replace("file://", "pdf+file://", 1),
        )
        (self._folder / "papers").mkdir(exist_ok=True)
        settings = Settings(
            hall=self._base.hall,
            devices=devices,
            court=CourtSettings(url=court.ready["url"], token_file=court.ready["token_file"]),
            look=self._base.look,
        )
        return Counter(reader, printer, scanner, camera, court, settings)


_TRAINED = ("id-reader", "scanner", "camera", "printer")
TRAINING: Mapping[str, Scenario] = MappingProxyType(
    {name: found for name, found in SCENARIOS.items() if found.device in _TRAINED}
    | {
        "paper-out-in-mid-receipt": Scenario("打到一半没纸", "printer", "paper_ends"),
        "paper-out": Scenario("小票机缺纸", "printer", "paper_out"),
        "printer-cut": Scenario("打到一半断线", "printer", "cut"),
        "printer-silent": Scenario("小票机没有回应", "printer", "silent"),
    }
)
"""What the devices of a simulated counter can be made to do, for training."""

SIMULATORS = {
    "id-reader": "devices.simulators.id_reader",
    "scanner": "devices.simulators.escl_scanner",
    "printer": "printing.simulators.network_printer",
    "camera": "devices.simulators.document_camera",
    "camera-worker": "devices.simulators.camera_worker",
    "replay": "devices.simulators.replay",
}


def run_simulator(name: str, arguments: list[str]) -> int:
    """Become the named simulator; returns its exit code."""
    return int(import_module(SIMULATORS[name]).main(arguments) or 0)
