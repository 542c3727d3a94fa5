"""The demo, killed without a word at chosen moments on the same data, and what must hold afterwards."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.paths import Places
from app.services.desk import Desk
from app.services.print_out import document
from app.services.verify import findings
from app.settings import HallSettings, Settings
from app.storage import audit, intakes, pages, print_jobs, visits
from app.storage.access import Transaction
from printing.printers.base import Capabilities
from printing.registry import render
from tests.helpers.desks import desk_in

ROOT = Path(__file__).resolve().parents[2]
ROLL = Capabilities(width=576, reports_status=True, confirms=True)
HALL = HallSettings(window=3, clerk="其木格")
STEPS = 10
WEIGHTS = (3, 2, 2, 2, 3, 2, 2, 4, 4, 6)
"""How often to kill after that many step pictures; the last but one step is finishing."""
_LONGEST_RUN = 90.0
_GONE_WITHIN = 20.0
_LOOK = 0.01


@dataclass(frozen=True)
class Moment:
    """Kill when ``pictures`` step pictures are there and ``seconds`` more have passed."""

    pictures: int
    seconds: float


@dataclass(frozen=True)
class Draft:
    """What was durable of the open visit."""

    visit_id: str
    values: dict[str, str]
    page_ids: frozenset[str]
    signed: bool


@dataclass
class Tally:
    """What happened so far."""

    kills: int = 0
    completed: int = 0
    reopened: int = 0
    orphans: int = 0
    after: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0


def moments(chance: random.Random) -> Iterator[Moment]:
    """Return moments spread over the whole run, more of them where records are made."""
    while True:
        pictures = chance.choices(range(STEPS), WEIGHTS)[0]
        longest = 2.5 if pictures == 0 else 0.6
        yield Moment(pictures, chance.uniform(0, longest))


class KilledDemo:
    """One counter whose program is killed again and again; data, court and papers survive in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.data = folder / "desk"
        self.rolls = folder / "rolls"
        self.rolls.mkdir(parents=True)
        self.tally = Tally()
        self._before: Draft | None = None
        self._drawn: dict[str, bytes] = {}

    # ---- runs --------------------------------------------------------------------------------------

    def run_until(self, moment: Moment | None) -> bool:
        """Run the demo; kill it at the moment, if it gets there; return whether it ended by itself."""
        for picture in self.out.glob("*.png"):
            picture.unlink()
        self.out.mkdir(exist_ok=True)
        (self.out / "summary.json").unlink(missing_ok=True)
        started = time.monotonic()
        with self._demo() as process:
            if moment is not None and self._reached(process, moment):
                family = psutil.Process(process.pid).children(recursive=True)
                process.kill()
                process.wait()
                self._gone(family)
            code = process.wait(_LONGEST_RUN)
        self.tally.seconds += time.monotonic() - started
        self._no_orphans()
        self._keep_papers()
        completed = code == 0
        assert completed or (moment is not None and code < 0), self._last_words()
        if completed:
            self.tally.completed += 1
        else:
            self.tally.kills += 1
            self.tally.after[moment.pictures if moment else -1] += 1
        self.check(completed)
        return completed

    @contextmanager
    def _demo(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "app", "demo", "--out", str(self.out), "--data", str(self.data)]
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        with (self.out / "words.log").open("wb") as words:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=words, stderr=words)
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def _reached(self, process: subprocess.Popen[bytes], moment: Moment) -> bool:
        """Wait for the moment; False when the process ended before it."""
        until = time.monotonic() + _LONGEST_RUN
        while len(list(self.out.glob("desk-*.png"))) < moment.pictures:
            assert time.monotonic() < until, f"no {moment.pictures} pictures: {self._last_words()}"
            if _ended(process, _LOOK):
                return False
        return not _ended(process, moment.seconds)

    def _last_words(self) -> str:
        words = (self.out / "words.log").read_text("utf-8", "replace")
        children = self.out / "counter" / "children.log"
        return words + (children.read_text("utf-8", "replace")[-3000:] if children.exists() else "")

    def _gone(self, family: list[psutil.Process]) -> None:
        left = psutil.wait_procs(family, timeout=_GONE_WITHIN)[1]
        self.tally.orphans += len(left)
        assert not left, f"children outlived the desk: {left}"

    def _no_orphans(self) -> None:
        mine = [
            p for p in psutil.process_iter(["cmdline"]) if str(self.out) in " ".join(p.info["cmdline"] or [])
        ]
        assert not mine, f"processes outlived the desk: {mine}"

    def _keep_papers(self) -> None:
        for paper in sorted((self.out / "counter" / "roll").glob("job-*")):
            number = len(list(self.rolls.iterdir()))
            shutil.move(paper, self.rolls / f"{number:04d}{paper.suffix}")

    # ---- what must hold ----------------------------------------------------------------------------

    @property
    def has_store(self) -> bool:
        return Places.under(self.data).store.is_file()

    def check(self, completed: bool) -> None:
        """Every invariant of the store, and nothing lost of the draft that was open before this run."""
        if not self.has_store:
            assert not completed
            return
        with self.desk() as desk:
            assert findings(desk) == []
            self._papers_have_records(desk)
            self._nothing_lost(desk)
            self._before = desk.store(_draft)
        if completed:
            self._finished_well()

    def verify(self, *more: str) -> dict[str, int]:
        """Run ``verify`` as an administrator would; return what it counted."""
        command = [sys.executable, "-m", "app", "verify", "--data", str(self.data), "--json", *more]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
        assert ran.returncode == 0, f"verify found something: {ran.stdout}{ran.stderr}"
        told = json.loads(ran.stdout)
        assert told["findings"] == []
        return dict(told["checked"])

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """The surviving data, opened without devices and court."""
        with desk_in(self.data, Settings(hall=HALL)) as desk:
            yield desk

    def _nothing_lost(self, desk: Desk) -> None:
        before = self._before
        if before is None:
            return
        record = desk.store(visits.get, before.visit_id)
        assert record is not None
        assert record.state in ("open", "finished")
        now = desk.store(_contents, before.visit_id)
        assert now.values.items() >= before.values.items(), "a field of the draft was lost"
        assert now.page_ids >= before.page_ids, "a page was lost"
        assert now.signed >= before.signed, "the signature was lost"
        self.tally.reopened += now != before or record.state == "finished"

    def _papers_have_records(self, desk: Desk) -> None:
        """Every whole paper is exactly one job of the store, every receipt a finished visit, none twice."""
        finished = desk.store(audit.facts).finished
        by_bytes = {}
        for job in desk.store(_all_jobs):
            if job.kind != "receipt_a4":
                if job.id not in self._drawn:
                    self._drawn[job.id] = render(document(desk, job, ROLL.paper), ROLL)
                by_bytes[self._drawn[job.id]] = job
        printed: Counter[str] = Counter()
        for paper in self.rolls.glob("*.escpos"):
            job = by_bytes.get(paper.read_bytes())
            assert job is not None, f"{paper.name} was printed and no record knows of it"
            assert job.kind == "ticket" or job.visit_id in finished
            assert job.state != "waiting", "printed, and would be printed again"
            printed[job.id] += 1
        assert not [job for job, count in printed.items() if count > 1], "an original came out twice"
        confirmed = {job.id for job in by_bytes.values() if job.state == "confirmed"}
        assert confirmed <= set(printed), "confirmed, and no paper came out"
        for pdf in (self.out / "counter" / "papers").glob("*.pdf"):
            made = desk.store(print_jobs.get, pdf.stem)
            assert made is not None
            assert made.visit_id in finished

    def _finished_well(self) -> None:
        told = json.loads((self.out / "summary.json").read_text("utf-8"))
        assert told["court"] == "stored"
        assert told["receipt_no"]

    def all_sent(self) -> bool:
        with self.desk() as desk:
            return desk.store(intakes.backlog)[0] == 0

    @property
    def open_draft(self) -> str | None:
        return self._before.visit_id if self._before else None

    def finished_visit(self) -> str:
        """Return the visit the last completed run finished."""
        return str(json.loads((self.out / "summary.json").read_text("utf-8"))["visit_id"])


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _draft(connection: Transaction) -> Draft | None:
    record = visits.open_at(connection, HALL.window)
    return _contents(connection, record.id) if record else None


def _contents(connection: Transaction, visit_id: str) -> Draft:
    return Draft(
        visit_id,
        {path: entered.value for path, entered in visits.fields(connection, visit_id).items()},
        frozenset(page.page.page_id for page in pages.of_visit(connection, visit_id)),
        pages.last_confirmation(connection, visit_id) is not None,
    )


def _all_jobs(connection: Transaction) -> tuple[print_jobs.PrintJob, ...]:
    return audit.facts(connection).jobs
