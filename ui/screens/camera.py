"""Pages under the document camera: the live picture, what the next page is, and the page just taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.combo import Combo
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.live_picture import LivePicture

_SIDE_WIDTH: Final = 300
_LAST_HEIGHT: Final = 224


class CameraPage(QWidget):
    """Emits ``take``, ``undo`` and ``chosen(material)``; ``auto``: pages are taken by themselves."""

    take = Signal()
    undo = Signal()
    chosen = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._count = 0
        self.auto = True
        self.picture = LivePicture(look, _("高拍仪的画面"))
        whole = row(gap=look.grid(2))
        whole.addWidget(self.picture, 1)
        whole.addWidget(self._side())
        self.setLayout(whole)

    @property
    def room(self) -> QSize:
        """How large a picture may be to fit."""
        return self.picture.size()

    def _side(self) -> QFrame:
        look = self._look
        self.state = Label(bold=True, wrap=True)
        self._next = Label(wrap=True, tone="sub")
        self.materials = Combo(look)
        self.materials.setAccessibleName(_("下一页是什么材料 {key}").format(key=KEYS["material"]))
        self.materials.activated.connect(lambda _row: self._choose())
        label = Label(_("下一页 {key}").format(key=KEYS["material"]), tone="sub", size="small")
        label.setBuddy(self.materials)
        self.button = self._button("camera_take", _("拍这一页"), "Space", self.take.emit, kind="primary")
        self._auto = self._button("camera_auto", "", "Ctrl+T", self._turn_auto)
        self._undo = self._button("camera_undo", _("撤回刚拍的"), KEYS["restore_page"], self.undo.emit)
        self._undo.setEnabled(False)
        self._taken = Label(tone="sub", size="small")
        self._last = LivePicture(look, _("刚拍的一页"))
        self._last.setFixedHeight(look.px(_LAST_HEIGHT))
        self._last.hide()
        self._bind(KEYS["material"], self.materials.showPopup)
        inside = column(
            self.state, self._next, label, self.materials, self.button, self._auto, self._undo,
            self._taken, self._last, None, gap=look.grid(1), margins=margins(look, 1, 0),
        )  # fmt: skip
        side = surface("clear", inside)
        side.setFixedWidth(look.px(_SIDE_WIDTH))
        self._show_auto()
        return side

    def _button(self, name: str, text: str, key: str, slot: object, kind: str = "plain") -> KeyButton:
        button = KeyButton(self._look, name, text, key=key, kind=kind)
        button.clicked.connect(slot)
        self._bind(key, button.click)
        return button

    def _bind(self, key: str, slot: object) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(slot)

    # ---- views ----------------------------------------------------------------------------------

    def begin(self, materials: Sequence[tuple[str, str]], chosen: str, *, possible: bool) -> None:
        """Begin with no page taken; ``possible``: a visit is open that takes pages."""
        self._count = 0
        self.materials.clear()
        for code, name in materials:
            self.materials.addItem(name, code)
        self.materials.setCurrentIndex(max(self.materials.findData(chosen), 0))
        self.materials.setEnabled(possible)
        self.button.setEnabled(possible)
        self._last.hide()
        self._show_count()
        self.button.setFocus()

    def show_waiting(self, words: str) -> None:
        """Say that the picture is to come."""
        self.picture.show_words(words)
        self.state.restyle(tone="sub")
        self.state.setText(words)
        self._next.setText("")

    def show_trouble(self, happened: str, next_step: str) -> None:
        """Say why there is no picture, and what to do."""
        self.picture.show_words(happened)
        self.state.restyle(tone="bad")
        self.state.setText(happened)
        self._next.setText(next_step)

    def show_look(self, image: QImage, page: Sequence[tuple[float, float]]) -> None:
        """Draw the newest picture."""
        self.picture.show_picture(image, page)
        seen = len(page) > 1
        if seen:
            words = _("看到一页，放稳就拍") if self.auto else _("看到一页，按空格拍")
        else:
            words = _("把一页纸平放在镜头下")
        self.state.restyle(tone="brand" if seen else "sub")
        self.state.setText(words)
        self._next.setText("")

    def show_busy(self, *, busy: bool) -> None:
        """Show that a page is being taken."""
        self.button.set_busy(_("正在拍") if busy else None)

    def show_taken(self, image: QImage, live: QImage, page: Sequence[tuple[float, float]]) -> None:
        """Show the page just taken, large enough to see whether it can be read."""
        self._count += 1
        if not live.isNull():
            self.picture.show_picture(live, page, taken=True)
        self._last.show_picture(image)
        self._last.show()
        self.state.restyle(tone="ok")
        self.state.setText(_("已收下，换下一页"))
        self._undo.setEnabled(True)
        self._show_count()

    def show_undone(self) -> None:
        """The page just taken is out again."""
        self._count -= 1
        self._undo.setEnabled(False)
        self._last.hide()
        self._show_count()

    def _show_count(self) -> None:
        self._taken.setText(_("本次已拍 {count} 页").format(count=self._count))

    def _choose(self) -> None:
        self.chosen.emit(str(self.materials.currentData() or ""))
        self.button.setFocus()

    def _turn_auto(self) -> None:
        self.auto = not self.auto
        self._show_auto()
        self.button.setFocus()

    def _show_auto(self) -> None:
        self._auto.set_label(_("自动拍：开") if self.auto else _("自动拍：关"))
