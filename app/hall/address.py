"""Where a hall's log is and with what a member shows who it is."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from app.errors import HallProblem
from app.hall.certs import ends, write_secret
from app.hall.wire import is_hall_name
from app.texts import _

FILE: Final = "hall.json"
PERSON_KEY: Final = "person.key"
"""The hall's key for telling that two tickets are one person's, without knowing whose."""


@dataclass(frozen=True)
class HallAddress:
    """A member's credentials: ``folder`` has ``hall.json``, ``ca.crt``, ``member.crt`` and ``member.key``.

    ``servers`` are ``host:port`` of every node, ``member`` is a name like ``window-3``, ``replicas`` 1 or 3.
    """

    hall: str
    member: str
    servers: tuple[str, ...]
    replicas: int
    folder: Path

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the folder that joining made. Raises HallProblem."""
        try:
            raw = json.loads((folder / FILE).read_text("utf-8"))
            address = cls(
                raw["hall"], raw["member"], tuple(map(str, raw["servers"])), int(raw["replicas"]), folder
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise HallProblem(
                _("本机还没有加入大厅，或凭证文件已损坏。"),
                safe=_("已保存的资料不受影响。"),
                next_step=_("请在大厅主机上取一个加入码，再加入一次。"),
                detail=type(error).__name__,
            ) from error
        if not is_hall_name(address.hall) or address.replicas not in (1, 3) or not address.servers:
            raise HallProblem(_("大厅凭证文件的内容不对。"), next_step=_("请重新加入大厅。"))
        return address

    def write(self) -> None:
        """Write ``hall.json``; the keys are written by whoever made them."""
        body = {
            "hall": self.hall,
            "member": self.member,
            "servers": list(self.servers),
            "replicas": self.replicas,
        }
        write_secret(self.folder / FILE, json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8"))

    @property
    def ends(self) -> datetime | None:
        """Return when the member's certificate ends; None when it cannot be read."""
        try:
            return ends((self.folder / "member.crt").read_bytes())
        except (OSError, ValueError):
            return None

    @property
    def urls(self) -> list[str]:
        return [f"tls://{server}" for server in self.servers]

    @property
    def server_name(self) -> str:
        """The name in the certificate of every node, whatever its address."""
        return f"server.{self.hall}"

    def tls(self) -> ssl.SSLContext:
        """Return a context that trusts this hall's CA only and shows the member's certificate.

        Raises HallProblem when a file is missing or damaged.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        try:
            context.load_verify_locations(self.folder / "ca.crt")
            context.load_cert_chain(self.folder / "member.crt", self.folder / "member.key")
        except OSError as error:
            raise HallProblem(
                _("本窗口的大厅凭证无法读取。"),
                next_step=_("请重新加入大厅。"),
                detail=type(error).__name__,
            ) from error
        return context
