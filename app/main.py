"""The composition root of the desk: the only module that imports ``ui``.

Besides it, ``app.cli`` loads ``ui.monitors`` by name, for a process of its own that counts screens.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app import crash, demo, lanes, settings
from app.clock import SystemClock
from app.domain.staff import Role
from app.errors import Expected, StoreDamaged
from app.logs import logging_to
from app.notices import Level, Notice
from app.paths import Places
from app.services import approval, backups
from app.services.desk import Desk, open_desk
from app.settings import Fault, Settings
from app.simulation import Counter, Simulation
from app.storage.keeping import nobody_asked, standing
from app.storage.keys import Custodians, KeyLocked, Passphrases
from app.storage.opening import load_key, refuse_marked
from app.texts import _
from ui.application import Sweeper, make_application
from ui.conductor import Conductor
from ui.first_start import FirstStart
from ui.main_window import MainWindow
from ui.theme import theme
from ui.walkthrough import Stuck, Walkthrough
from ui.watchdog import Watchdog

_STUCK = 1
_REFUSED = 2
_DEMO_CARD = "adult"


class OpenDesk:
    """A desk with its window; leaving it closes the lanes, then the store."""

    def __init__(self, desk: Desk, *, whole_screen: bool = False) -> None:
        self.desk = desk
        self._whole_screen = whole_screen
        desk.lanes.this_is_the_gui_thread()
        look = theme(desk.settings.look.theme, desk.settings.look.scale)
        self.window = MainWindow(look, desk.clock, desk.settings.hall.group)
        self.conductor = Conductor(self.window, desk)
        self._watchdog = Watchdog()
        self._sweeper = Sweeper(self.window)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(logging_to(self.desk.places.logs))
        self._stack.enter_context(crash.unhandled(self.conductor.tell))
        self._stack.enter_context(lanes.short_turns())
        self.window.showMaximized() if self._whole_screen else self.window.show()
        self.conductor.start()
        self._watchdog.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watchdog.stop()
        self.conductor.stop()
        self._sweeper.stop()
        self.window.close()
        ended = self.desk.close()
        self.window.deleteLater()
        self._stack.close()
        if not ended:
            # A driver that never returns must not keep the program from ending; the store is closed.
            if error is not None:
                traceback.print_exception(error)
            logging.shutdown()
            os._exit(1)


def run_desk(places: Places, settings_file: Path, *, simulate: bool = False, scenario: str = "") -> int:
    """Open the window and stay until it is closed; return the exit status."""
    loaded, faults = settings.load(settings_file)
    counter: Counter | None = None
    application = _application(loaded)
    with ExitStack() as stack:
        if simulate:
            folder = places.data / "simulation"
            try:
                counter = stack.enter_context(Simulation(folder, loaded, scenario, whole=True))
            except Expected as problem:
                return _refuse(problem, _STUCK)
            loaded = counter.settings
        try:
            desk = open_or_restore(loaded, places, faults)
        except Expected as problem:
            return _refuse(problem)
        if simulate:
            desk.training = counter
            _enlist_for_training(desk)  # while this thread may still wait for a lane
        opened = stack.enter_context(OpenDesk(desk, whole_screen=True))
        if not simulate:
            desk.settings_file = settings_file  # simulated addresses must not end in a court's settings
            FirstStart(opened.window, opened.conductor.acts).start()
        opened.window.quit.connect(application.quit)
        return int(application.exec())


def _enlist_for_training(desk: Desk) -> None:
    """At a simulated counter there must be somebody to approve; the PIN is new at every start and shown."""
    pin = approval.random_pin()
    name = _("值班主任（演练）")
    approval.enlist(desk, name, Role.SUPERVISOR, pin)
    words = _("演练：{name}的口令是 {pin}。").format(name=name, pin=pin)
    desk.notices.post(Notice("training", Level.INFO, words, _("设备和法院都是模拟的。")))


def open_or_restore(
    loaded: Settings, places: Places, faults: tuple[Fault, ...], ask: Passphrases = nobody_asked
) -> Desk:
    """Open the desk; ask for what seals its key; where its store is damaged, offer the newest good backup.

    Raises Expected with what is wrong and what a backup could do.
    """
    try:
        refuse_marked(places)
        return open_desk(loaded, places, faults=faults, ask=ask)
    except KeyLocked as locked:
        words = _custodians(places, locked)
    except StoreDamaged as problem:
        key = load_key(places, for_restore=True, ask=ask)
        found = next(backups.good(places, loaded.backup, key), None)
        told = backups.offer(problem, found)
        if found is None or not _agreed(told):
            raise told from problem
        backups.put_back(places, found, key, SystemClock().now(), loaded.hall.clerk)
        return open_desk(loaded, places, faults=faults, ask=ask)
    return open_or_restore(loaded, places, faults, lambda: words)


def _custodians(places: Places, locked: KeyLocked) -> tuple[str, str]:
    """Ask both custodians in a window; raises what was told when they do not answer or are not who seals."""
    if standing(places).method != Custodians.method or QGuiApplication.platformName() == "offscreen":
        raise locked
    from ui.unlock import ask_custodians

    words = ask_custodians(locked)
    if words is None:
        raise locked
    return words


def _agreed(offered: Expected) -> bool:
    """Ask whether the backup is to be put back; where nobody can be asked it is not."""
    if QGuiApplication.platformName() == "offscreen":
        return False
    from ui.problems import confirm_restore

    return confirm_restore(offered)


def _application(loaded: Settings) -> QApplication:
    _without_display_use_offscreen()
    look = theme(loaded.look.theme, loaded.look.scale)
    return make_application(language=loaded.look.language, look=look)


def _without_display_use_offscreen() -> None:
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _refuse(problem: Expected, status: int = _REFUSED) -> int:
    """Say why the desk does not open: in a window where there is a screen, and on standard error."""
    from ui.problems import show_refusal

    _say(problem)
    if QGuiApplication.platformName() != "offscreen":
        show_refusal(problem)
    return status


def _say(problem: Expected) -> None:
    """Write what happened, what is safe and what to do, and below it what a technician needs."""
    sys.stderr.write("".join(f"{line}\n" for line in (str(problem), problem.detail) if line))


def run_demo(out: Path, data: Path | None) -> int:
    """Walk one visit through the real window; leave pictures, papers and ``summary.json`` in ``out``.

    Returns 1 when a simulator did not start or the walk got stuck, and says so in sentences.
    """
    out.mkdir(parents=True, exist_ok=True)
    places = Places.under(data or _fresh(out / "desk"))
    base = Settings(hall=settings.HallSettings(window=3, clerk="其木格"))
    try:
        with Simulation(out / "counter", base) as counter:
            return _demo_at(counter, places, out)
    except Expected as problem:
        _say(problem)
        return _STUCK


def _demo_at(counter: Counter, places: Places, out: Path) -> int:
    """Raises Expected when the window did not show what the next step needs."""
    _application(counter.settings)
    try:
        desk = open_desk(counter.settings, places, faults=_NO_FAULTS)
    except Expected as problem:
        return _refuse(problem)
    demo.keep_token(places, counter.settings.court)
    started = time.perf_counter()
    with OpenDesk(desk) as opened:
        walk = Walkthrough(
            opened.window,
            opened.conductor,
            lambda: counter.devices["id-reader"].obey(f"place {_DEMO_CARD}"),
            lambda sheets: counter.devices["scanner"].obey(f"load {sheets}"),
            out,
        )
        try:
            visit = walk.run()
        except Stuck as stuck:
            raise demo.stopped(len(walk.steps) + 1, str(stuck), out) from None
        seconds = time.perf_counter() - started
        demo.collect(desk, visit, out / "counter", out)
    demo.write(out / "summary.json", demo.summary(visit, walk.steps, seconds))
    return 0


_NO_FAULTS: tuple[Fault, ...] = ()


def _fresh(folder: Path) -> Path:
    """A demo without ``--data`` starts with an empty desk."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder
