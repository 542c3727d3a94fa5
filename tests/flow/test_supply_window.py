"""F9, F12, and the next time Shift+F9: told in writing and gone on with, by keys on the real window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.services import drafts, papers
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import FILLED
from tests.helpers.imaging_files import encoded, text_page
from ui.screens.comeback import ComebackPage
from ui.screens.supply import SupplyPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN


def supply(desk: Counter) -> SupplyPage:
    found = desk.conductor.panels._panels["supply"].page
    assert isinstance(found, SupplyPage)
    return found


def comeback(desk: Counter) -> ComebackPage:
    found = desk.conductor.panels._panels["comeback"].page
    assert isinstance(found, ComebackPage)
    return found


def closed(desk: Counter) -> None:
    desk.until(lambda: desk.conductor.panels.current == "", "the panel to close")


def page_of_claim(desk: Counter, folder: Path) -> None:
    picture = folder / "claim.jpg"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    desk.do(papers.import_files, "M01", (picture,))


def test_the_list_opens_on_the_first_that_is_missing(counter: OpenCounter, tmp_path: Path) -> None:
    desk = counter()
    desk.call()
    for path, text in FILLED.items():
        desk.do(drafts.set_field, path, text)
    page_of_claim(desk, tmp_path)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page on the window")
    desk.key(Qt.Key.Key_F9)
    desk.until(lambda: supply(desk).list.current() == "M01", "the statement, of which a copy is missing")
    desk.key(Qt.Key.Key_Escape)
    closed(desk)
    desk.do(drafts.set_field, "matter.1.copies.M01", "2")
    desk.key(Qt.Key.Key_F9)
    rows = supply(desk).list
    desk.until(lambda: rows.current() not in ("", "M01") and rows.currentIndex().row() == 0, "another one")


def test_told_in_writing_and_gone_on_with_by_keys_alone(counter: OpenCounter, tmp_path: Path) -> None:
    desk = counter()
    desk.key(Qt.Key.Key_F9)
    desk.says("现在没有正在办理的人")
    desk.call()
    for path, text in FILLED.items():
        desk.do(drafts.set_field, path, text)
    page_of_claim(desk, tmp_path)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page on the window")
    desk.key(Qt.Key.Key_3, ALT)
    here = QApplication.focusWidget()
    assert here is not None
    desk.key(Qt.Key.Key_F9)
    desk.until(lambda: supply(desk).list.model().rowCount() >= 3, "the list")
    assert "起诉状" in desk.words(supply(desk)) or supply(desk).list.current() == "M01"
    desk.key(Qt.Key.Key_Return, CONTROL)
    closed(desk)
    assert QApplication.focusWidget() is here, "the cursor is where it was"
    assert "F12" in desk.window.actions_bar.line.text()
    desk.key(Qt.Key.Key_F12)
    desk.says("还没有问：诉讼请求")
    desk.key(Qt.Key.Key_F12)
    desk.says("还没有签字")
    desk.key(Qt.Key.Key_F12)
    desk.until(lambda: desk.visit.outcome is not None, "the end")
    assert "一次性补正告知书" in [job.title for job in desk.outcome.jobs]
    desk.until(lambda: "按 F5 叫下一位" in desk.window.actions_bar.line.text(), "the line of an ended visit")
    first = desk.visit.visit_id
    desk.call()
    desk.do(drafts.set_field, "identity.id_number", FILLED["identity.id_number"])
    desk.key(Qt.Key.Key_F9, SHIFT)
    desk.until(lambda: "1 件" in comeback(desk).count.text(), "the list of who is expected")
    desk.key(Qt.Key.Key_Return)
    closed(desk)
    desk.until(lambda: len(desk.visit.pages) == 1, "everything of the first time")
    assert desk.visit.visit_id != first
    assert desk.value("party.p2.name") == FILLED["party.p2.name"]
    assert desk.findings() == []


def test_a_number_that_is_not_found_is_answered_with_what_was_looked_through(counter: OpenCounter) -> None:
    desk = counter()
    desk.key(Qt.Key.Key_F9, SHIFT)
    desk.until(lambda: comeback(desk).box.hasFocus(), "the box")
    desk.type(comeback(desk).box, "SJ20261123-03-0099")
    desk.key(Qt.Key.Key_Return)
    desk.until(lambda: "没有找到“SJ20261123-03-0099”" in desk.words(comeback(desk)), "the answer")
    said = desk.words(comeback(desk))
    for words in ("书面告知过要补交", "后台要求", "Ctrl+F", "Alt+G"):
        assert words in said
    assert "Ctrl+W" not in comeback(desk).detail.text(), "nobody else in this hall"
    desk.type(comeback(desk).box, "1")
    desk.until(lambda: "没有找到" not in desk.words(comeback(desk)), "another number begun")
