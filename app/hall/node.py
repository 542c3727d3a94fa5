"""One node of a hall on one computer: its folder, its certificates and the configuration of nats-server.

DIR/server.json       hall, node number, cluster routes and their secret (also who is allowed: generations)
DIR/ca/               the CA; its key only on the node that was set up first
DIR/tls/              this server's certificate and key
DIR/admin/            the credentials this program itself uses
DIR/jetstream/        the log;  DIR/nats.conf  DIR/nats.log
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from app.errors import HallProblem
from app.hall import certs
from app.hall.address import HallAddress
from app.hall.wire import Names, is_hall_name
from app.texts import _

WINDOWS: Final = 64
POINTS: Final = 16
BOARDS: Final = 64
_REPLIES: Final = 'allow_responses: {max: 1, expires: "5s"}'
"""Whoever is asked may answer, once."""
ROLES: Final = {"window": WINDOWS, "point": POINTS, "board": BOARDS, "node": 3}
"""What a member can be, and how many of each a hall can have."""
MAX_EVENT: Final = 16384
_MAX_PAYLOAD: Final = 131072
"""Bytes of one message: a part of papers on their way between windows is the largest."""


@dataclass(frozen=True)
class Node:
    """What one server needs to know. ``routes`` are all nodes' ``host:port`` when there are three."""

    folder: Path
    hall: str
    port: int
    host: str = "0.0.0.0"  # noqa: S104  # every window of the hall connects
    number: int = 1
    routes: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    secret: str = ""
    generations: tuple[tuple[str, int], ...] = ()

    @property
    def replicas(self) -> int:
        return 3 if self.routes else 1

    @property
    def names(self) -> Names:
        return Names(self.hall)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the addresses the nodes know each other by."""
        return tuple(dict.fromkeys(route.rsplit(":", 1)[0] for route in self.routes))

    @property
    def person_key(self) -> bytes:
        """Return what members hash ID numbers with; it never leaves the hall."""
        return hmac.digest(self.secret.encode("utf-8"), b"yichuang person", "sha256")

    @property
    def config(self) -> Path:
        return self.folder / "nats.conf"

    @property
    def log(self) -> Path:
        return self.folder / "nats.log"

    @property
    def has_authority(self) -> bool:
        return (self.folder / "ca" / "ca.key").is_file()

    def authority(self) -> certs.Authority:
        """Return the CA. Raises HallProblem on a node that does not keep it."""
        try:
            return certs.Authority(
                (self.folder / "ca" / "ca.crt").read_bytes(), (self.folder / "ca" / "ca.key").read_bytes()
            )
        except OSError as error:
            raise HallProblem(
                _("这台主机不能发加入码。"), next_step=_("请在大厅的第一台主机上操作。")
            ) from error

    def admin(self) -> HallAddress:
        """Return the credentials of this program; it alone may make the stream."""
        here = (f"127.0.0.1:{self.port}",)
        return HallAddress(self.hall, "admin", here, self.replicas, self.folder / "admin")

    def dns(self, member: str) -> str:
        """Return the name a member's certificate carries; a revoked one carries an older generation."""
        return f"{member}-{dict(self.generations).get(member, 1)}.{self.hall}"

    # ---- the folder -------------------------------------------------------------------------------

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read ``server.json``. Raises HallProblem when the folder is no node's."""
        try:
            raw = json.loads((folder / "server.json").read_text("utf-8"))
            return cls(
                folder=folder,
                hall=raw["hall"],
                port=raw["port"],
                host=raw["host"],
                number=raw["number"],
                routes=tuple(raw["routes"]),
                servers=tuple(raw["servers"]),
                secret=raw["secret"],
                generations=tuple((name, int(n)) for name, n in raw["generations"].items()),
            )
        except (OSError, ValueError, KeyError) as error:
            raise HallProblem(
                _("{folder} 里没有大厅主机的数据。").format(folder=folder),
                next_step=_("请先运行 hall --data 该文件夹 --hall 名称。"),
            ) from error

    def write(self) -> None:
        """Make ``server.json`` durable; it holds the cluster's secret."""
        body = {
            "hall": self.hall,
            "port": self.port,
            "host": self.host,
            "number": self.number,
            "routes": list(self.routes),
            "servers": list(self.servers),
            "secret": self.secret,
            "generations": dict(self.generations),
        }
        certs.write_secret(self.folder / "server.json", json.dumps(body, indent=1).encode())

    def found(self) -> Node:
        """Make what the first node of a hall needs: CA, server and admin certificates, secret.

        Certificates of which less than a third is left are made anew.
        """
        if not is_hall_name(self.hall):
            raise HallProblem(
                _("大厅名称只能用字母、数字、- 和 _，最多 32 个。"), next_step=_("请换一个名称。")
            )
        founded = self if self.secret else replace(self, secret=secrets.token_hex(24))
        if not (self.folder / "ca" / "ca.crt").exists():
            authority = certs.new_authority(self.hall)
            certs.write_secret(self.folder / "ca" / "ca.key", authority.key)
            certs.write_secret(self.folder / "ca" / "ca.crt", authority.certificate)
        if self.has_authority and _is_due(self.folder / "tls" / "server"):
            founded.certify(self.folder / "tls", "server", f"server.{self.hall}", server=True)
        if self.has_authority and _is_due(self.folder / "admin" / "member"):
            founded.certify(self.folder / "admin", "member", f"admin.{self.hall}", server=False)
        founded.write()
        return founded

    @property
    def server_ends(self) -> datetime:
        """Return when this server's certificate ends."""
        return certs.ends((self.folder / "tls" / "server.crt").read_bytes())

    def certify(self, folder: Path, file: str, dns: str, *, server: bool) -> None:
        """Make a key and a certificate of this hall in ``folder``, with the CA's beside them."""
        key = certs.new_key()
        hosts = self.hosts if server else ()
        signed = certs.sign(self.authority(), certs.new_request(key), dns, server=server, hosts=hosts)
        certs.write_secret(folder / f"{file}.key", certs.key_pem(key))
        certs.write_secret(folder / f"{file}.crt", signed)
        certs.write_secret(folder / "ca.crt", self.authority().certificate)

    def revoke(self, member: str, generation: int = 0) -> Node:
        """Return the node with the member's present certificate worth nothing; takes effect on a restart.

        ``generation`` is the oldest that is still let in, as another node of the hall says; 0 is the next.
        """
        generations = dict(self.generations)
        now = generations.get(member, 1)
        generations[member] = max(now, generation) if generation else now + 1
        revoked = replace(self, generations=tuple(sorted(generations.items())))
        revoked.write()
        return revoked

    # ---- nats.conf --------------------------------------------------------------------------------

    def write_config(self, *, members: bool = True) -> Path:
        """Write ``nats.conf``; without ``members`` only this program itself is let in."""
        certs.write_secret(self.config, self._configuration(members).encode("utf-8"))
        return self.config

    def _configuration(self, members: bool) -> str:
        parts = [
            f"server_name: {_quoted(f'{self.hall}-{self.number}')}",
            f"listen: {_quoted(f'{self.host}:{self.port}')}",
            f"log_file: {_quoted(self.log)}",
            "logfile_size_limit: 10MB\nlogfile_max_num: 5",
            f"max_payload: {_MAX_PAYLOAD}",
            f"jetstream {{ store_dir: {_quoted(self.folder / 'jetstream')}, sync_interval: always }}",
            f"tls {{ {self._tls()} verify_and_map: true, handshake_first: true }}",
            self._accounts(members),
        ]
        if self.routes:
            parts.append(self._cluster())
        return "\n".join(parts) + "\n"

    def _tls(self) -> str:
        folder = self.folder / "tls"
        return (
            f"cert_file: {_quoted(folder / 'server.crt')}, key_file: {_quoted(folder / 'server.key')}, "
            f'ca_file: {_quoted(folder / "ca.crt")}, min_version: "1.3", timeout: 3,'
        )

    def _cluster(self) -> str:
        own = self.routes[self.number - 1]
        others = [_quoted(f"tls://hall:{self.secret}@{r}") for r in self.routes if r != own]
        listen = f"{self.host}:{own.rsplit(':', 1)[1]}"
        return (
            f"cluster {{ name: {_quoted(self.hall)}, listen: {_quoted(listen)}, no_advertise: true, "
            f"tls {{ {self._tls()} verify: true }}, "
            f"authorization {{ user: hall, password: {_quoted(self.secret)}, timeout: 3 }}, "
            f"routes: [{', '.join(others)}] }}"
        )

    def _accounts(self, members: bool) -> str:
        admin = f"{{ user: {_quoted(f'admin.{self.hall}')} }}"
        users = [admin, *(self._users() if members else ())]
        ask = _quoted("$SYS.REQ.SERVER.PING.JSZ")
        imported = f"{{ service: {{ account: SYS, subject: {ask} }}, to: {_quoted(self.names.setting)} }}"
        return "\n".join(
            (
                "accounts {",
                f" HALL {{ jetstream: enabled, imports: [{imported}], users: [",
                ",\n".join(f"  {user}" for user in users),
                " ] }",
                f" SYS {{ exports: [{{ service: {ask}, response: stream, accounts: [HALL] }}] }}",
                "}",
                "system_account: SYS",
            )
        )

    def _users(self) -> list[str]:
        made = []
        for role in ("window", "point", "board"):
            for number in range(1, ROLES[role] + 1):
                member = f"{role}-{number}"
                publish, subscribe = self._permissions(member, role, number)
                made.append(
                    f"{{ user: {_quoted(self.dns(member))}, permissions: {{ publish: {publish}, "
                    f"subscribe: {subscribe}, {_REPLIES} }} }}"
                )
        return made

    def _permissions(self, member: str, role: str, number: int) -> tuple[str, str]:
        names = self.names
        reads = [names.get_message, names.get_many, f"{names.get_many}.>", names.info, names.setting]
        day = f"hall.{self.hall}.*"
        writes = {
            "window": [
                f"{day}.ticket.*",
                f"{day}.counter.*",
                f"{day}.window.{number}",
                f"{day}.epoch",
                f"{day}.rules",
                names.parcels_of(number),
                names.parcel_message,
                names.parcel_many,
                names.speech(number),
                names.roll,
                names.roll_message,
                names.spare("*", number),
            ],
            "point": [f"{day}.ticket.*", f"{day}.counter.*"],
            "board": [],
        }[role]
        hears = [names.pushed, f"{names.inbox(member)}.>"]
        if role == "window":
            hears += [names.spare("all", "*"), names.spare(number, "*")]
        return json.dumps(reads + writes), json.dumps(hears)


def _is_due(certificate: Path) -> bool:
    """Say whether key or certificate (``.key``, ``.crt``) is missing, or it is time for another one."""
    key, signed = certificate.with_suffix(".key"), certificate.with_suffix(".crt")
    return not key.exists() or not signed.exists() or certs.is_old(signed.read_bytes())


def _quoted(text: object) -> str:
    """Return the text as a string of nats.conf; backslashes of Windows paths become slashes."""
    return json.dumps(str(text).replace("\\", "/"), ensure_ascii=False)
