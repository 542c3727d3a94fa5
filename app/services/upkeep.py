"""What the desk does for its data right after the start, beside the clerk's work."""

from __future__ import annotations

from typing import Final

from app.lanes import DB, PAPERS, on
from app.notices import Level, Notice
from app.services.desk import Desk
from app.storage import pages
from app.texts import _

# The check reads every page of the file; beyond this size it would keep the clerk waiting.
LARGEST_CHECKED: Final = 64 << 20


@on(PAPERS)
def sweep_blobs(desk: Desk) -> int:
    """Remove pictures no row names, left by a crash between file and row; return how many.

    Under the lock of ``keep_blob``, so that no picture is between its file and its row meanwhile.
    """
    with desk.blob_lock:
        return desk.blobs.sweep(desk.store(pages.blob_names))


@on(DB)
def check_store(desk: Desk) -> None:
    """Look for damage in the store and tell the clerk if there is any."""
    if desk.places.store.stat().st_size > LARGEST_CHECKED:
        return
    damage = desk.store.integrity()
    if damage:
        desk.notices.post(
            Notice(
                "store-damaged",
                Level.FAILURE,
                _("本机数据有损坏（{count} 处）。").format(count=len(damage)),
                _("已送达法院的记录不受影响，程序没有改动损坏的部分。"),
                _("请暂停办理，请管理员从备份恢复。"),
            )
        )
