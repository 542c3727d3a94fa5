"""The type-ahead list: where it lies, what it offers of an empty line, what a key forgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.services.views import FieldGroup, FieldView, Suggestion
from tests.helpers.ui import press, shown
from ui.theme import theme
from ui.widgets.form import Form
from ui.widgets.suggest import Matches, SuggestInput

CAUSES = (
    Suggestion("民间借贷纠纷", "民间借贷纠纷", "合同、准合同纠纷 › 借款合同纠纷", liked=True),
    Suggestion("买卖合同纠纷", "买卖合同纠纷", "合同、准合同纠纷", liked=True),
    Suggestion("离婚纠纷", "离婚纠纷", "婚姻家庭纠纷"),
)


def suggest(typed: str) -> tuple[Suggestion, ...]:
    return tuple(s for s in CAUSES if typed in s.label and (typed or s.liked))


def group(answer: Callable[[str], tuple[Suggestion, ...]] = suggest) -> FieldGroup:
    return FieldGroup("简表", (FieldView("matter.1.cause", "案由", "cause", suggest=answer),))


class Page(QWidget):
    """A window with some room above a form that has not been laid out yet."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(900, 600)
        self.above = QWidget()
        self.above.setFixedHeight(40)
        self.form = Form(theme())
        box = QVBoxLayout(self)
        box.addWidget(self.above)
        box.addWidget(self.form, 1)

    def line(self) -> SuggestInput:
        found = self.findChild(SuggestInput, "matter.1.cause")
        assert isinstance(found, SuggestInput)
        return found

    def matches(self) -> Matches:
        found = self.findChild(Matches, "matches")
        assert isinstance(found, Matches)
        return found


def gap(page: Page) -> QPoint:
    line = page.line()
    return page.matches().pos() - line.mapTo(page, QPoint(0, line.height()))


def test_the_list_lies_under_a_line_that_has_just_been_made() -> None:
    page = Page()
    with shown(page):
        page.form.show_groups("v1", (group(),))
        page.line().setFocus()
        page.line()._offer_matches(CAUSES)
        QApplication.processEvents()
        assert gap(page) == QPoint(0, 0)


def test_the_list_goes_along_when_what_is_above_the_line_grows() -> None:
    page = Page()
    with shown(page):
        page.form.show_groups("v1", (group(),))
        QApplication.processEvents()
        page.line().setFocus()
        page.line()._offer_matches(CAUSES)
        before = page.matches().y()
        page.above.setFixedHeight(120)
        QApplication.processEvents()
        assert gap(page) == QPoint(0, 0)
        assert page.matches().y() == before + 80


def test_down_on_an_empty_line_opens_the_favourites_and_enter_takes_the_first() -> None:
    page = Page()
    with shown(page):
        page.form.show_groups("v1", (group(),))
        page.line().setFocus()
        assert page.line().suggestions == ()
        press(page, Qt.Key.Key_Down)
        assert [s.value for s in page.line().suggestions] == ["民间借贷纠纷", "买卖合同纠纷"]
        assert "常用" in page.matches().item(0).text()
        press(page, Qt.Key.Key_Return)
        assert page.line().text() == "民间借贷纠纷"


def test_a_favourite_is_forgotten_by_a_key_and_leaves_the_list() -> None:
    page = Page()
    gone: list[str] = []
    with shown(page):
        page.form.disliked.connect(gone.append)
        page.form.show_groups("v1", (group(),))
        page.line().setFocus()
        press(page, Qt.Key.Key_Down)
        press(page, Qt.Key.Key_Down)
        press(page, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
        assert gone == ["买卖合同纠纷"]
        assert [s.value for s in page.line().suggestions] == ["民间借贷纠纷"]


def test_a_box_that_outlives_the_visit_offers_what_the_new_view_offers() -> None:
    page = Page()
    with shown(page):
        page.form.show_groups("v1", (group(lambda _typed: ()),))
        line = page.line()
        page.form.show_groups("v2", (group(),))
        assert page.line() is line
        line.setFocus()
        press(page, Qt.Key.Key_Down)
        assert [s.value for s in line.suggestions] == ["民间借贷纠纷", "买卖合同纠纷"]


def test_what_is_no_favourite_cannot_be_forgotten() -> None:
    page = Page()
    gone: list[str] = []
    with shown(page):
        page.form.disliked.connect(gone.append)
        page.form.show_groups("v1", (group(lambda _typed: CAUSES[2:]),))
        page.line().setFocus()
        press(page, Qt.Key.Key_Down)
        press(page, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
        assert gone == []
