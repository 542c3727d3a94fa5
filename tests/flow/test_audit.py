"""The audit trail of real visits: every act leaves its line with it, and no line can be touched unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from app.domain.audit import EMPTY, Act, line_after
from app.errors import StorageProblem
from app.lanes import RECEIPT_PRINTER
from app.services import calling, numbers, print_out, trail
from app.services.desk import Desk
from app.services.verify import at_court, findings
from app.settings import CourtSettings, LookSettings, Settings
from app.storage import intakes, meta, print_jobs
from app.storage import trail as lines
from app.storage.access import Transaction
from tests.flow.test_services_visit import send_all
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.visits import called, finish, print_all, ready


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as opened:
        yield opened


def acts(desk: Desk) -> list[str]:
    return [line.act for line in desk.store(lambda connection: tuple(lines.lines(connection)))]


def in_doubt(desk: Desk) -> str:
    """Leave a receipt of which nobody knows whether it came out; return its job."""

    def write(connection: Transaction) -> str:
        job = print_jobs.in_state(connection, "waiting", printer=RECEIPT_PRINTER)[0]
        print_jobs.move(connection, job.id, frm=("waiting",), to="sending", at=desk.clock.now())
        return job.id

    job_id = desk.store(write)
    do(desk, print_out.doubt_interrupted)
    return job_id


def test_each_act_of_a_visit_leaves_a_line_of_the_one_who_did_it(desk: Desk, tmp_path: Path) -> None:
    do(desk, trail.start)
    visit_id = ready(desk, tmp_path)
    receipt_no = finish(desk).receipt_no
    job_id = in_doubt(desk)
    do(desk, print_out.answer, job_id, False)
    print_all(desk)
    do(desk, numbers.reveal, visit_id, "identity.id_number")
    assert acts(desk) == [
        *("signed_in", "settings", "called", "finished", "printed", "paper_answered", "reprinted"),
        *("printed", "printed", "printed", "id_seen"),
    ]
    (finished,) = desk.store(lines.newest, 1, act=Act.FINISHED)
    assert (finished.actor, finished.subject) == (HALL.clerk, visit_id)
    assert json.loads(finished.detail)["receipt_no"] == receipt_no
    everything = " ".join(line.detail + line.subject for line in desk.store(lines.newest, 99))
    assert "张𬭎" not in everything
    assert "150402199003075517" not in everything
    assert findings(desk) == []


def test_the_settings_leave_a_line_only_when_they_changed(tmp_path: Path) -> None:
    for scale in (100, 100, 120):
        settings = Settings(hall=HALL, look=LookSettings(scale=scale))
        with desk_in(tmp_path, settings) as desk:
            do(desk, trail.start)
    with desk_in(tmp_path) as desk:
        assert acts(desk) == ["signed_in", "settings", "signed_in", "signed_in", "settings"]


def test_an_act_that_fails_leaves_no_line(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(desk, tmp_path)
    before = acts(desk)

    def refuse(*_arguments: object) -> None:
        raise StorageProblem("磁盘已满", safe="都在", next_step="清理")

    with monkeypatch.context() as scope:
        scope.setattr("app.services.finishing.visits.close", refuse)
        with pytest.raises(StorageProblem):
            finish(desk)
    assert acts(desk) == before
    finish(desk)
    assert acts(desk) == [*before, "finished"]


MUTATIONS = {
    "changed": "UPDATE audit_line SET actor = '别人' WHERE seq = 2",
    "removed": "DELETE FROM audit_line WHERE seq = 2",
    "cut": "DELETE FROM audit_line WHERE seq = (SELECT max(seq) FROM audit_line)",
    "inserted": "INSERT INTO audit_line SELECT seq + 100, at, actor, act, subject, detail, hash "
    "FROM audit_line WHERE seq = 2",
}


@pytest.mark.parametrize("how", MUTATIONS)
def test_a_line_touched_past_the_triggers_is_found_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    def tamper(connection: Transaction) -> None:
        for name in ("audit_line_append_only", "audit_line_kept"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(MUTATIONS[how])

    with desk_in(tmp_path) as desk:
        do(desk, trail.start)
        called(desk)
    assert main(["audit", "--data", str(tmp_path), "verify"]) == 0
    assert "3 行全部一致" in capsys.readouterr().out
    with desk_in(tmp_path) as desk:
        desk.store(tamper)
    assert main(["audit", "--data", str(tmp_path), "verify"]) == 1
    assert "审计" in capsys.readouterr().out
    assert main(["verify", "--data", str(tmp_path)]) == 1


@pytest.mark.parametrize("statement", ["UPDATE audit_line SET actor = ''", "DELETE FROM audit_line"])
def test_no_statement_of_the_program_changes_a_line(desk: Desk, statement: str) -> None:
    do(desk, trail.start)
    with pytest.raises(Exception, match="audit trail"):
        desk.store(lambda connection: connection.exec_driver_sql(statement))


def test_checkpoints_reach_the_court_signed_and_a_trail_written_anew_is_found(tmp_path: Path) -> None:
    with Gateway(tmp_path / "court") as court:
        address = CourtSettings(court.url, str(court.data / "window.token"))
        settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=address)
        with desk_in(tmp_path, settings) as desk:
            do(desk, trail.start)
            called(desk)
            assert do(desk, trail.checkpoint)
            assert not do(desk, trail.checkpoint), "nothing happened since"
            send_all(desk)
            device = desk.store(meta.read, meta.DEVICE) or ""
            (event,) = desk.store(intakes.events_of, device)
            assert event.state == "stored"
            assert court.visit(device)["events"][0]["kind"] == "checkpoint"
            with at_court(address) as ask:
                assert trail.unknown_to_court(desk, ask) == []
            do(desk, calling.recall)
            desk.store(_write_anew)
            assert desk.store(trail.findings) == ["审计第 3 行与已签名的检查点不一致"]


def _write_anew(connection: Transaction) -> None:
    """What somebody with the key of the store could do: change a line and make all hashes fit again."""
    old = tuple(lines.lines(connection))
    connection.exec_driver_sql("DROP TRIGGER audit_line_kept")
    connection.exec_driver_sql("DELETE FROM audit_line")
    meta.write(connection, "audit_head", "0 " + EMPTY.hash)
    for line in old:
        forged = replace(line, actor="别人") if line.act == "settings" else line
        made = line_after(
            lines.head(connection),
            at=forged.at,
            actor=forged.actor,
            act=forged.act,
            subject=forged.subject,
            detail=forged.detail,
        )
        connection.exec_driver_sql(
            "INSERT INTO audit_line VALUES (?, ?, ?, ?, ?, ?, ?)",
            (made.seq, made.at, made.actor, made.act, made.subject, made.detail, made.hash),
        )
        meta.write(connection, "audit_head", f"{made.seq} {made.hash}")
