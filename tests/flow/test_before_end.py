"""F12 at the window: what is open is said once before the end, and nothing afterwards leads nowhere."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.services import drafts, papers
from app.services.views import StepState, StepView
from app.storage import intakes
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import FILLED
from tests.helpers.imaging_files import encoded, text_page
from ui.screens import action_bar

pytestmark = OFFSCREEN
__all__ = ["counter", "qapp"]
CLAIMS = {"matter.1.claims": "还钱"}


def ready(at: Counter, **without: str | None) -> None:
    """Somebody with a statement and no other paper; all that is asked is answered, but for ``without``."""
    at.call()
    for path, text in {**FILLED, **CLAIMS}.items():
        at.do(drafts.set_field, path, without.get(path.rpartition(".")[2], text) or "")
    picture = at.folder / "claim.png"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    at.do(papers.import_files, "M01", (picture,))
    at.until(lambda: len(at.visit.pages) == 1, "the page on the window")


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def test_what_is_open_is_said_once_and_whoever_wants_ends_all_the_same(counter: OpenCounter) -> None:
    at = counter()
    ready(at, amount=None, mediation=None)
    at.key(Qt.Key.Key_F12)
    said = at.says("办结前请看一眼")
    for words in ("没有一次性告知", "先行调解：还没有问愿不愿意", "《交纳诉讼费用通知书》还缺“标的额”", "F9"):
        assert words in said
    assert at.visit.outcome is None
    assert focused() == "matter.1.amount", "the topmost of what is open"
    at.key(Qt.Key.Key_Y, ALT)
    at.until(lambda: at.value("matter.1.mediation") == "agree", "the answer to the offer")
    at.key(Qt.Key.Key_F12)
    assert "《先行调解告知书》还缺“调解组织”" in at.says("调解组织"), "what the answer asks for is new"
    assert focused() == "matter.1.organisation"
    at.type(at.editor("matter.1.organisation"), "诉前调解中心")
    at.key(Qt.Key.Key_F12)
    at.says("还没有签字")
    at.key(Qt.Key.Key_F12)
    at.until(lambda: at.visit.outcome is not None, "the receipt number")
    assert [line.action for line in at.outcome.lacking] == [
        "办结时没有出告知书，后台审查后一次告知，告知后来补交按 Shift+F9；现在送来的按 Alt+G"
    ]
    for part in (at.window.visit.outcome, at.window.advice):
        at.until(lambda part=part: "后台审查后一次告知" in at.words(part), "who tells it now")  # type: ignore[misc]
        assert "按 F9" not in at.words(part)
    assert at.findings() == []


def test_copies_typed_just_before_the_end_are_in_the_record(counter: OpenCounter) -> None:
    at = counter()
    ready(at)
    at.end("还没有签字")  # what was refused once would end the visit now, were nothing typed since
    at.key(Qt.Key.Key_F, ALT)
    at.type(at.editor("copies"), "3")
    at.finish_unsigned()
    intake = at.read(intakes.get_intake, at.visit.visit_id)
    assert [paper["copies"] for paper in json.loads(intake.body)["materials"]] == [3]


def test_a_cause_that_is_in_no_list_is_said_before_the_end_and_its_step_stays_open(
    counter: OpenCounter,
) -> None:
    at = counter()
    ready(at, cause="jdjk")

    def step(key: str) -> StepView:
        return next(one for one in at.visit.steps if one.key == key)

    at.until(lambda: step("matter").summary == "差 1 项", "the step that is not done")
    at.do(drafts.set_field, "matter.1.amount", "")
    at.key(Qt.Key.Key_F12)
    assert "填了但不能用，改好或清空：案由（案由表中没有这个名称，请从列表选择）" in at.says("办结前请看一眼")
    assert focused() == "matter.1.cause", "it stands before the amount that is empty"
    at.do(drafts.set_field, "matter.1.cause", "民间借贷纠纷")
    at.do(drafts.set_field, "matter.1.amount", "1000")
    at.until(lambda: step("matter").state is StepState.DONE, "the step that is done")
    at.do(drafts.set_field, "identity.phone", "12")
    at.key(Qt.Key.Key_F12)
    at.says("手机号码（")
    at.until(lambda: focused() == "identity.phone", "the cursor in the first step")


def test_what_will_not_do_is_told_again_when_something_else_is_typed_and_named_after_the_end(
    counter: OpenCounter,
) -> None:
    at = counter()
    ready(at, amount="判令")
    at.key(Qt.Key.Key_F12)
    assert "看不懂“判”" in at.says("办结前请看一眼：2 处")
    at.do(drafts.set_field, "matter.1.amount", "十二万五")
    at.until(lambda: at.value("matter.1.amount") == "十二万五", "the other amount")
    at.key(Qt.Key.Key_F12)
    assert "末尾的数字缺少单位" in at.says("办结前请看一眼：1 处")
    assert focused() == "matter.1.amount"
    at.key(Qt.Key.Key_F12)
    at.says("还没有签字")
    at.key(Qt.Key.Key_F12)
    at.until(lambda: at.visit.outcome is not None, "the receipt number")
    outcome, advice = at.window.visit.outcome, at.window.advice
    at.until(lambda: "还缺“标的额（十二万五 不是金额）”" in at.words(outcome), "what the fee notice lacks")
    fee = "没有算出，缺标的额（十二万五 不是金额）：Ctrl+U 更正补填"
    at.until(lambda: fee in at.words(advice), "the fee")
    assert "先填" not in at.words(advice)
    assert "里写“无”" not in at.words(advice)


def test_told_in_writing_the_end_asks_nothing_and_says_by_when(counter: OpenCounter) -> None:
    at = counter()
    ready(at)
    at.key(Qt.Key.Key_F12)
    at.says("没有一次性告知")
    assert at.window.visit.step == "materials", "where the papers are"
    at.key(Qt.Key.Key_F9)
    panels = at.conductor.panels
    at.until(lambda: panels.current == "supply" and "起诉状" in at.words(), "the list")
    at.key(Qt.Key.Key_Return, CONTROL)
    at.until(lambda: panels.current == "", "the panel to close")
    at.key(Qt.Key.Key_F12)
    at.says("还没有签字")
    at.key(Qt.Key.Key_F12)
    at.until(lambda: at.visit.outcome is not None, "the receipt number")
    [line] = at.outcome.lacking
    assert line.action.startswith("已出一次性补正告知书，最迟")
    at.until(lambda: line.action in at.words(at.window.visit.outcome), "by when it is to be supplied")


def test_of_several_matters_the_one_that_lacks_something_comes_to_the_window(counter: OpenCounter) -> None:
    at = counter()
    ready(at)
    at.key(Qt.Key.Key_E, ALT)
    at.until(lambda: at.visit.current == 2, "the second matter")
    at.do(drafts.set_field, "matter.2.code", "S03")
    at.until(lambda: at.value("matter.2.code") == "S03", "another matter")
    at.do(drafts.set_field, "matter.2.answer", "在审")
    at.do(drafts.set_field, "matter.1.claims", "")
    at.key(Qt.Key.Key_F12)
    at.says("还没有问：诉讼请求")
    at.until(lambda: focused() == "matter.1.claims", "the cursor in the first matter")


def test_enter_asks_for_mediation_and_then_for_who_mediates(counter: OpenCounter) -> None:
    at = counter()
    ready(at, mediation=None)
    at.key(Qt.Key.Key_2, ALT)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: focused() == "matter.1.mediation", "the question in its place")
    assert "要问" in at.words(at.window.visit.forms["matter"])
    at.key(Qt.Key.Key_Down)
    at.until(lambda: at.value("matter.1.mediation") == "agree", "the answer")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: focused() == "matter.1.organisation", "who mediates, before anybody signs")


def test_enter_goes_once_through_what_stays_empty_and_then_to_the_signature(counter: OpenCounter) -> None:
    at = counter()
    ready(at, amount=None, mediation=None)
    at.key(Qt.Key.Key_2, ALT)
    way = []
    for _step in range(2):
        at.key(Qt.Key.Key_Return)
        way.append(focused())
    assert way == ["matter.1.amount", "matter.1.mediation"]
    at.key(Qt.Key.Key_Return)
    assert at.window.visit.step == "confirmation"
    assert at.window.actions_bar.line.text() == "下一步 F10；还空着：标的额、先行调解（Alt+2）"


def test_the_key_beside_what_is_empty_leads_to_it_and_what_is_answered_since_is_named_no_more(
    counter: OpenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_bar, "FLASH_MS", 600_000)
    at = counter()
    ready(at, amount=None, mediation=None)
    at.key(Qt.Key.Key_2, ALT)
    assert focused() == "matter.1.code", "nothing was named yet"
    for _step in range(3):
        at.key(Qt.Key.Key_Return)
    line = at.window.actions_bar.line
    assert line.text() == "下一步 F10；还空着：标的额、先行调解（Alt+2）"
    at.key(Qt.Key.Key_2, ALT)
    assert focused() == "matter.1.amount", "the first that was named"
    at.type(at.editor("matter.1.amount"), "1000")
    at.until(lambda: line.text() == "下一步 F10；还空着：先行调解（Alt+2）", "what is left")
    at.key(Qt.Key.Key_N, ALT)
    at.until(lambda: line.text() == "", "nothing left")
    at.key(Qt.Key.Key_2, ALT)
    assert focused() == "matter.1.code", "nothing is named any more"
