"""Every rule of the window, asked on the command line: the same answers, the reason, the exit status."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.calc_answers import CLOCK_NAMES, FEE_NAMES, ID_NAMES
from app.domain.clock_rule import Unit
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import start_clock
from app.domain.fee_schedule import FeeKind
from app.domain.fees import FeeQuestion, compute_fee
from tests.helpers.domain import catalogue, holidays

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "unit" / "data"
BEGUN = date(2026, 2, 12)
ID_NUMBER = "11010519491231002X"


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Calc:
    """The command, run in this process against a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def say(self, *words: str) -> tuple[int, str, str]:
        """Return status, standard output and standard error."""
        status = cli.main(["calc", words[0], "--data", str(self.folder), *words[1:]])
        out, err = self._capsys.readouterr()
        return status, out, err

    def ask(self, *words: str) -> dict[str, Any]:
        """Return the JSON answer; its ``ok`` has to agree with the status."""
        status, out, _ = self.say(*words, "--json")
        answer: dict[str, Any] = json.loads(out)
        assert answer["ok"] is (status == 0) is (answer["problem"] is None)
        return answer

    def refuse(self, *words: str) -> str:
        """Return what standard error says of wrong usage."""
        with pytest.raises(SystemExit) as caught:
            cli.main(["calc", *words])
        assert caught.value.code == 2
        return self._capsys.readouterr().err

    def own(self, name: str, text: str) -> None:
        folder = self.folder / "config" / "knowledge"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


@pytest.fixture
def calc(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Calc:
    return Calc(tmp_path, capsys)


# ---- fees --------------------------------------------------------------------------------------

WORDS = {"simplified": ["--half", "simplified"], "withdraw": ["--half", "withdrawn"]}


def fee_words(row: dict[str, str]) -> list[str]:
    if row["kind"] == "counterclaim merged":
        return ["property", "--amount", "80000", "--half", "反诉合并审理"]
    if row["kind"].startswith("conciliation"):
        return ["property", "--amount", "200000", "--reduction", "30%"]
    kind, *halves = row["kind"].split("+")
    amounts = [pair.split("=")[1] for pair in row["input"].split(";") if "=" in pair and "base" not in pair]
    return [kind, *(["--amount", amounts[0]] if amounts else []), *(w for h in halves for w in WORDS[h])]


@pytest.mark.parametrize("row", rows("fee_examples.tsv"), ids=lambda row: row["id"])
def test_every_worked_fee_comes_out_on_the_command_line(calc: Calc, row: dict[str, str]) -> None:
    calc.own("fees.toml", "schema = 1\n[local]\ndivorce = 300\npersonality = 500\n")
    answer = calc.ask("fee", *fee_words(row))
    assert answer["fee"] == row["expected_yuan"]
    assert answer["article"].startswith("诉讼费用交纳办法第")
    assert answer["formula"]
    assert all(step["text"] and isinstance(step["low"], str) for step in answer["steps"])


@pytest.mark.parametrize("kind", [kind for kind in FeeKind if kind is not FeeKind.FREE])
@pytest.mark.parametrize("amount", ["0", "12345.67", "1000000000000"])
def test_the_command_says_what_the_rule_says(calc: Calc, kind: FeeKind, amount: str) -> None:
    answer = calc.ask("fee", kind.value, "--amount", amount)
    fee = compute_fee(FeeQuestion(kind, Decimal(amount)))
    assert (Decimal(answer["low"]), Decimal(answer["high"])) == (fee.low, fee.high)
    assert (answer["fee"] is None) is (fee.amount is None)
    assert [step["text"] for step in answer["steps"]] == [rule.text for rule in fee.rules]
    assert "E" not in answer["low"]


@pytest.mark.parametrize(
    ("typed", "amount", "fee"),
    [
        ("0", "0", "50.00"),
        ("12,345.678", None, "最多到分"),
        ("１２，３４５．６７", "12345.67", "108.64"),
        ("壹拾贰万叁仟", "123000", "2760.00"),
        ("12.3万", "123000.0", "2760.00"),
        ("1000000000000", "1000000000000", "5000041800.00"),
        ("1e12", None, "科学计数法"),
        ("10000000000000000", None, "过大"),
        ("-5000", None, "不能为负数"),
        ("-5,000", None, "不能为负数"),
        ("-.5", None, "不能为负数"),
        ("负三百", None, "不能为负数"),
        ("", None, "请输入金额"),
        ("1,23", None, "逗号位置不对"),
        ("三万五", None, "缺少单位"),
        ("abc", None, "看不懂"),
        ("1'; DROP TABLE", None, "看不懂"),
    ],
)
def test_an_amount_is_read_as_people_write_it_or_refused_with_a_sentence(
    calc: Calc, typed: str, amount: str | None, fee: str
) -> None:
    answer = calc.ask("fee", "property", "--amount", typed)
    if amount is None:
        assert fee in answer["problem"]
        assert answer["fee"] is None
    else:
        assert (Decimal(answer["amount"]), answer["fee"]) == (Decimal(amount), fee)


def test_a_fee_shows_its_formula_its_article_and_each_step(calc: Calc) -> None:
    status, out, err = calc.say("fee", "property", "--amount", "356789.12")
    assert (status, err) == (0, "")
    assert "财产案件受理费：6,651.84元" in out
    assert "算式：0.015 × 356,789.12 + 1,300" in out
    assert "依据：诉讼费用交纳办法第13条第1款第1项" in out
    assert "超过20万元至50万元的部分：156,789.12 × 1.5% = 2,351.8368元" in out


@pytest.mark.parametrize(
    ("words", "shown", "article"),
    [
        (["--amount", "200000", "--paid", "2300", "--change", "claim_raised"], "补交2,000.00元", "第21条"),
        (["--amount", "10万", "--paid", "4300", "--change", "减少"], "退还2,000.00元", "第21条"),
        (["--amount", "10万", "--paid", "4300", "--change", "减少", "--late"], "不补不退", "第21条"),
        (["--paid", "4300", "--change", "refused"], "退还4,300.00元", "第27条"),
        (["--paid", "4300", "--change", "claim_raised"], "待确定", "第21条"),
    ],
)
def test_of_a_fee_that_was_paid_the_balance_is_told(
    calc: Calc, words: list[str], shown: str, article: str
) -> None:
    told = calc.ask("fee", "property", *words)["settlement"]
    assert told["shown"] == shown
    assert article in told["rule"]["article"]


def test_without_the_provinces_figure_a_fee_is_a_range(calc: Calc) -> None:
    answer = calc.ask("fee", "divorce", "--amount", "500000")
    assert (answer["fee"], answer["low"], answer["high"]) == (None, "1550.00", "1800.00")


def test_an_amount_that_is_needed_is_asked_for(calc: Calc) -> None:
    assert "--amount" in calc.ask("fee", "property")["problem"]


@pytest.mark.parametrize(
    ("words", "fee"),
    [
        (["--exempt"], "0.00"),
        (["--stage", "appeal"], "4300.00"),
        (["--stage", "再审"], "4300.00"),
        (["--reduction", "３０％"], "3010.00"),
        (["--reduction", "100"], "0.00"),
        (["--half", "调解", "--half", "简易"], "2150.00"),
        (["--free", "special"], "0"),
    ],
)
def test_halving_relief_and_stage_change_the_fee(calc: Calc, words: list[str], fee: str) -> None:
    assert calc.ask("fee", "property", "--amount", "200000", *words)["fee"] == fee


@pytest.mark.parametrize("share", ["29.9", "101", "-30", "三成", "", "nan"])
def test_a_reduction_outside_the_law_is_refused(calc: Calc, share: str) -> None:
    assert "减交比例" in calc.ask("fee", "property", "--amount", "1", "--reduction", share)["problem"]


# ---- due dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("deadline_examples.tsv"), ids=lambda row: row["start"])
def test_every_worked_deadline_comes_out_on_the_command_line(calc: Calc, row: dict[str, str]) -> None:
    answer = calc.ask("due", "correction", row["start"], "--length", row["days"])
    assert (answer["naive"], answer["due"]) == (row["naive"], row["due"])
    assert answer["shifted"] is (row["naive"] != row["due"])
    assert answer["length"] == int(row["days"])
    assert any("第85条" in rule["article"] for rule in answer["why"])


@pytest.mark.parametrize("id_", [id_ for id_, rule in CLOCKS.items() if rule.unit is not Unit.HOURS])
def test_every_clock_ends_as_the_rule_says(calc: Calc, id_: str) -> None:
    clock = start_clock(id_, BEGUN, holidays())
    answer = calc.ask("due", id_, BEGUN.isoformat())
    assert answer["naive"] == clock.naive.isoformat()
    assert answer["why"][0]["article"] == clock.rule.article
    if clock.rule.unit is Unit.WAIT:
        assert (answer["due"], answer["allowed_from"]) == (None, "2026-08-13")
    else:
        assert answer["due"] == (clock.due.isoformat() if clock.due else None)
        assert answer["problem"] == clock.problem


@pytest.mark.parametrize(
    "start", ["2026-02-12", "20260212", "2026年2月12日", "２０２６．２．１２", "2026/2/12"]
)
def test_a_date_may_be_written_as_people_do(calc: Calc, start: str) -> None:
    assert calc.ask("due", "civil", start)["due"] == "2026-02-24"


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("2026-02-29", "没有这一天"),
        ("2026-13-01", "没有这一天"),
        ("0000-01-01", "没有这一天"),
        ("2月29日", "日期请写成"),
        ("明天", "日期请写成"),
        ("", "请写明起算的日期"),
        ("2026-02-12 09:30", "日期请写成"),
        ("9999-12-31", "超出可以计算的范围"),
        ("-1", "日期请写成"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_a_sentence(calc: Calc, start: str, words: str) -> None:
    answer = calc.ask("due", "civil", start)
    assert words in answer["problem"]
    assert answer["due"] is None


def test_a_leap_day_counts(calc: Calc) -> None:
    answer = calc.ask("due", "enforcement", "2024-02-29")
    assert (answer["naive"], answer["due"]) == ("2026-02-28", "2026-02-28")


def test_a_period_that_ends_on_a_holiday_says_which(calc: Calc) -> None:
    status, out, _ = calc.say("due", "民事立案审查", "2026-02-12")
    assert status == 0
    assert "2026-02-24 周二" in out
    assert "届满日 2026-02-19 是春节，所以顺延" in out


def test_a_day_counted_back_from_an_expiry_moves_forward_in_time(calc: Calc) -> None:
    status, out, _ = calc.say("due", "preservation_renewal", "2026-10-11")
    assert status == 0
    assert "续行保全申请期限：2026-09-30" in out
    assert "所以提前" in out


def test_beyond_the_calendar_no_due_date_is_given_but_a_safe_one(calc: Calc) -> None:
    answer = calc.ask("due", "civil", "2026-12-28")
    assert (answer["due"], answer["safe_end"]) == (None, "2027-01-04")
    assert "请更新节假日表" in answer["problem"]


def test_beyond_the_calendar_a_day_counted_back_has_no_safe_one(calc: Calc) -> None:
    answer = calc.ask("due", "preservation_renewal", "2027-01-10")
    assert (answer["due"], answer["safe_end"], answer["naive"]) == (None, None, "2027-01-03")


@pytest.mark.parametrize("length", ["0", "-7", "七", "3661", "99999999999999999999", "7.5", ""])
def test_a_length_that_cannot_be_is_refused(calc: Calc, length: str) -> None:
    assert "期限长度" in calc.ask("due", "correction", "2026-02-12", "--length", length)["problem"]


def test_hours_run_through_holidays_and_need_a_time(calc: Calc) -> None:
    answer = calc.ask("due", "protection", "2026-02-14", "09:30")
    assert answer["due"] == "2026-02-17T09:30+08:00"
    assert "时刻" in calc.ask("due", "protection", "2026-02-14")["problem"]
    assert "没有这个时刻" in calc.ask("due", "protection", "2026-02-14 24:00")["problem"]
    assert "没有这一天" in calc.ask("due", "protection", "2026-02-30 09:30")["problem"]
    assert "不能另设" in calc.ask("due", "protection", "2026-02-14 09:30", "--length", "5")["problem"]


# ---- numbers -----------------------------------------------------------------------------------

KINDS = {
    "居民身份证": "resident",
    "港澳居民居住证(香港)": "hk_macao_resident",
    "台湾居民居住证": "taiwan_resident",
    "外国人永久居留身份证2023": "foreign_resident",
    "护照MRZ line2": "mrz",
    "统一社会信用代码": "credit_code",
    "组织机构代码": "组织机构代码",
}


@pytest.mark.parametrize("row", rows("id_examples.tsv"), ids=lambda row: row["value"])
def test_every_number_is_judged_as_documented(calc: Calc, row: dict[str, str]) -> None:
    answer = calc.ask("id", row["value"], "--kind", KINDS[row["kind"]])
    assert answer["ok"] is (row["expect"] == "valid")
    assert answer["why"][0]["text"]


def test_a_number_tells_what_it_carries_and_is_normalised(calc: Calc) -> None:
    answer = calc.ask("id", "１１０１０５", "19491231", "００２x")
    assert answer["value"] == ID_NUMBER
    assert (answer["facts"]["birth"], answer["facts"]["sex"]) == ("1949-12-31", "女")
    assert "GB 11643" in answer["why"][0]["article"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["11010519491231002Z"], "第18位"),
        (["110105491231002"], "15位旧号码"),
        ([""], "不能为空"),
        (["150402199002295518"], "不是有效日期"),
        (["110105491231002", "--kind", "old_resident"], None),
        (["欧阳·娜仁", "--kind", "name"], None),
        (["", "--kind", "name"], "姓名不能为空"),
        (["13804761234", "--kind", "phone"], None),
        (["E!", "--kind", "passport"], "护照号码"),
        (["军字第123号", "--kind", "military"], None),
    ],
)
def test_numbers_of_every_kind_get_an_answer(calc: Calc, words: list[str], told: str | None) -> None:
    problem = calc.ask("id", *words)["problem"]
    assert problem is None if told is None else told in problem


@pytest.mark.parametrize("kind", ID_NAMES)
@pytest.mark.parametrize("text", ["", " ", "1", "X" * 5000, "\u202e1101", "𠮷", "<" * 44])
def test_nothing_that_is_typed_breaks_a_check(calc: Calc, kind: str, text: str) -> None:
    answer = calc.ask("id", text, "--kind", kind)
    assert answer["ok"] or answer["problem"].endswith(("。", "？"))


def test_a_number_is_printed_and_never_logged(calc: Calc, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for number in (ID_NUMBER, ID_NUMBER[:-1] + "1"):
        _, out, err = calc.say("id", number)
        assert number in out
        assert err == ""
    assert ID_NUMBER[:17] not in caplog.text
    left = [path for path in calc.folder.rglob("*") if path.is_file()]
    assert left == []


def test_a_number_can_be_read_from_standard_input(calc: Calc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ID_NUMBER}\n"))
    assert calc.ask("id", "-")["value"] == ID_NUMBER


@pytest.mark.parametrize(
    ("text", "court", "type_", "told"),
    [
        ("（2026）内0404民初123号", "赤峰市松山区人民法院", "民事一审", None),
        ("(2026) 内0404 民初 123 号", "赤峰市松山区人民法院", "民事一审", None),
        ("（2012）松民初字第123号", None, None, None),
        ("2026年123号", None, None, "案号格式如"),
        ("", None, None, "案号格式如"),
    ],
)
def test_a_case_number_is_taken_apart(
    calc: Calc, text: str, court: str | None, type_: str | None, told: str | None
) -> None:
    answer = calc.ask("case-no", text)
    assert (answer["court_name"], answer["type_name"]) == (court, type_)
    assert answer["ok"] if told is None else told in answer["problem"]
    assert "137号" in answer["why"][0]["article"]


@pytest.mark.parametrize(
    ("text", "amount", "capital"),
    [
        ("壹拾贰万叁仟", "123000.00", "壹拾贰万叁仟元整"),
        ("12,345.67", "12345.67", "壹万贰仟叁佰肆拾伍元陆角柒分"),
        ("0", "0.00", "零元整"),
        ("1000000000000", "1000000000000.00", "壹万亿元整"),
    ],
)
def test_money_is_shown_in_figures_and_words(calc: Calc, text: str, amount: str, capital: str) -> None:
    answer = calc.ask("money", text)
    assert (answer["amount"], answer["capital"]) == (amount, capital)


def test_money_that_is_none_is_refused(calc: Calc) -> None:
    assert "负数" in calc.ask("money", "-5,000")["problem"]
    assert "最多到分" in calc.ask("money", "12,345.678")["problem"]


# ---- causes and matters ------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["mjjd", "民间", "minjianjiedai", "108(3)", "民间借贷纠纷"])
def test_a_cause_is_found_as_in_the_window(calc: Calc, typed: str) -> None:
    first = calc.ask("cause", typed)["causes"][0]
    assert (first["no"], first["name"]) == ("108(3)", "民间借贷纠纷")
    assert first["templates"]


def test_a_cause_that_is_not_found_is_a_problem_and_the_number_of_answers_is_limited(calc: Calc) -> None:
    assert "没有找到" in calc.ask("cause", "qqqq")["problem"]
    assert len(calc.ask("cause", "jiufen", "--limit", "3")["causes"]) == 3


@pytest.mark.parametrize("code", sorted(catalogue().matters))
def test_every_matter_tells_materials_clocks_and_fee(calc: Calc, code: str) -> None:
    matter = catalogue().matters[code]
    for variant in [v.key for v in matter.variants] or [""]:
        answer = calc.ask("matter", code.lower(), *(["--variant", variant] if variant else []))
        assert [clock["clock"] for clock in answer["clocks"]] == list(matter.clocks_of(variant))
        assert answer["fee"][0]["text"]
        assert {m["code"] for m in answer["materials"]} <= {r.material.code for r in matter.requirements}
        assert all(m["basis"] for m in answer["materials"] if m["level"] == "law")


def test_a_kind_of_matter_has_its_own_materials_clocks_and_fee(calc: Calc) -> None:
    before, execution = (calc.ask("matter", "F06", "--variant", v) for v in ("诉前保全", "before_execution"))
    assert [c["clock"] for c in before["clocks"]] == ["preservation_before"]
    assert [c["clock"] for c in execution["clocks"]] == ["preservation"]
    assert {m["code"] for m in execution["materials"]} - {m["code"] for m in before["materials"]} == {"M16"}
    assert "enforce_after_preservation" in [c["clock"] for c in execution["clocks_by_form"]]
    assert "enforce_after_preservation" not in [c["clock"] for c in before["clocks_by_form"]]


def test_a_matter_reads_like_a_checklist(calc: Calc) -> None:
    _, out, _ = calc.say("matter", "F01")
    assert "M01 起诉状：法定，1+N份，主要材料（民事诉讼法第123条、登记立案规定第6条）" in out
    assert "自收到起诉状或补正材料之日起7日：决定是否立案" in out
    assert "按案由" in out


def test_without_a_code_all_matters_are_listed(calc: Calc) -> None:
    status, out, _ = calc.say("matter")
    assert status == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == sorted(catalogue().matters)


# ---- the court's own files ---------------------------------------------------------------------


def test_the_courts_own_files_count_here_too_and_a_broken_one_is_told_beside_the_answer(calc: Calc) -> None:
    calc.own("fees.toml", "schema = 1\n[local]\ndivorce = 200\n")
    calc.own("courts.tsv", "坏")
    status, out, err = calc.say("fee", "divorce", "--json")
    assert status == 0
    assert json.loads(out)["fee"] == "200.00"
    assert "courts.tsv 第1行" in err
    assert not (calc.folder / "data").exists()


# ---- usage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "命令"),
        (["nonsense"], "命令"),
        (["fee"], "KIND"),
        (["fee", "nonsense"], "没有这样的费用种类"),
        (["fee", "费"], "不明确"),
        (["fee", ""], "没有这样的费用种类"),
        (["fee", "property", "--half", "x"], "没有这样的减半理由"),
        (["fee", "property", "--exempt", "--reduction", "30"], "not allowed"),
        (["fee", "property", "--amou", "30"], "unrecognized"),
        (["due", "civil"], "START"),
        (["due", "nonsense", "2026-01-01"], "没有这样的期限"),
        (["id", "1", "--kind", "x"], "没有这样的号码种类"),
        (["cause", "mj", "--limit", "0"], "limit"),
        (["matter", "F99"], "没有这样的事项"),
        (["matter", "F06", "--variant", "x"], "没有这样的类别"),
        (["matter", "F01", "--variant", "x"], "没有类别"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_ends_with_two(calc: Calc, words: list[str], told: str) -> None:
    assert told in calc.refuse(*words)


def test_help_lists_every_kind_and_clock_with_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["calc", "--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    for key, name in {**FEE_NAMES, **CLOCK_NAMES}.items():
        assert any(line.split() == [key, name] for line in out.splitlines()), key
    assert "退出码" in out


KEYS: dict[str, tuple[Callable[[Calc], dict[str, Any]], Callable[[Calc], dict[str, Any]]]] = {
    "fee": (
        lambda c: c.ask("fee", "property", "--amount", "1"),
        lambda c: c.ask("fee", "property", "--amount", "x"),
    ),
    "due": (lambda c: c.ask("due", "civil", "2026-01-05"), lambda c: c.ask("due", "civil", "x")),
    "hours": (lambda c: c.ask("due", "protection", "2026-01-05 09:00"), lambda c: c.ask("due", "civil", "x")),
    "wait": (lambda c: c.ask("due", "divorce_again", "2026-01-05"), lambda c: c.ask("due", "civil", "x")),
    "id": (lambda c: c.ask("id", ID_NUMBER), lambda c: c.ask("id", "1")),
    "case-no": (lambda c: c.ask("case-no", "（2026）内0404民初1号"), lambda c: c.ask("case-no", "x")),
    "money": (lambda c: c.ask("money", "1"), lambda c: c.ask("money", "x")),
    "cause": (lambda c: c.ask("cause", "lh"), lambda c: c.ask("cause", "qqqq")),
}


@pytest.mark.parametrize("command", KEYS)
def test_the_keys_of_an_answer_are_the_same_whether_the_input_is_right_or_not(
    calc: Calc, command: str
) -> None:
    right, wrong = KEYS[command]
    good, bad = right(calc), wrong(calc)
    assert (good["ok"], bad["ok"]) == (True, False)
    assert list(good) == list(bad)


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["fee", "property", "--amount", "壹拾贰万叁仟", "--json"], 0, '"fee": "2760.00"'),
        (["due", "civil", "2026-02-29"], 1, "没有这一天"),
        (["id", ID_NUMBER[:-1] + "1"], 1, "校验码不对"),
        (["fee", "nonsense"], 2, "没有这样的费用种类"),
    ],
)
def test_the_command_works_as_a_process_of_its_own(
    tmp_path: Path, words: list[str], status: int, told: str
) -> None:
    name, *rest = words
    done = subprocess.run(
        [sys.executable, "-m", "app", "calc", name, "--data", str(tmp_path), *rest],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
        timeout=60,
    )
    assert done.returncode == status
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_output_that_knows_no_minus_sign_still_gets_the_answer(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "app",
            "calc",
            "fee",
            "property",
            "--amount",
            "50000",
            "--data",
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "0.025 × 50,000 ? 200" in done.stdout.decode("gbk")
