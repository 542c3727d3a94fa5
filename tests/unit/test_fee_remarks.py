"""What was paid already and what relief rests on are said at the window, each with its article."""

from __future__ import annotations

import pytest

from app.domain.relief import GROUNDS
from app.services.fee_remarks import _CHANGES, _KINDS, fee_remarks
from app.services.sheet import current
from app.services.views import Remark
from app.storage.records import DraftField
from tests.helpers.domain import knowledge, matter


def told(code: str, variant: str, **said: str) -> list[Remark]:
    texts = {"matter.1.code": code, "matter.1.variant": variant}
    texts |= {f"matter.1.{key}": text for key, text in said.items() if not key.startswith("party__")}
    texts |= {key.replace("__", "."): text for key, text in said.items() if key.startswith("party__")}
    draft = {path: DraftField(path, text, "typed", None) for path, text in texts.items()}
    return list(fee_remarks(current(draft, knowledge()), knowledge()))


@pytest.mark.parametrize(
    ("variant", "said", "words", "article"),
    [
        (
            "pay",
            {"change": "增加诉讼请求", "paid": "2300", "claim_now": "200000"},
            "补交2,000.00元",
            "第21条",
        ),
        (
            "pay",
            {"change": "简易程序转为普通程序", "paid": "2150", "claim_now": "200000"},
            "补交2,150.00元",
            "199条",
        ),
        (
            "pay",
            {"change": "支付令失效转入诉讼", "paid": "1433.33", "claim_now": "20万"},
            "补交2,866.67元",
            "195条",
        ),
        (
            "refund",
            {"reason": "减少诉讼请求", "paid": "4300", "claim_now": "100000"},
            "退还2,000.00元",
            "第21条",
        ),
        (
            "refund",
            {"reason": "减少诉讼请求", "paid": "4300", "claim_now": "100000", "before_debate": "否"},
            "不补不退",
            "第21条",
        ),
        (
            "refund",
            {"reason": "撤诉或调解减半", "paid": "4300", "claim_now": "200000"},
            "退还2,150.00元",
            "第15条",
        ),
        ("refund", {"reason": "驳回起诉或不予受理", "paid": "4300"}, "退还4,300.00元", "第27条"),
        ("refund", {"reason": "中止", "paid": "4300"}, "不补不退", "第26条"),
        ("refund", {"reason": "撤诉或调解减半", "paid": "10", "fee_now": "劳动争议"}, "退还5.00元", "第15条"),
        ("refund", {"reason": "减少诉讼请求", "paid": "4300"}, "填写变更后的标的额", "第21条"),
        ("pay", {"change": "增加诉讼请求"}, "填写已交金额", ""),
    ],
)
def test_what_is_to_be_paid_up_or_refunded_is_said_with_its_article(
    variant: str, said: dict[str, str], words: str, article: str
) -> None:
    [remark] = told("S06", variant, **said)
    assert words in remark.text
    assert article in remark.basis


def test_nothing_is_said_where_nothing_changed() -> None:
    assert told("S06", "pay", paid="50") == []
    assert told("F01", "") == []


def test_relief_says_what_it_rests_on_and_what_stands_against_it() -> None:
    first = told("S07", "exempt", ground=GROUNDS[0].text)[0]
    assert ("可以免交" in first.text, first.basis, first.grave) == (True, GROUNDS[0].article, False)
    wrong = told("S07", "defer", ground=GROUNDS[0].text)[0]
    assert wrong.grave
    assert "是免交的理由，申请的是缓交" in wrong.text
    body = {"party__p1__form": "organisation", "party__p1__name": "某某公司"}
    against = [one for one in told("S07", "exempt", **body) if one.grave]
    assert [one.text for one in against] == ["诉讼费用的免交只适用于自然人"]
    assert any("不得低于30%" in one.text and one.grave for one in told("S07", "reduce", percent="20"))
    assert not any(one.grave for one in told("S07", "reduce", percent="30%"))


def test_every_choice_of_the_shipped_catalogue_is_known_to_the_rules() -> None:
    choices = {
        key: next(f for f in matter("S06").fields if f.key == key).choices
        for key in ("change", "reason", "fee_now")
    }
    assert set(choices["change"]) <= set(_CHANGES)
    assert set(choices["reason"]) - set(_CHANGES) == {"胜诉退费", "多交", "其他"}
    assert set(choices["fee_now"]) <= set(_KINDS)
    ground = next(field for field in matter("S07").fields if field.key == "ground")
    assert ground.choices == tuple(one.text for one in GROUNDS)


def test_whoever_asks_before_a_suit_is_told_what_it_would_cost() -> None:
    (told_,) = told("S01", "", cause="民间借贷纠纷", amount="200000")
    assert "财产案件受理费4,300.00元" in told_.text
    assert "第13条第1款第1项" in told_.basis
    (divorce,) = told("S08", "", cause="离婚纠纷", amount="500000")
    assert "1,550.00至1,800.00元" in divorce.text
    assert told("S01", "", cause="民间借贷纠纷") == []
    assert told("S01", "", amount="200000") == []


def test_a_balance_is_no_figure_while_the_claim_or_the_provinces_figure_is_open() -> None:
    said = {"change": "增加诉讼请求", "paid": "50", "fee_now": "离婚案件"}
    assert "填写变更后的标的额" in told("S06", "pay", **said)[0].text
    ranged = told("S06", "pay", **said, claim_now="500000")[0].text
    assert "应交 1,550.00至1,800.00元，已交 50.00 元" in ranged
    assert "由法院确定" in ranged
