from __future__ import annotations

from dataclasses import replace

import pytest

from app.services.views import Health
from tests.helpers.desk_views import offline_status, status
from tests.helpers.ui import desk_window
from ui.screens.status_bar import _SHAPES, age_words, health_word, unsent_words
from ui.widgets.label import Label


def test_each_state_of_a_device_has_its_own_shape_and_word() -> None:
    assert len(set(_SHAPES.values())) == len(Health)
    assert len({health_word(health) for health in Health}) == len(Health)


def test_a_device_that_is_not_well_says_what_to_do() -> None:
    with desk_window() as window:
        texts = [label.text() for label in window.status.findChildren(Label)]
    assert "缺纸。请添纸，之后会自动接着打。" in texts


def test_the_court_away_is_told_calmly_with_the_unsent_count() -> None:
    with desk_window() as window:
        told = window.header._offline
        assert not told.isVisible()
        window.show_status(offline_status())
        assert "17 件" in window.status._unsent.text()
        assert "恢复后自动发送" in window.status._court.text()
        assert told.isVisible()
        assert "照常" in told.text()
        assert told.width() >= told.fontMetrics().horizontalAdvance(told.text()), "not one word is cut off"
        window.show_status(status())
        assert not told.isVisible()


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "刚刚"), (2, "2 分钟前"), (61, "1 小时前"), (60 * 24 * 3, "3 天前")]
)
def test_an_age_is_told_in_the_largest_unit(minutes: int, words: str) -> None:
    assert age_words(minutes) == words


def test_nothing_unsent_is_said_too() -> None:
    assert unsent_words(replace(status(), unsent=0)) == "全部已送达"


def test_records_the_court_refuses_are_counted() -> None:
    assert "1 件要处理" in unsent_words(replace(status(), attention=1))
