"""A receipt on A4: all of it, findable, embedded, the same bytes every time."""

from __future__ import annotations

import re
import time
import zlib
from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image

from printing import pdf
from printing.documents import material_receipt, queue_ticket
from printing.documents.material_receipt import Form, Material
from printing.errors import BadImage
from printing.layout import (
    Column,
    Document,
    Heading,
    KeyValue,
    KeyValues,
    Line,
    Metadata,
    Paper,
    QrCode,
    Rule,
    Signature,
    Signatures,
    Size,
    Table,
    Text,
)
from tests.helpers.printing import (
    COURT,
    RARE,
    materials,
    pdf_picture,
    pdf_texts,
    receipt,
    signature_png,
    ticket,
)


def squeezed(text: str) -> str:
    """Drop the line ends and blanks a reader of PDFs puts between pieces."""
    return re.sub(r"\s+", "", text)


def paper(*blocks: object, **facts: object) -> Document:
    return Document("标题", tuple(blocks), Paper.A4, **facts)  # type: ignore[arg-type]


def test_everything_on_a_receipt_can_be_found_in_it() -> None:
    data = receipt(copy=2)
    (text,) = pdf_texts(pdf.render(material_receipt.build(data)))
    for part in (COURT, RARE, data.receipt_no, data.intake_no, "李某某", "买卖合同纠纷", "证据材料第5号"):
        assert squeezed(part) in squeezed(text)
    for part in ("补打第2次COPY2", "2026年11月22日09时41分", "第1页共1页", "合计5种", "第六十九条", "12368"):
        assert part in squeezed(text)


def test_sixty_materials_repeat_the_header_and_number_the_pages() -> None:
    texts = [
        squeezed(t) for t in pdf_texts(pdf.render(material_receipt.build(receipt(materials=materials(60)))))
    ]
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert f"第{number}页共{len(texts)}页" in text
    tables = [text for text in texts if "证据材料第" in text]
    assert all("序号材料名称页数份数原件/复印件" in text for text in tables)
    found = re.findall(r"证据材料第(\d+)号", "".join(texts))
    assert [int(n) for n in found] == list(range(1, 61))
    assert "SJ20261122-03-0017" in texts[-1]


@pytest.mark.parametrize("count", range(6, 24, 3))
def test_no_one_signs_a_page_without_text(count: int) -> None:
    texts = pdf_texts(pdf.render(material_receipt.build(receipt(materials=materials(count)))))
    (page,) = (squeezed(text) for text in texts if "（签名）" in text)
    assert "第六十九条" in page


def test_the_same_receipt_gives_the_same_bytes() -> None:
    document = material_receipt.build(receipt(signature=signature_png()))
    assert pdf.render(document) == pdf.render(document)


def test_every_font_is_embedded_and_helvetica_is_not_named() -> None:
    data = pdf.render(material_receipt.build(receipt()))
    assert b"Helvetica" not in data
    assert data.count(b"/FontDescriptor /") == 0
    assert data.count(b"/Type /FontDescriptor") == data.count(b"/FontFile2") > 2
    assert data.count(b"/Type /Font\n") + data.count(b"/Type /Font ") == data.count(b"/ToUnicode")


def test_the_file_carries_the_structure_of_an_archive() -> None:
    data = pdf.render(material_receipt.build(receipt()))
    assert data.startswith(b"%PDF-1.7")
    for part in (b"/OutputIntents", b"/GTS_PDFA1", b"/DestOutputProfile", b"/Lang", b"/ID"):
        assert part in data
    packet = data[data.index(b"<?xpacket begin") : data.index(b'<?xpacket end="w"?>')].decode()
    root = ET.fromstring(packet[packet.index("<x:") :])  # noqa: S314  our own file
    said = {element.tag.partition("}")[2]: (element.text or "") for element in root.iter()}
    assert (said["part"], said["conformance"]) == ("2", "B")
    assert said["CreateDate"] == "2026-11-22T01:41:00Z"
    assert said["Keywords"] == "SJ20261122-03-0017"
    assert b"D:20261122014100+00'00'" in data


def test_markup_in_a_title_stays_text_in_the_metadata() -> None:
    data = pdf.render(Document("<a>&\x00", (), Paper.A4, Metadata(author="</rdf:li>")))
    assert b"&lt;a&gt;&amp;</rdf:li>" in data
    assert b"&lt;/rdf:li&gt;" in data


def test_an_undated_document_has_a_fixed_date() -> None:
    assert b"2000-01-01T00:00:00Z" in pdf.render(paper(Text("x")))
    dated = paper(Text("x"), metadata=Metadata(created=datetime(2026, 1, 2, tzinfo=UTC)))
    assert b"2026-01-02T00:00:00Z" in pdf.render(dated)


def test_streams_end_with_a_line_end() -> None:
    data = pdf.render(material_receipt.build(receipt(signature=signature_png())))
    ends = re.findall(rb"(.)endstream", data, re.DOTALL)
    assert ends
    assert set(ends) == {b"\n"}
    lengths = re.findall(rb"/Length (\d+)[^>]*>>\s*stream\n", data)
    assert len(lengths) == len(ends)


def test_commands_of_the_page_language_in_a_name_are_text() -> None:
    name = r"张) Tj ET Q (三 \ <</JS>> <b>"
    (text,) = pdf_texts(pdf.render(paper(Text(name))))
    assert squeezed(name) in squeezed(text)


def test_a_character_without_a_glyph_is_printed_as_its_code() -> None:
    (text,) = pdf_texts(pdf.render(paper(Text("张\ue815\u202e三"))))
    assert "张[U+E815]三" in text


def test_the_code_on_the_page_can_be_read() -> None:
    picture = pdf_picture(pdf.render(material_receipt.build(receipt())), scale=3)
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == receipt().verification_qr


def test_the_drawn_signature_is_on_the_page() -> None:
    line = pdf_picture(pdf.render(material_receipt.build(receipt())))
    drawn = pdf_picture(pdf.render(material_receipt.build(receipt(signature=signature_png()))))
    assert sum(drawn.histogram()[:128]) > sum(line.histogram()[:128])
    assert b"/SMask" not in pdf.render(material_receipt.build(receipt(signature=signature_png())))


@pytest.mark.parametrize("png", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", signature_png()[:90]])
def test_a_signature_that_is_no_picture_is_refused(png: bytes) -> None:
    with pytest.raises(BadImage):
        pdf.render(material_receipt.build(receipt(signature=png)))


def test_a_signature_of_absurd_size_is_refused() -> None:
    header = b"IHDR" + (9000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    chunk = (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")
    with pytest.raises(BadImage):
        pdf.render(material_receipt.build(receipt(signature=b"\x89PNG\r\n\x1a\n" + chunk)))


def test_a_blank_signature_is_drawn_as_nothing() -> None:
    target = BytesIO()
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(target, "PNG")
    assert pdf.render(material_receipt.build(receipt(signature=target.getvalue())))


def test_margins_stay_white() -> None:
    picture = pdf_picture(pdf.render(material_receipt.build(receipt(materials=materials(30)))), scale=2)
    box = picture.point(lambda value: 255 - value).getbbox()
    assert box is not None
    millimetre = 72 / 25.4 * 2
    assert box[0] > 27 * millimetre
    assert picture.width - box[2] > 25 * millimetre


def test_a_cell_longer_than_a_page_goes_on_over_the_next() -> None:
    name = "".join(f"第{n}段很长的名称，" for n in range(150))
    data = receipt(materials=(Material(name, 1, 1, Form.COPY), *materials(2)))
    texts = pdf_texts(pdf.render(material_receipt.build(data)))
    assert len(texts) > 1
    body = squeezed("".join(texts))
    assert "第0段" in body
    assert "第149段" in body


def test_a_ticket_sent_to_a_page_printer_becomes_a_page() -> None:
    (text,) = pdf_texts(pdf.render(queue_ticket.build(ticket())))
    assert "A012" in text


def test_every_kind_of_block_can_be_on_a_page() -> None:
    document = paper(
        Heading("一、部分", 2),
        Text("居中", Size.LARGE),
        KeyValues((KeyValue("甲", "1"), KeyValue("乙", "2", wide=True), KeyValue("丙", "3"))),
        Table((Column("列", 1),), ()),
        Rule(Line.DASHED),
        Rule(Line.BOLD),
        QrCode("x"),
        Signatures((Signature("签名："), Signature("见证："), Signature("三："))),
    )
    (text,) = pdf_texts(pdf.render(document))
    assert all(part in text for part in ("一、部分", "居中", "甲", "乙", "丙", "列", "三："))


def test_an_empty_document_is_one_page() -> None:
    assert len(pdf_texts(pdf.render(paper(footer="页脚")))) == 1


def test_a_receipt_is_ready_within_150_milliseconds() -> None:
    document = material_receipt.build(receipt(signature=signature_png()))
    pdf.warm_up()
    pdf.render(document)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        pdf.render(document)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.150
