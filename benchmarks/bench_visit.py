"""What one keystroke costs in the services: `python -m benchmarks.bench_visit` prints a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.domain.dossier import DossierPage
from app.notices import Notices
from app.paths import Places
from app.services import confirmation, form, risks
from app.services.advice import advise
from app.services.case import Case
from app.services.knowledge import Knowledge, open_knowledge
from app.storage.records import DraftField, PageRecord, VisitRecord

ROUNDS = 300
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TYPED = {
    "identity.name": "张三",
    "identity.id_number": "150402199003075517",
    "identity.phone": "13804761234",
    "matter.1.cause": "追索劳动报酬纠纷",
    "matter.1.amount": "356,789.12",
    "matter.1.claims": "支付工资",
    "party.p2.name": "某某公司",
    "party.p2.form": "organisation",
    "party.p2.address": "红山区",
}


def draft(plaintiffs: int) -> dict[str, DraftField]:
    keys = ["p1", *(f"p{n}" for n in range(3, plaintiffs + 2))]
    texts = TYPED | {f"party.{key}.name": f"工人{key}" for key in keys[1:]}
    texts["matter.1.plaintiffs"] = ",".join(keys)
    return {path: DraftField(path, text, "typed", None) for path, text in texts.items()}


def visit_of(matters: int) -> dict[str, DraftField]:
    """One visitor's visit with several matters, each against somebody else."""
    texts = {path: text for path, text in TYPED.items() if path.startswith("identity")}
    for number in range(1, matters + 1):
        prefix, other = f"matter.{number}.", f"p{number + 1}"
        first = {path: text for path, text in TYPED.items() if path.startswith("matter.1.")}
        texts |= {path.replace("matter.1.", prefix): text for path, text in first.items()}
        texts |= {f"{prefix}code": "F01", f"{prefix}plaintiffs": "p1", f"{prefix}defendants": other}
        texts |= {f"party.{other}.name": f"某某公司{number}", f"party.{other}.form": "organisation"}
    return {path: DraftField(path, text, "typed", None) for path, text in texts.items()}


def paper(position: int) -> PageRecord:
    page = DossierPage(f"p{position}", position, "M01", "0" * 64, "image/jpeg", 1, 1, 300, "scanner")
    return PageRecord(page, b"")


def timed(name: str, run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> None:
    spent = []
    for _round in range(ROUNDS):
        started = clock()
        run()
        spent.append((clock() - started) * 1000)
    spent.sort()
    print(f"{name:<44}{statistics.median(spent):>9.3f}{spent[int(ROUNDS * 0.99)]:>9.3f}")


def measure(knowledge: Knowledge, plaintiffs: int) -> None:
    entered, papers = draft(plaintiffs), tuple(map(paper, range(1, 13)))
    visit = VisitRecord("v", "A001", "2026-11-23", 3, "w", False, NOW, "open", None)
    case = Case(visit, entered, papers, None)
    words = f"{plaintiffs} plaintiff(s)"
    timed(f"right zone, {words}", lambda: advise(entered, papers, knowledge, NOW))
    for step in form.STEPS:
        timed(f"form of {step}, {words}", lambda step=step: form.groups(entered, step, knowledge))  # type: ignore[misc]
    timed(f"text to be signed, {words}", lambda: confirmation.view(case, "法院", knowledge))


def measure_rules(knowledge: Knowledge, matters: int) -> None:
    """Processor time of the rules at a keystroke: completeness, fee, clocks and risks; the bar is 5 ms."""
    entered, papers = visit_of(matters), tuple(map(paper, range(1, 13)))

    def rules() -> None:
        risks.on_screen(entered, knowledge, NOW, NOW)
        advise(entered, papers, knowledge, NOW, since=NOW)

    timed(f"rules at a keystroke, {matters} matter(s), CPU", rules, time.process_time)


def main() -> None:
    print(f"{'':<44}{'median':>9}{'p99':>9}  ms")
    with TemporaryDirectory() as folder:
        knowledge = open_knowledge(Places.under(Path(folder)), NOW.date(), Notices())
        for plaintiffs in (1, 21):
            measure(knowledge, plaintiffs)
        for matters in (1, 100):
            measure_rules(knowledge, matters)
        for typed in ("m", "mjjd", "民间", "不当得利"):
            timed(f"causes for {typed!r}", lambda typed=typed: form.suggest_causes(knowledge, typed))  # type: ignore[misc]


if __name__ == "__main__":
    main()
