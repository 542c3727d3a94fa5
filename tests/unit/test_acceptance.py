"""What the papers of a registered case say fits its procedure: 七日 and 撤诉 of suits only, nothing enclosed
that is not made, no law of another procedure; every article that is named exists.
"""

from __future__ import annotations

import re

import pytest

from app.domain import papers
from app.domain.short_form import all_hold
from app.services.paper_data import make
from app.services.paper_ground import Lacking
from printing.documents.acceptance_notice import AcceptanceNotice, Procedure
from printing.documents.catalogue import KINDS as PAPERS
from printing.documents.texts import document_text
from tests.helpers.asked import KINDS, answered, entered, ground
from tests.helpers.papers import words
from tests.helpers.provisions import LAWS

CASES = [(code, {"variant": kind} if kind else {}) for code, kind in KINDS if code.startswith("F")]
CASES += [("F12", {"variant": "competent", "matter": matter}) for matter in ("行政起诉", "申请执行")]
_ARTICLE = re.compile(r"第([零一二三四五六七八九十百]+)条")
_DIGITS = "零一二三四五六七八九"
_SHORT = {"行诉法解释": "行诉法解释", "登记立案若干问题的规定": "登记立案规定"}
OWN_LAW = {
    "rights_notice": "民事诉讼法",
    "rights_notice_admin": "行政诉讼法",
    "evidence_notice_admin": "行政诉讼法",
    "evidence_notice": "民事诉讼法",
    "fee_notice": "诉讼费用交纳办法",
    "acceptance_notice": "",
    "delivery_receipt": "民事诉讼法",
    "risk_notice": "",
}
"""The law a bare 第…条 means on the paper."""


def said(code: str, more: dict[str, str]) -> dict[str, str]:
    """What each paper of the registered case says, as far as it can be made."""
    paths = {f"matter__1__{key}": text for key, text in {"code": code, **more}.items()}
    told = ground(answered(entered(**paths)), accepted=True)
    shown, found = told.sheet, {}
    for given in shown.matter.papers:
        if given.chosen and all_hold(given.when, shown.matter, shown.parties, shown.answers):
            try:
                made = make(given.kind, told)
            except Lacking:
                continue
            found[given.kind] = "".join(words(PAPERS[given.kind].build(data)) for data in made.values())
    return found


@pytest.mark.parametrize(("code", "more"), CASES)
def test_a_registered_case_is_told_what_holds_in_its_procedure(code: str, more: dict[str, str]) -> None:
    found = said(code, more)
    if "acceptance_notice" not in found:
        assert (code, more.get("variant")) in (("F02", "public"), ("F12", "helping"))
        return
    notice, fee = found["acceptance_notice"], found.get("fee_notice", "")
    rights = {"rights_notice", "rights_notice_admin"} & found.keys()
    assert ("随附" in notice) is bool(rights)
    suit = code in ("F01", "F03", "F13") or more.get("variant") in ("suit", "revocation")
    suit |= code == "F12" and more.get("matter") != "申请执行"
    appeal = more.get("variant") == "appeal_judgment"
    if not (suit or appeal):
        assert not re.search(r"七日|撤诉|自动撤回", notice + fee)
    if appeal:
        assert "自动撤回上诉" in notice
        assert "自动撤回上诉" in fee
        assert "按撤诉" not in notice + fee
    admin = code == "F03" or more.get("matter") == "行政起诉"
    if admin:
        assert not [kind for kind in found if kind in ("rights_notice", "evidence_notice", "risk_notice")]
        assert "民事诉讼法" not in "".join(found.values())
        assert "民法典" not in "".join(found.values())
    if code == "F02":
        assert "民事诉讼" not in notice
        assert "刑事诉讼法" in notice


@pytest.mark.parametrize(
    ("code", "more", "called"),
    [
        ("F02", {}, "你（单位）控告苏日娜"),
        ("F03", {}, "你（单位）诉苏日娜"),
        ("F04", {}, "你（单位）申请执行苏日娜一案"),
        ("F04", {"variant": "resumed"}, "你（单位）申请恢复执行苏日娜一案"),
        ("F05", {"variant": "suit"}, "你（单位）与苏日娜民间借贷纠纷一案"),
        ("F06", {}, "你（单位）申请对苏日娜诉前财产保全一案"),
        ("F07", {}, "你（单位）申请司法确认调解协议一案"),
        ("F08", {}, "你（单位）申请对苏日娜发出支付令一案"),
        ("F09", {}, "你（单位）申请人身安全保护令一案"),
        ("F12", {"variant": "competent"}, "你（单位）与苏日娜民间借贷纠纷一案"),
    ],
)
def test_the_first_sentence_names_people_and_what_it_is_about(
    code: str, more: dict[str, str], called: str
) -> None:
    assert called in said(code, more)["acceptance_notice"]


@pytest.mark.parametrize(
    ("code", "more", "basis"),
    [
        ("F04", {"amount": "20000"}, "（诉讼费用交纳办法第20条）"),
        ("F02", {}, "（诉讼费用交纳办法第2条）"),
        ("F09", {"variant": "order"}, "批复（法释〔2016〕15号）第1条）"),
        ("F10", {"variant": "court"}, "（国家赔偿法第41条）"),
        ("F07", {"variant": "guardian"}, "（诉讼费用交纳办法第8条第1项）"),
    ],
)
def test_that_nothing_is_prepaid_names_its_provision(code: str, more: dict[str, str], basis: str) -> None:
    notice = said(code, more)["acceptance_notice"]
    assert "不需要预交诉讼费用" in notice
    assert basis in notice


def test_the_court_of_jurisdiction_gives_papers_of_its_own_and_none_of_the_helping_court() -> None:
    own = said("F12", {"variant": "competent"})
    assert own.keys() == {"rights_notice", "acceptance_notice", "fee_notice"}
    helping = said("F12", {"variant": "helping"})
    assert helping.keys() == {"cross_court_application", "service_address", "transfer_list"}
    assert "内蒙古自治区高级人民法院" in helping["transfer_list"]
    assert "一、请求给付" in helping["cross_court_application"]


def test_a_service_note_repeats_the_form_and_masks_telephones() -> None:
    note = said("S04", {"phone": "13804761234", "appointment": "2026-11-25", "judge": "乌兰"})["service_note"]
    for part in ("事由", "承办法官", "乌兰", "预约日期", "2026 年 11 月 25 日 周三", "138****1234"):
        assert part in note
    assert "13804761234" not in note
    assert "联系法官答复：最迟 2026 年 11 月 25 日 周三" in note


@pytest.mark.parametrize("missing", ["cause", "defendants"])
def test_a_sentence_reads_right_without_cause_or_opponent(missing: str) -> None:
    draft = answered(entered(matter__1__code="F01"))
    gone = "party.p2.name" if missing == "defendants" else f"matter.1.{missing}"
    told = ground({path: one for path, one in draft.items() if path != gone}, accepted=True)
    (notice,) = make("acceptance_notice", told).values()
    assert isinstance(notice, AcceptanceNotice)
    assert notice.case == ("民间借贷纠纷" if missing == "defendants" else "与苏日娜纠纷")


def test_the_program_and_the_paper_know_the_same_procedures() -> None:
    assert {one.value for one in Procedure} == {one.value for one in papers.Procedure}


def _number(text: str) -> int:
    total, digit = 0, 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        else:
            total += (digit or 1) * {"十": 10, "百": 100}[sign]
            digit = 0
    return total + digit


@pytest.mark.parametrize("name", sorted(OWN_LAW))
def test_every_article_on_a_paper_exists(name: str) -> None:
    lines = document_text(name).read_text("utf-8").splitlines()
    sentences = [one for line in lines if not line.startswith("#") for one in re.findall(r'"([^"]*)"', line)]
    cited = 0
    for sentence in sentences:
        law = OWN_LAW[name]
        for part in re.split(r"(?<=[。；])", sentence):
            for match in _ARTICLE.finditer(part):
                law = _law(part[: match.start()]) or law
                assert law, (name, part)
                assert 1 <= _number(match[1]) <= LAWS[law], (name, law, match[0])
                cited += 1
    assert cited


def _law(before: str) -> str:
    """The law named last before an article, by the name used in this program."""
    known = {**{law: law for law in LAWS}, **_SHORT}
    places = {before.rfind(name) + len(name): law for name, law in known.items() if name in before}
    return places[max(places)] if places else ""
