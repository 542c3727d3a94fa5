"""The step in which the visitor says who they are: the form, and beside it the face on their card."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.texts import _
from ui.theme import Theme
from ui.widgets.form import Form
from ui.widgets.label import Label
from ui.widgets.layout import column, row, surface

PHOTO: Final = (102, 126)
"""Size of the picture in a card's chip, in pixels."""


class CardFace(QWidget):
    """The photo of a card, or one quiet line why there is none; nothing at all without a card."""

    def __init__(self, look: Theme, line: Label) -> None:
        super().__init__()
        self._size = QSize(*PHOTO) if look.large else QSize(look.px(PHOTO[0]), look.px(PHOTO[1]))
        self._line = line
        self._picture = Label()
        self._picture.setFixedSize(self._size)
        self._picture.setAccessibleName(_("证件芯片里的照片，请与本人核对"))
        words = Label(_("芯片照片\n请核对本人"), tone="sub", size="small")
        if look.large:
            self.setLayout(row(self._picture, words, None, gap=look.grid(1)))
        else:
            self.setLayout(column(self._picture, words, None, gap=look.grid(0.5)))
        self.forget()

    def forget(self) -> None:
        """Show nothing and keep nothing."""
        self._picture.clear()
        self.hide()
        self._line.show_or_hide("")

    def show_photo(self, png: bytes, text: str) -> bool:
        """Show the picture, else the text; return False when the bytes are no picture."""
        self.forget()
        face = QPixmap()
        if png and not face.loadFromData(png, "PNG"):
            return False
        if not face.isNull():
            kept, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            self._picture.setPixmap(face.scaled(self._size, kept, smooth))
            self.show()
        self._line.show_or_hide(text)
        return True

    @property
    def shown(self) -> bool:
        """Whether a face is on show."""
        return not self._picture.pixmap().isNull()


class IdentityPage(QWidget):
    """The form of the step with the face to its right, in large type above it."""

    def __init__(self, look: Theme, form: Form) -> None:
        super().__init__()
        self.setProperty("surface", "clear")
        form.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._line = Label(tone="sub", size="small", wrap=True)
        self.face = CardFace(look, self._line)
        if look.large:
            self.setLayout(column(self.face, form, self._line, None, gap=look.grid(1)))
            return
        left = surface("clear", column(form, self._line, None, gap=look.grid(1)))
        whole = row(gap=look.grid(1.5))
        whole.addWidget(left, 1)
        whole.addWidget(self.face)
        self.setLayout(whole)
