"""The back office writes in its own words; each thing it asks for becomes one item, unchanged."""

from __future__ import annotations

import pytest

from app.domain.asked import MOST, asked_code, asked_lines, is_asked_code
from app.domain.checklist import Handed, Status, assess
from app.domain.party import Parties
from app.domain.short_form import Answers
from tests.helpers.domain import matter


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("缺被告身份证明", ("缺被告身份证明",)),
        (
            "补正以下材料：\n1. 被告身份证明；\n2、证据清单（一式三份）。",
            ("被告身份证明", "证据清单（一式三份）"),
        ),
        ("请补正：1、身份证 2、证据清单，标的12.5万元", ("身份证", "证据清单，标的12.5万元")),
        ("（一）身份证\r\n（二）证据清单\r\n（二）证据清单", ("身份证", "证据清单")),
        ("起诉状未签名；缺授权委托书。", ("起诉状未签名", "缺授权委托书")),
        ("2026年1月5日前补交欠条原件", ("2026年1月5日前补交欠条原件",)),
        ("材料不全：", ("材料不全：",)),
        (" \n ；\n", ()),
    ],
)
def test_every_thing_asked_for_is_one_item_in_its_own_words(text: str, items: tuple[str, ...]) -> None:
    assert asked_lines(text) == items


def test_a_flood_of_lines_is_kept_whole_in_at_most_so_many_items() -> None:
    made = asked_lines("\n".join(f"第{n}份材料" for n in range(300)))
    assert len(made) == MOST
    assert "第299份材料" in made[-1]
    assert all(is_asked_code(asked_code(place)) for place in range(1, MOST + 1))


def test_what_is_asked_for_is_missing_by_law_until_it_is_handed_in() -> None:
    answers = Answers(asked={"B01": "欠条原件"})

    def item(*handed: Handed) -> Status:
        [found] = [one for one in assess(matter("F01"), Parties(()), handed, answers) if one.code == "B01"]
        assert found.name == "欠条原件"
        return found.status

    assert item() is Status.MISSING_LAW
    assert item(Handed("B01", 1)) is Status.HAVE
