"""A finished visit is frozen in every table, whatever statement tries; an open one is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.errors import StorageProblem
from app.paths import Places
from app.storage import intakes, pages, print_jobs, visits
from app.storage.engine import Store
from app.storage.opening import open_store
from app.storage.records import (
    BlobRecord,
    ConfirmationRecord,
    CourtWord,
    DraftField,
    IntakeRecord,
    PageRecord,
    PrintJob,
)
from app.storage.tables import metadata
from tests.helpers.cases import MOMENT, paper, visit

OPEN, DONE = "01936000-0000-7000-8000-00000000000a", "01936000-0000-7000-8000-00000000000b"
BLOBS = {OPEN: "a" * 64, DONE: "b" * 64}


def _fill(store: Store, visit_id: str) -> None:
    """One visit with a row in every table that has visits."""
    sha256, job = BLOBS[visit_id], PrintJob(
        f"j{visit_id}", visit_id, None, "receipt", "receipt_printer", "收据", "{}", "waiting", "", 0
    )  # fmt: skip
    made = replace(paper(1).page, page_id=f"p{visit_id}", sha256=sha256)
    page = PageRecord(made, b"t")
    with store.transaction() as c:
        visits.add(c, visit(id=visit_id, ticket=f"A{visit_id[-1]}"))
        visits.set_field(c, visit_id, DraftField("identity.name", "张𬭎", "typed", None), MOMENT)
        pages.add_blob(c, BlobRecord(sha256, 3, bytes(32), "image/png"), MOMENT)
        pages.add(c, visit_id, page, MOMENT)
        signed = ConfirmationRecord("text", "0" * 64, sha256, MOMENT)
        pages.add_confirmation(c, visit_id, signed, confirmation_id=f"c{visit_id}", strokes="[]")
        intakes.add_intake(c, IntakeRecord(visit_id, f"SJ{visit_id[-1]}", b"{}", "0" * 64, MOMENT))
        intakes.add_event(
            c,
            event_id=f"e{visit_id}",
            visit_id=visit_id,
            kind="intake",
            schema=1,
            body=b"{}",
            sha256="0" * 64,
            at=MOMENT,
        )
        intakes.owe_blobs(c, visit_id, [sha256])
        print_jobs.add(c, job, MOMENT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(Places.under(tmp_path), MOMENT)
    _fill(opened, OPEN)
    _fill(opened, DONE)
    with opened.transaction() as c:
        visits.close(c, DONE, "finished", MOMENT)
    yield opened
    opened.close()


def _contents(store: Store) -> list[str]:
    """Return the whole store, row by row."""
    with store.transaction() as c:
        tables = (*metadata.sorted_tables,)
        return [f"{table.name} {tuple(row)}" for table in tables for row in c.execute(select(table))]


def _run(store: Store, statement: str, visit_id: str) -> None:
    with store.transaction() as c:
        c.execute(text(statement), {"v": visit_id, "b": BLOBS[visit_id], "o": OPEN})


CHANGES = [
    "UPDATE visit SET clerk = 'x' WHERE id = :v",
    "UPDATE visit SET window = 9 WHERE id = :v",
    "UPDATE draft_field SET value = 'x' WHERE visit_id = :v",
    "DELETE FROM draft_field WHERE visit_id = :v",
    "INSERT INTO draft_field VALUES (:v, 'new', 'x', 'typed', NULL, 't')",
    "INSERT OR REPLACE INTO draft_field VALUES (:v, 'identity.name', 'x', 'typed', NULL, 't')",
    "UPDATE page SET material = 'M13' WHERE visit_id = :v",
    "UPDATE page SET removed_at = 't' WHERE visit_id = :v",
    "DELETE FROM page WHERE visit_id = :v",
    """INSERT INTO page
    SELECT 'n' || id, visit_id, 9, 1, material, sha256, thumbnail, 1, 1, 1, 'file', 't', NULL, 0, NULL
    FROM page WHERE visit_id = :v""",
    "UPDATE confirmation SET strokes = '[1]' WHERE visit_id = :v",
    "DELETE FROM confirmation WHERE visit_id = :v",
    """INSERT INTO confirmation SELECT 'n' || id, visit_id, 'other', text_sha256, signature_sha256, '', 't'
    FROM confirmation WHERE visit_id = :v""",
]
MOVES_IN = [
    "UPDATE page SET visit_id = :v, position = 50 WHERE visit_id = :o",
    "UPDATE draft_field SET visit_id = :v, path = 'other' WHERE visit_id = :o",
    "UPDATE confirmation SET visit_id = :v WHERE visit_id = :o",
]
NEVER = [
    "UPDATE visit SET state = 'open' WHERE id = :v AND state = 'finished'",
    "DELETE FROM visit WHERE id = :v",
    "UPDATE visit SET ticket = 'A999' WHERE id = :v",
    "UPDATE visit SET opened_at = 't' WHERE id = :v",
    "UPDATE intake SET body = x'00' WHERE visit_id = :v",
    "UPDATE intake SET receipt_no = 'SJx' WHERE visit_id = :v",
    "DELETE FROM intake WHERE visit_id = :v",
    "INSERT OR REPLACE INTO intake VALUES (:v, 'SJx', x'00', '0', 't')",
    "UPDATE outbox SET body = x'00' WHERE visit_id = :v",
    "UPDATE outbox SET sha256 = '1' WHERE visit_id = :v",
    "UPDATE outbox SET id = 'other' WHERE visit_id = :v",
    "DELETE FROM outbox WHERE visit_id = :v",
    "UPDATE outbox SET state = 'stored', receipt_no = NULL WHERE visit_id = :v",
    "UPDATE outbox_blob SET sha256 = 'c' WHERE visit_id = :v",
    "DELETE FROM outbox_blob WHERE visit_id = :v",
    "UPDATE print_job SET content = '{\"receipt_no\": 1}' WHERE visit_id = :v",
    "UPDATE print_job SET kind = 'ticket' WHERE visit_id = :v",
    "DELETE FROM print_job WHERE visit_id = :v",
    "UPDATE blob SET \"key\" = x'00' WHERE sha256 = :b",
    "DELETE FROM blob WHERE sha256 = :b",
]


@pytest.mark.parametrize("statement", [*CHANGES, *MOVES_IN, *NEVER])
def test_nothing_of_a_finished_visit_can_be_changed(store: Store, statement: str) -> None:
    before = _contents(store)
    with pytest.raises(Exception, match=r"frozen|kept|immutable|constraint|已经办结"):
        _run(store, statement, DONE)
    assert _contents(store) == before


@pytest.mark.parametrize("statement", CHANGES)
def test_the_same_statement_works_while_the_visit_is_open(store: Store, statement: str) -> None:
    before = _contents(store)
    _run(store, statement, OPEN)
    assert _contents(store) != before


def test_what_must_still_move_moves(store: Store) -> None:
    with store.transaction() as c:
        assert print_jobs.move(c, f"j{DONE}", frm=("waiting",), to="sending", at=MOMENT)
        assert intakes.answer(c, [CourtWord(f"e{DONE}", "stored", receipt_no="R1", epoch="e1")], MOMENT) == 1
        intakes.blob_stored(c, BLOBS[DONE], "e1", MOMENT)
        intakes.offer_again(c, "e2")
    with store.transaction() as c:
        assert [e.state for e in intakes.events_of(c, DONE)] == ["waiting"]
        assert intakes.blobs_due(c, 5) == ()


def test_adding_to_a_finished_visit_tells_the_clerk_what_to_do(store: Store) -> None:
    with pytest.raises(StorageProblem, match="已经办结") as told, store.transaction() as c:
        visits.set_field(c, DONE, DraftField("matter.1.cause", "x", "typed", None), MOMENT)
    assert told.value.safe
    assert told.value.next_step


def test_hall_events_are_only_ever_added(store: Store) -> None:
    with store.transaction() as c:
        c.execute(text("INSERT INTO hall_event VALUES (NULL, 's', 1, 'e', 'd', '{}')"))
    for statement in ("UPDATE hall_event SET body = 'x'", "DELETE FROM hall_event",
                      "INSERT OR REPLACE INTO hall_event VALUES (1, 's', 1, 'e', 'd', 'x')"):  # fmt: skip
        with pytest.raises(Exception, match="hall events are"), store.transaction() as c:
            c.execute(text(statement))


def test_a_visit_that_was_missed_can_be_opened_again_but_a_finished_one_not(store: Store) -> None:
    with store.transaction() as c:
        visits.close(c, OPEN, "away", MOMENT)
        visits.reopen(c, OPEN)
        visits.reopen(c, DONE)
        again, done = visits.get(c, OPEN), visits.get(c, DONE)
    assert again is not None
    assert (again.state, again.closed_at) == ("open", None)
    assert done is not None
    assert done.state == "finished"
