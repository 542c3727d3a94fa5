"""The day of a real counter adds up, and what is missing is found by the command, also against the court."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from app.domain.day import DaySheet, Doubt, Fate, TicketFate
from app.domain.staff import Purpose, Role
from app.errors import FormProblem
from app.services import approval, calling, day, day_paper, issuing, ledger, print_out, retention
from app.services.bench import paper_folder
from app.services.desk import Desk
from app.settings import CourtSettings, Settings
from app.storage.access import Transaction
from tests.flow.test_services_visit import send_all
from tests.helpers.cases import SteppingClock
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.papers import squeezed
from tests.helpers.printing import pdf_texts
from tests.helpers.visits import called, fill, finish, print_all, ready


def sheet(desk: Desk, *more: object) -> DaySheet:
    made: DaySheet = do(desk, day.day_sheet, *more)
    return made


def paper(desk: Desk) -> None:
    """Print everything and say that all of it came out."""
    print_all(desk)
    for job in desk.store(lambda c: print_out.print_jobs.in_state(c, "unconfirmed")):
        do(desk, print_out.answer, job.id, True)


def test_a_day_with_everything_in_it_adds_up_with_the_court(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Gateway(tmp_path / "court") as court:
        token = str(court.data / "window.token")
        settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=CourtSettings(court.url, token))
        with desk_in(tmp_path, settings) as desk:
            for _ in range(2):
                ready(desk, tmp_path)
                finish(desk)
            paper(desk)
            send_all(desk)
            ready(desk, tmp_path)
            finish(desk)
            paper(desk)
            called(desk)
            do(desk, issuing.take_ticket, "立案登记", True)
            made = sheet(desk)
            assert made.balanced, made.differences
            assert len(made.tickets_of(TicketFate.SERVED)) == len(made.intakes) == 3
            assert len(made.tickets_of(TicketFate.OPEN)) == 2
            assert (len(made.intakes_of(Fate.STORED)), len(made.intakes_of(Fate.WAITING))) == (2, 1)
            assert made.by_matter == (("民事一审立案", 3),)
            assert all(one.court_receipt_no for one in made.intakes if one.fate is Fate.STORED)
        words = ["day", "--data", str(tmp_path), "--court", court.url, "--token-file", token]
        (tmp_path / "config" / "settings.toml").write_text("[hall]\nwindow = 3\n", encoding="utf-8")
        assert main(words) == 0
        said = capsys.readouterr().out
        assert "收据 3 = 已送达 2 + 待送 1 + 待处理 0" in said
        assert "账是平的" in said
        assert "没有与法院核对" not in said
        assert main([*words, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["court_checked"] is True


def test_who_left_without_an_outcome_is_on_the_sheet_until_they_come_back(tmp_path: Path) -> None:
    """Risk node 5: nobody is turned away by word of mouth (登记立案规定第2条)."""
    with desk_in(tmp_path) as desk:
        called(desk)
        do(desk, calling.put_back, "没叫错")
        assert sheet(desk).left == (), "nobody who was only called came to file"
        do(desk, calling.call_next)
        fill(desk)
        number = do(desk, calling.put_back, "回去取材料")
        assert sheet(desk).left == ((number, "民事立案"),)
        assert sheet(desk).balanced
        (row,) = do(desk, day_paper.day_view).sheet.left
        assert row[0] == number
        do(desk, calling.call_next)
        assert sheet(desk).left == (), "back at the window"


def test_who_was_forgotten_since_makes_no_second_original_of_a_day(tmp_path: Path) -> None:
    clock = SteppingClock()
    with desk_in(tmp_path, clock=clock) as desk:
        called(desk)
        fill(desk)
        do(desk, calling.put_back, "回去取材料")
        over = desk.today()
        clock.forward(days=1)
        before = sheet(desk, over).left
        number = do(desk, day_paper.print_day, over, True)
        assert do(desk, retention.erase_due) == 0
        assert [before, sheet(desk, over).left] == [(("A001", "民事立案"),), (("A001", ""),)]
        with pytest.raises(FormProblem, match=f"{number} 到现在，账没有变化"):
            do(desk, day_paper.print_day, over, True)


def test_what_was_taken_out_of_the_store_is_named_by_its_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Past the triggers, as only somebody with the key could."""

    def take_out(connection: Transaction) -> None:
        for trigger in ("intake_kept", "visit_kept"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql("DELETE FROM intake WHERE receipt_no LIKE '%-0001'")

    with desk_in(tmp_path) as desk:
        for _ in range(2):
            ready(desk, tmp_path)
            finish(desk)
        paper(desk)
        assert sheet(desk).balanced
        desk.store(take_out)
        assert {one.kind for one in sheet(desk).differences} == {
            Doubt.SERVED_WITHOUT_VISIT,
            Doubt.RECEIPT_MISSING,
        }
    (tmp_path / "config" / "settings.toml").write_text("[hall]\nwindow = 3\n", encoding="utf-8")
    assert main(["day", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "收据号 03-0001 已编出，却没有登记" in said
    assert "没有与法院核对" in said
    (tmp_path / "config" / "settings.toml").write_text(
        f'[hall]\nwindow = 3\n[devices]\na4_printer = "{paper_folder(tmp_path / "a4")}"\n', encoding="utf-8"
    )
    (tmp_path / "a4").mkdir()
    assert main(["day", "--data", str(tmp_path), "--print"]) == 1
    (file,) = (tmp_path / "a4").glob("*.pdf")
    printed = squeezed("".join(pdf_texts(file.read_bytes())))
    assert "收据号03-0001已编出，却没有登记" in printed
    assert "取号2＝已办2＋未到0＋未完0" in printed


def test_a_receipt_in_doubt_is_a_difference_until_the_clerk_has_answered(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        ready(desk, tmp_path)
        number = finish(desk).receipt_no
        (one,) = sheet(desk).differences
        assert (one.kind, one.number) == (Doubt.NO_PAPER, number)
        paper(desk)
        assert sheet(desk).balanced


def test_another_day_is_made_up_from_the_log_and_knows_nothing_of_today(tmp_path: Path) -> None:
    clock = SteppingClock()
    with desk_in(tmp_path, clock=clock) as desk:
        ready(desk, tmp_path)
        finish(desk)
        paper(desk)
        yesterday = desk.today()
        before = sheet(desk)
        clock.forward(days=1)
        do(desk, issuing.take_ticket, "立案登记", False)
        assert sheet(desk).intakes == ()
        assert len(sheet(desk).tickets) == 1
        again = sheet(desk, yesterday)
        assert (again.tickets, again.intakes) == (before.tickets, before.intakes)
        assert again.balanced


def test_a_sheet_is_printed_once_until_the_figures_change_and_copied_from_the_ledger(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        ready(desk, tmp_path)
        finish(desk)
        paper(desk)
        number = do(desk, day_paper.print_day, None, True)
        with pytest.raises(FormProblem, match="没有变化"):
            do(desk, day_paper.print_day, None, True)
        paper(desk)
        ready(desk, tmp_path)
        finish(desk)
        assert do(desk, day_paper.print_day, None, True) == f"{number[:-1]}2"
        paper(desk)
        view = do(desk, day_paper.day_view)
        assert [state for _number, state in view.printed] == ["confirmed"] * 2
        (row,) = (one for one in do(desk, ledger.find, number.lower()).rows if one.number == number)
        approval.enlist(desk, "乌兰", Role.SUPERVISOR, "648219")
        given = do(desk, approval.approve, "乌兰", "648219", Purpose.REPRINT)
        do(desk, ledger.reprint, row.job_id, "存档或移交需要", given)
        paper(desk)
        assert do(desk, day_paper.day_view).printed == view.printed, "a copy is no further sheet"
        assert sheet(desk).reprints == ((f"窗口日结单（补打） {number}", "存档或移交需要"),)
