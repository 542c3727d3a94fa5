"""Filings that fall off at the end of the year (risk node 16): told the next working day, on record."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from app.domain.audit import Act
from app.domain.risk import DEFAULT_LIMITS, Finding, HallDay, check_hall
from app.notices import Level, Notice
from app.services.desk import Desk
from app.storage import days, meta, trail
from app.storage.access import Transaction
from app.texts import _

NOTICE: Final = "year_end"
_TOLD: Final = "year_end_told"
_NODE: Final = 16
_SINCE: Final = timedelta(days=60)
_FEWEST_DAYS: Final = 10


def remind(desk: Desk) -> None:
    """Compare the last day this window was open with the sixty days before, once, in November and December.

    Fewer than ten days tell nothing of what is usual. By count, never by name.
    """
    found = desk.store(_look, desk)
    if found is not None:
        desk.notices.post(
            Notice(
                NOTICE,
                Level.ATTENTION,
                _("{text}（{basis}）。").format(text=found.rule.text, basis=found.rule.article),
                _("对起诉一律接收并出收据，年底也一样。"),
                _("请值班主任{action}。").format(action=found.action),
            )
        )


def _look(connection: Transaction, desk: Desk) -> Finding | None:
    today = desk.today()
    counted = days.filings(connection, desk.window, today - _SINCE - timedelta(days=7), today)
    if not counted or max(counted).month not in DEFAULT_LIMITS.year_end_months:
        return None
    last = max(counted)
    if meta.read(connection, _TOLD) == last.isoformat():
        return None
    before = {day: count for day, count in counted.items() if last - _SINCE <= day < last}
    if len(before) < _FEWEST_DAYS:
        return None
    meta.write(connection, _TOLD, last.isoformat())
    usual = sum(before.values()) / len(before)
    found = check_hall(HallDay(last, filings_today=counted[last], usual_filings=usual))
    one = next((finding for finding in found if finding.node == _NODE), None)
    if one is not None:
        _note(connection, desk, last, counted[last])
    return one


def _note(connection: Transaction, desk: Desk, day: date, count: int) -> None:
    trail.add(
        connection,
        Act.RISK_FOUND,
        subject=f"window-{desk.window}",
        actor=desk.settings.hall.clerk,
        at=desk.clock.now(),
        finding=str(_NODE),
        day=day.isoformat(),
        filings=count,
    )
