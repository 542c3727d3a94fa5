"""What a paper lacks, at the window: said before the end, in the same words everywhere and with a way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.errors import FormProblem
from app.services import amendments, drafts, papers, papers_out, visit_view
from app.services.views import PaperView
from app.settings import PaperSettings
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.imaging_files import encoded, text_page

pytestmark = OFFSCREEN
SAID = PaperSettings(account_holder="财政汇缴专户", account_bank="示例银行", account_number="0500010104001")
__all__ = ["counter", "qapp"]
PERSON = {
    "identity.name": "其其格",
    "identity.id_number": "152722199003074518",
    "identity.phone": "13804761234",
    "identity.address": "达拉特旗树林召镇",
}


def called(at: Counter, said: dict[str, str]) -> None:
    at.call()
    for path, text in {**PERSON, **said}.items():
        at.do(drafts.set_field, path, text)
    last = list(said)[-1]
    at.until(lambda: shown(at).get(last) == said[last], "all of it on the window")


def shown(at: Counter) -> dict[str, str]:
    groups = (*at.visit.matter, *at.visit.parties)
    return {field.path: field.value for group in groups for field in group.fields}


def paper(at: Counter, title: str) -> PaperView:
    found = at.do(papers_out.papers_of, at.visit.visit_id)
    return next(one for one in found.papers if title in one.title)


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def test_what_is_no_case_number_is_said_before_the_end_and_stands_on_no_paper(counter: OpenCounter) -> None:
    at = counter()
    called(at, {"matter.1.code": "S09", "matter.1.document": "民事判决书", "matter.1.case_no": "123号"})
    assert "123号 不是案号" in paper(at, "送达回证").note
    at.key(Qt.Key.Key_F12)
    assert "《送达回证》还缺“案号（123号 不是案号）”" in at.says("不是案号")
    at.until(lambda: focused() == "matter.1.case_no", "the cursor on the number")
    at.do(drafts.set_field, "matter.1.code", "F11")
    at.do(drafts.set_field, "matter.1.variant", "appeal_ruling")
    at.until(lambda: "123号 不是案号" in at.words(at.window.advice), "the same of an appeal")
    assert paper(at, "送达地址确认书").state == "lacking"
    at.do(drafts.set_field, "matter.1.case_no", "（2026）内0404民初123号")
    at.until(lambda: "不是案号" not in at.words(at.window.advice), "a number")
    assert paper(at, "送达地址确认书").state == "ready"


def test_a_paper_that_goes_out_without_the_number_is_told_so_and_does(counter: OpenCounter) -> None:
    at = counter(papers=SAID)
    appeal = {"matter.1.code": "F11", "matter.1.variant": "appeal_ruling", "matter.1.case_no": "123号"}
    called(at, appeal)
    picture = at.folder / "appeal.png"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    at.do(papers.import_files, at.visit.materials[0][0], (picture,))
    at.key(Qt.Key.Key_F12)
    said = at.says("不是案号")
    [line] = [one for one in said.splitlines() if "《送达地址确认书》" in one]
    assert "不改也照出" in line
    assert "缺了不出" not in line
    at.finish_unsigned()
    assert paper(at, "送达地址确认书").state == "ready"


def test_what_a_slip_lacks_is_entered_after_the_end_as_it_was_told(counter: OpenCounter) -> None:
    at = counter(papers=SAID)
    called(at, {"matter.1.code": "S06", "matter.1.case_no": "（2026）内0404民初123号"})
    at.key(Qt.Key.Key_F12)
    said = at.says("还缺“金额”")
    assert "以后还能更正补填（Ctrl+U）" in said
    assert "办结以后不能再填" not in said
    at.finish_unsigned()
    assert "Ctrl+U" in paper(at, "缴费").note
    at.until(lambda: "办结时没有填交费通知送达之日" in at.words(at.window.advice), "a clock nobody can start")
    assert "先填" not in at.words(at.window.advice)
    view = at.do(amendments.form, at.outcome.event_id)
    [field] = [one for group in view.groups for one in group.fields if one.label == "金额"]
    at.do(amendments.amend, at.outcome.event_id, {field.path: "1,200"}, "当时没有带通知书")
    assert paper(at, "缴费").state == "ready"


def test_which_kind_of_a_suit_it_is_may_be_said_after_the_end(counter: OpenCounter) -> None:
    """Without it there is no fee: Ctrl+U offers it until it is said, and the notice of the fee can come."""
    at = counter(papers=SAID)
    called(at, {"matter.1.code": "F03", "matter.1.act": "行政处罚", "party.p2.name": "示例局"})
    note = "法院答复立案后可以打印；还缺“类别”"
    assert paper(at, "交纳诉讼费用").note == f"{note}（Alt+2 补填）"
    picture = at.folder / "claim.png"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    at.do(papers.import_files, "M01", (picture,))
    at.key(Qt.Key.Key_F12)
    assert "还没有问：类别" in at.says("类别")
    at.finish_unsigned()
    assert paper(at, "交纳诉讼费用").note == f"{note}（Ctrl+U 更正补填）"
    at.until(lambda: "没有算出，缺类别：Ctrl+U 更正补填" in at.words(at.window.advice), "the way")
    event, visit_id = at.outcome.event_id, at.visit.visit_id
    groups = at.do(amendments.form, event).groups
    [field] = [one for group in groups for one in group.fields if one.path == "matters.0.variant"]
    assert (field.kind, field.choices[1]) == ("choice", ("special", "商标、专利、海事行政诉讼"))
    assert len([one for one in groups if one.title.startswith("第 1 件")]) == 1
    made = at.do(amendments.amend, event, {field.path: "special"}, "当时没有问")
    now = at.do(visit_view.desk_view, visit_id)
    assert now.advice.fee.amount == 100
    assert "类别" not in "".join(one.text for one in now.advice.remarks)
    assert "类别：（空） → 商标、专利、海事行政诉讼" in now.visit.outcome.corrected[0].action
    assert paper(at, "交纳诉讼费用").note == "法院答复立案后可以打印"
    again = at.do(amendments.form, made).groups
    assert field.path not in [one.path for group in again for one in group.fields], "it stands once said"
    with pytest.raises(FormProblem):
        at.do(amendments.amend, made, {field.path: "ordinary"}, "换一个")


def test_one_paper_that_is_not_made_has_one_reason_in_every_place(counter: OpenCounter) -> None:
    """Before the end and after it, in the right zone, at F12 and in the list: each time the same words."""
    at = counter(papers=SAID)
    filing = {"party.p2.name": "苏雅拉", "matter.1.cause": "民间借贷纠纷", "matter.1.mediation": "agree"}
    called(at, {**filing, "matter.1.claims": "还钱"})
    fee, mediation = "还缺“标的额”", "还缺“调解组织”"
    assert paper(at, "交纳诉讼费用").note == f"法院答复立案后可以打印；{fee}（Alt+2 补填）"
    assert paper(at, "先行调解").note == f"{mediation}（Alt+2 补填）"
    zone = (f"《交纳诉讼费用通知书》{fee}", f"《先行调解告知书》{mediation}")
    at.until(lambda: all(words in at.words(at.window.advice) for words in zone), "the right zone")
    picture = at.folder / "claim.png"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    at.do(papers.import_files, "M01", (picture,))
    at.key(Qt.Key.Key_F12)
    said = at.says(zone[0])
    assert zone[1] in said
    at.finish_unsigned()
    assert paper(at, "先行调解").note == f"办结时没有填，这份不出：{mediation}"
    told = f"法院答复立案后可以打印；{fee}（Ctrl+U 更正补填）"
    assert paper(at, "交纳诉讼费用").note == told
    at.until(lambda: told in at.words(at.window.visit.outcome), "the same on the window")
    visit_id = at.visit.visit_id
    before = at.do(visit_view.desk_view, visit_id).advice.fee
    assert before.amount is None
    at.do(amendments.amend, at.outcome.event_id, {"matters.0.answers.amount": "12.5万"}, "当时没有问")
    now = at.do(visit_view.desk_view, visit_id)
    assert now.advice.fee.amount == 2800, "the right zone goes by the record that stands"
    assert "标的额" not in "".join(one.text for one in now.advice.remarks)
    fields = {field.path: field.value for group in now.visit.matter for field in group.fields}
    assert not fields["matter.1.amount"], "the form shows what was signed"


def test_each_kind_of_a_filing_is_asked_for_its_own_and_offered_its_own_first(counter: OpenCounter) -> None:
    at = counter()
    called(at, {"matter.1.code": "F11", "matter.1.variant": "appeal_judgment"})
    form = at.window.visit.forms["matter"]
    at.until(lambda: "上诉请求和理由" in at.words(form), "what an appeal says")
    assert "再审" not in at.words(form).replace("再审申请、", "")
    at.do(drafts.set_field, "matter.1.variant", "retrial_civil")
    at.until(lambda: "再审请求和理由（法定情形）" in at.words(form), "what a retrial says")
    at.do(drafts.set_field, "matter.1.code", "F07")
    at.until(lambda: at.visit.materials[0][1] == "司法确认申请书", "the application before the settlement")
    at.do(drafts.set_field, "matter.1.code", "F12")
    at.do(drafts.set_field, "matter.1.variant", "competent")
    at.until(lambda: shown(at).get("matter.1.variant") == "competent", "the court of jurisdiction")
    assert (paper(at, "送达地址确认书").state, paper(at, "送达地址确认书").chosen) == ("ready", False)
