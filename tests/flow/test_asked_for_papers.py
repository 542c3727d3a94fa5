"""At the window: what a paper needs is asked as no law, and the end of the visit leads there once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.services import papers_out
from app.services.views import VisitPapers
from tests.helpers.counter import ALT, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.short_forms import VISITOR
from ui.widgets.field import Field

pytestmark = OFFSCREEN
__all__ = ["counter", "qapp"]
ANSWER = "matter.1.answer"


def asking(at: Counter, code: str) -> None:
    """Somebody stands at the window with a matter; who they are has been typed."""
    at.call()
    for path, text in VISITOR.items():
        at.fill(path, text)
    at.key(Qt.Key.Key_2, ALT)
    at.fill("matter.1.code", code)
    at.until(lambda: at.value("matter.1.code") == code, "the matter")


def papers(at: Counter) -> dict[str, str]:
    found: VisitPapers = at.do(papers_out.papers_of, at.visit.visit_id)
    return {paper.title: paper.state for paper in found.papers}


def test_the_end_of_a_visit_leads_once_to_what_a_paper_needs(counter: OpenCounter) -> None:
    at = counter()
    asking(at, "S03")
    field = next(f for f in at.window.findChildren(Field) if f.path == ANSWER)
    assert "文书需要" in at.words(field)
    assert "必填" not in at.words(field)
    at.until(lambda: "本事项的文书需要：答复要点" in at.words(at.window.advice), "the right zone")
    at.key(Qt.Key.Key_1, ALT)
    at.key(Qt.Key.Key_F12)
    said = at.says("《案件查询单》还缺“答复要点”")
    assert "再按一次 F12" in said
    assert QApplication.focusWidget() is at.editor(ANSWER)
    at.type(at.editor(ANSWER), "在审，九月十日开庭")
    at.finish_unsigned()
    assert papers(at)["案件查询单"] == "ready"


def test_who_has_no_answer_ends_all_the_same_and_the_paper_is_left_out(counter: OpenCounter) -> None:
    at = counter()
    asking(at, "S03")
    at.key(Qt.Key.Key_F12)
    at.says("还缺“答复要点”")
    at.finish_unsigned()
    assert papers(at)["案件查询单"] == "left_out"
    at.until(lambda: "不出" in at.words(at.window.visit.outcome), "the paper that is not made")
