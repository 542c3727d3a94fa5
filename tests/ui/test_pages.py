from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from tests.helpers.desk_views import desk, idle, outcome, pages, visit
from tests.helpers.ui import delete, desk_window, press
from ui.held_keys import HeldKeys
from ui.main_window import MainWindow
from ui.widgets.page_strip import PageModel

ALT = Qt.KeyboardModifier.AltModifier


def choose(window: MainWindow, index: int) -> None:
    press(window, Qt.Key.Key_4, ALT)
    window.visit.pages.strip.setCurrentIndex(window.visit.pages.strip.pages.index(index))


def test_f8_scans_the_chosen_material_and_shift_f8_uses_the_feeder(qtbot: QtBot) -> None:
    with desk_window() as window:
        window.visit.pages._combo.setCurrentIndex(2)
        with qtbot.waitSignal(window.scan) as one:
            press(window, Qt.Key.Key_F8)
        with qtbot.waitSignal(window.scan) as many:
            press(window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert one.args == ["M03", False]
    assert many.args == ["M03", True]


def test_scanning_works_from_every_step(qtbot: QtBot) -> None:
    with desk_window() as window, qtbot.waitSignal(window.scan):
        press(window, Qt.Key.Key_5, ALT)
        press(window, Qt.Key.Key_F8)


def test_without_a_visit_a_scan_says_what_to_do_first(qtbot: QtBot) -> None:
    with desk_window(idle()) as window:
        with qtbot.assertNotEmitted(window.scan):
            press(window, Qt.Key.Key_F8)
        assert "F5" in window.actions_bar.line.text()


def test_delete_takes_a_page_out_and_ctrl_z_brings_it_back(qtbot: QtBot) -> None:
    with desk_window() as window:
        choose(window, 4)
        with qtbot.waitSignal(window.remove_page) as removed:
            press(window, Qt.Key.Key_Delete)
        assert "第 5 页" in window.actions_bar.line.text()
        with qtbot.waitSignal(window.restore_page) as restored:
            press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert removed.args == restored.args == ["page-5"]


def test_what_was_said_of_a_visit_goes_with_its_end() -> None:
    with desk_window() as window:
        window.flash("已加入 2 页", of_visit=True)
        window.show_desk(desk())
        assert window.actions_bar.line.text() == "已加入 2 页"
        window.show_desk(desk(visit=replace(visit(), outcome=outcome())))
        assert window.actions_bar.line.text() == "已办结。按 F5 叫下一位。"
        window.flash("已取号 A013")
        window.show_desk(idle())
        assert window.actions_bar.line.text() == "已取号 A013"


def test_the_name_of_a_material_is_readable_in_its_box_and_whole_in_the_list() -> None:
    name = "法定代表人（主要负责人）身份证明书"
    longest = "法律服务工作者执业证、介绍信和当事人位于本辖区的证明"
    shown = replace(visit(), materials=(("M04", name), ("M08", longest)))
    with desk_window(desk(visit=shown)) as window:
        press(window, Qt.Key.Key_2, ALT)
        combo = window.visit.pages._combo
        box = QStyleOptionComboBox()
        combo.initStyleOption(box)
        room = combo.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, box, QStyle.SubControl.SC_ComboBoxEditField, combo
        )
        assert combo.fontMetrics().horizontalAdvance(name[:14]) <= room.width()
        assert combo.toolTip() == name
        press(window, Qt.Key.Key_M, ALT)
        assert combo.view().width() >= combo.view().fontMetrics().horizontalAdvance(longest)
        combo.hidePopup()


def test_arrows_move_from_page_to_page() -> None:
    with desk_window() as window:
        choose(window, 0)
        press(window, Qt.Key.Key_Right)
        current = window.visit.pages.strip.current()
        assert current is not None
        assert current.page_id == "page-2"


def test_alt_m_opens_the_materials() -> None:
    with desk_window() as window:
        press(window, Qt.Key.Key_4, ALT)
        press(window, Qt.Key.Key_M, ALT)
        combo = window.visit.pages._combo
        assert combo.view().isVisible()
        combo.hidePopup()


def test_f8_in_the_open_list_scans_the_material_under_the_cursor(qtbot: QtBot) -> None:
    with desk_window() as window:
        keys = HeldKeys(window)
        press(window, Qt.Key.Key_4, ALT)
        press(window, Qt.Key.Key_M, ALT)
        combo = window.visit.pages._combo
        QTest.keyClick(combo.view(), Qt.Key.Key_Down)
        with qtbot.waitSignal(window.scan) as one:
            QTest.keyClick(combo.view(), Qt.Key.Key_F8)
        keys.stop()
        assert not combo.view().isVisible()
        assert one.args == [combo.itemData(1), False]


def test_the_material_stays_chosen_when_a_view_arrives() -> None:
    with desk_window() as window:
        window.visit.pages._combo.setCurrentIndex(3)
        window.show_desk(desk(visit=replace(visit(), pages=pages(5))))
        assert window.visit.pages.material == "M04"


def test_another_matter_begins_with_its_own_first_material() -> None:
    """What is chosen for one matter is no choice for the next, even where both know the material."""
    with desk_window() as window:
        window.visit.pages._combo.setCurrentIndex(3)
        window.show_desk(desk(visit=replace(visit(), current=2)))
        assert window.visit.pages.material == window.visit.pages.materials[0][0]


def test_files_are_imported_under_the_chosen_material(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: opened.append(dialog))
    with desk_window() as window:
        press(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        with qtbot.waitSignal(window.import_files) as imported:
            opened[0].filesSelected.emit(["/a.pdf", "/b.jpg"])
        delete(opened[0])
    assert imported.args == ["M01", ("/a.pdf", "/b.jpg")]


def test_a_page_added_at_the_end_leaves_the_others_alone(qtbot: QtBot) -> None:
    model = PageModel()
    model.show_pages(pages(3))
    with qtbot.waitSignal(model.rowsInserted) as inserted, qtbot.assertNotEmitted(model.rowsRemoved):
        model.show_pages(pages(5))
    assert inserted.args[1:] == [3, 4]


def test_a_picture_is_decoded_once() -> None:
    model = PageModel()
    model.show_pages(pages(1))
    first = model.index(0).data(Qt.ItemDataRole.UserRole + 1)
    assert first.cacheKey() == model.index(0).data(Qt.ItemDataRole.UserRole + 1).cacheKey()
