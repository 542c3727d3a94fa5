"""What the back office answered: told once, listed for the day, shown with the visit."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from app.clock import COURT_ZONE, local
from app.lanes import DB, on
from app.notices import Level, Notice
from app.services.desk import Desk
from app.services.views import AnsweredRow, AnswerView
from app.storage import answers, intakes, visits
from app.storage.access import Transaction
from app.storage.records import AnswerRecord
from app.texts import _

NOTICE: Final = "answers"
_TOLD: Final = 3
_DECLINED: Final = "declined"


def word_of(word: str) -> str:
    """Return what an answer says; a word of a later court is shown as what it is."""
    known = {
        "accepted": _("立案"),
        "supplement": _("补正"),
        _DECLINED: _("不予受理"),
        "mediated": _("调解成功"),
        "not_mediated": _("调解未成"),
    }
    return known.get(word, _("新的答复（{word}），请升级程序").format(word=word))


def of_visit(connection: Transaction, visit_id: str) -> tuple[AnswerView, ...]:
    """Return the answers to a visit, the newest first; one that was corrected says so."""
    found = answers.of_visit(connection, visit_id)
    replaced = {one.corrects for one in found if one.corrects}
    return tuple(_view(one, one.id in replaced) for one in reversed(found))


def _view(one: AnswerRecord, replaced: bool) -> AnswerView:
    return AnswerView(
        word=one.word,
        title=word_of(one.word),
        matter=one.matter,
        case_number=one.case_number or "",
        judge=one.judge or "",
        reason=one.reason or "",
        at=one.made_at,
        replaced=replaced,
    )


@on(DB)
def answered_today(desk: Desk) -> tuple[AnsweredRow, ...]:
    """Return what was answered on this business day, the newest first."""
    first = datetime.combine(desk.today(), time(), COURT_ZONE)

    def read(connection: Transaction) -> tuple[AnsweredRow, ...]:
        found = answers.received(connection, first, first + timedelta(days=1))
        return tuple(_row(connection, one) for one in found)

    return desk.store(read)


def _row(connection: Transaction, one: AnswerRecord) -> AnsweredRow:
    record = visits.get(connection, one.visit_id)
    intake = intakes.get_intake(connection, one.visit_id)
    return AnsweredRow(
        visit_id=one.visit_id,
        ticket=record.ticket if record else "",
        receipt_no=intake.receipt_no if intake else "",
        answer=_view(one, replaced=False),
        new=one.seen_at is None,
    )


@on(DB)
def looked_at(desk: Desk) -> None:
    """Note that the clerk has seen the list; the notice goes."""
    desk.store(answers.all_seen, desk.clock.now())
    desk.notices.clear(NOTICE)


@on(DB)
def remind(desk: Desk) -> None:
    """After a start, tell again what nobody has looked at."""
    announce(desk)


def announce(desk: Desk) -> None:
    """Tell the clerk what came since the list was looked at last; by number, never by name."""
    rows = desk.store(_unseen)
    if not rows:
        return
    told = "；".join(_told(row) for row in rows[:_TOLD])
    more = _("等 {count} 件").format(count=len(rows)) if len(rows) > _TOLD else ""
    grave = any(row.answer.word != "accepted" for row in rows)
    desk.notices.post(
        Notice(
            NOTICE,
            Level.ATTENTION if grave else Level.INFO,
            _("后台已答复：{told}{more}。").format(told=told, more=more),
            _("答复已存在本机，随时可查。"),
            _next(rows),
        )
    )


def _next(rows: tuple[AnsweredRow, ...]) -> str:
    words = {row.answer.word for row in rows}
    said = [_("请告知当事人")]
    if answers.ASKS in words:
        said.append(_("补正的按 Shift+F9 出告知书"))
    if _DECLINED in words:
        said.append(_("不予受理的要有书面裁定"))
    return "；".join(said) + "。"


def _unseen(connection: Transaction) -> tuple[AnsweredRow, ...]:
    return tuple(_row(connection, one) for one in answers.unseen(connection, 100))


def _told(row: AnsweredRow) -> str:
    day = local(row.answer.at).strftime("%m-%d")
    words = [f"{row.ticket}（{day}）{row.answer.title}", row.answer.case_number]
    return " ".join(filter(None, words))
