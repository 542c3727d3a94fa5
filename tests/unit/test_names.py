from __future__ import annotations

import pytest

from app.domain.names import check_name, normalise_name


@pytest.mark.parametrize("dot", list("\u2022\u30fb\uff0e\u2027\u2219\u22c5\uff65\u0387"))
def test_every_separator_dot_becomes_the_middle_dot(dot: str) -> None:
    assert normalise_name(f"阿依古丽{dot}买买提") == "阿依古丽\u00b7买买提"


@pytest.mark.parametrize(
    "name",
    ["𠮷田𪚥", "巴图", "敖", "ᠪᠠᠲᠤ\u180eᠠ", "John F. O'Neill-Smith", "葛\U000e0100城", "名" * 50, "\ue000某"],
)
def test_every_character_is_kept(name: str) -> None:
    checked = check_name(name)
    assert checked.ok
    assert checked.value == name


def test_private_use_and_lost_characters_are_flagged_with_their_place() -> None:
    warnings = check_name("张\ue123\ufffd").warnings
    assert "第2个字" in warnings[0]
    assert "第3个字已丢失" in warnings[1]


def test_padding_and_control_characters_go_and_a_gap_between_characters_is_asked_about() -> None:
    checked = check_name("\u3000张 三\u202e\x00  ")
    assert checked.value == "张 三"
    assert len(checked.warnings) == 2


@pytest.mark.parametrize("text", ["", "  ", "·", "\ud800"])
def test_an_empty_or_broken_name_is_a_problem(text: str) -> None:
    assert check_name(text).problem


def test_a_name_over_fifty_characters_only_warns() -> None:
    checked = check_name("名" * 51)
    assert checked.ok
    assert checked.warnings
