"""The ticket and the receipt say what they must, and nothing they must not."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from printing import escpos, escpos_mixed, pdf
from printing.documents import material_receipt, mediation_referral, query_slip, queue_ticket, samples
from printing.documents.material_receipt import Form, Material
from printing.documents.texts import document_text
from printing.errors import TextFileInvalid
from printing.layout import CopyMark, Cut, Document, Paper, QrCode, Signatures, Size, Table, Text
from printing.simulators.interpreter import interpret
from printing.text import lines_as_typed
from printing.typeset import TIE, wrap
from tests.helpers.printing import pdf_texts, receipt, signature_png, ticket


def words(document: Document) -> str:
    """Return every text in a document."""

    def walk(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict):
            return [text for item in value.values() for text in walk(item)]
        if isinstance(value, list | tuple):
            return [text for item in value for text in walk(item)]
        return []

    return "\n".join(text for block in document.blocks for text in walk(asdict(block)))


def test_the_number_is_the_largest_thing_on_a_ticket() -> None:
    document = queue_ticket.build(ticket())
    assert [b.text for b in document.blocks if isinstance(b, Text) and b.size is Size.HUGE] == ["A012"]
    assert isinstance(document.blocks[-1], Cut)


def test_a_ticket_names_group_area_people_ahead_and_wait() -> None:
    text = words(queue_ticket.build(ticket()))
    for part in ("立案登记", "A 区 1—4 号窗口", "7 人", "约 15—25 分钟", "2026年11月22日 09:41"):
        assert part in text


def test_an_unknown_wait_is_not_mentioned() -> None:
    assert "预计" not in words(queue_ticket.build(ticket(wait=None)))


def test_nobody_ahead_means_go_straight() -> None:
    text = words(queue_ticket.build(ticket(ahead=0, wait=(0, 0))))
    assert "无需等候" in text
    assert "0 人" not in text


def test_priority_is_one_neutral_word() -> None:
    plain, marked = (words(queue_ticket.build(ticket(priority=p))) for p in (False, True))
    assert set(marked.splitlines()) - set(plain.splitlines()) == {"优先办理"}


def test_tips_of_the_hall_replace_those_of_the_file() -> None:
    assert "请到二楼。" in words(queue_ticket.build(ticket(tips=("请到二楼。",))))


@pytest.mark.parametrize(
    "change",
    [{"ahead": -1}, {"copy": -1}, {"wait": (9, 3)}, {"issued": ticket().issued.replace(tzinfo=None)}],
)
def test_an_impossible_ticket_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"counted|minutes|zone"):
        replace(ticket(), **change)


@pytest.mark.parametrize("paper", Paper)
def test_a_receipt_states_what_article_69_asks_for(paper: Paper) -> None:
    data = receipt(
        materials=(Material("民事起诉状", 6, 3, Form.ORIGINAL), Material("光盘", None, 1, Form.COPY))
    )
    document = material_receipt.build(data, paper)
    (table,) = (block for block in document.blocks if isinstance(block, Table))
    flat = [" ".join(row) for row in table.rows]
    assert "民事起诉状 6 3 原" in flat[0]
    assert "光盘 — 1 复" in flat[1]
    text = words(document)
    for part in (
        data.party,
        "第六十九条",
        "2026年11月22日 09时41分",
        "王敏",
        "收件章",
        "12368",
        data.verification,
    ):
        assert part in text


def test_a_receipt_for_a_roll_is_cut_and_one_for_a_page_is_not() -> None:
    assert any(isinstance(b, Cut) for b in material_receipt.build(receipt(), Paper.ROLL_80).blocks)
    assert not any(isinstance(b, Cut) for b in material_receipt.build(receipt()).blocks)


def test_a_reprint_is_marked_and_a_first_print_is_not() -> None:
    for first, again in (
        (queue_ticket.build(ticket()), queue_ticket.build(ticket(copy=2))),
        (material_receipt.build(receipt()), material_receipt.build(receipt(copy=2))),
    ):
        assert not any(isinstance(block, CopyMark) for block in first.blocks)
        assert again.blocks[0] == CopyMark(2)
        assert "补打 第2次 COPY 2" in CopyMark(2).text


def test_a_drawn_signature_takes_the_place_of_the_line() -> None:
    png = signature_png()
    document = material_receipt.build(receipt(signature=png))
    (signatures,) = (block for block in document.blocks if isinstance(block, Signatures))
    assert signatures.places[0].png == png
    assert signatures.places[1].seal


def test_without_a_code_to_check_there_is_no_qr_code() -> None:
    document = material_receipt.build(receipt(verification_qr=None))
    assert not any(isinstance(block, QrCode) for block in document.blocks)
    assert "7F3A-91C2-K8" in words(document)


@pytest.mark.parametrize("pages", [0, -3])
def test_a_material_has_pages_or_none_at_all(pages: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        Material("x", pages, 1, Form.COPY)


def test_a_receipt_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        receipt(materials=())


def changed(folder: Path, old: str, new: str) -> Path:
    file = folder / "queue_ticket.toml"
    text = document_text("queue_ticket").read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("title =", "titel =", "titel"),
        ('priority = "优先办理"', "", "priority"),
        ('priority = "优先办理"', 'priority = ""', "priority"),
        ('priority = "优先办理"', "priority = 3", "priority"),
        ("{count} 人", "{number} 人", "ahead"),
        ("{count} 人", "若干人", "ahead"),
        ("{count} 人", "{count 人", "ahead"),
        ('tips = ["请留意', 'tips = [3, "请留意', "tips[0]"),
        ("tips = [", 'tips = "" #', "tips"),
        ("title =", "= =", "(whole file)"),
    ],
)
def test_a_wrong_text_file_names_itself_and_the_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    file = changed(tmp_path, old, new)
    with pytest.raises(TextFileInvalid) as caught:
        queue_ticket.build(ticket(), folder=tmp_path)
    assert (caught.value.file, caught.value.key) == (file, key)
    assert str(file) in str(caught.value)


def test_a_missing_text_file_names_itself(tmp_path: Path) -> None:
    with pytest.raises(TextFileInvalid, match=r"queue_ticket\.toml"):
        queue_ticket.build(ticket(), folder=tmp_path)


def test_an_edited_text_is_printed(tmp_path: Path) -> None:
    changed(tmp_path, "您的号码", "请记住号码")
    assert "请记住号码" in words(queue_ticket.build(ticket(), folder=tmp_path))


def test_a_box_keeps_its_word_an_amount_its_unit_and_a_date_its_days() -> None:
    for text, whole in (
        (f"□{TIE}同意　□{TIE}不同意", "□\u00a0不"),
        ("付 2,300.00\u00a0元", "2,300.00\u00a0元"),
    ):
        for room in range(len(whole), len(text)):
            assert sum(whole in line for line in wrap(text, room, len)) == 1
    for room in range(11, 16):
        assert any("2026年11月23日" in line for line in wrap("截止日期是2026年11月23日以前", room, len))


@pytest.mark.parametrize("width", [576, 384])
def test_lines_typed_as_two_stay_two_on_a_roll(width: int) -> None:
    roll = Paper.ROLL_80 if width == 576 else Paper.ROLL_58
    slip = replace(samples.query(), stage="一、已经立案\n二、等待排期")
    made = [query_slip.build(replace(slip, stage=one), roll) for one in (slip.stage, "一、已经立案")]
    two, one = (interpret(escpos.render(slip, width), width).picture.height for slip in made)
    assert two > one, "drawn in dots"
    lines = interpret(escpos_mixed.render(query_slip.build(slip, roll), width), width).lines
    assert [line.split()[-1] for line in lines if "、已经" in line or "、等待" in line] == [
        "一、已经立案", "二、等待排期",
    ]  # fmt: skip


def test_lines_typed_as_two_stay_two_on_a_page_and_blank_ones_go() -> None:
    data = replace(samples.referral(), claim="一、请求还款十万元\r\n\n二、请求支付利息")
    text = "".join(pdf_texts(pdf.render(mediation_referral.build(data, Paper.A4))))
    lines = [line.strip() for line in text.splitlines()]
    assert any(line.endswith("一、请求还款十万元") for line in lines), lines
    assert "二、请求支付利息" in lines
    assert lines_as_typed("一\n\x1b\n 二 ") == ("一", "二")
    assert lines_as_typed("") == ("",)
