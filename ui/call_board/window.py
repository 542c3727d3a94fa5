"""The call board on a second screen of this computer: large, high in contrast, numbers and windows only."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.clock import Clock, local
from app.paths import resources
from app.services.board_view import BoardCall, BoardView
from app.texts import _
from ui.theme import FAMILIES

ROWS: Final = 5
FRESH_SECONDS: Final = 20.0
_LAST: Final = 7
_MONGOLIAN: Final = "NotoSansMongolian-Regular.ttf"
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

# The colours of the page (resources/board/board.css): a board looks the same wherever it hangs.
_GROUND, _BAR, _SIDE, _CALL = "#0b1f29", "#123646", "#0f2b38", "#17465b"
_INK, _SOFT, _BRIGHT = "#ffffff", "#dbeef6", "#ffd75e"


class CallBoard(QWidget):
    """Draws a view to the size of its screen; ``mongolian`` is the court's line as a column, "" for none."""

    def __init__(self, clock: Clock, name: str, mongolian: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(_("叫号屏"))
        self.setAccessibleName(_("叫号屏"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._clock = clock
        self._name = name
        self._mongolian = mongolian
        self._families = [*FAMILIES, *(_family() if mongolian else [])]
        self._view = BoardView((), (), 0, sure=False)
        self._known: dict[tuple[str, int], int] = {}
        self._fresh: dict[str, float] = {}

    def show_view(self, view: BoardView) -> None:
        """Show it; who was called since the view before stands out for a while.

        Only what the last sure view showed is known: the numbers of a day come again on the next.
        """
        if view.sure:
            known = {(call.number, call.window): call.times for call in view.calls}
            for key, times in known.items():
                if self._view.sure and self._known.get(key) != times:
                    self._fresh[key[0]] = time.monotonic() + FRESH_SECONDS
            self._known = known
        self._view = view
        self.update()

    def shown(self) -> tuple[BoardCall, ...]:
        """Return the large calls as they are drawn, the fresh ones first; none while they may be old."""
        fresh = sorted(self._view.calls, key=lambda call: not self._is_fresh(call))
        return tuple(fresh[:ROWS]) if self._view.sure else ()

    def _is_fresh(self, call: BoardCall) -> bool:
        return self._fresh.get(call.number, 0.0) > time.monotonic()

    # ---- drawing ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        bar = whole.height() * 0.09
        painter.fillRect(whole, QColor(_GROUND))
        middle = whole.adjusted(0, bar, 0, -bar)
        self._bars(painter, whole, bar)
        if not self._view.sure:
            self._old(painter, middle)
            return
        middle = self._column(painter, middle)
        side = QRectF(
            middle.right() - whole.width() * 0.31, middle.top(), whole.width() * 0.31, middle.height()
        )
        self._earlier(painter, side)
        self._calls(painter, middle.adjusted(0, 0, -side.width(), 0))

    def _bars(self, painter: QPainter, whole: QRectF, bar: float) -> None:
        edge = whole.width() * 0.03
        top = QRectF(0, 0, whole.width(), bar)
        foot = QRectF(0, whole.height() - bar, whole.width(), bar)
        for rect in (top, foot):
            painter.fillRect(rect, QColor(_BAR))
        clock = local(self._clock.now()).strftime("%H:%M")
        self._text(painter, top.adjusted(edge, 0, -edge, 0), self._name, bar * 0.5, _LEFT)
        self._text(painter, top.adjusted(edge, 0, -edge, 0), clock, bar * 0.6, _RIGHT)
        waiting = _("等候 {count} 人").format(count=self._view.waiting) + f" · Waiting {self._view.waiting}"
        inside = foot.adjusted(edge, 0, -edge, 0)
        if self._view.sure:
            self._text(painter, inside, waiting, bar * 0.4, _LEFT, _SOFT)
        hint = _("请看号码，到对应窗口") + "  Please go to the window shown"
        self._text(painter, inside, hint, bar * 0.36, _RIGHT, _SOFT)

    def _column(self, painter: QPainter, middle: QRectF) -> QRectF:
        """Draw the traditional script: a line turned by a right angle runs from top to bottom."""
        if not self._mongolian:
            return middle
        width = middle.height() * 0.11
        painter.fillRect(QRectF(middle.left(), middle.top(), width, middle.height()), QColor(_BAR))
        painter.save()
        painter.translate(middle.left() + width, middle.top())
        painter.rotate(90)
        line = QRectF(width * 0.3, 0, middle.height() - width * 0.6, width)
        font = self._font(width * 0.5)
        fits = min(1.0, line.width() / max(1.0, QFontMetricsF(font).horizontalAdvance(self._mongolian)))
        self._text(painter, line, self._mongolian, width * 0.5 * fits, _LEFT)
        painter.restore()
        return middle.adjusted(width, 0, 0, 0)

    def _calls(self, painter: QPainter, room: QRectF) -> None:
        calls = self.shown()
        gap = room.height() * 0.012
        if not calls:
            self._text(
                painter,
                room.adjusted(0, 0, 0, -room.height() * 0.2),
                _("请等候叫号"),
                room.height() * 0.1,
                _CENTRE,
            )
            words = "Please wait for your number"
            self._text(
                painter,
                room.adjusted(0, room.height() * 0.1, 0, 0),
                words,
                room.height() * 0.05,
                _CENTRE,
                _SOFT,
            )
        height = room.height() / max(len(calls), 3)
        for place, call in enumerate(calls):
            row = QRectF(room.left(), room.top() + place * height, room.width(), height)
            self._call(painter, row.adjusted(2 * gap, gap, -2 * gap, -gap), call)

    def _call(self, painter: QPainter, row: QRectF, call: BoardCall) -> None:
        fresh = self._is_fresh(call)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_BRIGHT if fresh else _CALL))
        painter.drawRoundedRect(row, row.height() * 0.08, row.height() * 0.08)
        edge = row.width() * 0.04
        inside, size = row.adjusted(edge, 0, -edge, 0), min(row.height() * 0.55, row.width() * 0.13)
        ink = _GROUND if fresh else _INK
        self._text(painter, inside, call.number, size, _LEFT, ink)
        window = inside.adjusted(0, 0, 0, -row.height() * 0.22)
        words = _("{window} 号窗口").format(window=call.window)
        self._text(painter, window, words, size * 0.8, _RIGHT, ink if fresh else _BRIGHT)
        small = inside.adjusted(0, row.height() * 0.55, 0, 0)
        self._text(painter, small, f"Window {call.window}", size * 0.3, _RIGHT, ink if fresh else _SOFT)

    def _earlier(self, painter: QPainter, side: QRectF) -> None:
        painter.fillRect(side, QColor(_SIDE))
        edge, height = side.width() * 0.07, side.height() / (_LAST + 1)
        older = [*self._view.calls[ROWS:], *self._view.last][:_LAST]
        head = QRectF(side.left() + edge, side.top(), side.width() - 2 * edge, height)
        self._text(painter, head, _("已叫") + "  Earlier", height * 0.42, _LEFT, _SOFT)
        for place, call in enumerate(older, 1):
            line = head.translated(0, place * height)
            self._text(painter, line, call.number, height * 0.7, _LEFT)
            self._text(painter, line, _("{window} 号").format(window=call.window), height * 0.6, _RIGHT)

    def _old(self, painter: QPainter, room: QRectF) -> None:
        upper = room.adjusted(0, 0, 0, -room.height() * 0.2)
        words = _("叫号屏正在重新连接，请听窗口叫号")
        self._text(painter, upper, words, room.height() * 0.08, _CENTRE, _BRIGHT)
        lower = room.adjusted(0, room.height() * 0.15, 0, 0)
        self._text(
            painter, lower, "Reconnecting. Please listen for your number.", room.height() * 0.05, _CENTRE
        )

    def _text(
        self,
        painter: QPainter,
        room: QRectF,
        text: str,
        size: float,
        where: Qt.AlignmentFlag,
        ink: str = _INK,
    ) -> None:
        painter.setFont(self._font(size))
        painter.setPen(QColor(ink))
        painter.drawText(room, where, text)

    def _font(self, size: float) -> QFont:
        font = QFont()
        font.setFamilies(self._families)
        font.setPixelSize(max(1, int(size)))
        font.setBold(True)
        return font


def _family() -> list[str]:
    number = QFontDatabase.addApplicationFont(str(resources() / "fonts" / _MONGOLIAN))
    return QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
