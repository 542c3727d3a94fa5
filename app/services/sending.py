"""Sending finished visits to the court: one bounded round at a time on the ``sync`` lane."""

from __future__ import annotations

import math
import random
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.clock import Clock
from app.errors import SettingsProblem
from app.lanes import SYNC
from app.services.enrolment import tls_context
from app.services.views import Health
from app.settings import CourtSettings
from app.storage.access import StoreAccess
from app.storage.blobs import BlobTree
from app.sync.client import CourtClient
from app.sync.line import SideBySide
from app.sync.outbox import StoredBlobs, StoreInbox, StoreOutbox
from app.sync.sender import Did, Sender, SendState, StepResult
from app.texts import _

_REFUSED: Final = "法院服务器不认本窗口（{code}），请管理员重新登记"
_UNREACHABLE: Final = "连不上法院，恢复后自动发送"
_TROUBLE: Final = "法院服务器繁忙（{code}），稍后自动重试"
_NO_TRUST: Final = "与法院的证书对不上，请管理员检查证书和本机时间"
_PAUSED_SECONDS: Final = 60.0
_KNOCK_SECONDS: Final = 1.0
_COUNT_EVERY: Final = 0.5
_PORTS: Final = {"https": 443, "http": 80}


@dataclass
class Sending:
    """The sender of one desk and its last state; ``lane`` is where every call belongs.

    ``address`` is (host, port) of the court; ``shut`` says that nobody listened there when last knocked.
    ``paused`` lasts until a person resumes or the program starts anew, so that it is not forgotten for long.
    """

    sender: Sender
    client: CourtClient
    address: tuple[str, int]
    state: SendState | None = None
    shut: bool = False
    paused: bool = False
    counted: float = -math.inf
    lane: str = SYNC

    def round(self) -> StepResult:
        """Do one bounded round; a paused sender does nothing."""
        if self.paused:
            return StepResult(Did.WAITED, _PAUSED_SECONDS)
        result = self.sender.step()
        now = time.monotonic()
        # Counting what waits reads a row for each record and picture: not after every batch of a long drain.
        if result.next_in > 0.0 or now - self.counted >= _COUNT_EVERY:
            self.state, self.counted = self.sender.state(), now
        return result

    def resume(self) -> None:
        self.paused = False

    @property
    def unreachable(self) -> bool:
        return self.state is not None and self.state.trouble == "unreachable"

    def knock(self) -> bool:
        """See whether a court that was away is back; if so the next round tries at once.

        Only a door that was shut and is open now counts: a court that takes connections and drops them is
        left to the growing pauses of the sender.
        """
        was_shut, self.shut = self.shut, not _listens(self.address)
        if was_shut and not self.shut:
            self.sender.link_up()
        return was_shut and not self.shut

    def close(self) -> None:
        self.sender.close()
        self.client.close()


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, _KNOCK_SECONDS).close()
    except OSError:
        return False
    return True


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)


def open_client(court: CourtSettings, device: str = "") -> CourtClient:
    """Return a client of the court; raises SettingsProblem when token or address cannot be used."""
    token = read_token(court)
    try:
        _address(court.url)
        tls = tls_context(court)
        shown = tls if court.certificate_file or token else None
        return CourtClient(court.url, token, device=device, tls=shown)
    except ValueError as error:
        raise SettingsProblem(
            _("法院的地址或通行凭证写错了，暂时不能发送。"),
            safe=_("办理不受影响，记录存在本机。"),
            next_step=_("请管理员检查设置里的 court.url 和 court.token_file。"),
        ) from error
    except OSError as error:
        raise SettingsProblem(
            _("本窗口的证书或法院的根证书打不开，暂时不能发送。"),
            safe=_("办理不受影响，记录存在本机。"),
            next_step=_("请管理员重新登记：python -m app enrol。"),
        ) from error


def make_sending(
    court: CourtSettings, store: StoreAccess, blobs: BlobTree, clock: Clock, device: str
) -> Sending | None:
    """Return the sender for the court in the settings, None when there is none.

    Raises SettingsProblem when the court's address or token cannot be used.
    """
    if not court.url:
        return None
    client = open_client(court, device)
    outbox, inbox = StoreOutbox(store, clock, device), StoreInbox(store, clock)
    rng = random.Random()  # noqa: S311 - spreads retries in time, keeps no secret
    sender = Sender(
        outbox,
        StoredBlobs(store, blobs),
        inbox,
        client,
        clock.monotonic,
        rng,
        SideBySide(court.uploads),
        court.upload_kib << 10,
    )
    return Sending(sender, client, _address(court.url))


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
    if state.trouble == "tls":
        return Health.FAILED, _(_NO_TRUST)
    if state.trouble == "unreachable":
        return Health.ATTENTION, _(_UNREACHABLE)
    if state.trouble:
        return Health.ATTENTION, _(_TROUBLE).format(code=state.trouble)
    return Health.OK, ""
