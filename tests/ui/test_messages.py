from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.errors import PrinterProblem
from app.notices import Level, Notice
from app.services.before_end import OpenPoint, StillOpen, Why
from app.services.views import JobView
from tests.helpers.desk_views import desk, idle, many_to_do
from tests.helpers.ui import child, desk_window, press
from ui.main_window import MainWindow
from ui.widgets.badge import Badge
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.layout import column, scrolled

DOUBT = JobView("job-1", "小票", "unconfirmed")


def words(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.messages.findChildren(Label) if label.isVisible())


def test_a_problem_says_what_happened_what_is_safe_and_what_to_do() -> None:
    with desk_window() as window:
        window.show_problem(PrinterProblem("没有纸了。", safe="内容已存。", next_step="请添纸。"))
        assert all(part in words(window) for part in ("没有纸了。", "内容已存。", "请添纸。"))
        press(window, Qt.Key.Key_Escape)
        assert not window.messages.isVisible()


def test_a_problem_goes_when_the_next_act_begins() -> None:
    with desk_window() as window:
        window.show_problem(PrinterProblem("没有纸了。"))
        press(window, Qt.Key.Key_F3)
        assert window.messages.problem is None


def test_of_many_things_to_do_three_are_lines_and_a_key_shows_the_others_in_a_space_of_their_own() -> None:
    with desk_window() as window:
        room = window.visit.height()
        window.show_problem(many_to_do())
        QApplication.processEvents()
        assert [f"请求{n}" in words(window) for n in (1, 3, 4)] == [True, True, False]
        assert room - window.visit.height() < 130, "the form stays readable"
        press(window, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
        QApplication.processEvents()
        assert all(f"请求{n}" in words(window) for n in range(1, 31))
        assert room - window.visit.height() < 230
        press(window, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
        assert "请求4" not in words(window)


def test_a_thing_to_do_is_said_to_its_last_word() -> None:
    names = "对方同意调解、案由、主要请求和事实、调解组织、对方"
    point = OpenPoint(1, Why.PAPER, "matter.1.consent_other", names, ("委派调解函",))
    with desk_window() as window:
        window.show_problem(StillOpen((point,)))
        QApplication.processEvents()
        [line] = [one for one in window.messages.findChildren(Label) if names in one.text()]
        assert line.text().endswith("办结以后不能再填")
        assert line.heightForWidth(line.width()) <= line.height()
        assert not isinstance(line, ElidedLabel)


def test_what_to_do_after_a_notice_is_said_to_its_last_word_whatever_room_it_has() -> None:
    short = Notice("short", Level.INFO, "已从备份恢复。", "内容都在。", "请核对。")
    long = Notice(
        "long", Level.INFO, "服务器换了一台。", "排队和记录都在，没有丢失。" * 3, "请到导诉台核对号票。" * 3
    )
    with desk_window() as window:
        window.show_notices((short, long))
        QApplication.processEvents()
        shown = {label.text(): label for label in window.messages.findChildren(Label) if label.isVisible()}
        for notice in (short, long):
            rest = shown[f"{notice.safe}　{notice.next_step}"]
            assert not isinstance(rest, ElidedLabel)
            assert rest.heightForWidth(rest.width()) <= rest.height()
        assert shown["已从备份恢复。"].y() == shown["内容都在。　请核对。"].y(), (
            "on one line where there is room"
        )
        below = shown[f"{long.safe}　{long.next_step}"]
        assert shown["服务器换了一台。"].y() < below.y()


def test_the_mark_of_a_running_act_stands_beside_its_words() -> None:
    with desk_window() as window:
        window.messages.show_busy("正在读证件")
        QApplication.processEvents()
        [badge] = [one for one in window.messages.findChildren(Badge) if one.isVisible()]
        [label] = [one for one in window.messages.findChildren(Label) if one.text() == "正在读证件"]
        middles = [one.mapTo(window, one.rect().center()).y() for one in (badge, label)]
        assert abs(middles[0] - middles[1]) <= 3


def test_a_wrong_box_stays_in_sight_when_a_message_takes_room() -> None:
    inside = QWidget()
    boxes = [QLineEdit() for _place in range(12)]
    lines = column(*boxes)
    inside.setLayout(lines)
    boxes[9].setProperty("tone", "bad")
    area = scrolled(inside)
    area.resize(300, 2000)
    area.show()
    area.resize(300, 120)
    QApplication.processEvents()
    seen = boxes[9].mapTo(area, boxes[9].rect().center()).y()
    area.close()
    area.deleteLater()
    assert 0 < seen < 120


def test_markup_in_a_problem_is_shown_as_it_is() -> None:
    with desk_window() as window:
        window.show_problem(PrinterProblem("<b>x</b>"))
        assert "<b>x</b>" in words(window)


def test_y_and_n_answer_the_question_about_a_print(qtbot: QtBot) -> None:
    with desk_window(idle(doubts=(DOUBT,))) as window:
        with qtbot.waitSignal(window.job_answered) as yes:
            press(window, Qt.Key.Key_Y)
        with qtbot.waitSignal(window.job_answered) as no:
            press(window, Qt.Key.Key_N)
    assert yes.args == ["job-1", True]
    assert no.args == ["job-1", False]


def test_in_a_field_y_is_a_letter_and_esc_leads_to_the_question(qtbot: QtBot) -> None:
    with desk_window(desk(doubts=(DOUBT,))) as window:
        child(window, QLineEdit, "visitor.name").setFocus()
        with qtbot.assertNotEmitted(window.job_answered):
            press(window, Qt.Key.Key_Y)
        press(window, Qt.Key.Key_Escape)
        with qtbot.waitSignal(window.job_answered):
            press(window, Qt.Key.Key_Y)


def test_y_without_a_question_does_nothing(qtbot: QtBot) -> None:
    with desk_window(idle()) as window, qtbot.assertNotEmitted(window.job_answered):
        press(window, Qt.Key.Key_Y)


def test_a_running_act_is_shown_on_its_button_and_cannot_be_pressed_twice(qtbot: QtBot) -> None:
    with desk_window() as window:
        window.set_busy("read_card", "正在读证件")
        assert window.actions_bar.buttons["read_card"].busy
        with qtbot.assertNotEmitted(window.read_card):
            press(window, Qt.Key.Key_F3)
        qtbot.waitUntil(lambda: "正在读证件" in words(window))
        with qtbot.waitSignal(window.cancel):
            press(window, Qt.Key.Key_Escape)
        window.set_busy("read_card", None)
        assert not window.actions_bar.buttons["read_card"].busy
        assert not window.messages.isVisible()


def test_the_key_that_was_pressed_is_the_one_that_is_busy() -> None:
    with desk_window() as window:
        window.scan.connect(lambda _material, _feeder: window.set_busy("scan", "正在扫描"))
        press(window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
        assert window.visit.pages.buttons["scan_feeder"].busy
        assert not window.visit.pages.buttons["scan"].busy


def test_a_quick_act_shows_no_line() -> None:
    with desk_window() as window:
        window.set_busy("call_next", "正在叫号")
        window.set_busy("call_next", None)
        assert not window._busy_line.isActive()


def test_notices_stand_and_older_ones_are_counted() -> None:
    notices = tuple(Notice(f"n{i}", Level.INFO, f"第{i}条") for i in range(4))
    with desk_window() as window:
        window.show_notices(notices)
        assert "第3条" in words(window)
        assert "还有 2 条" in words(window)
        window.show_notices(())
        assert not window.messages.isVisible()


def test_a_notice_moves_nothing_above_the_form() -> None:
    with desk_window() as window:
        press(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
        before = window.visit.tabs.mapTo(window, window.visit.tabs.rect().topLeft())
        window.show_notices((Notice("a", Level.ATTENTION, "缺纸", "已存", "添纸"),))
        assert window.visit.tabs.mapTo(window, window.visit.tabs.rect().topLeft()) == before
