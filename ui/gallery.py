"""Draw every state of the window to PNG, without devices or a display: ``python -m ui.gallery --out DIR``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from app.errors import Expected, PrinterProblem
from app.notices import Level, Notice
from app.services.views import ConfirmationView, JobView, StepState
from ui import gallery_court, gallery_hall, gallery_supply
from ui import gallery_views as views
from ui.application import dress, load_rare_characters, make_application
from ui.main_window import MainWindow
from ui.party_screen.window import PartyWindow
from ui.theme import Theme, theme

SIZE: Final = (1366, 768)


def _open(window: MainWindow, step: str = "parties") -> None:
    window.show_desk(views.desk())
    window.visit.choose(step)


def _step(name: str) -> Callable[[MainWindow], None]:
    return lambda window: _open(window, name)


def _idle(window: MainWindow) -> None:
    window.show_desk(views.idle())


def _called(window: MainWindow) -> None:
    window.show_desk(views.idle(queue=views.queue(called=True)))


def _nobody(window: MainWindow) -> None:
    window.show_desk(views.idle(queue=views.queue(waiting=0)))


def _fresh(window: MainWindow) -> None:
    window.show_desk(views.desk(visit=views.visit(fresh=True), advice=replace(views.advice(), fee=None)))


def _fresh_materials(window: MainWindow) -> None:
    _fresh(window)
    window.visit.choose("materials")


def _busy(window: MainWindow) -> None:
    _fresh(window)
    window.set_busy("read_card", "请把身份证放在读卡区（Esc 取消）")
    window.messages.show_busy("请把身份证放在读卡区（Esc 取消）")


def _error(window: MainWindow) -> None:
    _open(window)
    problem: Expected = PrinterProblem(
        "文书打印机缺纸。",
        safe="内容已存好，不会丢，也不会重复打印。",
        next_step="请添纸，之后会自动接着打。",
    )
    window.show_problem(problem)


def _offline(window: MainWindow) -> None:
    _open(window)
    window.show_status(views.offline_status())


def _reopened(window: MainWindow) -> None:
    _open(window)
    window.show_notices(
        (
            Notice(
                "draft",
                Level.INFO,
                "A017 上次没有办完，已经打开接着办。",
                "10:38 以前填的内容和 12 页材料都在。",
                "请核对后继续。",
            ),
        )
    )
    window.flash("已读证件：张𬭎")


def _doubt(window: MainWindow) -> None:
    window.show_desk(views.desk(doubts=(JobView("job-3", "小票", "unconfirmed"),)))
    window.visit.choose("parties")


def _undo(window: MainWindow) -> None:
    _open(window, "materials")
    window.visit.pages.strip.setCurrentIndex(window.visit.pages.strip.pages.index(4))
    window._remove("page-5")  # noqa: SLF001 - the gallery shows what a press of Delete leaves behind


def _signed(window: MainWindow) -> None:
    visit = views.visit()
    steps = tuple(
        replace(step, state=StepState.DONE) if step.key == "confirmation" else step for step in visit.steps
    )
    signed = replace(visit.confirmation, signed_at=views.NOW)
    window.show_desk(views.desk(visit=replace(visit, confirmation=signed, steps=steps)))
    window.visit.choose("confirmation")


def _outdated(window: MainWindow) -> None:
    visit = views.visit()
    outdated = replace(visit.confirmation, signed_at=views.NOW, outdated=True)
    window.show_desk(views.desk(visit=replace(visit, confirmation=outdated)))
    window.visit.choose("confirmation")


def _finished(window: MainWindow) -> None:
    steps = tuple(replace(step, state=StepState.DONE, summary="") for step in views.visit().steps)
    told = replace(views.advice(), mediation=None)
    window.show_desk(
        views.desk(visit=replace(views.visit(), outcome=views.outcome(), steps=steps), advice=told)
    )
    window.visit.outcome.show_papers(views.papers(open_visit=False))


def _outcome_open(window: MainWindow) -> None:
    _open(window, "outcome")
    window.visit.outcome.show_papers(views.papers(open_visit=True))


def _why(window: MainWindow) -> None:
    _open(window, "matter")
    window.advice.toggle_whys()


STATES: Final[dict[str, Callable[[MainWindow], None]]] = {
    "01-empty": _idle,
    "02-empty-queue": _nobody,
    "03-called": _called,
    "04-fresh-visit": _fresh,
    "05-busy": _busy,
    "06-identity": _step("identity"),
    "07-matter": _why,
    "08-parties": _step("parties"),
    "09-materials": _step("materials"),
    "10-materials-undo": _undo,
    "11-materials-empty": _fresh_materials,
    "12-confirmation": _step("confirmation"),
    "13-signed": _signed,
    "14-outdated": _outdated,
    "15-outcome-open": _outcome_open,
    "16-outcome": _finished,
    "17-error": _error,
    "18-offline": _offline,
    "19-reopened": _reopened,
    "20-doubt": _doubt,
    "50-supply": gallery_supply.show_decided,
    "51-supply-again": gallery_supply.show_again,
    "52-comeback": gallery_supply.show_owed,
    "53-asked": gallery_supply.show_asked,
    "54-numbers": gallery_supply.show_numbers,
    "55-numbers-frozen": gallery_supply.show_numbers_frozen,
    "60-handover": gallery_hall.show_giving,
    "61-handover-offered": gallery_hall.show_offered,
    "62-reception": gallery_hall.show_reception,
    "63-appointments": gallery_hall.show_appointments,
    "64-asking": gallery_hall.show_asking,
    "65-asked-elsewhere": gallery_hall.show_asked_elsewhere,
    "66-staff": gallery_hall.show_staff,
    "67-staff-new": gallery_hall.show_new_person,
    "68-staff-empty": gallery_hall.show_no_staff,
    "69-own-pin": gallery_hall.show_own_pin,
    "40-sending": gallery_court.show_sending,
    "41-sending-paused": gallery_court.show_paused,
    "42-sending-amend": gallery_court.show_form,
    "43-sending-nothing": gallery_court.show_nothing,
    "44-additions": gallery_court.show_additions,
    "45-additions-none": gallery_court.show_no_additions,
}
LOOKS: Final = (("dark", 100), ("contrast", 100), ("light", 150), ("light", 200))
ALSO: Final = ("01-empty", "06-identity", "08-parties", "09-materials", "16-outcome", "20-doubt")


def draw(application: QApplication, folder: Path, name: str, look: Theme) -> Path:
    """Draw one state of the clerk's window."""
    window = MainWindow(look, views.FixedClock())
    window.resize(*SIZE)
    window.show_status(views.status())
    window.show()
    window.activateWindow()
    STATES[name](window)
    suffix = "" if (look.name, look.scale) == ("light", 100) else f"-{look.name}-{look.scale}"
    return _save(application, window, folder / f"{name}{suffix}.png")


def draw_party(application: QApplication, folder: Path, look: Theme) -> list[Path]:
    """Draw the party's screen, idle and reading."""
    window = PartyWindow(look)
    window.resize(*SIZE)
    window.show_court("巴林右旗人民法院", "诉讼服务中心", 3)
    window.show()
    paths = [_grab(application, window, folder / f"30-party-idle-{look.name}.png")]
    window.present(ConfirmationView(views.CONFIRMATION, "a" * 64, ready=True))
    for stroke in views.SIGNATURE:
        window.pad.draw_stroke(stroke)
    paths.append(_save(application, window, folder / f"31-party-reading-{look.name}.png"))
    return paths


def _grab(application: QApplication, window: QWidget, path: Path) -> Path:
    for _turn in range(3):
        application.processEvents()
    while isinstance(window, MainWindow) and not window.drawn:  # the right zone comes a moment later
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    window.grab().save(str(path))
    return path


def _save(application: QApplication, window: QWidget, path: Path) -> Path:
    _grab(application, window, path)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="part of a state's name")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    chosen.out.mkdir(parents=True, exist_ok=True)
    application = make_application()
    load_rare_characters()
    plain = theme()
    for name in STATES:
        if chosen.only in name:
            draw(application, chosen.out, name, plain)
    for kind, scale in LOOKS:
        look = theme(kind, scale)
        dress(application, look)
        for name in ALSO:
            if chosen.only in name:
                draw(application, chosen.out, name, look)
    for kind in ("light", "dark"):
        look = theme(kind)
        dress(application, look)
        if chosen.only in "party":
            draw_party(application, chosen.out, look)
    return 0


if __name__ == "__main__":
    sys.exit(main())
