from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from app.domain.checked import Sex
from app.domain.credit_code import (
    check_credit_code,
    check_organisation_code,
    credit_check_character,
    organisation_check_character,
)
from app.domain.identity import (
    IdKind,
    check_document,
    check_foreign_resident,
    check_id_number,
    check_residence_permit,
    id_check_character,
    mask_id,
    upgrade_old_number,
)
from app.domain.mrz import check_mrz
from app.domain.phone import check_phone, mask_phone

DATA = Path(__file__).parent / "data"
CHECKS = {
    "居民身份证": check_id_number,
    "港澳居民居住证(香港)": check_residence_permit,
    "台湾居民居住证": check_residence_permit,
    "外国人永久居留身份证2023": check_foreign_resident,
    "护照MRZ line2": check_mrz,
    "统一社会信用代码": check_credit_code,
    "组织机构代码": check_organisation_code,
}


def _examples() -> list[tuple[str, str, bool]]:
    with (DATA / "id_examples.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["kind"], row["value"], row["expect"] == "valid") for row in rows]


@pytest.mark.parametrize(("kind", "value", "valid"), _examples())
def test_every_published_example_is_judged_as_documented(kind: str, value: str, valid: bool) -> None:
    checked = CHECKS[kind](value)
    assert checked.ok is valid
    assert (checked.problem is None) is valid


def test_a_citizen_number_tells_birth_sex_and_area() -> None:
    facts = check_id_number("11010519491231002X").facts
    assert (facts.birth, facts.sex, facts.area) == (date(1949, 12, 31), Sex.FEMALE, "110105")
    assert facts.kind == IdKind.RESIDENT


def test_full_width_digits_spaces_and_a_small_x_are_folded() -> None:
    checked = check_id_number(" １１０１０５ 19491231 ００２x\u3000")
    assert checked.ok
    assert checked.value == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "不能为空"),
        ("150402900307551", "15位旧号码"),
        ("1504021990030755", "现有16位"),
        ("15040219900307551A", "第18位“A”"),
        ("1504O2199003075517", "第5位“O”"),
        ("150402199003075518", "末位应为“7”"),
        ("150402199002295518", "不是有效日期"),
        ("15040219900307551７٣", "现有19位"),
        ("١٥٠٤٠٢١٩٩٠٠٣٠٧٥٥١٧", "第1位"),
    ],
)
def test_a_wrong_citizen_number_says_what_is_wrong(text: str, words: str) -> None:
    checked = check_id_number(text)
    assert not checked.ok
    assert checked.problem is not None
    assert words in checked.problem


def test_a_birth_after_today_is_a_problem_and_a_very_old_one_a_warning() -> None:
    assert not check_id_number("150603201701010013", today=date(2016, 1, 1)).ok
    assert check_id_number("11010519491231002X", today=date(2090, 1, 1)).warnings


@pytest.mark.parametrize(
    ("number", "warned"),
    [
        ("152701196802030049", False),
        ("150602198501010015", True),
        ("152701201001010018", True),
        ("150402199003075517", False),
    ],
)
def test_area_against_birth_year_warns_and_never_blocks(number: str, warned: bool) -> None:
    checked = check_id_number(number[:17] + id_check_character(number[:17]))
    assert checked.ok
    assert bool(checked.warnings) is warned


def test_an_unknown_province_only_warns() -> None:
    body = "66010119900101001"
    checked = check_id_number(body + id_check_character(body))
    assert checked.ok
    assert "66" in checked.warnings[0]


def test_an_old_number_from_old_papers_is_lengthened() -> None:
    checked = upgrade_old_number("150402900307551")
    assert checked.value == "150402199003075517"
    assert not upgrade_old_number("150402").ok


def test_the_foreigners_card_of_2023_tells_country_and_the_one_of_2017_is_accepted_softly() -> None:
    new = check_foreign_resident("91584019900101002X")
    assert (new.facts.country, new.facts.birth) == ("840", date(1990, 1, 1))
    old = check_foreign_resident("USA310076010100")
    assert old.ok
    assert old.facts.country == "USA"
    assert not check_foreign_resident("US310076010100").ok


def test_a_mainland_number_is_not_a_residence_permit() -> None:
    assert not check_residence_permit("150402199003075517").ok
    assert check_residence_permit("830000199202290022").facts.kind == IdKind.TAIWAN_RESIDENT


@pytest.mark.parametrize(
    ("kind", "text", "warned"),
    [
        (IdKind.HK_MACAO_PASS, "H12345678", False),
        (IdKind.HK_MACAO_PASS, "h1234567890", False),
        (IdKind.HK_MACAO_PASS, "K1", True),
        (IdKind.TAIWAN_PASS, "12345678", False),
        (IdKind.MILITARY, "军字第1234567号", False),
        (IdKind.OTHER, "任意", False),
        (IdKind.PASSPORT, "EA1234567", False),
        (IdKind.HOUSEHOLD, "150402199003075517", False),
    ],
)
def test_documents_without_a_published_rule_are_checked_softly(kind: IdKind, text: str, warned: bool) -> None:
    checked = check_document(kind, text)
    assert checked.ok
    assert bool(checked.warnings) is warned


def test_an_empty_soft_document_is_a_problem() -> None:
    assert not check_document(IdKind.MILITARY, " ").ok
    assert not check_document(IdKind.PASSPORT, "").ok


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请输入"),
        ("9115", "现有4位"),
        ("9115O402MA0PQRT0XT", "第5位“O”"),
        ("91150402MA0PQRT0XU", "“T”"),
    ],
)
def test_a_wrong_credit_code_says_what_is_wrong(text: str, words: str) -> None:
    checked = check_credit_code(text)
    assert not checked.ok
    assert words in (checked.problem or "")


def test_a_village_collective_with_letters_in_front_is_valid() -> None:
    body = "N2150621MF000001"
    body += organisation_check_character(body[8:])
    checked = check_credit_code(body + credit_check_character(body))
    assert checked.ok
    assert checked.facts.kind == "农村集体经济组织"
    assert not checked.warnings


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("138 1234 5678", "13812345678", "手机"),
        ("+86-13812345678", "13812345678", "手机"),
        ("１３８１２３４５６７８", "13812345678", "手机"),
        ("04768221234", "0476-8221234", "固定电话"),
        ("（010）62345678", "010-62345678", "固定电话"),
        ("0477-8591234转808", "0477-8591234-808", "固定电话"),
        ("400-123-4567", "400-123-4567", "服务电话"),
        ("8221234", "8221234", "固定电话"),
        ("+81 3 1234 5678", "+81312345678", "境外电话"),
    ],
)
def test_phones_are_recognised(text: str, value: str, kind: str) -> None:
    checked = check_phone(text)
    assert checked.ok
    assert (checked.value, checked.facts.kind) == (value, kind)


@pytest.mark.parametrize("text", ["", "1381234567", "12012345678", "99"])
def test_an_impossible_phone_is_a_problem(text: str) -> None:
    assert check_phone(text).problem


def test_masks_show_no_more_than_the_agreed_characters() -> None:
    assert mask_id("150402199003075517") == "150***********5517"
    assert mask_id("H12345678") == "H******78"
    assert mask_id("123") == "***"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("0476-8221234") == "047****1234"
    assert mask_phone("8221234") == "*****34"
    assert mask_phone("") == ""


def test_a_passport_line_tells_birth_expiry_and_names() -> None:
    line1 = "P<CHNZHANG<<XIAO<MING<<<<<<<<<<<<<<<<<<<<<<<"
    facts = check_mrz("EA12345676CHN9003071M3001019<<<<<<<<<<<<<<02", line1, today=date(2026, 1, 1)).facts
    assert (facts.birth, facts.expires, facts.country) == (date(1990, 3, 7), date(2030, 1, 1), "CHN")
    assert (facts.surname, facts.given_names, facts.sex) == ("ZHANG", "XIAO MING", Sex.MALE)


def test_a_misread_passport_line_names_the_field() -> None:
    assert "出生日期" in (check_mrz("EA12345676CHN9003081M3001019<<<<<<<<<<<<<<02").problem or "")
    assert "44位" in (check_mrz("EA123").problem or "")
