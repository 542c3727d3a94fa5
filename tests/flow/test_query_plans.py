"""Nothing that happens at every visit looks through a table that grows with the years."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from app.services.desk import Desk
from app.settings import CourtSettings, Settings
from app.storage import intakes
from tests.flow.test_services_visit import send_all
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, file_devices
from tests.helpers.visits import called, fill, finish, lay, print_all, sign, view

GROWING = ("visit", "visit_field", "intake", "outbox", "outbox_blob", "blob", "page", "print_job", "audit")
LOOKS_THROUGH = re.compile(rf"SCAN ({'|'.join(GROWING)})\b(?! USING (COVERING )?INDEX)")
SORTS = "USE TEMP B-TREE FOR ORDER BY"
Said = dict[str, Any]


@contextmanager
def listening(said: Said) -> Iterator[None]:
    """Note every statement with the values of its newest use."""

    def hear(_c: Connection, _cursor: object, sql: str, values: Any, _context: object, many: bool) -> None:
        if sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            said[sql] = values[0] if many else values

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def plans(connection: Connection, said: Said) -> Sequence[tuple[str, str]]:
    """Return (statement, step of its plan) of each."""
    known = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master")}
    found = []
    for sql, values in said.items():
        if set(re.findall(r"(?:FROM|UPDATE|JOIN) (\w+)", sql)) <= known:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            found += [(sql, str(row.detail)) for row in rows]
    return found


def whole_visit(desk: Desk) -> None:
    visit_id = called(desk)
    fill(desk)
    lay(desk, visit_id)
    view(desk)
    sign(desk)
    finish(desk)
    print_all(desk)
    send_all(desk)
    desk.store(intakes.backlog)


def test_a_visit_from_number_to_court_looks_through_no_table_that_grows(tmp_path: Path) -> None:
    said: Said = {}
    with Gateway(tmp_path / "court") as court:
        settings = Settings(
            hall=HALL,
            devices=file_devices(tmp_path),
            court=CourtSettings(court.url, str(court.data / "window.token")),
        )
        with desk_in(tmp_path, settings) as desk:
            whole_visit(desk)
            with listening(said):
                whole_visit(desk)
            found = desk.store(plans, said)
    assert len(found) > 50
    assert [step for step in found if LOOKS_THROUGH.search(step[1])] == []
    # A month may wait for the court: nothing may be sorted there.
    assert [sql for sql, step in found if "FROM outbox" in sql and step == SORTS] == [], (
        "a month may wait there"
    )
