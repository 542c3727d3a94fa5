"""At real windows of a hall: a reprint is asked for with a key and approved at the other one with a PIN."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.staff import Purpose, Role
from app.services import approval, asking, issuing, ledger, queue, staff_list
from app.services.asking import Came
from app.services.clerks import sign_in
from app.services.staff_list import ADD, FOUND, Edit
from app.storage import staff
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, QUICK, SHIFT, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import do
from tests.helpers.hall_desks import Counter as Other
from tests.helpers.hall_desks import counters
from tests.helpers.nats import Host
from tests.helpers.visits import print_all
from ui.screens.asking import AskingPage
from ui.screens.ledger import LedgerPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PIN, ADMIN = "648219", "730195"
BOTH = CONTROL | SHIFT
RHYTHM = replace(QUICK, view=20.0, hall=0.2)


def found_list(other: Other) -> None:
    do(other.desk, approval.make_first, "李工", ADMIN, ADMIN)
    edits = [Edit(ADD, name=name, role=role, pin=PIN, again=PIN) for name, role in PEOPLE]
    for edit in (*edits, Edit(FOUND)):
        do(other.desk, staff_list.commit, do(other.desk, staff_list.prepare, "李工", ADMIN, edit))
    do(other.desk, sign_in, "巴图", PIN)


PEOPLE = (("苏雅", Role.CLERK), ("巴图", Role.CLERK), ("乌兰", Role.SUPERVISOR))


def test_two_windows_ask_each_other(counter: OpenCounter, tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host, counters(host, tmp_path, 1, 2) as (mine, other):
        mine.end()
        found_list(other)
        desk = counter(settings=mine.settings, data=mine.folder, rhythm=RHYTHM)
        try:
            desk.until(lambda: desk.read(staff.named, "乌兰") is not None, "the hall's list")
            desk.do(sign_in, "苏雅", PIN)
            desk.window.activateWindow()  # a window system does
            desk.until(desk.window.isActiveWindow, "the window under the keys")
            _ask_from_the_window(desk, other)
            _answer_at_the_window(desk, other)
        finally:
            desk.close()
            mine.open()


def _ask_from_the_window(desk: Counter, other: Other) -> None:
    desk.do(issuing.take_ticket, "立案", False)
    print_all(desk.desk)
    desk.key(Qt.Key.Key_P, CONTROL)
    page = desk.window.findChild(LedgerPage)
    assert page is not None
    desk.until(lambda: bool(page.list.current()), "the ticket in the ledger")
    desk.until(lambda: "大厅" in desk.words(desk.window.status), "the hall")
    desk.key(Qt.Key.Key_R, CONTROL)
    desk.until(lambda: desk.window.messages.pin is not None, "the question")
    card = desk.window.messages.pin
    assert card is not None
    assert card.ask.isVisible()
    desk.until(card.box.hasFocus, "the cursor in the question")
    desk.key(Qt.Key.Key_Q, ALT)
    desk.says("已请别的窗口")
    asks: list[asking.AskRow] = []

    def heard() -> bool:
        do(other.desk, queue.keep_up)
        asks[:] = do(other.desk, asking.waiting)
        return bool(asks)

    desk.until(heard, "the question at the other window")
    do(other.desk, asking.approve, asks[0].ask, "乌兰", PIN)
    desk.until(lambda: desk.window.messages.pin is None, "the approval")
    desk.until(lambda: any(row.copy for row in desk.do(ledger.find, "").rows), "the copy")
    copy = next(row for row in desk.do(ledger.find, "").rows if row.copy)
    assert (copy.approved_by, copy.clerk) == ("乌兰", "苏雅")
    desk.key(Qt.Key.Key_Escape)


def _answer_at_the_window(desk: Counter, other: Other) -> None:
    asked = do(other.desk, asking.ask, Purpose.REPRINT, "SJ20261123-02-0007", "0")
    desk.says("2 号窗口请值班主任核准：补打，SJ20261123-02-0007，当事人遗失")
    desk.key(Qt.Key.Key_H, BOTH)
    page = desk.window.findChild(AskingPage)
    assert page is not None
    desk.until(lambda: page.pin is not None and page.pin.box.hasFocus(), "the question for a PIN")
    assert page.pin is not None
    QTest.keyClick(page.pin.box, Qt.Key.Key_Z, ALT)
    desk.until(lambda: "不同意也要本人的口令" in desk.words(page), "why it is not declined")
    QTest.keyClicks(page.pin.box, "648218")
    QTest.keyClick(page.pin.box, Qt.Key.Key_Return)
    desk.until(lambda: "口令不对" in desk.words(page), "the refusal beside the question")
    QTest.keyClicks(page.pin.box, PIN)
    QTest.keyClick(page.pin.box, Qt.Key.Key_Return)
    desk.until(lambda: not page.isVisible(), "the page closed")
    came: list[Came] = []

    def answered() -> bool:
        came.append(do(other.desk, asking.outcome, asked).came)
        return Came.APPROVED in came

    desk.until(answered, "the answer there")
    desk.until(lambda: "2 号窗口请值班主任" not in desk.words(desk.window.messages), "the notice gone")
