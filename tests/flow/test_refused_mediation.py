"""S08 at the window when a side does not agree: nothing is frozen, the paper is had, and the suit goes on."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt

from app.services import amendments, calling, coming_back, drafts, matters, papers_out, visit_view
from app.services.supply_views import OwedKind
from app.services.views import DeskView
from app.settings import PaperSettings
from app.storage import intakes
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from ui.screens.comeback import ComebackPage

pytestmark = OFFSCREEN
__all__ = ["counter", "qapp"]
SAID = {
    "identity.name": "其其格",
    "identity.id_number": "152722199003074518",
    "identity.phone": "13804761234",
    "party.p2.name": "苏雅拉",
    "party.p2.address": "达拉特旗树林召镇",
    "matter.1.code": "S08",
    "matter.1.cause": "民间借贷纠纷",
    "matter.1.claims": "还钱",
    "matter.1.amount": "1000",
    "matter.1.consent_filer": "是",
}
WAY = "不委派，不起算调解期限"


def said_no(at: Counter, **more: str) -> None:
    """Both were asked; the other side does not agree."""
    at.call()
    for path, text in {**SAID, **more, "matter.1.consent_other": "否"}.items():
        at.do(drafts.set_field, path, text)
    at.until(lambda: WAY in at.words(at.window.advice), "what follows")


def papers(at: Counter) -> dict[str, str]:
    found = at.do(papers_out.papers_of, at.visit.visit_id)
    return {paper.title: paper.state for paper in found.papers if "调解" in paper.title}


def dues(at: Counter) -> dict[str, str]:
    return {line.title: line.due for line in view(at).advice.dues}


def view(at: Counter) -> DeskView:
    assert at.walk.view is not None
    return at.walk.view


def goes_on(at: Counter, pill: str) -> None:
    """Shift+F9, a number for the visit on the window, and call it."""
    first, panels = at.visit.visit_id, at.conductor.panels
    at.key(Qt.Key.Key_F9, SHIFT)
    page = at.window.findChild(ComebackPage)
    assert page is not None
    at.until(lambda: "1 件" in page.count.text(), "who may go on")
    row = page.list.currentIndex().data(Qt.ItemDataRole.UserRole)
    assert (page.list.current(), row.pill) == (first, pill)
    at.key(Qt.Key.Key_T, CONTROL)
    at.until(lambda: panels.current == "" and at.queue.next is not None, "a number")
    at.key(Qt.Key.Key_F5)
    at.until(lambda: at.walk.visit is not None and at.visit.visit_id != first, "the visit that goes on")


def test_who_is_refused_gets_the_paper_and_the_way_to_a_suit(counter: OpenCounter) -> None:
    at = counter()
    said_no(at, **{"matter.1.organisation": "诉前调解中心"})
    assert "F01 民事一审立案" in at.words(at.window.advice)
    for part, gone in ((at.window.advice, "诉前调解"), (at.window.visit.forms["matter"], "调解组织")):
        at.until(lambda part=part, gone=gone: gone not in at.words(part), f"no {gone}")  # type: ignore[misc]
    assert [one for one in view(at).advice.remarks if one.frozen] == []
    assert papers(at) == {"先行调解告知书": "ready"}
    at.key(Qt.Key.Key_F12)
    assert "还缺" not in at.says("还没有签字")
    at.key(Qt.Key.Key_F12)
    at.until(lambda: at.visit.outcome is not None, "the receipt number")
    assert not at.outcome.received_only
    at.until(lambda: WAY in at.words(at.window.visit.outcome), "what to do now")
    assert "Shift+F9" in at.words(at.window.visit.outcome)
    at.key(Qt.Key.Key_D, CONTROL)
    at.until(lambda: not at.conductor.acts.running("papers_of"), "the papers")
    at.key(Qt.Key.Key_Return, CONTROL)
    at.until(lambda: "先行调解告知书" in [job.title for job in at.outcome.jobs], "the paper")
    assert papers(at) == {"先行调解告知书": "made"}


def test_nobody_asked_begins_no_clock_and_the_end_says_what_is_open(counter: OpenCounter) -> None:
    at = counter()
    at.call()
    unasked = {path: text for path, text in SAID.items() if "consent" not in path}
    for path, text in unasked.items():
        at.do(drafts.set_field, path, text)
    at.until(lambda: dues(at).get("诉前调解") == "先填申请方同意调解", "an open clock")
    at.do(drafts.set_field, "matter.1.consent_filer", "是")
    at.until(lambda: dues(at).get("诉前调解") == "先填对方同意调解", "a clock that waits for the other side")
    at.finish_unsigned()
    assert at.outcome.lacking[0].text == "对方同不同意调解没有填：不委派，不起算调解期限"
    at.until(lambda: "Shift+F9 里按 Ctrl+T 取号，填过的都在" in at.words(at.window.visit.outcome), "the way")
    assert dues(at)["诉前调解"] == "办结时没有填对方同意调解，没有推算"
    kept = json.loads(at.read(intakes.get_intake, at.visit.visit_id).body)
    assert kept["matters"][0]["clocks"] == []
    notice = at.do(papers_out.papers_of, at.visit.visit_id).papers[0]
    assert notice.note == "办结时没有填，这份不出：还缺“调解组织”；要的话今天按 Shift+F9 接着办"
    goes_on(at, "调解没有问完")
    assert [at.value(f"matter.1.{key}") for key in ("code", "cause", "claims", "consent_filer")] == [
        "S08",
        "民间借贷纠纷",
        "还钱",
        "是",
    ]
    assert at.value("party.p2.name") == "苏雅拉"
    at.do(drafts.set_field, "matter.1.consent_other", "否")
    at.until(lambda: WAY in at.words(at.window.advice), "the other side is asked now")


def test_the_finished_visit_goes_on_as_a_suit_with_its_parties(counter: OpenCounter) -> None:
    at = counter()
    said_no(at)
    at.finish_unsigned()
    first, ticket = at.visit.visit_id, at.visit.ticket
    at.key(Qt.Key.Key_F9, SHIFT)
    panels = at.conductor.panels
    page = at.window.findChild(ComebackPage)
    assert page is not None
    at.until(lambda: "1 件" in page.count.text(), "who may go on")
    assert "不同意调解" in at.words(page) or page.list.current() == first
    assert not page.buttons["take_up"].isVisible(), "nobody is there to go on with"
    at.key(Qt.Key.Key_Return)
    assert page.list.hasFocus()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: panels.current == "" and at.queue.next is not None, "a number")
    assert "叫到时转成立案（F01）" in at.window.actions_bar.line.text()
    at.key(Qt.Key.Key_F5)
    at.until(lambda: at.walk.visit is not None and at.visit.visit_id != first, "the visit that goes on")
    at.until(lambda: at.value("matter.1.code") == "F01", "a suit")
    assert at.value("party.p2.name") == "苏雅拉"
    assert at.value("matter.1.cause") == "民间借贷纠纷"
    at.until(lambda: "立案审查" in at.words(at.window.advice), "the clock of a suit")
    assert view(at).advice.mediation is None, "nobody is asked again what was refused"
    assert papers(at) == {}, "nor offered it on paper"
    at.key(Qt.Key.Key_C, ALT)
    at.until(lambda: at.visit.current == 2, "another case of the same people")
    assert (at.value("matter.2.code"), at.value("matter.2.cause")) == ("F01", "民间借贷纠纷")
    assert view(at).advice.mediation is not None, "of which nobody was asked"
    at.do(matters.turn, 1)
    at.until(lambda: at.visit.current == 1, "the first")
    at.until(lambda: "先行调解已有一方不同意，不再问" in at.words(at.window.advice), "why not")
    at.key(Qt.Key.Key_F9, SHIFT)
    at.until(lambda: page.count.isHidden(), "nobody to go on with any more")
    at.type(page.box, ticket)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: f"{ticket} 已经由 {at.visit.ticket} 接着办" in page.detail.text(), "who went on with it")


def test_a_number_is_for_the_visit_on_the_window_not_for_who_was_refused_before(counter: OpenCounter) -> None:
    at = counter()
    panels = at.conductor.panels
    chosen = []
    for name, number in (("其其格", "152722199003074518"), ("张𬭎", "110101199003070019")):
        said_no(at, **{"identity.name": name, "identity.id_number": number})
        at.finish_unsigned()
        at.key(Qt.Key.Key_F9, SHIFT)
        page = at.window.findChild(ComebackPage)
        assert page is not None
        at.until(lambda page=page: at.visit.visit_id in page._rows, "the visit among the rows")  # type: ignore[misc]
        assert (page.list.current(), page.list.currentIndex().row()) == (at.visit.visit_id, 0)
        chosen.append(page.list.current())
        if name == "其其格":
            at.key(Qt.Key.Key_Escape)
            at.until(lambda: panels.current == "", "the visit again")
    assert len(set(chosen)) == 2
    ticket = at.visit.ticket
    at.key(Qt.Key.Key_T, CONTROL)
    at.until(lambda: panels.current == "" and at.queue.next is not None, "a number")
    line = at.window.actions_bar.line
    assert at.queue.next is not None
    assert line.text().startswith(f"已给张*（{ticket}）取补交号 {at.queue.next.number}，")
    at.until(lambda: line.heightForWidth(line.width()) <= line.height(), "room for the whole sentence")


def test_while_the_visit_is_open_a_copy_becomes_the_suit(counter: OpenCounter) -> None:
    at = counter()
    said_no(at)
    at.key(Qt.Key.Key_C, ALT)
    at.until(lambda: at.visit.current == 2, "the copy")
    at.do(drafts.set_field, "matter.2.code", "F01")
    at.until(lambda: at.value("matter.2.code") == "F01", "the suit")
    assert (at.value("party.p2.name"), at.value("matter.2.claims")) == ("苏雅拉", "还钱")
    assert view(at).advice.mediation is None, "nobody is asked again what was refused"
    for path, text in {"code": "S08", "consent_other": "是"}.items():
        at.do(drafts.set_field, f"matter.2.{path}", text)
    at.do(drafts.set_field, "matter.2.code", "F01")
    at.until(lambda: at.value("matter.2.code") == "F01" and view(at).advice.mediation is not None, "a slip")


def test_who_was_called_to_go_on_and_left_again_may_still_go_on(counter: OpenCounter) -> None:
    at = counter()
    said_no(at)
    at.finish_unsigned()
    first, ticket = at.visit.visit_id, at.visit.ticket
    goes_on(at, "可转立案")
    assert at.do(coming_back.owed, ticket).known.startswith(f"{ticket} 已经由")
    at.do(calling.no_show)
    [row] = at.do(coming_back.owed, ticket).rows
    assert (row.visit_id, row.kind) == (first, OwedKind.TO_FILE)


def corrected(at: Counter, answer: str) -> str:
    """Finish, then correct what the other side said (Ctrl+U); return the visit."""
    at.finish_unsigned()
    visit_id = at.visit.visit_id
    at.do(amendments.amend, at.outcome.event_id, {"matters.0.answers.consent_other": answer}, "录反了")
    return visit_id


def test_who_is_found_after_the_end_to_have_refused_may_go_on_with_a_suit(counter: OpenCounter) -> None:
    at = counter(papers=PaperSettings(mediation="示例人民调解委员会"))
    at.call()
    for path, text in {**SAID, "matter.1.consent_other": "是"}.items():
        at.do(drafts.set_field, path, text)
    visit_id = corrected(at, "否")
    now = at.do(visit_view.desk_view, visit_id).visit
    assert WAY in now.outcome.lacking[0].text, "what the last step promises"
    [row] = at.do(coming_back.owed).rows
    assert (row.visit_id, row.kind) == (visit_id, OwedKind.TO_FILE), "is there"
    goes_on(at, "可转立案")
    at.until(lambda: at.value("matter.1.code") == "F01", "a suit")


def test_who_is_found_after_the_end_to_have_agreed_is_sent_to_no_suit(counter: OpenCounter) -> None:
    at = counter(papers=PaperSettings(mediation="示例人民调解委员会"))
    said_no(at)
    visit_id = corrected(at, "是")
    now = at.do(visit_view.desk_view, visit_id)
    assert WAY not in "".join(one.text for one in (*now.visit.outcome.lacking, *now.advice.remarks))
    assert at.do(coming_back.owed).rows == ()
