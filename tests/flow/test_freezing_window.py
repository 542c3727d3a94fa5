"""At the real window: F12 is refused, a supervisor lifts it on the panel, F12 is done; or only received."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.domain.staff import Role
from app.lanes import STAFF
from app.services import approval, drafts, visit_view
from app.services.views import Remark
from app.storage import intakes
from tests.helpers.counter import ALT, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import FILLED
from ui.panels.risks import RisksPage
from ui.widgets.key_button import KeyButton

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PIN = "648219"


@pytest.fixture
def frozen(counter: OpenCounter, tmp_path: Path) -> Counter:
    """A lawyer without special authority agrees to mediation."""
    desk = counter()
    enlisted = (approval.enlist, desk.desk, "乌兰", Role.SUPERVISOR, PIN)
    desk.desk.lanes.submit(STAFF, *enlisted).result(timeout=30)
    desk.call()
    agent = {"identity.role": "agent", "agent.1.kind": "lawyer", "matter.1.mediation": "agree"}
    for path, text in {**FILLED, **agent, "party.p1.name": "苏日娜"}.items():
        desk.do(drafts.set_field, path, text)
    page = tmp_path / "page.png"
    Image.new("L", (400, 560), 200).save(page)
    desk.bring_papers(page)
    desk.until(lambda: len(desk.visit.pages) == 1 and bool(freezes(desk)), "the page and the freeze")
    return desk


def freezes(desk: Counter) -> list[Remark]:
    assert desk.walk.view is not None
    return [one for one in desk.walk.view.advice.remarks if one.frozen]


def kept(desk: Counter) -> dict[str, Any]:
    """The record of the finished visit."""
    return dict(json.loads(desk.read(intakes.get_intake, desk.visit.visit_id).body))


def test_a_supervisor_lifts_a_freeze_with_keys_only(frozen: Counter) -> None:
    desk = frozen
    desk.key(Qt.Key.Key_F12)
    assert "诉状照收" in desk.says("已冻结")
    desk.key(Qt.Key.Key_U, ALT)
    page = desk.window.findChild(RisksPage)
    assert page is not None
    desk.until(lambda: page.reason.isVisible(), "the freeze on the panel")
    desk.key(Qt.Key.Key_Return)
    desk.type(page.reason, "已电话核实授权")
    desk.key(Qt.Key.Key_Return)
    desk.says("请值班主任核准")
    box = desk.window.messages.findChild(QLineEdit)
    assert box is not None
    QTest.keyClicks(box, PIN)
    desk.key(Qt.Key.Key_Return)
    desk.until(lambda: not page.reason.isVisible(), "the freeze lifted")
    assert "乌兰" in desk.words(page)
    desk.key(Qt.Key.Key_Escape)
    desk.until(lambda: not freezes(desk), "the card without a freeze")
    desk.finish_unsigned()
    assert kept(desk)["disposal"] == "done"
    assert not desk.findings()


def test_pressed_again_f12_receives_the_papers_and_leaves_the_rest(frozen: Counter) -> None:
    desk = frozen
    desk.key(Qt.Key.Key_F12)
    desk.says("再按一次 F12 只收件")
    desk.finish_unsigned()
    body = kept(desk)
    assert body["disposal"] == "received"
    assert [f["key"] for f in body["findings"] if f["effect"] == "freeze"] == ["14.settle"]


def test_the_card_leads_to_the_panel(frozen: Counter) -> None:
    button = frozen.window.advice.findChild(KeyButton, "panel_risks")
    assert button is not None
    button.click()
    page = frozen.window.findChild(RisksPage)
    assert page is not None
    frozen.until(lambda: page.isVisible() and "特别授权" in frozen.words(page), "the panel")


def test_with_nobody_at_the_window_the_panel_says_so(counter: OpenCounter) -> None:
    desk = counter()
    desk.key(Qt.Key.Key_U, ALT)
    desk.says("现在没有正在办理的人")
    assert desk.do(visit_view.desk_view).visit is None
