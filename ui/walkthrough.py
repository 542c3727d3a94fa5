"""One visit, walked by a scripted clerk: the same keys on the same window, nothing behind its back.

Used by the demo and by the tests of whole visits. It waits for what the window shows, never for time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.services.views import DeskView, QueueView, StatusView, VisitView
from ui.conductor import Conductor
from ui.main_window import MainWindow

PATIENCE_SECONDS = 30.0
MOST_TABS = 60

TYPED = {
    "identity.phone": "13804761234",
    "matter.1.cause": "民间借贷纠纷",
    "matter.1.amount": "356789.12",
    "matter.1.claims": "判令被告偿还借款本金 356,789.12 元及利息",
    "party.p2.name": "苏雅拉",
    "party.p2.id_number": "152722199003074518",
    "party.p2.address": "内蒙古自治区达拉特旗树林召镇",
}

PAPERS = (("M01", 1), ("M13", 2))
"""What the visitor hands in: the material and its sheets."""

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


_SIGNATURE = (
    ((0.16, 0.30), (0.33, 0.28)),
    ((0.25, 0.20), (0.24, 0.50), (0.20, 0.60)),
    ((0.16, 0.45), (0.35, 0.41)),
    ((0.43, 0.22), (0.42, 0.62)),
    ((0.53, 0.22), (0.47, 0.38), (0.57, 0.58)),
    ((0.64, 0.30), (0.82, 0.26)),
    ((0.72, 0.20), (0.69, 0.60), (0.66, 0.54)),
    ((0.76, 0.38), (0.84, 0.55)),
)
"""Strokes of a made-up hand, as shares of the pad."""


class Stuck(Exception):
    """The window did not show what the step waits for."""


@dataclass
class Walkthrough:
    """``place_card`` lays a card on the reader, ``load`` so many sheets into the feeder.

    ``steps`` collects each step's name and milliseconds; ``typed`` is what goes into each field that is still
    empty when its step comes.
    """

    window: MainWindow
    conductor: Conductor
    place_card: Callable[[], None]
    load: Callable[[int], None]
    pictures: Path | None = None
    typed: Mapping[str, str] = field(default_factory=lambda: TYPED)
    steps: list[tuple[str, float]] = field(default_factory=list)
    view: DeskView | None = None
    status: StatusView | None = None

    def __post_init__(self) -> None:
        self.conductor.view_shown.connect(self._keep_view)
        self.conductor.status_shown.connect(self._keep_status)

    def _keep_view(self, view: DeskView) -> None:
        self.view = view

    def _keep_status(self, status: StatusView) -> None:
        self.status = status

    @property
    def visit(self) -> VisitView | None:
        return self.view.visit if self.view else None

    def run(self) -> VisitView:
        """Walk from the ticket to the court's receipt; raises Stuck. A reopened visit goes on."""
        self.step("open", self.open)
        if self.visit is None or self.visit.outcome is not None:
            self.step("ticket", self.take_ticket)
            self.step("call", self.call)
        self.step("identity", self.read_card)
        self.step("matter", self.fill_matter)
        self.step("parties", self.fill_parties)
        self.step("papers", self.scan)
        self.step("confirmation", self.sign)
        self.step("finish", self.finish)
        self.step("court", self.reach_court)
        visit = self.visit
        if visit is None:
            raise Stuck("the finished visit is not on the window")
        return visit

    def step(self, name: str, walk: Callable[[], None]) -> None:
        started = time.perf_counter()
        walk()
        self.steps.append((name, round((time.perf_counter() - started) * 1000, 1)))
        self._picture(self.window, f"desk-{len(self.steps):02d}-{name}")

    def begin(self) -> None:
        """Wait for the window and take a number, so that there is somebody to call."""
        self.open()
        self.take_ticket()

    def scanned(self) -> bool:
        """Whether a scan has brought its pages and the window shows them."""
        pages = self.visit.pages if self.visit is not None else ()
        return bool(pages) and not self.conductor.acts.running("scan") and self.settled()

    # ---- the steps --------------------------------------------------------------------------------

    def open(self) -> None:
        self.wait(lambda: self.view is not None and self.status is not None, "the first view")

    def take_ticket(self) -> None:
        waiting = len(self._queue().waiting)
        self.key(Qt.Key.Key_F2)
        self.wait(lambda: len(self._queue().waiting) > waiting, "the new number in the queue")

    def call(self) -> None:
        self.key(Qt.Key.Key_F5)
        self.wait(lambda: self.visit is not None and self.visit.outcome is None, "the called visit")

    def read_card(self) -> None:
        if not self._visit().party_name:
            self.place_card()
            self.key(Qt.Key.Key_F3)
            self.wait(lambda: bool(self._visit().party_name), "the name from the card")
        self.key(Qt.Key.Key_1, ALT)
        self._fill("identity.phone")

    def fill_matter(self) -> None:
        self.key(Qt.Key.Key_2, ALT)
        self._fill("matter.1.cause", "matter.1.amount", "matter.1.claims")
        self.key(Qt.Key.Key_N, ALT)
        self.wait(lambda: self._mediation() == "decline", "the answer on mediation")

    def fill_parties(self) -> None:
        self.key(Qt.Key.Key_3, ALT)
        self._fill("party.p2.name", "party.p2.id_number", "party.p2.address")

    def scan(self) -> None:
        self.key(Qt.Key.Key_4, ALT)
        for material, sheets in PAPERS:
            if not self._pages_of(material):
                self._scan_as(material, sheets)
            self._count_copies(material)

    def _scan_as(self, material: str, sheets: int) -> None:
        self._choose_material(material)
        self.load(sheets)
        self.key(Qt.Key.Key_F8, SHIFT)
        self.wait(lambda: self._pages_of(material) > 0, "the first page")
        self.wait(lambda: not self.conductor.acts.running("scan"), "the end of the scan")
        self.wait(self.settled, "a view with all pages")

    def _choose_material(self, material: str) -> None:
        """Open the list of materials and walk to the wanted one."""
        pages = self.window.visit.pages
        if pages.material == material:
            return
        codes = [code for code, _name in pages.materials]
        steps = codes.index(material) - codes.index(pages.material)
        self.key(Qt.Key.Key_M, ALT)
        for _step in range(abs(steps)):
            self.key(Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
        self.key(Qt.Key.Key_Return)
        self.wait(lambda: pages.material == material, f"{material} chosen")
        self.window.activateWindow()  # the platform without a display leaves it to the list that is closed

    def _count_copies(self, material: str) -> None:
        """One for the court and one for the other side."""
        path = f"matter.1.copies.{material}"
        self._choose_material(material)
        self.key(Qt.Key.Key_F, ALT)
        self._at("copies")
        self._type("2")
        self.key(Qt.Key.Key_Return)
        self.wait(lambda: self._copies(path) == "2", "the copies counted")

    def _pages_of(self, material: str) -> int:
        return sum(page.material == material for page in self._visit().pages)

    def _copies(self, path: str) -> str:
        return next((view.value for view in self._visit().copies if view.path == path), "")

    def sign(self) -> None:
        if self._visit().confirmation.signed_at is not None:
            return
        self.wait(lambda: self._visit().confirmation.ready, "a text that is ready to be read")
        self.key(Qt.Key.Key_F10)
        self.sign_as_party()

    def sign_as_party(self) -> None:
        """Read, sign and accept on the second screen, as the party does."""
        self.wait(lambda: self.window.party.reading, "the text on the party's screen")
        self._picture(self.window.party, "party-reading")
        self._draw_signature()
        while self.window.party.more.isVisible():
            QTest.mouseClick(self.window.party.more, Qt.MouseButton.LeftButton)
        self._picture(self.window.party, "party-signed")
        QTest.mouseClick(self._accept_button(), Qt.MouseButton.LeftButton)
        self.wait(lambda: self._visit().confirmation.signed_at is not None, "the signature")

    def finish(self) -> None:
        self.key(Qt.Key.Key_F12)
        self.wait(lambda: self._visit().outcome is not None, "the receipt number")
        self.wait(self._papers_out, "the receipts on paper")

    def reach_court(self) -> None:
        self.wait(self._at_court, "the court's receipt")

    # ---- hands ------------------------------------------------------------------------------------

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where a keyboard would: in the open list, else in the box with the cursor."""
        QTest.keyClick(self._cursor(), key, modifier)
        self._arrived()

    def _arrived(self) -> None:
        """Wait until the key has come to its box: one that goes by an answer waits for its view."""
        self.wait(lambda: not self.conductor.keys.holding, "the key given out")

    def _fill(self, *paths: str) -> None:
        """Go to each empty field with Tab, type and go on, then wait until the draft holds them all."""
        for path in paths:
            if not self._value(path):
                self._tab_to(path)
                self._type(self.typed[path])
                self.key(Qt.Key.Key_Tab)
        self.wait(lambda: all(self._value(path) for path in paths), f"{', '.join(paths)} in the draft")

    def _tab_to(self, path: str) -> None:
        for _tab in range(MOST_TABS):
            if self._cursor().objectName() == path:
                return
            self.key(Qt.Key.Key_Tab)
        raise Stuck(f"Tab does not come to {path}; it stands in {self._cursor().objectName() or 'no field'}")

    def _at(self, name: str) -> None:
        self.wait(lambda: self._cursor().objectName() == name, f"the cursor in {name}")

    def _cursor(self) -> QWidget:
        """Return what a key would come to; a window that is not the active one keeps its cursor."""
        popup = QApplication.activePopupWidget()
        places: tuple[QWidget | None, ...] = (
            (popup.focusWidget(), popup)
            if popup is not None
            else (QApplication.focusWidget(), self.window.focusWidget())
        )
        return next((place for place in places if place is not None), self.window)

    def _type(self, text: str) -> None:
        """Key by key where the keyboard has the characters; Chinese arrives as an input method commits it."""
        if text.isascii():
            QTest.keyClicks(self._cursor(), text)
            return
        commit = QInputMethodEvent()
        commit.setCommitString(text)
        QApplication.sendEvent(self._cursor(), commit)

    def _accept_button(self) -> QPushButton:
        buttons = self.window.party.findChildren(QPushButton)
        return next(button for button in buttons if button.property("kind") == "party-main")

    def _draw_signature(self) -> None:
        for stroke in _SIGNATURE:
            self._stroke(self.window.party.pad, stroke)

    @staticmethod
    def _stroke(pad: QWidget, stroke: Sequence[tuple[float, float]]) -> None:
        def at(x: float, y: float) -> QPoint:
            return QPoint(round(x * pad.width()), round(y * pad.height()))

        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=at(*stroke[0]))
        for (x, y), (to_x, to_y) in pairwise(stroke):
            for part in range(1, 5):
                QTest.mouseMove(pad, at(x + (to_x - x) * part / 4, y + (to_y - y) * part / 4))
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=at(*stroke[-1]))

    # ---- eyes -------------------------------------------------------------------------------------

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Let the window live until the condition holds; it is asked whenever something new is shown."""
        if condition():
            return
        loop = QEventLoop()
        deadline = QTimer()
        deadline.setSingleShot(True)
        deadline.timeout.connect(loop.quit)
        again = QTimer()
        again.timeout.connect(lambda: loop.quit() if condition() else None)
        for signal in (self.conductor.view_shown, self.conductor.status_shown):
            signal.connect(loop.quit)
        deadline.start(round(seconds * 1000))
        again.start(5)
        try:
            while not condition():
                if not deadline.isActive():
                    raise Stuck(f"waited {seconds:.0f} s for {what}; {self._told()}")
                loop.exec()
        finally:
            # What is raised keeps this frame alive: a timer left running would ask about a closed window.
            again.stop()
            deadline.stop()
            for signal in (self.conductor.view_shown, self.conductor.status_shown):
                signal.disconnect(loop.quit)

    def _told(self) -> str:
        """Return what the window says is wrong, for whoever looks for the reason."""
        return str(self.window.messages.problem or "the window says of no trouble")

    def _visit(self) -> VisitView:
        if self.visit is None:
            raise Stuck("no visit on the window")
        return self.visit

    def _queue(self) -> QueueView:
        if self.view is None:
            raise Stuck("no view yet")
        return self.view.queue

    def _value(self, path: str) -> str:
        visit = self._visit()
        groups = (*visit.identity, *visit.matter, *visit.parties)
        return next((f.value for group in groups for f in group.fields if f.path == path), "")

    def _mediation(self) -> str:
        return self.view.advice.mediation.value if self.view and self.view.advice.mediation else ""

    def settled(self) -> bool:
        return not self.conductor.acts.running("desk_view")

    def _papers_out(self) -> bool:
        outcome = self._visit().outcome
        return outcome is not None and all(
            job.state in ("confirmed", "printed", "not_printed") for job in outcome.jobs
        )

    def _at_court(self) -> bool:
        outcome = self._visit().outcome
        return outcome is not None and outcome.court_state == "stored"

    def _picture(self, widget: QWidget, name: str) -> None:
        if self.pictures is not None:
            QApplication.processEvents()
            widget.grab().save(str(self.pictures / f"{name}.png"))
