"""What the demo leaves behind: papers as they came out of the printers, and a summary."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

from app.errors import Expected
from app.paths import Places
from app.services import dossier_file
from app.services.desk import Desk
from app.services.views import VisitView
from app.settings import CourtSettings
from app.texts import _
from printing.simulators.interpreter import interpret

ROLL_DOTS = 576


def stopped(step: int, reason: str, out: Path) -> Expected:
    """Return what is said of a demo that did not come to its end; ``reason`` is for a technician."""
    return Expected(
        _("演示停在第 {step} 步，没有走完。").format(step=step),
        safe=_("到这一步的截图和内容都留着，在 {out}。").format(out=out),
        next_step=_("请再运行一次；还是停下，就把 {log} 和下面一行交给维护的人。").format(
            log=out / "counter" / "children.log"
        ),
        detail=reason,
    )


def collect(desk: Desk, visit: VisitView, counter_folder: Path, out: Path) -> None:
    """Copy ticket, receipts and dossier of the visit into ``out``; the ticket also as a picture."""
    jobs = sorted((counter_folder / "roll").glob("job-*.escpos"))
    shutil.copyfile(jobs[0], out / "ticket.escpos")
    shutil.copyfile(jobs[-1], out / "receipt.escpos")
    for name in ("ticket", "receipt"):
        interpret((out / f"{name}.escpos").read_bytes(), ROLL_DOTS).picture.save(out / f"{name}.png")
    newest = max((counter_folder / "papers").glob("*.pdf"), key=lambda path: path.stat().st_mtime)
    shutil.copyfile(newest, out / "receipt.pdf")
    pdf = desk.lanes.submit(dossier_file.dossier_pdf.lane, dossier_file.dossier_pdf, desk, visit.visit_id)
    (out / "dossier.pdf").write_bytes(pdf.result())


def summary(visit: VisitView, steps: list[tuple[str, float]], seconds: float) -> dict[str, object]:
    """Return what ``summary.json`` says."""
    outcome = visit.outcome
    return {
        "ticket": visit.ticket,
        "receipt_no": outcome.receipt_no if outcome else None,
        "visit_id": visit.visit_id,
        "court": outcome.court_state if outcome else None,
        "court_receipt_no": outcome.court_receipt_no if outcome else None,
        "seconds": round(seconds, 2),
        "steps": [{"name": name, "milliseconds": milliseconds} for name, milliseconds in steps],
    }


def keep_token(places: Places, court: CourtSettings) -> None:
    """Leave the token of the demo's court to its desk, so that ``verify --court URL`` finds it.

    Without the address: the court listens on another port each time. Settings that are there stay.
    """
    with suppress(FileExistsError), places.settings.open("x", encoding="utf-8") as file:
        token = json.dumps(str(Path(court.token_file).resolve()), ensure_ascii=False)
        file.write(f"[court]\ntoken_file = {token}\n")


def write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
