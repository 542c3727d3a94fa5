"""The catalogue, the calendar and a few parties, as the domain tests use them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.domain.calendar import HolidayTable, parse_holidays
from app.domain.case_number import parse_case_types, parse_courts
from app.domain.catalogue import parse_catalogue
from app.domain.causes import parse_causes, parse_marks, parse_templates
from app.domain.fees import DEFAULT_SETTINGS
from app.domain.matter import AgentKind, Catalogue, Matter, PartyForm, Side
from app.domain.party import Agent, Parties, Party, Power
from app.domain.steps import StepKind, parse_step
from app.services.knowledge import Knowledge

RESOURCES = Path(__file__).parents[2] / "resources"


@cache
def catalogue() -> Catalogue:
    folder = RESOURCES / "catalogue"
    return parse_catalogue({path.name: path.read_text("utf-8") for path in folder.glob("*.toml")})


@cache
def holidays() -> HolidayTable:
    return parse_holidays((RESOURCES / "codes/holidays.toml").read_text("utf-8"), "holidays.toml")


@cache
def steps() -> dict[str, StepKind]:
    found = [parse_step(path.read_text("utf-8"), path.name) for path in (RESOURCES / "steps").glob("*.toml")]
    return {kind.key: kind for kind in found}


def matter(code: str) -> Matter:
    return catalogue().matters[code]


PLAINTIFF = Party("p1", Side.FILER, PartyForm.NATURAL, "苏日娜", phone="13804760001", address="红山区")
COMPANY = Party("c1", Side.FILER, PartyForm.ORGANISATION, "赤峰草原乳业有限公司")
DEFENDANT = Party("d1", Side.OTHER, PartyForm.NATURAL, "王强", address="松山区")
LAWYER = Agent("a1", "李律师", AgentKind.LAWYER, ("p1",), frozenset({Power.SETTLE}))
SIMPLE = Parties((PLAINTIFF, DEFENDANT))


@cache
def knowledge() -> Knowledge:
    """What a desk with the shipped files knows."""
    codes = RESOURCES / "codes"

    def text(name: str) -> str:
        return (codes / name).read_text("utf-8")

    marks = parse_marks(text("cause_marks.toml"), "cause_marks.toml")
    templates = parse_templates(text("templates_67.tsv"), "templates_67.tsv")
    causes = parse_causes(text("causes_2025.tsv"), "causes_2025.tsv", marks, templates)
    return Knowledge(
        catalogue=catalogue(),
        case_types=parse_case_types(text("case_types.tsv"), "case_types.tsv"),
        courts=parse_courts(text("courts.tsv"), "courts.tsv"),
        holidays=holidays(),
        fees=DEFAULT_SETTINGS,
        steps=steps(),
        find_causes=lambda: causes,
    )
