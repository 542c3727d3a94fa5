"""Matters and parties by keys alone, at a real desk behind the real window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.paths import Places
from app.services.desk import open_desk
from app.services.views import VisitView
from app.settings import Settings
from tests.helpers.desks import HALL, file_devices
from tests.helpers.ui import commit, press, shown
from ui.conductor import Conductor
from ui.main_window import MainWindow
from ui.theme import theme
from ui.widgets.field import Field
from ui.widgets.suggest import SuggestInput

ALT = Qt.KeyboardModifier.AltModifier


class Window:
    """A window with a visit called, and a patient eye on what it shows."""

    def __init__(self, window: MainWindow, conductor: Conductor, qtbot: QtBot) -> None:
        self.window = window
        self.conductor = conductor
        self._qtbot = qtbot

    @property
    def visit(self) -> VisitView:
        view = self.conductor._view
        assert view is not None
        assert view.visit is not None
        return view.visit

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=10_000)

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """Press a key and wait until it has come to its box."""
        press(self.window, key, *modifiers)
        self.until(lambda: not self.conductor.keys.holding)

    def box(self, path: str) -> QWidget:
        found = self.window.findChild(QWidget, path)
        assert isinstance(found, QWidget), path
        return found

    def suggest(self, path: str) -> SuggestInput:
        found = self.box(path)
        assert isinstance(found, SuggestInput)
        return found

    def titles(self) -> list[str]:
        return [group.title for group in self.visit.parties]


@pytest.fixture
def at(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    with called(qtbot, tmp_path) as opened:
        yield opened


@contextmanager
def called(qtbot: QtBot, folder: Path) -> Iterator[Window]:
    desk = open_desk(Settings(hall=HALL, devices=file_devices(folder)), Places.under(folder))
    window = MainWindow(theme(), desk.clock, "立案")
    conductor = Conductor(window, desk)
    try:
        with shown(window):
            conductor.start()
            made = Window(window, conductor, qtbot)
            made.until(lambda: conductor._view is not None)
            made.key(Qt.Key.Key_F2)
            made.until(lambda: bool(conductor._view and conductor._view.queue.waiting))
            made.key(Qt.Key.Key_F5)
            made.until(lambda: bool(conductor._view and conductor._view.visit))
            yield made
            made.until(lambda: not conductor.acts.running("desk_view"))
            conductor.stop()
    finally:
        assert desk.close()


def test_a_matter_is_chosen_by_its_initials_and_brings_its_own_form(at: Window) -> None:
    at.key(Qt.Key.Key_2, ALT)
    picker = at.suggest("matter.1.code")
    picker.setFocus()
    QTest.keyClicks(picker, "zxla")
    assert picker.suggestions[0].value == "F04"
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.visit.matter_title == "执行立案")
    assert at.window.findChild(QWidget, "matter.1.basis_case") is not None
    assert at.window.visit.forms["matter"].field("matter.1.claims") is None
    assert picker.text() == "F04 执行立案"
    assert QApplication.focusWidget() is picker


def test_a_matter_with_entries_becomes_another_one_only_when_one_is_chosen_and_can_be_taken_back(
    at: Window,
) -> None:
    at.key(Qt.Key.Key_2, ALT)
    picker = at.suggest("matter.1.code")
    QTest.keyClicks(picker, "S08")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.visit.matter_title.startswith("先行调解"))
    line = at.window.actions_bar.line
    assert "改成了" not in line.text(), "nothing was filled yet"
    organisation = at.box("matter.1.organisation")
    organisation.setFocus()
    commit(organisation, "诉前调解中心")
    at.until(lambda: at.window.visit.begun_matter is not None)
    picker.setFocus()
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_Return)
    assert picker.value() == "S08"
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_Up)
    at.key(Qt.Key.Key_Return)
    assert picker.value() == "S07"
    assert line.text() == "事项 S08 改成了 S07，填过的都留着"
    at.until(lambda: not at.visit.matter_title.startswith("先行调解"))
    at.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.visit.matter_title.startswith("先行调解") and picker.value() == "S08")
    field = at.window.visit.forms["matter"].field("matter.1.organisation")
    assert field is not None
    assert field.input.value() == "诉前调解中心"


def test_a_matter_half_typed_and_left_takes_the_best_match(at: Window) -> None:
    at.key(Qt.Key.Key_2, ALT)
    picker = at.suggest("matter.1.code")
    picker.setFocus()
    commit(picker, "保全")
    at.key(Qt.Key.Key_Tab)
    at.until(lambda: at.visit.matter_title.startswith("财产"))


def test_what_names_no_matter_changes_nothing_and_says_so(at: Window) -> None:
    at.key(Qt.Key.Key_2, ALT)
    picker = at.suggest("matter.1.code")
    assert QApplication.focusWidget() is picker
    field = picker.parentWidget()
    assert isinstance(field, Field)
    commit(picker, "没有这种")
    assert "没有叫“没有这种”的，按 ↓ 看全部" in words(field)
    at.key(Qt.Key.Key_Return)
    assert QApplication.focusWidget() is picker
    at.key(Qt.Key.Key_Tab)
    assert picker.text() == "F01 民事一审立案"
    assert "没有叫“没有这种”的" in words(field)
    picker.setFocus()
    commit(picker, "离婚")
    assert "没有叫" not in words(field)
    assert picker.suggestions[0].value == "F01"


def test_a_long_text_says_how_it_is_left(at: Window) -> None:
    field = at.box("matter.1.claims").parentWidget()
    assert isinstance(field, Field)
    assert "Ctrl+Enter 下一项" in words(field)


def words(field: Field) -> str:
    return "\n".join(label.text() for label in field.findChildren(QLabel))


def test_esc_closes_the_list_and_down_goes_on(at: Window) -> None:
    at.key(Qt.Key.Key_2, ALT)
    picker = at.suggest("matter.1.code")
    picker.setFocus()
    QTest.keyClicks(picker, "s")
    first = picker.suggestions[0].value
    at.key(Qt.Key.Key_Escape)
    assert picker.suggestions == ()
    QTest.keyClicks(picker, "0")
    second = picker.suggestions[1].value
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: picker.value() == second)
    assert first


def test_a_cause_is_chosen_from_the_list_and_its_questions_appear(at: Window) -> None:
    at.key(Qt.Key.Key_2, ALT)
    line = at.suggest("matter.1.cause")
    line.setFocus()
    QTest.keyClicks(line, "lhjf")
    assert line.suggestions[0].value == "离婚纠纷"
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.window.findChild(QWidget, "matter.1.child_custody") is not None)
    assert line.text() == "离婚纠纷"
    assert QApplication.focusWidget() is line


def test_parties_are_added_and_taken_out_by_keys(at: Window) -> None:
    at.key(Qt.Key.Key_3, ALT)
    assert at.titles() == ["原告", "被告"]
    at.key(Qt.Key.Key_A, ALT)
    at.until(lambda: at.titles() == ["原告 1", "原告 2", "被告"])
    at.until(lambda: QApplication.focusWidget() is at.box("party.p3.name"))
    at.key(Qt.Key.Key_D, ALT)
    at.until(lambda: at.titles() == ["原告 1", "原告 2", "被告 1", "被告 2"])
    at.key(Qt.Key.Key_T, ALT)
    at.until(lambda: at.titles()[-1] == "第三人")
    at.until(lambda: QApplication.focusWidget() is at.box("party.p5.name"))
    at.key(Qt.Key.Key_R, ALT)
    at.until(lambda: "第三人" not in at.titles())
    at.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.titles()[-1] == "第三人")


def test_another_form_of_party_brings_other_fields_and_keeps_the_name(at: Window) -> None:
    at.key(Qt.Key.Key_3, ALT)
    box = at.box("party.p2.name")
    box.setFocus()
    commit(box, "草原乳业")
    at.window.visit.flush()
    at.window.field_edited.emit("party.p2.form", "organisation")
    at.until(lambda: at.window.findChild(QWidget, "party.p2.legal_representative") is not None)
    at.until(lambda: any(f.value == "草原乳业" for g in at.visit.parties for f in g.fields))


def test_a_second_matter_is_one_key_and_the_parties_come_along(at: Window) -> None:
    at.key(Qt.Key.Key_3, ALT)
    box = at.box("party.p2.name")
    box.setFocus()
    commit(box, "苏雅拉")
    at.key(Qt.Key.Key_E, ALT)
    at.until(lambda: at.visit.current == 2)
    assert at.window.visit.step == "matter"
    assert [tab.title for tab in at.visit.tabs] == ["1 民事立案", "2 民事立案"]
    assert any(f.value == "苏雅拉" for g in at.visit.parties for f in g.fields)
    at.key(Qt.Key.Key_PageDown, ALT)
    at.until(lambda: at.visit.current == 1)
    at.key(Qt.Key.Key_PageDown, ALT)
    at.until(lambda: at.visit.current == 2)
    at.key(Qt.Key.Key_X, ALT)
    at.until(lambda: len(at.visit.tabs) == 1)
    at.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: len(at.visit.tabs) == 2)


def test_one_key_says_that_a_material_is_no_original_but_a_copy(at: Window) -> None:
    material = at.window.visit.pages.material

    def shown() -> str:
        return dict(zip((c for c, _n in at.visit.materials), at.visit.paper_forms, strict=True))[
            material
        ].value

    assert shown() == "original", "a complaint"
    for then in ("copy", "electronic", "original"):
        at.key(Qt.Key.Key_O, ALT)
        at.until(lambda then=then: shown() == then)
    assert at.window.visit.step == "materials"


def test_copies_are_counted_beside_the_material(at: Window) -> None:
    at.key(Qt.Key.Key_F, ALT)
    assert at.window.visit.step == "materials"
    box = at.box("copies")
    assert QApplication.focusWidget() is box
    material = at.window.visit.pages.material
    QTest.keyClicks(box, "3")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: any(view.value == "3" for view in at.visit.copies))
    assert dict(zip((c for c, _n in at.visit.materials), at.visit.copies, strict=True))[material].value == "3"
