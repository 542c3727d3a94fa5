"""Whatever a card, a party or a file name says is text: in the window, on the ticket, on the receipt."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.services.confirmation import digest
from app.storage import intakes
from printing.simulators.interpreter import interpret
from tests.helpers.counter import OFFSCREEN, OpenCounter, counter, qapp
from tests.helpers.printing import pdf_texts

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
MARKUP = "<b>粗</b>&amp;<img src=x>"
ESCAPES = "甲\x1b@乙\x1bp\x00丙"
BIDI = "丁\u202e戊\u2066己\u2069\u200f"
NASTY = f"{MARKUP}{ESCAPES}{BIDI}"


def visible(text: str) -> str:
    """What must be left of a text: everything that has a picture, nothing that steers."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))


def labels_are_plain(root: QWidget) -> None:
    for label in root.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label.text()


def tips_are_plain(root: QWidget) -> None:
    """Qt takes a tooltip that looks like markup for HTML."""
    for widget in root.findChildren(QWidget):
        assert "<" not in widget.toolTip(), widget.toolTip()


@pytest.mark.parametrize(
    "path",
    [
        "identity.name",
        "identity.address",
        "party.p2.name",
        "party.p2.address",
        "matter.1.claims",
        "matter.1.cause",
    ],
)
def test_a_field_shows_exactly_the_visible_characters(counter: OpenCounter, path: str) -> None:
    desk = counter()
    desk.call()
    step = {"identity": 1, "matter": 2, "party": 3}[path.split(".")[0]]
    desk.key(Qt.Key(Qt.Key.Key_0 + step), Qt.KeyboardModifier.AltModifier)
    desk.fill(path, NASTY)
    desk.until(lambda: desk.value(path) == visible(NASTY), "the text without what steers")
    editor = desk.editor(path)
    shown = editor.property("plainText") or editor.property("text")
    assert shown == visible(NASTY)
    desk.key(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    if not path.endswith(".address"):  # an address stands in the text only behind a name
        assert visible(NASTY) in desk.visit.confirmation.text
    labels_are_plain(desk.window)
    tips_are_plain(desk.window)


def test_the_name_of_a_file_is_shown_and_not_obeyed(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    name = "<b>证据<img src=x>&amp;\u202efdp.exe"
    path = desk.folder / f"{name}.pdf"
    path.write_bytes(b"")
    desk.bring_papers(path)
    words = desk.says("文件是空的（0 字节）")
    assert "<b>证据<img src=x>&amp;" in words
    assert "\u202e" not in words, "a direction mark could make .exe look like .pdf"
    labels_are_plain(desk.window)


def test_the_party_reads_and_signs_the_text_as_it_is(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    desk.fill("identity.name", NASTY)
    desk.until(lambda: desk.visit.party_name == visible(NASTY), "the name")
    text = desk.visit.confirmation.text
    desk.window.party.present(desk.visit.confirmation)
    shown = desk.window.party._text.toPlainText()
    assert shown == text
    assert digest(shown) == desk.visit.confirmation.sha256
    desk.window.party.rest()


def test_paper_carries_the_visible_characters_and_no_command(counter: OpenCounter) -> None:
    desk = counter("printer")
    desk.call()
    desk.fill("identity.name", NASTY)
    desk.key(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    desk.fill("matter.1.cause", NASTY)
    picture = desk.folder / "page.png"
    Image.new("L", (400, 560), 200).save(picture)
    desk.bring_papers(picture)
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    desk.finish_unsigned()
    desk.until(lambda: all(job.state == "confirmed" for job in desk.outcome.jobs), "the receipts")
    for roll in desk.rolls():
        data = roll.read_bytes()
        paper = interpret(data, 576)
        assert paper.unknown == ()
        assert len(paper.cuts) == 1
        assert paper.lines == (), "everything is drawn, nothing is sent as text"
    [receipt] = desk.papers.glob("*.pdf")
    text = "".join("".join(pdf_texts(receipt.read_bytes())).split())
    for part in ("<b>粗</b>&amp;<imgsrc=x>", "甲@乙p丙", "丁戊己"):
        assert part in text, part
    intake = desk.read(intakes.get_intake, desk.visit.visit_id)
    assert json.loads(intake.body)["visitor"]["name"] == visible(NASTY)


def test_a_name_from_a_card_goes_the_same_way(counter: OpenCounter, tmp_path: Path) -> None:
    """A private-use character of the chip is kept, shown and said."""
    desk = counter("reader")
    desk.call()
    desk.place("pua-name")
    desk.until(lambda: desk.visit.party_name == "赵\ue863明", "the name as the chip has it")
    desk.says("证件芯片里的姓名有无法辨认的字（U+E863）")
    labels_are_plain(desk.window)
