"""What has not reached the court and what the back office answered today; beside it, why and what to do."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.clock import local
from app.services.amend_fields import AmendView
from app.services.court_words import who_word
from app.services.views import AnsweredRow, ExplainView, Health, UnsentRow, UnsentView
from app.texts import _
from ui.screens.amend import AmendForm
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, empty, margins, row, rule, scrolled, surface
from ui.widgets.row_list import ListRow, RowList

_LEFT: Final = 430
_LABEL: Final = 56
_ANSWER_TONES: Final = {"accepted": "ok", "mediated": "ok", "declined": "bad"}
_HEALTH: Final = {Health.OK: Shape.CHECK, Health.FAILED: Shape.STOP, Health.ABSENT: Shape.DASH}


class UnsentPage(QWidget):
    """Emits what the clerk wants: a record explained, a try, a pause, a correction, the courier."""

    selected = Signal(str)
    try_now = Signal()
    pause = Signal(bool)
    amend = Signal(str)
    amended = Signal(str, dict, str)
    typed = Signal(str, dict)
    pack = Signal()
    unpack = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._answers: dict[str, AnsweredRow] = {}
        self._paused = False
        self._shown = ""
        self._drawn: ExplainView | None = None
        self.list = RowList(look, _("未送达"), empty=_("全部已送达法院。"))
        self.list.moved.connect(self._chosen)
        self.list.chosen.connect(lambda _key: self._amend())
        self.answers = RowList(look, _("今日答复"), empty=_("今天还没有后台答复。"))
        self.answers.moved.connect(self._answer)
        self.form = AmendForm(look)
        self.form.sent.connect(self.amended)
        self.form.typed.connect(self.typed)
        self.form.left.connect(self.show_reason)
        self._right = QStackedWidget()
        self._right.addWidget(self._reason_side())
        self._right.addWidget(self.form)
        whole = row(self._left_side(), gap=look.grid(2))
        whole.addWidget(self._right, 1)
        self.setLayout(whole)
        for button, slot in (
            (self.again, self.try_now.emit),
            (self.halt, self._halt),
            (self.fix, self._amend),
            (self.stick, self.pack.emit),
            (self.back, self.unpack.emit),
        ):
            button.clicked.connect(slot)
            QShortcut(QKeySequence(button.key), self).activated.connect(button.click)

    def _left_side(self) -> QWidget:
        look = self._look
        self._badge = Badge(look, Shape.RING)
        self._state = Label(bold=True, wrap=True)
        self._count = Label(tone="sub", size="small", wrap=True)
        self._told = Label(_("今日答复"), bold=True)
        self.again = KeyButton(look, "try_now", _("立即重试"), kind="primary", icon="send", key="Ctrl+R")
        self.halt = KeyButton(look, "pause", _("暂停发送"), icon="pause", key="Ctrl+B")
        self.stick = KeyButton(look, "pack", _("打包到 U 盘"), icon="disk", key="Ctrl+K")
        self.back = KeyButton(look, "unpack", _("收法院回执"), icon="import", key="Ctrl+I")
        head = row(gap=look.grid(1))
        head.addLayout(column(self._badge, None, gap=0, margins=(0, look.px(3), 0, 0)))
        head.addLayout(column(self._state, self._count, gap=2), 1)
        box = QVBoxLayout()
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(look.grid(1))
        box.addLayout(head)
        box.addLayout(row(self.again, self.halt, None))
        box.addLayout(row(self.stick, self.back, None))
        box.addWidget(self.list, 3)
        box.addWidget(self._told)
        box.addWidget(self.answers, 2)
        side = QWidget()
        side.setLayout(box)
        side.setFixedWidth(look.px(_LEFT))
        return side

    def _reason_side(self) -> QWidget:
        look = self._look
        self.fix = KeyButton(look, "amend", _("更正后重送"), kind="primary", icon="swap", key="Ctrl+E")
        self._body = QVBoxLayout()
        self._body.setContentsMargins(*margins(look, 1, 0))
        self._body.setSpacing(look.grid(1.25))
        inside = QWidget()
        inside.setLayout(self._body)
        whole = column(gap=look.grid(1))
        whole.addWidget(scrolled(inside), 1)
        whole.addLayout(row(self.fix, None))
        return surface("clear", whole)

    # ---- views ----------------------------------------------------------------------------------

    def show_unsent(self, view: UnsentView) -> None:
        """Draw the list; the cursor stays on its record."""
        self._paused = view.paused
        self.halt.set_label(_("恢复发送") if view.paused else _("暂停发送"))
        self._badge.show_shape(_HEALTH.get(view.health, Shape.ALERT))
        self._state.setText(view.text or _("与法院的联系正常"))
        self._count.setText(
            _("等着发送 {waiting} 件，要人处理 {attention} 件，图像 {blobs} 份").format(
                waiting=view.waiting, attention=view.attention, blobs=view.blobs
            )
        )
        self.list.show_rows(tuple(_row(one) for one in view.rows))
        if not view.rows and not self.answers.hasFocus():
            self._draw_nothing()

    def show_answers(self, rows: tuple[AnsweredRow, ...]) -> None:
        """Draw what the back office answered today."""
        self._answers = {f"{place}": one for place, one in enumerate(rows)}
        self._told.setText(_("今日答复 {count} 件").format(count=len(rows)) if rows else _("今日答复"))
        self.answers.show_rows(tuple(_answer_row(key, one) for key, one in self._answers.items()))
        if not self.answers.hasFocus():
            self.answers.setCurrentIndex(QModelIndex())  # one row at a time says what stands on the right
        if self.list.current():
            self.selected.emit(self.list.current())

    def show_explained(self, view: ExplainView) -> None:
        """Draw why a record is where it is."""
        if view.event_id != self.list.current() or view == self._drawn:
            return
        self._shown, self._drawn = view.event_id, view
        self._offer(view.amendable)
        grave = view.state in {"conflict", "rejected"} and not view.amended
        shape = Shape.STOP if grave else Shape.CHECK if view.state == "stored" else Shape.HALF
        head = row(Badge(self._look, shape, 20), gap=self._look.grid(1))
        head.addWidget(
            Label(view.happened, bold=True, size="lead", tone="bad" if grave else "", wrap=True), 1
        )
        empty(self._body)
        self._body.addWidget(Label(view.title, tone="sub"))
        self._body.addLayout(head)
        who = _("由谁处理：{who}").format(who=who_word(view.who))
        self._body.addWidget(Label(who, bold=True))
        self._body.addWidget(Label(view.next_step, wrap=True))
        self._lines(_("本机送出的"), view.sent)
        self._lines(_("法院的回答"), view.answered or ((_("时间"), _("还没有回答")),))
        self._body.addStretch(1)

    def show_form(self, view: AmendView) -> None:
        """Put the form for a correction in place of the explanation."""
        self.form.show_form(view)
        self._right.setCurrentWidget(self.form)

    def go_on(self) -> None:
        """Put the form that was left half done in its place again, else the explanation."""
        if self.form.unsent and self.form.event_id:
            self._right.setCurrentWidget(self.form)
            self.form.take_focus()
        else:
            self.show_reason()

    def show_reason(self) -> None:
        """Go back from the form to the explanation."""
        self._right.setCurrentIndex(0)
        self.list.setFocus()

    def _lines(self, title: str, lines: tuple[tuple[str, str], ...]) -> None:
        self._body.addWidget(rule())
        self._body.addWidget(Label(title, bold=True))
        for label, text in lines:
            name = Label(label, tone="sub", size="small")
            name.setFixedWidth(self._look.px(_LABEL))
            line = row(name, gap=self._look.grid(1))
            line.addWidget(Label(text, size="small", wrap=True), 1)
            self._body.addLayout(line)

    def _draw_nothing(self) -> None:
        if self._drawn is None and self._body.count():
            return
        self._begin()
        self._body.addWidget(Label(_("没有要处理的。"), bold=True, size="lead"))
        words = _("办结的记录都已到法院；新的记录办结后自动送出，不用来这里。")
        self._body.addWidget(Label(words, tone="sub", wrap=True))
        self._body.addStretch(1)

    # ---- hands ----------------------------------------------------------------------------------

    def _chosen(self, key: str) -> None:
        if key != self._shown or not self.answers.hasFocus():
            self.selected.emit(key)

    def _answer(self, key: str) -> None:
        """Draw one answer of the back office, once the clerk goes to it."""
        found = self._answers.get(key)
        if found is None or not self.answers.hasFocus():
            return
        answer = found.answer
        self._begin()
        self._body.addWidget(Label(f"{found.ticket} {found.receipt_no}", tone="sub"))
        tone = _ANSWER_TONES.get(answer.word, "warn")
        self._body.addWidget(Label(answer.title, bold=True, size="lead", tone=tone))
        lines = (
            (_("案号"), answer.case_number),
            (_("承办"), answer.judge),
            (_("事项"), _("第 {number} 件").format(number=answer.matter) if answer.matter else ""),
            (_("内容"), answer.reason),
            (_("时间"), f"{local(answer.at):%Y-%m-%d %H:%M}"),
        )
        self._lines(_("后台答复"), tuple(line for line in lines if line[1]))
        self._body.addStretch(1)

    def _begin(self) -> None:
        """Empty the right side for something that is no record of ours."""
        self._shown, self._drawn = "", None
        self._offer(False)
        empty(self._body)

    def _offer(self, amendable: bool) -> None:
        self.fix.setEnabled(amendable)
        self.fix.setVisible(amendable)

    def _halt(self) -> None:
        self.pause.emit(not self._paused)

    def _amend(self) -> None:
        if self._shown and self.fix.isEnabled() and not self._is_corrected_here():
            self.amend.emit(self._shown)

    def _is_corrected_here(self) -> bool:
        """Whether the form of this very record is open: opened anew it would lose what is half typed."""
        return self._right.currentWidget() is self.form and self.form.event_id == self._shown


def _row(one: UnsentRow) -> ListRow:
    pills = {
        "waiting": (_("等着发送"), "sub"),
        "conflict": (_("内容冲突"), "bad"),
        "rejected": (_("法院退回"), "bad"),
        "stored": (_("已送达"), "ok"),
    }
    pill, tone = pills.get(one.state, (one.state, "warn"))
    title = " ".join(part for part in (one.ticket, one.receipt_no or one.kind) if part)
    return ListRow(
        one.event_id,
        title,
        one.reason,
        icon="alert" if tone == "bad" else "send",
        right=f"{local(one.at):%m-%d %H:%M}",
        pill=pill,
        tone=tone,
    )


def _answer_row(key: str, one: AnsweredRow) -> ListRow:
    answer = one.answer
    detail = "　".join(filter(None, (answer.case_number, answer.judge, answer.reason.replace("\n", " "))))
    title = f"{one.ticket} {answer.title}"
    tone = _ANSWER_TONES.get(answer.word, "warn")
    pill = _("新") if one.new else ""
    return ListRow(key, title, detail, icon="court", right=f"{local(answer.at):%H:%M}", pill=pill, tone=tone)
