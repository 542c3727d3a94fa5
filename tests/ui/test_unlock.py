from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.storage.keys import KeyLocked
from ui.unlock import UnlockDialog, ask_custodians

LOCKED = KeyLocked("数据由两位保管人的口令锁着。", safe="数据没有改动。", next_step="请两位各自输入口令。")


@pytest.fixture
def dialog(qtbot: QtBot) -> UnlockDialog:
    made = UnlockDialog(LOCKED)
    qtbot.addWidget(made)
    return made


def button(dialog: UnlockDialog, words: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if words in b.text())


def test_both_must_have_typed_before_it_opens(dialog: UnlockDialog) -> None:
    first, second = dialog.findChildren(QLineEdit)
    assert not button(dialog, "打开").isEnabled()
    first.setText("one")
    assert not button(dialog, "打开").isEnabled()
    second.setText("two")
    assert button(dialog, "打开").isEnabled()
    assert {first.echoMode(), second.echoMode()} == {QLineEdit.EchoMode.Password}


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("agreed", [True, False])
def test_what_was_typed_is_given_only_when_it_is_opened(agreed: bool) -> None:
    def act() -> None:
        shown = QApplication.activeModalWidget()
        assert isinstance(shown, UnlockDialog)
        for field, words in zip(shown.findChildren(QLineEdit), ("one", "two"), strict=True):
            field.setText(words)
        button(shown, "打开" if agreed else "退出").click()

    QTimer.singleShot(0, act)
    assert ask_custodians(LOCKED) == (("one", "two") if agreed else None)
