"""The right zone: what is missing, what is due when, what it costs, and whether to mediate first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.services.views import AdviceView, CheckLine, DueLine, FeeView, FieldView, Mark, Remark
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label, plain_tip, repolish
from ui.widgets.layout import column, margins, row, rule, scrolled, surface

_SHAPES: Final = {
    Mark.HAVE: Shape.CHECK,
    Mark.MISSING_LAW: Shape.STOP,
    Mark.MISSING_PRACTICE: Shape.RING,
    Mark.NOT_NEEDED: Shape.DASH,
}
_MOST_IDLE: Final = 2
_PARTS: Final = 6
_TONES: Final = {Mark.HAVE: "ok", Mark.MISSING_LAW: "bad"}


def mark_word(mark: Mark) -> str:
    """Return the word that stands beside the mark."""
    return {
        Mark.HAVE: _("已有"),
        Mark.MISSING_LAW: _("必须补"),
        Mark.MISSING_PRACTICE: _("惯例，可后补"),
        Mark.NOT_NEEDED: _("不需要"),
    }[mark]


class _Slot(QWidget):
    """The place of one part: a hairline above it, and what was drawn there last."""

    def __init__(self, look: Theme) -> None:
        super().__init__()
        self.rule = rule()
        self.data: object = None
        self.frame: QFrame | None = None
        self.whys: list[tuple[QPushButton, Label]] = []
        self.quiet: list[Label] = []
        self._box = column(self.rule, gap=look.grid())
        self.setLayout(self._box)

    def put(
        self,
        data: object,
        frame: QFrame | None,
        whys: list[tuple[QPushButton, Label]],
        quiet: list[Label],
    ) -> None:
        """Take the place of what was here."""
        if self.frame is not None:
            self._box.removeWidget(self.frame)
            self.frame.hide()
            self.frame.deleteLater()
        if frame is not None:
            self._box.addWidget(frame)
        self.data, self.frame, self.whys, self.quiet = data, frame, whys, quiet


class AdviceZone(QFrame):
    """Emits ``answered(path, value)`` for the mediation choice, ``explain(title)`` when asked why.

    ``panel(key)`` asks for the panel where what the card says can be acted on.
    """

    answered = Signal(str, str)
    explain = Signal(str)
    panel = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "zone-right")
        self._look = look
        self._view: AdviceView | None = None
        self._whys: list[tuple[QPushButton, Label]] = []
        self._quiet: list[Label] = []
        self._mediation: tuple[str, list[tuple[KeyButton, str]]] = ("", [])
        content = QWidget()
        self._box = QVBoxLayout(content)
        self._box.setContentsMargins(*margins(look, 2, 2))
        self._box.setSpacing(look.grid())
        self._slots = tuple(_Slot(look) for _part in range(_PARTS))
        self._empty = self._nothing()
        for slot in self._slots[:-1]:
            self._box.addWidget(slot)
        self._box.addWidget(self._empty)
        self._box.addStretch(1)
        self._area = scrolled(content)
        self._foot = self._slots[-1]
        self._place_fee()
        self.show_advice(AdviceView())

    def show_advice(self, view: AdviceView) -> None:
        """Draw the view; parts that say the same as before are left as they are."""
        if view == self._view:
            return
        self._view = view
        place = self._area.verticalScrollBar().value()
        parts: tuple[tuple[Any, Callable[[Any], QFrame | None]], ...] = (
            (view.urgent, self._urgent),
            (view.mediation, self._mediate),
            (view.remarks, self._remarks),
            (view.checks, self._checks),
            (view.dues, self._dues),
            (view.fee, self._fee),
        )
        for slot, (data, build) in zip(self._slots, parts, strict=True):
            if slot.frame is None or slot.data != data:
                self._redraw(slot, data, build)
        self._whys = [why for slot in self._slots for why in slot.whys]
        self._quiet = [words for slot in self._slots for words in slot.quiet]
        shown = [slot for slot in self._slots if slot.frame is not None]
        for slot in self._slots:
            slot.setVisible(slot.frame is not None)
            slot.rule.setVisible(slot in shown[1:])
        self._empty.setVisible(not shown)
        self._area.verticalScrollBar().setValue(place)

    def _place_fee(self) -> None:
        """What it costs stands below the list and never scrolls away; in large type it has no room there."""
        look = self._look
        whole = column(self._area, gap=0)
        whole.setStretch(0, 1)
        if look.large:
            self._box.insertWidget(_PARTS - 1, self._foot)
        else:
            self._box.setContentsMargins(*margins(look, 2, 2)[:3], look.grid(0.5))
            self._foot.setContentsMargins(look.grid(2), 0, look.grid(2), look.grid(1.5))
            whole.addWidget(self._foot)
        self.setLayout(whole)

    def _redraw(self, slot: _Slot, data: Any, build: Callable[[Any], QFrame | None]) -> None:
        open_ = {button.objectName() for button, _words in slot.whys if button.isChecked()}
        self._whys, self._quiet = [], []
        frame = build(data)
        slot.put(data, frame, self._whys, self._quiet)
        for button, _words in slot.whys:
            button.setChecked(button.objectName() in open_)

    def toggle_whys(self) -> None:
        """Open all explanations, or close them when all are open."""
        open_all = not all(button.isChecked() for button, _words in self._whys)
        for button, _words in self._whys:
            button.setChecked(open_all)
        for words in self._quiet:
            words.setVisible(open_all)

    def mediate(self, *, willing: bool) -> None:
        """Choose the first (willing) or second answer of the mediation question."""
        _path, buttons = self._mediation
        if len(buttons) == 2:
            buttons[0 if willing else 1][0].click()

    def _section(self, title: str, note: str = "", tone: str = "sub") -> tuple[QFrame, QVBoxLayout]:
        head = row(Label(title, bold=True), None)
        if note:
            head.addWidget(Label(note, size="small", tone=tone, bold=True))
        box = column(head, gap=self._look.grid())
        return surface("clear", box), box

    def _nothing(self) -> QFrame:
        words = Label(
            _("选好事项、读过证件后，这里会写明还缺什么、期限到哪天、费用多少，各条都带依据。"),
            tone="sub",
            wrap=True,
        )
        return surface("clear", column(Label(_("依据与提示"), bold=True), words))

    def _urgent(self, words: str) -> QFrame | None:
        if not words:
            return None
        line = row(Badge(self._look, Shape.ALERT), gap=self._look.grid())
        line.addWidget(Label(words, bold=True, tone="bad", wrap=True), 1)
        return surface("clear", line)

    def _remarks(self, remarks: tuple[Remark, ...]) -> QFrame | None:
        if not remarks:
            return None
        frame, box = self._section(_("提示"))
        last_frozen = max((n for n, remark in enumerate(remarks) if remark.frozen), default=-1)
        for number, remark in enumerate(remarks):
            tone = "bad" if remark.grave else "ink"
            shape = Shape.STOP if remark.frozen else Shape.ALERT if remark.grave else Shape.RING
            line = row(Badge(self._look, shape), gap=self._look.grid())
            text = _("已冻结：{text}").format(text=remark.text) if remark.frozen else remark.text
            line.addWidget(Label(text, tone=tone, wrap=True, bold=remark.frozen), 1)
            box.addLayout(line)
            below = _joined(remark.action, remark.basis)
            if below:
                words = Label(below, size="small", tone="sub", wrap=True)
                box.addLayout(row(words, margins=(self._look.px(16) + self._look.grid(), 0, 0, 0)))
            if number == last_frozen:
                box.addWidget(self._to_risks())
        return frame

    def _to_risks(self) -> KeyButton:
        button = KeyButton(self._look, "panel_risks", _("请值班主任解除"), icon="shield")
        button.clicked.connect(lambda: self.panel.emit("risks"))
        return button

    def _checks(self, checks: tuple[CheckLine, ...]) -> QFrame | None:
        if not checks:
            return None
        missing = sum(check.mark is Mark.MISSING_LAW for check in checks)
        note = _("还缺 {count} 项").format(count=missing) if missing else _("齐了")
        frame, box = self._section(_("材料清单"), note, "bad" if missing else "ok")
        idle = [check for check in checks if check.mark is Mark.NOT_NEEDED]
        folded = idle if len(idle) > _MOST_IDLE else []
        for check in checks:
            if check not in folded:
                box.addLayout(self._check(check))
        if folded:
            box.addLayout(self._fold(folded))
        return frame

    def _fold(self, checks: list[CheckLine]) -> QVBoxLayout:
        """Many papers that are not needed are one line; each says why when asked."""
        title = _("另有 {count} 项不需要").format(count=len(checks))
        why, words = self._why(title, "\n".join(f"{check.title}：{check.reason}" for check in checks))
        top = row(Badge(self._look, Shape.DASH), gap=self._look.grid())
        top.addWidget(Label(title, tone="sub"), 1)
        top.addWidget(why)
        return column(top, words, gap=2)

    def _check(self, check: CheckLine) -> QVBoxLayout:
        look = self._look
        word = Label(mark_word(check.mark), size="small", tone=_TONES.get(check.mark, "sub"))
        title = Label(check.title, wrap=True, tone="sub" if check.mark is Mark.NOT_NEEDED else "ink")
        top = row(Badge(look, _SHAPES[check.mark]), gap=look.grid())
        top.addWidget(title, 1)
        top.addWidget(word, 0, Qt.AlignmentFlag.AlignTop)
        lines = column(top, gap=0)
        quiet = check.mark in (Mark.HAVE, Mark.NOT_NEEDED)
        told = check.mark is Mark.MISSING_PRACTICE and check.custom  # the mark says so already
        basis = "" if told else check.basis
        words = Label(_joined(check.reason, basis), size="small", tone="sub", wrap=True)
        lines.addLayout(row(words, margins=(look.px(16) + look.grid(), 0, 0, 0)))
        if quiet:
            words.setVisible(False)
            self._quiet.append(words)
            title.setToolTip(plain_tip(words.text()))
        return lines

    def _dues(self, dues: tuple[DueLine, ...]) -> QFrame | None:
        if not dues:
            return None
        frame, box = self._section(_("期限"), _("为什么 {key}").format(key=KEYS["why"]), "brand")
        for due in dues:
            box.addLayout(self._due(due))
        return frame

    def _due(self, due: DueLine) -> QVBoxLayout:
        why, words = self._why(due.title, f"{due.why}　{due.basis}".strip())
        top = row(Label(due.title, wrap=True))
        top.addWidget(why, 0, Qt.AlignmentFlag.AlignTop)
        top.setStretch(0, 1)
        tone = "bad" if due.pressing else "ink"
        lines = column(top, Label(due.due, bold=True, wrap=True, tone=tone), gap=2)
        if due.note:
            lines.addWidget(Label(due.note, size="small", tone="sub", wrap=True))
        lines.addWidget(words)
        return lines

    def _why(self, title: str, answer: str) -> tuple[QPushButton, Label]:
        """A question that can be asked of a statement, and its answer, hidden until then."""
        why = QPushButton(_("为什么"))
        why.setObjectName(f"why {title}")
        why.setProperty("kind", "link")
        why.setCheckable(True)
        why.setAccessibleName(_("{title}，为什么").format(title=title))
        words = Label(answer, size="small", tone="sub", wrap=True)
        words.setVisible(False)
        why.toggled.connect(words.setVisible)
        why.clicked.connect(lambda: self.explain.emit(title))
        self._whys.append((why, words))
        return why, words

    def _fee(self, fee: FeeView | None) -> QFrame | None:
        if fee is None:
            return None
        known = bool(fee.amount)
        amount = f"¥ {fee.amount:,.2f}" if known else fee.shown
        figure = Label(amount, size="fee" if known else "base", bold=True, wrap=not known)
        if known and not self._look.large:
            top = row(Label(_("诉讼费"), bold=True), None, figure)
            box = column(top, gap=self._look.grid())
            frame = surface("clear", box)
        else:
            frame, box = self._section(_("诉讼费"))
            top = row(figure)
            top.setStretch(0, 1)
            box.addLayout(top)
        if fee.steps:
            why, steps = self._why(_("诉讼费"), "\n".join(fee.steps))
            top.addWidget(why)
            box.addWidget(steps)
        for text in (fee.formula, fee.basis, fee.note):
            if text:
                box.addWidget(Label(text, size="small", tone="sub", wrap=True))
        box.setSpacing(2)
        return frame

    def _mediate(self, view: FieldView | None) -> QFrame | None:
        self._mediation = ("", [])
        if view is None:
            return None
        frame, box = self._section(view.label)
        if view.hint:
            box.addWidget(Label(view.hint, size="small", tone="sub", wrap=True))
        acts = ("mediation_yes", "mediation_no")
        buttons = [
            (self._choice(view, act, value, label), value)
            for act, (value, label) in zip(acts, view.choices, strict=False)
        ]
        self._mediation = (view.path, buttons)
        line = column() if self._look.large else row()
        for button, _value in buttons:
            line.addWidget(button, 1)
        box.addLayout(line)
        if view.problem:
            box.addWidget(Label(view.problem, size="small", tone="bad", wrap=True))
        return frame

    def _choice(self, view: FieldView, act: str, value: str, label: str) -> KeyButton:
        chosen = view.value == value
        button = KeyButton(self._look, act, label, kind="choice", icon="check" if chosen else "")
        button.setCheckable(True)
        button.setChecked(chosen)
        button.clicked.connect(lambda: self._answer(view.path, value))
        repolish(button)
        return button

    def _answer(self, path: str, value: str) -> None:
        for button, own in self._mediation[1]:
            button.setChecked(own == value)
        self.answered.emit(path, value)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
