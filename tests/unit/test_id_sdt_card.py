"""The text block of the four cards."""

from __future__ import annotations

from datetime import date

import pytest

from devices.base import CardKind, CardRead
from devices.errors import Garbled
from devices.sdt.card import Payload, parse_card, split_addresses, split_payload
from devices.sdt.codes import NATIONS, nation_name, sex_name
from devices.simulators.cards import CARDS, card_named, id_number

PHOTO = bytes(1024)


def read(name: str) -> CardRead:
    return parse_card(Payload(card_named(name).text, PHOTO, 0))


def blank_with(*places: tuple[int, str]) -> bytes:
    block = bytearray(" ".encode("utf-16-le") * 128)
    for start, text in places:
        encoded = text.encode("utf-16-le", "surrogatepass")
        block[start : start + len(encoded)] = encoded
    return bytes(block)


def parse(*places: tuple[int, str]) -> CardRead:
    return parse_card(Payload(blank_with(*places), PHOTO, 0))


def test_an_ordinary_card_with_a_name_outside_the_basic_plane_and_no_end_date() -> None:
    card = read("adult")
    assert card.kind is CardKind.RESIDENT
    assert (card.name, card.number) == ("张𬭎", "110105197303050019")
    assert (card.sex_code, card.nation_code) == ("1", "01")
    assert (card.birth, card.valid_from) == (date(1973, 3, 5), date(2019, 6, 12))
    assert card.long_term
    assert card.valid_to is None
    assert (card.address, card.issuer) == ("北京市朝阳区示范路100号院3号楼2单元501室", "北京市公安局朝阳分局")
    assert card.doubtful == card.suspect_characters == ()
    assert (card.raw, card.photo) == (card_named("adult").text, PHOTO)


def test_a_mongol_name_keeps_its_separator() -> None:
    card = read("mongol")
    assert card.name == "巴特尔\u00b7苏和"
    assert nation_name(card.nation_code) == "蒙古"
    assert card.valid_to == date(2036, 1, 18)
    assert not card.long_term


def test_a_residence_permit_of_hong_kong_macao_and_taiwan() -> None:
    card = read("hmt")
    assert card.kind is CardKind.HMT_RESIDENT
    assert (card.nation_code, card.pass_number, card.issue_count) == ("", "H12345678", "01")
    assert card.number.startswith("810000")
    assert (card.name, card.birth) == ("陈嘉敏", date(1988, 2, 14))


def test_a_foreigner_card_of_2017() -> None:
    card = read("foreigner-2017")
    assert card.kind is CardKind.FOREIGNER_2017
    assert (card.name, card.english_name) == ("桑普乐", "SAMPLE, JONATHAN EDWARD")
    assert (card.nationality, card.sex_code, card.birth) == ("GBR", "1", date(1976, 8, 8))
    assert (len(card.number), card.card_version, card.authority_code) == (15, "01", "1500")
    assert card.valid_to == date(2028, 8, 7)


def test_a_foreigner_card_of_2023_joins_an_english_name_of_46_characters() -> None:
    card = read("foreigner-2023")
    assert card.kind is CardKind.FOREIGNER_2023
    assert card.english_name == "PAPADOPOULOU-KARAMANLIS, ALEXANDRA KONSTANTINA"
    assert len(card.english_name) == 46
    assert (card.name, card.nationality, card.issue_count) == ("帕帕佐普洛斯", "GRC", "01")
    assert card.number.startswith("9")


def test_a_blank_at_the_seam_of_the_english_name_stays() -> None:
    card = parse((248, "Y"), (52, "A" * 34 + " "), (220, "B"))
    assert card.english_name == "A" * 34 + " B"


@pytest.mark.parametrize("marker", ["A", "Z", "\u4a00"])
def test_any_other_marker_is_an_ordinary_card(marker: str) -> None:
    assert parse((248, marker)).kind is CardKind.RESIDENT


def test_a_private_use_character_in_a_name_is_kept_and_flagged() -> None:
    card = read("pua-name")
    assert card.name == "赵\ue863明"
    assert card.suspect_characters == ("\ue863",)


def test_half_a_surrogate_pair_becomes_a_replacement_character_and_is_flagged() -> None:
    card = parse((0, "张\ud872"))
    assert card.name == "张\ufffd"
    assert card.suspect_characters == ("\ufffd",)


def test_control_characters_in_a_name_are_flagged() -> None:
    assert parse((0, "张\x1b三")).suspect_characters == ("\x1b",)


@pytest.mark.parametrize("text", ["19730230", "1973-3-5", "１９７３０３０５", "00000000"])
def test_a_date_that_is_none_is_left_empty_and_named(text: str) -> None:
    card = parse((36, text), (188, text), (204, text))
    assert (card.birth, card.valid_from, card.valid_to) == (None, None, None)
    assert card.doubtful == ("birth", "valid_from", "valid_to")
    assert not card.long_term


def test_a_blank_card_has_empty_fields_and_raises_nothing() -> None:
    card = parse()
    assert (card.name, card.number, card.birth, card.doubtful) == ("", "", None, ())


def test_repr_shows_no_personal_data() -> None:
    assert repr(read("adult")) == "<CardRead RESIDENT>"


@pytest.mark.parametrize(
    ("with_finger", "data"),
    [
        (True, b""),
        (True, bytes.fromhex("0100 0400")),
        (True, bytes.fromhex("0100 0400 0001") + bytes(1281)),
        (False, bytes.fromhex("0100 0400") + bytes(1279)),
        (False, bytes.fromhex("0100 0400") + bytes(1281)),
        (False, bytes.fromhex("00ff 0400") + bytes(1279)),
        (True, bytes.fromhex("0100 0400 0200") + bytes(1280)),
    ],
)
def test_lengths_that_do_not_add_up_are_garbled(with_finger: bool, data: bytes) -> None:
    with pytest.raises(Garbled):
        split_payload(data, with_finger)


def test_a_text_block_of_another_size_is_garbled() -> None:
    with pytest.raises(Garbled):
        parse_card(Payload(bytes(255), PHOTO, 0))


def test_later_addresses_keep_their_order_and_blanks_are_left_out() -> None:
    texts = ("呼和浩特市赛罕区虚构路6号", "", "虚构巷9号")
    data = b"".join(text.ljust(35).encode("utf-16-le") for text in texts)
    assert split_addresses(data) == (texts[0], texts[2])
    assert split_addresses(b"") == ()
    with pytest.raises(Garbled):
        split_addresses(data[:-2])


def test_the_nation_table_is_that_of_the_standard() -> None:
    assert len(NATIONS) == 58
    wanted = {
        "01": "汉",
        "02": "蒙古",
        "26": "东乡",
        "31": "达斡尔",
        "45": "鄂温克",
        "52": "鄂伦春",
        "56": "基诺",
    }
    assert {code: NATIONS[code] for code in wanted} == wanted
    assert (nation_name("97"), nation_name("99"), nation_name("")) == ("其他", "代码 99", "")
    assert [sex_name(code) for code in ("0", "1", "2", "9", "5", "")] == [
        "未知",
        "男",
        "女",
        "未说明",
        "代码 5",
        "",
    ]


@pytest.mark.parametrize("name", [name for name in CARDS if name != "foreigner-2017"])
def test_every_simulated_card_has_a_right_check_digit(name: str) -> None:
    number = read(name).number
    assert number == id_number(number[:6], number[6:14], number[14:17])


def test_a_card_is_found_by_its_key_and_by_the_name_on_it() -> None:
    assert card_named("张𬭎") is card_named("adult")
    with pytest.raises(KeyError):
        card_named("张")
