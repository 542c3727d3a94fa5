"""What the desk does for its data right after the start, beside the clerk's work."""

from __future__ import annotations

from datetime import datetime

from app.clock import local
from app.errors import Expected
from app.lanes import PAPERS, SYNC, UPKEEP, on
from app.notices import Level, Notice
from app.services import appointments, backups, enrolment, retention, trail, year_end
from app.services.desk import Desk
from app.storage import pages
from app.storage.engine import Store
from app.storage.opening import mark_damaged
from app.texts import _


@on(PAPERS)
def sweep_blobs(desk: Desk) -> int:
    """Remove pictures no row names, left by a crash between file and row; return how many.

    Under the lock of ``keep_blob``, so that no picture is between its file and its row meanwhile.
    """
    with desk.blob_lock:
        return desk.blobs.sweep_asking(lambda names: desk.store(pages.named, names))


@on(SYNC)
def renew_certificate(desk: Desk) -> None:
    """Ask the court for a fresh certificate in time; tell the clerk only when its end comes near."""
    now = desk.clock.now()
    try:
        court = enrolment.court_of(desk.settings.court, desk.places)
        until = enrolment.ends(court)
        if until is None or enrolment.renew(court, now):
            return
    except (Expected, OSError, ValueError):
        until = _end_of_certificate(desk)
    if until is not None and until - now < enrolment.WARN_DAYS:
        desk.notices.post(
            Notice(
                "certificate",
                Level.ATTENTION,
                _("本窗口的法院证书 {day} 到期，自动续期没有成功。").format(day=f"{local(until):%m-%d}"),
                _("到期后仍能办理，记录存在本机。"),
                _("请管理员检查到法院的网络，或重新登记：python -m app enrol。"),
            )
        )


def _end_of_certificate(desk: Desk) -> datetime | None:
    try:
        return enrolment.ends(enrolment.court_of(desk.settings.court, desk.places))
    except (Expected, OSError, ValueError):
        return None  # the status bar says already that the way to the court is set wrong


@on(UPKEEP)
def check_store(desk: Desk) -> None:
    """Prove every page of the store beside the clerk's work; damage is told and offered to be mended."""
    flag = desk.cancel_flag("check_store")
    damage = desk.store.aside(Store.damaged_pages, flag.is_set)
    if damage:
        mark_damaged(desk.places)
        desk.notices.post(
            Notice(
                "store-damaged",
                Level.FAILURE,
                _("本机数据有损坏（{count} 处）。").format(count=len(damage)),
                _("已送达法院的记录不受影响，程序没有改动损坏的部分。"),
                _("请暂停办理，关闭后再打开，按提示从备份恢复。"),
            )
        )


@on(UPKEEP)
def tend(desk: Desk) -> None:
    """What is due now: erasing what was kept long enough, a signed checkpoint of the audit trail, backups."""
    retention.erase_due(desk)
    appointments.wipe(desk)
    trail.checkpoint(desk, trail.EVERY_LINES)
    backups.back_up_if_due(desk)
    year_end.remind(desk)
