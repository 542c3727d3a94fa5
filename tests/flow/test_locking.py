"""At the real window: the lock hides everything and loses nothing; clerks change with two keys and a PIN."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from app.domain.staff import MOST_FAILURES, Purpose, Refusal, Role
from app.lanes import STAFF
from app.services import approval, calling, drafts, finishing, issuing, ledger, papers, steps, visit_view
from app.services.approval import NotApproved
from app.services.clerks import clerks, sign_in
from app.storage import staff, trail
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import ALT, HALL, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desk_views import SIGNATURE
from tests.helpers.desks import FILLED, desk_in, do
from tests.helpers.imaging_files import encoded, text_page
from tests.helpers.visits import called, fill, finish, lay
from ui.party_screen.window import PartyWindow
from ui.screens.numbers import NumbersPage
from ui.screens.risks import RisksPage
from ui.screens.steps import StepsPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PIN, WRONG = "648219", "648218"
LOCK = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(counter: OpenCounter) -> Counter:
    opened = counter()
    for name in (HALL.clerk, "巴图"):
        enlist = opened.desk.lanes.submit(STAFF, approval.enlist, opened.desk, name, Role.CLERK, PIN)
        enlist.result(timeout=30)
    opened.call()
    return opened


def give(desk: Counter, pin: str) -> None:
    QTest.keyClicks(desk.conductor.locking.screen.box, pin)
    QTest.keyClick(desk.conductor.locking.screen.box, Qt.Key.Key_Return)


def locked(desk: Counter) -> bool:
    return desk.conductor.locking.screen.isVisible()


def test_clerks_change_with_two_keys_and_a_pin_and_the_visit_stays(desk: Counter) -> None:
    screen = desk.conductor.locking.screen
    box = desk.editor("identity.name")
    box.setFocus()
    desk.type(box, "苏雅拉")
    desk.key(Qt.Key.Key_L, LOCK)
    desk.until(lambda: locked(desk), "the lock")
    assert screen.geometry() == desk.window.geometry(), "nothing of the visit shows"
    assert screen.isModal(), "the window's keys are held"
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Down):
        QTest.keyClick(screen.box, key)
    assert locked(desk)
    give(desk, WRONG)
    desk.until(lambda: "口令不对" in desk.words(screen), "the refusal")
    assert desk.desk.settings.hall.clerk == HALL.clerk
    give(desk, PIN)
    desk.until(lambda: not locked(desk), "the window open")
    desk.until(lambda: "巴图" in desk.words(desk.window.header), "the new clerk's name")
    desk.until(lambda: desk.visit.party_name == "苏雅拉", "what was half typed")
    tried = [(one.purpose, one.supervisor, one.refusal) for one in desk.read(staff.attempts)]
    assert tried == [(Purpose.SIGN_IN, "巴图", None), (Purpose.SIGN_IN, "巴图", Refusal.WRONG_PIN)]
    line = next(one for one in desk.read(trail.newest, 20) if one.act == "signed_in")
    assert line.actor == "巴图"


def ended(desk: Counter) -> None:
    """End the visit, with a step on record."""
    for path, text in {**FILLED, "matter.1.code": "F12"}.items():
        desk.do(drafts.set_field, path, text)
    desk.do(steps.record, "cross")
    picture = desk.folder / "claim.png"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    desk.do(papers.import_files, "M01", (picture,))
    desk.until(lambda: len(desk.visit.pages) == 1, "the page on the window")
    desk.finish_unsigned()


def enter(desk: Counter, name: str) -> None:
    """Lock the window and let this clerk in."""
    screen = desk.conductor.locking.screen
    desk.window.header.lock.emit()  # while a panel is open Ctrl+L is the panel's
    desk.until(lambda: locked(desk), "the lock")
    screen.names.setCurrentText(name)
    give(desk, PIN)
    desk.until(lambda: not locked(desk), "the window open")


def test_the_next_clerk_takes_over_nothing_that_was_half_typed(desk: Counter) -> None:
    ended(desk)
    panels, said = desk.conductor.panels, desk.window.actions_bar.line
    approved: list[str] = []
    enlist = desk.desk.lanes.submit(STAFF, approval.enlist, desk.desk, "乌兰", Role.SUPERVISOR, PIN)
    enlist.result(timeout=30)
    desk.key(Qt.Key.Key_B, ALT)
    page = panels._panels["steps"].page
    assert isinstance(page, StepsPage)
    desk.until(lambda: page.send.isVisible(), "the step of the visit that ended")
    desk.key(Qt.Key.Key_Down)
    desk.until(lambda: page.findChild(QWidget, "step.1.outside_no") is not None, "its form")
    desk.fill("step.1.outside_no", "WX2026000123")
    desk.until(page.send.isEnabled, "something that is not sent")
    desk.conductor.panels._panels["steps"].controls.approve(Purpose.REPRINT, "补打", approved.append)
    desk.until(lambda: desk.window.messages.pin is not None, "the question to a supervisor")
    risks = panels._panels["risks"].page
    assert isinstance(risks, RisksPage)
    for key in ("risks", "steps"):
        panels.open(key)
    risks.reason.setText("已核实")
    enter(desk, HALL.clerk)
    assert panels.current == "steps", "who comes back goes on"
    assert page.send.isEnabled()
    enter(desk, "巴图")
    assert panels.current == ""
    assert (desk.window.messages.pin, approved) == (None, [])
    assert f"{HALL.clerk}没有补记的办理步骤已清除" in said.text()
    assert risks.reason.text() == ""
    panels.open("steps")
    desk.until(lambda: not page.send.isEnabled(), "nothing that is not sent")
    assert desk.editor("step.1.outside_no").text() == ""  # type: ignore[attr-defined]


def test_a_number_in_full_is_covered_by_the_lock(desk: Counter) -> None:
    number = FILLED["identity.id_number"]
    desk.do(drafts.set_field, "identity.name", FILLED["identity.name"])
    desk.do(drafts.set_field, "identity.id_number", number)
    desk.key(Qt.Key.Key_I, ALT)
    page = desk.conductor.panels._panels["numbers"].page
    assert isinstance(page, NumbersPage)
    desk.until(lambda: bool(page.list.current()), "the masked numbers")
    desk.key(Qt.Key.Key_Return)
    desk.until(lambda: number in desk.words(page), "the number")
    desk.window.header.lock.emit()
    desk.until(lambda: locked(desk), "the lock")
    assert number not in desk.words(page)


def test_a_window_nobody_touches_is_locked_only_when_its_clerk_can_open_it_again(
    desk: Counter, counter: OpenCounter
) -> None:
    locking = desk.conductor.locking
    assert locking.idle.isActive()
    assert locking.idle.interval() == HALL.lock_after * 60_000
    desk.desk.lanes.submit(STAFF, approval.retire, desk.desk, HALL.clerk).result(timeout=30)
    locking.idle.timeout.emit()
    desk.until(lambda: not desk.conductor.acts.running("lock"), "the answer")
    assert not locked(desk)
    desk.desk.lanes.submit(STAFF, approval.enlist, desk.desk, HALL.clerk, Role.CLERK, PIN).result(timeout=30)
    locking.idle.timeout.emit()
    desk.until(lambda: locked(desk), "the lock")
    give(desk, PIN)
    desk.until(lambda: not locked(desk), "the window open")
    assert desk.desk.settings.hall.clerk == HALL.clerk


def tap(party: PartyWindow, where: QWidget) -> None:
    """A finger on the party's screen, through the window itself: there a lock would block it."""
    spot = where.mapTo(party, where.rect().center())
    QTest.mouseClick(party.windowHandle(), Qt.MouseButton.LeftButton, pos=spot)


def test_the_party_signs_while_the_clerks_window_is_locked_and_its_hands_are_somebodys(desk: Counter) -> None:
    party, locking = desk.window.party, desk.conductor.locking
    for path, text in FILLED.items():
        desk.do(drafts.set_field, path, text)
    desk.until(lambda: desk.visit.confirmation.ready, "something to sign")
    desk.key(Qt.Key.Key_F10)
    desk.until(lambda: party.reading and party.isVisible(), "the text on show")
    locking.idle.stop()
    tap(party, party.pad)
    assert locking.idle.isActive(), "somebody is here"
    locking.idle.timeout.emit()
    desk.until(lambda: locked(desk), "the lock")
    while party.more.isVisible():
        tap(party, party.more)
    for stroke in SIGNATURE:
        party.pad.draw_stroke(stroke)
    [confirm] = [one for one in party.findChildren(QPushButton) if one.text() == "确认"]
    tap(party, confirm)
    desk.until(lambda: desk.visit.confirmation.signed_at is not None, "the signature")
    assert locked(desk)
    handle = desk.window.windowHandle()
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=desk.window.header.geometry().center())
    assert locked(desk)


def test_who_left_or_guesses_or_has_an_old_pin_stays_outside(tmp_path: Path) -> None:
    clock = SteppingClock()
    with desk_in(tmp_path, clock=clock) as desk:
        for name in ("巴图", "其其格"):
            approval.enlist(desk, name, Role.CLERK, PIN)
        approval.retire(desk, "其其格")
        assert do(desk, clerks).names == ("巴图",)
        assert not do(desk, clerks).can_lock
        for name, pin, words in (
            ("其其格", PIN, "已停用"),
            ("无名", PIN, "没有叫"),
            ("巴图", WRONG, "口令不对"),
        ):
            with pytest.raises(NotApproved, match=words):
                do(desk, sign_in, name, pin)
        for _attempt in range(MOST_FAILURES - 1):
            with pytest.raises(NotApproved, match="口令不对"):
                do(desk, sign_in, "巴图", WRONG)
        with pytest.raises(NotApproved, match="锁定"):
            do(desk, sign_in, "巴图", PIN)
        clock.forward(days=91)
        with pytest.raises(NotApproved, match="过期"):
            do(desk, sign_in, "巴图", PIN)


def test_the_back_office_signs_in_looks_and_serves_nobody(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        approval.enlist(desk, "王法官", Role.BACK_OFFICE, PIN)
        approval.enlist(desk, "巴图", Role.CLERK, PIN)
        visit_id = called(desk)
        fill(desk)
        lay(desk, visit_id)
        do(desk, sign_in, "王法官", PIN)
        for act, words in (
            (issuing.take_ticket, ("立案", False)),
            (calling.call_next, ()),
            (calling.call_one, ("A001",)),
            (finishing.finish, (True,)),
        ):
            with pytest.raises(NotApproved, match="后台人员"):
                do(desk, act, *words)
        assert do(desk, visit_view.desk_view).visit is not None, "the visit stays, for the clerk"
        assert do(desk, ledger.find, "").rows
        with pytest.raises(NotApproved, match="不是值班主任"):
            do(desk, approval.approve, "王法官", PIN, Purpose.REPRINT)
        do(desk, sign_in, "巴图", PIN)
        assert finish(desk, unsigned=True).receipt_no
