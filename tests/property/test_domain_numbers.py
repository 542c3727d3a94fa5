from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.case_number import CaseNumber, format_case_number, parse_case_number
from app.domain.checked import Sex
from app.domain.credit_code import check_credit_code, credit_check_character
from app.domain.identity import check_id_number, id_check_character, mask_id
from app.domain.mrz import check_mrz
from app.domain.names import check_name, normalise_name
from app.domain.phone import check_phone, mask_phone

digits = st.text("0123456789", min_size=1)
case_numbers = st.builds(
    CaseNumber,
    st.integers(1000, 9999),
    st.sampled_from(["内", "内04", "内0404", "粤", "兵0801", "最高法", "最高法知"]),
    st.sampled_from(["民初", "执", "民诉前调", "行赔初", "民保令"]),
    st.text("0123456789", min_size=1, max_size=8),
    st.sampled_from(["", "一", "二", "十一"]),
)


@given(case_numbers)
def test_a_case_number_is_read_back_as_it_is_written(number: CaseNumber) -> None:
    assert parse_case_number(format_case_number(number)) == number


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(case_numbers, st.sampled_from(["（）", "()", "〔〕", "[]", "【】", ""]), st.booleans(), st.booleans())
def test_a_case_number_is_read_in_any_dress(
    number: CaseNumber, brackets: str, wide: bool, word: bool
) -> None:
    written = format_case_number(number)
    opening, closing = brackets[:1], brackets[1:]
    text = written.replace("（", opening).replace("）", closing)
    text = text if word else text.replace("号", "")
    assert parse_case_number(text.translate(_WIDE) if wide else " ".join(text)) == number


@given(st.integers(110000, 659999), st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 999))
def test_a_well_built_citizen_number_is_never_refused(area: int, birth: date, order: int) -> None:
    body = f"{area}{birth:%Y%m%d}{order:03d}"
    checked = check_id_number(body + id_check_character(body))
    assert checked.ok
    assert checked.facts.birth == birth
    assert checked.facts.sex is (Sex.MALE if order % 2 else Sex.FEMALE)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, step: int) -> None:
    number = "150402199003075517"
    wrong = f"{number[:place]}{(int(number[place]) + step) % 10}{number[place + 1 :]}"
    assert not check_id_number(wrong).ok


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_a_well_built_credit_code_is_never_refused(body: str) -> None:
    assert check_credit_code(body + credit_check_character(body)).ok


@given(st.text())
def test_no_text_breaks_a_check_and_every_refusal_has_a_sentence(text: str) -> None:
    for check in (check_id_number, check_credit_code, check_phone, check_mrz, check_name):
        checked = check(text)
        assert checked.ok is (checked.problem is None)


@given(st.text())
def test_a_name_is_normalised_once(text: str) -> None:
    assert normalise_name(normalise_name(text)) == normalise_name(text)


@given(digits)
def test_a_mask_keeps_the_length_and_hides_something(number: str) -> None:
    assert len(mask_id(number)) == len(number)
    assert "*" in mask_id(number)
    assert "*" in mask_phone(number)
