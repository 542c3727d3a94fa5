"""The end of a visit: the receipt number, what has been printed, what the court has."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.clock import local
from app.services.views import AnswerView, JobView, OutcomeView, PaperView, Remark, VisitPapers
from app.texts import _
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.icon import Icon
from ui.widgets.label import Label
from ui.widgets.layout import column, empty, margins, row, rule

_SHAPES: Final = {
    "waiting": Shape.RING,
    "sending": Shape.HALF,
    "confirmed": Shape.CHECK,
    "printed": Shape.CHECK,
    "unconfirmed": Shape.ALERT,
    "not_printed": Shape.STOP,
}


_ANSWER_TONES: Final = {"accepted": "ok", "mediated": "ok", "declined": "bad"}
_ANSWER_SHAPES: Final = {"accepted": Shape.CHECK, "mediated": Shape.CHECK, "declined": Shape.STOP}


def job_word(state: str) -> str:
    """Return the word for the state of a print job."""
    words = {
        "waiting": _("等待打印"),
        "sending": _("正在打印"),
        "confirmed": _("已打印"),
        "printed": _("已打印"),
        "unconfirmed": _("不确定，请看一眼"),
        "not_printed": _("没有印出"),
    }
    return words.get(state, state)


def court_word(state: str) -> str:
    """Return the sentence for where the record is on its way to the court."""
    words = {
        "waiting": _("已存本机，联网后自动送法院"),
        "stored": _("法院已收到"),
        "conflict": _("法院那边已有一份不同的，请值班主任处理"),
        "rejected": _("法院退回，请值班主任处理"),
    }
    return words.get(state, state)


class OutcomeStep(QFrame):
    """Before the end it says what F12 will do; afterwards what came of it."""

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self._look = look
        self._view: OutcomeView | None = None
        self._drawn = False
        self._papers = VisitPapers("")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(*margins(look, 3, 3))
        self._box.setSpacing(look.grid(1.5))

    def show_outcome(self, view: OutcomeView | None) -> None:
        if self._drawn and view == self._view:
            return
        self._view, self._drawn = view, True
        self._draw()

    def show_papers(self, papers: VisitPapers) -> None:
        """Draw the papers the visit gives out below what is drawn already."""
        if papers != self._papers:
            self._papers = papers
            self._draw()

    def _draw(self) -> None:
        empty(self._box)
        if self._view is None:
            self._draw_open()
        else:
            self._draw_outcome(self._view)
        self._box.addStretch(1)

    def _draw_open(self) -> None:
        look = self._look
        icon = Icon("print", look.tokens.sub, look.px(32))
        words = (
            _("F12 办结：生成收件编号，打印收据，送法院。"),
            _("没有网络也能办结：编号和收据当场就有，联网后自动送出。"),
        )
        self._box.addStretch(1)
        self._box.addWidget(icon, 0, Qt.AlignmentFlag.AlignHCenter)
        for index, text in enumerate(words):
            label = Label(text, tone="sub" if index else "ink", wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._box.addWidget(label)
        at_end = self._papers.at_end
        lines = [self._paper(title, "", _("F12 时打印"), "brand", Shape.RING) for title in at_end]
        self._draw_papers(lines + [self._paper_line(paper) for paper in self._papers.papers])

    def _draw_papers(self, lines: list[QVBoxLayout]) -> None:
        """What the visit gives out, each paper with what stands in its way or what became of it."""
        if not lines:
            return
        self._box.addWidget(rule())
        head = row(Label(_("文书"), bold=True), None, gap=self._look.grid())
        head.addWidget(Label(_("Ctrl+D 选择并打印"), tone="sub", size="small"))
        self._box.addLayout(head)
        for line in lines:
            self._box.addLayout(line)

    def _paper_line(self, paper: PaperView) -> QVBoxLayout:
        if paper.state == "made":
            return self._paper(paper.title, "", _("已打印"), "ok", Shape.CHECK)
        if paper.state == "lacking":
            return self._paper(paper.title, paper.note, _("还不能打"), "sub", Shape.DASH)
        if paper.state == "left_out":
            return self._paper(paper.title, paper.note, _("不出"), "sub", Shape.DASH)
        word = _("可以打印") if paper.chosen else _("需要时打印")
        return self._paper(paper.title, paper.note, word, "brand", Shape.RING)

    def _paper(self, title: str, note: str, word: str, tone: str, shape: Shape) -> QVBoxLayout:
        line = row(Badge(self._look, shape), gap=self._look.grid())
        line.addWidget(Label(title, wrap=True), 1)
        line.addWidget(Label(word, tone=tone))
        lines = column(line, gap=2)
        if note:
            detail = row(gap=0, margins=(self._look.px(24), 0, 0, 0))
            detail.addWidget(Label(note, size="small", tone="sub", wrap=True), 1)
            lines.addLayout(detail)
        return lines

    def _draw_outcome(self, view: OutcomeView) -> None:
        look = self._look
        shape, word, tone = Shape.CHECK, _("已办结"), "ok"
        if view.received_only:
            shape, word, tone = Shape.ALERT, _("已收件，事项冻结待处理"), "warn"
        done = row(Badge(look, shape, 20), Label(word, bold=True, size="lead", tone=tone), None)
        time = local(view.finished_at).strftime("%Y-%m-%d %H:%M")
        done.addWidget(Label(time, tone="sub"))
        number = Label(view.receipt_no, size="number", bold=True)
        number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        number.setAccessibleName(_("收件编号 {number}").format(number=view.receipt_no))
        self._box.addLayout(done)
        self._box.addLayout(column(Label(_("收件编号"), tone="sub", size="small"), number, gap=0))
        if view.received_only:
            words = _("收据有效。值班主任核实后按 Alt+U 写明理由解除，即算办结，原记录不变。")
            self._box.addWidget(Label(words, tone="sub", wrap=True))
        for lines in (*map(self._lacking, view.lacking), *map(self._step, view.corrected)):
            self._box.addLayout(lines)
        if view.jobs:
            self._box.addWidget(rule())
            self._box.addWidget(Label(_("打印"), bold=True))
        for job in view.jobs:
            self._box.addLayout(self._job(job))
        self._box.addWidget(rule())
        court = court_word(view.court_state)
        if view.court_receipt_no:
            court = _("{state} · 法院回执 {number}").format(state=court, number=view.court_receipt_no)
        line = row(Icon("court", look.tokens.brand, look.px(20)), gap=look.grid())
        line.addWidget(Label(court, wrap=True), 1)
        self._box.addLayout(line)
        left = [paper for paper in self._papers.papers if paper.state != "made"]
        self._draw_papers([self._paper_line(paper) for paper in left])
        if view.steps:
            self._box.addWidget(rule())
            head = row(Label(_("办理步骤"), bold=True), None)
            head.addWidget(Label(_("后来的答复按 Alt+B 补记"), tone="sub", size="small"))
            self._box.addLayout(head)
        for step in view.steps:
            self._box.addLayout(self._step(step))
        for answer in view.answers:
            self._box.addLayout(self._answer(answer))

    def _lacking(self, missing: Remark) -> QVBoxLayout:
        """What the law still asks for, and how the party was told."""
        line = row(Badge(self._look, Shape.ALERT), gap=self._look.grid())
        line.addWidget(Label(missing.text, tone="warn", wrap=True), 1)
        detail = row(gap=0, margins=(self._look.px(24), 0, 0, 0))
        words = " · ".join(part for part in (missing.action, missing.basis) if part)
        detail.addWidget(Label(words, size="small", tone="sub", wrap=True), 1)
        return column(line, detail, gap=2)

    def _step(self, step: Remark) -> QVBoxLayout:
        """What was recorded on the way, its clocks, its authority."""
        line = row(Badge(self._look, Shape.CHECK), gap=self._look.grid())
        line.addWidget(Label(step.text, wrap=True), 1)
        below = " · ".join(part for part in (step.action, step.basis) if part)
        detail = row(gap=0, margins=(self._look.px(24), 0, 0, 0))
        detail.addWidget(Label(below, size="small", tone="sub", wrap=True), 1)
        return column(line, detail, gap=2)

    def _answer(self, answer: AnswerView) -> QVBoxLayout:
        """What the back office said; one that was corrected later stands back."""
        tone = "sub" if answer.replaced else _ANSWER_TONES.get(answer.word, "warn")
        title = answer.title if not answer.matter else f"{answer.matter} {answer.title}"
        shape = Shape.DASH if answer.replaced else _ANSWER_SHAPES.get(answer.word, Shape.ALERT)
        line = row(Badge(self._look, shape), Label(_("后台答复"), tone="sub"), gap=self._look.grid())
        line.addWidget(Label(title, bold=True, tone=tone))
        number = Label(answer.case_number, bold=not answer.replaced)
        number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line.addWidget(number, 1)
        line.addWidget(Label(local(answer.at).strftime("%m-%d %H:%M"), tone="sub", size="small"))
        lines = column(line, gap=2)
        rest = [_("已由后面的答复更正")] if answer.replaced else []
        rest += [_("承办 {judge}").format(judge=answer.judge)] if answer.judge else []
        rest += [answer.reason] if answer.reason else []
        if rest:
            detail = row(gap=0, margins=(self._look.px(24), 0, 0, 0))
            detail.addWidget(Label("　".join(rest), size="small", tone="sub", wrap=True), 1)
            lines.addLayout(detail)
        return lines

    def _job(self, job: JobView) -> QVBoxLayout:
        shape = _SHAPES.get(job.state, Shape.RING)
        tone = {Shape.ALERT: "warn", Shape.STOP: "bad", Shape.CHECK: "ok"}.get(shape, "sub")
        line = row(Badge(self._look, shape), Label(job.title), None, Label(job_word(job.state), tone=tone))
        lines = column(line, gap=2)
        if job.reason:
            lines.addLayout(row(self._look.px(24), Label(job.reason, size="small", tone="sub"), None, gap=0))
        return lines
