"""At the real window: a copy needs a second person's PIN; every refusal is said and stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.domain.staff import MOST_FAILURES, PIN_LIFE, Refusal, Role
from app.lanes import STAFF
from app.services import approval, drafts
from app.storage import print_jobs, staff
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import FILLED
from ui.panels.ledger import LedgerPage
from ui.panels.papers import PapersPage
from ui.screens.day import DayPage
from ui.screens.search import SearchPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PIN, WRONG = "648219", "648218"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def finished(counter: OpenCounter, tmp_path: Path) -> Counter:
    """A visit whose receipt is printed."""
    desk = counter()
    desk.call()
    for path, text in FILLED.items():
        desk.do(drafts.set_field, path, text)
    page = tmp_path / "page.png"
    Image.new("L", (400, 560), 200).save(page)
    desk.bring_papers(page)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    desk.finish_unsigned()
    return desk


def enlist(desk: Counter, name: str = "乌兰") -> None:
    desk.desk.lanes.submit(STAFF, approval.enlist, desk.desk, name, Role.SUPERVISOR, PIN).result(timeout=30)


def ask(desk: Counter) -> LedgerPage:
    """Open the ledger and ask for a copy of the receipt."""
    desk.key(Qt.Key.Key_P, CTRL)
    page = desk.window.findChild(LedgerPage)
    assert page is not None
    desk.until(lambda: any(row.is_receipt for row in page._rows.values()), "the receipt in the ledger")
    receipt = next(row for row in page._rows.values() if row.is_receipt)
    page.list.setCurrentIndex(page.list.model().index(list(page._rows).index(receipt.job_id), 0))
    desk.key(Qt.Key.Key_R, CTRL)
    return page


def give(desk: Counter, pin: str) -> None:
    box = desk.window.messages.findChild(QLineEdit)
    assert box is not None
    box.clear()
    QTest.keyClicks(box, pin)
    desk.key(Qt.Key.Key_Return)


def copies(desk: Counter) -> int:
    jobs = desk.read(print_jobs.of_visit, desk.visit.visit_id)
    return sum(job.copy > 0 for job in jobs)


def attempts(desk: Counter) -> list[Refusal | None]:
    return [one.refusal for one in desk.read(staff.attempts)]


def test_papers_of_the_visit_are_printed_by_keys_alone(finished: Counter) -> None:
    desk = finished
    step = desk.window.visit.outcome
    desk.until(lambda: "诉讼风险提示书" in desk.words(step), "what can be printed, in the last step")
    desk.key(Qt.Key.Key_D, CTRL)
    page = desk.window.findChild(PapersPage)
    assert page is not None
    desk.until(lambda: bool(page.chosen()), "the papers of the matter")
    assert "1.risk_notice" in page.chosen()
    desk.key(Qt.Key.Key_Return, CTRL)
    desk.until(lambda: not page.chosen(), "nothing left to print")
    kinds = {job.kind for job in desk.read(print_jobs.of_visit, desk.visit.visit_id)}
    assert kinds >= {"risk_notice", "rights_notice", "service_address"}


def test_a_copy_needs_a_second_person_whose_pin_is_right_and_in_force(finished: Counter) -> None:
    desk = finished
    enlist(desk, desk.desk.settings.hall.clerk)
    ask(desk)
    desk.says("没有能核准的值班主任")  # the clerk's own approval is not even offered
    desk.until(lambda: not desk.conductor.acts.running("ways"), "the answer")
    enlist(desk)
    desk.key(Qt.Key.Key_R, CTRL)
    desk.says("请值班主任核准")
    give(desk, WRONG)
    desk.says("口令不对")
    assert (copies(desk), attempts(desk)) == (0, [Refusal.WRONG_PIN])
    person = desk.read(staff.named, "乌兰")
    assert person is not None
    old = desk.desk.clock.now() - PIN_LIFE - timedelta(days=1)
    aged = replace(person, pin_set_at=old)
    desk.desk.lanes.submit(STAFF, desk.desk.store, staff.put, aged).result(timeout=30)
    give(desk, PIN)
    desk.says("已过期")
    assert copies(desk) == 0
    enlist(desk)
    for _attempt in range(MOST_FAILURES):
        known = len(attempts(desk))
        give(desk, WRONG)
        desk.until(lambda count=known: len(attempts(desk)) > count, "the refusal stored")
        desk.until(lambda: not desk.conductor.acts.running("approve"), "the answer")
    give(desk, PIN)
    desk.until(lambda: Refusal.LOCKED in attempts(desk), "the right PIN refused while locked")
    desk.until(lambda: not desk.conductor.acts.running("approve"), "the answer")
    assert copies(desk) == 0
    assert set(attempts(desk)) == {Refusal.WRONG_PIN, Refusal.EXPIRED, Refusal.LOCKED}
    enlist(desk)
    give(desk, PIN)
    desk.until(lambda: copies(desk) == 1, "the copy")
    assert not desk.findings()


def test_a_visit_is_found_again_and_opened_by_keys_alone(finished: Counter) -> None:
    desk = finished
    visit_id = desk.visit.visit_id
    desk.key(Qt.Key.Key_F, CTRL)
    page = desk.window.findChild(SearchPage)
    assert page is not None
    QTest.keyClicks(page.box, "zzz")
    desk.until(lambda: "没有找到" in desk.words(page), "that there is nothing")
    page.box.clear()
    QTest.keyClicks(page.box, "syl")
    desk.until(lambda: page.list.current() == visit_id, "the visit by its initials")
    assert "150***********5517" in desk.words(page)
    assert FILLED["identity.id_number"] not in desk.words(page)
    desk.key(Qt.Key.Key_P, CTRL)
    ledger = desk.window.findChild(LedgerPage)
    assert ledger is not None
    desk.until(lambda: any(row.is_receipt for row in ledger._rows.values()), "its papers")
    desk.key(Qt.Key.Key_Escape)
    desk.key(Qt.Key.Key_F, CTRL)
    desk.until(lambda: page.list.current() == visit_id, "what was found before")
    QTest.keyClick(page.box, Qt.Key.Key_Return)
    desk.until(lambda: desk.conductor.panels.current == "", "the panel left")
    desk.until(lambda: desk.outcome.receipt_no in desk.words(), "the visit on the window")


def test_the_day_is_closed_by_keys_alone(finished: Counter) -> None:
    desk = finished
    desk.key(Qt.Key.Key_J, CTRL)
    page = desk.window.findChild(DayPage)
    assert page is not None
    desk.until(lambda: "已送达" in desk.words(page), "the day's figures")
    desk.key(Qt.Key.Key_Return, CTRL)
    desk.until(lambda: states(desk) == ["confirmed"], "the sheet on paper")
    desk.until(lambda: "已打日结单" in desk.words(page), "its number on the page")


def states(desk: Counter) -> list[str]:
    return [job.state for job in desk.read(print_jobs.numbered, "RJ")]
