"""The hall's own certificate authority: servers and members know each other by it and nobody else.

X.509 (RFC 5280) with P-256 keys. A member's name is a DNS name in the certificate; nats-server maps it to the
member's permissions (``verify_and_map``). Private keys never leave the computer they were made on.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS: Final = 3650
MEMBER_DAYS: Final = 400
TOLD: Final = timedelta(days=60)
"""How long before its end a certificate that only a person can renew is spoken of."""
_EARLIER: Final = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """The CA's certificate and key, PEM."""

    certificate: bytes
    key: bytes


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def new_authority(hall: str, now: datetime | None = None) -> Authority:
    """Make a CA for one hall, valid ten years."""
    key = new_key()
    name = _name(f"一窗大厅 {hall}")
    builder = _builder(name, name, key.public_key(), now or datetime.now(UTC), CA_DAYS)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate.public_bytes(serialization.Encoding.PEM), key_pem(key))


def new_request(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a certificate request (PEM); who asks is decided by the code, not by the request."""
    request = x509.CertificateSigningRequestBuilder().subject_name(_name("member"))
    return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def sign(
    authority: Authority,
    request: bytes,
    dns: str,
    *,
    server: bool,
    hosts: Sequence[str] = (),
    now: datetime | None = None,
    days: int = MEMBER_DAYS,
) -> bytes:
    """Return a certificate (PEM) for the request's key under ``dns``, for a server under ``hosts`` too.

    Raises ValueError for a bad request.
    """
    asked = x509.load_pem_x509_csr(request)
    public = asked.public_key()
    if not asked.is_signature_valid or not isinstance(public, ec.EllipticCurvePublicKey):
        raise ValueError("a request for another kind of key")
    ca = x509.load_pem_x509_certificate(authority.certificate)
    ca_key = serialization.load_pem_private_key(authority.key, None)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise TypeError("not a CA key of ours")
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if server:
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
    usage = x509.KeyUsage(True, False, False, False, True, False, False, False, False)
    builder = _builder(_name(dns), ca.subject, public, now or datetime.now(UTC), days)
    return (
        builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(dns), *map(_host, hosts)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def ends(certificate: bytes) -> datetime:
    """Return when the certificate (PEM) ends. Raises ValueError for what is none."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def is_old(certificate: bytes, now: datetime | None = None) -> bool:
    """Say whether less than a third of the certificate's (PEM) life is left."""
    known = x509.load_pem_x509_certificate(certificate)
    life = known.not_valid_after_utc - known.not_valid_before_utc
    return known.not_valid_after_utc - (now or datetime.now(UTC)) < life / 3


def is_from(certificate: bytes, authority: bytes) -> bool:
    """Say whether the CA (PEM) signed the certificate (PEM)."""
    try:
        x509.load_pem_x509_certificate(certificate).verify_directly_issued_by(
            x509.load_pem_x509_certificate(authority)
        )
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        return x509.DNSName(text)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - _EARLIER).not_valid_after(now + timedelta(days=days))


def write_secret(path: Path, content: bytes) -> None:
    """Write a file only its user can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(path.name + ".tmp")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
