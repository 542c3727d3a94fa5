"""The store when it is old: `python -m benchmarks.bench_store --visits 1000000` fills one and prints a table.

The filled store is kept in `--data` and used again, so that figures can be taken when the machine is quiet.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from app.clock import stamp
from app.domain.audit import Act, Head, detail, line_after
from app.ids import new_id
from app.lanes import Act as LaneAct
from app.paths import Places
from app.services import backups, calling, drafts, finishing, issuing, search, status
from app.services.desk import Desk, open_desk
from app.settings import HallSettings, Settings
from app.storage import meta, trail
from app.storage.engine import Store
from app.storage.opening import load_key, open_store
from app.storage.tables import audit_line, blob, intake, outbox, outbox_blob, print_job, visit
from app.sync.protocol import canonical, sha256_hex

A_DAY = 60
CHUNK = 20_000
"""Visits of one transaction while filling."""
FIRST = date(1970, 1, 1)
"""A million visits end before today, so that those of the measurement have numbers of their own."""
AT_ONCE = 5_000
"""Visits taken into the search index at once; while a clerk works it is far fewer."""
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗苏包白乌"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂雅拉其木格红山"
SETTINGS = Settings(hall=HallSettings(window=3, clerk="其木格"))
FORM = {
    "identity.name": "张三",
    "identity.id_number": "150402199003075517",
    "identity.phone": "13804761234",
    "identity.address": "内蒙古自治区赤峰市红山区",
    "matter.1.cause": "民间借贷纠纷",
    "matter.1.amount": "356789.12",
    "matter.1.mediation": "decline",
    "party.p2.name": "李四",
}


def main() -> None:
    """Fill what is missing, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("out/bench-store"))
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--fill", action="store_true", help="fill store and search index, measure nothing")
    options = parser.parse_args()
    places = Places.under(options.data)
    _fill(places, options.visits)
    if options.fill:
        _fill_index(places)
        return
    print(f"load average {os.getloadavg()[0]:.1f}, store {places.store.stat().st_size / 1e6:.0f} MB")
    desk = _start(places)
    try:
        _index(desk, places)
        _saves(desk, options.saves)
        _searches(desk, options.searches)
        _backup(desk)
    finally:
        desk.close()
    _migrate(places)
    print(f"load average {os.getloadavg()[0]:.1f}")


# ---- filling -----------------------------------------------------------------------------------------


def _fill(places: Places, visits: int) -> None:
    store = open_store(places, datetime.now(UTC))
    with store.transaction() as connection:
        there = connection.exec_driver_sql("SELECT count(*) FROM visit").scalar_one()
        # Hashes fall anywhere in their indexes: a small cache would read and write a page for each.
        connection.exec_driver_sql("PRAGMA cache_size = -2000000")
    chance = random.Random(there)  # noqa: S311 - made-up people
    started = time.perf_counter()
    for first in range(there, visits, CHUNK):
        _chunk(store, first, min(CHUNK, visits - first), chance)
    store.close()
    if there < visits:
        print(f"filled {visits - there} visits in {time.perf_counter() - started:.0f} s")


def _chunk(store: Store, first: int, count: int, chance: random.Random) -> None:
    made = [_visit(number, chance) for number in range(first, first + count)]
    with store.transaction() as connection:
        for table in (visit, blob, intake, outbox, outbox_blob, print_job):
            connection.execute(table.insert(), [row for one in made for row in one[table.name]])
        head, lines = trail.head(connection), []
        for one in made:
            row = one["intake"][0]
            line = line_after(
                head, at=row["finished_at"], actor="其木格", act=Act.FINISHED, subject=row["visit_id"],
                detail=detail(receipt_no=row["receipt_no"], sha256=row["sha256"]),
            )  # fmt: skip
            lines.append({name: getattr(line, name) for name in type(line).__slots__})
            head = Head(line.seq, line.hash)
        connection.execute(audit_line.insert(), lines)
        meta.write(connection, "audit_head", f"{head.size} {head.hash}")


def _visit(number: int, chance: random.Random) -> dict[str, list[dict[str, Any]]]:
    day = FIRST + timedelta(days=number // A_DAY)
    at = stamp(datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(minutes=number % A_DAY * 7))
    visit_id, count = new_id(), number % A_DAY + 1
    ticket, receipt_no = f"A{count:03d}", f"SJ{day:%Y%m%d}-03-{count:04d}"
    body = canonical(_body(visit_id, ticket, receipt_no, at, chance))
    sha256 = sha256_hex(body)
    pictures = [f"{chance.getrandbits(256):064x}" for _ in range(2)]
    event = {
        "id": new_id(), "visit_id": visit_id, "kind": "intake", "schema": 3, "body": body, "sha256": sha256,
        "state": "stored", "receipt_no": f"R{number}", "epoch": "e", "created_at": at, "answered_at": at,
    }  # fmt: skip
    job = {
        "visit_id": visit_id, "printer": "receipt_printer", "title": "材料收据", "state": "confirmed",
        "content": json.dumps({"receipt_no": receipt_no, "lines": ["起诉状 2 页 2 份"] * 4}),
        "reason": "", "tries": 1, "created_at": at, "updated_at": at,
    }  # fmt: skip
    return {
        "visit": [{
            "id": visit_id, "ticket": ticket, "day": day.isoformat(), "window": 3, "clerk": "其木格",
            "green": 0, "opened_at": at, "state": "finished", "closed_at": at,
        }],
        "blob": [
            {"sha256": one, "size": 90_000, "key": bytes(32), "media_type": "image/jpeg", "created_at": at}
            for one in pictures
        ],
        "intake": [{
            "visit_id": visit_id, "receipt_no": receipt_no, "body": body, "sha256": sha256, "finished_at": at,
        }],
        "outbox": [event],
        "outbox_blob": [
            {"visit_id": visit_id, "sha256": one, "epoch": "e", "stored_at": at} for one in pictures
        ],
        "print_job": [{"id": new_id(), "kind": kind, **job} for kind in ("receipt", "receipt_a4")],
    }  # fmt: skip


def _body(visit_id: str, ticket: str, receipt_no: str, at: str, chance: random.Random) -> dict[str, Any]:
    people = [_person(chance) for _ in range(2)]
    return {
        "visit_id": visit_id, "receipt_no": receipt_no, "ticket": ticket, "finished_at": at, "window": 3,
        "visitor": people[0], "parties": people, "agents": [], "blobs": [],
        "matters": [{"number": 1, "code": "F02", "name": "民事一审立案", "cause": "民间借贷纠纷"}],
        "provenance": [{"path": f"matter.1.f{n}", "value": "张" * 20, "source": "typed"} for n in range(6)],
        "materials": [{"matter": 1, "code": "M01", "name": "起诉状", "pages": 2, "copies": 2, "sha256": []}],
    }  # fmt: skip


def _person(chance: random.Random) -> dict[str, str]:
    name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
    born = f"{chance.randint(1950, 2005)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    number = f"1504{chance.randint(1, 30):02d}{born}{chance.randint(0, 9999):04d}"
    return {"name": name, "id_number": number, "phone": f"13{chance.randint(0, 999_999_999):09d}"}


# ---- measuring ---------------------------------------------------------------------------------------


def _start(places: Places) -> Desk:
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        desk = open_desk(SETTINGS, places)
        _run(desk, status.view)
        _run(desk, calling.resume)
        spent.append(time.perf_counter() - started)
        if len(spent) < 3:
            desk.close()
    print(f"open, status bar, take up: {', '.join(f'{s:.2f}' for s in spent)} s  (bar 2 s)")
    return desk


def _run(desk: Desk, act: LaneAct[Any, Any, Any], *arguments: object) -> Any:
    return desk.lanes.submit(act.lane, act, desk, *arguments).result()


def _fill_index(places: Places) -> None:
    desk = open_desk(SETTINGS, places)
    try:
        _index(desk, places)
    finally:
        desk.close()


def _index(desk: Desk, places: Places) -> None:
    started = time.perf_counter()
    rounds = 0
    while not _run(desk, search.catch_up, AT_ONCE):
        rounds += 1
    size = places.search.stat().st_size / 1e6
    print(f"search index brought up to date in {time.perf_counter() - started:.0f} s, {size:.0f} MB")


def _saves(desk: Desk, count: int) -> None:
    """Time the transaction that freezes a visit, fsync included, and the whole act around it.

    Processor time beside it tells on a busy machine what waiting for others adds.
    """
    inside: list[float] = []
    worked: list[float] = []
    whole: list[float] = []
    store = desk.store

    def timed(function: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        started, at_work = time.perf_counter(), time.process_time()
        result = store(function, *arguments, **more)
        if function.__name__ == "_commit":
            inside.append((time.perf_counter() - started) * 1000)
            worked.append((time.process_time() - at_work) * 1000)
        return result

    for _ in range(count):
        _run(desk, issuing.take_ticket, "立案", False)
        _run(desk, calling.call_next)
        for path, text in FORM.items():
            _run(desk, drafts.set_field, path, text)
        _run(desk, drafts.set_field, "matter.1.code", "S01")
        desk.store = timed  # type: ignore[assignment]
        started = time.perf_counter()
        done = _run(desk, finishing.finish, True)
        whole.append((time.perf_counter() - started) * 1000)
        desk.store = store
        _run(desk, calling.served, done.ticket)
    _tell("save of a finished visit (bars 5, 25 ms)", inside)
    _tell("  its processor time", worked)
    _tell("the whole act of finishing", whole)


def _searches(desk: Desk, count: int) -> None:
    chance = random.Random(7)  # noqa: S311
    kinds: dict[str, Callable[[], str]] = {
        "search: name of 2 or 3": lambda: _person(chance)["name"],
        "search: surname": lambda: chance.choice(SURNAMES),
        "search: initials": lambda: "".join(chance.choices("wlzcyhsmgj", k=chance.choice([2, 3]))),
        "search: last 4 digits": lambda: f"{chance.randint(0, 9999):04d}",
        "search: one initial": lambda: chance.choice("wlzcyhsmgj"),
        "search: pinyin": lambda: chance.choice(("wang", "liuyang", "zhangmin", "chenjing")),
        "search: first 6 of an identity number": lambda: f"1504{chance.randint(1, 30):02d}",
        "search: first 9 of an identity number": lambda: (
            f"1504{chance.randint(1, 30):02d}19{chance.randint(5, 9)}"
        ),
        "search: first 6 of a telephone": lambda: f"13{chance.randint(0, 9999):04d}",
        "search: receipt number": lambda: f"SJ{chance.randint(1970, 2014)}{chance.randint(1, 12):02d}",
        "search: name and last 4": lambda: f"{_person(chance)['name']} {chance.randint(0, 9999):04d}",
        "search: nobody": lambda: "欧阳" + chance.choice(GIVEN),
    }
    everything: list[float] = []
    for title, line in kinds.items():
        spent = []
        for _ in range(count):
            asked = line()
            started = time.perf_counter()
            _run(desk, search.search, asked)
            spent.append((time.perf_counter() - started) * 1000)
        everything += spent
        _tell(title, spent)
    _tell("search, all kinds (bar p99 50 ms)", everything)


def _backup(desk: Desk) -> None:
    started = time.perf_counter()
    made = _run(desk, backups.back_up)
    size = made.backups[0].size / 1e6
    print(f"backup, every page proved: {time.perf_counter() - started:.1f} s, {size:.0f} MB  (bar 60 s)")


def _migrate(places: Places) -> None:
    """Time what a migration is allowed to do: a column, an index, a table made anew; rolled back."""
    steps = (
        "ALTER TABLE visit ADD COLUMN bench TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX ix_bench ON outbox (visit_id, kind)",
        "CREATE TABLE bench_jobs AS SELECT * FROM print_job",
        "CREATE INDEX ix_bench_jobs ON bench_jobs (visit_id)",
    )
    store = Store(places.store, load_key(places))
    started = time.perf_counter()
    with suppress(_Undo), store.transaction() as connection:
        for step in steps:
            begun = time.perf_counter()
            connection.exec_driver_sql(step)
            print(f"  {step[:46]}: {time.perf_counter() - begun:.1f} s")
        raise _Undo
    store.close()
    print(f"migration steps and their roll-back: {time.perf_counter() - started:.1f} s  (bar 30 s)")


class _Undo(Exception):
    """Nothing of the measured migration is to stay."""


def _tell(title: str, spent: list[float]) -> None:
    spent.sort()
    at99 = spent[min(len(spent) - 1, int(len(spent) * 0.99))]
    print(f"{title:<44} p50 {statistics.median(spent):>8.2f}  p99 {at99:>8.2f}  max {spent[-1]:>8.2f} ms")


if __name__ == "__main__":
    main()
