"""Traditional Mongolian is joined, runs downwards in columns from left to right, and stays text."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from printing import escpos, escpos_mixed, mongolian, pdf
from printing.documents.catalogue import KINDS
from printing.layout import Document, Mongolian, Paper
from printing.raster_vertical import columns
from tests.helpers.approved import COURT, in_mongolian
from tests.helpers.printing import pdf_texts

WORD = "ᠮᠣᠩᠭᠣᠯ"
SECONDS_AT_9600 = 960  # bytes


def names(text: str) -> list[str]:
    font = mongolian._font()
    return [font.glyph_to_string(glyph.number).partition(".")[2] for glyph in mongolian.shape(text).glyphs]


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert box is not None
    return box


def test_letters_are_joined_by_their_place_in_the_word() -> None:
    assert names(WORD) == ["ini", "med", "med", "med", "med", "fin"]
    assert names("ᠠ") != names("ᠠᠠ")[:1], "alone a letter has a form of its own"
    assert mongolian.shape(WORD).length == pytest.approx(sum(g.advance for g in mongolian.shape(WORD).glyphs))


def test_columns_run_downwards_and_stand_from_left_to_right() -> None:
    word = columns(Mongolian((WORD,)), 40, 8, 576)
    left, top, right, bottom = ink(word)
    assert bottom - top > 3 * (right - left), "a word is a column"
    two = columns(Mongolian((WORD, "ᠠ")), 40, 8, 576)
    short = ink(two.crop((two.width // 2, 0, two.width, two.height)))
    assert short[3] < bottom / 2, "the second text is the short column at the right"
    assert ink(two.crop((0, 0, two.width // 2, two.height)))[3] == bottom


def test_a_hole_in_a_letter_stays_open() -> None:
    picture = columns(Mongolian(("ᠣ",)), 80, 8, 576).point(lambda value: 255 if value > 128 else 0)
    frame = Image.new("L", (picture.width + 2, picture.height + 2), 255)
    frame.paste(picture, (1, 1))
    ImageDraw.floodfill(frame, (0, 0), 100)
    assert frame.histogram()[255] > 20, "white that the white outside does not reach"


def test_long_texts_become_smaller_until_they_fit_and_nothing_is_left_out() -> None:
    for texts in ((WORD,) * 20, (WORD * 6,)):
        assert columns(Mongolian(texts), 40, 8, 384).width <= 384
        document = Document("x", (Mongolian(texts),), Paper.A4)
        (text,) = pdf_texts(pdf.render(document))
        assert text.count(WORD) == sum(one.count(WORD) for one in texts)


def test_what_is_copied_out_of_a_page_is_what_was_written() -> None:
    data = in_mongolian(KINDS["acceptance_notice"].sample())
    file = pdf.render(KINDS["acceptance_notice"].build(data))
    (text,) = pdf_texts(file)
    assert " ".join(text.split("\r\n")[: len(COURT.split(" "))]).startswith(COURT.split(" ")[0])
    for word in COURT.split(" "):
        assert word in text
    assert pdf.render(KINDS["acceptance_notice"].build(data)) == file


@pytest.mark.parametrize("key", list(KINDS))
def test_every_paper_has_the_head_where_the_court_asks_for_it(key: str) -> None:
    kind = KINDS[key]
    for data, there in ((in_mongolian(kind.sample()), True), (kind.sample(), False)):
        for paper in kind.papers:
            heads = [block for block in kind.build(data, paper).blocks if isinstance(block, Mongolian)]
            assert [head.texts[0] for head in heads] == [COURT] * there


def test_commands_and_markup_in_a_court_s_text_draw_nothing() -> None:
    assert mongolian.plain(f"\x1b@{WORD}<b>&amp;") == WORD
    blank = Document("x", (Mongolian(("\x1b@", "")),), Paper.ROLL_80)
    assert b"\x1b@" not in escpos.render(blank, 576)[2:]
    assert pdf.render(Document("x", (Mongolian(("<b>",)),), Paper.A4))


def test_a_ticket_with_the_head_still_takes_four_seconds_on_a_slow_line() -> None:
    kind = KINDS["queue_ticket"]
    for paper, width in ((Paper.ROLL_80, 576), (Paper.ROLL_58, 384)):
        job = escpos_mixed.render(kind.build(in_mongolian(kind.sample()), paper), width)
        assert len(job) <= 4 * SECONDS_AT_9600
