"""Every matter of the catalogue from the call to the outcome, at a real desk with the real court gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clock import local, moment
from app.domain.matter import FieldKind, Group, Side
from app.services import (
    batch,
    calling,
    confirmation,
    drafts,
    finishing,
    issuing,
    matters,
    papers,
    status,
    visit_view,
)
from app.services.desk import Desk
from app.services.form import YES
from app.services.knowledge import Knowledge
from app.services.views import DeskView, Mark
from app.settings import CourtSettings, Settings
from app.storage import intakes, print_jobs
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.domain import catalogue
from tests.helpers.imaging_files import encoded, text_page
from tests.helpers.short_forms import OPPONENT, VISITOR, answer, asked
from tests.helpers.tables import WORKERS, worker_row, xlsx

CODES = sorted(catalogue().matters)
STROKES = [[(0.1, 0.1, 0.5, 0.0), (0.5, 0.6, 0.5, 0.1), (0.9, 0.2, 0.5, 0.2)]]
SIGNATURE = b"\x89PNG" + b"x" * 100


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, gateway: Gateway) -> Iterator[Desk]:
    token = tmp_path / "token"
    token.write_text(gateway.token, "ascii")
    court = CourtSettings(url=gateway.url, token_file=str(token))
    with desk_in(tmp_path, Settings(hall=HALL, devices=file_devices(tmp_path), court=court)) as opened:
        yield opened


def call(desk: Desk) -> str:
    do(desk, issuing.take_ticket, "立案", False)
    return str(do(desk, calling.call_next).id)


def view(desk: Desk, finished: str = "") -> DeskView:
    shown = do(desk, visit_view.desk_view, finished)
    assert isinstance(shown, DeskView)
    return shown


def enter(desk: Desk, **texts: str) -> None:
    for path, text in texts.items():
        do(desk, drafts.set_field, path, text)


def fill(desk: Desk, code: str, number: int = 1) -> None:
    """Choose the matter and answer every question it asks, as often as answers bring new ones."""
    matter = desk.knowledge.matters[code]
    do(desk, drafts.set_field, f"matter.{number}.code", code)
    now = f"{local(desk.clock.now()):%Y-%m-%d %H:%M}"
    for field in asked(matter):
        said = now if field.kind is FieldKind.MOMENT else answer(field)
        do(desk, drafts.set_field, f"matter.{number}.{field.key}", said)


def page(desk: Desk, folder: Path, material: str, sheets: int = 1) -> None:
    files = []
    for sheet in range(sheets):
        path = folder / f"{material}-{sheet}.jpg"
        path.write_bytes(encoded(text_page((413, 584), sheet + 1)))
        files.append(path)
    do(desk, papers.import_files, material, tuple(files))


def finish(desk: Desk, visit_id: str) -> dict[str, Any]:
    """Sign what can be signed, finish, send; return the record as the court keeps it."""
    shown = view(desk).visit
    assert shown is not None
    unsigned = not shown.confirmation.ready
    if shown.confirmation.ready:
        do(desk, confirmation.sign, shown.confirmation.sha256, SIGNATURE, STROKES)
    finished = do(desk, finishing.finish, unsigned)
    do(desk, calling.served, finished.ticket)
    while desk.store(intakes.events_of, visit_id)[0].state == "waiting":
        do(desk, status.send)
    intake = desk.store(intakes.get_intake, visit_id)
    assert intake is not None
    return dict(json.loads(intake.body))


@pytest.mark.parametrize("code", CODES)
def test_each_matter_goes_from_the_call_to_the_courts_receipt(
    desk: Desk, gateway: Gateway, tmp_path: Path, code: str
) -> None:
    visit_id = call(desk)
    matter = desk.knowledge.matters[code]
    enter(desk, **VISITOR, **OPPONENT)
    fill(desk, code)
    shown = view(desk)
    assert shown.visit is not None
    asked_now = [f.path for group in shown.visit.matter for f in group.fields]
    assert asked_now[0] == "matter.1.code"
    for group in shown.visit.matter:
        assert [f.problem for f in group.fields if f.problem] == []
    wanted = [c.title for c in shown.advice.checks if c.mark in (Mark.MISSING_LAW, Mark.MISSING_PRACTICE)]
    for material, name in shown.visit.materials:
        if any(title.startswith(name) for title in wanted):
            page(desk, tmp_path, material)
    if matter.group is Group.FILING and not desk.store(print_jobs.in_state, "none"):
        page(desk, tmp_path, shown.visit.materials[0][0])
    record = finish(desk, visit_id)
    (kept,) = record["matters"]
    assert (kept["code"], kept["version"]) == (code, matter.version)
    every = [f for g in shown.visit.matter for f in g.fields if f.value]
    typed = {f.path.rpartition(".")[2] for f in every} - {"code", "variant"}
    assert set(kept["answers"]) == typed
    assert gateway.visit(visit_id)["status"] == 200
    event = desk.store(intakes.events_of, visit_id)[0]
    assert (event.kind, event.schema, event.state) == ("intake", 3, "stored")
    outcome = view(desk, visit_id).visit
    assert outcome is not None
    assert outcome.outcome is not None
    assert outcome.outcome.court_state == "stored"


@pytest.mark.parametrize("code", CODES)
def test_each_matter_says_what_is_missing_why_and_when_it_is_due(desk: Desk, code: str) -> None:
    call(desk)
    enter(desk, **VISITOR)
    fill(desk, code)
    advice = view(desk).advice
    matter = desk.knowledge.matters[code]
    assert bool(advice.checks) == bool(matter.requirements)
    for check in advice.checks:
        assert check.reason
        assert check.basis or check.mark is not Mark.MISSING_LAW
    for due in advice.dues:
        assert due.due
        assert due.why
    assert (advice.fee is None) is matter.fee.silent
    if advice.fee is not None:
        assert advice.fee.shown
        assert advice.fee.steps


@pytest.mark.parametrize(
    ("code", "key", "text", "words"),
    [
        ("F09", "accepted_at", "2027-01-04 09:30", "晚于现在，请核对"),
        ("F04", "performance_end", "2027-01-04", "执行工作规定（试行）第16条"),
    ],
)
def test_a_date_that_lies_ahead_says_so_at_its_field(
    desk: Desk, code: str, key: str, text: str, words: str
) -> None:
    call(desk)
    enter(desk, **VISITOR)
    fill(desk, code)
    do(desk, drafts.set_field, f"matter.1.{key}", text)
    made = view(desk).visit
    assert made is not None
    field = next(f for group in made.matter for f in group.fields if f.path == f"matter.1.{key}")
    assert words in (field.problem or "")
    assert made.confirmation.ready


@pytest.mark.parametrize("code", CODES)
def test_each_matter_is_received_with_nothing_but_a_name_and_a_page(
    desk: Desk, tmp_path: Path, code: str
) -> None:
    """A missing item, of law or of practice, never stops the receipt."""
    visit_id = call(desk)
    enter(desk, **{"identity.name": "张𬭎", "matter.1.code": code})
    shown = view(desk).visit
    assert shown is not None
    page(desk, tmp_path, shown.materials[0][0])
    record = finish(desk, visit_id)
    assert record["matters"][0]["code"] == code
    assert desk.store(intakes.get_intake, visit_id) is not None


def lists(knowledge: Knowledge, code: str) -> dict[Side, str]:
    found: dict[Side, str] = {}
    for field in knowledge.matters[code].fields:
        if field.kind is FieldKind.PARTIES and field.side is not None:
            found.setdefault(field.side, field.key)
    return found


def test_a_lawyer_with_three_cases_is_one_ticket_and_one_receipt(
    desk: Desk, gateway: Gateway, tmp_path: Path
) -> None:
    visit_id = call(desk)
    enter(desk, **VISITOR, **OPPONENT)
    enter(desk, **{"identity.role": "agent", "party.p1.name": "苏日娜", "party.p1.address": "红山区"})
    fill(desk, "F01")
    page(desk, tmp_path, "M01", 2)
    second = do(desk, matters.add, "F04")
    fill(desk, "F04", second)
    page(desk, tmp_path, "M17")
    third = do(desk, matters.clone)
    page(desk, tmp_path, "M17")
    assert (second, third) == (2, 3)
    shown = view(desk).visit
    assert shown is not None
    assert [tab.title for tab in shown.tabs] == ["1 民事立案", "2 执行立案", "3 执行立案"]
    assert len(shown.pages) == 1
    record = finish(desk, visit_id)
    assert [m["code"] for m in record["matters"]] == ["F01", "F04", "F04"]
    assert record["matters"][1]["answers"] == record["matters"][2]["answers"]
    assert [(m["matter"], m["code"], m["pages"]) for m in record["materials"]] == [
        (1, "M01", 2),
        (2, "M17", 1),
        (3, "M17", 1),
    ]
    assert [(p["name"], len(p["roles"])) for p in record["parties"]] == [("苏日娜", 3), ("苏雅拉", 3)]
    assert {a["name"] for a in record["agents"]} == {"张𬭎"}
    assert gateway.visit(visit_id)["status"] == 200


def test_twenty_one_workers_and_those_they_chose_are_one_event(
    desk: Desk, gateway: Gateway, tmp_path: Path
) -> None:
    """One ticket: the event and the employer typed once, the workers from a file, one record at the court."""
    visit_id = call(desk)
    enter(desk, **OPPONENT)
    enter(
        desk,
        **{"matter.1.cause": "追索劳动报酬纠纷", "matter.1.amount": "210000", "matter.1.wage_group": YES},
    )
    rows = [WORKERS, *(worker_row(n, "是" if n < 4 else "") for n in range(1, 22))]
    entered = do(desk, batch.import_table, xlsx(tmp_path / "工人.xlsx", rows), False, lambda _n, _all: None)
    assert entered.entered == 21
    enter(desk, **{"identity.name": "工人1", "identity.phone": "13804760001"})
    advice = view(desk).advice
    assert any(check.title == "推选诉讼代表人的材料" for check in advice.checks)
    assert any(remark.basis == "民事诉讼法第56条" for remark in advice.remarks)
    assert any(check.title == "自然人身份证明（21 人）" for check in advice.checks)
    page(desk, tmp_path, "M01")
    page(desk, tmp_path, "M46")
    enter(desk, **{"matter.1.copies.M02": "21"})
    record = finish(desk, visit_id)
    (matter,) = record["matters"]
    names = {party["key"]: party["name"] for party in record["parties"]}
    assert len(names) == 22
    assert [names[key] for key in matter["representatives"]] == ["工人1", "工人2", "工人3"]
    assert matter["fee"]["prepaid"] is False
    assert not {"M02", "M46"} & {item["code"] for item in matter["missing"]}
    assert len(desk.store(intakes.events_of, visit_id)) == 1
    assert gateway.visit(visit_id)["status"] == 200
    (job, *_rest) = desk.store(print_jobs.of_visit, visit_id)
    receipt = json.loads(job.content)
    assert receipt["party"] == "工人1、工人2、工人3（诉讼代表人）等 21 人"
    assert [line["name"] for line in receipt["materials"]][:2] == ["起诉状", "推选诉讼代表人的材料"]


def test_the_record_says_when_each_clock_began(desk: Desk, tmp_path: Path) -> None:
    visit_id = call(desk)
    enter(desk, **VISITOR, **OPPONENT)
    fill(desk, "F09")
    page(desk, tmp_path, "M36")
    record = finish(desk, visit_id)
    clock = next(c for c in record["matters"][0]["clocks"] if c["id"].startswith("protection"))
    assert moment(clock["due"]) > moment(clock["start"])
