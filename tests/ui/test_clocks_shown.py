"""The clocks as a clerk reads them: 3, 7, 15, 30 days, 24, 48, 72 hours, file first, and no guess."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.services.advice import advise
from app.services.form import YES
from app.storage.records import DraftField
from tests.helpers.cases import draft
from tests.helpers.desk_views import desk
from tests.helpers.domain import knowledge
from tests.helpers.ui import desk_window
from ui.widgets.label import Label

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FIRST = "届时不能判定的先行立案（登记立案规定第8条第2款）"
MOMENT = "2026-03-02 09:00"


def read(now: datetime, **said: str) -> str:
    """Everything the right zone says of the matter, as the window draws it."""
    made = {f"matter.1.{key}": text for key, text in said.items()}
    fields = draft() | {path: DraftField(path, text, "typed", None) for path, text in made.items()}
    shown = advise(fields, (), knowledge(), now)
    with desk_window(desk(advice=shown)) as window:
        assert all(label.height() >= label.minimumSizeHint().height() for label in _labels(window.advice))
        return "\n".join(label.text() for label in _labels(window.advice))


def _labels(zone: object) -> list[Label]:
    return [label for label in zone.findChildren(Label) if label.isVisible()]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "title", "due", "first"),
    [
        ({"code": "F05", "variant": "objection"}, "执行异议立案", "2026 年 3 月 5 日 周四", False),
        ({"code": "F01"}, "民事立案审查", "2026 年 3 月 9 日 周一", True),
        ({"code": "F03"}, "行政立案审查", "2026 年 3 月 9 日 周一", True),
        ({"code": "F02"}, "自诉立案审查", "2026 年 3 月 17 日 周二", True),
        ({"code": "F05", "variant": "suit"}, "执行异议之诉立案审查", "2026 年 3 月 17 日 周二", True),
        ({"code": "F05", "variant": "revocation"}, "第三人撤销之诉立案审查", "2026 年 4 月 1 日 周三", True),
    ],
)
def test_a_decision_clock_shows_its_day_and_that_filing_comes_first(
    said: dict[str, str], title: str, due: str, first: bool
) -> None:
    words = read(MONDAY, **said)
    assert title in words
    assert due in words
    assert (FIRST in words) is first


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code": "F09", "accepted_at": MOMENT}, ("人身安全保护令", "3 月 5 日 周四 09:00，还剩 71 小时")),
        ({"code": "F09", "accepted_at": MOMENT, "variant": "urgent"}, ("周二 09:00，还剩 23 小时",)),
        ({"code": "F06", "urgent": YES}, ("3 月 4 日 周三 10:00，还剩 48 小时",)),
        ({"code": "F09", "accepted_at": "2026-02-26 09:00"}, ("已超过 25 小时", "72小时")),
    ],
)
def test_a_clock_of_hours_shows_its_hour_and_what_is_left(
    said: dict[str, str], words: tuple[str, ...]
) -> None:
    shown = read(MONDAY, **said)
    for part in words:
        assert part in shown


@pytest.mark.parametrize(
    ("said", "title", "field", "due"),
    [
        (
            {"code": "S06", "variant": "refund"},
            "诉讼费退还",
            ("effective_on", "裁判文书生效之日"),
            "3 月 9 日",
        ),
        ({"code": "S06"}, "诉讼费交纳期限", ("notice_served", "交费通知送达之日"), "3 月 2 日"),
        ({"code": "S12"}, "案款发放", ("arrived_on", "案款到账之日"), "3 月 24 日"),
        (
            {"code": "S08", "consent_filer": YES, "consent_other": YES},
            "调解员接受委派",
            ("referred_on", "调解组织收到委派之日"),
            "2 月 26 日",
        ),
        (
            {"code": "S09", "variant": "entrusted"},
            "委托送达",
            ("letter_received", "收到委托函之日"),
            "3 月 4 日",
        ),
    ],
)
def test_a_clock_is_open_until_the_day_that_begins_it_is_entered(
    said: dict[str, str], title: str, field: tuple[str, str], due: str
) -> None:
    lines = read(MONDAY, **said).splitlines()
    assert lines[lines.index(title) + 1] == f"先填{field[1]}"
    shown = read(MONDAY, **said, **{field[0]: "2026-02-22"})
    assert f"最迟 2026 年 {due}" in shown
    assert "先填" not in shown
    assert "照收" not in shown.partition("期限\n")[2]


def test_mediation_runs_once_both_sides_agreed() -> None:
    both = {"consent_filer": YES, "consent_other": YES}
    for lacking in both:
        lines = read(MONDAY, code="S08", **{**both, lacking: ""}).splitlines()
        assert lines[lines.index("诉前调解") + 1].startswith("先填")
    lines = read(MONDAY, code="S08", **both).splitlines()
    assert lines[lines.index("诉前调解") + 1] == "最迟 2026 年 4 月 1 日 周三"


def test_who_was_only_told_what_to_bring_has_filed_nothing() -> None:
    assert "民事立案审查" in read(MONDAY, code="F01")
    assert "民事立案审查" not in read(MONDAY, code="F01", supply="guidance", supply_on="2026-03-02")


@pytest.mark.parametrize("day", [28, 30, 31])
def test_beyond_the_calendar_the_window_names_the_plain_day_with_its_doubt(day: int) -> None:
    words = read(datetime(2026, 12, day, 2, 0, tzinfo=UTC), code="F01")
    assert "民事立案审查" in words
    assert f"最迟 2027 年 1 月 {day - 24} 日" in words
    assert "（日历只到2026年，未计节假日顺延）" in words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"code": "F04", "performance_end": "2026-02-02"},
            ("申请执行期限", "2028 年 2 月 2 日 周三（日历只到2026年，未计节假日顺延）"),
        ),
        (
            {"code": "F06", "preserved_expiry": "2027-03-02"},
            ("续行保全", "2027 年 2 月 23 日 周二（日历只到2026年，遇休假日要提前）"),
        ),
        (
            {"code": "F01", "cause": "离婚纠纷", "divorce_before": "2026-01-10"},
            ("2026 年 7 月 11 日 周六 起可以再次起诉",),
        ),
        (
            {"code": "F01", "cause": "离婚纠纷", "divorce_before": "2025-08-10"},
            ("2026 年 2 月 11 日 周三 起已经可以再次起诉",),
        ),
    ],
)
def test_limits_of_months_and_years_name_a_day_and_what_it_leaves_out(
    said: dict[str, str], words: tuple[str, ...]
) -> None:
    shown = read(MONDAY, **said)
    for part in words:
        assert part in shown


@pytest.mark.parametrize(
    ("said", "article"),
    [
        ({"code": "F01"}, "民事诉讼法第85条"),
        ({"code": "F02"}, "刑事诉讼法第105条"),
        ({"code": "F03"}, "行诉法解释第48条"),
        ({"code": "F11", "variant": "retrial_admin"}, "行政申请再审案件立案程序规定第10条"),
    ],
)
def test_a_period_is_counted_by_the_law_of_its_procedure(said: dict[str, str], article: str) -> None:
    made = {
        f"matter.1.{key}": DraftField(f"matter.1.{key}", text, "typed", None) for key, text in said.items()
    }
    (decision,) = advise(draft() | made, (), knowledge(), MONDAY).dues
    assert article in decision.why
