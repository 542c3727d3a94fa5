"""The boxes a clerk types into. Each says in words, inside the box, where its value came from."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QObject, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QCompleter, QLineEdit, QPlainTextEdit, QWidget

from app.services.views import FieldView, Source
from app.texts import _
from ui.theme import Theme
from ui.widgets.combo import Combo

_CHIP_TONES: Final = {
    Source.CARD: "ok",
    Source.CHIP: "ok",
    Source.MRZ: "ok",
    Source.PAGE: "warn",
    Source.TYPED: "sub",
}


def source_words(source: Source | None) -> str:
    """Return the word for where a value came from."""
    if source is None:
        return ""
    words = {
        Source.CARD: _("读卡"),
        Source.CHIP: _("IC 卡"),
        Source.MRZ: _("机读码"),
        Source.PAGE: _("识别"),
        Source.TYPED: _("手填"),
    }
    return words[source]


class Input(Protocol):
    """What a field needs of its box. ``typed`` is emitted for the clerk's keystrokes only."""

    typed: Signal
    left: Signal

    def value(self) -> str: ...
    def set_value(self, value: str) -> None: ...
    def composing(self) -> bool:
        """Whether an input method holds text that is not in the value yet."""
        ...

    def show_source(self, source: Source | None) -> None: ...


class LineInput(QLineEdit):
    """One line: text, ID number, phone, or a cause chosen by typing part of it. Enter emits ``entered``."""

    typed = Signal(str)
    left = Signal()
    entered = Signal()

    def __init__(self, look: Theme, view: FieldView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._chip = ""
        self._chip_tone = "sub"
        self._composing = False
        self._labels = {label: value for value, label in view.choices}
        self.textEdited.connect(self._changed)
        self.returnPressed.connect(self.entered)
        if view.choices:
            self._offer(view)

    def _offer(self, view: FieldView) -> None:
        completer = QCompleter([label for _value, label in view.choices], self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._changed)
        self.setCompleter(completer)

    def _changed(self, text: str) -> None:
        self.typed.emit(self._labels.get(text, text))

    def value(self) -> str:
        return self._labels.get(self.text(), self.text())

    def set_value(self, value: str) -> None:
        shown = next((label for label, code in self._labels.items() if code == value), value)
        if shown != self.text():
            self.setText(shown)
            self.setCursorPosition(len(shown) if self.hasFocus() else 0)

    def composing(self) -> bool:
        return self._composing

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._composing = False
        super().focusOutEvent(event)
        self.left.emit()

    def show_source(self, source: Source | None) -> None:
        self._chip = source_words(source)
        self._chip_tone = _CHIP_TONES.get(source, "sub") if source else "sub"
        room = self._chip_width() + self._look.grid(0.5) if self._chip else 0
        self.setTextMargins(0, 0, room, 0)
        self.update()

    def _chip_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._look.type("small"))
        return font

    def _chip_width(self) -> int:
        return QFontMetrics(self._chip_font()).horizontalAdvance(self._chip) + self._look.grid(1.5)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._chip:
            return
        tokens = self._look.tokens
        soft = {"ok": tokens.ok_soft, "warn": tokens.warn_soft}.get(self._chip_tone, tokens.bg)
        height, width = self._look.px(20), self._chip_width()
        left = self.width() - width - self._look.grid(0.75)
        chip = QRectF(left, (self.height() - height) / 2, width, height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(soft))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(getattr(tokens, self._chip_tone)))
        painter.setFont(self._chip_font())
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, self._chip)


class MoneyInput(LineInput):
    """An amount in yuan: grouped when read, bare digits when typed."""

    def value(self) -> str:
        return self.text().replace(",", "").replace("，", "")

    def set_value(self, value: str) -> None:
        if value != self.value() or not self.hasFocus():
            super().set_value(value if self.hasFocus() else grouped(value))

    def _changed(self, text: str) -> None:
        self.typed.emit(self.value())

    def focusInEvent(self, event: QFocusEvent) -> None:
        bare = self.value()
        if bare != self.text():
            self.setText(bare)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setText(grouped(self.value()))


class LongInput(QPlainTextEdit):
    """Several lines; Tab leaves the box, Ctrl+Enter emits ``entered``."""

    typed = Signal(str)
    left = Signal()
    entered = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self._look = look
        self.setTabChangesFocus(True)
        self.setMinimumHeight(look.px(92))
        self.setMaximumHeight(look.px(92))
        self.textChanged.connect(self._changed)

    def _changed(self) -> None:
        self.typed.emit(self.value())

    def value(self) -> str:
        return self.toPlainText()

    def set_value(self, value: str) -> None:
        if value != self.value():
            with QSignalBlocker(self):
                self.setPlainText(value)

    def composing(self) -> bool:
        return self._composing

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._composing = False
        super().focusOutEvent(event)
        self.left.emit()

    def show_source(self, source: Source | None) -> None:
        """The label's row says it: a chip inside would cover the words."""


class ChoiceInput(Combo):
    """One of a few; Enter emits ``entered``, Space and the arrows choose."""

    typed = Signal(str)
    left = Signal()
    entered = Signal()

    def __init__(self, look: Theme, view: FieldView, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setPlaceholderText(_("请选择"))
        for value, label in view.choices:
            self.addItem(label, value)
        self.activated.connect(self._changed)
        self.installEventFilter(self)

    def _changed(self) -> None:
        self.typed.emit(self.value())

    def value(self) -> str:
        data = self.currentData()
        return data if isinstance(data, str) else ""

    def set_value(self, value: str) -> None:
        self.setCurrentIndex(self.findData(value) if value else -1)

    def composing(self) -> bool:
        return self.view().isVisible()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _is_enter(event):
            self.entered.emit()
            return True
        return False

    def show_source(self, source: Source | None) -> None:
        """The label's row says it."""


def _is_enter(event: QKeyEvent) -> bool:
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def grouped(value: str) -> str:
    """Return an amount with thousands separated; anything else comes back as it is."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    return f"{amount:,}" if amount.is_finite() else value
