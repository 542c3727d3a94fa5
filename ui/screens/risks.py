"""The risks of the visit: what each is and by which rule, and the line on which a freeze is lifted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.clock import local
from app.services.freezing import RiskView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row, rule
from ui.widgets.row_list import ListRow, RowList

_TONES: Final = {"freeze": "bad", "warn": "warn", "remind": "brand"}


def effect_word(effect: str) -> str:
    """Return the word for what a risk does."""
    return {"freeze": _("冻结"), "warn": _("警示"), "remind": _("提醒")}[effect]


class RisksPage(QWidget):
    """Emits ``lift(key, what, reason)`` when the clerk asks for a supervisor."""

    lift = Signal(str, str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._risks: dict[str, RiskView] = {}
        self.list = RowList(look, _("风险清单"), empty=_("这次来访没有发现风险。"))
        self.list.moved.connect(self._show)
        self._text = Label(bold=True, wrap=True)
        self._basis = Label(tone="sub", wrap=True)
        self._action = Label(wrap=True)
        self._story = Label(tone="sub", size="small", wrap=True)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("解除的理由，例如：已电话核实授权，原件下午补交"))
        self.reason.setAccessibleName(_("解除冻结的理由"))
        self.reason.setMaxLength(200)
        self.reason.returnPressed.connect(self._ask)
        self.list.chosen.connect(lambda _key: self.reason.setFocus())
        self.button = KeyButton(look, "lift", _("请值班主任解除"), kind="primary", key="Enter", icon="shield")
        self.button.clicked.connect(self._ask)
        line = row(gap=look.grid(1))
        line.addWidget(self.reason, 1)
        line.addWidget(self.button)
        whole = column(gap=look.grid(1))
        whole.addWidget(self.list, 1)
        for part in (rule(), self._text, self._basis, self._action, self._story):
            whole.addWidget(part)
        whole.addLayout(line)
        self.setLayout(whole)
        self._show("")

    def show_risks(self, risks: tuple[RiskView, ...]) -> None:
        """Draw the risks; the cursor stays on its own."""
        self._risks = {f"{one.key} {one.effect}": one for one in risks}
        self.list.show_rows(tuple(_row(key, one) for key, one in self._risks.items()))
        self._show(self.list.current())

    def lifted(self) -> None:
        """Empty the line for the next one."""
        self.reason.clear()

    def _show(self, key: str) -> None:
        one = self._risks.get(key)
        liftable = one is not None and one.stands and one.effect == "freeze"
        self.reason.setVisible(liftable)
        self.button.setVisible(liftable)
        for label, words in (
            (self._text, one.text if one else ""),
            (self._basis, _("依据：{basis}").format(basis=one.basis) if one else ""),
            (self._action, _("怎么办：{action}").format(action=one.action) if one and one.stands else ""),
            (self._story, _story(one) if one else ""),
        ):
            label.setText(words)
            label.setVisible(bool(words))

    def _ask(self) -> None:
        one = self._risks.get(self.list.current())
        if one is not None and self.button.isVisibleTo(self):
            self.lift.emit(one.key, one.text, self.reason.text())


def _row(key: str, one: RiskView) -> ListRow:
    detail = " · ".join(part for part in (one.matter, one.basis) if part)
    if one.lifted_at is not None:
        return ListRow(key, one.text, detail, icon="check", pill=_("已解除"), tone="ok")
    if not one.stands:
        return ListRow(key, one.text, detail, icon="check", pill=_("已消除"), tone="sub")
    icon = "alert" if one.effect != "remind" else "clock"
    return ListRow(key, one.text, detail, icon=icon, pill=effect_word(one.effect), tone=_TONES[one.effect])


def _story(one: RiskView) -> str:
    words = _("{time} 发现").format(time=f"{local(one.appeared_at):%H:%M}")
    if one.lifted_at is None:
        return words
    lifted = _("{time} 由{who}解除：{reason}").format(
        time=f"{local(one.lifted_at):%H:%M}", who=one.lifted_by, reason=one.reason
    )
    return f"{words}　{lifted}"
