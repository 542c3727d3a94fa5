from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from app.errors import StoreDamaged
from ui.problems import confirm_restore

OFFER = StoreDamaged(
    "本机数据打不开：文件已损坏，或密钥不对。",
    safe="最近一份完好的备份是 2026-11-22 10:30 的，有 41 份登记；损坏的文件会另外保存，不会删除。",
    next_step="恢复后请核对这之后的登记：号码从新的一段接着编，不会重号。",
)


@pytest.mark.parametrize(("press", "answer"), [("恢复", True), ("退出", False), ("", False)])
@pytest.mark.usefixtures("qapp")
def test_the_backup_is_put_back_only_when_its_own_button_is_pressed(press: str, answer: bool) -> None:
    seen: list[str] = []

    def act() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append(f"{box.text()} {box.informativeText()}")
        chosen = next((button for button in box.buttons() if press and press in button.text()), None)
        chosen.click() if chosen else box.reject()

    QTimer.singleShot(0, act)
    assert confirm_restore(OFFER) is answer
    assert all(part in seen[0] for part in (OFFER.happened, OFFER.safe, OFFER.next_step))
