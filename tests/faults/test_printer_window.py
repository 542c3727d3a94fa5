"""Every trouble with paper, seen from the window: it is said, the job waits, nothing is printed twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from app.clock import SystemClock, stamp
from app.services.views import Health
from app.storage import print_jobs
from printing.simulators.interpreter import interpret
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
SAFE = "内容已存好，不会丢，也不会重复打印"


def whole(desk: Counter) -> list[Path]:
    return [roll for roll in desk.rolls() if roll.suffix == ".escpos"]


def take_number(desk: Counter) -> None:
    before = len(desk.queue.waiting)
    desk.key(Qt.Key.Key_F2)
    desk.until(lambda: len(desk.queue.waiting) > before, "the number, whatever the printer does")


def finish(desk: Counter) -> None:
    """Finish a visit up to its receipt number."""
    desk.call()
    desk.fill("identity.name", "张三")
    picture = desk.folder / "page.png"
    Image.new("L", (400, 560), 200).save(picture)
    desk.bring_papers(picture)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    desk.finish_unsigned()


@pytest.mark.parametrize(
    ("fault", "happened", "next_step"),
    [
        ("refuse", "小票机没有连上。", "请打开电源、插好线，之后会自动接着打。"),
        ("paper_out", "小票机缺纸。", "请添纸，之后会自动接着打。"),
        ("cover", "小票机的盖子没有合上。", "请合上，之后会自动接着打。"),
        ("error", "小票机报告故障。", "请关机再开，之后会自动接着打。"),
        ("silent", "小票机没有回应。", "请检查电源，之后会自动接着打。"),
    ],
)
def test_a_job_waits_for_the_printer_and_is_printed_by_itself(
    counter: OpenCounter, fault: str, happened: str, next_step: str
) -> None:
    desk = counter("printer")
    desk.printer.command(f"fault {fault}")
    take_number(desk)
    words = desk.says(happened)
    assert SAFE in words
    assert next_step in words
    desk.until(
        lambda: desk.device("ticket_printer").health is Health.FAILED, "a red printer in the status bar"
    )
    assert desk.rolls() == []
    desk.printer.command("clear")
    desk.until(lambda: len(whole(desk)) == 1, "the ticket, without a key")
    desk.silent()
    desk.until(lambda: desk.device("ticket_printer").health is Health.OK, "a green printer")
    assert len(desk.rolls()) == 1


def test_paper_that_is_nearly_used_up_is_said_and_printing_goes_on(counter: OpenCounter) -> None:
    desk = counter("printer")
    desk.printer.command("fault near_end")
    take_number(desk)
    desk.until(lambda: len(whole(desk)) == 1, "the ticket")
    desk.bar("纸快用完了，请准备换纸")
    desk.silent()


def test_finishing_never_depends_on_printing(counter: OpenCounter) -> None:
    desk = counter("printer")
    desk.printer.command("fault refuse")
    finish(desk)
    assert desk.outcome.receipt_no
    desk.says("小票机没有连上。")
    desk.until(lambda: desk.job("材料收据（小票）").state == "waiting", "its receipt, not yet printed")
    desk.until(lambda: desk.job("材料收据（A4）").state == "confirmed", "the other printer is not held up")
    desk.printer.command("clear")
    desk.until(lambda: len(whole(desk)) == 2, "ticket and receipt, without a key")
    desk.until(lambda: desk.job("材料收据（小票）").state == "confirmed", "the receipt")
    assert desk.findings() == []


def test_a_paper_in_doubt_is_asked_about_and_yes_prints_nothing_more(counter: OpenCounter) -> None:
    desk = counter("printer")
    desk.printer.command("fault cut_after 2000")
    take_number(desk)
    words = desk.says("排队号 A001出来了吗？")
    assert "是，出来了" in words
    desk.printer.command("clear")
    desk.until(lambda: desk.device("ticket_printer").health is Health.OK, "a printer that is well again")
    desk.key(Qt.Key.Key_Y)
    desk.silent()
    desk.until(lambda: len(desk.rolls()) == 1, "the interrupted one")
    assert whole(desk) == []
    take_number(desk)
    desk.until(lambda: len(whole(desk)) == 1, "the next ticket")
    assert desk.findings() == []


def test_a_paper_in_doubt_that_nobody_saw_is_printed_anew_with_the_mark_of_a_reprint(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter("printer")
    take_number(desk)
    desk.until(lambda: len(whole(desk)) == 1, "a first ticket without any mark")
    plain = interpret(whole(desk)[0].read_bytes(), 576).picture.height
    desk.printer.command("fault cut_after 2000")
    take_number(desk)
    desk.says("排队号 A002出来了吗？")
    desk.printer.command("clear")
    desk.key(Qt.Key.Key_N)
    desk.until(lambda: len(whole(desk)) == 2, "the ticket once more")
    desk.silent()
    desk.until(lambda: len(desk.read(print_jobs.in_state, "confirmed")) == 2, "the end of the reprint")
    assert interpret(whole(desk)[1].read_bytes(), 576).picture.height > plain + 28, "the frame 补打"
    jobs = desk.read(print_jobs.in_state, "not_printed", "confirmed")
    assert [(job.title, job.state) for job in jobs] == [
        ("排队号 A001", "confirmed"), ("排队号 A002", "not_printed"), ("排队号 A002（补打）", "confirmed"),
    ]  # fmt: skip
    assert desk.findings() == []


def test_y_and_n_are_letters_while_somebody_types(counter: OpenCounter) -> None:
    desk = counter("printer")
    desk.call()
    desk.until(lambda: len(whole(desk)) == 1, "the ticket")
    desk.printer.command("fault cut_after 2000")
    take_number(desk)
    desk.says("出来了吗？")
    editor = desk.editor("matter.1.cause")
    desk.key(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    editor.setFocus()
    for key in (Qt.Key.Key_Y, Qt.Key.Key_N):
        desk.key(key)
    desk.until(lambda: desk.value("matter.1.cause") == "yn", "the letters in the field")
    assert "出来了吗？" in desk.words(desk.window.messages)


def test_what_was_being_sent_when_the_power_went_is_asked_about_at_the_next_start(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter("printer", data=tmp_path / "kept")
    desk.printer.command("fault refuse")
    take_number(desk)
    desk.says("小票机没有连上")

    def interrupted(connection: object) -> None:
        [job] = print_jobs.in_state(connection, "waiting")  # type: ignore[arg-type]
        now = SystemClock().now()
        assert stamp(now)
        print_jobs.move(connection, job.id, frm=("waiting",), to="sending", at=now)  # type: ignore[arg-type]

    desk.close()
    from tests.helpers.desks import desk_in

    with desk_in(tmp_path / "kept") as stopped:
        stopped.store(interrupted)
    again = counter(data=tmp_path / "kept")
    again.says("排队号 A001出来了吗？")


def test_a_receipt_that_cannot_be_drawn_holds_up_nobody_behind_it(counter: OpenCounter) -> None:
    desk = counter("printer")
    desk.printer.command("fault refuse")
    desk.call()
    desk.fill("identity.name", "张三")
    picture = desk.folder / "page.png"
    Image.new("L", (400, 560), 200).save(picture)
    desk.bring_papers(picture)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    strokes = [[(0.0, 1.0, 1.0, 1.0), (0.1, 9.0, 9.0, 1.0)]]
    desk.window.signed.emit(desk.visit.confirmation.sha256, b"no picture" * 9, strokes)
    desk.until(lambda: desk.visit.confirmation.signed_at is not None, "the signature")
    desk.key(Qt.Key.Key_F12)
    desk.says("办结前请看一眼")
    desk.key(Qt.Key.Key_F12)
    desk.until(lambda: desk.visit.outcome is not None, "the receipt number")
    take_number(desk)
    desk.printer.command("clear")
    desk.until(lambda: len(whole(desk)) == 2, "the tickets before and behind it")
    desk.says("签名图片打不开，不能打印")
    desk.until(lambda: desk.job("材料收据（小票）").state == "not_printed", "its state")
