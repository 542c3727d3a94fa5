"""At the real window: an administrator keeps the list of staff by keys; the first one can be made later."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.domain.staff import Role
from app.services import approval
from app.storage import staff
from tests.helpers.counter import CONTROL, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from ui.screens.first_start import FirstStartCard
from ui.screens.own_pin import OwnPinPage
from ui.screens.staff import StaffPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
ADMIN, PIN, WRONG = "730195", "648219", "730196"


@pytest.fixture
def desk(counter: OpenCounter) -> Counter:
    return counter()


def opened(desk: Counter) -> StaffPage:
    desk.key(Qt.Key.Key_M, CONTROL)
    page = desk.window.findChild(StaffPage)
    assert page is not None
    desk.until(lambda: page.list.hasFocus() or page.make_first.hasFocus(), "the list")
    return page


def enter(desk: Counter, *texts: tuple[QLineEdit, str]) -> None:
    for box, text in texts:
        desk.type(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)


def people(desk: Counter) -> dict[str, tuple[Role, bool]]:
    return {one.name: (one.role, one.active) for one in desk.read(staff.everyone)}


def test_the_first_administrator_can_be_made_later_from_the_list(desk: Counter) -> None:
    page = opened(desk)
    for _again in range(2):
        QTest.keyClick(page.make_first, Qt.Key.Key_Space)
        card = desk.window.findChild(FirstStartCard)
        assert card is not None
        assert card.isVisible()
        QTest.keyClick(card.name, Qt.Key.Key_Escape)
        desk.until(lambda: desk.window.findChild(FirstStartCard) is None, "the card gone")
    QTest.keyClick(page.make_first, Qt.Key.Key_Space)
    card = desk.window.findChild(FirstStartCard)
    assert card is not None
    enter(desk, (card.name, "李工"), (card.pin, ADMIN), (card.again, ADMIN))
    desk.until(lambda: people(desk) == {"李工": (Role.ADMINISTRATOR, True)}, "the administrator")
    desk.until(lambda: page.list.current() != "", "the administrator in the list")
    assert not page.make_first.isVisible()


def test_an_administrator_adds_changes_and_stops_somebody_with_keys_alone(desk: Counter) -> None:
    desk.do(approval.make_first, "李工", ADMIN, ADMIN)
    page = opened(desk)
    QTest.keyClick(page.list, Qt.Key.Key_N, CONTROL)
    assert page.name.hasFocus()
    page.role.setCurrentIndex(page.role.findData(Role.SUPERVISOR))
    enter(desk, (page.name, "乌兰"), (page.pin, PIN), (page.again, PIN), (page.keeper_pin, WRONG))
    desk.until(lambda: "口令不对" in desk.words(page), "the refusal")
    assert page.name.text() == "乌兰"
    enter(desk, (page.pin, PIN), (page.again, PIN), (page.keeper_pin, ADMIN))
    desk.until(lambda: people(desk).get("乌兰") == (Role.SUPERVISOR, True), "the supervisor")
    desk.until(lambda: not page.card.isVisible(), "the list again")
    row(desk, page, "乌兰")
    QTest.keyClick(page.list, Qt.Key.Key_R, CONTROL)
    page.role.setCurrentIndex(page.role.findData(Role.BACK_OFFICE))
    enter(desk, (page.keeper_pin, ADMIN))
    desk.until(lambda: people(desk)["乌兰"] == (Role.BACK_OFFICE, True), "the new role")
    desk.until(lambda: not page.card.isVisible(), "the list again")
    row(desk, page, "乌兰")
    QTest.keyClick(page.list, Qt.Key.Key_Delete, CONTROL)
    enter(desk, (page.keeper_pin, ADMIN))
    desk.until(lambda: people(desk)["乌兰"] == (Role.BACK_OFFICE, False), "nobody any more")
    desk.until(lambda: not page.card.isVisible(), "the list again")
    row(desk, page, "乌兰")
    desk.until(lambda: not page.buttons["remove"].isEnabled(), "who left has nothing to change")


def test_somebody_renews_their_own_pin_with_keys_alone(desk: Counter) -> None:
    desk.do(approval.make_first, "李工", ADMIN, ADMIN)
    desk.key(Qt.Key.Key_M, CONTROL | SHIFT)
    page = desk.window.findChild(OwnPinPage)
    assert page is not None
    desk.until(lambda: page.names.currentText() == "李工" and page.old.hasFocus(), "the old PIN asked for")
    enter(desk, (page.old, WRONG), (page.new, PIN), (page.again, PIN))
    desk.until(lambda: "口令不对" in desk.words(page), "the refusal")
    enter(desk, (page.old, ADMIN), (page.new, PIN), (page.again, PIN))
    desk.until(lambda: not page.isVisible(), "the page closed")
    known = desk.read(staff.named, "李工")
    assert approval.matches(known, PIN)
    assert not approval.matches(known, ADMIN)


def row(desk: Counter, page: StaffPage, name: str) -> None:
    model = page.list.model()

    def found() -> list[QModelIndex]:
        rows = [model.index(number, 0) for number in range(model.rowCount())]
        return [index for index in rows if index.data() == name]

    desk.until(lambda: bool(found()), f"{name} in the list")
    page.list.setCurrentIndex(found()[0])
