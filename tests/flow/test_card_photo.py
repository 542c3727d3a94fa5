"""The face on the card: shown beside the identity where a library decodes it, and kept nowhere."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.domain.audit import Act
from app.errors import FormProblem
from app.services import card_photo, drafts, numbers, papers
from app.services.views import Health
from app.storage import trail
from devices.simulators.cards import CARDS
from devices.simulators.portrait import portrait
from devices.simulators.sdt_machine import photo_of
from tests.helpers.counter import ALT, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.device_cases import picture
from ui.screens.identity import CardFace
from ui.screens.numbers import NumbersPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
QUIET = "芯片照片需厂商解码库，请对照证件原件"


def shows(face: CardFace, card: str) -> bool:
    """Whether this card's own picture is on show."""
    wanted = QImage.fromData(portrait(photo_of(CARDS[card])), "PNG")
    return face.shown and face._picture.pixmap().toImage().convertToFormat(wanted.format()) == wanted


def everything_stored(folder: Path) -> bytes:
    """Read every file; one that a lane takes away meanwhile, as a journal, is over."""
    found = b""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            found += path.read_bytes() if path.is_file() else b""
    return found


def test_the_face_stands_beside_the_identity_and_goes_with_the_visit_and_is_stored_nowhere(
    counter: OpenCounter, tmp_path: Path
) -> None:
    desk = counter("photo")
    face = desk.window.visit.identity.face
    desk.call()
    desk.place("adult")
    desk.until(lambda: shows(face, "adult"), "the face on the card")
    assert face.isVisibleTo(desk.window)
    desk.do(drafts.set_field, "identity.id_number", "")
    desk.place("elder")
    desk.key(Qt.Key.Key_F3)
    desk.until(lambda: shows(face, "elder"), "the face on the next card")
    visit_id = desk.visit.visit_id
    desk.bring_papers(picture(tmp_path / "page.jpg"))
    desk.do(papers.import_files, "M02", (picture(tmp_path / "copy.jpg"),))
    desk.until(lambda: len(desk.visit.pages) == 2, "the pages")
    desk.finish_unsigned()
    assert not face.shown
    assert [page.material for page in desk.visit.pages if page.covered] == ["M02"]
    with pytest.raises(FormProblem, match="办结的来访不显示证件照片"):
        desk.do(card_photo.photo, visit_id)

    desk.key(Qt.Key.Key_I, ALT)
    desk.until(lambda: _numbers(desk).list.current() == numbers.VISITOR, "the visitor's number, masked")
    _numbers(desk).show_button.click()
    desk.until(lambda: shows(_numbers(desk).face, "elder"), "the face with the number")
    (line,) = [one for one in desk.read(trail.newest, 20) if one.act == Act.ID_SEEN]
    assert json.loads(line.detail) == {"field": numbers.VISITOR, "photo": 1}
    rows = _numbers(desk).list
    for _row in range(rows.model().rowCount()):
        desk.key(Qt.Key.Key_Down)
    assert rows.current().startswith(numbers.PAGE)
    assert not _numbers(desk).face.shown
    desk.key(Qt.Key.Key_Return)
    desk.until(lambda: _numbers(desk).picture.isVisible(), "the copy of the card")
    assert json.loads(desk.read(trail.newest, 1)[0].detail) == {"field": rows.current()}
    desk.key(Qt.Key.Key_Escape)
    assert _numbers(desk).picture.pixmap().isNull()
    assert not _numbers(desk).face.shown
    assert portrait(photo_of(CARDS["elder"]))[:64] not in everything_stored(desk.desk.places.data)


def _numbers(desk: Counter) -> NumbersPage:
    page = desk.conductor.panels._panels["numbers"].page
    assert isinstance(page, NumbersPage)
    return page


def test_a_library_that_crashes_costs_the_photo_only_and_without_one_a_quiet_line_says_so(
    counter: OpenCounter,
) -> None:
    desk = counter("photo")
    face = desk.window.visit.identity.face
    desk.call()
    desk.decoder("crash photo")
    desk.place("adult")
    desk.until(lambda: "照片没有解出来，请对照证件原件" in desk.words(), "that there is no photo")
    assert desk.visit.party_name == "张𬭎"
    assert not face.shown
    assert desk.news() == [], "a photo is no reason to interrupt"
    desk.until(lambda: desk.device("id_reader").health is Health.OK, "the reader, started again by itself")
    desk.decoder("")
    desk.do(drafts.set_field, "identity.id_number", "")
    desk.place("elder")
    desk.key(Qt.Key.Key_F3)
    desk.until(lambda: shows(face, "elder"), "the face on the next card")


def test_a_reader_without_a_library_says_so_in_one_quiet_line(counter: OpenCounter) -> None:
    desk = counter("reader")
    desk.call()
    assert QUIET not in desk.words()
    desk.place("adult")
    desk.until(lambda: QUIET in desk.words(), "the quiet line")
    assert not desk.window.visit.identity.face.shown
    assert desk.news() == []
