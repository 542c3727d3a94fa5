"""Whole visits through the real window; what counts is what lies on paper, on disk and at the court."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image
from PySide6.QtCore import Qt

from app.domain.identity import check_id_number
from app.services.rhythm import Rhythm
from app.services.views import Mark, Source, VisitView
from app.storage import intakes
from printing.simulators.interpreter import Interpretation, interpret
from tests.helpers.counter import ALT, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from tests.helpers.printing import pdf_texts

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
EVERYTHING = ("reader", "printer", "scanner", "court")


def printed(path: Path) -> Interpretation:
    """Read a roll as paper; fails on a byte that a printer would not understand."""
    paper = interpret(path.read_bytes(), 576)
    assert paper.unknown == ()
    return paper


def codes(paper: Interpretation) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(paper.picture)]


def receipt_of(desk: Counter) -> str:
    newest = max(desk.papers.glob("*.pdf"), key=lambda path: path.stat().st_mtime_ns)
    return "".join(pdf_texts(newest.read_bytes()))


def record_of(desk: Counter, visit: VisitView) -> tuple[dict[str, Any], str]:
    """Return the record of a finished visit as it is kept, and its hash."""
    intake = desk.read(intakes.get_intake, visit.visit_id)
    assert hashlib.sha256(intake.body).hexdigest() == intake.sha256
    return json.loads(intake.body), intake.sha256


def complete_at_court(desk: Counter, visit_id: str, sha256: str) -> None:
    """The court has the event with this hash and every picture of the visit."""
    desk.until(lambda: desk.court.visit(visit_id)["complete"] is True, "a complete visit at the court")
    held = desk.court.visit(visit_id)
    assert [event["sha256"] for event in held["events"]] == [sha256]
    assert held["missing"] == []


def test_a_value_typed_over_the_card_keeps_what_the_card_said(counter: OpenCounter) -> None:
    desk = counter("reader")
    desk.call()
    desk.place("adult")
    desk.until(lambda: desk.visit.party_name == "张𬭎", "the card, read without a key")
    desk.fill("identity.name", "张铉")
    desk.until(lambda: desk.value("identity.name") == "张铉", "the typed name")
    name = next(f for group in desk.visit.identity for f in group.fields if f.path == "identity.name")
    assert (name.source, name.read_value) == (Source.TYPED, "张𬭎")
    assert "读到的是：张𬭎" in desk.words()


def test_two_visits_in_a_row_do_not_mix(counter: OpenCounter) -> None:
    desk = counter(*EVERYTHING)
    first = desk.walk.run()
    desk.walk.place_card = lambda: desk.place("mongol")
    second = desk.walk.run()
    assert (first.ticket, second.ticket) == ("A001", "A002")
    assert first.visit_id != second.visit_id
    assert first.outcome is not None
    assert second.outcome is not None
    numbers = [first.outcome.receipt_no, second.outcome.receipt_no]
    assert [number[-4:] for number in numbers] == ["0001", "0002"]
    assert [page.material for page in second.pages] == ["M01", "M13", "M13"]
    text = receipt_of(desk)
    assert "巴特尔·苏和" in text
    assert "张𬭎" not in text
    for visit in (first, second):
        complete_at_court(desk, visit.visit_id, record_of(desk, visit)[1])
    assert desk.findings() == []


def test_a_green_number_goes_first_and_the_window_says_why(counter: OpenCounter) -> None:
    desk = counter("printer")
    desk.key(Qt.Key.Key_F2)
    desk.until(lambda: len(desk.queue.waiting) == 1, "A001")
    desk.key(Qt.Key.Key_F2, SHIFT)
    desk.until(lambda: len(desk.queue.waiting) == 2, "G001")
    assert desk.queue.next is not None
    assert desk.queue.next.number == "G001"
    words = desk.words(desk.window.queue)
    assert "绿色通道优先：已等 0 分钟，承诺不超过 10 分钟" in words
    assert "A001" in words, "who would be next without the rule"
    desk.key(Qt.Key.Key_F5)
    desk.until(lambda: desk.walk.visit is not None, "the called visit")
    assert desk.visit.ticket == "G001"
    assert desk.visit.green
    desk.until(lambda: len(desk.rolls()) == 2, "both tickets on paper")
    assert all(
        visit in codes(printed(roll))[0] for visit, roll in zip(("A001", "G001"), desk.rolls(), strict=True)
    )


def test_a_missed_person_comes_back_to_the_same_draft(counter: OpenCounter) -> None:
    desk = counter()
    first = desk.call()
    visit_id = desk.visit.visit_id
    desk.fill("identity.name", "其其格")
    desk.until(lambda: desk.visit.party_name == "其其格", "the name")
    desk.key(Qt.Key.Key_F6)
    desk.key(Qt.Key.Key_F7)
    desk.until(lambda: desk.walk.visit is None, "an empty window")
    assert [row.number for row in desk.queue.missed] == [first]
    second = desk.call()
    assert second == "A002"
    desk.key(Qt.Key.Key_F7)
    desk.until(lambda: len(desk.queue.missed) == 2, "two missed numbers")
    desk.key(Qt.Key.Key_F7, SHIFT)
    desk.until(lambda: [row.number for row in desk.queue.waiting] == [first], "the first, brought back")
    desk.key(Qt.Key.Key_F5)
    desk.until(lambda: desk.walk.visit is not None, "the first person again")
    assert desk.visit.visit_id == visit_id
    assert desk.value("identity.name") == "其其格"


def test_calling_again_does_not_open_a_second_visit(counter: OpenCounter) -> None:
    desk = counter()
    number = desk.call()
    desk.key(Qt.Key.Key_F6)
    desk.key(Qt.Key.Key_F2)
    desk.until(lambda: len(desk.queue.waiting) == 1, "the next number")
    desk.key(Qt.Key.Key_F5)
    desk.says(f"{number} 还在本窗口办理")
    assert desk.visit.ticket == number


def test_a_wrong_check_digit_is_said_and_the_number_is_kept(counter: OpenCounter) -> None:
    wrong = "110105197303050010"
    assert not check_id_number(wrong).ok
    desk = counter()
    desk.call()
    desk.fill("identity.id_number", wrong)
    desk.until(lambda: desk.value("identity.id_number") == wrong, "the number in the draft")
    problem = next(
        f.problem for group in desk.visit.identity for f in group.fields if f.path == "identity.id_number"
    )
    assert "校验" in problem
    assert problem in desk.words(desk.window.visit)
    missing = next(line for line in desk.walk.view.advice.checks if line.title.startswith("自然人身份证明"))  # type: ignore[union-attr]
    assert missing.mark is Mark.MISSING_LAW


def test_rare_characters_and_the_middle_dot_survive_card_screen_receipt_and_record(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter("reader", "printer", "court")
    desk.call()
    desk.place("mongol")
    desk.until(lambda: desk.visit.party_name == "巴特尔·苏和", "the name from the card")
    assert "巴特尔\u00b7苏和" in desk.words(desk.window.visit)
    desk.fill("identity.name", "㛃䶮•𬭎")
    desk.until(lambda: desk.visit.party_name == "㛃䶮\u00b7𬭎", "the typed name with the one dot")
    desk.bring_papers(one_picture(tmp_path / "page.png"))
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    desk.finish_unsigned()
    desk.until(lambda: all(job.state == "confirmed" for job in desk.outcome.jobs), "the receipts")
    assert "㛃䶮\u00b7𬭎" in receipt_of(desk)
    record, sha256 = record_of(desk, desk.visit)
    assert record["visitor"]["name"] == "㛃䶮\u00b7𬭎"
    assert {line["path"]: line["read_value"] for line in record["provenance"]}[
        "identity.name"
    ] == "巴特尔·苏和"
    complete_at_court(desk, desk.visit.visit_id, sha256)


def one_picture(path: Path) -> Path:
    Image.new("L", (600, 800), 240).save(path)
    return path


def test_a_party_who_does_not_sign_is_received_all_the_same_and_the_record_says_so(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter("court")
    desk.call()
    desk.fill("identity.name", "张三")
    desk.bring_papers(one_picture(tmp_path / "page.png"))
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    desk.finish_unsigned()
    record, sha256 = record_of(desk, desk.visit)
    assert record["confirmation"] == {"signed": "no"}
    complete_at_court(desk, desk.visit.visit_id, sha256)


def test_a_change_after_the_signature_asks_for_a_new_one(counter: OpenCounter) -> None:
    desk = counter(*EVERYTHING)
    walk = desk.walk
    for step in (
        walk.open, walk.take_ticket, walk.call, walk.read_card, walk.fill_matter, walk.fill_parties,
        walk.scan, walk.sign,
    ):  # fmt: skip
        step()
    desk.key(Qt.Key.Key_2, ALT)
    desk.fill("matter.1.claims", "另请求支付利息")
    desk.until(lambda: desk.visit.confirmation.outdated, "a signature that no longer counts")
    desk.key(Qt.Key.Key_F12)
    desk.says("签字后内容有改动")
    assert desk.visit.outcome is None
    walk.sign()
    walk.finish()
    record, _sha256 = record_of(desk, desk.visit)
    assert "另请求支付利息" in record["confirmation"]["text"]


def test_a_desk_that_is_opened_again_goes_on_with_the_open_visit(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter(data=tmp_path / "kept")
    desk.call()
    desk.fill("identity.name", "乌兰")
    desk.until(lambda: desk.visit.party_name == "乌兰", "the name")
    desk.close()
    again = counter(data=tmp_path / "kept")
    assert again.visit.party_name == "乌兰"
    again.says("A001 上次没有办完，已接着打开")


def test_a_visit_that_is_finished_never_leaves_the_window(counter: OpenCounter, tmp_path: Path) -> None:
    """A view that was asked for just before must not show an empty window just after."""
    desk = counter(rhythm=Rhythm(view=0.002))
    shown: list[bool] = []
    for _visit in range(5):
        desk.call()
        desk.fill("identity.name", "张三")
        desk.bring_papers(one_picture(tmp_path / "page.png"))
        desk.until(lambda: len(desk.visit.pages) == 1, "the page")
        desk.end("还没有签字")
        shown.clear()
        desk.conductor.view_shown.connect(lambda view: shown.append(view.visit is not None))
        desk.key(Qt.Key.Key_F12)
        desk.until(lambda: desk.walk.visit is not None and desk.visit.outcome is not None, "the receipt")
        assert all(shown)
