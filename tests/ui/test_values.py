"""What people bring and write, typed into the real form: kept or refused with a sentence, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.domain.matter import DECLINE, MEDIATION
from app.services.views import FieldView
from tests.helpers.tables import id_number
from tests.helpers.ui import commit
from tests.ui.test_matters import ALT, Window, called

CONTROL = Qt.KeyboardModifier.ControlModifier
STEPS = {"identity": Qt.Key.Key_1, "matter": Qt.Key.Key_2, "party": Qt.Key.Key_3}


@pytest.fixture
def at(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    with called(qtbot, tmp_path) as opened:
        yield opened


def shown(at: Window, path: str) -> FieldView:
    groups = (*at.visit.identity, *at.visit.matter, *at.visit.parties)
    return next(view for group in groups for view in group.fields if view.path == path)


def put(at: Window, path: str, text: str) -> FieldView:
    """Type over what stands in the field, leave it, and return what the window shows of it."""
    at.key(STEPS[path.partition(".")[0]], ALT)
    box = at.box(path)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(box, Qt.Key.Key_Delete)
    commit(box, text)
    at.key(Qt.Key.Key_Tab)
    at.until(lambda: not at.conductor.acts.running("edit") and not at.conductor.acts.running("desk_view"))
    return shown(at, path)


def below(at: Window, path: str) -> str:
    """The sentence under a field, as it stands on the window."""
    field = next(f for form in at.window.visit.forms.values() if (f := form.field(path)) is not None)
    return field._below.text()


AMOUNTS = (
    ("1000000000000", "1,000,000,000,000.00"),
    ("0", "0.00"),
    ("12,345.678", ""),
    ("-5", ""),
    ("１２３４５．６", "12,345.60"),
    ("壹拾贰万叁仟", "123,000.00"),
    ("12.5万", "125,000.00"),
    ("1e12", ""),
    ("1000000000000000", ""),
)


def test_an_amount_in_the_form_is_right_or_has_a_sentence(at: Window) -> None:
    for typed, kept in AMOUNTS:
        view = put(at, "matter.1.amount", typed)
        assert (bool(view.problem), view.value == kept) == (not kept, bool(kept)), typed
        assert view.value, typed
        at.until(lambda view=view: below(at, "matter.1.amount") == (view.problem or ""))  # type: ignore[misc]


def test_a_twenty_ninth_of_february_in_the_form_is_right_or_has_a_sentence(at: Window) -> None:
    days = (("2024-02-29", "2024-02-29"), ("20240229", "2024-02-29"), ("2026年2月29日", ""), ("2月29日", ""))
    for typed, kept in days:
        view = put(at, "matter.1.knew_of_harm", typed)
        assert view.value == (kept or typed)
        assert bool(view.problem) is (not kept), typed


def test_names_of_one_and_of_fifty_characters_stand_and_longer_ones_are_told(at: Window) -> None:
    for name in ("朝", "其" * 50, "巴图·苏和", "Alex Smith", "𬭎𡈽"):
        view = put(at, "party.p2.name", name)
        assert (view.value, view.problem) == (name, "")
    view = put(at, "party.p2.name", "其" * 51)
    assert view.value == "其" * 51
    assert "超过50个字" in view.problem


def test_a_character_of_an_old_chip_is_told_with_its_place_and_kept(at: Window) -> None:
    view = put(at, "party.p2.name", "王\ue0f2")
    assert view.value == "王\ue0f2"
    assert "第2个字是证件上的自造字" in view.problem
    at.until(lambda: "自造字" in below(at, "party.p2.name"))


def test_an_area_younger_than_its_holder_warns_and_keeps_nothing_back(at: Window) -> None:
    """东胜区 150602 came in 2001; who was born before carries 1527xx, or a corrected card."""
    put(at, "identity.name", "乌兰")
    put(at, "identity.phone", "13804770001")
    view = put(at, "identity.id_number", id_number(21, "150602", "19850312"))
    assert view.value.startswith("15060219850312")
    assert "启用" in view.problem
    at.until(lambda: below(at, "identity.id_number") == view.problem)
    at.until(lambda: at.visit.confirmation.ready)


OUTSIDE = (
    (id_number(15, "810000", "19900101"), "香港"),
    (id_number(15, "820000", "19900101"), "澳门"),
    (id_number(15, "830000", "19900101"), "台湾"),
    ("H1234567890", "香港"),
    ("M12345678", "澳门"),
    ("12345678", "台湾"),
    ("E12345678", "公证"),
)


def test_papers_from_outside_the_mainland_are_taken_and_bring_their_own_rules(at: Window) -> None:
    put(at, "party.p1.name", "陈大文")
    for number, what in OUTSIDE:
        view = put(at, "party.p1.id_number", number)
        assert (view.value, view.problem) == (number, "")
        assert at.conductor._view is not None
        told = [remark.text for remark in at.conductor._view.advice.remarks]
        assert any(what in text for text in told), told
        titles = [check.title for check in at.conductor._view.advice.checks]
        assert any("中文译本" in title or "公证" in title for title in titles)


def test_a_body_from_outside_says_where_it_belongs(at: Window) -> None:
    put(at, "party.p1.name", "Acme Ltd")
    at.window.field_edited.emit("party.p1.form", "organisation")
    at.until(lambda: at.window.findChild(object, "party.p1.origin") is not None)
    at.window.field_edited.emit("party.p1.origin", "foreign")
    at.until(lambda: bool(at.conductor._view) and _says(at, "域外"))


def _says(at: Window, words: str) -> bool:
    view = at.conductor._view
    return view is not None and any(words in remark.text for remark in view.advice.remarks)


def test_enter_goes_on_to_what_is_still_asked_and_then_to_the_next_step(at: Window) -> None:
    at.key(Qt.Key.Key_1, ALT)
    for path, text in (
        ("identity.name", "乌兰"),
        ("identity.id_number", id_number(21)),
        ("identity.phone", "13804770001"),
    ):
        assert QApplication.focusWidget() is at.box(path)
        commit(at.box(path), text)
        at.key(Qt.Key.Key_Return)
    assert at.window.visit.step == "matter"
    assert QApplication.focusWidget() is at.box("matter.1.code")  # nobody has said yet which it is
    at.key(Qt.Key.Key_Return)
    assert QApplication.focusWidget() is at.box("matter.1.cause")
    commit(at.box("matter.1.cause"), "离婚纠纷")
    at.key(Qt.Key.Key_Return)
    assert QApplication.focusWidget() is at.box("matter.1.amount")  # for the fee notice
    commit(at.box("matter.1.amount"), "无")
    at.key(Qt.Key.Key_Return)
    claims = at.box("matter.1.claims")
    assert isinstance(claims, QPlainTextEdit)
    assert QApplication.focusWidget() is claims
    commit(claims, "判令离婚")
    at.key(Qt.Key.Key_Return)
    assert claims.toPlainText() == "判令离婚\n"
    at.key(Qt.Key.Key_Return, CONTROL)
    offer = at.box(f"matter.1.{MEDIATION}")
    at.until(lambda: QApplication.focusWidget() is offer)
    at.key(Qt.Key.Key_N, ALT)
    at.until(lambda: shown(at, f"matter.1.{MEDIATION}").value == DECLINE)
    at.until(lambda: at.window.visit.step == "parties")
    at.until(lambda: QApplication.focusWidget() is at.box("party.p1.address"))
