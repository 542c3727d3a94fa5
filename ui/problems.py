"""How a problem or a notice is drawn: one banner with what happened, what is safe and what to do next.

Never a dialog: a dialog takes the keyboard away from whoever is typing.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QMessageBox, QWidget

from app.errors import Expected
from app.notices import Level, Notice
from app.services.views import JobView
from app.texts import _
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.key_button import KeyButton
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.layout import column, empty, margins, row, scrolled, surface
from ui.widgets.pin_card import PinCard

MOST_NOTICES: Final = 2
MOST_LINES: Final = 3
"""How many things to do are said under a problem; the others come by a key, scrolled where they are many."""
_ROOM_OF_LINES: Final = 7
_TONES: Final = {Level.INFO: "brand", Level.ATTENTION: "warn", Level.FAILURE: "bad"}
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
_SHAPES: Final = {Level.INFO: Shape.HALF, Level.ATTENTION: Shape.ALERT, Level.FAILURE: Shape.STOP}


def banner(look: Theme, notice: Notice, *extra: QWidget) -> QFrame:
    """Return the banner of a notice; ``extra`` stands at its right end."""
    badge = Badge(look, _SHAPES[notice.level])
    line = row(gap=look.grid(1.25), margins=margins(look, 1.5, 1))
    said = row(gap=look.grid(1.25))
    said.addLayout(column(badge, None, gap=0, margins=(0, look.px(3), 0, 0)))
    said.addLayout(_words(look, notice), 1)
    # Beside a taller button badge and words stay together.
    line.addLayout(column(None, said, None, gap=0), 1)
    below = look.large and len(extra) > 1
    acts = row(None, *extra, margins=margins(look, 1.5, 1)) if below else row(*extra)
    whole = column(line, acts, gap=0) if below else line
    if not below:
        line.addLayout(acts)
    frame = surface(f"banner-{_TONES[notice.level]}", whole)
    frame.setAccessibleName("，".join(_sentences(notice)))
    return frame


def _listed(look: Theme, notice: Notice, extra: tuple[QWidget, ...], *, whole: bool) -> QFrame:
    """Return a banner of one line, and below it one line for each thing to do."""
    badge, rest = Badge(look, _SHAPES[notice.level]), "　".join((notice.next_step, notice.safe))
    head = row(badge, Label(notice.happened, bold=True), gap=look.grid(1.25))
    head.addWidget(ElidedLabel("" if look.large else rest, size="small"), 1)
    head.addLayout(row(*extra))
    below = [Label(rest, size="small", wrap=True)] if look.large else []
    shown = notice.lines if whole else notice.lines[:MOST_LINES]
    lines = surface("clear", column(*(_line(look, text) for text in shown), gap=2))
    part: QWidget = lines
    if len(shown) > _ROOM_OF_LINES:
        part = scrolled(lines)
        part.setFixedHeight(lines.sizeHint().height() * _ROOM_OF_LINES // len(shown))
    inside = column(head, *below, part, gap=2, margins=margins(look, 1.5, 0.5))
    frame = surface(f"banner-{_TONES[notice.level]}", inside)
    frame.setAccessibleName("，".join((*_sentences(notice), *notice.lines)))
    return frame


def _line(look: Theme, text: str) -> QWidget:
    line = row(gap=look.grid())
    line.addLayout(column(Label("·", bold=True), None, gap=0))
    line.addWidget(Label(text, wrap=True), 1)
    return surface("clear", line)


def _sentences(notice: Notice) -> list[str]:
    return [part for part in (notice.happened, notice.safe, notice.next_step) if part]


def _words(look: Theme, notice: Notice) -> QBoxLayout:
    rest = "　".join(_sentences(notice)[1:])
    if notice.level is Level.INFO and rest and not look.large:
        return column(_Sentences(look, notice.happened, rest), gap=0)
    words = column(Label(notice.happened, bold=True, wrap=True), gap=2)
    if rest:
        words.addWidget(Label(rest, size="small", wrap=True))
    return words


class _Sentences(QWidget):
    """What happened and what goes with it: on one line where that has the room, else one below the other."""

    def __init__(self, look: Theme, happened: str, rest: str) -> None:
        super().__init__()
        self._gaps = {True: look.grid(1.5), False: 2}
        self._happened = Label(happened, bold=True, wrap=True)
        self._rest = Label(rest, size="small", wrap=True)
        self._box = column(self._happened, gap=2)
        self._box.addWidget(self._rest, 1)
        self.setLayout(self._box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        parts = (self._happened, self._rest)
        needs = sum(part.fontMetrics().horizontalAdvance(part.text()) + 2 for part in parts)
        fits = needs + self._gaps[True] <= self.width()
        if fits != (self._box.direction() == _ACROSS):
            self._box.setDirection(_ACROSS if fits else _DOWN)
            self._box.setSpacing(self._gaps[fits])
            self._happened.setWordWrap(not fits)


class Messages(QWidget):
    """The stack above the action bar. It grows upwards, so nothing under the clerk's hand moves.

    ``listing(whether)`` says that a problem with a list of things to do has come or gone.
    """

    cancelled = Signal()
    closed = Signal()
    listing = Signal(bool)
    answered = Signal(str, bool)
    pin_given = Signal(str, str)
    pin_refused = Signal()
    asked_elsewhere = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._problem: Notice | None = None
        self._notices: tuple[Notice, ...] = ()
        self._doubts: tuple[JobView, ...] = ()
        self._busy = ""
        self._all_lines = False
        self.pin: PinCard | None = None
        self._box = column(gap=look.grid())
        self._questions = column(gap=look.grid())
        self.setLayout(column(self._box, self._questions, gap=look.grid()))
        self._draw()

    @property
    def doubt(self) -> JobView | None:
        """The question that is asked now."""
        return self._doubts[0] if self._doubts else None

    @property
    def problem(self) -> Notice | None:
        return self._problem

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        if notices != self._notices:
            self._notices = notices
            self._draw()

    def show_problem(self, problem: Expected | None) -> None:
        shown = None if problem is None else Notice.of("problem", problem)
        if shown != self._problem:
            self._problem, self._all_lines = shown, False
            self._draw()
            self.listing.emit(shown is not None and bool(shown.lines))

    def turn_lines(self) -> None:
        """Show every thing to do that the problem names, or again only the first."""
        if self._problem is not None and len(self._problem.lines) > MOST_LINES:
            self._all_lines = not self._all_lines
            self._draw()

    def show_doubts(self, doubts: tuple[JobView, ...]) -> None:
        if doubts != self._doubts:
            self._doubts = doubts
            self._draw()

    def show_busy(self, text: str) -> None:
        if text != self._busy:
            self._busy = text
            self._draw()

    def ask_pin(self, what: str, names: tuple[str, ...], *, can_ask: bool = False) -> None:
        """Ask one of the named supervisors to approve ``what``; without names take the question away.

        ``can_ask`` says that supervisors at other windows can be asked instead.
        """
        empty(self._questions)
        self.pin = PinCard(self._look, what, names, can_ask=can_ask) if names else None
        if self.pin is not None:
            self.pin.elsewhere.connect(self.asked_elsewhere)
            self.pin.given.connect(self.pin_given)
            self.pin.refused.connect(self.pin_refused)
            self._questions.addWidget(self.pin)
        self._draw()
        if self.pin is not None:
            self.pin.box.setFocus()

    def refuse_pin(self, problem: Expected) -> None:
        """Say beside the question why there is no approval."""
        if self.pin is not None:
            self.pin.say(problem)

    def ask(self) -> None:
        """Bring the cursor to the question, out of a field where Y and N would be letters."""
        yes = self.findChild(KeyButton, "printed_yes")
        if yes is not None:
            yes.setFocus()

    def _draw(self) -> None:
        empty(self._box)
        for notice in self._notices[-MOST_NOTICES:]:
            self._box.addWidget(banner(self._look, notice))
        hidden = len(self._notices) - MOST_NOTICES
        if hidden > 0:
            self._box.addWidget(
                Label(_("还有 {count} 条较早的提示").format(count=hidden), tone="sub", size="small")
            )
        if self._problem is not None:
            self._box.addWidget(self._problem_banner(self._problem))
        if self._doubts:
            self._box.addWidget(self._doubt_card(self._doubts[0]))
        if self._busy:
            self._box.addWidget(self._busy_banner())
        self.setVisible(self._box.count() > 0 or self.pin is not None)

    def _problem_banner(self, problem: Notice) -> QFrame:
        close = KeyButton(self._look, "cancel", _("知道了"), kind="quiet")
        close.clicked.connect(self.closed)
        if not problem.lines:
            return banner(self._look, problem, close)
        more = len(problem.lines) - MOST_LINES
        if more <= 0:
            return _listed(self._look, problem, (close,), whole=True)
        words = _("收起") if self._all_lines else _("还有 {count} 处").format(count=more)
        turn = KeyButton(self._look, "more_lines", words, kind="quiet")
        turn.clicked.connect(self.turn_lines)
        return _listed(self._look, problem, (turn, close), whole=self._all_lines)

    def _busy_banner(self) -> QFrame:
        stop = KeyButton(self._look, "cancel", _("取消"), kind="quiet")
        stop.clicked.connect(self.cancelled)
        return banner(self._look, Notice("busy", Level.INFO, self._busy), stop)

    def _doubt_card(self, job: JobView) -> QFrame:
        yes = KeyButton(self._look, "printed_yes", _("是，出来了"), kind="primary")
        no = KeyButton(self._look, "printed_no", _("否，没出来"))
        yes.clicked.connect(lambda: self.answered.emit(job.job_id, True))
        no.clicked.connect(lambda: self.answered.emit(job.job_id, False))
        more = len(self._doubts) - 1
        question = _("{title}出来了吗？").format(title=job.title)
        rest = job.reason or _("打印机没有回话。内容已存，答“否”会重印并注明。")
        waiting = _("之后还有 {count} 件要问。").format(count=more) if more else ""
        card = banner(self._look, Notice("doubt", Level.ATTENTION, question, rest, waiting), yes, no)
        card.setObjectName("doubt")
        return card


def show_refusal(problem: Expected) -> None:
    """Say in a window of its own why the desk does not open; returns once it is closed."""
    _refusal(problem).exec()


def confirm_restore(offered: Expected) -> bool:
    """Ask in a window of its own whether the backup is to be put back; closing it means no."""
    box = _refusal(offered)
    agree = box.addButton(_("从这份备份恢复(&R)"), QMessageBox.ButtonRole.AcceptRole)
    leave = box.addButton(_("先不恢复，退出(&Q)"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(leave)
    box.setEscapeButton(leave)
    box.exec()
    return box.clickedButton() is agree


def _refusal(problem: Expected) -> QMessageBox:
    box = QMessageBox()
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(_("一窗"))
    box.setText(problem.happened)
    box.setInformativeText("\n".join(part for part in (problem.safe, problem.next_step) if part))
    return box
