"""Sending finished visits to the court: one bounded round at a time on the ``sync`` lane."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.clock import Clock
from app.errors import SettingsProblem
from app.lanes import SYNC
from app.services.views import Health
from app.settings import CourtSettings
from app.storage.access import StoreAccess
from app.storage.blobs import BlobTree
from app.sync.client import CourtClient
from app.sync.outbox import StoredBlobs, StoreOutbox
from app.sync.sender import Sender, SendState
from app.texts import _

_REFUSED: Final = "法院服务器不认本窗口（{code}），请管理员重新登记"
_UNREACHABLE: Final = "连不上法院，恢复后自动发送"
_TROUBLE: Final = "法院服务器繁忙（{code}），稍后自动重试"


@dataclass
class Sending:
    """The sender of one desk and its last state; ``lane`` is where every call belongs."""

    sender: Sender
    client: CourtClient
    state: SendState | None = None
    lane: str = SYNC

    def round(self) -> float:
        """Do one round; return the seconds until the next is worth while."""
        result = self.sender.step()
        self.state = self.sender.state()
        return result.next_in

    def close(self) -> None:
        self.sender.close()
        self.client.close()


def make_sending(
    court: CourtSettings, store: StoreAccess, blobs: BlobTree, clock: Clock, device: str
) -> Sending | None:
    """Return the sender for the court in the settings, None when there is none.

    Raises SettingsProblem when the token file cannot be read.
    """
    if not court.url:
        return None
    client = CourtClient(court.url, read_token(court))
    outbox = StoreOutbox(store, clock, device)
    rng = random.Random()  # noqa: S311 - spreads retries in time, keeps no secret
    return Sending(Sender(outbox, StoredBlobs(store, blobs), client, clock.monotonic, rng), client)


def read_token(court: CourtSettings) -> str:
    """Return this window's token; raises SettingsProblem with what to do."""
    if not court.token_file:
        return ""
    try:
        return Path(court.token_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsProblem(
            _("法院通行凭证文件打不开。"),
            safe=_("办理不受影响，记录存在本机。"),
            next_step=_("请管理员检查设置里的 court.token_file。"),
        ) from error


def court_health(state: SendState | None) -> tuple[Health, str]:
    """Return how the way to the court is, and what to do when it is not well."""
    if state is None:
        return Health.UNKNOWN, _("尚未联系法院")
    if state.blocked:
        return Health.FAILED, _(_REFUSED).format(code=state.blocked)
    if state.trouble == "unreachable":
        return Health.ATTENTION, _(_UNREACHABLE)
    if state.trouble:
        return Health.ATTENTION, _(_TROUBLE).format(code=state.trouble)
    return Health.OK, ""
