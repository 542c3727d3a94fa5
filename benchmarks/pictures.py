"""Take the pictures of ``docs/screenshots`` at a real counter: ``python -m benchmarks.pictures --out DIR``.

Window, services, store, simulators and court are those of the demo; every state is brought about and never
drawn. Only the wall clock is one that stands still between two acts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.clock import SystemClock
from app.main import OpenDesk
from app.paths import Places
from app.services.desk import open_desk
from app.services.views import Health, QueueView
from app.settings import HallSettings, LookSettings, Settings
from app.simulation import Counter, Simulation
from ui.application import dress, load_rare_characters, make_application
from ui.main_window import MainWindow
from ui.theme import theme
from ui.walkthrough import SHIFT, TYPED, Stuck, Walkthrough

SIZE: Final = (1366, 768)
MONDAY: Final = datetime(2026, 11, 23, 1, 20, tzinfo=UTC)
"""09:20 at the court."""

_OTHER_CASE: Final[Mapping[str, str]] = {
    **TYPED,
    "identity.phone": "13947602231",
    "matter.1.cause": "买卖合同纠纷",
    "matter.1.amount": "48600",
    "matter.1.claims": "判令被告支付货款 48,600 元",
    "party.p2.name": "陈立冬",
    "party.p2.id_number": "150402198501012338",
    "party.p2.address": "内蒙古自治区赤峰市红山区",
}


class MorningClock(SystemClock):
    """A morning whose minutes pass only when the scene says so."""

    def __init__(self) -> None:
        self._now = MONDAY

    def now(self) -> datetime:
        return self._now

    def pass_by(self, **span: int) -> None:
        self._now += timedelta(**span)


class Scenes:
    """One counter on one morning; each method brings a state about, and keeps its picture."""

    def __init__(self, counter: Counter, opened: OpenDesk, clock: MorningClock, out: Path) -> None:
        self._counter, self._clock, self._out = counter, clock, out
        self._window = opened.window
        self._conductor = opened.conductor
        self._card = "adult"
        self._walk = Walkthrough(opened.window, opened.conductor, self._lay_card, self._load)

    # ---- the states -------------------------------------------------------------------------------

    def begin(self) -> None:
        self._walk.open()
        self._until(self._all_well, "devices and court that were looked at")

    def empty(self) -> None:
        self._keep("desk-empty")

    def call(self) -> None:
        self._walk.call()

    def waiting(self) -> None:
        """People come: the morning's queue, one of them on the green channel."""
        for minutes in (3, 2, 4, 1):
            self._walk.take_ticket()
            self._clock.pass_by(minutes=minutes)
        self._walk.key(Qt.Key.Key_F2, SHIFT)
        self._until(lambda: len(self._queue().waiting) == 5, "the green number in the queue")
        self._clock.pass_by(minutes=2)
        self._walk.take_ticket()
        self._clock.pass_by(minutes=3)

    def busy(self) -> None:
        """The reader waits for the card of the person who was called."""
        self._walk.key(Qt.Key.Key_F3)
        self._until(lambda: self._says("Esc 取消"), "the line of what is under way")
        self._keep("desk-busy")
        self._walk.key(Qt.Key.Key_Escape)
        self._until(lambda: not self._conductor.acts.running("read_card"), "the reading stopped")

    def filing(self, name: str) -> None:
        """A visit under way: card read, claim typed, papers scanned, the other side entered."""
        self._walk.read_card()
        self._walk.fill_matter()
        self._clock.pass_by(minutes=4, seconds=12)
        self._walk.scan()
        self._walk.fill_parties()
        self._until(self._walk.settled, "a view with all of it")
        self._keep(name)

    def outcome(self) -> None:
        """The party reads and signs on the second screen, the court answers."""
        self._walk.pictures = self._out
        self._walk.sign()
        self._walk.pictures = None
        (self._out / "party-signed.png").replace(self._out / "party.png")
        (self._out / "party-reading.png").unlink()
        self._walk.finish()
        self._walk.reach_court()
        self._keep("desk-outcome")

    def doubt(self) -> None:
        """The line to the ticket printer is cut in the middle of a number."""
        self._tell("printer", "fault cut_after 300")
        self._walk.take_ticket()
        self._until(lambda: self._window.messages.doubt is not None, "the question what was printed")
        self._keep("desk-doubt")
        self._tell("printer", "clear")
        self._walk.key(Qt.Key.Key_Y)
        self._until(lambda: self._window.messages.doubt is None, "the answer")

    def error(self) -> None:
        """The roll is at its end, and somebody has pulled the reader's cable."""
        self._walk.call()
        self._tell("printer", "fault paper_out")
        self._tell("id-reader", "unplug")
        self._walk.take_ticket()
        self._walk.key(Qt.Key.Key_F3)
        self._until(lambda: self._is("ticket_printer", Health.ATTENTION, Health.FAILED), "the empty roll")
        self._until(lambda: self._is("id_reader", Health.FAILED), "the reader that is gone")
        self._until(lambda: self._window.messages.problem is not None, "what happened and what to do")
        self._keep("desk-error")
        self._tell("printer", "clear")
        self._tell("id-reader", "replug")
        self._walk.key(Qt.Key.Key_Escape)
        self._until(lambda: self._is("id_reader", Health.OK), "the reader back")
        self._until(lambda: self._is("ticket_printer", Health.OK), "the new roll")

    def offline(self) -> None:
        """The court is gone: one visit is finished all the same, and the next is under way."""
        self._counter.court.stop()
        self._card, self._walk.typed = "mongol", _OTHER_CASE
        self._walk.read_card()
        self._walk.fill_matter()
        self._walk.fill_parties()
        self._walk.scan()
        self._walk.sign()
        self._walk.finish()
        self._clock.pass_by(minutes=7)
        self._card, self._walk.typed = "elder", TYPED
        self._walk.call()
        self._walk.read_card()
        self._until(self._court_away, "the court away")
        self._keep("desk-offline")

    # ---- eyes and hands ---------------------------------------------------------------------------

    def _lay_card(self) -> None:
        self._tell("id-reader", "lift")
        self._tell("id-reader", f"place {self._card}")

    def _load(self, sheets: int) -> None:
        self._tell("scanner", f"load {sheets}")

    def _tell(self, device: str, command: str) -> None:
        self._counter.devices[device].tell(command)
        self._counter.devices[device].settle()

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        self._walk.wait(condition, what)

    def _queue(self) -> QueueView:
        if self._walk.view is None:
            raise Stuck("no view yet")
        return self._walk.view.queue

    def _is(self, device: str, *healths: Health) -> bool:
        status = self._walk.status
        return status is not None and any(
            view.key == device and view.health in healths for view in status.devices
        )

    def _all_well(self) -> bool:
        status = self._walk.status
        asked = ("id_reader", "scanner")
        return (
            status is not None
            and status.court is Health.OK
            and all(self._is(one, Health.OK) for one in asked)
        )

    def _court_away(self) -> bool:
        status = self._walk.status
        return status is not None and status.offline and status.oldest_minutes > 0

    def _says(self, words: str) -> bool:
        labels = self._window.messages.findChildren(QLabel)
        return any(words in label.text() for label in labels if label.isVisible())

    def _keep(self, name: str) -> None:
        self._window.header.tick()
        self._window.visit.tick()
        keep(self._window, self._out / f"{name}.png")


def keep(window: QWidget, path: Path) -> None:
    """Take the picture of a window on which everything that is laid out later has its place."""
    for _turn in range(3):
        QApplication.processEvents()
    while isinstance(window, MainWindow) and not window.drawn:  # the right zone comes a moment later
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    window.grab().save(str(path))


def take(application: QApplication, out: Path, kind: str) -> None:
    """Run one morning in the theme ``kind`` and keep its pictures; raises Stuck and Expected."""
    base = Settings(hall=HallSettings(window=3, clerk="其木格"), look=LookSettings(theme=kind))
    dress(application, theme(kind))
    clock = MorningClock()
    with tempfile.TemporaryDirectory() as folder, Simulation(Path(folder) / "counter", base) as counter:
        desk = open_desk(counter.settings, Places.under(Path(folder) / "desk"), clock=clock)
        with OpenDesk(desk) as opened:
            opened.window.resize(*SIZE)
            scenes = Scenes(counter, opened, clock, out)
            scenes.begin()
            if kind == "dark":
                scenes.waiting()
                scenes.call()
                scenes.filing("desk-dark")
                return
            scenes.empty()
            scenes.waiting()
            scenes.call()
            scenes.busy()
            scenes.filing("desk")
            scenes.outcome()
            scenes.doubt()
            scenes.error()
            scenes.offline()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args(arguments).out
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out.mkdir(parents=True, exist_ok=True)
    application = make_application()
    load_rare_characters()
    for kind in ("light", "dark"):
        take(application, out, kind)
    return 0


if __name__ == "__main__":
    sys.exit(main())
