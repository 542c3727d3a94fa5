"""Which backups stay as they grow old."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.clock import local
from app.storage.backup import Backup, Contents, kept
from tests.helpers.cases import MOMENT

LONGEST = timedelta(days=60)
NOTHING = Contents(1, "", 0, 0)


def made(at: datetime) -> Backup:
    return Backup(Path(f"{at:%Y%m%d-%H%M%S}.db"), at, "scheduled", NOTHING, "", 0)


def every_four_hours(days: int) -> list[Backup]:
    return [made(MOMENT - timedelta(hours=4 * n)) for n in range(days * 6)]


def test_two_days_stay_whole_two_weeks_daily_then_weekly_until_the_oldest_allowed() -> None:
    backups = every_four_hours(100)
    stays = kept(backups, MOMENT, LONGEST)
    left = [backup for backup in backups if backup.path in stays]
    ages = [MOMENT - backup.made_at for backup in left]
    assert sum(age <= timedelta(days=2) for age in ages) == 13
    daily = [b for b, age in zip(left, ages, strict=True) if timedelta(days=2) < age <= timedelta(days=14)]
    assert set(Counter(local(b.made_at).date() for b in daily).values()) == {1}
    assert len(daily) in (12, 13)
    older = [b for b, age in zip(left, ages, strict=True) if age > timedelta(days=14)]
    assert 6 <= len(older) <= 8
    assert max(ages) <= LONGEST


def test_the_newest_stays_however_old_it_is() -> None:
    old = [made(MOMENT - timedelta(days=900)), made(MOMENT - timedelta(days=901))]
    assert kept(old, MOMENT, LONGEST) == {old[0].path}


@given(st.lists(st.integers(-3 * 24, 200 * 24), unique=True, max_size=80))
def test_thinning_twice_removes_nothing_more_and_never_the_newest(hours: list[int]) -> None:
    """Also with backups of the future, made before a clock was set back."""
    backups = [made(MOMENT - timedelta(hours=hour)) for hour in hours]
    stays = kept(backups, MOMENT, LONGEST)
    left = [backup for backup in backups if backup.path in stays]
    assert kept(left, MOMENT, LONGEST) == stays
    if backups:
        assert max(backups, key=lambda b: b.made_at).path in stays
