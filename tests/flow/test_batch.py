"""A spreadsheet entered into a visit at a real desk: good rows stand, bad rows are told, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app import cli
from app.errors import FormProblem
from app.services import batch, drafts, finishing, groups, matters, people
from app.services.batch_template import save_template, write_template
from app.services.batch_view import BatchView, RowState
from app.services.desk import Desk
from app.services.sheet import numbers, sheets
from app.services.spreadsheet import read_table
from app.storage import visits
from app.storage.access import Transaction
from tests.helpers.desks import FILLED, desk_in, do
from tests.helpers.domain import catalogue
from tests.helpers.tables import HEADINGS, WORKERS, case_row, csv, id_number, worker_row, xlsx
from tests.helpers.visits import called, hand_in, record, shown, view


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path / "desk") as opened:
        yield opened


@pytest.fixture
def at_lawyer(desk: Desk) -> Desk:
    """A lawyer is at the window and has named nobody yet."""
    called(desk)
    for path, text in FILLED.items():
        if path.startswith("identity."):
            do(desk, drafts.set_field, path, text)
    do(desk, drafts.set_field, "identity.role", "agent")
    return desk


def enter(desk: Desk, path: Path, *, again: bool = False) -> BatchView:
    made: BatchView = do(desk, batch.import_table, path, again, lambda _done, _all: None)
    return made


def told(view: BatchView) -> list[tuple[int, str]]:
    return [(line.number, line.state.value) for line in view.lines]


def draft(desk: Desk) -> dict[str, str]:
    def read(connection: Transaction) -> dict[str, str]:
        record = visits.open_at(connection, desk.window)
        assert record is not None
        return {path: field.value for path, field in visits.fields(connection, record.id).items()}

    return desk.store(read)


def cases(desk: Desk) -> list[tuple[str, str, str]]:
    """Plaintiffs, defendants and amount of every matter of the visit."""
    record = desk.store(visits.open_at, desk.window)
    assert record is not None
    made = sheets(desk.store(visits.fields, record.id), desk.knowledge)
    return [
        (
            "、".join(p.name for p in sheet.parties.filers),
            "、".join(p.name for p in sheet.parties.others),
            sheet.answers.text("amount"),
        )
        for sheet in made
    ]


def test_each_good_row_is_a_matter_and_each_bad_row_says_why(at_lawyer: Desk, tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        case_row(1),
        case_row(2, 原告证件号码="150402199003070999"),
        case_row(3, 标的额="一大笔"),
        case_row(4),
        case_row(5, 原告=""),
    ]
    view = enter(at_lawyer, xlsx(tmp_path / "名单.xlsx", rows))
    assert told(view) == [(2, "entered"), (3, "failed"), (4, "failed"), (5, "entered"), (6, "failed")]
    assert "“原告证件号码”" in view.lines[1].text
    assert "“标的额”" in view.lines[2].text
    assert "“原告”" in view.lines[4].text
    assert view.entered == 2
    assert cases(at_lawyer) == [
        ("工人1", "赤峰草原建筑有限公司", "10,001.00"),
        ("工人4", "赤峰草原建筑有限公司", "10,004.00"),
    ]


def test_the_same_employer_in_every_row_is_one_party_and_a_body(at_lawyer: Desk, tmp_path: Path) -> None:
    enter(at_lawyer, xlsx(tmp_path / "a.xlsx", [HEADINGS, *(case_row(n) for n in range(1, 6))]))
    found = draft(at_lawyer)
    employers = [path for path, text in found.items() if text == "赤峰草原建筑有限公司"]
    assert employers == ["party.p2.name"]
    assert found["party.p2.form"] == "organisation"
    assert len(numbers(visits_fields(at_lawyer))) == 5


def visits_fields(desk: Desk) -> Any:
    record = desk.store(visits.open_at, desk.window)
    assert record is not None
    return desk.store(visits.fields, record.id)


def test_the_corrected_file_read_again_adds_only_what_is_new(at_lawyer: Desk, tmp_path: Path) -> None:
    bad = case_row(2, 原告证件号码="150402199003070999")
    first = enter(at_lawyer, xlsx(tmp_path / "a.xlsx", [HEADINGS, case_row(1), bad]))
    assert told(first) == [(2, "entered"), (3, "failed")]
    second = enter(at_lawyer, xlsx(tmp_path / "a.xlsx", [HEADINGS, case_row(1), case_row(2)]))
    assert told(second) == [(2, "known"), (3, "entered")]
    assert second.lines[0].text == "先前已录入，是第 1 件"
    assert [names for names, _others, _sum in cases(at_lawyer)] == ["工人1", "工人2"]


def test_a_matter_taken_out_may_be_entered_again(at_lawyer: Desk, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [HEADINGS, case_row(1), case_row(2)])
    enter(at_lawyer, path)
    do(at_lawyer, matters.remove, 2)
    assert told(enter(at_lawyer, path)) == [(2, "known"), (3, "entered")]


def test_two_rows_alike_are_entered_once(at_lawyer: Desk, tmp_path: Path) -> None:
    view = enter(at_lawyer, xlsx(tmp_path / "a.xlsx", [HEADINGS, case_row(1), case_row(1)]))
    assert told(view) == [(2, "entered"), (3, "failed")]
    assert view.lines[1].text == "与第 2 行完全相同"


def test_the_same_file_in_another_visit_is_asked_about_first(at_lawyer: Desk, tmp_path: Path) -> None:
    desk = at_lawyer
    path = xlsx(tmp_path / "a.xlsx", [HEADINGS, case_row(1)])
    enter(desk, path)
    hand_in(desk, tmp_path)
    do(desk, finishing.finish, True)
    called(desk)
    with pytest.raises(batch.ImportedBefore, match="已经录入过"):
        enter(desk, path)
    assert not any(path.endswith(batch.MARK) for path in draft(desk))
    assert told(enter(desk, path, again=True)) == [(2, "entered")]


def test_a_file_longer_than_a_visit_goes_on_in_the_next(
    at_lawyer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = at_lawyer
    monkeypatch.setattr(batch, "MOST", 2)
    path = xlsx(tmp_path / "many.xlsx", [HEADINGS, *(case_row(n) for n in range(1, 6))])
    wanted = ["entered", "entered", "failed", "failed", "failed"]
    for _visit in range(2):
        made = enter(desk, path, again=True)
        assert [line.state.value for line in made.lines] == wanted
        assert "下一次来访再导入同一个文件" in made.lines[-1].text
        hand_in(desk, tmp_path)
        do(desk, finishing.finish, True)
        called(desk)
        for name in ("name", "id_number", "phone"):
            do(desk, drafts.set_field, f"identity.{name}", FILLED[f"identity.{name}"])
        do(desk, drafts.set_field, "identity.role", "agent")
        wanted = ["known", "known", "entered", "entered", "failed"]
    made = enter(desk, path, again=True)
    assert [line.state.value for line in made.lines] == [*["known"] * 4, "entered"]
    assert "号来访" in made.lines[0].text


def test_columns_the_file_lacks_keep_what_is_on_the_screen(at_lawyer: Desk, tmp_path: Path) -> None:
    desk = at_lawyer
    for path, text in (
        ("matter.1.cause", "追索劳动报酬纠纷"),
        ("matter.1.claims", "支付劳动报酬"),
        ("party.p2.form", "organisation"),
        ("party.p2.name", "草原乳业有限公司"),
    ):
        do(desk, drafts.set_field, path, text)
    table = csv(tmp_path / "a.csv", [["原告", "标的额"], ["甲一", "100"], ["乙二", "200"]], "gb18030")
    assert enter(desk, table).entered == 2
    assert cases(desk) == [("甲一", "草原乳业有限公司", "100.00"), ("乙二", "草原乳业有限公司", "200.00")]
    made = sheets(visits_fields(desk), desk.knowledge)
    assert [sheet.cause.name for sheet in made if sheet.cause] == ["追索劳动报酬纠纷"] * 2


def test_what_is_on_the_screen_is_never_overwritten(at_lawyer: Desk, tmp_path: Path) -> None:
    desk = at_lawyer
    do(desk, drafts.set_field, "party.p1.name", "先来的")
    do(desk, drafts.set_field, "matter.1.amount", "5")
    enter(desk, csv(tmp_path / "a.csv", [["原告", "标的额"], ["甲一", "100"]]))
    assert cases(desk) == [("先来的", "", "5.00"), ("甲一", "", "100.00")]


def test_two_people_of_one_name_stay_two(at_lawyer: Desk, tmp_path: Path) -> None:
    rows = [["原告", "被告", "被告证件号码"], ["张伟", "李", id_number(1)], ["张伟", "李", id_number(2)]]
    enter(at_lawyer, xlsx(tmp_path / "a.xlsx", rows))
    found = [text for path, text in draft(at_lawyer).items() if path.endswith(".name") and text != "张𬭎"]
    assert sorted(found) == ["张伟", "张伟", "李", "李"]


def test_a_second_defendant_stands_in_columns_of_its_own(at_lawyer: Desk, tmp_path: Path) -> None:
    rows = [["原告", "被告", "被告2", "被告2地址"], ["甲", "乙", "丙", "红山区"]]
    enter(at_lawyer, xlsx(tmp_path / "a.xlsx", rows))
    assert cases(at_lawyer) == [("甲", "乙、丙", "")]


def test_headings_that_mean_nothing_are_told(at_lawyer: Desk, tmp_path: Path) -> None:
    rows = [["某公司欠薪名单"], ["序号", "原 告*", "备注"], ["1", "甲", "x"]]
    view = enter(at_lawyer, xlsx(tmp_path / "a.xlsx", rows))
    assert view.unknown == ("序号", "备注")
    assert told(view) == [(3, "entered")]


@pytest.mark.parametrize("rows", [[["a", "b"], ["c", "d"]], [["备注"]], [["电话"], ["123"]]])
def test_a_table_about_something_else_is_refused(
    at_lawyer: Desk, tmp_path: Path, rows: list[list[str]]
) -> None:
    with pytest.raises(FormProblem, match="表头里没有"):
        enter(at_lawyer, xlsx(tmp_path / "a.xlsx", rows))


def test_esc_stops_before_the_next_row_and_says_where(at_lawyer: Desk, tmp_path: Path) -> None:
    desk = at_lawyer
    path = xlsx(tmp_path / "a.xlsx", [HEADINGS, *(case_row(n) for n in range(1, 9))])

    def stop(done: int, _all: int) -> None:
        if done == 3:
            desk.cancel()

    view: BatchView = do(desk, batch.import_table, path, False, stop)
    assert (view.entered, view.stopped_at) == (3, 5)
    assert len(cases(desk)) == 3
    assert told(enter(desk, path))[:4] == [(2, "known"), (3, "known"), (4, "known"), (5, "entered")]


def test_workers_from_a_file_join_the_matter_on_the_screen_and_choose_who_stands_for_them(
    at_lawyer: Desk, tmp_path: Path
) -> None:
    rows = [WORKERS, *(worker_row(n, "是" if n < 3 else "") for n in range(1, 22))]
    view = enter(at_lawyer, xlsx(tmp_path / "a.xlsx", rows))
    assert (view.of_parties, view.entered) == (True, 21)
    (sheet,) = sheets(visits_fields(at_lawyer), at_lawyer.knowledge)
    assert [p.name for p in sheet.parties.filers] == [f"工人{n}" for n in range(1, 22)]
    names = {p.key: p.name for p in sheet.parties.filers}
    assert [names[key] for key in sheet.parties.representatives] == ["工人1", "工人2"]
    again = enter(at_lawyer, tmp_path / "a.xlsx")
    assert again.count(RowState.KNOWN) == 21


def test_a_row_may_say_on_which_side_its_party_stands(at_lawyer: Desk, tmp_path: Path) -> None:
    rows = [["诉讼地位", "姓名"], ["被告", "乙"], ["", "甲"], ["第三人", "丙"], ["证人", "丁"]]
    view = enter(at_lawyer, xlsx(tmp_path / "a.xlsx", rows))
    assert told(view) == [(2, "entered"), (3, "entered"), (4, "entered"), (5, "failed")]
    assert "只能是：原告、被告、第三人" in view.lines[3].text
    assert cases(at_lawyer) == [("甲", "乙、丙", "")]


def test_no_more_matters_than_a_visit_holds(at_lawyer: Desk, tmp_path: Path) -> None:
    rows = [["原告", "标的额"], *([f"工人{n}", str(n)] for n in range(1, matters.MOST + 3))]
    view = enter(at_lawyer, xlsx(tmp_path / "a.xlsx", rows))
    assert (view.entered, view.count(RowState.FAILED)) == (matters.MOST, 2)
    assert view.lines[-1].text.startswith(f"一次来访最多 {matters.MOST} 件；")


@pytest.mark.parametrize("code", sorted(catalogue().matters))
def test_the_template_of_each_matter_is_understood_by_the_program_itself(code: str, tmp_path: Path) -> None:
    from app.services.batch_rows import understand

    matter = catalogue().matters[code]
    if people.lists_of(matter):
        path = write_template(matter, tmp_path / "parties", of_parties=True)
        assert _understood(path, matter, understand) == ()
    path = write_template(matter, tmp_path / "matters.xlsx", of_parties=False)
    assert _understood(path, matter, understand) == ()


def _understood(path: Path, matter: Any, understand: Any) -> tuple[str, ...]:
    book = load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(2, 1, "甲")
    book.save(path)
    unknown: tuple[str, ...] = understand(read_table(path), matter).unknown
    return unknown


def test_the_template_of_the_matter_on_the_screen_is_saved_where_the_clerk_says(
    at_lawyer: Desk, tmp_path: Path
) -> None:
    path = do(at_lawyer, save_template, tmp_path / "模板", False)
    assert path.name == "模板.xlsx"
    head = [cell.text for cell in read_table(path)[0].cells if cell.text]
    assert head[:3] == ["原告", "原告类型", "原告证件号码"]
    with pytest.raises(FormProblem, match="模板没有存成"):
        do(at_lawyer, save_template, tmp_path / "none" / "模板", False)


def test_the_visit_shows_what_was_entered(at_lawyer: Desk, tmp_path: Path) -> None:
    enter(at_lawyer, xlsx(tmp_path / "a.xlsx", [HEADINGS, case_row(1), case_row(2)]))
    assert [tab.title for tab in shown(at_lawyer).tabs] == ["1 民事立案", "2 民事立案"]


def test_the_command_writes_a_template_and_checks_a_table_without_entering_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, data = tmp_path / "名单.xlsx", ["--data", str(tmp_path / "desk")]
    assert cli.main(["batch", "template", "--matter", "F01", *data, str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    xlsx(path, [HEADINGS, case_row(1), case_row(2, 标的额="一大笔")])
    assert cli.main(["batch", "check", "--matter", "f01", *data, str(path)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "第 2 行　工人1　可以录入"
    assert said[1].startswith("第 3 行　工人2　不能录入　“标的额”")
    path.write_bytes(b"")
    assert cli.main(["batch", "check", "--matter", "F01", *data, str(path)]) == 2
    assert "文件是空的" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["batch", "template", "--matter", "F99", *data, str(path)])


def test_a_copied_matter_keeps_answers_and_people_and_nothing_that_is_the_first_ones_own(
    at_lawyer: Desk, tmp_path: Path
) -> None:
    desk = at_lawyer
    enter(desk, xlsx(tmp_path / "a.xlsx", [HEADINGS, case_row(1)]))
    for path, text in (
        ("matter.1.mediation", "decline"),
        ("matter.1.copies.M01", "3"),
        ("matter.1.waived.M23", "以后再登记"),
    ):
        do(desk, drafts.set_field, path, text)
    do(desk, groups.represent, "p1")
    assert do(desk, matters.clone) == 2
    found = draft(desk)
    first = {path.removeprefix("matter.1."): text for path, text in found.items() if path[:9] == "matter.1."}
    other = {path.removeprefix("matter.2."): text for path, text in found.items() if path[:9] == "matter.2."}
    second = {key: text for key, text in other.items() if text}
    own = {"mediation", "copies.M01", "waived.M23", batch.MARK}
    assert own <= first.keys()
    assert second == {key: text for key, text in first.items() if key not in own} | {"code": "F01"}
    assert {"plaintiffs", "defendants", "representatives", "cause", "amount", "claims"} <= second.keys()


def test_each_worker_of_a_group_has_a_sum_and_the_fee_is_of_all_together(
    at_lawyer: Desk, tmp_path: Path
) -> None:
    desk = at_lawyer
    do(desk, drafts.set_field, "matter.1.cause", "买卖合同纠纷")
    rows = [[*worker_row(n), amount] for n, amount in ((1, "10,001.50"), (2, "1.2万"), (3, ""))]
    bad = [*worker_row(4), "12,345.678"]
    path = xlsx(tmp_path / "group.xlsx", [[*WORKERS, "请求金额"], *rows, bad])
    made = enter(desk, path)
    assert [line.state.value for line in made.lines] == ["entered"] * 3 + ["failed"]
    assert "最多到分" in made.lines[-1].text
    assert draft(desk)["matter.1.amount"] == "22,001.50"
    keys = [key for key in draft(desk) if key.startswith("matter.1.claim.")]
    do(desk, drafts.set_field, keys[0], "壹拾贰万叁仟")
    assert draft(desk)["matter.1.amount"] == "135,000.00"
    shown_now = view(desk)
    fee = shown_now.advice.fee
    assert fee is not None
    assert "2名申请人的请求金额合并计算，合计135,000.00元" in fee.steps[0]
    assert "民诉法解释第201条" in fee.steps[0]
    assert str(fee.amount) == "3000.00"
    assert shown_now.visit is not None
    assert "请求 123,000.00 元" in shown_now.visit.confirmation.text
    do(desk, drafts.set_field, "matter.1.amount", "135000.01")
    fee = view(desk).advice.fee
    assert fee is not None
    assert "不一致，请核对" in fee.steps[0]
    boxes = [f.path for group in shown_now.visit.parties for f in group.fields if f.label == "请求金额"]
    assert boxes[:2] == keys[:2]
    hand_in(desk, tmp_path)
    visit_id = shown_now.visit.visit_id
    do(desk, finishing.finish, True)
    claims = record(desk, visit_id)["matters"][0]["claims"]
    assert sorted(claims.values()) == ["12000.00", "123000.00"]
