"""The device page: what is being checked, what has to be done, and the wire of one device."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.services.devices import Traffic
from app.services.views import DeviceView, Health
from ui.screens.devices import DevicesPage
from ui.theme import theme
from ui.widgets.label import Label

READER = DeviceView("id_reader", "读卡器", Health.UNKNOWN)
DISK = DeviceView("disk", "磁盘", Health.OK)


def page(qtbot: QtBot, bypassed: frozenset[str] = frozenset()) -> DevicesPage:
    made = DevicesPage(theme())
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    QCoreApplication.processEvents()
    made.show_lines((READER, DISK), {"id_reader": "sdt+tcp://127.0.0.1:9"}, bypassed)
    return made


def words(made: DevicesPage) -> str:
    return " ".join(label.text() for label in made.findChildren(Label) if label.isVisible())


def test_the_sum_counts_what_runs_then_what_has_to_be_done(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_running("id_reader")
    assert "还有 1 项" in words(made)
    made.show_line(DeviceView("id_reader", "读卡器", Health.FAILED, "没有连上"))
    assert "1 项要处理" in words(made)
    made.show_line(DeviceView("id_reader", "读卡器", Health.OK))
    assert "都好" in words(made)


def test_what_is_bypassed_today_is_not_counted(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_line(DeviceView("id_reader", "读卡器", Health.FAILED, "没有连上"))
    with qtbot.waitSignal(made.bypass) as wanted:
        QTest.keyClick(made.list, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args == ["id_reader"]
    made.show_bypassed(frozenset({"id_reader"}))
    assert "都好" in words(made)


def test_the_keys_ask_for_a_try_of_the_device_under_the_cursor(qtbot: QtBot) -> None:
    made = page(qtbot)
    QTest.keyClick(made.list, Qt.Key.Key_Down)
    assert made.list.current() == "disk"
    made.show_possible(test=True, wire=False, replay=False, cure=True)
    with qtbot.waitSignal(made.try_one) as wanted:
        QTest.keyClick(made.list, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args == ["disk"]


def test_what_cannot_be_done_is_not_offered(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_possible(test=False, wire=False, replay=False, cure=False)
    with qtbot.assertNotEmitted(made.save, wait=50):
        QTest.keyClick(made.list, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


def test_the_wire_is_shown_as_plain_text_with_its_newest_fault(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_traffic(Traffic(("09:41:02.000  →  aa", "09:41:02.100  •  <b>Garbled</b>"), ("Garbled: x",)))
    wire = made.findChild(QPlainTextEdit)
    assert wire is not None
    assert "<b>Garbled</b>" in wire.toPlainText()
    assert "Garbled: x" in words(made)


def test_a_line_follows_the_device_while_the_page_is_open(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_line(DeviceView("id_reader", "读卡器", Health.OK))
    made.show_live((DeviceView("id_reader", "读卡器", Health.FAILED, "没有连上"),))
    assert "1 项要处理" in words(made)
    made.show_running("id_reader")
    made.show_live((DeviceView("id_reader", "读卡器", Health.OK),))
    assert "还有 1 项" in words(made)
