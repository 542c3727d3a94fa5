"""Joining a hall: a one-time code shown on the host's screen becomes a window's own certificate.

The code holds the first 80 bits of the SHA-256 of the host's certificate and a 48-bit secret, so the window
knows whom it talks to before it says anything. The window makes its key itself and sends a request only.
A code is good once, for 15 minutes; it is used up before the answer goes out.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.errors import HallProblem
from app.hall import certs, refusals
from app.hall.address import PERSON_KEY, HallAddress
from app.hall.node import ROLES, Node
from app.texts import _

GOOD_FOR: Final = timedelta(minutes=15)
_FINGERPRINT_BYTES: Final = 10
_SECRET_BYTES: Final = 6
_GROUP: Final = 5
_SECONDS: Final = 10
_MOST_WRONG: Final = 20
_WRONG_SECONDS: Final = 2.0
_CONFUSED: Final = str.maketrans("018", "OLB")
"""Digits Base32 does not have, typed for the letters they look like."""


@dataclass(frozen=True)
class Code:
    """What a code says: whose host it is of, and the secret."""

    fingerprint: bytes
    secret: bytes

    def shown(self) -> str:
        """Return the code as shown: Base32 in groups of five."""
        text = base64.b32encode(self.fingerprint + self.secret).decode("ascii").rstrip("=")
        return "-".join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))

    @classmethod
    def read(cls, text: str) -> Code:
        """Read a typed code. Raises HallProblem when it cannot be one."""
        bare = "".join(text.upper().translate(_CONFUSED).replace("-", " ").split())
        try:
            raw = base64.b32decode(bare + "=" * (-len(bare) % 8))
        except ValueError:
            raw = b""
        if len(raw) != _FINGERPRINT_BYTES + _SECRET_BYTES:
            raise refusals.code_refused(_("加入码没有输全，或有输错的字。"))
        return cls(raw[:_FINGERPRINT_BYTES], raw[_FINGERPRINT_BYTES:])


def fingerprint(der: bytes) -> bytes:
    return hashlib.sha256(der).digest()[:_FINGERPRINT_BYTES]


class Codes:
    """The codes of one host: a file each, named by the secret's hash; renaming it is using it up."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._open = node.folder / "codes"
        self._used = node.folder / "codes-used"

    def new(self, member: str, now: datetime | None = None) -> str:
        """Return a new code for a member such as ``window-3``. Raises HallProblem for an unknown one."""
        role, _dash, number = member.partition("-")
        if not number.isdecimal() or not 1 <= int(number) <= ROLES.get(role, 0):
            raise HallProblem(
                _("不认识的成员：{member}。").format(member=member[:40]),
                next_step=_("请写 window-3、point-1、board-1 或 node-2 这样的名称。"),
            )
        self.node.authority()
        secret = secrets.token_bytes(_SECRET_BYTES)
        body = {"member": member, "until": ((now or datetime.now(UTC)) + GOOD_FOR).isoformat()}
        certs.write_secret(self._open / _hash(secret), json.dumps(body).encode())
        server = x509.load_pem_x509_certificate((self.node.folder / "tls" / "server.crt").read_bytes())
        return Code(fingerprint(server.public_bytes(Encoding.DER)), secret).shown()

    def take(self, secret: bytes, now: datetime) -> str:
        """Use a code up and return its member. Raises HallProblem: unknown, used or expired."""
        name = _hash(secret)
        self._used.mkdir(exist_ok=True, mode=0o700)
        if (self._used / name).exists():
            raise refusals.code_refused(_("这个加入码已经用过。"))
        try:
            (self._open / name).rename(self._used / name)
        except OSError as error:
            raise refusals.code_refused(_("加入码不对。")) from error
        body = json.loads((self._used / name).read_text("utf-8"))
        if now > datetime.fromisoformat(body["until"]):
            raise refusals.code_refused(_("这个加入码已过期。"))
        return str(body["member"])


def _hash(secret: bytes) -> str:
    return hashlib.sha256(b"yichuang-hall-code" + secret).hexdigest()


class Admission:
    """The host's side: a code and a request become a certificate. Raises HallProblem with the sentence.

    After some wrong codes in a row the next wrong ones are answered late: somebody is guessing. Open codes
    stay good, so that a stranger keeps nobody out; 48 bits are not found in a quarter of an hour.
    """

    def __init__(self, node: Node, pause: Callable[[float], object] | None = None) -> None:
        self._pause = pause or threading.Event().wait
        self.node = node
        self.codes = Codes(node)
        self._wrong = 0

    def admit(self, body: bytes, now: datetime) -> dict[str, object]:
        """Return what the member stores. ``body`` is JSON: ``secret`` (hex) and ``request`` (PEM)."""
        try:
            asked = json.loads(body)
            secret, request = bytes.fromhex(asked["secret"]), str(asked["request"]).encode("ascii")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise refusals.code_refused(_("加入的请求看不懂。")) from error
        try:
            member = self.codes.take(secret, now)
        except HallProblem:
            self._wrong += 1
            if self._wrong > _MOST_WRONG:
                self._pause(_WRONG_SECONDS)
            raise
        self._wrong = 0
        return self._welcome(member, request)

    def _welcome(self, member: str, request: bytes) -> dict[str, object]:
        node = self.node
        is_node = member.startswith("node-")
        dns = f"server.{node.hall}" if is_node else node.dns(member)
        try:
            hosts = node.hosts if is_node else ()
            signed = certs.sign(node.authority(), request, dns, server=is_node, hosts=hosts)
        except ValueError as error:
            raise refusals.code_refused(_("加入的请求看不懂。")) from error
        answer: dict[str, object] = {
            "hall": node.hall,
            "member": member,
            "servers": list(node.servers),
            "port": node.port,
            "replicas": node.replicas,
            "ca": node.authority().certificate.decode("ascii"),
            "certificate": signed.decode("ascii"),
        }
        if member.startswith(("window-", "point-")):
            answer["person_key"] = node.person_key.hex()
        if is_node:
            answer |= {"secret": node.secret, "routes": list(node.routes)}
            answer["generations"] = dict(node.generations)
        return answer


def joined(node: Node) -> list[str]:
    """Return the members whose codes were used, for the list of windows to wait for after a restore."""
    folder = node.folder / "codes-used"
    used = folder.iterdir() if folder.is_dir() else ()
    return sorted({str(json.loads(path.read_text("utf-8"))["member"]) for path in used})


# ---- the member's side --------------------------------------------------------------------------------


def join(host: str, port: int, code: str, folder: Path) -> HallAddress:
    """Join with a code and write the credentials to ``folder``. Raises HallProblem with a sentence."""
    answer, key = ask(host, port, code)
    write_member(folder, answer, key)
    address = HallAddress(
        str(answer["hall"]),
        str(answer["member"]),
        tuple(answer["servers"]) or (f"{host}:{answer['port']}",),
        int(answer["replicas"]),
        folder,
    )
    address.write()
    return address


def write_member(folder: Path, answer: dict[str, Any], key: bytes, name: str = "member") -> None:
    """Write key, certificate and CA, the key first."""
    certs.write_secret(folder / f"{name}.key", key)
    certs.write_secret(folder / f"{name}.crt", answer["certificate"].encode("ascii"))
    certs.write_secret(folder / "ca.crt", answer["ca"].encode("ascii"))
    if "person_key" in answer:
        certs.write_secret(folder / PERSON_KEY, answer["person_key"].encode("ascii"))


def ask(host: str, port: int, code: str) -> tuple[dict[str, Any], bytes]:
    """Show the code to the host it was made on and return its answer and our new key (PEM)."""
    known = Code.read(code)
    key = certs.new_key()
    body = {"secret": known.secret.hex(), "request": certs.new_request(key).decode("ascii")}
    status, answer = _post(host, port, known.fingerprint, json.dumps(body).encode())
    if status != http.client.OK:
        raise refusals.code_refused(str(answer.get("happened", _("主机拒绝了加入码。"))))
    if not certs.is_from(str(answer["certificate"]).encode(), str(answer["ca"]).encode()):
        raise refusals.code_refused(_("主机给的凭证不是它自己签发的。"))
    return answer, certs.key_pem(key)


def _post(host: str, port: int, expected: bytes, body: bytes) -> tuple[int, dict[str, Any]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the code pins the certificate itself
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)
    try:
        with closing(connection):
            connection.connect()
            shown = connection.sock.getpeercert(binary_form=True) or b""
            if not secrets.compare_digest(fingerprint(shown), expected):
                raise refusals.code_refused(_("对方不是出这个加入码的主机，没有把码告诉它。"))
            connection.request("POST", "/join", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read(65536))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise HallProblem(
            _("联系不上 {host}:{port}。").format(host=host, port=port),
            safe=_("加入码还没有用掉，除非主机上显示已用。"),
            next_step=_("请核对主机地址，并确认主机上的 hall 程序开着。"),
            detail=type(error).__name__,
        ) from error
