"""The page of the way to the court: what waits, why, and the form that corrects a finished record."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.services.amend_fields import Wrong
from app.services.views import Health
from ui import gallery_court as samples
from ui.screens.amend import AmendForm
from ui.screens.unsent import UnsentPage
from ui.theme import theme
from ui.widgets.field import Field


def page(qtbot: QtBot) -> UnsentPage:
    made = UnsentPage(theme())
    qtbot.addWidget(made)
    made.resize(1040, 620)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    made.show_unsent(samples.unsent())
    made.show_answers(samples._ANSWERS)
    made.show_explained(samples.explained())
    return made


def words(made: QWidget) -> str:
    QApplication.processEvents()
    return "\n".join(label.text() for label in made.findChildren(QLabel) if label.isVisibleTo(made))


def field_of(form: AmendForm, path: str) -> Field:
    field = form.form.field(path)
    assert field is not None, path
    return field


def box(form: AmendForm, path: str) -> QWidget:
    return field_of(form, path).input


def value(form: AmendForm, path: str) -> str:
    return field_of(form, path).input.value()


def test_the_record_under_the_cursor_is_explained_and_says_who_must_act(qtbot: QtBot) -> None:
    made = page(qtbot)
    told = words(made)
    for word in ("法院退回：当事人的内容不合规定。", "由谁处理：您", "bad_value", "0 / 13 份已到法院"):
        assert word in told
    made.list.setFocus()
    with qtbot.waitSignal(made.selected) as asked:
        QTest.keyClick(made.list, Qt.Key.Key_Down)
    assert asked.args == ["e2"]


def test_what_belongs_to_another_record_is_not_drawn(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_explained(replace(samples.explained(), event_id="e4", happened="别的记录"))
    assert "别的记录" not in words(made)


def test_a_view_that_says_the_same_is_not_drawn_again(qtbot: QtBot) -> None:
    made = page(qtbot)
    before = [id(label) for label in made.findChildren(QLabel)]
    made.show_explained(samples.explained())
    assert [id(label) for label in made.findChildren(QLabel)] == before


def test_the_keys_try_pause_and_correct(qtbot: QtBot) -> None:
    made = page(qtbot)
    for key, signal, told in (
        (Qt.Key.Key_R, made.try_now, []),
        (Qt.Key.Key_B, made.pause, [True]),
        (Qt.Key.Key_E, made.amend, ["e1"]),
    ):
        with qtbot.waitSignal(signal) as seen:
            QTest.keyClick(made.list, key, Qt.KeyboardModifier.ControlModifier)
        assert seen.args == told
    made.show_unsent(samples.unsent(paused=True))
    assert "已暂停" in words(made)
    with qtbot.waitSignal(made.pause) as seen:
        QTest.keyClick(made.list, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert seen.args == [False]


def test_only_a_record_that_can_be_corrected_offers_it(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_explained(replace(samples.explained(), amendable=False))
    assert not made.fix.isVisible()
    with qtbot.assertNotEmitted(made.amend):
        QTest.keyClick(made.list, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


def test_the_form_needs_a_reason_and_sends_only_what_changed(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_form(samples.form())
    form = made.form
    assert not form.send.isEnabled()
    assert form.send.accessibleName() == "送出更正 Ctrl+Enter", "the key as sentences call it"
    name = form.findChild(QWidget, "parties.0.name")
    assert isinstance(name, QWidget)
    QTest.keyClicks(name, "x")
    form.reason.setText("名字录错")
    with qtbot.waitSignal(made.amended) as sent:
        form.send.click()
    event_id, changes, reason = sent.args
    assert (event_id, list(changes), reason) == ("e1", ["parties.0.name"], "名字录错")
    form.sent_off("e1")
    made.show_form(samples.form())
    assert form.reason.text() == ""
    field = form.findChild(Field)
    assert isinstance(field, Field)
    assert field.input.value() == "张𬭎", "nothing of the form before stays"
    QTest.keyClick(form.reason, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert made.fix.isVisible()


def test_what_was_typed_and_not_sent_stays_until_it_is_dropped_twice(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_form(samples.form())
    form = made.form
    phone = form.findChild(QWidget, "parties.0.phone")
    assert isinstance(phone, QWidget)
    QTest.keyClicks(phone, "9")
    QTest.keyClick(phone, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert form.isVisible()
    assert "再按一次 Alt+Left 就不要了" in words(form)
    other = replace(samples.form(), event_id="e2")
    made.show_form(other)
    assert (form.unsent, value(form, "parties.0.phone")) == (1, "13804761234")
    made.show_form(samples.form())
    assert value(form, "parties.0.phone") == "913804761234", "kept with its record"
    QTest.keyClick(form.reason, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert value(form, "parties.0.phone") == "913804761234", "not opened anew"
    for _press in range(2):
        QTest.keyClick(form.reason, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert made.fix.isVisible()
    assert form.unsent == 0


def test_what_cannot_stand_is_said_at_its_field_and_keeps_it_from_being_sent(qtbot: QtBot) -> None:
    made = page(qtbot)
    view = replace(samples.form(), begin="parties.0.phone")
    made.show_form(view)
    form = made.form
    assert box(form, "parties.0.phone").hasFocus()
    assert "写明理由就能送出" in words(form)
    phone = box(form, "parties.0.phone")
    with qtbot.waitSignal(made.typed) as asked:
        QTest.keyClicks(phone, "9")
    changes = {"parties.0.phone": value(form, "parties.0.phone")}
    assert asked.args == ["e1", changes]
    form.reason.setText("电话录错")
    assert form.send.isEnabled()
    first, second = view.groups
    wrong = [replace(one, problem="手机号码是11位。") if one.label == "电话" else one for one in first.fields]
    told_wrong = Wrong("parties.0.phone", "电话", changes["parties.0.phone"])
    checked = replace(view, groups=(replace(first, fields=tuple(wrong)), second), wrong=(told_wrong,))
    form.show_checked(checked)
    assert value(form, "parties.0.phone") == changes["parties.0.phone"]
    told = words(form)
    assert "手机号码是11位。" in told
    assert "“电话”不对，改好才能送出" in told
    assert not form.send.isEnabled()


def test_what_was_sent_and_cannot_stand_has_the_cursor_first_and_is_not_led_over(qtbot: QtBot) -> None:
    made = page(qtbot)
    kept = (
        Wrong("parties.0.phone", "当事人 张𬭎 电话", "13804761234"),
        Wrong("parties.1.name", "当事人 苏雅拉 姓名或名称", "苏雅拉"),
    )
    made.show_form(replace(samples.form(), begin="parties.0.phone", wrong=kept))
    form = made.form
    assert box(form, "parties.0.phone").hasFocus()
    box(form, "parties.0.name").setFocus()
    for path in ("parties.0.phone", "parties.1.name"):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        assert box(form, path).hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert form.reason.hasFocus()
    form.reason.setText("abc")
    assert "“当事人 张𬭎 电话、当事人 苏雅拉 姓名或名称”还没有改，仍然不对；没有改动" in words(form)
    with qtbot.assertNotEmitted(made.amended):
        QTest.keyClick(form.reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert box(form, "parties.0.phone").hasFocus(), "where it is to be put right"
    assert "再按一次 Ctrl+Enter 就原样再送" in words(form)
    with qtbot.waitSignal(made.amended) as sent:
        QTest.keyClick(box(form, "parties.0.phone"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent.args[1] == {}


def test_sending_goes_to_what_is_in_the_way_and_not_by_what_was_wrong_a_key_ago(qtbot: QtBot) -> None:
    made = page(qtbot)
    view = samples.form()
    made.show_form(view)
    form = made.form
    control = Qt.KeyboardModifier.ControlModifier
    name = box(form, "parties.1.name")
    QTest.keyClicks(name, "x")
    with qtbot.assertNotEmitted(made.amended):
        QTest.keyClick(name, Qt.Key.Key_Return, control)
    assert form.reason.hasFocus(), "the reason was wanted"
    form.reason.setText("名字录错")
    typed = value(form, "parties.1.name")
    wrong = Wrong("parties.1.name", "当事人 苏雅拉 姓名或名称", typed)
    form.show_checked(replace(view, wrong=(wrong,)))
    with qtbot.assertNotEmitted(made.amended):
        QTest.keyClick(form.reason, Qt.Key.Key_Return, control)
    assert name.hasFocus()
    assert "“当事人 苏雅拉 姓名或名称”不对，改好才能送出" in words(form)
    QTest.keyClick(name, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(made.amended):
        QTest.keyClick(name, Qt.Key.Key_Return, control)


def test_an_answer_of_the_back_office_is_shown_when_one_goes_to_it(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.answers.setFocus()
    QTest.keyClick(made.answers, Qt.Key.Key_Down)
    told = words(made)
    assert "（2026）内0423民初1187号" in told
    assert "苏和" in told
    assert not made.fix.isVisible()


def test_with_nothing_on_its_way_the_page_says_so(qtbot: QtBot) -> None:
    made = page(qtbot)
    made.show_unsent(replace(samples.unsent(), rows=(), waiting=0, attention=0, blobs=0, health=Health.OK))
    assert "没有要处理的。" in words(made)
    assert not made.fix.isVisible()
