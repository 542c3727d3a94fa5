"""Every matter's whole set of papers, printed to files at a real desk, says what was entered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.matter import FieldKind
from app.domain.papers import DOCUMENTS, Moment
from app.errors import FormProblem
from app.services import afterwards, amendments, answers, calling, drafts, issuing, paper_ground, papers_out
from app.services.desk import Desk
from app.services.print_out import document
from app.services.views import PaperView, VisitPapers
from app.settings import DeviceSettings, PaperSettings, Settings
from app.storage import answers as kept
from app.storage import intakes, print_jobs, visits
from app.storage.records import AnswerRecord, PrintJob
from printing import pdf
from printing.documents.catalogue import KINDS
from printing.documents.frozen import thaw
from printing.layout import Paper
from tests.helpers.cases import MOMENT, SteppingClock
from tests.helpers.desks import HALL, desk_in, do
from tests.helpers.domain import catalogue
from tests.helpers.papers import printed, squeezed
from tests.helpers.printing import pdf_texts
from tests.helpers.short_forms import OPPONENT, VISITOR, answer, asked
from tests.helpers.visits import finish, lay, print_all, shown

CODES = sorted(catalogue().matters)
CASE_NO = "（2026）内0602民初4217号"
SAID = PaperSettings(
    complaints="0477-0000000",
    supervision="0477-0000004",
    supervision_address="督察室（邮编 017000）",
    place="诉讼服务中心 1—6 号窗口",
    hours="周一至周五 8:30—12:00",
    account_holder="财政汇缴专户",
    account_bank="中国农业银行示例支行",
    account_number="05000101040012345",
    pay_url="https://pay.court.example/{number}",
    mediation="示例人民调解委员会",
)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    devices = DeviceSettings(receipt_printer=f"escpos+file://{tmp_path}/receipt.escpos?width=576")
    with desk_in(tmp_path, Settings(hall=HALL, devices=devices, papers=SAID), clock) as opened:
        yield opened


def begin(desk: Desk, code: str, **more: str) -> str:
    do(desk, issuing.take_ticket, "立案", False)
    visit_id = str(do(desk, calling.call_next).id)
    matter = desk.knowledge.matters[code]
    for path, text in {**VISITOR, **OPPONENT, "matter.1.code": code}.items():
        do(desk, drafts.set_field, path, text)
    for field in asked(matter):
        do(desk, drafts.set_field, f"matter.1.{field.key}", answer(field))
    for path, text in more.items():
        do(desk, drafts.set_field, path.replace("__", "."), text)
    return visit_id


def accept(desk: Desk, visit_id: str, word: str = "accepted", **more: Any) -> None:
    """The court's answer arrives, as the sender would keep it."""
    facts: dict[str, Any] = {
        "id": "01936000-0000-7000-8000-0000000000aa", "no": 1, "visit_id": visit_id, "word": word,
        "matter": 0, "case_number": CASE_NO, "judge": "李法官", "reason": None, "corrects": None,
    }  # fmt: skip
    record = AnswerRecord(**{**facts, **more}, made_at=MOMENT, received_at=MOMENT, seen_at=None)
    desk.store(kept.keep, [record], "e1", record.no)


def papers(desk: Desk, visit_id: str = "") -> tuple[PaperView, ...]:
    found: VisitPapers = do(desk, papers_out.papers_of, visit_id or shown(desk).visit_id)
    return found.papers


def jobs(desk: Desk, visit_id: str) -> list[PrintJob]:
    """The papers of the visit's matters; not the receipt each correction prints by itself."""
    made = desk.store(print_jobs.of_visit, visit_id)
    return [job for job in made if job.kind in DOCUMENTS and job.kind != "amendment_receipt"]


def ready(desk: Desk, finished: str = "") -> tuple[str, ...]:
    return tuple(paper.key for paper in papers(desk, finished) if paper.state == "ready")


def words_on(desk: Desk, job: PrintJob) -> str:
    """What a reader finds on the paper: the text of the PDF, of a roll's papers drawn on a page."""
    return squeezed("".join(pdf_texts(pdf.render(document(desk, job, Paper.A4)))))


def variants(code: str) -> list[str]:
    return [variant.key for variant in catalogue().matters[code].variants] or [""]


@pytest.mark.parametrize(
    ("code", "variant"), [(code, variant) for code in CODES for variant in variants(code)]
)
def test_the_whole_set_of_a_matter_says_what_was_entered(
    desk: Desk, tmp_path: Path, code: str, variant: str
) -> None:
    visit_id = begin(desk, code, **({"matter__1__variant": variant} if variant else {}))
    for field in desk.knowledge.matters[code].fields:  # a condition may have hidden it before
        if field.kind is not FieldKind.PARTIES:
            do(desk, drafts.set_field, f"matter.1.{field.key}", answer(field))
    lay(desk, visit_id, "M13")
    given = {paper.kind: paper.at for paper in desk.knowledge.matters[code].papers}
    during = ready(desk)
    assert all(given[key.partition(".")[2]] is Moment.VISIT for key in during)
    do(desk, papers_out.print_papers, visit_id, during, False)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    after = papers(desk, visit_id)
    assert not [paper for paper in after if paper.state == "lacking"]
    if ready(desk, visit_id):
        do(desk, papers_out.print_papers, visit_id, ready(desk, visit_id), False)
    print_all(desk)
    made = jobs(desk, visit_id)
    assert {job.kind for job in made} == {paper.key.partition(".")[2] for paper in after}
    assert all(job.state == "confirmed" for job in made)
    for job in made:
        text, data = words_on(desk, job), thaw(KINDS[job.kind].data, json.loads(job.content)["data"])
        for part in printed(data):
            assert squeezed(part) in text, (job.kind, part)


def test_a_paper_is_put_out_once_and_a_corrected_form_is_a_new_paper(desk: Desk) -> None:
    visit_id = begin(desk, "F01")
    do(desk, papers_out.print_papers, visit_id, ("1.service_address",), False)
    assert next(p for p in papers(desk) if p.key == "1.service_address").state == "made"
    with pytest.raises(FormProblem, match="没有要打印"):
        do(desk, papers_out.print_papers, visit_id, ("1.service_address",), True)
    do(desk, drafts.set_field, "identity.address", "内蒙古自治区赤峰市松山区")
    assert next(p for p in papers(desk) if p.key == "1.service_address").state == "ready"
    do(desk, papers_out.print_papers, visit_id, ("1.service_address",), False)
    assert [job.copy for job in jobs(desk, visit_id)] == [0, 0]


def test_every_filer_gets_a_service_address_of_their_own(desk: Desk) -> None:
    from app.services import matters

    visit_id = begin(desk, "F01")
    for number in range(3):
        key = do(desk, matters.add_party, "plaintiffs")
        do(desk, drafts.set_field, f"party.{key}.name", f"工人{number}")
    assert do(desk, papers_out.print_papers, visit_id, ("1.service_address",), False) == 4
    said = "".join(words_on(desk, job) for job in jobs(desk, visit_id))
    assert all(f"工人{number}" in said for number in range(3))


def test_a_paper_that_lacks_something_says_what_and_is_not_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_in(tmp_path) as desk:
        visit_id = begin(desk, "F01")
        lay(desk, visit_id)
        finish(desk, unsigned=True)
        notice = next(p for p in papers(desk, visit_id) if p.key == "1.fee_notice")
        assert (notice.state, notice.note[:11]) == ("lacking", "法院答复立案后可以打印")
        assert "请管理员补设收款账户" in notice.note, "while there is time to set it"
        assert "account_" not in notice.note, "a clerk sets nothing"
        card = next(p for p in papers(desk, visit_id) if p.key == "1.integrity_card")
        assert "请管理员补设监督电话" in card.note
        slip = next(p for p in papers(desk, visit_id) if p.key == "1.payment_slip")
        assert slip.note == f"原因同《{notice.title}》", "what the administrator has to do is said once"
        with monkeypatch.context() as english:
            english.setattr(paper_ground, "_", lambda text: text.replace("请管理员补设", "unset: "))
            slip = next(p for p in papers(desk, visit_id) if p.key == "1.payment_slip")
            assert slip.note == f"原因同《{notice.title}》", "in every language"
        evidence = next(p for p in papers(desk, visit_id) if p.key == "1.evidence_notice")
        assert evidence.note == "法院答复立案后可以打印"
        accept(desk, visit_id)
        notice = next(p for p in papers(desk, visit_id) if p.key == "1.fee_notice")
        assert "收款账户" in notice.note
        with pytest.raises(FormProblem, match="收款账户") as refused:
            do(desk, papers_out.print_papers, visit_id, ("1.fee_notice", "1.rights_notice"), False)
        assert all((refused.value.happened, refused.value.safe, refused.value.next_step))
        assert jobs(desk, visit_id) == []


@pytest.mark.parametrize(
    ("missing", "asked"),
    [
        ({"matter__1__amount": ""}, "还缺“标的额”"),
        ({"matter__1__cause": ""}, "还缺“案由”"),
        ({"matter__1__amount": "无", "matter__1__cause": "排除妨害纠纷"}, "50.00至100.00元"),
    ],
)
def test_no_fee_notice_tells_a_figure_that_is_not_settled(
    desk: Desk, missing: dict[str, str], asked: str
) -> None:
    visit_id = begin(desk, "F01", **missing)
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    for kind in ("fee_notice", "payment_slip"):
        paper = next(p for p in papers(desk, visit_id) if p.key == f"1.{kind}")
        assert paper.state == "lacking"
        assert asked in paper.note
    with pytest.raises(FormProblem, match="还不能打印"):
        do(desk, papers_out.print_papers, visit_id, ("1.fee_notice",), False)
    do(desk, papers_out.print_papers, visit_id, ("1.acceptance_notice",), False)
    assert "另行书面通知" in words_on(desk, jobs(desk, visit_id)[0])


@pytest.mark.parametrize(
    ("left_out", "entered", "fee", "bad"),
    [
        ({"matter__1__amount": ""}, {"amount": "12.5万"}, "2,800.00", {"amount": "很多"}),
        (
            {"matter__1__amount": "", "matter__1__cause": ""},
            {"amount": "125000", "cause": "民间借贷纠纷"},
            "2,800.00",
            {"cause": "没有的案由"},
        ),
    ],
)
def test_what_a_fee_waits_for_is_entered_after_the_end_and_the_notice_is_made(
    desk: Desk, left_out: dict[str, str], entered: dict[str, str], fee: str, bad: dict[str, str]
) -> None:
    """125,000 yuan: 0.02x + 300 (诉讼费用交纳办法第13条)."""
    visit_id = begin(desk, "F01", **left_out)
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    assert "Ctrl+U 更正补填" in next(p for p in papers(desk, visit_id) if p.key == "1.fee_notice").note
    event = desk.store(intakes.events_of, visit_id)[0]
    answers_ = {name: f"matters.0.answers.{name}" for name in (*entered, *bad)}
    offered = {f.path: f for group in do(desk, amendments.form, event.id).groups for f in group.fields}
    assert offered[answers_["amount"]].label == "标的额"
    assert "没有金额写“无”" in offered[answers_["amount"]].hint
    assert offered[answers_["amount"]].kind == "money"
    assert all(offered[path].suggest is not None for name, path in answers_.items() if name == "cause")
    view = do(desk, amendments.form, event.id)
    blank = [one.path for one in view.groups[0].fields if not one.value]
    assert [one.path for one in view.groups[0].fields[: len(blank)]] == blank, "what is empty stands first"
    assert answers_["amount"] in blank
    typed = {answers_[name]: text for name, text in bad.items()}
    told = do(desk, amendments.checked, event.id, typed)
    wrong = {one.path for group in told.groups for one in group.fields if one.path in typed and one.problem}
    assert wrong == set(typed), "said at the field, before it is sent"
    assert {one.path: (one.name, one.text) for one in told.wrong} == {
        path: (offered[path].label, text) for path, text in typed.items()
    }
    with pytest.raises(FormProblem):
        do(desk, amendments.amend, event.id, {answers_[name]: text for name, text in bad.items()}, "补填")
    do(desk, amendments.amend, event.id, {answers_[name]: text for name, text in entered.items()}, "补填")
    body = json.loads(desk.store(intakes.events_of, visit_id)[-1].body)
    assert body["matters"][0]["answers"]["amount"] == "125000.00"
    assert {one["path"]: one["before"] for one in body["changes"]} == {answers_[n]: "" for n in entered}
    assert "1.fee_notice" in ready(desk, visit_id)
    do(desk, papers_out.print_papers, visit_id, ("1.fee_notice",), False)
    assert fee in words_on(desk, jobs(desk, visit_id)[-1])


def test_a_correction_of_something_else_leaves_out_what_nobody_entered(desk: Desk) -> None:
    visit_id = begin(desk, "F01", matter__1__amount="")
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    event = desk.store(intakes.events_of, visit_id)[0]
    do(desk, amendments.amend, event.id, {"visitor.phone": "13900001111"}, "电话录错")
    body = json.loads(desk.store(intakes.events_of, visit_id)[-1].body)
    assert "amount" not in body["matters"][0]["answers"]
    assert [one["path"] for one in body["changes"]] == ["visitor.phone"]


def test_only_an_acceptance_that_stands_gives_the_papers_of_a_registered_case(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = begin(desk, "F01")
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id, "declined", case_number=None, reason="不属于本院管辖")
    assert "1.acceptance_notice" not in ready(desk, visit_id)
    first, second = (f"01936000-0000-7000-8000-0000000000{end}" for end in ("ab", "ac"))
    accept(desk, visit_id, id=first, no=2, corrects="01936000-0000-7000-8000-0000000000aa")
    do(desk, papers_out.print_papers, visit_id, ("1.acceptance_notice",), False)
    assert "1.acceptance_notice" not in ready(desk, visit_id)
    accept(desk, visit_id, id=second, no=3, corrects=first, case_number="（2026）内0602民初4218号")
    do(desk, papers_out.print_papers, visit_id, ("1.acceptance_notice",), False)
    said = [words_on(desk, job) for job in jobs(desk, visit_id)]
    assert "4217" in said[0]
    assert "4218" in said[1]
    assert desk.store(answers.of_visit, visit_id)[0].title == "立案"


def test_the_next_day_the_notice_is_still_the_same_original(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = begin(desk, "F01")
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    do(desk, papers_out.print_papers, visit_id, ("1.fee_notice",), False)
    clock.forward(days=1)
    with pytest.raises(FormProblem, match="没有要打印"):
        do(desk, papers_out.print_papers, visit_id, ("1.fee_notice",), False)


def test_a_fee_that_was_told_and_is_corrected_is_a_risk_until_the_new_notice_is_printed(desk: Desk) -> None:
    visit_id = begin(desk, "F01", matter__1__cause="民间借贷纠纷", matter__1__amount="10万")
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    do(desk, papers_out.print_papers, visit_id, ("1.fee_notice",), False)
    print_all(desk)
    assert "1.10" not in {one.key for one in do(desk, afterwards.risk_list, visit_id)}
    event = desk.store(intakes.events_of, visit_id)[0]
    do(desk, amendments.amend, event.id, {"matters.0.answers.amount": "200000"}, "标的额写错")
    (risk,) = [one for one in do(desk, afterwards.risk_list, visit_id) if one.key == "1.10"]
    assert (risk.effect, risk.stands) == ("warn", True)
    assert "2,300.00" in risk.text
    assert "4,300" in risk.text
    assert "1.fee_notice" in ready(desk, visit_id)
    do(desk, papers_out.print_papers, visit_id, ("1.fee_notice",), False)
    print_all(desk)
    assert "4,300" in words_on(desk, [job for job in jobs(desk, visit_id) if job.kind == "fee_notice"][-1])
    assert "1.10" not in {one.key for one in do(desk, afterwards.risk_list, visit_id)}


def _amend(desk: Desk, visit_id: str, changes: dict[str, str]) -> None:
    event = desk.store(intakes.events_of, visit_id)[-1]
    do(desk, amendments.amend, event.id, changes, "当事人信息写错")


def test_a_corrected_name_and_address_reach_the_papers_printed_after_them(
    desk: Desk, clock: SteppingClock
) -> None:
    visit_id = begin(desk, "F01")
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    do(desk, papers_out.print_papers, visit_id, ("1.acceptance_notice", "1.rights_notice"), False)
    body = json.loads(desk.store(intakes.events_of, visit_id)[0].body)
    names = [party["name"] for party in body["parties"]]
    mine, other = names.index(VISITOR["identity.name"]), names.index(OPPONENT["party.p2.name"])
    where = "内蒙古自治区赤峰市松山区新城路88号"
    _amend(desk, visit_id, {f"parties.{mine}.address": where, f"parties.{other}.name": "苏亚拉其其格"})
    assert {"1.acceptance_notice", "1.service_address"} <= set(ready(desk, visit_id))
    assert "1.rights_notice" not in ready(desk, visit_id)
    do(desk, papers_out.print_papers, visit_id, ("1.acceptance_notice", "1.service_address"), False)
    said = {job.kind: words_on(desk, job) for job in jobs(desk, visit_id)}
    assert "苏亚拉其其格" in said["acceptance_notice"]
    assert OPPONENT["party.p2.name"] not in said["acceptance_notice"]
    assert squeezed(where) in said["service_address"]
    clock.forward(days=1)
    assert "1.acceptance_notice" not in ready(desk, visit_id)
    _amend(desk, visit_id, {f"parties.{other}.name": "苏亚拉图"})
    do(desk, papers_out.print_papers, visit_id, ("1.acceptance_notice",), False)
    assert "苏亚拉图" in words_on(
        desk, [j for j in jobs(desk, visit_id) if j.kind == "acceptance_notice"][-1]
    )
    assert value_of(desk, visit_id, "party.p2.name") == OPPONENT["party.p2.name"]


def test_a_correction_of_the_visitor_leaves_the_party_as_the_record_has_it(desk: Desk) -> None:
    visit_id = begin(desk, "F01")
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    _amend(desk, visit_id, {"visitor.name": "苏日娜"})
    do(desk, papers_out.print_papers, visit_id, ("1.acceptance_notice", "1.service_address"), False)
    assert not any("苏日娜" in words_on(desk, job) for job in jobs(desk, visit_id))


def test_a_corrected_cause_makes_the_told_fee_a_risk(desk: Desk) -> None:
    visit_id = begin(desk, "F01", matter__1__cause="民间借贷纠纷", matter__1__amount="10万")
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    accept(desk, visit_id)
    do(desk, papers_out.print_papers, visit_id, ("1.fee_notice",), False)
    print_all(desk)
    body = json.loads(desk.store(intakes.events_of, visit_id)[0].body)
    assert body["matters"][0]["answers"]["cause"] == "民间借贷纠纷"
    _amend(desk, visit_id, {"matters.0.answers.cause": "追索劳动报酬纠纷"})
    (risk,) = [one for one in do(desk, afterwards.risk_list, visit_id) if one.key == "1.10"]
    assert "10.00" in risk.text


def value_of(desk: Desk, visit_id: str, path: str) -> str:
    return desk.store(visits.fields, visit_id)[path].value


@pytest.mark.parametrize(("number", "large"), [("150402199003075517", False), ("150402195503070511", True)])
def test_from_sixty_on_papers_are_in_large_print(desk: Desk, number: str, large: bool) -> None:
    visit_id = begin(desk, "F01", identity__id_number=number)
    assert do(desk, papers_out.papers_of, visit_id).large_print is large
    do(desk, papers_out.print_papers, visit_id, ("1.service_address",), large)
    (job,) = jobs(desk, visit_id)
    assert document(desk, job, Paper.A4).large is large


def test_a_character_no_font_has_is_said_before_it_is_printed(desk: Desk) -> None:
    begin(desk, "F01", identity__name="张\ue815")
    view = shown(desk)
    name = next(f for group in view.identity for f in group.fields if f.path == "identity.name")
    assert "U+E815" in name.problem
    assert "U+E815" in next(p for p in papers(desk) if p.key == "1.service_address").note


def test_commands_of_a_printer_in_a_value_print_as_text(desk: Desk) -> None:
    visit_id = begin(desk, "S10", matter__1__facts="\x1b@<b>&amp;{court}%s 两次被告知的不一样")
    do(desk, papers_out.print_papers, visit_id, ("1.grievance",), False)
    print_all(desk)
    (job,) = jobs(desk, visit_id)
    assert job.state == "confirmed"
    assert "<b>&amp;{court}%s" in words_on(desk, job)


def test_a_copy_has_the_content_of_the_original_and_says_when_by_whom(desk: Desk, tmp_path: Path) -> None:
    visit_id = begin(desk, "F01")
    do(desk, papers_out.print_papers, visit_id, ("1.service_address",), False)
    (job,) = jobs(desk, visit_id)
    again = replace(job, copy=2, approved_by="乌兰")
    text = words_on(desk, again)
    assert "补打第2次COPY2" in text
    assert "核准乌兰" in text
    assert squeezed(HALL.clerk) in text
    plain = words_on(desk, job)
    assert len(plain) > 300
    assert text.endswith(plain[-200:])
