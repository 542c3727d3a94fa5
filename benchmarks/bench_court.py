"""How many records a second reach the court, from a durable outbox to a durable acknowledgement.

Run with ``python3 make.py bench bench_court``. A real gateway runs in its own process, the way between is
the loopback. "Own sender" is a desk as it is: the encrypted store, its outbox, the sender with its batches.
The other lines show what the size of a batch costs, with a plain SQLite outbox at `synchronous=FULL`.
PostgreSQL is measured where it is installed, on a cluster of its own. `--preload N` first fills the
PostgreSQL with N records (a month each 5,000,000), to see what size does. One intake is about 1 KB and names
two blobs.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from app.clock import SystemClock
from app.lanes import DB, Lanes
from app.paths import Places
from app.storage import intakes, visits
from app.storage.access import StoreAccess, Transaction
from app.storage.opening import open_store
from app.storage.records import VisitRecord
from app.sync.client import CourtClient
from app.sync.line import SideBySide
from app.sync.outbox import StoreInbox, StoreOutbox
from app.sync.protocol import Event, Stored
from app.sync.sender import Sender
from tests.helpers.cases import MOMENT
from tests.helpers.court import Gateway
from tests.helpers.outbox import MemoryBlobs, intake, seeded
from tests.helpers.postgres import Cluster, name_of, programs

Act = Callable[[], int]
BATCHES = (1, 20, 100, 500)
RECORDS = 10_000
NO_LIMITS = ("--requests-per-second", "0", "--records-per-day", "0")


class Outbox:
    """As little of a desk as is honest: rows on disk before, the answer on disk after."""

    def __init__(self, path: Path, records: int) -> None:
        self._raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._raw.execute("PRAGMA journal_mode = WAL")
        self._raw.execute("PRAGMA synchronous = FULL")
        self._raw.execute("CREATE TABLE outbox (no INTEGER PRIMARY KEY, id, seq, visit, body, sha, receipt)")
        self._raw.execute("CREATE INDEX due ON outbox (no) WHERE receipt IS NULL")
        self._raw.execute("BEGIN")
        for seq in range(1, records + 1):
            one = intake(
                seq, pages=[b"%d" % seq, b"d%d" % seq], claims="请求判令被告偿还借款本金及利息。" * 6
            )
            row = (one.id, one.seq, one.visit_id, one.body, one.sha256)
            self._raw.execute("INSERT INTO outbox (id, seq, visit, body, sha) VALUES (?, ?, ?, ?, ?)", row)
        self._raw.execute("COMMIT")

    def due(self, limit: int) -> list[Event]:
        rows = self._raw.execute(
            "SELECT id, seq, visit, body, sha FROM outbox WHERE receipt IS NULL ORDER BY no LIMIT ?", (limit,)
        )
        return [Event(i, "desk-1", s, v, "intake", 1, body, sha) for i, s, v, body, sha in rows]

    def drain(self, client: CourtClient, batch: int) -> int:
        """Send everything; return how many the court has stored."""
        stored = 0
        while events := self.due(batch):
            answers = client.post(events).by_id
            told = [(one.receipt_no, i) for i, one in answers.items() if isinstance(one, Stored)]
            assert len(told) == len(events)
            self._raw.execute("BEGIN IMMEDIATE")
            self._raw.executemany("UPDATE outbox SET receipt = ? WHERE id = ? AND no > 0", told)
            self._raw.execute("COMMIT")
            stored += len(told)
        return stored

    def index(self) -> None:
        self._raw.execute("CREATE INDEX by_id ON outbox (id)")

    def close(self) -> None:
        self._raw.close()


class OwnDesk:
    """The encrypted store of a desk with finished visits in it."""

    def __init__(self, folder: Path, records: int) -> None:
        self._lanes = Lanes()
        opened = self._lanes.submit(DB, open_store, Places.under(folder), MOMENT).result()
        self._store = StoreAccess(opened, self._lanes)
        self._store(_fill, records)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lanes.close(last=(DB, self._store.close))

    def drain(self, client: CourtClient) -> int:
        """Send everything; return how many the court has stored."""
        outbox, inbox = (
            StoreOutbox(self._store, SystemClock(), "desk-1"),
            StoreInbox(self._store, SystemClock()),
        )
        sender = Sender(outbox, MemoryBlobs(), inbox, client, time.monotonic, seeded(1), SideBySide(3))
        stored = 0
        while outbox.backlog().events:
            stored += sum(sender.step().stored for _ in range(20))
        sender.close()
        return stored


def _fill(connection: Transaction, records: int) -> None:
    for seq in range(1, records + 1):
        made = intake(seq, pages=[b"%d" % seq, b"d%d" % seq], claims="请求判令被告偿还借款本金及利息。" * 6)
        ticket, at = f"A{seq % 1000:03d}", MOMENT
        day = at.date().isoformat()
        visits.add(connection, VisitRecord(made.visit_id, ticket, day, 3, "窗口", False, at, "finished", at))
        intakes.add_event(
            connection, event_id=made.id, visit_id=made.visit_id, kind=made.kind, schema=made.schema,
            body=made.body, sha256=made.sha256, at=at,
        )  # fmt: skip


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preload", type=int, default=0, help="records in PostgreSQL before measuring")
    parser.add_argument("--records", type=int, default=RECORDS)
    given = parser.parse_args(words)
    print(machine())
    print(
        f"{'records to durable acknowledgement on both ends, zstd':<58}{'records/s':>10}"
        f"{'CPU µs a record: gateway':>26}{'desk':>8}{'database':>10}"
    )
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", Path(folder, "sqlite"), [], given.records)
    found = programs()
    if found is None:
        print("PostgreSQL is not installed here")
        return
    with Cluster(found) as cluster, tempfile.TemporaryDirectory() as folder:
        options = cluster.database()
        label = "PostgreSQL"
        if given.preload:
            with Gateway(Path(folder, "first"), options):
                pass
            preload(cluster, options, given.preload)
            label = f"PostgreSQL with {given.preload:,}"
        measure(label, Path(folder, "pg"), options, given.records, cluster.cpu_seconds)
        sizes(cluster, options)


def machine() -> str:
    """Return one line about what the figures were measured on."""
    return (
        f"{platform.platform()}, {os.cpu_count()} cores for both ends, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} before"
    )


def measure(
    label: str,
    folder: Path,
    options: Sequence[str],
    records: int,
    database: Callable[[], float] = lambda: 0.0,
) -> None:
    folder.mkdir()
    total = 0
    with Gateway(folder / "court", [*options, *NO_LIMITS]) as gateway:
        for batch in BATCHES:
            count = min(records, batch * 500)
            with outboxes(folder, f"{batch}", 1, count) as [outbox], gateway.client() as client:
                client.hello()
                name = f"{label}, 1 desk, batch {batch}"
                total += report(name, gateway, [lambda o=outbox, c=client, b=batch: o.drain(c, b)], database)
        with OwnDesk(folder / "desk", records) as desk, gateway.client() as client:
            total += report(f"{label}, own sender", gateway, [lambda: desk.drain(client)], database)
        with outboxes(folder, "many", 4, records // 2) as many, ExitStack() as clients:
            acts = []
            for outbox in many:
                client = clients.enter_context(gateway.client())
                acts.append(lambda o=outbox, c=client: o.drain(c, 100))
            total += report(f"{label}, 4 desks of one court, batch 100", gateway, acts, database)
    if not options:
        size = sum(path.stat().st_size for path in (folder / "court").glob("court.db*"))
        print(f"{label}: {size / total:,.0f} bytes a record in the file")


@contextmanager
def outboxes(folder: Path, name: str, count: int, records: int) -> Iterator[list[Outbox]]:
    made = [Outbox(folder / f"{name}-{n}.db", records) for n in range(count)]
    for one in made:
        one.index()
    yield made
    for one in made:
        one.close()


def report(name: str, gateway: Gateway, acts: Sequence[Act], database: Callable[[], float]) -> int:
    stored: list[int] = []
    before = gateway.cpu_seconds(), time.process_time(), database()
    threads = [threading.Thread(target=lambda a=act: stored.append(a())) for act in acts]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    after = gateway.cpu_seconds(), time.process_time(), database()
    each = [(late - early) * 1e6 / sum(stored) for early, late in zip(before, after, strict=True)]
    rate = sum(stored) / seconds
    print(f"{name:<58}{rate:>10,.0f}{each[0]:>26.0f}{each[1]:>8.0f}{each[2]:>10.0f}", flush=True)
    return sum(stored)


def preload(cluster: Cluster, options: list[str], count: int) -> None:
    """Fill the partitions on the server's side, a court for each 1,000,000 records, spread over months."""
    start = time.perf_counter()
    with cluster.connect(name_of(options)) as connection:
        parts = int(connection.execute("SELECT value FROM meta WHERE name = 'parts'").fetchone()[0])  # type: ignore[index]
        months = range(202601, 202611)
        for month in months:
            for table in ("event", "event_blob"):
                for part in range(parts):
                    connection.execute(
                        f"CREATE TABLE {table}_p{part}_{month} PARTITION OF {table}_p{part} "  # type: ignore[arg-type]
                        f"FOR VALUES FROM ({month}) TO ({month + 1})"
                    )
        body = intake(1, pages=[b"a", b"b"], claims="请求判令被告偿还借款本金及利息。" * 6).body
        for month in months:
            begins = datetime(month // 100, month % 100, 1, tzinfo=UTC).timestamp() * 1000
            made = {"month": month, "count": count // len(months), "body": body, "from": int(begins)}
            connection.execute(FILL, made)
            connection.execute(FILL_BLOBS, {"month": month})
        connection.execute("ANALYZE event")
        connection.execute("ANALYZE event_blob")
    print(f"filled with {count:,} records in {time.perf_counter() - start:,.0f} s")


FILL = """
INSERT INTO event
SELECT 'c' || (n %% 20), %(month)s, %(time)s || '-7' || substr(h, 1, 3) || '-8' || substr(h, 4, 3) || '-'
    || substr(h, 7, 12), n, h || h, 'stored', 'R' || n, NULL, NULL, 'desk-1', n,
    %(time)s || '-7' || substr(h, 4, 3) || '-9' || substr(h, 7, 3) || '-' || substr(h, 10, 12), 'intake', 1,
    '2026-01-01T00:00:00.000+00:00', %(body)s::bytea
FROM (
    SELECT n, md5(%(month)s || 'i' || n) AS h,
        lpad(to_hex((%(from)s + n * 2000000000 / %(count)s)::bigint), 12, '0') AS t
    FROM generate_series(1, %(count)s::bigint) n
) made
""".replace("%(time)s", "substr(t, 1, 8) || '-' || substr(t, 9, 4)")
"""Ids are UUIDv7 as desks make them, in the order of time: indexes grow at their end, as they do in life."""
FILL_BLOBS = """
INSERT INTO event_blob
SELECT court, month, id, md5(id || k) || md5(k || id), 400000 FROM event, generate_series(1, 2) k
WHERE month = %(month)s
"""


def sizes(cluster: Cluster, options: list[str]) -> None:
    with cluster.connect(name_of(options)) as connection:
        rows = connection.execute("SELECT count(*) FROM event").fetchone()
        total = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert rows is not None
    assert total is not None
    print(f"PostgreSQL: {rows[0]:,} records, {total[0] / rows[0]:,.0f} bytes a record with indexes")


if __name__ == "__main__":
    main()
