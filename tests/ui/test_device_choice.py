"""The page that chooses devices: the role turns it, a found address goes into the box, keys try and use."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.services.device_choice import Choice
from ui.screens.device_choice import DeviceChoicePage
from ui.theme import theme

CTRL = Qt.KeyboardModifier.ControlModifier
TITLES = {"id_reader": "读卡器", "scanner": "扫描仪"}
FOUND = (Choice("sdt+serial://COM3", "COM3 CH340"), Choice("sdt+serial://COM4", "COM4"))


def page(qtbot: QtBot) -> DeviceChoicePage:
    made = DeviceChoicePage(theme())
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    QCoreApplication.processEvents()
    made.show_roles(TITLES, {"scanner": "sane:test:0"})
    return made


def test_turning_to_a_role_shows_its_address_and_looks_around(qtbot: QtBot) -> None:
    made = page(qtbot)
    assert made.box.text() == ""
    with qtbot.waitSignal(made.selected) as turned:
        QTest.keyClick(made.roles, Qt.Key.Key_Down)
    assert turned.args == ["scanner"]
    assert made.box.text() == "sane:test:0"


def test_a_find_that_comes_late_does_not_overwrite_what_is_typed(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.box.setFocus()
    QTest.keyClicks(made.box, "sdt+tcp://192.0.2.1:9001")
    made.show_found(FOUND)
    assert made.box.text() == "sdt+tcp://192.0.2.1:9001"


def test_a_found_address_is_taken_tried_and_used_by_keys(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_found(FOUND)
    made.found.setFocus()
    QTest.keyClick(made.found, Qt.Key.Key_Down)
    assert made.box.text() == "sdt+serial://COM4"
    with qtbot.waitSignal(made.test) as tried:
        QTest.keyClick(made.found, Qt.Key.Key_T, CTRL)
    assert tried.args == ["id_reader", "sdt+serial://COM4"]
    with qtbot.waitSignal(made.use) as used:
        QTest.keyClick(made.found, Qt.Key.Key_U, CTRL)
    assert used.args == ["id_reader", "sdt+serial://COM4"]


def test_a_role_can_be_left_without_a_device(qtbot: QtBot) -> None:
    made = page(qtbot)
    QTest.keyClick(made.roles, Qt.Key.Key_Down)
    with qtbot.waitSignal(made.use) as used:
        QTest.keyClick(made.roles, Qt.Key.Key_D, CTRL)
    assert used.args == ["scanner", ""]
