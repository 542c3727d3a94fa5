"""Many matters and many parties by keys: rows from a file, people who join, those who represent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from app.services.spreadsheet import read_table
from tests.helpers.tables import HEADINGS, WORKERS, case_row, worker_row, xlsx
from tests.helpers.ui import commit
from tests.ui.test_matters import ALT, Window, called

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def at(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    with called(qtbot, tmp_path) as opened:
        opened.window.field_edited.emit("identity.role", "agent")
        yield opened


def import_table(at: Window, path: Path) -> list[str]:
    """Hand the file over as the dialog does; return the lines of the result."""
    at.window.many.import_table.emit(str(path))
    at.until(lambda: not at.window.visit.batch.isHidden())
    at.until(lambda: not at.conductor.acts.running("desk_view"))
    rows: QListWidget = at.window.visit.batch.list
    return [rows.item(place).text() for place in range(rows.count())]


def choose(at: Window, path: Path) -> None:
    """Answer the file dialog that a key has opened, and come back to the window as its manager does."""
    at.until(lambda: at.window.findChild(QFileDialog) is not None)
    found = at.window.findChild(QFileDialog)
    assert isinstance(found, QFileDialog)
    found.fileSelected.emit(str(path))
    found.reject()
    at.until(lambda: at.window.findChild(QFileDialog) is None)
    at.window.activateWindow()
    at.until(at.window.isActiveWindow)


def workers(at: Window, folder: Path, count: int = 21) -> None:
    rows = [WORKERS, *(worker_row(n) for n in range(1, count + 1))]
    assert import_table(at, xlsx(folder / "名单.xlsx", rows)) == []


def test_a_file_is_chosen_by_a_key_and_its_rows_become_matters(at: Window, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "名单.xlsx", [HEADINGS, case_row(1), case_row(2), case_row(3, 标的额="一大笔")])
    at.key(Qt.Key.Key_2, ALT)
    at.key(Qt.Key.Key_B, CONTROL)
    choose(at, path)
    at.until(lambda: len(at.visit.tabs) == 2)
    at.until(lambda: not at.window.visit.batch.isHidden())
    rows = at.window.visit.batch.list
    assert rows.count() == 1
    assert rows.item(0).text().startswith("第 4 行　工人3　没有录入")
    at.key(Qt.Key.Key_Escape)
    assert at.window.visit.batch.isHidden()


def test_rows_that_failed_stand_first_and_say_why(at: Window, tmp_path: Path) -> None:
    rows = [HEADINGS, case_row(1, 案由="没有的案由"), case_row(2, 标的额="x"), case_row(3)]
    first, second = import_table(at, xlsx(tmp_path / "a.xlsx", rows))
    assert first.startswith("第 3 行　工人2　没有录入：“标的额”")
    assert second.startswith("第 2 行　工人1　已录入，请核对：“案由”")


def test_a_file_that_is_not_taken_is_one_banner_and_enters_nothing(at: Window, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"")
    at.window.many.import_table.emit(str(path))
    at.until(lambda: at.window.messages.problem is not None)
    problem = at.window.messages.problem
    assert problem is not None
    assert problem.happened == "文件是空的。"
    assert len(at.visit.tabs) == 1
    assert at.window.visit.batch.isHidden()


def test_of_many_matters_the_tabs_near_the_one_on_the_screen_show(at: Window, tmp_path: Path) -> None:
    import_table(at, xlsx(tmp_path / "a.xlsx", [HEADINGS, *(case_row(n) for n in range(1, 10))]))
    at.key(Qt.Key.Key_Escape)
    at.key(Qt.Key.Key_PageUp, ALT)
    at.until(lambda: at.visit.current == 9)
    at.key(Qt.Key.Key_PageUp, ALT)
    at.until(lambda: at.visit.current == 8)

    def tabs() -> list[QPushButton]:
        buttons = at.window.visit.matters.findChildren(QPushButton)
        return [b for b in buttons if b.objectName().startswith("matter-") and b.isVisible()]

    at.until(lambda: [t.objectName() for t in tabs()] == [f"matter-{n}" for n in (6, 7, 8, 9)])
    at.until(lambda: all(tab.width() >= tab.sizeHint().width() for tab in tabs()))
    assert at.window.width() == 1366


def test_a_template_is_saved_for_the_step_on_the_screen(at: Window, tmp_path: Path) -> None:
    for step, heading in ((Qt.Key.Key_2, "原告"), (Qt.Key.Key_3, "诉讼地位")):
        at.key(step, ALT)
        at.key(Qt.Key.Key_B, CONTROL, SHIFT)
        path = tmp_path / f"{heading}.xlsx"
        choose(at, path)
        at.until(path.exists)
        assert read_table(path)[0].cells[0].text == heading
        at.until(lambda: not at.conductor.acts.running("save_template"))


def test_the_acts_of_the_parties_are_one_line_where_it_has_the_room(at: Window) -> None:
    at.key(Qt.Key.Key_3, ALT)
    bar = at.window.visit.people
    at.until(lambda: bar._more.isHidden())
    assert bar._files.isVisible()
    assert at.window.width() == 1366
    at.window.resize(1200, 700)
    at.until(lambda: bar._more.isVisible())
    assert at.window.width() == 1200
    at.window.resize(1366, 768)
    at.until(lambda: bar._more.isHidden())


def test_of_many_people_one_stands_open_and_the_others_are_lines(at: Window, tmp_path: Path) -> None:
    workers(at, tmp_path)
    at.key(Qt.Key.Key_Escape)
    form = at.window.visit.forms["parties"]
    lines = [b for b in form.findChildren(QPushButton) if b.property("kind") == "fold" and not b.isHidden()]
    assert len(lines) == 21
    assert "工人7" in lines[5].text()
    assert "150402" in lines[5].accessibleName()
    lines[5].setFocus()
    at.key(Qt.Key.Key_Space)
    seventh = at.visit.parties[6].key
    at.until(lambda: form.field(f"party.{seventh}.name") is not None)
    assert form.focused_key() == seventh
    assert form.field(f"party.{at.visit.parties[0].key}.name") is None


def test_what_was_half_typed_is_saved_when_another_card_opens(at: Window, tmp_path: Path) -> None:
    workers(at, tmp_path)
    form = at.window.visit.forms["parties"]
    first, second = at.visit.parties[0].key, at.visit.parties[1].key
    form.focus_on(f"party.{first}.nation")
    commit(at.box(f"party.{first}.nation"), "蒙古族")
    form.focus_on(f"party.{second}.name")
    at.until(lambda: any(f.value == "蒙古族" for f in at.visit.parties[0].fields))


def test_those_who_represent_are_chosen_by_a_key_and_the_law_says_what_it_means(
    at: Window, tmp_path: Path
) -> None:
    workers(at, tmp_path, 11)
    at.key(Qt.Key.Key_3, ALT)
    at.key(Qt.Key.Key_P, ALT)
    at.until(lambda: at.titles()[0] == "原告 1\n代表人")
    remarks = at.conductor._view.advice.remarks if at.conductor._view else ()
    assert any("诉讼代表人应为二至五人" in remark.text for remark in remarks)
    form = at.window.visit.forms["parties"]
    form.focus_on(f"party.{at.visit.parties[1].key}.name")
    at.key(Qt.Key.Key_P, ALT)
    at.until(lambda: at.titles()[1] == "原告 2\n代表人")
    remarks = at.conductor._view.advice.remarks if at.conductor._view else ()
    assert not any("诉讼代表人应为二至五人" in remark.text for remark in remarks)
    assert any(remark.basis == "民事诉讼法第56条" for remark in remarks)
    assert any(name == "推选诉讼代表人的材料" for _code, name in at.visit.materials)
    at.key(Qt.Key.Key_P, ALT)
    at.until(lambda: at.titles()[1] == "原告 2")


def test_a_party_entered_once_joins_a_further_matter_by_a_key(at: Window) -> None:
    at.key(Qt.Key.Key_3, ALT)
    box = at.box("party.p2.name")
    box.setFocus()
    commit(box, "苏雅拉")
    at.until(lambda: any(f.value == "苏雅拉" for g in at.visit.parties for f in g.fields))
    at.key(Qt.Key.Key_E, ALT)
    at.until(lambda: at.visit.current == 2)
    at.key(Qt.Key.Key_3, ALT)
    at.box("party.p2.name").setFocus()
    at.key(Qt.Key.Key_R, ALT)
    at.until(lambda: at.titles() == ["原告"])
    assert [s.label for s in at.visit.joinable] == ["苏雅拉 作为被告", "苏雅拉 作为原告", "苏雅拉 作为第三人"]
    at.key(Qt.Key.Key_J, ALT)
    choices = at.window.findChild(QListWidget, "choices")
    assert isinstance(choices, QListWidget)
    assert choices.isVisible()
    at.key(Qt.Key.Key_Escape)
    assert not choices.isVisible()
    at.key(Qt.Key.Key_J, ALT)
    QTest.keyClick(choices, Qt.Key.Key_Return)
    at.until(lambda: at.titles() == ["原告", "被告"])
    assert at.visit.joinable == ()
    at.until(lambda: QApplication.focusWidget() is at.box("party.p2.name"))
