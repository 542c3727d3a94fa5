"""Filings that fall off in December are told the next day, once; other months and few days tell nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from app.domain.audit import Act
from app.ids import new_id
from app.services import year_end
from app.services.desk import Desk
from app.storage import trail
from app.storage.access import Transaction
from app.storage.tables import intake, visit
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import desk_in


def day_of(desk: Desk, day: date, codes: list[str]) -> None:
    """A finished visit with matters of these codes."""

    def write(connection: Transaction) -> None:
        made, at = new_id(), f"{day.isoformat()}T02:00:00.000000Z"
        row = {"id": made, "ticket": "A001", "day": day.isoformat(), "window": desk.window, "clerk": "x"}
        row |= {"green": 0, "opened_at": at, "state": "finished", "closed_at": at}
        connection.execute(visit.insert().values(**row))
        body = json.dumps({"matters": [{"code": code} for code in codes]}).encode()
        number = f"SJ{day:%Y%m%d}-03-0001"
        connection.execute(
            intake.insert().values(
                visit_id=made, receipt_no=number, body=body, sha256="0" * 64, finished_at=at
            )
        )

    desk.store(write)


def told(desk: Desk) -> list[str]:
    year_end.remind(desk)
    said = [one.happened for one in desk.notices.standing() if one.key == year_end.NOTICE]
    desk.notices.clear(year_end.NOTICE)
    return said


def test_filings_that_fall_off_at_the_end_of_the_year_are_told_once_with_their_article(
    tmp_path: Path,
) -> None:
    clock = SteppingClock()
    with desk_in(tmp_path, clock=clock) as desk:
        today = desk.today()
        assert today == date(2026, 11, 23)
        assert told(desk) == []
        for back in range(3, 12):
            day_of(desk, today - timedelta(days=back), ["F01", "F04", "S01", "F01", "F01", "F01"])
        day_of(desk, today - timedelta(days=1), ["S03"])
        assert told(desk) == [], "nine days do not say what is usual"
        day_of(desk, today - timedelta(days=2), ["F01"] * 5)
        [words] = told(desk)
        assert "年底立案0件，比平时（5件）少40%以上" in words
        assert "登记立案规定第2条" in words
        assert told(desk) == [], "once"
        [line] = desk.store(trail.newest, 5, act=Act.RISK_FOUND)
        assert json.loads(line.detail) == {"day": "2026-11-22", "filings": 0, "finding": "16"}
        clock.forward(days=1)
        day_of(desk, today, ["F01"] * 4)
        assert told(desk) == []
