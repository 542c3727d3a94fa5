"""At the real window: backups are listed, made and proved by keys; the courier packs and takes answers."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp
from ui.screens.backups import BackupsPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
CTRL = Qt.KeyboardModifier.ControlModifier


def chosen(desk: Counter, *paths: Path) -> None:
    """Take these in the dialog that is open."""
    desk.until(lambda: desk.window.findChild(QFileDialog) is not None, "the dialog")
    dialog = desk.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(paths[0]))
    dialog.filesSelected.emit([str(path) for path in paths])
    dialog.close()
    desk.until(lambda: desk.window.findChild(QFileDialog) is None, "the dialog gone")
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow, "the keys back at the window")


def courier(desk: Counter, key: Qt.Key) -> None:
    """Leave what is open, sentences first, and ask for the courier's act on its panel."""
    desk.idle()
    for _open in range(3):
        desk.key(Qt.Key.Key_Escape)
    desk.until(lambda: desk.conductor.panels.current == "", "the panel left")
    desk.key(Qt.Key.Key_U, CTRL)
    desk.key(key, CTRL)


def test_backups_are_made_proved_and_explained_and_a_stick_is_packed_by_keys(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter()
    desk.key(Qt.Key.Key_K, CTRL)
    page = desk.window.findChild(BackupsPage)
    assert page is not None
    desk.until(lambda: "备份只在本机这块盘上" in desk.words(page), "the warning")
    desk.key(Qt.Key.Key_R, CTRL)
    desk.until(lambda: page.list.model().rowCount() == 1 and any(page._good.values()), "a good backup")
    made = Path(page.list.current())
    assert f'python -m app restore "{made}"' in desk.words(page)
    made.write_bytes(made.read_bytes()[:-4096] + bytes(4096))
    desk.key(Qt.Key.Key_Return)
    desk.until(lambda: page._good[str(made)] is False, "the damaged one named")
    desk.says("已损坏")
    courier(desk, Qt.Key.Key_K)
    chosen(desk, tmp_path)
    desk.says("还没有法院的信使公钥")
    keys = {"read": X25519PrivateKey.generate(), "sign": Ed25519PrivateKey.generate()}
    told = {name: key.public_key().public_bytes_raw().hex() for name, key in keys.items()}
    desk.desk.places.court_courier.write_text(json.dumps(told), "ascii")
    stick = tmp_path / "stick"
    courier(desk, Qt.Key.Key_K)
    chosen(desk, stick)
    desk.until(lambda: bool(list(stick.glob("*.bundle"))), "the bundle")
    foreign = stick / "foreign.ack"
    foreign.write_bytes(b"nothing of the court")
    courier(desk, Qt.Key.Key_I)
    chosen(desk, foreign)
    desk.says("这不是法院的信使回执")
