"""Finding and reprinting any of 100,000 receipts: `python -m benchmarks.bench_ledger --receipts 100000`.

The store is a real one: encrypted, on disk, with every index. A supervisor's whole act is the search, the PIN
(Argon2id), the copy in the ledger and its bytes at a printer that is a file. The filled store is kept in
`--data` and used again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.domain.initials import initials
from app.domain.readings import parse_readings, spelled
from app.domain.staff import Purpose, Role
from app.paths import Places, resources
from app.services import approval, ledger
from app.services.desk import Desk, open_desk
from app.services.print_out import print_waiting
from app.settings import DeviceSettings, HallSettings, Settings
from app.storage import intakes
from app.storage.opening import open_store
from app.storage.tables import intake, outbox, print_job, visit
from benchmarks.bench_store import CHUNK, _index, _visit

ROUNDS = 40
PIN = "648219"
TABLES = (visit, intake, outbox, print_job)


def main() -> None:
    """Fill what is missing, then measure each way to look for a receipt, and the whole act."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("out/bench-ledger"))
    options = parser.parse_args()
    places = Places.under(options.data)
    fill(places, options.receipts)
    paper = options.data.absolute() / "paper"
    paper.mkdir(exist_ok=True)
    devices = DeviceSettings(
        receipt_printer=f"escpos+file://{paper}/receipt.escpos?width=576",
        ticket_printer=f"escpos+file://{paper}/receipt.escpos?width=576",
    )
    desk = open_desk(Settings(hall=HallSettings(window=3, clerk="其木格"), devices=devices), places)
    try:
        approval.enlist(desk, "乌兰", Role.SUPERVISOR, PIN)
        print(f"load average {os.getloadavg()[0]:.1f}, store {places.store.stat().st_size / 1e6:.0f} MB")
        _index(desk, places)
        _measure(desk)
    finally:
        desk.close()


def fill(places: Places, receipts: int) -> None:
    """Make the visits with their receipts that are still missing."""
    store = open_store(places, datetime.now(UTC))
    with store.transaction() as connection:
        there = connection.exec_driver_sql("SELECT count(*) FROM visit").scalar_one()
    chance = random.Random(there)  # noqa: S311 - made-up people
    started = time.perf_counter()
    for first in range(there, receipts, CHUNK):
        made = [_printing(_visit(number, chance)) for number in range(first, min(first + CHUNK, receipts))]
        with store.transaction() as connection:
            for table in TABLES:
                connection.execute(table.insert(), [row for one in made for row in one[table.name]])
    store.close()
    if there < receipts:
        print(f"filled {receipts - there} receipts in {time.perf_counter() - started:.0f} s")


def _printing(one: dict[str, Any]) -> dict[str, Any]:
    """Return a made-up visit whose receipts have a content that prints."""
    content = json.dumps(_content(json.loads(one["intake"][0]["body"])), ensure_ascii=False)
    one["print_job"] = [{**job, "content": content, "clerk": "其木格"} for job in one["print_job"]]
    return one


def _content(body: dict[str, Any]) -> dict[str, Any]:
    material = {"name": "民事起诉状", "pages": 2, "copies": 2, "form": "original"}
    return {
        "court": "巴林右旗人民法院", "window": "3 号窗口", "receipt_no": body["receipt_no"],
        "intake_no": body["ticket"], "party": body["visitor"]["name"], "agent": "", "matter": "民事一审立案",
        "cause": "民间借贷纠纷", "materials": [material], "received": body["finished_at"],
        "officer": "其木格", "verification": "0123456789AB", "signature_sha256": "", "court_mongolian": "",
        "laws": ["《中华人民共和国民事诉讼法》第六十九条"],
    }  # fmt: skip


def _measure(desk: Desk) -> None:
    chance = random.Random(7)  # noqa: S311 - which receipts are looked for
    wanted = [json.loads(record.body) for record in chance.sample(desk.store(intakes.all_intakes), ROUNDS)]
    ways = {
        "receipt number": [one["receipt_no"] for one in wanted],
        "its last four digits": [one["receipt_no"][-4:] for one in wanted],
        "name": [one["visitor"]["name"] for one in wanted],
        "initials": [initials(one["visitor"]["name"]) for one in wanted],
        "whole pinyin": [_spelled(one["visitor"]["name"]) for one in wanted],
        "end of the ID number": [one["visitor"]["id_number"][-4:] for one in wanted],
        "phone": [one["visitor"]["phone"] for one in wanted],
        "end of the phone": [one["visitor"]["phone"][-4:] for one in wanted],
        "name and end of the ID": [
            f"{one['visitor']['name']} {one['visitor']['id_number'][-4:]}" for one in wanted
        ],
        "day": [one["finished_at"][:10] for one in wanted],
    }
    for way, texts in ways.items():
        spent, found = [], 0
        for text, one in zip(texts, wanted, strict=True):
            started = time.perf_counter()
            made = _run(desk, ledger.find, text).rows
            spent.append(time.perf_counter() - started)
            found += any(row.number == one["receipt_no"] for row in made)
        _show(f"find by {way}", spent, f"found {found} of {ROUNDS}")
    _whole_act(desk, [one["receipt_no"] for one in wanted])


def _spelled(name: str) -> str:
    table = (resources() / "names" / "readings.tsv").read_text(encoding="utf-8")
    return spelled([name], parse_readings(table))[0]


def _whole_act(desk: Desk, numbers: list[str]) -> None:
    spent = []
    for number in numbers[:10]:
        started = time.perf_counter()
        found = _run(desk, ledger.find, number).rows
        job = next(row for row in found if row.is_receipt and not row.copy)  # an earlier run left copies
        given = _run(desk, approval.approve, "乌兰", PIN, Purpose.REPRINT)
        _run(desk, ledger.reprint, job.job_id, "当事人遗失", given)
        for role in ("ticket_printer",):
            _run(desk, print_waiting[role], role)
        spent.append(time.perf_counter() - started)
    _show("find, PIN, copy, paper", spent, "bar 10 s with the typing")


def _run(desk: Desk, act: Any, *arguments: object) -> Any:
    return desk.lanes.submit(act.lane, act, desk, *arguments).result()


def _show(what: str, spent: list[float], said: str) -> None:
    spent = sorted(spent)
    print(
        f"{what:<28} median {statistics.median(spent) * 1000:7.1f} ms"
        f"  slowest {spent[-1] * 1000:7.1f} ms  {said}"
    )


if __name__ == "__main__":
    main()
