"""What the desk knows of the law: matters, causes, case types, courts, holidays and fees, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.calendar import HolidayTable, parse_holidays
from app.domain.case_number import CaseType, Court, parse_case_types, parse_courts
from app.domain.catalogue import parse_catalogue
from app.domain.causes import CauseIndex, parse_causes, parse_marks, parse_templates
from app.domain.fees import DEFAULT_SETTINGS, FeeSettings
from app.domain.matter import Catalogue
from app.paths import resources


@dataclass(frozen=True)
class Knowledge:
    """Everything the rules are asked with."""

    matters: Catalogue
    causes: CauseIndex
    case_types: Mapping[str, CaseType]
    courts: Mapping[str, Court]
    holidays: HolidayTable
    fees: FeeSettings = DEFAULT_SETTINGS


def load_knowledge() -> Knowledge:
    """Read the files that come with the program; CatalogueError with file and line if one is wrong."""
    codes = resources() / "codes"

    def text(name: str) -> str:
        return (codes / name).read_text(encoding="utf-8")

    folder = resources() / "catalogue"
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")}
    marks = parse_marks(text("cause_marks.toml"), "cause_marks.toml")
    templates = parse_templates(text("templates_67.tsv"), "templates_67.tsv")
    return Knowledge(
        matters=parse_catalogue(files),
        causes=parse_causes(text("causes_2025.tsv"), "causes_2025.tsv", marks, templates),
        case_types=parse_case_types(text("case_types.tsv"), "case_types.tsv"),
        courts=parse_courts(text("courts.tsv"), "courts.tsv"),
        holidays=parse_holidays(text("holidays.toml"), "holidays.toml"),
    )
