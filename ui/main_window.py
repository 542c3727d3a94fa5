"""The clerk's window: draws the views it is handed and emits what the clerk wants; it calls nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QWidget

from app.clock import Clock, SystemClock
from app.errors import Expected
from app.notices import Notice
from app.services.views import DeskView, QueueView, StatusView
from app.texts import _
from ui.keys import KEYS, step_key
from ui.many import Many
from ui.party_screen.window import PartyWindow
from ui.theme import Theme, theme
from ui.undo import Undo
from ui.widgets.steps import STEPS
from ui.zones import Zones

_BUSY_LINE_AFTER_MS: Final = 250
_REST_AFTER_MS: Final = 30
_ADD_PARTY: Final = ("add_party_1", "add_party_2", "add_party_3")
_NEEDS_VISIT: Final = frozenset(
    {"read_card", "read_chip", "scan", "scan_feeder", "import_files", "show_confirmation", "finish"}
    | {"remove_party", "add_matter", "clone_matter", "next_matter", "remove_matter", *_ADD_PARTY}
    | {"material", "copies", "previous_matter", "import_table", "save_template", "join_party", "represent"}
    | {"waive", "paper_form"}
)
_IMPORTS: Final = "*.pdf *.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp"


class MainWindow(QMainWindow):
    """Every signal is an intent; every public ``show_*`` takes a whole view and draws it."""

    take_ticket = Signal(str, bool)
    take_urgent = Signal(str)
    call_next = Signal()
    recall = Signal()
    no_show = Signal()
    bring_back = Signal(str)
    call_one = Signal(str)
    open_panel = Signal(str)
    read_card = Signal()
    read_chip = Signal()
    cancel = Signal()
    field_edited = Signal(str, str)
    scan = Signal(str, bool)
    import_files = Signal(str, object)
    remove_page = Signal(str)
    restore_page = Signal(str)
    show_confirmation = Signal()
    signed = Signal(str, bytes, object)
    finish = Signal()
    job_answered = Signal(str, bool)
    add_party = Signal(str)
    remove_party = Signal(str)
    add_matter = Signal()
    clone_matter = Signal()
    remove_matter = Signal(int)
    turn_matter = Signal(int)
    put_back = Signal(str, str)
    explain = Signal(str)
    panel_left = Signal()
    quit = Signal()

    def __init__(self, look: Theme | None = None, clock: Clock | None = None, group: str = "") -> None:
        super().__init__()
        self.look = self._look = look or theme()
        self._clock = clock or SystemClock()
        self._group = group
        self._view: DeskView | None = None
        self._busy: dict[str, str] = {}
        self._pressed: dict[str, str] = {}
        self.setWindowTitle(_("一窗"))
        self.setMinimumSize(1024, 640)
        self.resize(1366, 768)
        self._make_zones()
        self.party = PartyWindow(self._look, self)
        self.party.signed.connect(self.signed)
        self.party.left.connect(self.activateWindow)
        self.undo = Undo(self.actions_bar, self)
        self.undo.page_back.connect(self.restore_page)
        self.undo.entry_back.connect(self.put_back)
        self.many = Many(self, self.visit, self.flash, self.undo.entry_out)
        self._acts = self._emitters()
        self._buttons = self.zones.buttons()
        self._connect_zones()
        self._bind_keys()
        self._start_timers()

    # ---- views ----------------------------------------------------------------------------------

    def show_desk(self, view: DeskView) -> None:
        """Draw everything on the window; with another visit, what the law says follows a moment later."""
        other = self.isVisible() and _visit_id(self._view) != _visit_id(view)
        ended = not other and _is_open(self._view) and view.visit is not None and not _is_open(view)
        self._view = view
        self.header.show_desk(view)
        self.queue.show_queue(view.queue)
        self.zones.empty.show_queue(view.queue)
        self.zones.show_place(visit=view.visit is not None)
        if view.visit is not None:
            self.visit.show_visit(view.visit)
        self.messages.show_doubts(view.doubts)
        self.actions_bar.show_visit(view.visit)
        self._follow_with_party(view)
        if ended:
            self.zones.lead_on()
        if other:
            self._rest_of_view.start()
        else:
            self._draw_rest()

    @property
    def drawn(self) -> bool:
        """Whether the whole view is on the window, the right zone too."""
        return not self._rest_of_view.isActive()

    def _draw_rest(self) -> None:
        """Draw the right zone, which takes as long as the visit: who was called must be seen first."""
        self._rest_of_view.stop()
        if self._view is not None:
            self.advice.show_advice(self._view.advice)
        self.zones.order()

    def show_queue(self, view: QueueView) -> None:
        """Draw the left zone alone."""
        if self._view is not None:
            self._view = replace(self._view, queue=view)
        self.queue.show_queue(view)
        self.header.answer.setVisible(view.help_wanted)
        self.zones.empty.show_queue(view)

    def show_status(self, view: StatusView) -> None:
        """Draw the status bar, and offer what the devices of this counter can do."""
        there = {device.key for device in view.devices}
        self.visit.pages.show_camera(there="camera" in there)
        self.actions_bar.show_chips(there="chip_reader" in there)
        self.header.show_status(view)
        self.status.show_status(view)

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        """Draw the notices that stand."""
        self.messages.show_notices(notices)
        self.zones.order()

    def set_busy(self, act_name: str, text: str | None) -> None:
        """Show the running act on its control, or with None that it is over.

        A second press of it does nothing meanwhile, and Esc emits ``cancel``.
        """
        button = self._buttons.get(self._pressed.get(act_name, act_name))
        if text is None:
            self._busy.pop(act_name, None)
            self._pressed.pop(act_name, None)
        else:
            self._busy[act_name] = text
        if button is not None:
            button.set_busy(None if text is None else _("进行中"))
        if self._busy:
            self._busy_line.start()
        else:
            self._busy_line.stop()
            self.messages.show_busy("")

    def tell_busy(self, act_name: str, text: str) -> None:
        """Say how far a running act is."""
        if act_name in self._busy:
            self._busy[act_name] = text
            if not self._busy_line.isActive():
                self._show_busy()

    def show_problem(self, problem: Expected) -> None:
        """Draw what happened, what is safe and what to do next; it stands until Esc or the next act."""
        self.messages.show_problem(problem)
        self.zones.order()

    def show_panel(self, icon: str, title: str, purpose: str, page: QWidget) -> None:
        """Put a page in place of the visit; what is half typed in the visit is kept."""
        self.visit.flush()
        self.zones.show_panel(icon, title, purpose, page)

    def hide_panel(self) -> None:
        """Give the place back to the visit."""
        self.zones.hide_panel()

    def lead_to(self, number: int, path: str) -> None:
        """Put the cursor into a field of one of the matters."""
        if self._view is not None and self._view.visit is not None:
            self.visit.lead_to(path)
            if number != self._view.visit.current:
                self._turn(number)

    def flash(self, text: str, *, of_visit: bool = False) -> None:
        """Show one line for a few seconds, one ``of_visit`` no longer than the visit is open."""
        self.actions_bar.say(text, of_visit=of_visit)

    # ---- building -------------------------------------------------------------------------------

    def _make_zones(self) -> None:
        self.zones = zones = Zones(self._look, self._clock)
        self.header, self.queue, self.visit = zones.header, zones.queue, zones.visit
        self.advice, self.messages, self.actions_bar = zones.advice, zones.messages, zones.actions_bar
        self.status = zones.status
        self.setCentralWidget(zones)

    def _connect_zones(self) -> None:
        visit = self.visit
        for zone in (self.queue, visit.matters, visit.people, visit.pages, self.actions_bar):
            zone.pressed.connect(self.press)
        self.queue.bring_back.connect(self.bring_back)
        self.queue.call_one.connect(self.call_one)
        self.visit.edited.connect(self.field_edited)
        self.visit.passed_over.connect(partial(self.flash, of_visit=True))
        self.visit.told_anew.connect(self.actions_bar.amend)
        self.visit.pages.remove.connect(self._remove)
        self.visit.pages.counted.connect(self.field_edited)
        self.visit.matters.turned.connect(self._turn)
        self.advice.answered.connect(self.field_edited)
        self.advice.explain.connect(self.explain)
        self.messages.cancelled.connect(self.cancel)
        self.messages.listing.connect(self.visit.leave_room)
        self.messages.closed.connect(lambda: self.messages.show_problem(None))
        self.messages.answered.connect(self.job_answered)
        self.zones.panel.left.connect(self.panel_left)

    def _emitters(self) -> dict[str, Callable[[], None]]:
        return {
            "take_ticket": lambda: self.take_ticket.emit(self._group, False),
            "take_ticket_green": lambda: self.take_ticket.emit(self._group, True),
            "take_ticket_urgent": lambda: self.take_urgent.emit(self._group),
            "call_next": self.call_next.emit,
            "recall": self.recall.emit,
            "no_show": self.no_show.emit,
            "bring_back": self._bring_back,
            "call_one": self._call_one,
            "read_card": self.read_card.emit,
            "read_chip": self.read_chip.emit,
            "scan": lambda: self.scan.emit(self.visit.pages.material, False),
            "scan_feeder": lambda: self.scan.emit(self.visit.pages.material, True),
            "import_files": self._import,
            "remove_page": self._remove_current,
            "restore_page": self.undo.put_back,
            "material": self.visit.pages.open_materials,
            "copies": self._count_copies,
            "paper_form": self._turn_paper_form,
            **{act: partial(self._add_party, act) for act in _ADD_PARTY},
            "remove_party": self._remove_party,
            "add_matter": lambda: self._new_matter(self.add_matter),
            "clone_matter": lambda: self._new_matter(self.clone_matter),
            "next_matter": partial(self._turn_by, 1),
            "previous_matter": partial(self._turn_by, -1),
            **self.many.acts(),
            "remove_matter": self._remove_matter,
            "show_confirmation": self._confirm,
            "finish": self.finish.emit,
            "mediation_yes": lambda: self.advice.mediate(willing=True),
            "mediation_no": lambda: self.advice.mediate(willing=False),
            "why": self.advice.toggle_whys,
            "quit": self._quit,
        }

    def _bind_keys(self) -> None:
        for act in self._acts:
            if act != "remove_page":  # Delete belongs to the strip: in a field it deletes a character
                self._shortcut(KEYS[act], partial(self.press, act))
        for index, step in enumerate(STEPS):
            self._shortcut(step_key(index), partial(self._step, step))
        self._shortcut(KEYS["cancel"], self._escape)
        self._shortcut(KEYS["more_lines"], self.messages.turn_lines)

    def _shortcut(self, key: str, slot: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(slot)

    def _start_timers(self) -> None:
        self._rest_of_view = QTimer(self)
        self._rest_of_view.setSingleShot(True)
        self._rest_of_view.setInterval(_REST_AFTER_MS)
        self._rest_of_view.timeout.connect(self._draw_rest)
        self._tick = QTimer(self)
        self._tick.setInterval(1_000)
        self._tick.timeout.connect(self.header.tick)
        self._tick.timeout.connect(self.visit.tick)
        self._tick.start()
        self._busy_line = QTimer(self)
        self._busy_line.setSingleShot(True)
        self._busy_line.setInterval(_BUSY_LINE_AFTER_MS)
        self._busy_line.timeout.connect(self._show_busy)

    # ---- acts -----------------------------------------------------------------------------------

    def press(self, act: str) -> None:
        """Do what the key or button of the act does: typed text first, then the intent."""
        if act.startswith("panel_"):  # its key belongs to the panels themselves
            self.open_panel.emit(act.removeprefix("panel_"))
            return
        intent = {
            "scan_feeder": "scan",
            "take_ticket_green": "take_ticket",
            "take_ticket_urgent": "take_ticket",
        }.get(act, act)
        button = self._buttons.get(act)
        if intent in self._busy:
            return
        if act in _NEEDS_VISIT and (self._view is None or self._view.visit is None):
            self.flash(_("现在没有人在窗口，先按 F5 叫号。"))
            return
        # F5 always asks: somebody may have come since the queue was last read.
        if button is not None and not button.isEnabled() and act != "call_next":
            return
        if self.zones.panel_open and (held := self.zones.panel.held(act)):
            self.flash(held)
            return
        self.visit.flush()
        self.messages.show_problem(None)
        if self.zones.panel_open:
            self.panel_left.emit()
        self._pressed[intent] = act
        self._acts[act]()

    def _quit(self) -> None:
        self.close()

    def _show_busy(self) -> None:
        self.messages.show_busy(next(reversed(self._busy.values()), ""))

    def _escape(self) -> None:
        if self._busy:
            self.cancel.emit()
        elif self.party.reading:
            self.party.rest()
        elif self.messages.pin is not None:
            self.messages.pin_refused.emit()
        elif self.messages.problem is not None:
            self.messages.show_problem(None)
        elif self.zones.panel_open:
            self.panel_left.emit()
        elif not self.visit.batch.isHidden():
            self.visit.hide_result()
        elif self.messages.doubt is not None:
            self.messages.ask()
        else:
            self.actions_bar.quiet()

    def _step(self, key: str) -> None:
        if self._view is not None and self._view.visit is not None:
            if self.zones.panel_open:
                self.panel_left.emit()
            self.visit.choose(key)

    def _bring_back(self) -> None:
        ticket = self.queue.missed.current()
        if ticket is not None:
            self.bring_back.emit(ticket.number)

    def _call_one(self) -> None:
        ticket = self.queue.chosen()
        if ticket is not None:
            self.call_one.emit(ticket.number)

    def _import(self) -> None:
        material = self.visit.pages.material
        dialog = QFileDialog(self, _("导入材料"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(_("材料文件 ({kinds})").format(kinds=_IMPORTS))
        dialog.filesSelected.connect(lambda paths: self.import_files.emit(material, tuple(paths)))
        dialog.open()

    def _remove_current(self) -> None:
        page = self.visit.pages.strip.current()
        if page is not None:
            self._remove(page.page_id)

    def _remove(self, page_id: str) -> None:
        page = self.visit.pages.page(page_id)
        if page is None or self._view is None or self._view.visit is None or self._view.visit.outcome:
            return
        words = _("已移出第 {number} 页 {name}")
        self.undo.page_out(words.format(number=page.position, name=page.material_name), page_id)
        self.remove_page.emit(page_id)

    def _add_party(self, act: str) -> None:
        key = self.visit.people.list_key(act)
        if key:
            self.visit.expect("party")
            self.add_party.emit(key)

    def _remove_party(self) -> None:
        key = self.visit.forms["parties"].focused_key()
        if key:
            self.remove_party.emit(key)
        else:
            self.flash(_("先把光标放到要移除的一方里。"))

    def _new_matter(self, intent: SignalInstance) -> None:
        self.visit.expect("matter")
        intent.emit()

    def _turn_by(self, steps: int) -> None:
        view = self._view.visit if self._view else None
        numbers = [tab.number for tab in view.tabs] if view else []
        if view is not None and view.current in numbers:
            self._turn(numbers[(numbers.index(view.current) + steps) % len(numbers)])

    def _turn(self, number: int) -> None:
        self.visit.flush()
        self.turn_matter.emit(number)

    def _remove_matter(self) -> None:
        if self._view is not None and self._view.visit is not None:
            self.remove_matter.emit(self._view.visit.current)

    def _count_copies(self) -> None:
        self.visit.choose("materials")
        self.visit.pages.focus_copies()

    def _turn_paper_form(self) -> None:
        self.visit.choose("materials")
        self.visit.pages.turn_form()

    def _confirm(self) -> None:
        if self._view is None or self._view.visit is None:
            return
        self.visit.choose("confirmation")
        confirmation = self._view.visit.confirmation
        if not confirmation.ready:
            self.flash(confirmation.not_ready)
            return
        self.party.present(confirmation)
        self.party.place(self)
        self.show_confirmation.emit()

    def _follow_with_party(self, view: DeskView) -> None:
        self.party.show_court(view.court, view.centre, view.window)
        if not self.party.reading:
            return
        if view.visit is None or not view.visit.confirmation.ready:
            self.party.rest()
        else:
            self.party.present(view.visit.confirmation)

    # ---- the window itself ------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Y and N answer the question that stands; in a text field they are letters and never come here."""
        job = self.messages.doubt
        answers = {Qt.Key.Key_Y: True, Qt.Key.Key_N: False}
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if job is not None and plain and not event.isAutoRepeat() and event.key() in answers:
            self.job_answered.emit(job.job_id, answers[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.party.settle(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.visit.flush()
        self._tick.stop()
        self._busy_line.stop()
        self._rest_of_view.stop()
        self.party.close()
        super().closeEvent(event)
        self.quit.emit()


def _is_open(view: DeskView | None) -> bool:
    return view is not None and view.visit is not None and view.visit.outcome is None


def _visit_id(view: DeskView | None) -> str:
    return view.visit.visit_id if view is not None and view.visit is not None else ""
