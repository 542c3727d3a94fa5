"""All 25 matters at one real window by keys alone, from the call to the last paper of a registered case.

What is asked, in which order, and which papers there are comes from the catalogue and the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QWidget

from app.domain.checklist import Status, missing_law
from app.domain.matter import FieldKind, Group, Level
from app.domain.short_form import all_hold
from app.ids import new_id
from app.services.rhythm import Rhythm
from app.services.sheet import Sheet, checklist, current
from app.services.views import FieldView, StepState
from app.settings import PaperSettings
from app.storage import answers, pages, print_jobs, visits
from app.storage.records import AnswerRecord, PrintJob
from tests.conftest import nothing_left_behind
from tests.helpers.cases import MOMENT, SteppingClock
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, SHIFT, Counter, open_counter, qapp
from tests.helpers.domain import catalogue
from tests.helpers.short_forms import BY_KIND
from ui.widgets.field import Field
from ui.widgets.suggest import SuggestInput

pytestmark = OFFSCREEN
__all__ = ["qapp"]

MATTERS = catalogue().matters
SAID = PaperSettings(
    supervision="0477-0000004",
    supervision_address="督察室（邮编 017000）",
    account_holder="财政汇缴专户",
    account_bank="中国农业银行示例支行",
    account_number="05000101040012345",
)
"""Nothing of a mediation organisation: who agrees to mediate is asked for one."""
OF_PARTIES = {"name": "苏雅拉", "address": "内蒙古自治区达拉特旗树林召镇"}


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> None:
    """The window stays for all of them; what is left behind is looked for once."""


@pytest.fixture(scope="module")
def at(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    folder = tmp_path_factory.mktemp("counter")
    with nothing_left_behind(), ExitStack() as stack:
        parts = ("reader", "printer", "scanner")
        calm = Rhythm(card=1.0, devices=60, reader=60, view=60, court=60)
        yield open_counter(stack, folder, *parts, rhythm=calm, clock=SteppingClock(), papers=SAID)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert isinstance(widget, QWidget)
    return widget


def shown(at: Counter) -> Sheet:
    return current(at.read(visits.fields, at.visit.visit_id), at.desk.knowledge)


def settle(at: Counter) -> None:
    """Wait until everything typed is in the view that is shown."""
    busy = ("edit", "desk_view")
    at.until(lambda: not any(at.conductor.acts.running(act) for act in busy), "a view with all of it")


def views(at: Counter) -> dict[str, FieldView]:
    groups = (*at.visit.matter, *at.visit.parties)
    return {view.path: view for group in groups for view in group.fields}


def come(at: Counter) -> None:
    """Take a number, call it, read the card; what the card does not say is typed."""
    if at.walk.visit is not None and at.walk.visit.outcome is None:  # another matter has failed here
        at.key(Qt.Key.Key_F7)
        at.until(lambda: at.walk.visit is None, "nobody at the window")
    at.call()
    at.place("adult")
    at.key(Qt.Key.Key_F3)
    at.until(lambda: bool(at.visit.party_name), "the name from the card")
    at.key(Qt.Key.Key_1, ALT)
    assert focused().objectName() == "identity.phone"
    at.type(focused(), "13804761234")
    at.key(Qt.Key.Key_Return)
    settle(at)
    assert focused().objectName() == "matter.1.code"


def choose(at: Counter, code: str) -> None:
    at.type(focused(), code)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.value("matter.1.code") == code, "the matter")
    settle(at)


def put(at: Counter, view: FieldView) -> None:
    """Answer the field under the cursor with keys, and leave it with Enter."""
    box, key = focused(), view.path.rpartition(".")[2]
    if isinstance(box, QComboBox):
        at.key(Qt.Key.Key_Down)
    elif view.path.startswith("party."):
        at.type(box, OF_PARTIES[key])
    else:
        at.type(box, BY_KIND[FieldKind(view.kind)])
    if isinstance(box, SuggestInput) and box.suggestions:
        at.key(Qt.Key.Key_Return)
    at.key(Qt.Key.Key_Return, CONTROL if isinstance(box, QPlainTextEdit) else Qt.KeyboardModifier.NoModifier)
    at.until(lambda: bool(views(at)[view.path].value), f"{view.path} in the draft")
    settle(at)


def walk(at: Counter) -> list[str]:
    """Press Enter and answer what the cursor lands on, until nothing more is asked; return the way."""
    way: list[str] = []
    at.key(Qt.Key.Key_Return)
    settle(at)
    while at.window.visit.step in ("matter", "parties"):
        name = focused().objectName()
        assert name in views(at), (way, name)
        assert name not in way, (way, name)
        way.append(name)
        put(at, views(at)[name])
    return way


def places(at: Counter, way: list[str], step: str) -> list[tuple[int, int]]:
    """Where the fields of a step stand, from the top and from the left."""
    form = at.window.visit.forms[step]
    found: list[tuple[int, int]] = []
    for path in way:
        field = next((one for one in form.findChildren(Field) if one.path == path), None)
        if field is not None:
            spot = field.mapTo(form, QPoint(0, 0))
            found.append((spot.y(), spot.x()))
    return found


def hand_in(at: Counter) -> None:
    """One sheet of what is missing first."""
    at.key(Qt.Key.Key_4, ALT)
    items = checklist(at.read(visits.fields, at.visit.visit_id), shown(at), ())
    lacking = next((item.code for item in items if item.status is Status.MISSING_LAW), items[0].code)
    assert at.window.visit.pages.material == lacking, "what the law wants next stands chosen"
    at.scanner.tell("load 1")
    at.key(Qt.Key.Key_F8, SHIFT)
    at.until(at.walk.scanned, "the page")


def end(at: Counter, sheet: Sheet) -> None:
    """F12 says nothing of what Enter has asked; papers the law asks for are told before the end, once."""
    at.key(Qt.Key.Key_F12)
    items = checklist(
        at.read(visits.fields, at.visit.visit_id), shown(at), at.read(pages.of_visit, at.visit.visit_id)
    )
    if sheet.matter.group is Group.FILING and missing_law(items):
        said = at.says("没有一次性告知")
        assert "还没有问" not in said
        assert "《" not in said
        at.key(Qt.Key.Key_F12)
    assert "还缺" not in at.says("还没有签字")
    at.key(Qt.Key.Key_F12)


def accept(at: Counter, visit_id: str) -> None:
    """The court registers the case; its answer is kept as the sender keeps it."""
    record = AnswerRecord(
        new_id(), 1, visit_id, "accepted", 0, "（2026）内0602民初4217号", "李法官", None, None,
        MOMENT, MOMENT, None,
    )  # fmt: skip
    at.read(answers.keep, [record], "e1", record.no)


def print_all(at: Counter, promised: set[str]) -> list[PrintJob]:
    """Ctrl+D and Ctrl+Enter print what is chosen; return the papers when all are out."""
    at.key(Qt.Key.Key_D, CONTROL)
    at.until(lambda: not at.conductor.acts.running("papers_of"), "the papers")
    at.key(Qt.Key.Key_Return, CONTROL)

    def made() -> list[PrintJob]:
        jobs: list[PrintJob] = at.read(print_jobs.of_visit, at.visit.visit_id)
        return [job for job in jobs if job.kind in promised]

    at.until(lambda: {job.kind for job in made()} == promised, f"all of {promised}")
    at.until(lambda: all(job.state == "confirmed" for job in made()), "every paper out")
    at.key(Qt.Key.Key_Escape)
    return made()


@pytest.mark.parametrize("code", sorted(MATTERS))
def test_a_matter_goes_from_the_call_to_its_last_paper_by_keys(at: Counter, code: str) -> None:
    come(at)
    choose(at, code)
    way = walk(at)
    for step in ("matter", "parties"):
        assert places(at, way, step) == sorted(places(at, way, step)), way
    sheet = shown(at)
    asked = [f for f in sheet.fields if f.level is Level.LAW and f.kind is not FieldKind.PARTIES]
    assert {sheet.path(field.key) for field in asked} <= set(way)
    assert [p for p, view in views(at).items() if (view.required or view.for_paper) and not view.value] == []
    states = {step.key: step.state for step in at.visit.steps}
    assert (states["matter"], states["parties"]) == (StepState.DONE, StepState.DONE)
    if any(requirement.main for requirement in sheet.matter.requirements):
        hand_in(at)
    end(at, sheet)
    at.until(lambda: at.visit.outcome is not None, "the receipt number")
    accept(at, at.visit.visit_id)
    promised = {
        paper.kind
        for paper in sheet.matter.papers
        if paper.chosen and all_hold(paper.when, sheet.matter, sheet.parties, sheet.answers)
    }
    if promised:
        assert print_all(at, promised)
