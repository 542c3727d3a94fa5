"""The page that corrects a finished record, by keys at the window: it begins at what cannot stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.domain.staff import Role
from app.lanes import STAFF
from app.services import approval, drafts, papers
from app.services.views import StepState, StepView
from tests.helpers.counter import CONTROL, HALL, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import FILLED
from tests.helpers.imaging_files import encoded, text_page
from ui.screens.unsent import UnsentPage

__all__ = ["counter", "qapp"]
pytestmark = OFFSCREEN


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def step(at: Counter) -> StepView:
    return next(one for one in at.visit.steps if one.key == "matter")


def ended(at: Counter, **changes: str) -> None:
    at.call()
    for path, text in {**FILLED, **{k.replace("__", "."): v for k, v in changes.items()}}.items():
        at.do(drafts.set_field, path, text)
    picture = at.folder / "claim.png"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    at.do(papers.import_files, "M01", (picture,))
    at.finish_unsigned()


def test_an_amount_nobody_can_read_is_what_the_page_begins_at_and_enter_does_not_pass_it(
    counter: OpenCounter,
) -> None:
    at = counter("court")
    ended(at, matter__1__amount="abc", matter__1__claims="还钱")
    at.until(lambda: at.outcome.court_state == "stored", "the record at the court")
    assert step(at).summary == "差 1 项"
    at.key(Qt.Key.Key_U, CONTROL)
    at.until(lambda: "Ctrl+E" in at.words(), "the record explained")
    at.key(Qt.Key.Key_E, CONTROL)
    amount = "matters.0.answers.amount"
    at.until(lambda: focused() == amount, "the cursor on the amount")
    form = at.window.zones.panel
    assert "“标的额”还没有改，仍然不对" in at.words(form)
    phone = "parties.0.phone"
    at.fill(phone, "138")
    wrong = "“标的额、当事人 张𬭎 手机号码”"
    at.fill(amount, "12万x")
    at.until(lambda: f"{wrong}不对" in at.words(form), "both fields by the names they have there")
    reason = next(box for box in at.window.findChildren(QLineEdit) if "理由" in box.accessibleName())
    at.editor("parties.1.name").setFocus()
    for path in (amount, phone):
        at.key(Qt.Key.Key_Return)
        at.until(lambda path=path: focused() == path, "Enter stops at what is wrong")
    at.key(Qt.Key.Key_Return)
    at.until(reason.hasFocus, "then at the reason")
    at.type(reason, "金额看不懂")
    at.key(Qt.Key.Key_Return, CONTROL)
    at.until(lambda: focused() == amount, "what is in the way has the cursor")
    at.fill(amount, "12.5万")
    at.fill(phone, "13900001111")
    at.until(lambda: "改了 2 处" in at.words(form), "nothing wrong is left")
    at.key(Qt.Key.Key_Return, CONTROL)
    line = at.window.actions_bar.line
    at.until(lambda: line.text() == "更正已送到法院", "where the correction is")
    at.key(Qt.Key.Key_Escape)
    at.until(lambda: step(at).state is StepState.DONE, "a step that lacks nothing any more")


def test_the_next_clerk_cannot_send_what_the_one_before_typed(counter: OpenCounter) -> None:
    at = counter("court")
    enlist = at.desk.lanes.submit(STAFF, approval.enlist, at.desk, "巴图", Role.CLERK, "648219")
    enlist.result(timeout=30)
    ended(at)
    at.until(lambda: at.outcome.court_state == "stored", "the record at the court")
    page = at.conductor.panels._panels["sending"].page
    assert isinstance(page, UnsentPage)
    at.key(Qt.Key.Key_U, CONTROL)
    at.until(lambda: "Ctrl+E" in at.words(), "the record explained")
    at.key(Qt.Key.Key_E, CONTROL)
    at.until(page.form.isVisible, "the form")
    at.fill("parties.1.name", "苏日娜")
    assert page.form.unsent == 1
    lock = at.conductor.locking.screen
    at.window.header.lock.emit()
    at.until(lock.isVisible, "the lock")
    lock.names.setCurrentText("巴图")
    QTest.keyClicks(lock.box, "648219")
    QTest.keyClick(lock.box, Qt.Key.Key_Return)
    at.until(lambda: not lock.isVisible(), "the window open")
    assert (page.form.unsent, at.conductor.panels.current) == (0, "")
    assert f"{HALL.clerk}没有送出的更正已清除，记录没有改动" in at.window.actions_bar.line.text()
