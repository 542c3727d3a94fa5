"""The right zone: what is missing, what is due when, what it costs, and whether to mediate first."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.services.views import AdviceView, CheckLine, DueLine, FeeView, FieldView, Mark
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label, repolish
from ui.widgets.layout import column, empty, margins, row, rule, scrolled, surface

_SHAPES: Final = {
    Mark.HAVE: Shape.CHECK,
    Mark.MISSING_LAW: Shape.STOP,
    Mark.MISSING_PRACTICE: Shape.RING,
    Mark.NOT_NEEDED: Shape.DASH,
}
_TONES: Final = {Mark.HAVE: "ok", Mark.MISSING_LAW: "bad"}


def mark_word(mark: Mark) -> str:
    """Return the word that stands beside the mark."""
    return {
        Mark.HAVE: _("已有"),
        Mark.MISSING_LAW: _("必须补"),
        Mark.MISSING_PRACTICE: _("惯例，可后补"),
        Mark.NOT_NEEDED: _("不需要"),
    }[mark]


class AdviceZone(QFrame):
    """Emits ``answered(path, value)`` for the mediation choice and ``explain(title)`` when asked why."""

    answered = Signal(str, str)
    explain = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "zone-right")
        self._look = look
        self._view: AdviceView | None = None
        self._whys: list[tuple[QPushButton, Label]] = []
        self._mediation: tuple[str, list[tuple[KeyButton, str]]] = ("", [])
        content = QWidget()
        self._box = QVBoxLayout(content)
        self._box.setContentsMargins(*margins(look, 2, 2))
        self._box.setSpacing(look.grid())
        self._area = scrolled(content)
        self.setLayout(column(self._area, gap=0))
        self.show_advice(AdviceView())

    def show_advice(self, view: AdviceView) -> None:
        if view == self._view:
            return
        self._view = view
        place = self._area.verticalScrollBar().value()
        self._whys.clear()
        self._mediation = ("", [])
        empty(self._box)
        parts = [self._checks(view.checks), self._dues(view.dues), self._fee(view.fee)]
        parts.append(self._mediate(view.mediation))
        shown = [part for part in parts if part is not None]
        for index, part in enumerate(shown):
            if index:
                self._box.addWidget(rule())
            self._box.addWidget(part)
        if not shown:
            self._box.addWidget(self._nothing())
        self._box.addStretch(1)
        self._area.verticalScrollBar().setValue(place)

    def toggle_whys(self) -> None:
        """Open all explanations, or close them when all are open."""
        open_all = not all(button.isChecked() for button, _words in self._whys)
        for button, _words in self._whys:
            button.setChecked(open_all)

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

    def _checks(self, checks: tuple[CheckLine, ...]) -> QFrame | None:
        if not checks:
            return None
        missing = sum(check.mark is Mark.MISSING_LAW for check in checks)
        note = _("还缺 {count} 项").format(count=missing) if missing else _("齐了")
        frame, box = self._section(_("材料清单"), note, "bad" if missing else "ok")
        for check in checks:
            box.addLayout(self._check(check))
        return frame

    def _check(self, check: CheckLine) -> QVBoxLayout:
        look = self._look
        word = Label(mark_word(check.mark), size="small", tone=_TONES.get(check.mark, "sub"))
        title = Label(check.title, wrap=True, tone="sub" if check.mark is Mark.NOT_NEEDED else "ink")
        top = row(Badge(look, _SHAPES[check.mark]), gap=look.grid())
        top.addWidget(title, 1)
        top.addWidget(word, 0, Qt.AlignmentFlag.AlignTop)
        lines = column(top, gap=0)
        quiet = check.mark in (Mark.HAVE, Mark.NOT_NEEDED)
        below = check.reason if quiet else " · ".join(part for part in (check.reason, check.basis) if part)
        if below and not quiet:
            words = Label(below, size="small", tone="sub", wrap=True)
            lines.addLayout(row(words, margins=(look.px(16) + look.grid(), 0, 0, 0)))
        elif check.basis or check.reason:
            title.setToolTip(check.basis or check.reason)
        return lines

    def _dues(self, dues: tuple[DueLine, ...]) -> QFrame | None:
        if not dues:
            return None
        frame, box = self._section(_("期限"), _("为什么 {key}").format(key=KEYS["why"]), "brand")
        for due in dues:
            box.addLayout(self._due(due))
        return frame

    def _due(self, due: DueLine) -> QVBoxLayout:
        why = QPushButton(_("为什么"))
        why.setProperty("kind", "link")
        why.setCheckable(True)
        why.setAccessibleName(_("{title}，为什么").format(title=due.title))
        words = Label(f"{due.why}　{due.basis}".strip(), size="small", tone="sub", wrap=True)
        words.setVisible(False)
        why.toggled.connect(words.setVisible)
        why.clicked.connect(lambda: self.explain.emit(due.title))
        self._whys.append((why, words))
        top = row(Label(due.title, wrap=True))
        top.addWidget(why, 0, Qt.AlignmentFlag.AlignTop)
        top.setStretch(0, 1)
        return column(top, Label(due.due, bold=True, wrap=True), words, gap=2)

    def _fee(self, fee: FeeView | None) -> QFrame | None:
        if fee is None:
            return None
        frame, box = self._section(_("诉讼费"))
        if fee.amount is not None:
            amount = Label(f"¥ {fee.amount:,.2f}", size="fee", bold=True)
            box.addWidget(amount)
        else:
            box.addWidget(Label(fee.shown, bold=True, wrap=True))
        for text in (fee.formula, fee.basis, fee.note):
            if text:
                box.addWidget(Label(text, size="small", tone="sub", wrap=True))
        box.setSpacing(2)
        return frame

    def _mediate(self, view: FieldView | None) -> QFrame | None:
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
