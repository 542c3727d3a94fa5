"""Between the window and the services: an intent starts an act, its result asks for a new view.

Nothing here knows a rule or touches a device; it says which act follows which, and when to look again.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app import lanes
from app.crash import Incident
from app.errors import Expected
from app.lanes import Act
from app.services import (
    answers,
    calling,
    chip,
    coming_back,
    confirmation,
    drafts,
    finishing,
    identity,
    issuing,
    matters,
    papers,
    print_out,
    queue,
    reception,
    search,
    status,
    trail,
    upkeep,
    visit_view,
    waits,
)
from app.services.desk import Desk
from app.services.views import DeskView, Health, QueueView, StatusView
from app.texts import _
from ui.act import Acts, incident_problem
from ui.bridge import Bridge
from ui.call_board.screen import BoardScreen
from ui.card_photos import CardPhotos
from ui.codes import Codes
from ui.counter_signals import CounterSignals
from ui.ending import Ending
from ui.held_keys import HeldKeys
from ui.help_calls import HelpCalls
from ui.locking import Locking
from ui.main_window import MainWindow
from ui.many_acts import ManyActs
from ui.outcome_papers import OutcomePapers
from ui.pad_signing import PadSigning
from ui.panels.host import Panels
from ui.party_screen.place import PartyPlace
from ui.printers import Printers

_PEOPLE: Final = ("call_next", "call_one", "call_by_itself", "take_ticket", "desk_view")
"""Acts during which the hall is not looked at: they look at it themselves."""


class Conductor(QObject):
    """Wires one window to one desk. ``view_shown`` tells that a new view is on the window."""

    view_shown = Signal(object)
    status_shown = Signal(object)

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._bridge = Bridge(self)
        self.acts = Acts(desk, self._bridge, problem=window.show_problem, busy=window.set_busy)
        self._printers = Printers(window, desk, self.acts, self._refresh)
        self.panels = Panels(
            window,
            desk,
            self.acts,
            self._refresh,
            self._visit_id,
            self._printers.print_all,
            self._send_soon,
            self._show_finished,
        )
        HelpCalls(window, self.acts)
        self._board = BoardScreen(desk, self.acts, window)
        window.party.leave_free(self._board.screen.find)
        PartyPlace(window, window.party, desk.notices)
        ManyActs(window, self.acts, self._bridge, self._refresh)
        self._signals = CounterSignals(self, desk, self.acts, window.party)
        PadSigning(window, desk, self.acts, self._bridge)
        self.view_shown.connect(OutcomePapers(window, self.acts).show_view)
        self.view_shown.connect(CardPhotos(window, self.acts).show_view)
        self.locking = Locking(window, desk, self.acts, self.panels, self._refresh)
        locked = self.locking.screen.isVisible
        self._codes = Codes(window, desk, self.acts, self.panels, self._called, locked)
        self._ending = Ending(window, self.acts, self._visit_id, self._finished_visit)
        self.keys = HeldKeys(window)
        self._finished = ""
        self._view: DeskView | None = None
        self._stale = False
        self._status_stale = False
        self._behind = False
        self._standing = desk.hall.standing()
        self._card_seen = False
        self._connect()
        desk.notices.subscribe(lambda: self._bridge.deliver(self._show_notices))
        desk.hall.follow(lambda: self._bridge.deliver(self._keep_up))
        desk.bench.on_change(lambda: self._bridge.deliver(self._refresh_status))
        rhythm = desk.rhythm
        hall = desk.settings.hall
        self._lively = bool(desk.hall.is_shared or hall.board_screen)
        self._send = self._timer(0, self._send_round, single=True)
        self._following = self._timer(rhythm.hall if self._lively else rhythm.view, self._keep_up)
        self._timers = (
            self._send,
            self._timer(rhythm.devices, self._look_around),
            self._timer(rhythm.reader, self._watch_for_card),
            self._timer(rhythm.view, self._refresh),
            self._timer(rhythm.court, self._watch_for_court),
            self._following,
            self._timer(rhythm.upkeep, self._tend),
        )

    def start(self) -> None:
        """Mend what a crash left, show the first view, begin to look and to send."""
        self._run(print_out.doubt_interrupted)
        self.acts.run(self, calling.resume, done=lambda _visit: self._refresh())
        self._run(issuing.give_lost_papers)
        if self._desk.settings.hall.reception:
            self.acts.run(self, reception.open_reception, done=lambda _none: self.panels.open("reception"))
        self._run(trail.start)
        self._run(answers.remind)
        self._run(coming_back.remind, name="remind.owed")
        self._run(upkeep.check_store)
        self._run(upkeep.renew_certificate)
        self._run(upkeep.sweep_blobs)
        self._show_notices()
        self._look_around()
        self._catch_up(waits.catch_up)
        self.locking.start()
        self.keys.start()
        for timer in self._timers:
            timer.start()

    def _tend(self) -> None:
        self._run(upkeep.tend)
        for act in (search.catch_up, waits.catch_up):
            self._catch_up(act)

    def _catch_up(self, act: Act[Desk, ..., bool]) -> None:
        """Let what lags behind catch up, a part at a time, so that searches and calls come in between."""
        self.acts.run(self, act, done=lambda done: None if done else self._catch_up(act))

    def tell(self, incident: Incident) -> None:
        """Tell the clerk about a bug that was recorded; callable from any thread."""
        self._bridge.deliver(partial(self._window.show_problem, incident_problem(incident)))

    def stop(self) -> None:
        """Deliver nothing any more; the desk can be closed."""
        for timer in self._timers:
            timer.stop()
        self._board.close()
        self._codes.stop()
        self.locking.stop()
        self.keys.stop()
        self._bridge.close()

    def _timer(self, seconds: float, slot: object, *, single: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(round(seconds * 1000))
        timer.setSingleShot(single)
        timer.timeout.connect(slot)
        return timer

    def _connect(self) -> None:
        window = self._window
        window.take_ticket.connect(self._take_ticket)
        window.take_urgent.connect(self._take_urgent)
        window.call_next.connect(lambda: self._call(calling.call_next))
        window.recall.connect(self._recall)
        window.no_show.connect(lambda: self._run(calling.no_show, refresh=True))
        window.call_one.connect(lambda number: self._call(calling.call_one, number))
        window.bring_back.connect(lambda number: self._run(calling.bring_back, number, refresh=True))
        window.read_card.connect(self._read_card)
        window.read_chip.connect(self._read_chip)
        window.cancel.connect(self._cancel)
        window.field_edited.connect(self._edit)
        window.scan.connect(self._scan)
        window.import_files.connect(self._import)
        window.remove_page.connect(lambda page_id: self._run(papers.remove_page, page_id, refresh=True))
        window.restore_page.connect(lambda page_id: self._run(papers.restore_page, page_id, refresh=True))
        window.add_party.connect(lambda key: self._run(matters.add_party, key, refresh=True))
        window.remove_party.connect(self._remove_party)
        window.add_matter.connect(lambda: self._run(matters.add, refresh=True))
        window.clone_matter.connect(lambda: self._run(matters.clone, refresh=True))
        window.turn_matter.connect(lambda number: self._run(matters.turn, number, refresh=True))
        window.remove_matter.connect(self._remove_matter)
        window.put_back.connect(lambda path, text: self._run(matters.put_back, path, text, refresh=True))
        window.signed.connect(self._sign)
        window.finish.connect(self._ending.finish)
        window.job_answered.connect(self._printers.answer)

    def _run(
        self,
        act: Act[Any, Any, Any],
        *args: object,
        busy: str | None = None,
        name: str = "",
        refresh: bool = False,
    ) -> None:
        done = (lambda _result: self._refresh()) if refresh else None
        problem = self._partly if refresh else None
        self.acts.run(self, act, *args, busy=busy, name=name, done=done, problem=problem)

    # ---- views ----------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Ask for a new view; while one is being made, one more is enough."""
        if self.acts.running("desk_view"):
            self._stale = True
            return
        self._stale = False
        asked, changes = self._finished, self.keys.changes
        self.acts.run(self, visit_view.desk_view, asked, done=lambda view: self._show(view, asked, changes))

    def _show_finished(self, visit_id: str) -> None:
        self._finished = visit_id
        self._refresh()

    def _show(self, view: DeskView, asked: str, changes: int) -> None:
        """Draw the view, unless it was asked for before the visit was finished and so has lost it."""
        if view.visit is None and (asked != self._finished or self.acts.running("finish")):
            if asked != self._finished:
                self._refresh()
            return
        self._view = view
        self._window.show_desk(view)
        self._follow_closely(view.queue.calls_in is not None)
        if self._behind:  # before the next view: where one follows the other the hall would wait for ever
            self._keep_up()
        if self._stale:
            self._refresh()
        self.view_shown.emit(view)
        self.keys.caught_up(changes)

    def _refresh_status(self) -> None:
        """Ask for a new status bar; what changes while one is being made is not missed."""
        started = self.acts.run(self, status.view, name="status", done=self._show_status)
        self._status_stale = not started

    def _show_status(self, view: StatusView) -> None:
        self._window.show_status(view)
        if self._status_stale:
            self._refresh_status()
        self.status_shown.emit(view)

    def _show_notices(self) -> None:
        self._window.show_notices(self._desk.notices.standing())

    # ---- queue ----------------------------------------------------------------------------------

    def _take_urgent(self, group: str) -> None:
        self.acts.run(
            self, issuing.take_urgent, group, name="take_ticket", busy=_("正在取号"), done=self._ticket_taken
        )

    def _take_ticket(self, group: str, green: bool) -> None:
        self.acts.run(self, issuing.take_ticket, group, green, busy=_("正在取号"), done=self._ticket_taken)

    def _ticket_taken(self, number: str) -> None:
        self._window.flash(_("已取号 {number}").format(number=number))
        self._refresh()
        self._printers.print(lanes.TICKET_PRINTER)

    def _keep_up(self) -> None:
        """Follow the hall; what happens in it meanwhile, or while people are called, is looked at after."""
        self._behind = self._busy_with_people()
        if self._behind:
            return
        started = self.acts.run(
            self, queue.keep_up, name="keep_up", done=self._kept_up, problem=_shown_in_the_status_bar
        )
        self._behind = not started

    def _busy_with_people(self) -> bool:
        return any(self.acts.running(act) for act in _PEOPLE)

    def _kept_up(self, view: QueueView) -> None:
        self._board.look()
        self._follow_closely(view.calls_in is not None)
        if self._behind:
            self._keep_up()
        if self._view is not None and self._view.queue.brought != view.brought:
            self._refresh()
        elif self._view is not None and self._view.queue != view:
            self._view = replace(self._view, queue=view)
            self._window.show_queue(view)
        nobody_here = self.panels.current or self.locking.screen.isVisible()
        if view.calls_in == 0 and not nobody_here:
            self.acts.run(
                self, calling.call_by_itself, done=self._called_by_itself, problem=_shown_in_the_status_bar
            )
        if self._standing != self._desk.hall.standing():
            self._standing = self._desk.hall.standing()
            self._refresh_status()

    def _follow_closely(self, calls: bool) -> None:
        pause = self._desk.rhythm.hall if self._lively or calls else self._desk.rhythm.view
        if self._following.interval() != round(1000 * pause):
            self._following.setInterval(round(1000 * pause))

    def _call(self, act: Act[Any, Any, Any], *who: str) -> None:
        self.acts.run(self, act, *who, busy=_("正在叫号"), done=lambda visit: self._called(visit.ticket))

    def _recall(self) -> None:
        def recalled(number: str) -> None:
            self._refresh()
            self._signals.called(number)

        self.acts.run(self, calling.recall, done=recalled)

    def _called_by_itself(self, number: str) -> None:
        if number:
            self._called(number)

    def _called(self, number: str) -> None:
        self._run(coming_back.remind, name="remind.owed")
        self._finished = ""
        self._card_seen = False
        self._refresh()
        self._signals.called(number)

    # ---- this visit -------------------------------------------------------------------------------

    def _read_card(self) -> None:
        whose = self._window.visit.forms["parties"].focused_key()
        self._run(identity.read_card, whose, busy=_("请把身份证放在读卡区（Esc 取消）"), refresh=True)

    def _read_chip(self) -> None:
        self._run(chip.read, name="read_chip", busy=_("请把社保卡插入读卡器（Esc 取消）"), refresh=True)

    def _cancel(self) -> None:
        """Esc: what has not begun never begins, what runs is asked to stop."""
        self.acts.cancel()
        self._desk.cancel()

    def _edit(self, path: str, text: str) -> None:
        self._ending.edited()
        save = partial(self.acts.run, self, drafts.set_field, path, text, name="edit", once=False)
        save(done=lambda _none: self._refresh(), problem=self._partly)

    def _remove_party(self, key: str) -> None:
        done = partial(self._taken_out, _("已移除一方"))
        self.acts.run(self, matters.remove_party, key, done=done, problem=self._partly)

    def _remove_matter(self, number: int) -> None:
        done = partial(self._taken_out, _("已移除一件事项"))
        self.acts.run(self, matters.remove, number, done=done, problem=self._partly)

    def _taken_out(self, words: str, before: tuple[str, str]) -> None:
        self._window.undo.entry_out(words, *before)
        self._refresh()

    def _scan(self, material: str, feeder: bool) -> None:
        self.acts.run(
            self,
            papers.scan,
            material,
            feeder,
            partial(self._bridge.deliver, self._refresh),
            busy=_("正在扫描（Esc 停止）"),
            done=lambda count: self._added(count),
            problem=self._partly,
        )

    def _import(self, material: str, files: tuple[str, ...]) -> None:
        paths = tuple(Path(name) for name in files)
        self.acts.run(
            self,
            papers.import_files,
            material,
            paths,
            busy=_("正在导入（Esc 停止）"),
            done=lambda count: self._added(count),
            problem=self._partly,
        )

    def _added(self, count: int) -> None:
        self._window.flash(_("已加入 {count} 页").format(count=count), of_visit=True)
        self._refresh()

    def _partly(self, problem: Expected) -> None:
        self._window.show_problem(problem)
        self._refresh()

    def _sign(self, sha256: str, png: bytes, strokes: object) -> None:
        self._run(confirmation.sign, sha256, png, strokes, busy=_("正在保存签字"), refresh=True)

    def _finished_visit(self, finished: finishing.Finished) -> None:
        self._finished = finished.visit_id
        self.acts.run(self, calling.served, finished.ticket, done=lambda _none: self._refresh())
        self._printers.print_all()
        self._send_soon()
        self._signals.finished(finished.visit_id)

    def _visit_id(self) -> str:
        return self._view.visit.visit_id if self._view and self._view.visit else ""

    # ---- looking around and sending ---------------------------------------------------------------

    def _look_around(self) -> None:
        self._printers.print_all()
        if not self.acts.running("scan"):
            self.acts.run(self, status.look_at_scanner, problem=_shown_in_the_status_bar)
        self._codes.start()
        for role, act in status.LOOK_AGAIN.items():
            failed = self._desk.bench.view(role).health is Health.FAILED
            if failed and self.panels.current != role:
                self._run_quietly(act, role, name=f"again.{role}")
        self._refresh_status()

    def _run_quietly(self, act: Act[Any, Any, Any], *args: object, name: str) -> None:
        self.acts.run(self, act, *args, name=name, problem=_shown_in_the_status_bar)

    def _watch_for_card(self) -> None:
        """A card laid down while a visit waits for a name is read without a key."""
        if self.acts.running("read_card"):
            return
        self.acts.run(self, status.look_at_reader, done=self._card_state, problem=_shown_in_the_status_bar)

    def _card_state(self, present: bool) -> None:
        visit = self._view.visit if self._view else None
        waits = visit is not None and visit.outcome is None and not visit.party_name
        if present and waits and not self._card_seen:
            self._read_card()
        self._card_seen = present

    def _send_soon(self) -> None:
        self._send.start(0)

    def _send_round(self) -> None:
        self.acts.run(self, status.send, done=self._sent)

    def _watch_for_court(self) -> None:
        """Send at once when a court that was away is back; go on sending after a round that failed here."""
        if not self._send.isActive():
            self._send_round()
        self.acts.run(self, status.knock, done=self._knocked)

    def _knocked(self, is_back: bool) -> None:
        if is_back:
            self._send_soon()

    def _sent(self, sent: status.Sent) -> None:
        self._send.start(max(50, round(sent.next_in * 1000)))
        self._refresh_status()
        outcome = self._view.visit.outcome if self._view and self._view.visit else None
        if outcome is not None and (outcome.court_state == "waiting" or sent.answers):
            self._refresh()


def _shown_in_the_status_bar(_problem: Expected) -> None:
    """Nobody asked for this look, so it interrupts nobody; the device's dot has changed already."""
