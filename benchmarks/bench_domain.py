"""How long a keystroke costs in the rules: `python -m benchmarks.bench_domain` prints a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.calendar import HolidayTable, parse_holidays
from app.domain.catalogue import parse_catalogue
from app.domain.causes import CauseIndex, parse_causes, parse_marks, parse_templates
from app.domain.checklist import Handed, assess, readiness
from app.domain.clocks import detect_urgency
from app.domain.fee_choice import matter_fee
from app.domain.matter import AgentKind, Catalogue, Level, PartyForm, Side
from app.domain.party import Agent, Parties, Party
from app.domain.risk import Intake, check_intake
from app.domain.short_form import Answers, answered_clocks, missing_fields, received_clocks

RESOURCES = Path(__file__).parents[1] / "resources"
ROUNDS = 300
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def load_catalogue() -> Catalogue:
    folder = RESOURCES / "catalogue"
    return parse_catalogue({path.name: path.read_text("utf-8") for path in folder.glob("*.toml")})


def load_holidays() -> HolidayTable:
    return parse_holidays((RESOURCES / "codes/holidays.toml").read_text("utf-8"), "holidays.toml")


def load_causes() -> CauseIndex:
    codes = RESOURCES / "codes"
    marks = parse_marks((codes / "cause_marks.toml").read_text("utf-8"), "cause_marks.toml")
    templates = parse_templates((codes / "templates_67.tsv").read_text("utf-8"), "templates_67.tsv")
    return parse_causes((codes / "causes_2025.tsv").read_text("utf-8"), "causes_2025.tsv", marks, templates)


def group_of_wage_earners(plaintiffs: int) -> Parties:
    """A collective wage claim: many plaintiffs, two defendants, one lawyer for all."""
    people = [Party(f"p{n}", Side.FILER, PartyForm.NATURAL, f"工人{n}") for n in range(plaintiffs)]
    firms = [Party(f"d{n}", Side.OTHER, PartyForm.ORGANISATION, f"公司{n}", address="红山区") for n in (1, 2)]
    lawyer = Agent("a1", "李律师", AgentKind.LAWYER, tuple(person.key for person in people))
    return Parties((*people, *firms), (lawyer,))


def recompute(catalogue: Catalogue, table: HolidayTable, parties: Parties) -> None:
    """Everything the right-hand zone shows after one keystroke."""
    matter = catalogue.matters["F01"]
    answers = Answers(
        {"amount": "356789.12", "award_received": "2026-02-27", "claims": "支付工资"},
        marks=frozenset({"labour", "wages"}),
    )
    handed = [Handed("M01", 2), Handed("M13", 1), *(Handed("M02", holder=p.key) for p in parties.filers)]
    readiness(assess(matter, parties, handed, answers))
    missing_fields(matter, parties, answers, Level.LAW)
    fee = matter_fee(matter, answers)
    limits = answered_clocks(matter, parties, answers, table)
    clocks = received_clocks(matter, answers, TODAY, table)
    detect_urgency(limits, TODAY)
    check_intake(Intake(statement_received=True, decision_clocks=clocks, fee=fee), NOW)


def measure(name: str, act: Callable[[], object], rounds: int = ROUNDS) -> None:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        act()
        times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    print(
        f"{name:<44}{statistics.median(times):>10.2f}{times[int(len(times) * 0.99)]:>10.2f}{times[-1]:>10.2f}"
    )


def main() -> None:
    catalogue, table, causes = load_catalogue(), load_holidays(), load_causes()
    one, many = group_of_wage_earners(1), group_of_wage_earners(21)
    print(f"{'ms':<44}{'median':>10}{'p99':>10}{'max':>10}")
    measure("completeness + fee + clocks, 1 plaintiff", lambda: recompute(catalogue, table, one))
    measure("completeness + fee + clocks, 21 plaintiffs", lambda: recompute(catalogue, table, many))
    for typed in ("m", "mjjd", "jiufen", "合同", "minjianjiedai"):
        measure(f"cause search {typed}", lambda typed=typed: causes.search(typed))  # type: ignore[misc]
    measure("read the catalogue", load_catalogue, 10)
    measure("read the causes", load_causes, 10)


if __name__ == "__main__":
    main()
