"""What has not reached the court: the list, the reason for each record, and what a person can do about it."""

from __future__ import annotations

import json
from typing import Any, Final

from app.clock import local
from app.lanes import DB, SYNC, on
from app.services import answers
from app.services.amendments import AMENDABLE
from app.services.court_words import advice, field_word, health_of, kind_word
from app.services.desk import Desk
from app.services.views import ExplainView, Health, UnsentRow, UnsentView
from app.storage import intakes, visits
from app.storage.access import Transaction
from app.storage.records import OutboxRecord
from app.texts import _

LISTED: Final = 300
_ROUNDS: Final = 50


@on(DB)
def unsent(desk: Desk, visit_id: str = "") -> UnsentView:
    """Return what the court has not stored, what waits for a person first.

    Last stands the record of the visit ``visit_id``, stored or not: it can be corrected as well.
    """

    def read(connection: Transaction) -> UnsentView:
        waiting, blobs, _oldest, attention = intakes.backlog(connection)
        events = {event.id: event for event in intakes.unsent(connection, LISTED)}
        mine = [one for one in intakes.events_of(connection, visit_id) if one.kind in AMENDABLE and one.body]
        events |= {event.id: event for event in mine[-1:]}
        rows = [_row(connection, event) for event in events.values()]
        health, text = health_of(desk)
        return UnsentView(
            rows=tuple(rows),
            waiting=waiting,
            attention=attention,
            blobs=blobs,
            paused=desk.sending is not None and desk.sending.paused,
            health=health,
            text=text,
        )

    return desk.store(read)


def _row(connection: Transaction, event: OutboxRecord) -> UnsentRow:
    visit = visits.get(connection, event.visit_id)
    return UnsentRow(
        event_id=event.id,
        ticket=visit.ticket if visit else "",
        receipt_no=_text(event, "receipt_no"),
        kind=kind_word(event.kind),
        state=event.state,
        at=event.created_at,
        reason=advice(event).happened,
    )


@on(DB)
def explain(desk: Desk, event_id: str) -> ExplainView | None:
    """Return what was sent, what was answered and who must act; None for an event that is gone."""

    def read(connection: Transaction) -> ExplainView | None:
        event = intakes.get_event(connection, event_id)
        return _explained(connection, desk, event) if event is not None else None

    return desk.store(read)


def _explained(connection: Transaction, desk: Desk, event: OutboxRecord) -> ExplainView:
    told = advice(event)
    later = intakes.amendment_of(connection, event.id)
    waits = event.state == "waiting"
    amendable = event.kind in AMENDABLE and later is None and not waits
    correct = _("录错的、办结时没有填的（如标的额），按 Ctrl+E 更正补填。") if amendable else ""
    health, text = health_of(desk)
    return ExplainView(
        event_id=event.id,
        title=f"{kind_word(event.kind)} {_text(event, 'receipt_no')}".strip(),
        state=event.state,
        sent=_sent(connection, event),
        answered=_answered(event),
        happened=text if waits and health is not Health.OK else told.happened,
        who=told.who,
        next_step=told.next_step or correct,
        amendable=amendable,
        amended=later is not None,
    )


def _sent(connection: Transaction, event: OutboxRecord) -> tuple[tuple[str, str], ...]:
    total, stored = intakes.owed(connection, event.visit_id)
    lines = [
        (_("内容"), _("{kind}，第 {schema} 版格式，{size} 字节").format(
            kind=kind_word(event.kind), schema=event.schema, size=len(event.body))),
        (_("形成"), f"{local(event.created_at):%Y-%m-%d %H:%M:%S}"),
        (_("编号"), event.id),
        (_("校验"), f"SHA-256 {event.sha256[:16]}…"),
    ]  # fmt: skip
    if total:
        lines.append((_("图像"), _("{stored} / {total} 份已到法院").format(stored=stored, total=total)))
    if event.corrects:
        lines.append((_("更正"), _("代替 {event}，理由：{why}").format(
            event=event.corrects[:13], why=_text(event, "reason"))))  # fmt: skip
    return tuple(lines)


def _answered(event: OutboxRecord) -> tuple[tuple[str, str], ...]:
    """What the court said of it, word by word; nothing before it said anything."""
    if event.answered_at is None:
        return ()
    lines = [(_("时间"), f"{local(event.answered_at):%Y-%m-%d %H:%M:%S}")]
    if event.receipt_no:
        lines.append((_("回执"), event.receipt_no))
    if event.code:
        where = field_word(event.field or "")
        lines.append((_("代码"), _("{code}，在：{field}").format(code=event.code, field=where)))
    return tuple(lines)


def _text(event: OutboxRecord, name: str) -> str:
    body: Any = json.loads(event.body) if event.body else {}
    value = body.get(name, "") if isinstance(body, dict) else ""
    return value if isinstance(value, str) else ""


@on(SYNC)
def try_now(desk: Desk) -> int:
    """Try everything at once, whatever it waits for; return how many records the court took."""
    if desk.sending is None:
        return 0
    desk.sending.resume()
    desk.sending.sender.try_now()
    stored = 0
    for _round in range(_ROUNDS):
        done = desk.sending.round()
        stored += done.stored
        if done.answers:
            answers.announce(desk)
        if done.next_in > 0.0:
            break
    return stored


@on(SYNC)
def pause(desk: Desk) -> None:
    """Send nothing until a person says so or the program starts anew; what is finished stays safe here."""
    if desk.sending is not None:
        desk.sending.paused = True


@on(SYNC)
def resume(desk: Desk) -> None:
    """Go on sending."""
    if desk.sending is not None:
        desk.sending.resume()
