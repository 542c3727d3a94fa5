"""A visit's parts as records, for tests of what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.domain.dossier import DossierPage
from app.storage.records import DraftField, PageRecord, VisitRecord
from tests.helpers.desks import FILLED

MOMENT = datetime(2026, 11, 23, 1, 41, tzinfo=UTC)
"""A Monday, 09:41 at the court."""


class SteppingClock:
    """A clock that stands still until the test moves it."""

    def __init__(self, start: datetime = MOMENT) -> None:
        self.moment = start
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()


def draft(source: str = "typed", **changes: str | None) -> dict[str, DraftField]:
    """Return the filled form; ``identity__name=None`` leaves a field out."""
    values: dict[str, str | None] = {**FILLED, **{k.replace("__", "."): v for k, v in changes.items()}}
    return {path: DraftField(path, v, source, None) for path, v in values.items() if v is not None}


def paper(position: int, material: str = "M01") -> PageRecord:
    sha256 = f"{position:064x}"
    page = DossierPage(f"p{position}", position, material, sha256, "image/jpeg", 100, 140, 300, "scanner")
    return PageRecord(page, b"thumbnail")


def visit(**changes: object) -> VisitRecord:
    facts: dict[str, object] = {
        "id": "01936000-0000-7000-8000-000000000001",
        "ticket": "A012",
        "day": "2026-11-23",
        "window": 3,
        "clerk": "其木格",
        "green": False,
        "opened_at": MOMENT,
        "state": "open",
        "closed_at": None,
    }
    return VisitRecord(**{**facts, **changes})  # type: ignore[arg-type]
