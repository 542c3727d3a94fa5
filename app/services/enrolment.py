"""How this window came to the court: a key made here, a certificate from the court, files only we can read.

What enrolment leaves stands beside the settings and is used when the settings name no court themselves. The
settings file is a person's and stays as it is.
"""

from __future__ import annotations

import json
import os
import ssl
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import CourtProblem, SettingsProblem
from app.paths import Places
from app.settings import CourtSettings
from app.storage.blobs import sync_folder
from app.sync import enrol as wire
from app.sync.errors import CourtRefused, SyncTrouble
from app.texts import _

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_REFUSALS: Final = {
    "code_unknown": "法院没有这个登记码，请核对后再输一次。",
    "code_used": "这个登记码已经用过，请管理员再发一个。",
    "code_expired": "这个登记码过期了，请管理员再发一个。",
    "certificate_missing": "法院要求证书，但没有设置签发证书，请法院管理员用 --client-ca-key 启动网关。",
    "bad_csr": "法院不接受本机的证书申请，请检查两边的程序版本。",
}
RENEW_AFTER: Final = 2 / 3
"""The part of a certificate's life after which a fresh one is asked for."""
WARN_DAYS: Final = timedelta(days=21)


@dataclass(frozen=True)
class Enrolled:
    """What the command says: the window's name at the court, and when its certificate ends, if it has one."""

    court: str
    name: str
    ends: datetime | None


def enrol(
    places: Places, url: str, code: str, ca: Path | None, device: str, signing_key: str = ""
) -> Enrolled:
    """Use a one-time code and keep what the court gives. Raises CourtProblem or SettingsProblem."""
    secure = _secure(url)
    trust = ca.read_text("ascii", "replace") if ca is not None else ""
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        context = _context(ca) if secure else None
        told = wire.enrol(url, code.strip(), _request(key), device, context, signing_key)
    except CourtRefused as refused:
        raise CourtProblem(
            _("登记没有成功。"),
            safe=_("本机的设置和记录没有改动。"),
            next_step=_(_REFUSALS.get(refused.code, "请把这个代码告诉法院管理员：{code}")).format(
                code=refused.code
            ),
        ) from refused
    except SyncTrouble as trouble:
        raise _no_answer(trouble) from trouble
    return _keep(places, url, told, key, trust)


def enrolled(places: Places) -> CourtSettings | None:
    """Return the way to the court that enrolment left, None when this window is not enrolled."""
    try:
        told = json.loads(places.enrolment.read_text("utf-8"))
        found = CourtSettings(url=told["url"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsProblem(
            _("本窗口的法院登记文件读不出来。"),
            safe=_("办理不受影响，记录存在本机。"),
            next_step=_("请管理员重新登记：python -m app enrol。"),
        ) from error
    if places.court_pair.exists():
        found = replace(found, certificate_file=str(places.court_pair))
    if places.court_token.exists():
        found = replace(found, token_file=str(places.court_token))
    return replace(found, ca_file=str(places.court_ca)) if places.court_ca.exists() else found


def court_of(settings: CourtSettings, places: Places) -> CourtSettings:
    """Return what the settings say, or else what enrolment left. Raises SettingsProblem."""
    found = None if settings.url else enrolled(places)
    if found is None:
        return settings
    return replace(found, uploads=settings.uploads, upload_kib=settings.upload_kib)


def tls_context(court: CourtSettings) -> ssl.SSLContext | None:
    """Return what the client shows and whom it trusts, None without TLS. Raises OSError, ssl.SSLError."""
    if urlsplit(court.url).scheme != "https":
        return None
    context = ssl.create_default_context(cafile=court.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if court.certificate_file:
        context.load_cert_chain(court.certificate_file)
    return context


def ends(court: CourtSettings) -> datetime | None:
    """Return when this window's certificate ends, None when it has none. Raises OSError, ValueError."""
    found = _certificate(court)
    return found.not_valid_after_utc if found is not None else None


def renew(court: CourtSettings, now: datetime) -> bool:
    """Replace a certificate that is two thirds through; return whether. The next start uses the new one.

    Raises CourtProblem; the present certificate goes on serving.
    """
    present = _certificate(court)
    context = tls_context(court)
    if present is None or context is None:
        return False
    life = present.not_valid_after_utc - present.not_valid_before_utc
    if now < present.not_valid_before_utc + life * RENEW_AFTER:
        return False
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        told = wire.renew(court.url, _request(key), context)
    except SyncTrouble as trouble:
        raise _no_answer(trouble) from trouble
    _certificate_of(told)
    _write_secret(Path(court.certificate_file), told.certificate + _pem(key))
    return True


def _certificate(court: CourtSettings) -> x509.Certificate | None:
    if not court.certificate_file:
        return None
    return x509.load_pem_x509_certificate(Path(court.certificate_file).read_bytes())


def _secure(url: str) -> bool:
    """Whether the address uses TLS; without it only this computer itself may be spoken to."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsProblem(
            _("法院地址写错了：{url}").format(url=url),
            safe=_("什么都没有改动。"),
            next_step=_("请写成 https://主机:端口。"),
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise SettingsProblem(
            _("不加密的地址不能用来登记：登记码和记录会被看见。"),
            safe=_("登记码没有发出，还可以用。"),
            next_step=_("请用 https:// 的地址，并用 --ca 给出法院的根证书。"),
        )
    return parts.scheme == "https"


def _context(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca) if ca is not None else None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsProblem(
            _("法院的根证书文件不能用。"),
            safe=_("登记码没有发出，还可以用。"),
            next_step=_("请向法院管理员要 ca.pem，再用 --ca 指定。"),
        ) from error


def _request(key: ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "window")])  # the court names it
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, *form).decode("ascii")


def _keep(
    places: Places, url: str, told: wire.Credential, key: ec.EllipticCurvePrivateKey, ca: str
) -> Enrolled:
    """Write the files, the one that makes them count last."""
    places.make()
    certificate = _certificate_of(told) if told.certificate else None
    for file, content in (
        (places.court_ca, ca),
        (places.court_pair, told.certificate + _pem(key) if certificate else ""),
        (places.court_courier, json.dumps(told.courier) if told.courier else ""),
        (places.court_token, told.token + "\n" if told.token else ""),
        (places.enrolment, json.dumps({"url": url, "court": told.court, "name": told.name})),
    ):
        if content:
            _write_secret(file, content)
        else:
            file.unlink(missing_ok=True)
    return Enrolled(told.court, told.name, certificate.not_valid_after_utc if certificate else None)


def _certificate_of(told: wire.Credential) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(told.certificate.encode("ascii"))
    except ValueError as error:
        raise _no_answer(error) from error


def _write_secret(file: Path, content: str) -> None:
    """Replace a file by one that only this user can read, whole or not at all."""
    beside = file.with_suffix(file.suffix + ".tmp")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    beside.replace(file)
    sync_folder(file.parent)


def _no_answer(cause: Exception) -> CourtProblem:
    return CourtProblem(
        _("法院没有给出可用的回答。"),
        safe=_("本机的设置和记录没有改动。"),
        next_step=_("请检查地址、网络和根证书（--ca）；登记码若已用掉，请管理员再发一个。"),
        detail=str(cause),
    )
