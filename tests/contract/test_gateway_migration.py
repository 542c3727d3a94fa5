"""A database of version 1, which knew one court only, is brought up with everything in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.sync.protocol import Event, Stored
from tests.helpers.court import Gateway
from tests.helpers.outbox import intake

VERSION_1 = """
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE token (sha256 TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL,
    revoked_at TEXT);
CREATE TABLE day_counter (day TEXT NOT NULL PRIMARY KEY, last INTEGER NOT NULL CHECK (last > 0));
CREATE TABLE event ("no" INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
    verdict TEXT NOT NULL, receipt_no TEXT UNIQUE, code TEXT, field TEXT, device TEXT NOT NULL,
    seq INTEGER NOT NULL, visit_id TEXT NOT NULL, kind TEXT NOT NULL, schema INTEGER NOT NULL,
    body BLOB NOT NULL, received_at TEXT NOT NULL);
CREATE INDEX event_by_visit ON event (visit_id);
CREATE TABLE event_blob (event_id TEXT NOT NULL REFERENCES event (id), sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, PRIMARY KEY (event_id, sha256));
CREATE TABLE blob (sha256 TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, durable_at TEXT NOT NULL);
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is immutable'); END;
CREATE TRIGGER event_blob_no_delete BEFORE DELETE ON event_blob
    BEGIN SELECT RAISE(ABORT, 'event_blob is immutable'); END;
INSERT INTO meta VALUES ('epoch', 'the-old-epoch'), ('writes', '2');
INSERT INTO day_counter VALUES ('20261122', 7);
PRAGMA user_version = 1;
"""


def make_version_1(data: Path, event: Event, token: str) -> None:
    raw = dbapi2.connect(str(data / "court.db"), isolation_level=None)
    raw.executescript(VERSION_1)
    row = (7, event.id, event.sha256, "stored", "20261122-000007", None, None, event.device, event.seq)
    row += (event.visit_id, event.kind, event.schema, event.body, "2026-11-22T02:03:05.000+00:00")
    raw.execute(f"INSERT INTO event VALUES ({','.join('?' * len(row))})", row)  # noqa: S608
    raw.execute("INSERT INTO event_blob VALUES (?, ?, 4)", (event.id, hashlib.sha256(b"page").hexdigest()))
    hashed = hashlib.sha256(token.encode()).hexdigest()
    raw.execute("INSERT INTO token VALUES (?, 'window', '2026-11-22T00:00:00.000+00:00', NULL)", (hashed,))
    raw.close()
    (data / "window.token").write_text(token + "\n", "ascii")
    (data / "court.mark").write_text("the-old-epoch 2\n", "ascii")


@pytest.mark.parametrize("court", ["home", "2400"])
def test_what_was_promised_in_version_1_is_still_promised(tmp_path: Path, court: str) -> None:
    event = intake(3, pages=[b"page"])
    make_version_1(tmp_path, event, "a-token-of-version-one")
    with Gateway(tmp_path, ["--court", court]) as gateway, gateway.client() as client:
        assert gateway.token == "a-token-of-version-one"
        assert client.hello().epoch == "the-old-epoch"
        [answer] = client.post([event]).by_id.values()
        assert answer == Stored("20261122-000007", event.sha256, "the-old-epoch")
        assert gateway.visit(event.visit_id)["missing"] == [hashlib.sha256(b"page").hexdigest()]
        [fresh] = client.post([intake(4)]).by_id.values()
        assert isinstance(fresh, Stored)
    raw = dbapi2.connect(str(tmp_path / "court.db"))
    [(least, most, months)] = raw.execute("SELECT min(no), max(no), min(month) FROM event")
    names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    with pytest.raises(dbapi2.DatabaseError):
        raw.execute("DELETE FROM event")
    raw.close()
    assert (least, most) == (7, 8)
    assert months > 202600
    assert not [name for name in names if name.startswith("old_")]
    aside = dbapi2.connect(str(tmp_path / "court.v1.db"))
    assert aside.execute("SELECT no FROM event").fetchall() == [(7,)]
    aside.close()
