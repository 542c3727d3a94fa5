from __future__ import annotations

import re
from decimal import Decimal

import pytest

from app.domain.fee_schedule import FIGURES, FeeKind
from app.domain.fee_settings import LOCAL_KINDS, parse_fee_settings
from app.domain.fees import DEFAULT_SETTINGS, FeeQuestion, Rounding, compute_fee
from app.domain.toml_text import CatalogueError
from tests.helpers.domain import RESOURCES

SHIPPED = (RESOURCES / "codes/fees.toml").read_text("utf-8")


def test_the_shipped_file_sets_nothing() -> None:
    assert parse_fee_settings(SHIPPED, "fees.toml") == DEFAULT_SETTINGS


def test_the_shipped_file_offers_every_figure_a_province_sets_and_each_line_works_when_uncommented() -> None:
    offered = re.sub(r"^# (\w+ = )", r"\1", SHIPPED, flags=re.MULTILINE)
    settings = parse_fee_settings(offered, "fees.toml")
    assert set(settings.local) == set(LOCAL_KINDS) == {k for k, f in FIGURES.items() if f.low != f.high}
    assert settings.local == {kind: FIGURES[kind].high for kind in LOCAL_KINDS}


def test_every_comment_names_the_legal_range_of_its_figure() -> None:
    for block in SHIPPED.split("[local]")[1].strip().split("\n\n"):
        kind = FeeKind(re.findall(r"^# (\w+) = ", block, re.MULTILINE)[0])
        assert f"法定{FIGURES[kind].low}至{FIGURES[kind].high}元" in block


def test_figures_and_rounding_reach_the_fee() -> None:
    settings = parse_fee_settings(
        'schema = 1\nrounding = "yuan_half_up"\n[local]\ndivorce = 250\nother = 62.5\n', "fees.toml"
    )
    assert settings.rounding is Rounding.YUAN_HALF_UP
    assert compute_fee(FeeQuestion(FeeKind.DIVORCE, Decimal(200001)), settings).amount == Decimal(250)
    assert compute_fee(FeeQuestion(FeeKind.OTHER), settings).amount == Decimal(63)
    assert settings.local[FeeKind.OTHER] == Decimal("62.5")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("divorce = 301", "应在50至300元之间"),
        ("divorce = 49.99", "应在50至300元之间"),
        ("divorce = -300", "应在50至300元之间"),
        ("divorce = 60.005", "最多到分"),
        ("divorce = nan", "应为不带引号的数字"),
        ("divorce = inf", "应为不带引号的数字"),
        ("divorce = true", "应为不带引号的数字"),
        ('divorce = "300"', "应为不带引号的数字"),
        ("divorce = [300]", "应为不带引号的数字"),
        ("labour = 20", "定为10元，不能另设"),
        ("labour = 10", "定为10元，不能另设"),
        ("property = 50", "没有这样的费用：property"),
        ("离婚 = 50", "不是有效的TOML"),
        ('"离婚" = 50', "没有这样的费用：离婚"),
        ("divorce = 50\ndivorce = 60", "不是有效的TOML"),
    ],
)
def test_a_wrong_figure_is_named_with_its_line(line: str, words: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(words)) as caught:
        parse_fee_settings(f"schema = 1\n\n[local]\nother = 60\n{line}\n", "fees.toml")
    assert caught.value.file == "fees.toml"
    assert caught.value.line == 5 + line.count("\n")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("schema = 1\nround = 1\n", 2, "不认识的项：round"),
        ('schema = 1\n\nrounding = "up"\n', 3, "fen_half_up、yuan_half_up、yuan_down"),
        ("schema = 1\nlocal = 5\n", 2, "local 应为表"),
        ("[local]\n", 1, "schema 应为 1"),
        ("", 1, "schema 应为 1"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(words)) as caught:
        parse_fee_settings(text, "fees.toml")
    assert caught.value.line == line
