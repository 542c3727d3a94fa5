"""The call board of a second screen: the page's picture, drawn; nothing is shown that may be old."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.services.board_view import BoardCall, BoardView
from tests.helpers.cases import SteppingClock
from ui.call_board.window import ROWS, CallBoard

CALLS = tuple(BoardCall(f"A{n:03d}", n, 1) for n in range(1, 8))
LAST = (BoardCall("A090", 3, 1), BoardCall("G004", 1, 2))
BRIGHT = QColor("#ffd75e")


@pytest.fixture
def board(qtbot: QtBot) -> CallBoard:
    made = CallBoard(SteppingClock(), "巴林右旗人民法院诉讼服务中心", "\u182e\u1823\u1829\u182d\u1823\u182f")
    qtbot.addWidget(made)
    made.resize(1920, 1080)
    return made


def image(board: CallBoard) -> QImage:
    return board.grab().toImage()


def inked(picture: QImage, left: float, top: float, right: float, bottom: float, colour: QColor) -> int:
    """Count the pixels of a colour in a part of the picture, given in shares of its size."""
    across = range(int(left * picture.width()), int(right * picture.width()), 3)
    down = range(int(top * picture.height()), int(bottom * picture.height()), 3)
    return sum(picture.pixelColor(x, y) == colour for x in across for y in down)


def test_who_is_called_again_stands_out_and_comes_first(board: CallBoard) -> None:
    board.show_view(BoardView(CALLS, LAST, 12, sure=True))
    assert [call.number for call in board.shown()] == ["A001", "A002", "A003", "A004", "A005"]
    assert inked(image(board), 0.1, 0.1, 0.65, 0.3, BRIGHT) < 2000, "what was there before is not new"
    again = (*CALLS[:5], BoardCall("A006", 6, 2), CALLS[6])
    board.show_view(BoardView(again, LAST, 12, sure=True))
    assert board.shown()[0].number == "A006"
    assert len(board.shown()) == ROWS
    assert inked(image(board), 0.1, 0.1, 0.65, 0.3, BRIGHT) > 10000


def test_a_number_that_was_called_yesterday_at_the_same_window_stands_out_again(board: CallBoard) -> None:
    for calls in (CALLS, ()):
        board.show_view(BoardView(calls, LAST, 12, sure=True))
    board.show_view(BoardView(CALLS[:1], (), 12, sure=True))
    assert inked(image(board), 0.1, 0.1, 0.65, 0.3, BRIGHT) > 10000


def test_while_the_numbers_may_be_old_none_is_drawn(board: CallBoard) -> None:
    board.show_view(BoardView(CALLS, LAST, 12, sure=True))
    sure = image(board)
    board.show_view(BoardView(CALLS, LAST, 12, sure=False))
    assert board.shown() == ()
    old = image(board)
    window = QColor("#17465b")
    assert inked(sure, 0.1, 0.1, 0.65, 0.9, window) > 10000
    assert inked(old, 0.0, 0.1, 1.0, 0.9, window) == 0
    board.show_view(BoardView(CALLS, LAST, 12, sure=True))
    assert inked(image(board), 0.1, 0.1, 0.65, 0.3, BRIGHT) < 2000, "coming back calls nobody anew"


def test_a_number_is_large_enough_for_the_back_of_the_hall(board: CallBoard) -> None:
    """At 1080 lines on a 55 inch screen (68 cm high) capitals of 90 lines are 57 mm: 8 m by DIN 1450."""
    board.show_view(BoardView(CALLS[:5], (), 0, sure=True))
    picture = image(board)
    white = QColor("#ffffff")
    rows = [y for y in range(100, 290) if any(picture.pixelColor(x, y) == white for x in range(160, 500, 2))]
    assert rows[-1] - rows[0] >= 60


def test_the_courts_traditional_script_stands_in_a_column(board: CallBoard) -> None:
    board.show_view(BoardView((), (), 0, sure=True))
    white = QColor("#ffffff")
    assert inked(image(board), 0.0, 0.1, 0.05, 0.6, white) > 20
