"""Names in pinyin, as they are spoken and as clerks type them."""

from __future__ import annotations

import pytest

from app.domain.readings import parse_readings, spelled
from app.paths import resources

READINGS = parse_readings((resources() / "names" / "readings.tsv").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("张三", "zhang san"), ("单雄信", "shan xiong xin"), ("仇英", "qiu ying"), ("解缙", "xie jin"),
        ("曾国藩", "zeng guo fan"), ("查良镛", "zha liang yong"), ("任盈盈", "ren ying ying"),
        ("万俟卨", "mo qi xie"), ("尉迟恭", "yu chi gong"), ("长孙无忌", "zhang sun wu ji"),
        ("朴树", "piao shu"), ("张𬭎", "zhang hong"), ("苏雅拉", "su ya la"), ("张a三", "zhang san"),
        ("吕布", "lv bu"), ("吕布", "lu bu"), ("吕布", "lyu bu"),
    ],
)  # fmt: skip
def test_a_name_is_spelled_as_it_is_read(name: str, way: str) -> None:
    assert way in spelled([name], READINGS)


def test_a_surname_keeps_its_readings_however_many_the_others_have() -> None:
    ways = spelled(["单" + "吕" * 7], READINGS)
    assert len(ways) <= 24
    assert {way.split(" ")[0] for way in ways} >= {"dan", "shan"}


def test_a_long_name_is_spelled_once_by_its_beginning_and_no_name_not_at_all() -> None:
    (way,) = spelled(["鄂尔多斯市东胜区长乐房地产开发有限责任公司"], READINGS)
    assert way.startswith("e er duo si shi dong sheng qu")
    assert len(way.split(" ")) == 16
    assert spelled(["", "Anna", "…"], READINGS) == ()


@pytest.mark.parametrize("line", ["zhang", "zhang\t张", "zh1\t张\t", "\t张\t", "张\tzhang\t"])
def test_a_line_of_another_form_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="^" + line.replace("\t", "\\t") + "$"):
        parse_readings(f"reading\tcharacters\tin_names\n{line}\n")
