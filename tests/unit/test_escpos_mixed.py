"""On a slow line Chinese goes as text, what the printer lacks as dots, all of it in four seconds."""

from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from printing import escpos, escpos_mixed
from printing.documents import material_receipt, queue_ticket
from printing.documents.catalogue import KINDS
from printing.escpos_mixed import cells, native
from printing.layout import (
    Align,
    Column,
    Document,
    KeyValue,
    KeyValues,
    Paper,
    QrCode,
    Size,
    Table,
    Text,
)
from printing.preview import DOTS
from printing.simulators.interpreter import interpret
from printing.simulators.tokens import tokens
from printing.text import printable
from tests.helpers.papers import squeezed
from tests.helpers.printing import receipt, signature_png, ticket

BYTES_A_SECOND = 9600 / 10  # 8 data bits, a start and a stop bit
ROLLS = ((576, Paper.ROLL_80), (384, Paper.ROLL_58))
KNOWN = {
    b"\x1b@", b"\x1c&", b"\x1d!", b"\x1bE", b"\x1ba", b"\x1bJ", b"\x1dv", b"\x1dV", b"\x1d(", b"\n", b"",
}  # fmt: skip


def paper(*blocks: object, **facts: object) -> Document:
    return Document("x", tuple(blocks), Paper.ROLL_80, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("native_qr", [True, False])
@pytest.mark.parametrize(("width", "roll"), ROLLS)
def test_a_ticket_takes_at_most_four_seconds_at_9600_baud(width: int, roll: Paper, native_qr: bool) -> None:
    document = queue_ticket.build(ticket(priority=True), roll)
    job = escpos_mixed.render(document, width, native_qr=native_qr)
    assert len(job) / BYTES_A_SECOND <= 4
    assert len(escpos.render(document, width)) / BYTES_A_SECOND > 8


@pytest.mark.parametrize(("width", "roll"), ROLLS)
def test_the_printer_prints_the_lines_and_the_code_of_a_ticket(width: int, roll: Paper) -> None:
    data = ticket(priority=True)
    printed = interpret(escpos_mixed.render(queue_ticket.build(data, roll), width), width)
    assert printed.unknown == ()
    assert printed.qr == (data.payload,)
    assert len(printed.cuts) == 1
    text = squeezed("".join(printed.lines))
    for part in (data.court, "A012", "立案登记", "A区1—4号窗口", "7人", "优先办理", "2026年11月22日09:41"):
        assert part in text


@pytest.mark.parametrize(("width", "roll"), ROLLS)
def test_the_number_is_as_large_as_the_paper_allows(width: int, roll: Paper) -> None:
    printed = escpos_mixed.render(queue_ticket.build(ticket(), roll), width)
    sizes = [token.raw[2] for token in tokens(printed) if token.code == b"\x1d!"]
    assert max(sizes) == 0x77


def test_a_code_drawn_in_dots_can_be_read_and_has_a_quarter_of_the_bytes() -> None:
    for width in (576, 384):
        document = paper(QrCode("https://court.example/t/0123456789abcdef"))
        job = escpos_mixed.render(document, width, native_qr=False)
        printed = interpret(job, width)
        assert printed.unknown == ()
        (code,) = zxingcpp.read_barcodes(printed.picture)
        assert code.text == "https://court.example/t/0123456789abcdef"
        assert len(job) < 2500


@pytest.mark.parametrize(
    "text", ["张三，男；“号”《法》（甲）", "A012", "1—4·号…", "￥1,050.00", "□ 是 ■ 否", "东胜区、伊金霍洛旗"]
)
def test_what_gb2312_has_goes_as_text(text: str) -> None:
    assert native(text) is not None
    assert interpret(escpos_mixed.render(paper(Text(text)), 576), 576).lines == (text,)


@pytest.mark.parametrize("text", ["张𬭎", "㛃", "䶮", "𪜀", "張", "・", "―", "ⅻ", "镕"])
def test_what_it_lacks_is_drawn(text: str) -> None:
    assert native(text) is None
    job = escpos_mixed.render(paper(Text("前"), Text(text), Text("后")), 576)
    printed = interpret(job, 576)
    assert printed.unknown == ()
    assert printed.lines == ("前", "后")
    assert any(token.code == b"\x1dv" for token in tokens(job))


def test_the_preview_of_a_rare_line_is_the_picture_of_the_drawn_one() -> None:
    with_name = interpret(escpos_mixed.render(paper(Text("张𬭎")), 576), 576).picture
    without = interpret(escpos_mixed.render(paper(), 576), 576).picture
    assert sum(with_name.histogram()[:128]) > sum(without.histogram()[:128]) + 100


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("key", "roll"),
    [(k.key, roll) for k in KINDS.values() for roll in k.papers if roll is not Paper.A4],
)
def test_every_slip_is_understood_by_the_printer(key: str, roll: Paper, large: bool) -> None:
    if large and roll is Paper.ROLL_58:
        return
    kind = KINDS[key]
    width = DOTS[roll]
    job = escpos_mixed.render(kind.build(kind.sample(), roll, large=large), width)
    printed = interpret(job, width)
    assert printed.unknown == ()
    assert {token.code for token in tokens(job)} <= KNOWN
    assert all(
        cells(line) <= width // 12
        for line in printed.lines
        if line not in {f"[QR {code}]" for code in printed.qr}
    )


def test_a_receipt_with_a_drawn_signature_and_a_reprint_mark() -> None:
    data = receipt(signature=signature_png(), copy=2)
    printed = interpret(escpos_mixed.render(material_receipt.build(data, Paper.ROLL_80), 576), 576)
    assert printed.unknown == ()
    assert any("补打 第2次 COPY 2" in line for line in printed.lines)
    assert any("收件章" in line for line in printed.lines)


def test_columns_stand_below_each_other() -> None:
    table = Table(
        (Column("材料名称", 5), Column("页", 1, Align.RIGHT)),
        (("起诉状", "6"), ("证据" * 12, "12")),
        ("合计", "18"),
    )
    lines = interpret(escpos_mixed.render(paper(table), 384), 384).lines
    last = [line for line in lines if line.endswith(("页", "6", "12", "18"))]
    ends = {cells(line) for line in last}
    assert len(ends) == 1
    form = KeyValues((KeyValue("办理事项", "民" * 20),))
    first, second = interpret(escpos_mixed.render(paper(form), 384), 384).lines
    assert first.startswith("办理事项 民")
    assert second.startswith(" " * 9 + "民")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60), st.sampled_from(list(Size)))
def test_no_text_becomes_a_command(text: str, size: Size) -> None:
    job = escpos_mixed.render(paper(Text(text, size)), 384)
    printed = interpret(job, 384)
    assert printed.unknown == ()
    assert {token.code for token in tokens(job)} <= KNOWN
    if native(printable(text)) is not None:
        assert squeezed("".join(printed.lines)) == squeezed(printable(text))
