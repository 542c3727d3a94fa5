"""The screen that faces the party: read what is written, sign here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent, QScreen, QShowEvent
from PySide6.QtWidgets import QLayout, QPlainTextEdit, QPushButton, QStackedWidget, QWidget

from app.services.views import ConfirmationView
from app.texts import _
from ui.monitors import stand_on
from ui.party_screen.pad import SignaturePad
from ui.party_screen.rating import RatingPage
from ui.theme import Theme
from ui.widgets.icon import Icon
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface


class _Reading(QPlainTextEdit):
    """The text on show; ``settled`` tells that its lines have their places."""

    settled = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.settled.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.settled.emit()


class PartyWindow(QWidget):
    """Idle it shows the court's name. ``signed(sha256, png, strokes)`` names the text that was on show.

    ``on_show(sha256)`` tells which text can be signed from now on, "" that none can.
    """

    signed = Signal(str, bytes, object)
    left = Signal()
    rated = Signal(int)
    on_show = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setProperty("surface", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(_("请当事人确认"))
        self._look = look
        self._view: ConfirmationView | None = None
        self._seen = False
        self._held: tuple[bytes, Sequence[Sequence[tuple[float, float, float, float]]]] | None = None
        self._taken: Callable[[], QScreen | None] = lambda: None
        self._over_clerk = False
        self._pages = QStackedWidget()
        self._pages.addWidget(self._idle_page())
        self._pages.addWidget(self._reading_page())
        self._rating = RatingPage(look)
        self._rating.rated.connect(self._rate)
        self._pages.addWidget(self._rating)
        self.setLayout(column(self._pages, gap=0))

    @property
    def reading(self) -> bool:
        """Whether a text is on show."""
        return self._pages.currentIndex() == 1

    @property
    def shown(self) -> str:
        """The hash of the text on show, "" while there is none."""
        return self._view.sha256 if self._view is not None and self.reading else ""

    def show_court(self, court: str, centre: str, window: int) -> None:
        self._court.setText(court)
        self._centre.setText(_("{centre} · {window} 号窗口").format(centre=centre, window=window))

    def present(self, view: ConfirmationView) -> None:
        """Put the text on show; a text that has changed must be signed anew."""
        new = self._view is None or self._view.sha256 != view.sha256 or not self.reading
        if new:
            changed = self.reading
            self._text.setPlainText(view.text)
            self._seen, self._held = False, None
            self.pad.clear()
            self._notice.setText(_("内容刚刚改过，请重新看一遍。") if changed else "")
        self._view = view
        self._pages.setCurrentIndex(1)
        self._text.setFocus()
        self._look_for_end()
        if new:
            self.show_pad("")
            self.on_show.emit(view.sha256)

    def show_pad(self, words: str) -> None:
        """Say how the signature pad stands, below the frame."""
        self._beside.setText(words)
        self._beside.setVisible(bool(words))

    def sign_with(self, png: bytes, strokes: Sequence[Sequence[tuple[float, float, float, float]]]) -> None:
        """Take a signature of the text on show that was made on a pad."""
        if not self.shown:
            return
        if not self._seen:
            self._held = (png, strokes)
            self.show_pad(_("签名已收到，请看到最后一行"))
            return
        sha256 = self.shown
        self.rest()
        self.signed.emit(sha256, png, [list(stroke) for stroke in strokes])
        self.left.emit()

    def rest(self) -> None:
        """Go back to the court's name; a window that lay over the clerk's own goes away."""
        was = self.shown
        self._view = self._held = None
        if was:
            self.on_show.emit("")
        self.pad.clear()
        self._text.clear()
        self._pages.setCurrentIndex(0)
        if self._over_clerk:
            self.hide()

    @property
    def asking(self) -> bool:
        """Whether the visitor is asked how it was."""
        return self._pages.currentWidget() is self._rating

    def ask_rating(self) -> None:
        """Ask how it was, on a screen of the party's own; never over the clerk's window."""
        if self.isVisible() and not self._over_clerk and not self.reading:
            self._pages.setCurrentWidget(self._rating)

    def _rate(self, score: int) -> None:
        self.rest()
        self.rated.emit(score)

    def leave_free(self, taken: Callable[[], QScreen | None]) -> None:
        """Keep away from a screen that shows something else, as long as there is one."""
        self._taken = taken

    def own_screen(self, over: QWidget) -> QScreen | None:
        """Return the screen that is the party's: neither the clerk's nor the hall's."""
        others = (self._taken(), over.screen())
        return next((one for one in QGuiApplication.screens() if one not in others), None)

    def place(self, over: QWidget) -> bool:
        """Show on the second screen, or over the clerk's window where there is none; True if second."""
        screen = self.own_screen(over)
        self._way_back.setVisible(screen is None)
        self._over_clerk = screen is None
        if screen is not None:
            stand_on(self, screen)
            return True
        self.setGeometry(over.frameGeometry())
        self.show()
        self.raise_()
        self.activateWindow()
        return False

    def settle(self, over: QWidget) -> bool:
        """Go to the second screen without a key or the focus; False where there is none, or it is busy."""
        screen = None if self.reading else self.own_screen(over)
        if screen is None:
            return False
        self._over_clerk = False
        self._way_back.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        stand_on(self, screen)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=False)
        return True

    def withdraw(self) -> None:
        """Show nothing any more: the screen is gone, and nothing may come to lie over the clerk's window."""
        self.rest()
        self.hide()

    def is_on(self, screen: QScreen) -> bool:
        """Whether the party looks at this screen now; over the clerk's window it is the clerk's."""
        return self.isVisible() and not self._over_clerk and self.screen() is screen

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.rest()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _idle_page(self) -> QWidget:
        look = self._look
        self._court = Label(size="party_title", bold=True)
        self._centre = Label(size="party", tone="sub")
        wait = Label(_("请稍候"), size="party", tone="brand")
        icon = Icon("court", look.tokens.brand, look.px(96))
        lines = (row(None, part, None) for part in (icon, self._court, self._centre, wait))
        return surface("clear", column(None, *lines, None, gap=look.grid(3)))

    def _reading_page(self) -> QWidget:
        look = self._look
        title = Label(_("请看一遍，没有错就签名"), size="party", bold=True)
        self._notice = Label(size="person", tone="warn", bold=True)
        self._way_back = Label(_("Esc 返回经办人"), tone="sub")
        head = row(title, self._notice, None, self._way_back, gap=look.grid(3))
        self._text = _Reading()
        self._text.settled.connect(self._look_for_end)
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setProperty("surface", "party")
        self._text.setAccessibleName(_("请您确认的内容"))
        bar = self._text.verticalScrollBar()
        bar.valueChanged.connect(self._look_for_end)
        bar.rangeChanged.connect(self._look_for_end)
        self.more = QPushButton(_("下面还有，往下看 ↓"))
        self.more.setProperty("kind", "party")
        self.more.clicked.connect(self._read_on)
        paper = surface("card", column(self._text, self.more, margins=margins(look, 2, 2)))
        body = row(gap=look.grid(3))
        body.addWidget(paper, 3)
        body.addLayout(self._signing(), 2)
        page = column(head, gap=look.grid(2), margins=margins(look, 4, 3))
        page.addLayout(body, 1)
        return surface("clear", page)

    def _signing(self) -> QLayout:
        look = self._look
        self.pad = SignaturePad(look)
        self.pad.changed.connect(self._pad_changed)
        self._clear = QPushButton(_("清除"))
        self._confirm = QPushButton(_("确认"))
        self._clear.setProperty("kind", "party")
        self._confirm.setProperty("kind", "party-main")
        self._clear.clicked.connect(self.pad.clear)
        self._confirm.clicked.connect(self._sign)
        self._confirm.setEnabled(False)
        self._clear.setEnabled(False)
        buttons = row(gap=look.grid(2))
        buttons.addWidget(self._clear, 1)
        buttons.addWidget(self._confirm, 2)
        self.pad.setMaximumHeight(look.px(420))
        box = column(Label(_("在框里签全名，用手指或笔都可以"), size="person", tone="sub"), gap=look.grid(2))
        box.addWidget(self.pad, 1)
        self._beside = Label(size="person", tone="brand", wrap=True)
        self._beside.hide()
        box.addWidget(self._beside)
        self._why = Label(size="person", tone="warn")
        box.addWidget(self._why)
        box.addLayout(buttons)
        box.addStretch(0)
        return box

    def _read_on(self) -> None:
        """One screen further down, for a finger."""
        bar = self._text.verticalScrollBar()
        bar.setValue(bar.value() + max(bar.pageStep() - 1, 1))
        self._text.setFocus()

    def _look_for_end(self) -> None:
        """Only who has seen the last line can confirm; a text that fits is seen at once."""
        bar = self._text.verticalScrollBar()
        laid_out = self.reading and self._text.isVisible()
        self._seen = self._seen or (laid_out and bar.value() >= bar.maximum())
        self.more.setVisible(not self._seen)
        self._pad_changed()
        if self._seen and self._held is not None:
            self.sign_with(*self._held)

    def _pad_changed(self) -> None:
        """A button that cannot be pressed has its reason beside it; the empty line keeps its place."""
        unsigned = "" if self.pad.signed else _("签名后才能按“确认”")
        self._why.setText(unsigned if self._seen else _("还没看到最后一行，看完才能按“确认”"))
        self._confirm.setEnabled(self.pad.signed and self._seen)
        self._clear.setEnabled(bool(self.pad.strokes))

    def _sign(self) -> None:
        if self._view is None or not (self.pad.signed and self._seen):
            return
        sha256, picture, strokes = self._view.sha256, self.pad.png(), self.pad.strokes
        self.rest()
        self.signed.emit(sha256, picture, strokes)
        self.left.emit()
