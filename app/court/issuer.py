"""A small certificate authority for windows: a code and a request become a certificate, and nobody types.

The name in a certificate is the one the operator gave with the code, never what a request says. Keys are
made where they are used and never travel. Certificates end after `LIFE`; a window renews its own in time.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.court.errors import TlsUnusable
from app.court.secret_file import write_secret

LIFE: Final = dt.timedelta(days=397)
"""The longest life browsers still take; a window renews after two thirds of it."""
AUTHORITY_LIFE: Final = dt.timedelta(days=3_653)
MAX_REQUEST: Final = 4_096
"""Characters of a request in PEM."""
_EARLIER: Final = dt.timedelta(hours=1)
"""Clocks of counter PCs are wrong by minutes."""
_Key = ec.EllipticCurvePrivateKey


class BadRequest(Exception):
    """A certificate request that is not well formed, not signed by its own key, or of a weak kind."""


class Issuer:
    """Signs the certificates of windows."""

    def __init__(self, certificate: x509.Certificate, key: _Key) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def load(cls, certificate: Path, key: Path) -> Issuer:
        """Read both PEM files. Raises `TlsUnusable`."""
        try:
            first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
            found = serialization.load_pem_private_key(key.read_bytes(), None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _unusable() from error
        if not isinstance(found, ec.EllipticCurvePrivateKey) or found.public_key() != first.public_key():
            raise _unusable()
        return cls(first, found)

    def issue(self, request: str, name: str, now: dt.datetime) -> x509.Certificate:
        """Return a certificate for the key of `request` (PEM), named `name`. Raises `BadRequest`."""
        try:
            asked = x509.load_pem_x509_csr(request.encode("ascii"))
            public = asked.public_key()
            proven = asked.is_signature_valid
        except (ValueError, InvalidSignature, UnsupportedAlgorithm) as error:
            raise BadRequest from error
        if isinstance(public, ec.EllipticCurvePublicKey):
            strong = public.curve.key_size >= 256
        else:
            strong = isinstance(public, ed25519.Ed25519PublicKey)
        if not proven or not strong:
            raise BadRequest
        made = _builder(_named(name), self._certificate.subject, public, now, LIFE)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        made = made.add_extension(usage, critical=False)
        return _signed(made, self._certificate, self._key)


def make_authority(folder: Path, hosts: Sequence[str], now: dt.datetime) -> Sequence[Path]:
    """Make `ca.pem` and `ca.key`, and with `hosts` `gateway.pem` and `gateway.key`, in a folder.

    Returns the files. Raises `TlsUnusable` where a CA stands already: a second would shut every window out.
    """
    if (folder / "ca.key").exists() or (folder / "ca.pem").exists():
        raise TlsUnusable("这里已有一个根证书。", "There is a CA in this folder already.")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named("Yichuang court CA")
    made = _builder(subject, subject, key.public_key(), now, AUTHORITY_LIFE)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # signs certificates
    made = made.add_extension(usage, critical=True)
    authority = _signed(made, None, key)
    files = [*_write(folder, "ca", authority, key)]
    if hosts:
        own = ec.generate_private_key(ec.SECP256R1())
        server = _builder(_named(hosts[0]), subject, own.public_key(), now, LIFE)
        server = server.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        names = x509.SubjectAlternativeName([_host(name) for name in hosts])
        server = server.add_extension(names, critical=False)
        files += _write(folder, "gateway", _signed(server, authority, key), own)
    return files


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: CertificatePublicKeyTypes,
    now: dt.datetime,
    life: dt.timedelta,
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - _EARLIER).not_valid_after(now + life)
    return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _signed(made: x509.CertificateBuilder, authority: x509.Certificate | None, key: _Key) -> x509.Certificate:
    if authority is not None:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        made = made.add_extension(identifier, critical=False)
    return made.sign(key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(folder: Path, name: str, certificate: x509.Certificate, key: _Key) -> tuple[Path, Path]:
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_secret(folder / f"{name}.key", secret.decode("ascii").rstrip())
    (folder / f"{name}.pem").write_text(pem(certificate), "ascii")
    return folder / f"{name}.pem", folder / f"{name}.key"


def _unusable() -> TlsUnusable:
    return TlsUnusable(
        "签发证书的根证书或密钥无法使用。", "The CA that signs windows' certificates cannot be used."
    )
