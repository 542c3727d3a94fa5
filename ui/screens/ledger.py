"""The print ledger on the screen: a search, the papers it finds, and what can be done with one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.clock import local
from app.domain.outliers import Tally
from app.domain.receipt import Series
from app.services.ledger import LedgerView
from app.services.views import LedgerRow
from app.texts import _
from ui.screens.outcome import job_word
from ui.theme import Theme
from ui.widgets.combo import Combo
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row, rule
from ui.widgets.row_list import ListRow, RowList

_PAUSE_MS = 120
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_TONES = {"confirmed": "ok", "printed": "ok", "unconfirmed": "warn", "not_printed": "bad"}


class LedgerPage(QWidget):
    """Emits ``searched(text)``, ``reprint(job id, reason)`` and ``void(job id, reason)``."""

    searched = Signal(str)
    reprint = Signal(str, str)
    void = Signal(str, str)

    def __init__(
        self, look: Theme, reprint: tuple[str, ...], void: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows: dict[str, LedgerRow] = {}
        self.box = QLineEdit()
        self.box.setPlaceholderText(_("收据号、号票、姓名或拼音、证件尾号、电话、日期；空着是今天的"))
        self.box.setAccessibleName(_("在打印台账中查找"))
        self.box.setClearButtonEnabled(True)
        self.box.installEventFilter(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.box.text()))
        self.box.textChanged.connect(lambda _text: self._pause.start())
        self.list = RowList(look, _("打印过的文书"), empty=_("没有找到。请换个词，或少写几个字。"))
        self.list.moved.connect(self._show)
        self._story = Label(wrap=True)
        self._marks = Label(tone="sub", wrap=True)
        self.reason = Combo(look)
        self.reason.addItems(reprint)
        self.reason.setAccessibleName(_("补打或作废的理由"))
        self.reason.setEditable(True)
        self.again = KeyButton(look, "ledger_reprint", _("补打"), kind="primary", icon="print", key="Ctrl+R")
        self.again.clicked.connect(lambda: self.reprint.emit(*self._asked()))
        self.drop = KeyButton(look, "ledger_void", _("作废收据"), icon="trash", key="Ctrl+Shift+R")
        self.drop.clicked.connect(lambda: self.void.emit(*self._asked()))
        line = row(Label(_("理由"), tone="sub"), gap=look.grid(1))
        line.addWidget(self.reason, 1)
        line.addWidget(self.drop)
        line.addWidget(self.again)
        self._gaps = Label(tone="sub", size="small", wrap=True)
        self._behind = Label(tone="warn", size="small")
        self._behind.hide()
        self._week = Label(tone="warn", size="small", wrap=True)
        self._week.hide()
        whole = column(self.box, self._gaps, self._week, self._behind, gap=look.grid(1))
        whole.addWidget(self.list, 1)
        for part in (rule(), self._story, self._marks):
            whole.addWidget(part)
        whole.addLayout(line)
        self.setLayout(whole)
        for reason in void:
            self.reason.addItem(reason)
        for button in (self.again, self.drop):
            QShortcut(QKeySequence(button.key), self).activated.connect(button.click)
        self._show("")

    def show_found(self, found: LedgerView) -> None:
        """Draw what was found; the cursor stays on its paper."""
        self._rows = {one.job_id: one for one in found.rows}
        self.list.show_rows(tuple(_row(one) for one in found.rows))
        self._behind.show_or_hide(_("索引正在补建，较早的可能还没有列出。") if found.behind else "")
        self._show(self.list.current())

    def show_series(self, series: tuple[Series, ...]) -> None:
        """Say whether the receipt numbers of today have a gap, and which are void."""
        lines = [_series(one) for one in series] or [_("今天还没有收据")]
        self._gaps.setText("；".join(lines))
        self._gaps.restyle(tone="bad" if any(one.missing for one in series) else "sub")

    def show_week(self, tallies: tuple[Tally, ...]) -> None:
        """Name who printed again or voided clearly more than the others in the last seven days."""
        words = (
            _("{clerk} 补打 {copies}、作废 {voids}").format(
                clerk=one.clerk, copies=one.copies, voids=one.voids
            )
            for one in tallies
            if one.outlier
        )
        named = "；".join(words)
        self._week.show_or_hide(_("近七天偏多，请了解原因：{named}").format(named=named) if named else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows act on the list while the cursor stays in the box."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            QApplication.sendEvent(self.list, event)
            return True
        return super().eventFilter(watched, event)

    def number(self, job_id: str) -> str:
        """Return the number the paper is known by, "" for one that is not in the list."""
        return self._rows[job_id].number if job_id in self._rows else ""

    def _asked(self) -> tuple[str, str]:
        return self.list.current(), self.reason.currentText().strip()

    def _show(self, key: str) -> None:
        one = self._rows.get(key)
        self.again.setEnabled(one is not None)
        self.drop.setEnabled(one is not None and one.is_receipt and not one.void)
        self._story.show_or_hide(_story(one) if one else "")
        self._marks.show_or_hide(_marks(one) if one else "")


def _row(one: LedgerRow) -> ListRow:
    icon = "history" if one.copy else "file"
    detail = " · ".join(part for part in (one.number, one.why or one.reason) if part)
    time = local(one.made_at).strftime("%m-%d %H:%M")
    if one.void:
        return ListRow(one.job_id, one.title, detail, icon=icon, right=time, pill=_("已作废"), tone="bad")
    tone = _TONES.get(one.state, "sub")
    return ListRow(one.job_id, one.title, detail, icon, time, job_word(one.state), tone)


def _series(one: Series) -> str:
    words = _("今天的收据 {first:04d} 至 {last:04d}").format(first=one.first, last=one.last)
    missing = "、".join(map(str, one.missing))
    words += _("，缺 {numbers}").format(numbers=missing) if missing else _("，连号")
    for first, last in one.skipped:
        words += _("，{first:04d}—{last:04d} 恢复备份时跳过").format(first=first, last=last)
    if one.voids:
        words += _("，作废 {count} 张：").format(count=len(one.voids))
        words += "、".join(f"{number[-4:]} {reason}" for number, reason in one.voids)
    return words


def _story(one: LedgerRow) -> str:
    which = _("补打第 {count} 次").format(count=one.copy) if one.copy else _("原件")
    made = _("{which}，已补打 {copies} 次").format(which=which, copies=one.copies)
    return _("{title}　{number}　{made}").format(title=one.title, number=one.number, made=made)


def _marks(one: LedgerRow) -> str:
    words = [
        local(one.made_at).strftime("%Y-%m-%d %H:%M:%S"),
        _("经办 {clerk}").format(clerk=one.clerk) if one.clerk else "",
        _("理由：{why}").format(why=one.why) if one.why else "",
        _("核准 {name}").format(name=one.approved_by) if one.approved_by else "",
        _("送打印机 {count} 次").format(count=one.tries) if one.tries > 1 else "",
        one.reason,
    ]
    return "　".join(word for word in words if word)
