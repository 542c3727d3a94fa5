"""The catalogue, the calendar and a few parties, as the domain tests use them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.domain.calendar import HolidayTable, parse_holidays
from app.domain.catalogue import parse_catalogue
from app.domain.matter import AgentKind, Catalogue, Matter, PartyForm, Side
from app.domain.party import Agent, Parties, Party, Power

RESOURCES = Path(__file__).parents[2] / "resources"


@cache
def catalogue() -> Catalogue:
    folder = RESOURCES / "catalogue"
    return parse_catalogue({path.name: path.read_text("utf-8") for path in folder.glob("*.toml")})


@cache
def holidays() -> HolidayTable:
    return parse_holidays((RESOURCES / "codes/holidays.toml").read_text("utf-8"), "holidays.toml")


def matter(code: str) -> Matter:
    return catalogue().matters[code]


PLAINTIFF = Party("p1", Side.FILER, PartyForm.NATURAL, "苏日娜", phone="13804760001", address="红山区")
COMPANY = Party("c1", Side.FILER, PartyForm.ORGANISATION, "赤峰草原乳业有限公司")
DEFENDANT = Party("d1", Side.OTHER, PartyForm.NATURAL, "王强", address="松山区")
LAWYER = Agent("a1", "李律师", AgentKind.LAWYER, ("p1",), frozenset({Power.SETTLE}))
SIMPLE = Parties((PLAINTIFF, DEFENDANT))
