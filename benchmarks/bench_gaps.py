"""How long the window is held while a device hangs, floods or dies and somebody types.

    python -m benchmarks.bench_gaps [--seconds N] [--only PART] [--stacks]

The whole simulated counter and the real window, offscreen. For each fault a digit is typed every 80 ms, the
device is used again and again, and a timer that should fire every 5 ms tells how long it could not. *worst*
and *p99* are those gaps; *processor* is what the GUI thread itself worked in the worst: far less than the gap
means that it waited, for the processor on a busy machine or for Python's lock. ``--stacks`` counts where the
GUI thread stood whenever the watchdog found it held. Bar: 50 ms. A digit that did not arrive is an error.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter as Count
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app import lanes
from app.errors import Expected
from app.main import OpenDesk
from app.paths import Places
from app.services import tries
from app.services.desk import open_desk
from app.services.rhythm import Rhythm
from app.settings import HallSettings, Settings
from app.simulation import ROLES, TRAINING, Counter, Simulation
from ui.application import make_application
from ui.walkthrough import Walkthrough
from ui.watchdog import LIMIT_SECONDS

BAR_MS = 1000 * LIMIT_SECONDS
_BEAT_MS, _KEY_MS, _USE_MS = 5, 80, 400
_FIELD = "identity.address"
_LONGEST = 60
_FRAME = re.compile(r'File "([^"]+)", line (\d+) in (\S+)')


@dataclass(frozen=True)
class Fault:
    """``device`` of the counter; ``begin`` a scenario, or a signal to its simulator or worker's process."""

    name: str
    device: str
    begin: str
    worker: str = ""


FAULTS: Sequence[Fault] = (
    Fault("nothing is wrong", "id-reader", "clean-read"),
    Fault("reader silent", "id-reader", "silent"),
    Fault("reader stopped", "id-reader", "SIGSTOP"),
    Fault("reader floods", "id-reader", "reader-floods"),
    Fault("reader pulled", "id-reader", "unplugged"),
    Fault("vendor's reader stopped", "id-reader", "SIGSTOP", "vendor-worker"),
    Fault("vendor's reader killed", "id-reader", "SIGKILL", "vendor-worker"),
    Fault("scanner stopped", "scanner", "SIGSTOP"),
    Fault("scanner jams", "scanner", "feeder-jam-on-page-7"),
    Fault("printer silent", "printer", "printer-silent"),
    Fault("printer stopped", "printer", "SIGSTOP"),
    Fault("printer off", "printer", "printer-off"),
    Fault("camera frozen", "camera", "camera-frozen"),
    Fault("camera stopped", "camera", "SIGSTOP", "camera_worker"),
    Fault("camera killed", "camera", "SIGKILL", "camera_worker"),
    Fault("pad stopped", "pad", "SIGSTOP", "signature_worker"),
    Fault("pad killed", "pad", "SIGKILL", "signature_worker"),
    Fault("chip reader stopped", "chips", "SIGSTOP", "chip_worker"),
    Fault("chip reader killed", "chips", "SIGKILL", "chip_worker"),
    Fault("gun sends 300 codes", "gun", "gun-many"),
    Fault("gun floods", "gun", "gun-floods"),
    Fault("gun stopped", "gun", "SIGSTOP"),
    Fault("gun pulled", "gun", "gun-unplugged"),
    Fault("keypad floods", "keypad", "keypad-floods"),
    Fault("keypad stopped", "keypad", "SIGSTOP"),
    Fault("strip silent", "strip", "strip-silent"),
    Fault("strip pulled", "strip", "strip-unplugged"),
)
REST = {
    "id-reader": "no-card", "scanner": "three-sheets", "printer": "printer-well", "camera": "page-at-rest",
    "pad": "pad-nobody", "chips": "chip-none", "gun": "gun-nothing", "keypad": "keypad-nobody",
    "strip": "strip-shows",
}  # fmt: skip


@dataclass
class Gaps:
    """Milliseconds between two beats that should be 5 apart, each with the GUI thread's own work in it."""

    beats: list[tuple[float, float]] = field(default_factory=list)

    @property
    def worst(self) -> tuple[float, float]:
        return max(self.beats)

    @property
    def p99(self) -> float:
        ordered = sorted(gap for gap, _work in self.beats)
        return ordered[int(0.99 * (len(ordered) - 1))]


@contextmanager
def beating(gaps: Gaps) -> Iterator[None]:
    clock, timer = QElapsedTimer(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    worked = [time.thread_time()]

    def beat() -> None:
        now = time.thread_time()
        gaps.beats.append((clock.nsecsElapsed() / 1e6, 1000 * (now - worked[0])))
        worked[0] = now
        clock.restart()

    timer.timeout.connect(beat)
    clock.start()
    timer.start(_BEAT_MS)
    try:
        yield
    finally:
        timer.stop()


class Held(logging.Handler):
    """Counts where the GUI thread stood when the watchdog found it held."""

    def __init__(self) -> None:
        super().__init__()
        self.places: Count[str] = Count()

    def emit(self, record: logging.LogRecord) -> None:
        stack = record.getMessage().rpartition("hread 0x")[2]  # the oldest thread stands last: the GUI's
        frames = [f"{Path(f).name}:{line} {name}" for f, line, name in _FRAME.findall(stack)]
        self.places[" < ".join(frames[:6])] += 1


class Bench:
    """The window, somebody typing, and one device after another in trouble."""

    def __init__(self, opened: OpenDesk, counter: Counter) -> None:
        self._opened, self._counter = opened, counter
        self._desk, self._window = opened.desk, opened.window
        self._walk = Walkthrough(opened.window, opened.conductor, lambda: None, lambda _sheets: None)
        self._typed = ""

    def call(self) -> None:
        """Take and call a number, so that there is a field to type into."""
        self._window.activateWindow()
        self._walk.wait(lambda: self._walk.view is not None, "the first view")
        QTest.keyClick(self._window, Qt.Key.Key_F2)
        self._walk.wait(lambda: bool(self._walk.view and self._walk.view.queue.next), "a number")
        QTest.keyClick(self._window, Qt.Key.Key_F5)
        self._walk.wait(lambda: self._walk.visit is not None, "the visit")

    def met(self, fault: Fault, seconds: float) -> Gaps:
        """Bring the device into trouble, use it and type for so long; make it well again."""
        gaps, role = Gaps(), ROLES[fault.device]
        box = self._box()
        self._wipe(box)
        beats = [
            self._every(_KEY_MS, partial(self._type, box)),
            self._every(_USE_MS, partial(self._use, role)),
        ]
        self._begin(fault)
        with beating(gaps):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                QApplication.processEvents()
                time.sleep(0.0005)
        for timer in beats:
            timer.stop()
        self._end(fault)
        rest = iter(box.text())  # codes of the gun go into the field, too, between the digits
        whole = all(digit in rest for digit in self._typed) if fault.device == "gun" else False
        if box.text() != self._typed and not whole:
            raise AssertionError(f"{fault.name}: typed {self._typed!r}, arrived {box.text()!r}")
        return gaps

    def _box(self) -> QLineEdit:
        box = self._window.findChild(QLineEdit, _FIELD)
        if box is None:
            raise AssertionError("no field to type into")
        self._window.visit.choose("identity")
        box.setFocus()
        return box

    def _every(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self._window)
        timer.timeout.connect(slot)
        timer.start(milliseconds)
        return timer

    def _wipe(self, box: QLineEdit) -> None:
        """As a hand does: what a program clears, the next view brings back."""
        QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(box, Qt.Key.Key_Delete)
        self._typed = ""

    def _type(self, box: QLineEdit) -> None:
        if len(self._typed) >= _LONGEST:
            self._wipe(box)
        digit = str(len(self._typed) % 10)
        QTest.keyClick(box, digit)
        self._typed += digit

    def _use(self, role: str) -> None:
        """What a technician's test does; of reader and printer also what a clerk does."""
        acts = self._opened.conductor.acts
        if role == lanes.READER:
            QTest.keyClick(self._window, Qt.Key.Key_F3)
        elif role == lanes.SCANNER:
            QTest.keyClick(self._window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
        elif role == lanes.TICKET_PRINTER:
            QTest.keyClick(self._window, Qt.Key.Key_F2)
        acts.run(self._window, tries.TRY[role], role, name=f"bench.{role}", problem=_expected)

    def _begin(self, fault: Fault) -> None:
        if fault.worker == "vendor-worker":
            self._move("photo-decoded")
        if not fault.begin.startswith("SIG"):
            self._counter.begin(fault.begin)
            return
        what = signal.Signals[fault.begin]
        if not fault.worker:
            self._counter.devices[fault.device].process.send_signal(what)
            return
        self._counter.begin("clean-read" if fault.device == "id-reader" else REST[fault.device])
        self._striking = threading.Event()
        threading.Thread(target=_strike_on, args=(fault.worker, what, self._striking), daemon=True).start()

    def _end(self, fault: Fault) -> None:
        if fault.worker:
            self._striking.set()
            _strike(fault.worker, signal.SIGCONT)
        with suppress(ProcessLookupError):
            self._counter.devices[fault.device].process.send_signal(signal.SIGCONT)
        QTest.keyClick(self._window, Qt.Key.Key_Escape)
        self._counter.begin(REST[fault.device])
        if fault.worker == "vendor-worker":
            self._move(REST["id-reader"])
        role = ROLES[fault.device]
        settled = self._desk.lanes.submit(role, lambda: None)
        self._walk.wait(settled.done, f"the end of {fault.name}")

    def _move(self, scenario: str) -> None:
        url = self._counter.address(scenario)
        self._desk.lanes.submit(lanes.READER, self._desk.bench.reassign, lanes.READER, url)


def _strike(worker: str, what: signal.Signals) -> None:
    """Send a signal to the worker's process, if it runs now."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(word.rpartition(".")[2] == worker for word in child.cmdline()):
                child.send_signal(what)


def _strike_on(worker: str, what: signal.Signals, enough: threading.Event) -> None:
    """Strike every process that is started anew, on a thread: looking for it takes longer than a beat."""
    while not enough.wait(_USE_MS / 1000):
        _strike(worker, what)


def _expected(_problem: Expected) -> None:
    """A device in trouble says so; here only the time counts."""


def main() -> int:
    """Print the table; 1 when a gap was over the bar."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_gaps")
    parser.add_argument("--seconds", type=float, default=8.0, help="for each fault")
    parser.add_argument("--only", default="", help="only faults whose name has this in it")
    parser.add_argument("--stacks", action="store_true", help="where the GUI thread stood when it was held")
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if options.only in fault.name]
    unknown = {f.begin for f in FAULTS if not f.begin.startswith("SIG")} - set(TRAINING)
    if unknown or not chosen:
        parser.error(f"nothing to measure: {', '.join(sorted(unknown)) or options.only}")
    held = Held()
    if options.stacks:
        logging.getLogger("ui.watchdog").addHandler(held)
        logging.getLogger("ui.watchdog").setLevel(logging.INFO)
    make_application()
    base = Settings(hall=HallSettings(window=3, clerk="其木格"))
    over = False
    with tempfile.TemporaryDirectory() as name, Simulation(Path(name) / "c", base, whole=True) as counter:
        desk = open_desk(counter.settings, Places.under(Path(name) / "d"), rhythm=Rhythm(card=1.0))
        with OpenDesk(desk) as opened:
            bench = Bench(opened, counter)
            bench.call()
            print(f"{'':28}{'worst ms':>10}{'processor':>11}{'p99 ms':>9}{'beats':>8}")
            for fault in chosen:
                held.places.clear()
                gaps = bench.met(fault, options.seconds)
                worst, work = gaps.worst
                over = over or worst > BAR_MS
                told = "OVER" if worst > BAR_MS else "ok"
                print(f"{fault.name:28}{worst:10.1f}{work:11.1f}{gaps.p99:9.1f}{len(gaps.beats):8}  {told}")
                for place, count in held.places.most_common(4):
                    print(f"    {count} x {place}")
                sys.stdout.flush()
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
