"""A document becomes raster that a cheap printer takes, dot for dot what the preview shows."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import zxingcpp
from PIL import Image

from printing import escpos
from printing.documents import material_receipt, queue_ticket
from printing.layout import (
    Align,
    CopyMark,
    Cut,
    Document,
    Heading,
    KeyValue,
    KeyValues,
    Line,
    Paper,
    QrCode,
    Rule,
    Size,
    Space,
    Text,
)
from printing.simulators.interpreter import interpret
from printing.simulators.tokens import tokens
from tests.helpers.printing import ROOT, receipt, signature_png, ticket

WIDTHS = ((576, Paper.ROLL_80), (384, Paper.ROLL_58))


def paper(*blocks: object) -> Document:
    return Document("x", tuple(blocks), Paper.ROLL_80)  # type: ignore[arg-type]


def ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """Return the box around everything black."""
    return picture.point(lambda value: 255 - value).getbbox()


@pytest.mark.parametrize(("width", "roll"), WIDTHS)
def test_the_printed_ticket_is_the_preview_dot_for_dot(width: int, roll: Paper) -> None:
    document = queue_ticket.build(ticket(priority=True), roll)
    printed = interpret(escpos.render(document, width), width)
    preview = escpos.preview(document, width)
    assert printed.unknown == ()
    assert printed.picture.size == preview.size
    assert printed.picture.tobytes() == preview.tobytes()
    assert printed.cuts == (preview.height,)


@pytest.mark.parametrize(("width", "roll"), WIDTHS)
def test_the_printed_receipt_is_the_preview_dot_for_dot(width: int, roll: Paper) -> None:
    data = receipt(copy=1, signature=signature_png(), officer="王\x1d敏")
    document = material_receipt.build(data, roll)
    printed = interpret(escpos.render(document, width), width)
    assert printed.unknown == ()
    assert printed.picture.tobytes() == escpos.preview(document, width).tobytes()


@pytest.mark.parametrize(("width", "roll"), WIDTHS)
def test_the_code_on_the_ticket_can_be_read(width: int, roll: Paper) -> None:
    picture = escpos.preview(queue_ticket.build(ticket(), roll), width)
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == ticket().payload


def test_a_chinese_payload_can_be_read() -> None:
    (code,) = zxingcpp.read_barcodes(escpos.preview(paper(QrCode("张𬭎 A012")), 576))
    assert code.text == "张𬭎 A012"


def test_a_code_longer_than_a_qr_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        escpos.render(paper(QrCode("x" * 2332)), 576)


def test_bands_have_at_most_255_rows_and_end_at_the_last_dot() -> None:
    document = material_receipt.build(receipt(), Paper.ROLL_80)
    bands = [token.raw for token in tokens(escpos.render(document, 576)) if token.code == b"\x1dv"]
    assert bands
    for band in bands:
        stride, rows = int.from_bytes(band[4:6], "little"), int.from_bytes(band[6:8], "little")
        assert rows <= 255
        assert stride <= 72
        lines = [band[8 + at * stride : 8 + (at + 1) * stride] for at in range(rows)]
        assert all(any(line) for line in lines)
        assert any(line[-1] for line in lines)


def test_a_solid_picture_taller_than_a_band_is_split() -> None:
    rules = tuple(Text("字" * 200) for _ in range(3))
    assert interpret(escpos.render(paper(*rules), 384), 384).unknown == ()


def test_blank_paper_is_fed_and_not_sent_as_dots() -> None:
    job = escpos.render(paper(Space(60)), 576)
    feeds = [token.raw[2] for token in tokens(job) if token.code == b"\x1bJ"]
    assert sum(feeds) == 60 * 8 + escpos.TAIL
    assert len(job) < 30


def test_the_job_begins_with_a_reset_and_ends_with_a_cut() -> None:
    job = escpos.render(queue_ticket.build(ticket()), 576)
    assert job.startswith(b"\x1b@")
    assert job.endswith(b"\x1dV\x01")


def test_each_sheet_is_cut() -> None:
    document = paper(Text("一"), Cut(), Text("二"), Cut())
    printed = interpret(escpos.render(document, 576), 576)
    assert len(printed.cuts) == 2
    assert printed.picture.tobytes() == escpos.preview(document, 576).tobytes()


def test_a_document_without_blocks_is_a_reset() -> None:
    assert escpos.render(paper(), 576) == b"\x1b@"


def test_an_unknown_width_is_refused() -> None:
    with pytest.raises(ValueError, match="known widths"):
        escpos.render(paper(), 500)


def test_the_number_fills_most_of_the_width() -> None:
    box = ink(escpos.preview(paper(Text("A012", Size.HUGE, align=Align.CENTER)), 576))
    assert box is not None
    assert box[2] - box[0] > 440
    assert box[3] - box[1] > 140


def test_a_number_too_long_for_one_line_still_fits_the_paper() -> None:
    box = ink(escpos.preview(paper(Text("立案0123456789-ABCDEFGHIJKL", Size.HUGE)), 384))
    assert box is not None
    assert box[2] <= 384


def test_an_empty_number_draws_nothing() -> None:
    assert ink(escpos.preview(paper(Text("", Size.HUGE)), 384)) is None


def test_commands_inside_a_name_are_drawn_as_text() -> None:
    plain = escpos.render(paper(Text("张@V三")), 576)
    assert escpos.render(paper(Text("张\x1b@\x1dV\x00三")), 576) == plain


def test_a_long_value_hangs_in_its_own_column() -> None:
    short = escpos.preview(paper(KeyValues((KeyValue("地址", "短"),))), 576)
    long = escpos.preview(paper(KeyValues((KeyValue("地址", "长" * 60),))), 576)
    below_first_line = long.crop((0, short.height - escpos.TAIL, 60, long.height))
    assert long.height > short.height
    assert ink(below_first_line) is None


@pytest.mark.parametrize("block", [Rule(Line.DASHED), Rule(Line.BOLD), CopyMark(3), Heading("二", 2)])
def test_every_ornament_leaves_ink(block: object) -> None:
    assert ink(escpos.preview(paper(block), 384)) is not None


def test_a_rare_character_prints_with_strokes_as_its_neighbours() -> None:
    """The fallback has hairlines; they must survive the threshold."""
    dots = [
        escpos.preview(paper(Text(char)), 576).histogram()[0]
        for char in ("𪜀", "十")  # both have few strokes
    ]
    assert dots[0] > dots[1] * 0.6


def test_a_ticket_is_ready_within_sixty_milliseconds() -> None:
    escpos.render(queue_ticket.build(ticket()), 576)
    times = []
    for _ in range(7):
        begun = time.process_time()
        escpos.render(queue_ticket.build(ticket()), 576)
        times.append(time.process_time() - begun)
    assert min(times) < 0.060


def test_importing_the_renderer_loads_no_driver_of_the_library() -> None:
    script = (
        "import sys, logging, printing.registry\n"
        "assert not logging.getLogger().handlers\n"
        "print([m for m in ('escpos.printer', 'escpos.capabilities', 'PySide6', 'app') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
