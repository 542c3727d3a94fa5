"""Finding real visits again: the index follows the store and leaves out what was erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.paths import Places
from app.services import backups, search
from app.services.desk import Desk
from app.services.search import Found
from app.storage import backup, restoring, retention, trail
from app.storage.access import Transaction
from app.storage.opening import load_key
from app.storage.search_index import FORM
from tests.helpers.cases import MOMENT
from tests.helpers.desks import FILLED, desk_in, do
from tests.helpers.visits import finish, ready


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as opened:
        yield opened


def found(desk: Desk, line: str) -> Found:
    made: Found = do(desk, search.search, line)
    return made


def ids(desk: Desk, line: str) -> list[str]:
    return [hit.visit_id for hit in found(desk, line).hits]


def visit(desk: Desk, folder: Path) -> str:
    visit_id = ready(desk, folder)
    finish(desk)
    return visit_id


def test_a_finished_visit_is_found_by_everything_it_is_known_by(desk: Desk, tmp_path: Path) -> None:
    visit_id = visit(desk, tmp_path)
    receipt = found(desk, "张").hits[0].receipt_no
    names = ["张𬭎", "zhanghong", "zhang hong", "苏雅", "syl", "suya", "yala"]
    numbers = ["1380476", "1234", FILLED["identity.id_number"], "5517", receipt, "0001"]
    for line in names + numbers:
        assert ids(desk, line) == [visit_id], line
    assert ids(desk, "张 5517") == [visit_id]
    for line in ("李", "9999", "", "  ", '"', "*", "张 9999"):
        assert ids(desk, line) == []
    (hit,) = found(desk, "张").hits
    assert hit.number == "150***********5517"
    assert FILLED["identity.id_number"] not in repr(hit)


def test_the_newest_come_first_and_more_is_said(desk: Desk, tmp_path: Path) -> None:
    made = [visit(desk, tmp_path) for _ in range(3)]
    assert ids(desk, "张") == made[::-1]
    two = do(desk, search.search, "张", 2)
    assert [hit.visit_id for hit in two.hits] == made[:0:-1]
    assert two.more


def test_an_index_of_an_older_form_is_made_again(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        visit_id = visit(desk, tmp_path)
        assert ids(desk, "zhanghong") == [visit_id]
    places = Places.under(tmp_path)
    raw = dbapi2.connect(str(places.search))
    raw.execute(f"PRAGMA key = \"x'{load_key(places).hex()}'\"")
    raw.execute("DELETE FROM token")
    raw.execute(f"PRAGMA user_version = {FORM - 1}")
    raw.commit()
    raw.close()
    with desk_in(tmp_path) as desk:
        assert ids(desk, "zhanghong") == [visit_id]


def test_the_file_is_encrypted_and_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        visit_id = visit(desk, tmp_path)
        assert ids(desk, "张") == [visit_id]
    path = Places.under(tmp_path).search
    content = path.read_bytes()
    assert "张".encode() not in content
    assert not content.startswith(b"SQLite")
    for damaged in (b"", b"not a database" * 1000, content[:5000]):
        path.write_bytes(damaged)
        with desk_in(tmp_path) as desk:
            assert ids(desk, "张") == [visit_id]


def test_what_was_erased_is_found_no_more(desk: Desk, tmp_path: Path) -> None:
    kept, gone = visit(desk, tmp_path), visit(desk, tmp_path)
    assert ids(desk, "张") == [gone, kept]

    def erase(connection: Transaction) -> None:
        connection.exec_driver_sql("UPDATE outbox SET state = 'stored', receipt_no = 'r', epoch = 'e'")
        retention.erase_records(connection, [gone])
        trail.add(connection, trail.Act.ERASED, subject=gone, actor="desk", at=MOMENT, what="record")

    desk.store(erase)
    assert ids(desk, "张") == [kept]


def test_after_an_old_backup_was_put_back_only_what_is_there_is_found(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        kept = visit(desk, tmp_path)
        do(desk, backups.back_up)
        lost = visit(desk, tmp_path)
        assert ids(desk, "张") == [lost, kept]
    places = Places.under(tmp_path)
    (chosen,) = backup.listed(places.backups)
    restoring.restore(places, chosen, load_key(places), MOMENT, "管理员")
    with desk_in(tmp_path) as desk:
        assert ids(desk, "张") == [kept]
