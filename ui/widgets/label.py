"""Text on the screen. Data may hold anything a card or a party says, so it is never read as markup."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget


class Label(QLabel):
    """A label that is plain text by construction.

    ``tone`` is a colour token, ``size`` a step of the type scale, ``pill`` a rounded surface.
    """

    def __init__(
        self,
        text: str = "",
        *,
        tone: str = "",
        size: str = "",
        bold: bool = False,
        pill: str = "",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        for key, value in (
            ("tone", tone),
            ("type", size),
            ("weight", "bold" if bold else ""),
            ("pill", pill),
        ):
            if value:
                self.setProperty(key, value)
        if pill:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setText(text)

    def restyle(self, **properties: str) -> None:
        """Change tone, size or pill of a label that is already shown."""
        if all(self.property(key) == value for key, value in properties.items()):
            return
        for key, value in properties.items():
            self.setProperty(key, value)
        repolish(self)

    def show_or_hide(self, text: str) -> None:
        """Show the text, or nothing at all when there is none."""
        self.setText(text)
        self.setVisible(bool(text))


class ElidedLabel(Label):
    """One line that ends in … where the room ends; the whole text is the tooltip and the accessible text."""

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + 2, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 3, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if shown == self.text():
            self.setToolTip("")
            super().paintEvent(event)
            return
        self.setToolTip(plain_tip(self.text()))
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment().value | Qt.TextFlag.TextSingleLine.value, shown)


class TwoLineLabel(ElidedLabel):
    """One line, or two where ``may_wrap`` and the words need them; more of them ends in … like one line."""

    def __init__(self, *, line: int, tone: str = "", size: str = "", parent: QWidget | None = None) -> None:
        super().__init__(tone=tone, size=size, parent=parent)
        self._line = line
        self._may_wrap = False
        self.setFixedHeight(line)

    def say(self, text: str, *, may_wrap: bool) -> None:
        """Show the text."""
        self.setText(text)
        self._may_wrap = may_wrap
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        needs = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
        self.setWordWrap(needs and self._may_wrap)
        self.setFixedHeight(2 * self._line if self.wordWrap() else self._line)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.wordWrap():
            super().paintEvent(event)
            return
        room = self.contentsRect()
        most = 2 * (room.width() - self.fontMetrics().averageCharWidth())
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, most)
        self.setToolTip("" if shown == self.text() else plain_tip(self.text()))
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment().value | Qt.TextFlag.TextWrapAnywhere.value, shown)


def plain_tip(text: str) -> str:
    """Return a tooltip that Qt shows as it is: it would take a text that looks like markup for HTML."""
    return text.replace("<", "＜").replace("&", "＆")


def repolish(widget: QWidget) -> None:
    """Apply the style sheet again after a property it selects on has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
