"""What the command line calculates is what the window says: fees, days, identity numbers, case numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.clock import local
from app.services import drafts
from app.services.desk import Desk
from app.services.due_lines import long_day
from app.services.views import FieldView
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import desk_in, do
from tests.helpers.visits import called, fill, shown, view

AMOUNTS = (
    "10000",
    "10000.01",
    "100000",
    "200000",
    "356789.12",
    "1000000",
    "20000001",
    "12,345.678",
    "１２３４５６",
    "壹拾贰万叁仟元整",
)
NUMBERS = (
    "11010519491231002X",
    "110105194912310021",
    "150402199003075517",
    "150402199003075518",
    "15040219900230551X",
    "150402900307551",
    "８１００００１９９００１０１００１７",
    "1504021990030755",
    "150402202713015517",
    "abc",
)
CASES = (
    "（2026）内0404民初123号",
    "(2026)内0404民初123号",
    "（2026）内0404民初123号之一",
    "（2026）最高法民申1号",
    "（2026）内0499民初1号",
    "（2026）内0404民某1号",
    "2026内0404民初123号",
    "（1949）内0404民初1号",
    "（2026）内0404执保77号",
    "随便写的",
)
DAYS = (0, 1, 4, 7, 9, 14, 21, 28, 33, 36)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path / "desk", clock=clock) as opened:
        called(opened)
        fill(opened)
        yield opened


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(*words: str) -> dict[str, Any]:
        cli.main(["calc", words[0], "--data", str(tmp_path / "calc"), *words[1:], "--json"])
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return asked


def field(desk: Desk, path: str) -> FieldView:
    made = shown(desk)
    groups = (*made.identity, *made.matter, *made.parties)
    return next(one for group in groups for one in group.fields if one.path == path)


def test_ten_fees(desk: Desk, ask: Any) -> None:
    for amount in AMOUNTS:
        do(desk, drafts.set_field, "matter.1.amount", amount)
        fee, told = view(desk).advice.fee, ask("fee", "property", "--amount", amount)
        assert fee is not None
        if told["problem"]:
            assert fee.amount is None
            assert field(desk, "matter.1.amount").problem == told["problem"]
            continue
        assert fee.amount == Decimal(told["fee"]), amount
        assert fee.basis == told["article"]
        assert len(fee.steps) == len(told["steps"])
        assert all(step["text"] in line for step, line in zip(told["steps"], fee.steps, strict=True))


def test_ten_days_some_beyond_the_calendar(desk: Desk, ask: Any, clock: SteppingClock) -> None:
    seen = 0
    for days in DAYS:
        clock.forward(days=days - seen)
        seen = days
        told = ask("due", "civil", local(clock.moment).date().isoformat())
        line = next(one for one in view(desk).advice.dues if one.title == told["name"])
        if told["due"] is None:
            assert told["problem"]
            assert long_day(date.fromisoformat(told["naive"])) in line.due
            assert "日历只到2026年" in line.due
        else:
            assert long_day(date.fromisoformat(told["due"])) in line.due
        assert all(why["text"] in line.why for why in told["why"])
    assert told["due"] is None


def test_ten_identity_numbers(desk: Desk, ask: Any) -> None:
    for number in NUMBERS:
        do(desk, drafts.set_field, "identity.id_number", number)
        kept, told = field(desk, "identity.id_number"), ask("id", number)
        assert kept.value == told["value"], number
        if told["ok"]:
            assert kept.problem == "；".join(told["warnings"])
        else:
            assert kept.problem == told["problem"]


def test_ten_case_numbers(desk: Desk, ask: Any) -> None:
    do(desk, drafts.set_field, "matter.1.code", "S02")
    for number in CASES:
        do(desk, drafts.set_field, "matter.1.case_no", number)
        kept, told = field(desk, "matter.1.case_no"), ask("case-no", number)
        if told["ok"]:
            assert kept.value == told["value"]
            assert kept.problem == "；".join(told["warnings"])
        else:
            assert kept.value == number, "what a paper says is kept, with a warning"
            assert kept.problem == told["problem"]
