"""Somebody who asks to file and hands in nothing: told in writing what to bring, or let go; then back."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import Qt

from app.services import drafts, papers, papers_out
from app.storage import intakes, supplements
from tests.helpers.counter import CONTROL, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import FILLED
from tests.helpers.imaging_files import encoded, text_page
from tests.helpers.printing import pdf_texts
from ui.screens.comeback import ComebackPage

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN


def come(at: Counter) -> None:
    """Somebody who says what for and has brought nothing."""
    at.call()
    for path, text in FILLED.items():
        at.do(drafts.set_field, path, text)
    at.until(lambda: at.value("matter.1.cause") != "", "the form on the window")
    at.key(Qt.Key.Key_F12)
    said = at.says("还没有收到材料")
    for key in ("F8", "F9", "Ctrl+Enter", "F12", "F7"):
        assert key in said


def decide(at: Counter, button: str) -> None:
    """F9, a look at what the paper is called, Ctrl+Enter."""
    panels = at.conductor.panels
    at.key(Qt.Key.Key_F9)
    at.until(lambda: panels.current == "supply" and button in at.words(at.window.zones.panel), button)
    at.key(Qt.Key.Key_Return, CONTROL)
    at.until(lambda: panels.current == "", "the panel to close")


def end(at: Counter) -> None:
    at.end("还没有签字")
    at.key(Qt.Key.Key_F12)
    at.until(lambda: at.visit.outcome is not None, "the end")


def record(at: Counter) -> dict[str, list[dict[str, object]]]:
    kept = at.read(intakes.get_intake, at.visit.visit_id)
    body: dict[str, list[dict[str, object]]] = json.loads(kept.body)
    return body


def test_told_in_writing_what_to_bring_the_visit_ends_and_goes_on_when_the_papers_come(
    counter: OpenCounter, tmp_path: Path
) -> None:
    at = counter()
    come(at)
    decide(at, "出一次性告知书")
    at.key(Qt.Key.Key_F12)
    assert "还没有问" not in at.says("还没有签字"), "what is filed is asked when the papers come"
    at.key(Qt.Key.Key_F12)
    at.until(lambda: at.visit.outcome is not None, "the end")
    assert [job.title for job in at.outcome.jobs] == ["一次性告知书"], "nothing came, so there is no receipt"
    [line] = at.outcome.lacking
    assert "没有收到材料，要带来 3 项法定材料" in line.text
    assert (line.basis, "Shift+F9" in line.action) == ("登记立案规定第3条", True)
    [matter] = record(at)["matters"]
    assert (matter["outcome"], matter["clocks"]) == ("guided", [])
    assert at.walk.view is not None
    assert at.walk.view.advice.dues == ()
    offered = {one.title: one.note for one in at.do(papers_out.papers_of, at.visit.visit_id).papers}
    at.until(lambda: "诉讼风险提示书" in at.words(at.window.visit.outcome), "the papers on the window")
    assert "送达地址确认书" in offered
    assert not [note for note in offered.values() if "立案" in note], "no case is registered of nothing"
    assert "受理案件通知书" not in at.words(at.window.visit.outcome)
    [kept] = at.read(supplements.of_intake, at.visit.visit_id)
    at.until(lambda: at.job("一次性告知书").state == "confirmed", "the paper")
    [paper] = ["".join(pdf_texts(file.read_bytes())) for file in at.papers.glob("*.pdf")]
    for words in ("没有提交材料", "起诉状", kept.code[:4], "不是收取材料的凭证"):
        assert words in paper
    for words in ("退回诉状", "补正截止日", "经审查"):
        assert words not in paper
    back(at, tmp_path)
    assert "受理案件通知书" in {one.title for one in at.do(papers_out.papers_of, at.visit.visit_id).papers}
    [matter] = record(at)["matters"]
    assert matter["outcome"] == "correction"
    assert matter["clocks"], "the court's days run from when the papers came"
    first, formal = at.read(supplements.of_intake, kept.first_id)
    assert (first.state, formal.kind, formal.number) == ("replaced", "correction", 1)
    assert at.findings() == []


def test_f12_on_the_page_of_the_notice_does_not_drop_it_and_names_the_key(counter: OpenCounter) -> None:
    at = counter()
    come(at)
    panels = at.conductor.panels
    at.key(Qt.Key.Key_F9)
    at.until(lambda: "出一次性告知书" in at.words(at.window.zones.panel), "the page")
    assert "Ctrl+Enter" in panels._panels["supply"].purpose
    at.key(Qt.Key.Key_F12)
    said = at.window.actions_bar.line.text()
    assert ("Ctrl+Enter" in said, "Esc" in said) == (True, True)
    assert panels.current == "supply"
    at.key(Qt.Key.Key_Return, CONTROL)
    at.until(lambda: panels.current == "", "the page to close")
    end(at)
    assert [job.title for job in at.outcome.jobs] == ["一次性告知书"]
    assert at.findings() == []


def listed(at: Counter) -> str:
    """The first row of who is expected, as it is read aloud."""
    page = at.conductor.panels._panels["comeback"].page
    assert isinstance(page, ComebackPage)
    rows = page.list.model()
    return "" if not rows.rowCount() else str(rows.data(rows.index(0, 0), Qt.ItemDataRole.AccessibleTextRole))


def back(at: Counter, folder: Path) -> None:
    """The same person brings a statement: on from where it stopped, a first formal notice, the end."""
    at.call()
    at.do(drafts.set_field, "identity.id_number", FILLED["identity.id_number"])
    at.key(Qt.Key.Key_F9, SHIFT)
    at.until(lambda: "来时没有交材料" in listed(at), "who was here before")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.conductor.panels.current == "", "the panel to close")
    at.until(lambda: at.value("matter.1.cause") != "", "what was said the first time")
    statement(at, folder)
    decide(at, "出补正告知书")
    end(at)


def statement(at: Counter, folder: Path) -> None:
    picture = folder / "claim.png"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    at.do(papers.import_files, "M01", (picture,))
    at.until(lambda: len(at.visit.pages) == 1, "the statement")


def test_who_leaves_without_anything_is_let_go_by_the_key_the_sentence_names(counter: OpenCounter) -> None:
    at = counter()
    come(at)
    at.key(Qt.Key.Key_F7)
    at.until(lambda: at.walk.visit is None, "nobody at the window")
    assert at.findings() == []


def test_what_changes_after_the_look_is_said_before_anybody_signs(
    counter: OpenCounter, tmp_path: Path
) -> None:
    at = counter()
    come(at)
    decide(at, "出一次性告知书")
    statement(at, tmp_path)
    at.until(lambda: "告知书要重出" in at.words(at.window.advice), "the line in the right zone")
    at.key(Qt.Key.Key_F10)
    assert "按 F9" in at.window.actions_bar.line.text()
    assert not at.window.party.reading
    at.key(Qt.Key.Key_F12)
    at.says("缺什么在看过之后有变动")
    decide(at, "出补正告知书")
    at.until(lambda: "告知书要重出" not in at.words(at.window.advice), "the line to go")
    assert at.visit.confirmation.ready
    end(at)
    assert "一次性补正告知书" in [job.title for job in at.outcome.jobs]
