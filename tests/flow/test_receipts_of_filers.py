"""A visit with matters of different filers: each gets a receipt of its own, in the one finish."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.receipt import parse_receipt_number
from app.domain.receipt_code import parse
from app.domain.staff import Purpose, Role
from app.services import approval, batch, drafts, finishing, ledger, matters
from app.services.desk import Desk
from app.services.verify import findings
from app.storage import print_jobs
from app.storage.records import PrintJob
from tests.helpers.desks import FILLED, desk_in, do
from tests.helpers.printing import pdf_texts
from tests.helpers.tables import HEADINGS, case_row, xlsx
from tests.helpers.visits import called, finish, hand_in, print_all, ready, record

PIN = "648219"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path / "desk") as opened:
        yield opened


@pytest.fixture
def lawyer(desk: Desk, tmp_path: Path) -> str:
    """A lawyer with three matters, the first and the last of the same worker; return the visit's id."""
    visit_id = called(desk)
    for path, text in FILLED.items():
        if path.startswith("identity."):
            do(desk, drafts.set_field, path, text)
    do(desk, drafts.set_field, "identity.role", "agent")
    rows = [case_row(1), case_row(2), case_row(1, 被告="红山建材有限公司", 诉讼请求="返还押金")]
    table = xlsx(tmp_path / "three.xlsx", [HEADINGS, *rows])
    do(desk, batch.import_table, table, False, lambda _done, _all: None)
    for number in (1, 2, 3):
        do(desk, matters.turn, number)
        hand_in(desk, tmp_path, number=number)
    return visit_id


def receipts(desk: Desk, visit_id: str) -> list[tuple[PrintJob, dict[str, Any]]]:
    jobs = desk.store(print_jobs.of_visit, visit_id)
    return [(job, json.loads(job.content)) for job in jobs if job.kind == "receipt_a4"]


def test_each_filer_gets_a_receipt_with_a_number_of_its_own_and_no_number_is_missing(
    desk: Desk, lawyer: str, tmp_path: Path
) -> None:
    finished = do(desk, finishing.finish, True)
    day, window, count = parse_receipt_number(finished.receipt_no)
    made = receipts(desk, lawyer)
    assert [content["receipt_no"] for _job, content in made] == [
        finished.receipt_no,
        f"{finished.receipt_no}-2",
    ]
    assert [content["party"] for _job, content in made] == ["工人1", "工人2"]
    first, second = (content["materials"] for _job, content in made)
    assert [line["name"].partition(" ")[0] for line in first] == ["第1件", "第3件"]
    assert [line["name"].partition(" ")[0] for line in second] == ["第2件"]
    assert record(desk, lawyer)["receipts"] == [
        {"receipt_no": finished.receipt_no, "party": "工人1", "matters": [1, 3]},
        {"receipt_no": f"{finished.receipt_no}-2", "party": "工人2", "matters": [2]},
    ]
    code = made[1][1]["verification_qr"]
    assert parse(code)[0].receipt_no == f"{finished.receipt_no}-2"
    print_all(desk)
    texts = ["".join(pdf_texts(file.read_bytes())) for file in desk.places.papers.glob("*.pdf")]
    assert sum(f"{finished.receipt_no}-2" in text and "工人2" in text for text in texts) == 1
    one_filer = ready(desk, tmp_path)
    assert parse_receipt_number(finish(desk).receipt_no) == (day, window, count + 1)
    assert "receipts" not in record(desk, one_filer)
    (series,) = do(desk, ledger.gaps, day, day)
    assert (series.first, series.last, series.missing) == (1, 2, ())
    assert findings(desk) == []


def test_one_of_several_receipts_is_void_and_the_others_stand(desk: Desk, lawyer: str) -> None:
    number = do(desk, finishing.finish, True).receipt_no
    print_all(desk)
    (_first, (job, _content)) = receipts(desk, lawyer)
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, PIN)
    given = str(do(desk, approval.approve, "乌兰", PIN, Purpose.VOID_RECEIPT))
    assert do(desk, ledger.void, job.id, "当事人撤回", given) == f"{number}-2"
    day, _window, _count = parse_receipt_number(number)
    (series,) = do(desk, ledger.gaps, day, day)
    assert series.voids == ((f"{number}-2", "当事人撤回"),)
    rows = {row.number: row.void for row in do(desk, ledger.find, "").rows if row.is_receipt}
    assert rows == {number: False, f"{number}-2": True}


@pytest.mark.parametrize(("code", "variant", "law"), [
    ("F03", "ordinary", "《中华人民共和国行政诉讼法》第五十一条"),
    ("F02", "private", "《最高人民法院关于人民法院登记立案若干问题的规定》第二条"),
    ("F10", "court", "《中华人民共和国国家赔偿法》第十二条"),
    ("F10", "aid", ""),
])  # fmt: skip
def test_a_receipt_names_the_law_of_its_procedure(
    desk: Desk, tmp_path: Path, code: str, variant: str, law: str
) -> None:
    visit_id = called(desk)
    for path, text in {**FILLED, "matter.1.code": code, "matter.1.variant": variant}.items():
        do(desk, drafts.set_field, path, text)
    hand_in(desk, tmp_path)
    finish(desk, unsigned=True)
    [(_job, content)] = receipts(desk, visit_id)
    assert content["laws"] == ([law] if law else [])
    print_all(desk)
    [text] = ["".join(pdf_texts(file.read_bytes())) for file in desk.places.papers.glob("*.pdf")]
    said = "".join(text.split())
    assert "民事诉讼法" not in said
    assert (f"依据{law}出具" if law else "本凭证仅证明") in said
