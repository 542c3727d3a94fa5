"""Whose numbers a visit holds, masked; one at a time is shown in full, for half a minute."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPixmap
from PySide6.QtWidgets import QLineEdit, QWidget

from app.services.numbers import PAGE, NumberRow, NumbersView
from app.texts import _
from ui.screens.identity import CardFace
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row, rule
from ui.widgets.row_list import ListRow, RowList

SHOWN_SECONDS: Final = 30


class NumbersPage(QWidget):
    """Emits ``wanted(key)`` for the number to be shown, ``lift(what, reason)`` where they are frozen."""

    wanted = Signal(str)
    lift = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, NumberRow] = {}
        self._frozen = ""
        self.list = RowList(look, _("证件号码"), empty=_("这次来访没有证件号码。"))
        self.list.moved.connect(lambda _key: self.hide_number())
        self.list.chosen.connect(self._ask)
        self._who = Label(tone="sub")
        self.number = Label(size="number", bold=True)
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._hint = Label(tone="sub", size="small", wrap=True)
        no_face = Label(tone="sub", size="small", wrap=True)
        self.face = CardFace(look, no_face)
        self._who_side = column(self._who, self.number, no_face, None, gap=look.grid(1))
        self.picture = Label()
        self.picture.setAccessibleName(_("证件的图片"))
        self.picture.hide()
        self._stop = Label(tone="bad", bold=True, wrap=True)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("核实后的用途，例如：集体讨薪 21 人逐一核对身份"))
        self.reason.setAccessibleName(_("解除冻结的理由"))
        self.reason.setMaxLength(200)
        self.reason.returnPressed.connect(self._lift)
        self.show_button = KeyButton(
            look, "reveal", _("看完整号码"), kind="primary", key="Enter", icon="card"
        )
        self.show_button.clicked.connect(lambda: self._ask(self.list.current()))
        self.lift_button = KeyButton(
            look, "lift_numbers", _("请值班主任解除"), kind="primary", key="Enter", icon="shield"
        )
        self.lift_button.clicked.connect(self._lift)
        self._cover = QTimer(self)
        self._cover.setSingleShot(True)
        self._cover.setInterval(SHOWN_SECONDS * 1000)
        self._cover.timeout.connect(self.hide_number)
        self._arrange(look)

    def _arrange(self, look: Theme) -> None:
        line = row(gap=look.grid(1))
        line.addWidget(self.reason, 1)
        line.addWidget(self.lift_button)
        whole = column(gap=look.grid(1))
        whole.addWidget(self.list, 1)
        whole.addWidget(rule())
        who = row(self._who_side, None, gap=look.grid(1.5))
        who.insertWidget(0, self.face)
        who.insertWidget(0, self.picture)
        whole.addLayout(who)
        whole.addWidget(self._stop)
        whole.addLayout(line)
        foot = row(gap=look.grid(1.5))
        foot.addWidget(self._hint, 1)
        foot.addWidget(self.show_button)
        whole.addLayout(foot)
        self.setLayout(whole)

    def show_numbers(self, view: NumbersView) -> None:
        """Draw the list; a number that was shown is covered again."""
        self._rows = {one.key: one for one in view.rows}
        self._frozen = view.frozen
        self.list.show_rows(
            tuple(
                ListRow(
                    one.key,
                    one.who,
                    one.role,
                    icon="card" if one.key.startswith(PAGE) else "person",
                    right=one.masked,
                )
                for one in view.rows
            )
        )
        self._hint.setText(
            _("每看一次都记入审计：谁、何时、看了谁的。今天已看 {seen} 次，上限 {limit} 次。").format(
                seen=view.seen, limit=view.limit
            )
        )
        stopped = _("{text}（{basis}）").format(text=view.frozen, basis=view.basis)
        self._stop.show_or_hide(stopped if view.frozen else "")
        self.reason.setVisible(bool(view.frozen))
        self.lift_button.setVisible(bool(view.frozen))
        self.show_button.setVisible(not view.frozen)
        self.show_button.setEnabled(bool(view.rows))
        self.hide_number()

    def show_number(self, key: str, number: str) -> None:
        """Show one number in full for half a minute, or until the cursor moves or the page is left."""
        one = self._rows.get(key)
        if one is None or key != self.list.current() or not self.isVisible():
            return
        words = _("{who} 的证件号码（{seconds} 秒后自动遮住）")
        self._who.setText(words.format(who=one.who, seconds=SHOWN_SECONDS))
        self.number.setText(number)
        self._cover.start()

    def show_page(self, key: str, jpeg: bytes) -> None:
        """Show the picture of one page for half a minute, or until the cursor moves or the page is left."""
        one, image = self._rows.get(key), QPixmap()
        if one is None or key != self.list.current() or not self.isVisible() or not image.loadFromData(jpeg):
            return
        words = _("{what}，{where}（{seconds} 秒后自动遮住）")
        self._who.setText(words.format(what=one.who, where=one.role, seconds=SHOWN_SECONDS))
        self.number.setText("")
        room = QSize(self.width() // 2, max(self.height() * 3 // 5, 1))
        kept, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        self.picture.setPixmap(image.scaled(room, kept, smooth))
        self.picture.show()
        self._cover.start()

    def show_photo(self, png: bytes, text: str) -> None:
        """Show the face beside the number, as long as the number is shown."""
        if self._cover.isActive():
            self.face.show_photo(png, text)

    def hide_number(self) -> None:
        """Cover what is shown."""
        self._cover.stop()
        self.face.forget()
        self.picture.clear()
        self.picture.hide()
        one = self._rows.get(self.list.current())
        self._who.setText(one.who if one else "")
        self.number.setText(one.masked if one else "")

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing stays readable on a page that is left."""
        self.hide_number()
        super().hideEvent(event)

    def _ask(self, key: str) -> None:
        if self._frozen:
            self.reason.setFocus()
        elif key in self._rows:
            self.wanted.emit(key)

    def _lift(self) -> None:
        if self._frozen:
            self.lift.emit(self._frozen, self.reason.text())
