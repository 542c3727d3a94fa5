"""Every paper of the window: all of the data on it, none of it obeyed, nothing cut, as it was approved."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from printing import escpos, pdf
from printing.documents import samples
from printing.documents.catalogue import KINDS, Kind, check_texts
from printing.documents.facts import Account, Payment, capitals, yuan
from printing.documents.texts import document_text
from printing.errors import TextFileInvalid
from printing.fonts import Style, drawable
from printing.layout import CopyMark, Paper, Table
from printing.preview import DOTS, pictures
from printing.resources import resource
from printing.simulators.interpreter import interpret
from printing.simulators.tokens import tokens
from printing.text import printable
from tests.helpers import approved
from tests.helpers.papers import changed, many, printed, squeezed, type_sizes, values, words
from tests.helpers.printing import pdf_picture, pdf_texts

EVERY = [pytest.param(kind, id=key) for key, kind in KINDS.items()]
ON_PAGES = [pytest.param(kind, id=key) for key, kind in KINDS.items() if Paper.A4 in kind.papers]
ON_ROLLS = [
    pytest.param(kind, paper, id=f"{key}-{paper.value}")
    for key, kind in KINDS.items()
    for paper in kind.papers
    if paper is not Paper.A4
]
LISTS = [pytest.param(kind, id=key) for key, kind in KINDS.items() if many(kind.sample(), 2) != kind.sample()]
HOSTILE = "\x1b@\x1dV\x01<b>&amp;{court}%s"
MILLIMETRE = 72 / 25.4


def whole_text(data: bytes) -> str:
    return squeezed("".join(pdf_texts(data)))


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.point(lambda value: 255 if value < 200 else 0).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("kind", ON_PAGES)
def test_the_text_of_a_page_is_the_data(kind: Kind, large: bool) -> None:
    data = kind.sample()
    text = whole_text(pdf.render(kind.build(data, Paper.A4, large=large)))
    assert len(list(printed(data))) >= 4
    for part in printed(data):
        assert squeezed(part) in text


@pytest.mark.parametrize(("kind", "paper"), ON_ROLLS)
def test_a_roll_says_what_the_data_says(kind: Kind, paper: Paper) -> None:
    data = kind.sample()
    text = squeezed(words(kind.build(data, paper)))
    for part in printed(data):
        assert squeezed(part) in text


@pytest.mark.parametrize("kind", ON_PAGES)
def test_rare_names_are_found_on_every_paper_that_has_names(kind: Kind) -> None:
    data = changed(kind.sample(), lambda name, text: text if name in ("number", "case_no") else "张𬭎㛃䶮𪜀")
    assert "张𬭎㛃䶮𪜀" in whole_text(pdf.render(kind.build(data, Paper.A4)))


@pytest.mark.parametrize("kind", ON_PAGES)
def test_commands_and_markup_in_values_are_text(kind: Kind) -> None:
    data = changed(kind.sample(), lambda _, text: f"{text}{HOSTILE}")
    text = whole_text(pdf.render(kind.build(data, Paper.A4)))
    for part in printed(data):
        assert squeezed(printable(part)) in text


@pytest.mark.parametrize(("kind", "paper"), ON_ROLLS)
def test_no_value_becomes_a_command_of_the_printer(kind: Kind, paper: Paper) -> None:
    data = changed(kind.sample(), lambda _, text: f"{HOSTILE}{text}")
    width = DOTS[paper]
    job = escpos.render(kind.build(data, paper), width)
    assert {token.code for token in tokens(job)} <= {b"\x1b@", b"\x1dv", b"\x1bJ", b"\x1dV"}
    assert interpret(job, width).unknown == ()


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("kind", ON_PAGES)
def test_long_values_wrap_and_stay_inside_the_margins(kind: Kind, large: bool) -> None:
    def longer(name: str, text: str) -> str:
        return text if name in ("number", "case_no") else text + "甲乙丙丁戊己庚辛壬癸" * 6 + "完"

    data = changed(kind.sample(), longer)
    file = pdf.render(kind.build(data, Paper.A4, large=large))
    texts = pdf_texts(file)
    bodies = squeezed("".join(texts))
    for part in printed(data):
        assert squeezed(part) in bodies or _over_pages(squeezed(part), bodies)
    for page in range(len(texts)):
        left, top, right, bottom = ink(pdf_picture(file, page, scale=1))
        assert left >= 28 * MILLIMETRE - 2
        assert right <= (210 - 26) * MILLIMETRE + 2
        assert top >= 9 * MILLIMETRE
        assert bottom <= (297 - 12) * MILLIMETRE


@pytest.mark.parametrize("paper", [Paper.ROLL_58, Paper.ROLL_80])
def test_a_name_of_fifty_characters_wraps_on_the_roll_to_its_last_character(paper: Paper) -> None:
    kind = KINDS["material_receipt"]

    def drawn(party: str) -> Image.Image:
        (page,) = pictures(kind.build(replace(kind.sample(), party=party), paper))
        return page.convert("L")

    short, long, other = drawn("朝"), drawn("其" * 49 + "朝"), drawn("其" * 49 + "夕")
    assert long.height > short.height
    assert long.tobytes() != other.tobytes(), "the last character is on the paper"


def _over_pages(part: str, text: str) -> bool:
    """Say whether a text that a page break divides is there in two pieces."""
    cuts = range(1, len(part))
    return any(part[:cut] in text and part[cut:] in text for cut in cuts)


@pytest.mark.parametrize("kind", [param for param in LISTS if Paper.A4 in param.values[0].papers])  # type: ignore[attr-defined]
def test_sixty_rows_flow_with_the_header_again_and_numbered_pages(kind: Kind) -> None:
    data = many(kind.sample(), 60)
    document = kind.build(data, Paper.A4)
    texts = [squeezed(text) for text in pdf_texts(pdf.render(document))]
    whole = "".join(texts)
    for number, text in enumerate(texts, 1):
        assert f"第{number}页共{len(texts)}页" in text
    assert all(f"〔{number}〕" in whole for number in range(1, 61))
    tables = [block for block in document.blocks if isinstance(block, Table)]
    heads = [squeezed("".join(column.title for column in table.columns)) for table in tables]
    for table, head in zip(tables, heads, strict=True):
        if len(table.rows) >= 60:
            assert whole.count(head) > 1
    marked = [text for text in texts if len(re.findall(r"\d+[^〔]{2,60}〔\d+〕", text)) > 4]
    assert all(any(head in text for head in heads) for text in marked if heads)


@pytest.mark.parametrize("kind", ON_PAGES)
def test_large_print_has_no_type_below_16_points_and_says_it_plainly(kind: Kind) -> None:
    data = kind.sample()
    large = kind.build(data, Paper.A4, large=True)
    assert min(type_sizes(pdf.render(large))) >= 16
    assert min(type_sizes(pdf.render(kind.build(data, Paper.A4)))) < 16
    if kind.key not in ("queue_ticket", "material_receipt"):  # nothing to explain
        assert "大白话" in words(large)
        assert "大白话" not in words(kind.build(data, Paper.A4))


def test_large_print_does_not_fit_on_58_millimetres() -> None:
    kind = KINDS["query_slip"]
    with pytest.raises(ValueError, match="too narrow"):
        kind.build(kind.sample(), Paper.ROLL_58, large=True)


@pytest.mark.parametrize("kind", EVERY)
def test_a_code_on_the_paper_can_be_read(kind: Kind) -> None:
    data = kind.sample()
    codes = {value for name, value in values(data) if name in ("payload", "verification_qr")}
    for paper in kind.papers:
        found: set[str] = set()
        for page in pictures(kind.build(data, paper), 2.5):
            found |= {code.text for code in zxingcpp.read_barcodes(page)}
        assert found == codes


@pytest.mark.parametrize("kind", EVERY)
def test_a_reprint_says_so_on_every_paper(kind: Kind) -> None:
    data = kind.sample()
    again = (
        replace(data, copy=2) if hasattr(data, "copy") else replace(data, issue=replace(data.issue, copy=2))
    )
    assert kind.build(again, kind.papers[0]).blocks[0] == CopyMark(2)
    assert not any(isinstance(block, CopyMark) for block in kind.build(data, kind.papers[0]).blocks)


@pytest.mark.parametrize(("key", "variant"), list(approved.cases()))
def test_the_paper_looks_as_approved(key: str, variant: str) -> None:
    file = approved.path(key, variant)
    assert file.exists(), "look at it, then: python -m tests.helpers.approved"
    with Image.open(file) as known:
        assert approved.alike(known, approved.drawn(KINDS[key], variant)), approved.difference(
            known, approved.drawn(KINDS[key], variant)
        )


def test_every_approved_picture_belongs_to_a_paper() -> None:
    kept = {approved.path(*case).name for case in approved.cases()}
    assert {file.name for file in approved.FOLDER.iterdir()} == kept


def test_the_comparison_sees_one_changed_word() -> None:
    kind = KINDS["fee_notice"]
    data = kind.sample()
    other = replace(data, payments=(replace(data.payments[0], amount=Decimal("2300.08")), *data.payments[1:]))
    picture = pictures(kind.build(data), approved.SCALE)[0]
    assert approved.alike(picture, pictures(kind.build(data), approved.SCALE)[0])
    assert not approved.alike(picture, pictures(kind.build(other), approved.SCALE)[0])
    ImageDraw.Draw(picture).rectangle((40, 300, 70, 306), fill=255)
    assert not approved.alike(picture, pictures(kind.build(data), approved.SCALE)[0])


def copied(folder: Path) -> Path:
    for file in resource("documents").glob("*.toml"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def keys_of(name: str) -> list[str]:
    return re.findall(r"^(\w+) = ", document_text(name).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", sorted(file.stem for file in resource("documents").glob("*.toml")))
def test_each_missing_or_unknown_key_is_named_with_its_file(tmp_path: Path, name: str) -> None:
    folder = copied(tmp_path)
    file = folder / f"{name}.toml"
    text = file.read_text("utf-8")
    kind = KINDS.get(name, KINDS["fee_notice"])
    for number, key in enumerate(keys_of(name)):
        edition = tmp_path / f"edition-{number}"
        edition.mkdir()
        copied(edition)
        lines, seen = [], 0
        for line in text.splitlines():
            if re.match(rf"{key} = ", line) and not seen:
                seen = 1
                continue
            lines.append(line)
        (edition / file.name).write_text("\n".join(lines), "utf-8")
        with pytest.raises(TextFileInvalid, match=f"{name}.toml") as caught:
            kind.build(kind.sample(), kind.papers[0], folder=edition)
        assert key in caught.value.key
    file.write_text("unheard_of = 'x'\n" + text, "utf-8")
    with pytest.raises(TextFileInvalid) as caught:
        kind.build(kind.sample(), kind.papers[0], folder=folder)
    assert (caught.value.file.name, caught.value.key) == (f"{name}.toml", "unheard_of")


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("fee_notice", "{total}", "总额", "terms_suit"),
        ("fee_notice", "{total}", "{total!r}", "terms_suit"),
        ("fee_notice", "{total}", "{total.real}", "terms_suit"),
        ("fee_notice", '户名"', '"', "labels.holder"),
        ("fee_notice", '[columns]\nindex = "序号"', "[columns]\nindex = 3", "columns.index"),
        ("risk_notice", 'heading = "一、起诉不符合条件"\n', "", "sections[0].heading"),
        ("risk_notice", '"起诉应当符合', '3, "起诉应当符合', "sections[0].paragraphs[0]"),
        ("risk_notice", '"起诉应当符合', '"{name}起诉应当符合', "sections"),
        ("common", "{day}日", "日", "date"),
    ],
)
def test_a_wrong_text_names_its_key(tmp_path: Path, name: str, old: str, new: str, key: str) -> None:
    file = copied(tmp_path) / f"{name}.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(TextFileInvalid) as caught:
        check_texts(tmp_path)
    assert (caught.value.file, caught.value.key) == (file, key)


def test_an_edited_text_is_printed_and_a_list_may_grow(tmp_path: Path) -> None:
    file = copied(tmp_path) / "integrity_card.toml"
    text = file.read_text("utf-8").replace('questions = ["', 'questions = ["是否准时开庭", "', 1)
    file.write_text(text, "utf-8")
    assert "是否准时开庭" in words(KINDS["integrity_card"].build(samples.supervision(), folder=tmp_path))


@pytest.mark.parametrize("kind", EVERY)
def test_a_blank_required_text_is_refused_by_name(kind: Kind) -> None:
    data = kind.sample()
    if not hasattr(data, "issue"):
        pytest.skip("this paper checks its own fields")
    required = [
        spec.name for spec in fields(data) if isinstance(getattr(data, spec.name), str) and spec.default != ""
    ]
    for name in required:
        with pytest.raises(ValueError, match=rf"{type(data).__name__}\.{name} is blank"):
            replace(data, **{name: "  "})
    lists = [s.name for s in fields(data) if isinstance(getattr(data, s.name), tuple) and s.default != ()]
    for name in lists:
        with pytest.raises(ValueError, match=rf"\.{name} is empty"):
            replace(data, **{name: ()})


@pytest.mark.parametrize("amount", ["-1", "0.001", "NaN", "1e12", "Infinity"])
def test_an_impossible_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        Payment(name="x", amount=Decimal(amount), basis="y")


def test_other_impossible_facts_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        samples.issue(issued=datetime(2026, 1, 1))  # noqa: DTZ001  that is the mistake
    with pytest.raises(ValueError, match="counted from 0"):
        samples.issue(copy=-1)
    with pytest.raises(ValueError, match="more than was paid"):
        replace(samples.refund(), refund=Decimal("2300.01"))
    with pytest.raises(ValueError, match="0, 1 or 2"):
        replace(samples.reading(), way=3)
    with pytest.raises(ValueError, match=r"Account\.holder is blank"):
        Account(holder="", bank="", number="1")


@pytest.mark.parametrize(
    ("amount", "words_of_it", "figures"),
    [
        ("0", "零元整", "0.00"),
        ("0.05", "伍分", "0.05"),
        ("0.50", "伍角整", "0.50"),
        ("10", "壹拾元整", "10.00"),
        ("20.05", "贰拾元零伍分", "20.05"),
        ("1050", "壹仟零伍拾元整", "1,050.00"),
        ("1005.20", "壹仟零伍元贰角整", "1,005.20"),
        ("10001", "壹万零壹元整", "10,001.00"),
        ("141800", "壹拾肆万壹仟捌佰元整", "141,800.00"),
        ("1000000", "壹佰万元整", "1,000,000.00"),
        ("100050000", "壹亿零伍万元整", "100,050,000.00"),
        ("111640000.10", "壹亿壹仟壹佰陆拾肆万元壹角整", "111,640,000.10"),
        ("100000000001", "壹仟亿零壹元整", "100,000,000,001.00"),
    ],
)
def test_amounts_in_capitals_and_figures(amount: str, words_of_it: str, figures: str) -> None:
    assert (capitals(Decimal(amount)), yuan(Decimal(amount))) == (words_of_it, figures)


def test_the_catalogue_is_complete() -> None:
    files = {file.stem for file in resource("documents").glob("*.toml")} - {"common"}
    assert files == set(KINDS)
    for kind in KINDS.values():
        assert is_dataclass(kind.data)
        assert isinstance(kind.sample(), kind.data)
        for style in Style:
            assert drawable(kind.title, style) == kind.title
    check_texts()


def test_the_risks_are_seventeen() -> None:
    text = document_text("risk_notice").read_text("utf-8")
    assert text.count("\n[[sections]]") == 17
