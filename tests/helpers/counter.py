"""A whole counter for one test: simulators in other processes, the real court, the real window.

`counter("reader", "printer", "scanner", "court")` starts only what it is asked for and closes everything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget

from app.clock import Clock
from app.lanes import Act
from app.main import OpenDesk
from app.paths import Places
from app.services.desk import Desk, open_desk
from app.services.rhythm import Rhythm
from app.services.verify import at_court, findings
from app.services.views import DeviceView, JobView, OutcomeView, QueueView, StatusView, VisitView
from app.settings import CourtSettings, DeviceSettings, HallSettings, PaperSettings, Settings
from tests.helpers.court import FaultProxy, Gateway
from tests.helpers.device_cases import chips_url, counter_device, pad_url, vendor_url
from tests.helpers.devices import Simulator, document_camera, escl_scanner, id_reader
from tests.helpers.empty_store import lay_empty_store
from tests.helpers.printing import SimulatedPrinter, simulated_printer
from ui.application import make_application
from ui.conductor import Conductor
from ui.main_window import MainWindow
from ui.walkthrough import Stuck, Walkthrough

OFFSCREEN: Final = pytest.mark.qt_log_ignore(
    r"^This plugin does not support (propagateSizeHints\(\)|raise\(\)|grabbing the keyboard)$", extend=True
)
"""Three sentences of the offscreen platform; no platform with a display says them."""

HALL: Final = HallSettings(window=3, clerk="其木格")
QUICK: Final = Rhythm(card=1.0, devices=0.25, reader=0.2, view=1.0, court=0.25)
PARTS: Final = {
    "reader", "photo", "printer", "scanner", "camera", "gun", "typing-gun", "pad", "chips",
    "keypad", "strip", "speaker", "court", "proxy",
}  # fmt: skip
"""``photo``: the reader behind a vendor's worker that decodes photos; ``decoder`` spoils its next answers."""
NO_KEY: Final = Qt.KeyboardModifier.NoModifier
SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
ALT: Final = Qt.KeyboardModifier.AltModifier
CONTROL: Final = Qt.KeyboardModifier.ControlModifier
WIRE: Final = "tcp" if sys.platform == "win32" else "serial"


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own application instead of a bare one; one a process, whoever needs it first."""
    known = QApplication.instance()
    return known if isinstance(known, QApplication) else make_application()


@dataclass
class Devices:
    """What stands on the counter; None is not there."""

    reader: Simulator | None = None
    decoder: Path | None = None
    printer: SimulatedPrinter | None = None
    scanner: Simulator | None = None
    camera: Simulator | None = None
    gun: Simulator | None = None
    typing_gun: bool = False
    keypad: Simulator | None = None
    strip: Simulator | None = None
    speaker: bool = False
    pad: Path | None = None
    chips: Path | None = None
    court: Gateway | None = None
    proxy: FaultProxy | None = None


class Counter:
    """The open window and everything around it: hands (`key`, `fill`), eyes (`says`, `status`), devices."""

    def __init__(self, opened: ExitStack, desk: OpenDesk, devices: Devices, folder: Path) -> None:
        self._opened = opened
        self.folder = folder
        self.devices = devices
        self.window: MainWindow = desk.window
        self.conductor: Conductor = desk.conductor
        self.desk: Desk = desk.desk
        self._at_start: set[str] = set()
        self.walk = Walkthrough(
            self.window,
            self.conductor,
            lambda: self.place("adult"),
            lambda sheets: self.scanner.tell(f"load {sheets}"),
        )

    def close(self) -> None:
        """Close the window and the desk, as at the end of a day; the devices stay."""
        self._opened.close()

    # ---- devices ----------------------------------------------------------------------------------

    @property
    def reader(self) -> Simulator:
        assert self.devices.reader is not None
        return self.devices.reader

    @property
    def printer(self) -> SimulatedPrinter:
        assert self.devices.printer is not None
        return self.devices.printer

    @property
    def scanner(self) -> Simulator:
        assert self.devices.scanner is not None
        return self.devices.scanner

    @property
    def camera(self) -> Simulator:
        assert self.devices.camera is not None
        return self.devices.camera

    @property
    def gun(self) -> Simulator:
        assert self.devices.gun is not None
        return self.devices.gun

    @property
    def keypad(self) -> Simulator:
        assert self.devices.keypad is not None
        return self.devices.keypad

    @property
    def strip(self) -> Simulator:
        assert self.devices.strip is not None
        return self.devices.strip

    def decoder(self, fault: str) -> None:
        """Tell the vendor's worker what goes wrong (devices.simulators.vendor_worker), "" for nothing."""
        assert self.devices.decoder is not None
        self.devices.decoder.write_text(fault, "ascii")

    def pad(self, scene: str) -> None:
        """Tell the signature pad what happens there (devices.simulators.signature_worker)."""
        assert self.devices.pad is not None
        self.devices.pad.write_text(scene, "utf-8")

    def chips(self, scene: str) -> None:
        """Tell the reader of chip cards what is in it (devices.simulators.chip_worker)."""
        assert self.devices.chips is not None
        self.devices.chips.write_text(scene, "utf-8")

    @property
    def court(self) -> Gateway:
        assert self.devices.court is not None
        return self.devices.court

    @property
    def proxy(self) -> FaultProxy:
        """The network between the desk and the court; only with the part `proxy`."""
        assert self.devices.proxy is not None
        return self.devices.proxy

    def place(self, card: str) -> None:
        self.reader.tell("lift")
        self.reader.tell(f"place {card}")

    def rolls(self) -> list[Path]:
        """The jobs the ticket printer has kept, in order; one that broke off ends in `.partial`."""
        return sorted(self.printer.folder.glob("job-*"))

    @property
    def papers(self) -> Path:
        """The folder that stands for the A4 printer."""
        return self.desk.places.papers

    # ---- hands ------------------------------------------------------------------------------------

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        """Press a key on whatever has the focus, as a keyboard does, and wait until it has come there."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.arrived()

    def arrived(self) -> None:
        """Wait until no key is held any more: what goes by an answer waits for its view."""
        self.until(lambda: not self.conductor.keys.holding, "the key given out")

    def editor(self, path: str) -> QWidget:
        found = self.window.findChild(QWidget, path)
        assert isinstance(found, QWidget), f"no field {path}"
        return found

    def fill(self, path: str, text: str) -> None:
        """Type over what stands in a field and leave it with Tab."""
        editor = self.editor(path)
        editor.setFocus()
        QTest.keyClick(editor, Qt.Key.Key_A, CONTROL)
        self.type(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Tab)
        self.arrived()

    def type(self, editor: QWidget, text: str) -> None:
        """Key by key where a keyboard has the characters, else as an input method commits them."""
        if text.isascii() and text.isprintable():
            QTest.keyClicks(editor, text)
            return
        commit = QInputMethodEvent()
        commit.setCommitString(text)
        QApplication.sendEvent(editor, commit)

    def call(self) -> str:
        """Take a number and call it; return it."""
        self.key(Qt.Key.Key_F2)
        self.until(lambda: self.queue.next is not None, "a number in the queue")
        self.key(Qt.Key.Key_F5)
        self.until(lambda: self.walk.visit is not None and self.visit.outcome is None, "the called visit")
        return self.visit.ticket

    def bring_papers(self, *files: Path, material: str = "M01") -> None:
        """Import files as the file dialog hands them over."""
        self.window.import_files.emit(material, tuple(str(file) for file in files))

    def finish_unsigned(self) -> OutcomeView:
        """F12 until it ends, as the sentences say: with what is still open, for a party who does not sign."""
        self.end("还没有签字")
        self.key(Qt.Key.Key_F12)
        self.until(lambda: self.visit.outcome is not None, "the receipt number")
        return self.outcome

    def end(self, said: str) -> str:
        """Press F12 until this is said, once more where something is still open; return all that is said."""
        self.key(Qt.Key.Key_F12)
        messages = self.window.messages
        told = ("办结前请看一眼", said)
        self.until(lambda: any(words in self.words(messages) for words in told), f"{said}, or what is open")
        if said not in self.words(messages):
            self.key(Qt.Key.Key_F12)
        return self.says(said)

    # ---- eyes -------------------------------------------------------------------------------------

    def until(self, condition: Callable[[], bool], what: str) -> None:
        self.walk.wait(condition, what)

    @property
    def visit(self) -> VisitView:
        assert self.walk.visit is not None, "no visit on the window"
        return self.walk.visit

    @property
    def outcome(self) -> OutcomeView:
        assert self.visit.outcome is not None, "the visit is not finished"
        return self.visit.outcome

    @property
    def queue(self) -> QueueView:
        assert self.walk.view is not None
        return self.walk.view.queue

    @property
    def status(self) -> StatusView:
        assert self.walk.status is not None
        return self.walk.status

    def device(self, key: str) -> DeviceView:
        """What the status bar was told of a device."""
        return next(view for view in self.status.devices if view.key == key)

    def job(self, title: str) -> JobView:
        return next(job for job in self.outcome.jobs if job.title == title)

    def value(self, path: str) -> str:
        groups = (*self.visit.identity, *self.visit.matter, *self.visit.parties)
        return next(f.value for group in groups for f in group.fields if f.path == path)

    def words(self, within: QWidget | None = None) -> str:
        """Everything a person can read now on the window or one of its parts."""
        root = within or self.window
        seen = [
            _text(widget)
            for widget in root.findChildren(QWidget)
            if isinstance(widget, (QLabel, QLineEdit, QPlainTextEdit, QAbstractButton))
            and widget.isVisibleTo(root)
        ]
        return "\n".join(text for text in seen if text)

    def says(self, text: str) -> str:
        """Wait until the messages above the action bar say this; return all they say."""
        messages = self.window.messages
        try:
            self.until(lambda: text in self.words(messages), f"the message {text}")
        except Stuck as stuck:
            raise AssertionError(f"{stuck}; the messages say: {self.words(messages)!r}") from None
        return self.words(messages)

    def news(self) -> list[str]:
        """The messages that did not stand when the window opened: a calendar about to end says so always."""
        return [line for line in self.words(self.window.messages).splitlines() if line not in self._at_start]

    def silent(self) -> None:
        """Wait until no message stands that is new."""
        try:
            self.until(lambda: not self.news(), "no message")
        except Stuck as stuck:
            raise AssertionError(f"{stuck}; the messages say: {self.news()}") from None

    def open_eyes(self) -> None:
        """Wait for the first view, and remember what is said from the start."""
        self.until(lambda: self.walk.view is not None and self.walk.status is not None, "the first view")
        self._at_start = set(self.words(self.window.messages).splitlines())

    def idle(self) -> None:
        """Wait until nothing is shown as under way: till then Esc would stop it and leave nothing else."""
        self.until(lambda: not self.window._busy, "an end of what is under way")

    def bar(self, text: str) -> None:
        """Wait until the status bar says this."""
        self.until(lambda: text in self.words(self.window.status), f"{text} in the status bar")

    # ---- below the window, to compare -------------------------------------------------------------

    def do(self, act: Act[Any, Any, Any], *args: Any) -> Any:
        """Run an act on its lane; return its result or raise what it raised."""
        return self.desk.lanes.submit(act.lane, act, self.desk, *args).result(timeout=30)

    def findings(self) -> list[str]:
        """Broken invariants of the store, and of the court as far as it was told; must be empty."""

        def look() -> list[str]:
            if self.devices.court is None:
                return findings(self.desk)
            with at_court(self.desk.settings.court) as ask:
                return findings(self.desk, ask)

        return self.desk.lanes.submit("papers", look).result(timeout=30)

    def read(self, function: Callable[..., Any], *args: Any) -> Any:
        """Read the store on its lane."""
        return self.desk.lanes.submit("db", self.desk.store, function, *args).result(timeout=30)


def _text(widget: QLabel | QLineEdit | QPlainTextEdit | QAbstractButton) -> str:
    return widget.toPlainText() if isinstance(widget, QPlainTextEdit) else widget.text()


OpenCounter = Callable[..., Counter]


@pytest.fixture
def counter(qapp: QApplication, tmp_path: Path) -> Iterator[OpenCounter]:
    """Open a counter with the named parts; all of it is closed at the end, the window first."""
    with ExitStack() as stack:
        yield partial(open_counter, stack, tmp_path)


def open_counter(
    stack: ExitStack,
    folder: Path,
    *parts: str,
    rhythm: Rhythm = QUICK,
    clock: Clock | None = None,
    data: Path | None = None,
    court: Gateway | None = None,
    token: str = "",
    settings: Settings | None = None,
    papers: PaperSettings | None = None,
) -> Counter:
    """Open a counter in a folder; the stack closes it. ``papers`` is what the court's papers say of it."""
    devices = _start(stack, folder, parts)
    devices.court = devices.court or court
    settings = settings or _settings(devices, folder / "token", token)
    settings = replace(settings, papers=papers or settings.papers)
    places = Places.under(data or folder / "desk")
    lay_empty_store(places)
    desk = open_desk(settings, places, rhythm=rhythm, clock=clock)
    inner = stack.enter_context(ExitStack())
    opened = OpenDesk(desk)
    inner.callback(_forget, opened.window)
    inner.enter_context(opened)
    opened.window.activateWindow()
    made = Counter(inner, opened, devices, folder)
    made.open_eyes()
    return made


def _start(stack: ExitStack, folder: Path, parts: tuple[str, ...]) -> Devices:
    unknown = set(parts) - PARTS
    assert not unknown, unknown
    court = stack.enter_context(Gateway(folder / "court")) if "court" in parts else None
    return Devices(
        reader=stack.enter_context(id_reader(WIRE, folder)) if {"reader", "photo"} & {*parts} else None,
        decoder=_scene(folder / "decoder", "") if "photo" in parts else None,
        printer=stack.enter_context(simulated_printer(folder / "roll")) if "printer" in parts else None,
        scanner=stack.enter_context(escl_scanner()) if "scanner" in parts else None,
        camera=stack.enter_context(document_camera(folder)) if "camera" in parts else None,
        gun=stack.enter_context(counter_device("gun", folder)) if "gun" in parts else None,
        typing_gun="typing-gun" in parts,
        keypad=_small(stack, parts, folder, "keypad", "keypads/sample-a"),
        strip=_small(stack, parts, folder, "strip", "strips/sample-sum"),
        speaker="speaker" in parts,
        pad=_scene(folder / "pad", "sign") if "pad" in parts else None,
        chips=_scene(folder / "chips", "none") if "chips" in parts else None,
        court=court,
        proxy=stack.enter_context(FaultProxy(court)) if court and "proxy" in parts else None,
    )


def _small(stack: ExitStack, parts: tuple[str, ...], folder: Path, name: str, table: str) -> Simulator | None:
    return stack.enter_context(counter_device(name, folder, table)) if name in parts else None


def _scene(file: Path, first: str) -> Path:
    file.write_text(first, "utf-8")
    return file


def _settings(devices: Devices, token: Path, text: str) -> Settings:
    court, printer = devices.court, devices.printer
    if court is not None:
        token.write_text(text or court.token, "utf-8")
    way = devices.proxy or court
    return Settings(
        hall=HALL,
        devices=DeviceSettings(
            id_reader=_reader_url(devices),
            scanner=devices.scanner.url if devices.scanner else "",
            camera=devices.camera.url if devices.camera else "",
            signature_pad=pad_url(devices.pad) if devices.pad else "",
            chip_reader=chips_url(devices.chips) if devices.chips else "",
            rating_keypad=devices.keypad.url if devices.keypad else "",
            led_strip=devices.strip.url if devices.strip else "",
            speaker="speaker+null:" if devices.speaker else "",
            scan_gun=devices.gun.url if devices.gun else "gun+keyboard:" if devices.typing_gun else "",
            ticket_printer=printer.url if printer else "",
            receipt_printer=printer.url if printer else "",
        ),
        court=CourtSettings(way.url, str(token)) if way else CourtSettings(),
    )


def _reader_url(devices: Devices) -> str:
    if devices.reader is None or devices.decoder is None:
        return devices.reader.url if devices.reader else ""
    return vendor_url(devices.reader.url, "--photo", "--fault-file", str(devices.decoder))


def _forget(window: MainWindow) -> None:
    """Delete the window now, not some turns of the event loop later."""
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
