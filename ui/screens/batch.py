"""What became of a table that was entered: rows that were not entered first, each with its reason."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from app.services.batch_view import BatchLine, BatchView, RowState
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import ElidedLabel, Label, plain_tip
from ui.widgets.layout import column, margins, row, surface

MOST_LINES: Final = 6
_ORDER: Final = (RowState.FAILED, RowState.REMARKED, RowState.KNOWN, RowState.ENTERED)


class BatchResults(QWidget):
    """Stands above the form until Esc; the list can be walked with the arrows. Emits ``closed``."""

    closed = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._head = Label(bold=True)
        self._rest = ElidedLabel(tone="sub", size="small")
        self.list = QListWidget()
        self.list.setObjectName("batch-rows")
        self.list.setAccessibleName(_("各行的结果"))
        self.list.setUniformItemSizes(False)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(self.list.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        self.setLayout(column(self._frame()))
        self.hide()

    def _frame(self) -> QFrame:
        look = self._look
        close = KeyButton(look, "cancel", _("收起"), kind="quiet")
        close.setObjectName("close_batch")
        close.clicked.connect(self.closed)
        head = row(self._head, gap=look.grid(1.5))
        head.addWidget(self._rest, 1)
        head.addWidget(close)
        return surface("card", column(head, self.list, gap=look.grid(0.5), margins=margins(look, 2, 1)))

    def show_result(self, view: BatchView) -> None:
        """Draw the result and take the cursor where a row needs the clerk."""
        failed = view.count(RowState.FAILED)
        words = _("录入 {entered} 行，{failed} 行没有录入") if failed else _("录入 {entered} 行，全部录入")
        self._head.setText(words.format(entered=view.entered, failed=failed))
        self._rest.setText("　".join(_rest(view)))
        self.list.clear()
        for line in sorted(view.lines, key=lambda line: (_ORDER.index(line.state), line.number)):
            if line.state is not RowState.ENTERED:
                item = QListWidgetItem(_words(line))
                item.setToolTip(plain_tip(line.text))
                self.list.addItem(item)
        shown = min(self.list.count(), MOST_LINES)
        self.list.setVisible(shown > 0)
        self.list.setFixedHeight(shown * self._look.px(24) + self._look.px(6))
        self.list.setCurrentRow(0)
        self.show()

    def close_result(self) -> None:
        self.hide()
        self.list.clear()


def _rest(view: BatchView) -> list[str]:
    """File, rows known already, columns nobody understood, where the clerk stopped."""
    known = view.count(RowState.KNOWN)
    told = [view.file]
    if known:
        told.append(_("{count} 行先前已录入").format(count=known))
    if view.stopped_at:
        told.append(_("停在第 {number} 行之前，后面的没有录入").format(number=view.stopped_at))
    if view.unknown:
        told.append(_("认不出的列：{names}").format(names="、".join(view.unknown)))
    return told


def _words(line: BatchLine) -> str:
    state = {
        RowState.FAILED: _("没有录入"),
        RowState.REMARKED: _("已录入，请核对"),
        RowState.KNOWN: _("没有重复录入"),
        RowState.ENTERED: _("已录入"),
    }[line.state]
    who = f"　{line.title}" if line.title else ""
    return _("第 {number} 行{who}　{state}：{text}").format(
        number=line.number, who=who, state=state, text=line.text
    )
