"""The same keys lead the same way however fast they come: typed in one burst, or each after all is shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QWidget

from app.domain.matter import FieldKind
from app.lanes import DB
from app.services.rhythm import Rhythm
from app.services.views import FieldView
from app.storage import visits
from tests.conftest import nothing_left_behind
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import ALT, CONTROL, NO_KEY, OFFSCREEN, Counter, open_counter, qapp
from tests.helpers.short_forms import BY_KIND
from ui.widgets.suggest import SuggestInput

pytestmark = OFFSCREEN
__all__ = ["qapp"]

OF_PARTIES = {"name": "苏雅拉", "address": "内蒙古自治区达拉特旗树林召镇"}
KIND = {FieldKind.CAUSE: "mjjd"}
ENTER = (Qt.Key.Key_Return, NO_KEY)
MATTERS = ("S08", "F01", "F07", "F12")

Stroke = tuple[Qt.Key, Qt.KeyboardModifier] | str
"""A key with what is held down, or what an input method commits."""


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> None:
    """The window stays for all of them; what is left behind is looked for once."""


@pytest.fixture(scope="module")
def at(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    calm = Rhythm(card=1.0, devices=60, reader=60, view=60, court=60)
    with nothing_left_behind(), ExitStack() as stack:
        folder = tmp_path_factory.mktemp("counter")
        opened = open_counter(stack, folder, rhythm=calm, clock=SteppingClock())
        opened.conductor.keys._bound.setInterval(60_000)  # a busy machine is no disk that hangs
        yield opened


@dataclass
class Ended:
    """What came of a walk: everything in the draft, the step, the box with the cursor, the words said."""

    draft: dict[str, str]
    step: str
    cursor: str


def press(stroke: Stroke) -> None:
    """Let the hand do one thing; nothing is waited for."""
    box: QWidget | None = QApplication.focusWidget()
    assert box is not None
    if isinstance(stroke, str):
        commit = QInputMethodEvent()
        commit.setCommitString(stroke)
        QApplication.sendEvent(box, commit)
    else:
        QTest.keyClick(box, *stroke)


def settle(at: Counter) -> None:
    """Wait until everything typed is in the view that is shown and no key waits any more."""
    keys, acts = at.conductor.keys, at.conductor.acts
    at.until(lambda: not keys.holding, "no key held")
    at.window.visit.flush()
    at.until(lambda: not (acts.running("edit") or acts.running("desk_view")), "a view with all of it")


def letters(text: str) -> list[Stroke]:
    if not text.isascii():
        return [text]
    shift = Qt.KeyboardModifier.ShiftModifier
    return [(Qt.Key(ord(one.upper())), shift if one.isupper() else NO_KEY) for one in text]


@dataclass
class Hands:
    """Types slowly, each key after all is shown, and remembers every key."""

    at: Counter
    strokes: list[Stroke] = field(default_factory=list)

    def press(self, *strokes: Stroke) -> None:
        for stroke in strokes:
            press(stroke)
            self.strokes.append(stroke)
            settle(self.at)

    def answer(self, view: FieldView) -> None:
        box, key = QApplication.focusWidget(), view.path.rpartition(".")[2]
        if isinstance(box, QComboBox):
            self.press((Qt.Key.Key_Down, NO_KEY))
        else:
            kind = FieldKind(view.kind)
            of_party = view.path.startswith("party.")
            self.press(*letters(OF_PARTIES[key] if of_party else KIND.get(kind, BY_KIND[kind])))
        if isinstance(box, SuggestInput) and box.suggestions:
            self.press(ENTER)
        self.press((Qt.Key.Key_Return, CONTROL) if isinstance(box, QPlainTextEdit) else ENTER)

    def walk(self, code: str) -> None:
        self.press(*letters(code), ENTER, ENTER)
        for _field in range(40):
            if self.at.window.visit.step not in ("matter", "parties"):
                return
            groups = (*self.at.visit.matter, *self.at.visit.parties)
            views = {view.path: view for group in groups for view in group.fields}
            self.answer(views[cursor()])
        raise AssertionError("Enter leads in a circle")


@contextmanager
def slow_store(at: Counter) -> Iterator[None]:
    """Nothing is saved and no view is made while the block runs."""
    go_on = threading.Event()
    at.desk.lanes.submit(DB, go_on.wait)
    try:
        yield
    finally:
        go_on.set()
    settle(at)


def at_the_name(at: Counter) -> None:
    """Stand in the name of a visitor who was just called."""
    come(at)
    at.key(Qt.Key.Key_1, ALT)
    assert cursor() == "identity.name"


def cursor() -> str:
    return QApplication.focusWidget().objectName()


def come(at: Counter) -> None:
    if at.walk.visit is not None and at.walk.visit.outcome is None:
        at.key(Qt.Key.Key_F7)
        at.until(lambda: at.walk.visit is None, "nobody at the window")
    at.call()
    at.key(Qt.Key.Key_2, ALT)
    assert cursor() == "matter.1.code"


def ended(at: Counter) -> Ended:
    draft = {path: field.value for path, field in at.read(visits.fields, at.visit.visit_id).items()}
    return Ended(draft, at.window.visit.step, cursor())


@pytest.mark.parametrize("code", MATTERS)
def test_a_burst_of_keys_makes_the_same_record_as_keys_that_wait(at: Counter, code: str) -> None:
    come(at)
    slow = Hands(at)
    slow.walk(code)
    wanted = ended(at)
    come(at)
    for stroke in slow.strokes:
        press(stroke)
    settle(at)
    assert ended(at) == wanted


def test_letters_typed_right_after_a_key_go_where_the_key_leads(at: Counter) -> None:
    """A new party, its next field by Tab, another matter, then the step of the papers."""
    come(at)
    for stroke in ((Qt.Key.Key_A, ALT), "乌兰", (Qt.Key.Key_Tab, NO_KEY), (Qt.Key.Key_4, ALT)):
        press(stroke)
    settle(at)
    assert at.window.visit.step == "materials"
    names = {f.value for group in at.visit.parties for f in group.fields if f.path.endswith(".name")}
    assert "乌兰" in names
    for stroke in ((Qt.Key.Key_E, ALT), *letters("s08"), ENTER, ENTER):
        press(stroke)
    settle(at)
    assert at.value("matter.2.code") == "S08"
    assert cursor().startswith("matter.2.")


def test_a_function_key_and_esc_keep_their_place_among_the_letters(at: Counter) -> None:
    at_the_name(at)
    with slow_store(at):
        for stroke in ("乌兰", ENTER, *letters("12"), (Qt.Key.Key_F1, NO_KEY), (Qt.Key.Key_Escape, NO_KEY)):
            press(stroke)
        assert at.conductor.keys.holding
        assert at.conductor.panels.current == ""
    assert (at.value("identity.name"), at.value("identity.id_number")) == ("乌兰", "12")
    assert at.conductor.panels.current == ""


def test_a_function_key_in_an_open_list_waits_for_the_row_it_takes(at: Counter) -> None:
    at_the_name(at)
    choice = at.editor("identity.role")
    assert isinstance(choice, QComboBox)
    choice.setFocus()
    with slow_store(at):
        choice.showPopup()
        QTest.keyClick(choice.view(), Qt.Key.Key_Down)
        QTest.keyClick(choice.view(), Qt.Key.Key_F10)
        assert at.conductor.keys.holding
        assert at.window.visit.step == "identity"
    assert at.window.visit.step == "confirmation"
    assert at.value("identity.role")
    at.window.activateWindow()  # the offscreen platform leaves nothing active after a popup
    at.until(at.window.isActiveWindow, "the keys back at the window")


def test_nothing_waits_for_ever_and_nothing_is_lost(at: Counter) -> None:
    at_the_name(at)
    keys = at.conductor.keys
    usual = keys._bound.interval()
    keys._bound.setInterval(50)
    try:
        with slow_store(at):
            for stroke in ("乌兰", ENTER, *letters("12"), ENTER, *letters("34")):
                press(stroke)
            at.until(lambda: not keys.holding, "the keys given out")
            assert "保存得慢" in at.words(at.window.actions_bar)
    finally:
        keys._bound.setInterval(usual)
    said = [at.value(f"identity.{key}") for key in ("name", "id_number", "phone")]
    assert said == ["乌兰", "12", "34"]


def test_a_click_does_not_wait_and_what_was_typed_before_it_stays_before_it(at: Counter) -> None:
    at_the_name(at)
    with slow_store(at):
        for stroke in ("乌兰", ENTER, *letters("12")):
            press(stroke)
        handle, box = at.window.windowHandle(), at.editor("identity.address")
        spot = box.mapTo(at.window, box.rect().center())
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, NO_KEY, spot)
        assert not at.conductor.keys.holding
        assert cursor() == "identity.address"
        press("达拉特旗")
    said = [at.value(f"identity.{key}") for key in ("name", "id_number", "address")]
    assert said == ["乌兰", "12", "达拉特旗"]


def test_what_is_refused_holds_no_key(at: Counter) -> None:
    come(at)
    at.window.field_edited.emit("matter.1.code", "没有这个")
    for stroke in (ENTER, *letters("mjjd")):
        press(stroke)
    settle(at)
    at.says("没有这个事项")
    assert not at.conductor.keys.holding
