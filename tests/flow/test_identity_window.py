"""Other ways to an identity: machine-readable lines of a page; and what is kept of a card that was read."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.services.fields import ORIGINAL
from app.services.views import FieldView, Health, Source
from app.storage import intakes, visits
from devices.simulators.chip_worker import HOLDER
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from ui.screens.mrz import MrzPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PASSPORT = Path(__file__).resolve().parents[1] / "unit" / "data" / "mrz_td3.jpg"


def field(desk: Counter, path: str) -> FieldView:
    return next(f for group in desk.visit.identity for f in group.fields if f.path == path)


def test_a_passport_on_a_page_is_read_shown_put_right_and_taken_by_the_clerk(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    desk.key(Qt.Key.Key_F3, CONTROL)
    page = cast(MrzPage, desk.conductor.panels._panels["mrz"].page)
    assert "还没有可读的页" in desk.words(page)
    desk.key(Qt.Key.Key_Escape)
    desk.bring_papers(PASSPORT, material="M02")
    desk.until(lambda: len(desk.visit.pages) == 1, "the page of the passport")
    desk.key(Qt.Key.Key_1, ALT)
    desk.key(Qt.Key.Key_F3, CONTROL)
    desk.walk.wait(lambda: "校验位全部相符" in desk.words(page), "the lines", seconds=60)
    assert page.picture.live
    assert "ERIKSSON ANNA MARIA" in desk.words(page)
    assert desk.visit.party_name == ""
    good = page.boxes[1].text()
    page.boxes[1].setText(good[:5] + "7" + good[6:])
    page.changed.emit()
    assert not page.button.isEnabled()
    page.boxes[1].setText(good)
    page.changed.emit()
    QTest.keyClick(page.button, Qt.Key.Key_Return, CONTROL)
    desk.until(lambda: desk.visit.party_name == "ERIKSSON ANNA MARIA", "the name in the form")
    assert field(desk, "identity.id_number").value == "L898902C3"
    assert field(desk, "identity.id_number").source is Source.MRZ
    assert not field(desk, "identity.id_number").problem
    desk.until(lambda: not desk.conductor.acts.running("mrz.let_go"), "the reading process has ended")
    logs = "".join(path.read_text("utf-8") for path in desk.desk.places.logs.glob("*.log*"))
    assert "ERIKSSON" not in logs
    assert "L898902C3" not in logs


def test_the_original_of_a_card_stays_in_the_store_and_leaves_it_with_nothing(counter: OpenCounter) -> None:
    desk = counter("reader")
    desk.call()
    desk.place("adult")
    desk.until(lambda: desk.visit.party_name == "张𬭎", "the card")
    visit_id = desk.visit.visit_id
    kept = json.loads(desk.read(visits.fields, visit_id)[ORIGINAL].value)
    assert len(base64.b64decode(kept["raw"])) == 256
    assert len(base64.b64decode(kept["photo"])) == 1024
    assert base64.b64decode(kept["raw"])[:6].decode("utf-16-le") == "张𬭎"
    desk.bring_papers(PASSPORT)
    desk.until(lambda: len(desk.visit.pages) == 1, "a page")
    desk.finish_unsigned()
    record = desk.read(intakes.get_intake, visit_id).body
    assert kept["raw"][:40].encode() not in record
    assert ORIGINAL.encode() not in record
    with_it = desk.read(visits.fields, visit_id)
    assert ORIGINAL in with_it


def test_a_social_security_card_names_its_holder_and_the_record_says_so(counter: OpenCounter) -> None:
    desk = counter("chips")
    desk.call()
    desk.until(lambda: desk.window.actions_bar.buttons["read_chip"].isVisible(), "the button")
    desk.key(Qt.Key.Key_F3, SHIFT)
    assert "已填写和已扫描的内容都在" in desk.says("没有读到卡")
    desk.chips("other")
    desk.key(Qt.Key.Key_F3, SHIFT)
    desk.says("这张卡上没有能用的姓名和号码")
    desk.chips("broken")
    desk.key(Qt.Key.Key_F3, SHIFT)
    desk.says("IC 卡读卡器传来的数据有误")
    desk.chips("social")
    desk.key(Qt.Key.Key_F3, SHIFT)
    desk.until(lambda: desk.visit.party_name == HOLDER[0], "the holder")
    assert field(desk, "identity.id_number").value == HOLDER[1]
    assert field(desk, "identity.id_number").source is Source.CHIP
    assert field(desk, "identity.nation").value == "蒙古"
    desk.chips("unplugged")
    desk.key(Qt.Key.Key_F3, SHIFT)
    desk.says("IC 卡读卡器没有连上")
    desk.chips("none")
    desk.until(lambda: desk.device("chip_reader").health is Health.OK, "a green reader, without a key")


def test_a_number_without_check_digit_is_typed_twice_and_one_with_it_once(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    desk.fill("identity.id_number", "150402199003075517")
    desk.until(
        lambda: desk.value("identity.id_number") == "150402199003075517", "a number that checks itself"
    )
    assert desk.window.findChild(QWidget, "identity.id_again") is None
    desk.fill("identity.id_number", "L898902C3")
    desk.fill("identity.phone", "13804761234")
    desk.until(lambda: desk.value("identity.phone") == "13804761234", "every digit while the field came")
    desk.until(lambda: desk.window.findChild(QWidget, "identity.id_again") is not None, "the second box")
    desk.fill("identity.id_again", "L898902C4")
    desk.until(lambda: "两次输入的号码不一样" in field(desk, "identity.id_again").problem, "the slip")
    assert "证件号码再输一遍" in desk.visit.confirmation.not_ready
    desk.fill("identity.id_again", "l898902c3")
    desk.until(lambda: not field(desk, "identity.id_again").problem, "the same number")
    assert "再输一遍" not in desk.visit.confirmation.not_ready
