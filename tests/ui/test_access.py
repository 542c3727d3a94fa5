"""What every screen must keep: names, order, targets, plain text, nothing cut off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

import ui
from app.paths import resources
from app.services.views import JobView
from tests.helpers.desk_views import desk, many_to_do
from tests.helpers.ui import desk_window, press
from ui.keys import KEYS
from ui.main_window import MainWindow
from ui.panels.all import PANELS
from ui.theme import theme
from ui.widgets.icon import pixmap
from ui.widgets.key_button import KeyButton
from ui.widgets.label import ElidedLabel
from ui.widgets.steps import STEPS

SMALLEST_TARGET = 24
CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit)
SOURCES = sorted(Path(ui.__file__).parent.rglob("*.py"))


def every_step(window: MainWindow) -> list[QWidget]:
    seen: dict[int, QWidget] = {}
    for step in STEPS:
        window.visit.choose(step)
        seen |= {id(widget): widget for widget in window.findChildren(QWidget) if widget.isVisible()}
    return list(seen.values())


def own(widget: QWidget) -> bool:
    """Whether the widget is ours and not a part Qt made inside another."""
    return not widget.objectName().startswith("qt_") and not isinstance(widget.parent(), QComboBox)


@pytest.mark.parametrize("scale", [100, 200])
def test_every_control_has_a_name_and_is_large_enough(scale: int) -> None:
    doubt = desk(doubts=(JobView("j", "小票", "unconfirmed"),))
    with desk_window(doubt, theme(scale=scale)) as window:
        controls = [w for w in every_step(window) if isinstance(w, CONTROLS) and own(w)]
        assert len(controls) > 20
        for control in controls:
            name = control.accessibleName() or (
                control.text() if isinstance(control, QAbstractButton) else ""
            )
            assert name, f"{type(control).__name__} {control.objectName()} has no name"
            assert control.height() >= SMALLEST_TARGET, name
            assert control.width() >= SMALLEST_TARGET, name


def test_every_label_is_plain_text() -> None:
    with desk_window() as window:
        labels = [w for w in every_step(window) if isinstance(w, QLabel) and own(w)]
        assert labels
        assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_label_is_made_past_the_plain_one(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    if path.name != "label.py":
        assert not re.search(r"\bQLabel\(", code)
    assert "RichText" not in code
    assert "AutoText" not in code
    assert "setHtml" not in code


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_screen_waits_or_makes_a_thread(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    if "screens" in path.parts or "widgets" in path.parts:
        assert "singleShot(" not in code.replace("setSingleShot(", "")
    assert not re.search(r"QThread\(|time\.sleep|\.exec_\(", code)


@pytest.mark.parametrize(
    ("name", "scale"), [("light", 100), ("dark", 125), ("light", 150), ("contrast", 200)]
)
def test_no_words_are_cut_off_at_1366_by_768(name: str, scale: int) -> None:
    with desk_window(None, theme(name, scale)) as window:
        assert (window.width(), window.height()) == (1366, 768)
        for step in STEPS:
            window.visit.choose(step)
            window.grab()
            for label in window.findChildren(QLabel):
                if label.isVisible() and own(label) and not isinstance(label, ElidedLabel):
                    need = (
                        label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
                    )
                    assert label.height() >= need - 1, (step, label.text())
                    wide = label.wordWrap() or label.width() >= label.sizeHint().width() - 1
                    assert wide, (step, label.text())
            for button in window.findChildren(KeyButton):
                if button.isVisible():
                    assert button.width() >= button.sizeHint().width(), (step, button.text())


def test_every_key_is_shown_on_a_control() -> None:
    with desk_window(desk(doubts=(JobView("j", "小票", "unconfirmed"),))) as window:
        window.visit.choose("materials")
        window.actions_bar.offer_undo("x")
        window.show_problem(many_to_do())
        window.set_busy("read_card", "…")
        window._show_busy()
        window.messages.ask_pin("补打", ("乌兰",), can_ask=True)
        buttons = {button.act for button in window.findChildren(KeyButton)}
        texts = " ".join(label.text() for label in window.findChildren(QLabel))
    panels = {f"panel_{panel.key}" for panel in PANELS}  # each stands with its key in the list of F1
    silent = {act for act, key in KEYS.items() if act not in buttons | panels and key not in texts}
    assert silent == {"quit"}


def test_no_key_is_used_twice() -> None:
    keys = [key for act, key in KEYS.items() if act != "cancel"]
    assert len(keys) == len(set(keys))


def test_tab_walks_from_the_queue_to_the_advice() -> None:
    with desk_window() as window:
        window.queue.buttons["call_next"].setFocus()
        places = {
            "queue": window.queue,
            "visit": window.visit,
            "acts": window.actions_bar,
            "advice": window.advice,
        }
        order: list[str] = []
        for _step in range(60):
            press(window, Qt.Key.Key_Tab)
            here = [name for name, zone in places.items() if zone.isAncestorOf(window.focusWidget())]
            if here and order[-1:] != here:
                order += here
    assert order[:4] == list(places)


@pytest.mark.parametrize("icon", sorted(path.stem for path in (resources() / "icons").glob("*.svg")))
def test_every_icon_is_of_the_one_set(icon: str) -> None:
    drawing = (resources() / "icons" / f"{icon}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 24 24"' in drawing
    assert 'stroke-width="1.75"' in drawing
    assert "currentColor" in drawing
    image = pixmap(icon, "#17212B", 24).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24))
