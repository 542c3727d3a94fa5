from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.services.views import FieldGroup, FieldView, Source
from tests.helpers.ui import commit, press, shown
from ui.theme import theme
from ui.widgets.form import DEBOUNCE_MS, Form
from ui.widgets.inputs import ChoiceInput, LineInput, LongInput, grouped
from ui.widgets.label import TwoLineLabel

NAME = FieldView("p.name", "姓名", "text")
AMOUNT = FieldView("p.amount", "金额", "money", "356789.12")
ROLE = FieldView("p.role", "身份", "choice", choices=(("a", "原告"), ("b", "被告")))
STORY = FieldView("p.story", "事实", "long_text")
CAUSE = FieldView(
    "p.cause", "案由", "cause", "9142", choices=(("9142", "民间借贷纠纷"), ("9130", "买卖合同纠纷"))
)


def groups(*fields: FieldView) -> tuple[FieldGroup, ...]:
    return (FieldGroup("人", fields),)


def form(*fields: FieldView) -> Form:
    made = Form(theme())
    made.show_groups("v", groups(*fields))
    return made


def line(made: Form, path: str) -> LineInput:
    field = made.field(path)
    assert field is not None
    assert isinstance(field.input, LineInput)
    return field.input


def test_typing_is_handed_on_once_after_a_short_pause(qtbot: QtBot) -> None:
    with shown(form(NAME)) as made:
        line(made, "p.name").setFocus()
        with qtbot.waitSignal(made.edited, timeout=30_000) as edited:
            QTest.keyClicks(line(made, "p.name"), "abc")
    assert edited.args == ["p.name", "abc"]
    assert DEBOUNCE_MS <= 300


def test_what_is_wrong_is_said_in_two_lines_where_one_is_too_short() -> None:
    wrong = "末尾的数字缺少单位（如“三万五”），请写成“三万五千”或阿拉伯数字。"
    with shown(form(NAME, replace(AMOUNT, value="十二万五", problem=wrong))) as made:
        made.resize(620, 200)
        QApplication.processEvents()
        field = made.field("p.amount")
        assert field is not None
        below = next(label for label in field.findChildren(TwoLineLabel) if label.text() == wrong)
        one_line = below.fontMetrics().horizontalAdvance(wrong)
        assert below.width() < one_line <= 2 * (below.width() - below.fontMetrics().averageCharWidth())
        assert below.height() >= 2 * below.fontMetrics().height()
        tops = {line(made, path).mapTo(made, QPoint()).y() for path in ("p.name", "p.amount")}
        assert len(tops) == 1, "both boxes in one line"
        made.show_groups("v", groups(NAME, replace(AMOUNT, problem="不对")))
        assert below.height() < 2 * below.fontMetrics().height()


def test_leaving_a_field_hands_its_text_on_at_once(qtbot: QtBot) -> None:
    with shown(form(NAME, AMOUNT)) as made:
        line(made, "p.name").setFocus()
        QTest.keyClicks(line(made, "p.name"), "abc")
        edited: list[tuple[str, str]] = []
        made.edited.connect(lambda *told: edited.append(told))
        press(made, Qt.Key.Key_Tab)
        assert edited == [("p.name", "abc")], "with the key, not after the pause"


def test_a_view_that_arrives_while_typing_takes_no_keystroke() -> None:
    with shown(form(NAME)) as made:
        box = line(made, "p.name")
        box.setFocus()
        QTest.keyClicks(box, "ab")
        made.show_groups("v", groups(NAME))
        QTest.keyClicks(box, "c")
        made.flush()
        made.show_groups("v", groups(replace(NAME, value="ab")))
        assert box.text() == "abc"
        made.show_groups("v", groups(replace(NAME, value="abc")))
        QTest.keyClicks(box, "d")
        assert box.text() == "abcd"


def test_a_view_of_an_earlier_edit_does_not_undo_a_later_one() -> None:
    with shown(form(NAME, AMOUNT)) as made:
        box = line(made, "p.name")
        box.setFocus()
        for key in "ab":
            QTest.keyClicks(box, key)
            made.flush()
        press(made, Qt.Key.Key_Tab)
        made.show_groups("v", groups(replace(NAME, value="a"), AMOUNT))
        assert box.text() == "ab"
        made.show_groups("v", groups(replace(NAME, value="ab"), AMOUNT))
        assert box.text() == "ab"


def test_a_card_fills_the_focused_field_when_nothing_was_typed() -> None:
    with shown(form(NAME)) as made:
        line(made, "p.name").setFocus()
        made.show_groups("v", groups(replace(NAME, value="张𬭎", source=Source.CARD)))
        assert line(made, "p.name").text() == "张𬭎"


def test_a_value_put_right_by_the_service_is_shown_after_leaving() -> None:
    with shown(form(NAME, AMOUNT)) as made:
        box = line(made, "p.name")
        box.setFocus()
        QTest.keyClicks(box, "138 0000")
        press(made, Qt.Key.Key_Tab)
        made.show_groups("v", groups(replace(NAME, value="1380000"), AMOUNT))
        assert box.text() == "1380000"


def test_a_value_put_right_while_the_cursor_is_in_the_box_is_shown_on_leaving_it() -> None:
    with shown(form(NAME, AMOUNT)) as made:
        box = line(made, "p.name")
        box.setFocus()
        QTest.keyClicks(box, "138 0000")
        made.flush()
        for _view in range(2):
            made.show_groups("v", groups(replace(NAME, value="1380000"), AMOUNT))
        assert box.text() == "138 0000"
        press(made, Qt.Key.Key_Tab)
        assert box.text() == "1380000"
        box.setFocus()
        QTest.keyClicks(box, "1")
        made.flush()
        made.show_groups("v", groups(replace(NAME, value="0"), AMOUNT))
        QTest.keyClicks(box, "2")
        press(made, Qt.Key.Key_Tab)
        assert box.text() == "121380000", "typed after it came: what was typed stands"


def test_a_name_half_composed_is_not_taken_away() -> None:
    with shown(form(NAME)) as made:
        box = line(made, "p.name")
        box.setFocus()
        QApplication.sendEvent(box, QInputMethodEvent("zhang", []))
        made.show_groups("v", groups(replace(NAME, value="从卡上")))
        assert box.text() == ""
        commit(box, "张")
        assert box.text() == "张"


def test_another_visit_brings_fresh_boxes(qtbot: QtBot) -> None:
    with shown(form(NAME)) as made:
        line(made, "p.name").setFocus()
        QTest.keyClicks(line(made, "p.name"), "abc")
        with qtbot.waitSignal(made.edited) as edited:
            made.show_groups("other", groups(NAME))
        assert line(made, "p.name").text() == ""
    assert edited.args == ["p.name", "abc"]


def test_money_is_grouped_when_read_and_bare_when_typed() -> None:
    with shown(form(NAME, AMOUNT)) as made:
        line(made, "p.name").setFocus()
        box = line(made, "p.amount")
        assert box.text() == "356,789.12"
        press(made, Qt.Key.Key_Tab)
        assert box.hasFocus()
        assert box.text() == "356789.12"


@pytest.mark.parametrize(
    ("raw", "read"), [("", ""), ("12x", "12x"), ("1234567", "1,234,567"), ("NaN", "NaN")]
)
def test_an_amount_that_is_none_stays_as_typed(raw: str, read: str) -> None:
    assert grouped(raw) == read


def test_a_choice_is_made_by_arrow_key(qtbot: QtBot) -> None:
    with shown(form(ROLE)) as made:
        field = made.field("p.role")
        assert field is not None
        assert isinstance(field.input, ChoiceInput)
        field.input.setFocus()
        with qtbot.waitSignal(made.edited) as edited:
            press(made, Qt.Key.Key_Down)
    assert edited.args == ["p.role", "a"]


def test_a_cause_shows_its_name_and_hands_on_its_code(qtbot: QtBot) -> None:
    with shown(form(CAUSE)) as made:
        box = line(made, "p.cause")
        assert box.text() == "民间借贷纠纷"
        box.setFocus()
        box.selectAll()
        with qtbot.waitSignal(made.edited) as edited:
            commit(box, "买卖合同纠纷")
    assert edited.args == ["p.cause", "9130"]


def test_long_text_keeps_what_was_typed_and_tab_leaves_it(qtbot: QtBot) -> None:
    with shown(form(STORY, NAME)) as made:
        field = made.field("p.story")
        assert field is not None
        assert isinstance(field.input, LongInput)
        field.input.setFocus()
        QTest.keyClicks(field.input, "first")
        with qtbot.waitSignal(made.edited) as edited:
            press(made, Qt.Key.Key_Tab)
        assert line(made, "p.name").hasFocus()
    assert edited.args == ["p.story", "first"]


def test_the_source_and_the_problem_are_said_in_words() -> None:
    view = replace(NAME, value="x", source=Source.PAGE, problem="姓名不对。", read_value="y")
    with shown(form(view)) as made:
        box = line(made, "p.name")
        assert "识别" in box.accessibleDescription()
        assert "姓名不对。" in box.accessibleDescription()


def test_a_hint_goes_with_the_matter_it_belongs_to() -> None:
    with shown(form(replace(NAME, hint="如 2026内民初1号"))) as made:
        assert line(made, "p.name").placeholderText() == "如 2026内民初1号"
        made.show_groups("v", groups(NAME))
        assert line(made, "p.name").placeholderText() == ""


def test_enter_walks_as_the_fields_stand_also_when_new_ones_came_between() -> None:
    """After another matter was chosen the boxes that stay are older than those above them."""
    first, last = replace(NAME, required=True), replace(STORY, required=True)
    between = FieldView("p.no", "案号", "text", required=True)
    paper = FieldView("p.to", "转交给", "text", for_paper="材料收转清单")
    with shown(form(first, last)) as made:
        made.show_groups("v", groups(first, between, paper, last))
        box = line(made, "p.name")
        box.setFocus()
        walked = []
        for _step in range(3):
            press(made, Qt.Key.Key_Return)
            walked.append(QApplication.focusWidget().objectName())
        assert walked == ["p.no", "p.to", "p.story"]


def test_what_was_asked_when_enter_was_pressed_and_no_longer_is_lets_the_cursor_go_on() -> None:
    first, last = replace(NAME, required=True), replace(STORY, required=True)
    paper = FieldView("p.to", "标的额", "money", for_paper="交纳诉讼费用通知书")
    with shown(form(first, paper, last)) as made:
        line(made, "p.name").setFocus()
        press(made, Qt.Key.Key_Return)
        assert QApplication.focusWidget() is line(made, "p.to")
        made.show_groups("v", groups(first, replace(paper, for_paper=""), last))
        made.land_again()
        assert QApplication.focusWidget().objectName() == "p.story"


def test_enter_leads_once_through_what_stays_empty_and_then_on(qtbot: QtBot) -> None:
    first, middle, last = (replace(one, required=True) for one in (NAME, ROLE, STORY))
    with shown(form(first, middle, last)) as made:
        made.focus_on("p.role")
        walked = []
        for _step in range(2):
            made._go_on(QApplication.focusWidget().objectName())
            walked.append(QApplication.focusWidget().objectName())
        assert walked == ["p.story", "p.name"], "below where the clerk is, then above"
        with qtbot.waitSignal(made.done):
            press(made, Qt.Key.Key_Return)
        assert made.left_empty() == ("姓名", "身份", "事实")
        assert made.ahead() == ()
        made.show_groups("v", groups(first, replace(middle, required=False), last))
        made.show_groups("v", groups(first, middle, last))
        assert made.ahead() == ("p.role",), "asked anew"
        made.walk_again()
        assert made.ahead() == ("p.name", "p.role", "p.story")


def test_enter_opens_the_card_of_somebody_who_still_has_to_say_something() -> None:
    people = tuple(
        FieldGroup(f"原告{place}", (FieldView(f"{key}.name", "姓名", "name", value, required=True),), key=key)
        for place, (key, value) in enumerate({"a": "甲", "b": "乙", "c": "丙", "d": "丁", "e": ""}.items(), 1)
    )
    made = Form(theme())
    made.show_groups("v", people)
    with shown(made):
        line(made, "a.name").setFocus()
        press(made, Qt.Key.Key_Return)
        assert QApplication.focusWidget().objectName() == "e.name"
