"""``python -m app calc``: one rule at a time, without a window; for scripts, questions by phone, checking.

The answers are those of the window, from the same files. Numbers of persons are only ever printed: they are
neither logged nor stored, and ``calc id -`` reads one from standard input, so that it does not show in the
list of processes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from app.calc_answers import (
    CLOCK_NAMES,
    FEE_NAMES,
    HALF_NAMES,
    ID_NAMES,
    STAGE_NAMES,
    Answer,
    case_number,
    causes,
    due,
    fee,
    identity,
    money,
)
from app.calc_changes import CHANGE_NAMES, with_settlement
from app.calc_matter import matter, matters
from app.clock import SystemClock, business_day
from app.domain.checked import fold
from app.domain.clock_rules import CLOCKS
from app.domain.fee_changes import Change
from app.domain.fee_schedule import FREE_REASONS, FeeKind, FreeReason
from app.domain.fees import Half, Stage
from app.paths import Places
from app.services.knowledge import Knowledge, read_knowledge
from app.settings import load

_STATUS: Final = """退出码：0 正确；1 输入有问题或还不能确定（有一句话说明）；2 用法不对。
每个回答都写明规则、条文和算式；--json 给程序读：金额是文字，日期是 2026-01-31。"""
_FREE_NAMES: Final = {reason.value: text for reason, (text, _) in FREE_REASONS.items()}


@dataclass(frozen=True)
class Said:
    """What the command prints and returns; ``notes`` belong on standard error."""

    status: int
    text: str
    notes: str = ""


def answer(words: Sequence[str]) -> Said:
    """Answer one question; raises SystemExit with status 2 on wrong usage and 0 after help."""
    parser = _parser()
    options = parser.parse_args([_minus(word) for word in words])
    places = Places.under(options.data) if options.data else Places.of_user()
    known, faults = read_knowledge(places, keep=False)
    known = replace(known, correction_days=load(places.settings)[0].filing.correction_days)
    ask: Callable[[Knowledge, argparse.Namespace, argparse.ArgumentParser], Answer] = options.ask
    found = ask(known, options, options.parser)
    text = json.dumps(found.as_json, ensure_ascii=False, indent=2) if options.json else found.shown
    notes = "\n".join(f"注意：{fault.text}" for fault in faults)
    return Said(int(found.problem is not None), text, notes)


def _minus(word: str) -> str:
    """A negative amount is an answerable question and no option."""
    return re.sub(r"^-(?=[0-9.])", "－", word)


def _parser() -> argparse.ArgumentParser:
    parser = _command(argparse.ArgumentParser, "算费用、期限，校验号码，查案由和事项", _overview())
    parser.prog = "python -m app calc"
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)

    def add(name: str, words: str, ask: Callable[..., Answer], epilog: str = "") -> argparse.ArgumentParser:
        new = _command(commands.add_parser, words, f"{epilog}\n\n{_STATUS}", name)
        new.set_defaults(ask=ask, parser=new)
        new.add_argument("--json", action="store_true", help="以 JSON 输出")
        new.add_argument("--data", type=Path, metavar="DIR", help="本机数据文件夹（默认为用户目录）")
        return new

    _fee_options(add("fee", "诉讼费用", _ask_fee, _table("费用种类", FEE_NAMES)))
    _due_options(add("due", "期限届满日", _ask_due, _table("期限", CLOCK_NAMES)))
    id_ = add("id", "身份证件等号码", _ask_id, _table("号码种类", ID_NAMES))
    id_.add_argument("text", nargs="+", metavar="NUMBER", help="号码；写 - 则从标准输入读一行")
    id_.add_argument("--kind", type=_one_of("号码种类", ID_NAMES), default="resident", help="默认居民身份证")
    _text(add("case-no", "案号", _ask_case_number), "案号")
    _text(add("money", "金额：数字、中文大写互换", _ask_money), "金额")
    cause = add("cause", "按汉字、拼音、首字母或序号找案由", _ask_cause)
    _text(cause, "汉字、拼音、首字母或序号")
    cause.add_argument("--limit", type=int, choices=range(1, 101), default=10, metavar="1-100")
    of_matter = add("matter", "事项的材料、期限和费用；不写编号就列出全部事项", _ask_matter)
    of_matter.add_argument("code", nargs="?", metavar="CODE", help="事项编号，如 F01")
    of_matter.add_argument("--variant", metavar="KEY", help="事项内的类别")
    return parser


def _command(
    make: Callable[..., argparse.ArgumentParser], words: str, epilog: str, *name: str
) -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    named = {"help": words} if name else {}
    return make(*name, description=words, epilog=epilog, formatter_class=shape, allow_abbrev=False, **named)


def _overview() -> str:
    examples = """例：
  calc fee property --amount 356789.12 --half simplified
  calc due civil 2026-02-12
  calc id 11010519491231002X
  calc case-no （2026）内0404民初123号
  calc money 壹拾贰万叁仟元整
  calc cause mjjd
  calc matter F06 --variant before_suit"""
    return "\n\n".join(
        [
            examples,
            _table("费用种类（calc fee）", FEE_NAMES),
            _table("期限（calc due）", CLOCK_NAMES),
            _STATUS,
        ]
    )


def _table(title: str, names: Mapping[str, str]) -> str:
    return "\n".join([f"{title}：", *(f"  {key:<28}{name}" for key, name in names.items())])


def _text(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help=words)


def _fee_options(parser: argparse.ArgumentParser) -> None:
    halves, stages = (_listed(names) for names in (HALF_NAMES, STAGE_NAMES))
    parser.add_argument("kind", metavar="KIND", type=_one_of("费用种类", FEE_NAMES), help="费用种类，见下")
    parser.add_argument("--amount", metavar="TEXT", help="标的额，元：12,345.67、12.5万、壹拾贰万叁仟")
    parser.add_argument(
        "--half",
        metavar="KEY",
        action="append",
        default=[],
        type=_one_of("减半理由", HALF_NAMES),
        help=halves,
    )
    parser.add_argument(
        "--stage", metavar="KEY", default="first", type=_one_of("审级", STAGE_NAMES), help=stages
    )
    relief = parser.add_mutually_exclusive_group()
    relief.add_argument("--reduction", metavar="PERCENT", help="准予减交的百分数，不低于30")
    relief.add_argument("--exempt", action="store_true", help="准予免交")
    parser.add_argument("--paid", metavar="TEXT", help="已交的金额；与 --change 一起算补交或退还")
    parser.add_argument(
        "--change", metavar="KEY", type=_one_of("变更", CHANGE_NAMES), help=_listed(CHANGE_NAMES)
    )
    parser.add_argument("--late", action="store_true", help="法庭调查终结后才减少诉讼请求")
    parser.add_argument(
        "--free", metavar="KEY", type=_one_of("不收费的理由", _FREE_NAMES), help=_listed(_FREE_NAMES)
    )


def _due_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("clock", metavar="CLOCK", type=_one_of("期限", CLOCK_NAMES), help="期限，见下")
    parser.add_argument(
        "start", nargs="+", metavar="START", help="起算的日期，如 2026-02-12；按小时的写 2026-02-12 09:30"
    )
    parser.add_argument("--length", metavar="N", help="法院另行指定的长度，单位不变")


def _listed(names: Mapping[str, str]) -> str:
    return "；".join(f"{key} {name}" for key, name in names.items())


def _one_of(what: str, names: Mapping[str, str]) -> Callable[[str], str]:
    """Return a reader that takes a key, a Chinese name or an unmistakable part of one."""

    def read(text: str) -> str:
        key = fold(text).lower().replace("-", "_")
        if key in names:
            return key
        word = text.strip()
        for near in (str.__eq__, str.startswith, str.__contains__):
            found = [key for key, name in names.items() if word and near(name, word)]
            if len(found) == 1:
                return found[0]
            if found:
                raise argparse.ArgumentTypeError(f"{what}“{word}”不明确：{'、'.join(found)}")
        raise argparse.ArgumentTypeError(f"没有这样的{what}：{word}（用 --help 看全部）")

    return read


def _ask_fee(known: Knowledge, options: argparse.Namespace, parser: argparse.ArgumentParser) -> Answer:
    if (options.paid is None) is not (options.change is None):
        parser.error("--paid 和 --change 要一起写")
    balance = None
    if options.paid is not None:
        change = Change(options.change)
        balance = partial(with_settlement, paid=options.paid, change=change, late=options.late)
    return fee(
        known,
        FeeKind(options.kind),
        amount=options.amount,
        halves=frozenset(Half[key.upper()] for key in options.half),
        reduction=options.reduction,
        stage=Stage(options.stage),
        exempt=options.exempt,
        free=FreeReason(options.free) if options.free else None,
        balance=balance,
    )


def _ask_due(known: Knowledge, options: argparse.Namespace, _parser: argparse.ArgumentParser) -> Answer:
    return due(known, CLOCKS[options.clock], " ".join(options.start), options.length)


def _ask_id(_known: Knowledge, options: argparse.Namespace, _parser: argparse.ArgumentParser) -> Answer:
    text = sys.stdin.readline() if options.text == ["-"] else " ".join(options.text)
    return identity(options.kind, text, business_day(SystemClock().now()))


def _ask_case_number(
    known: Knowledge, options: argparse.Namespace, _parser: argparse.ArgumentParser
) -> Answer:
    return case_number(known, " ".join(options.text))


def _ask_money(_known: Knowledge, options: argparse.Namespace, _parser: argparse.ArgumentParser) -> Answer:
    return money(" ".join(options.text))


def _ask_cause(known: Knowledge, options: argparse.Namespace, _parser: argparse.ArgumentParser) -> Answer:
    return causes(known, " ".join(options.text), options.limit)


def _ask_matter(known: Knowledge, options: argparse.Namespace, parser: argparse.ArgumentParser) -> Answer:
    if options.code is None:
        return matters(known)
    found = known.matters.get(fold(options.code).upper())
    if found is None:
        parser.error(f"没有这样的事项：{options.code}；有：{'、'.join(known.matters)}")
    keys = {variant.key: variant.label for variant in found.variants}
    if options.variant is None:
        return matter(known, found, next(iter(keys), ""))
    try:
        return matter(known, found, _one_of("类别", keys)(options.variant))
    except argparse.ArgumentTypeError as unknown:
        parser.error(f"{unknown}；有：{_listed(keys) or '没有类别'}")
