"""Enrolment and mutual TLS: one code, one window; the certificate of a made-up court CA; taking it back."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.sync.client import CourtClient
from app.sync.errors import CourtRefused
from app.sync.protocol import Stored
from tests.contract.test_gateway_start import refusal
from tests.helpers.court import Gateway, command
from tests.helpers.outbox import intake

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@dataclass
class Authority:
    """A CA that lives for one test module; every file it writes is PEM."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        made = self._builder(self.subject, self.key.public_key(), 30).add_extension(usage, critical=True)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = made.sign(self.key, hashes.SHA256())
        self.file = self.folder / f"{self.name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, days: int
    ) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self.subject).public_key(public)
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(NOW - DAY * 20).not_valid_after(NOW + DAY * days)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return made.add_extension(identifier, critical=False)

    def issue(self, name: str, days: int = 10) -> tuple[Path, Path]:
        """Return the files of a certificate for `name` on the loopback address, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = self._builder(subject, key.public_key(), days).add_extension(here, critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        pem, secret = self.folder / f"{self.name}-{name}.pem", self.folder / f"{self.name}-{name}.key"
        signed = made.sign(self.key, hashes.SHA256())
        pem.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
        return pem, secret

    def revocation_list(self, *certificates: Path) -> Path:
        made = x509.CertificateRevocationListBuilder().issuer_name(self.subject)
        made = made.last_update(NOW - DAY).next_update(NOW + DAY)
        for pem in certificates:
            serial = x509.load_pem_x509_certificate(pem.read_bytes()).serial_number
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - DAY).build()
            made = made.add_revoked_certificate(one)
        file = self.folder / f"{self.name}.crl"
        signed = made.sign(self.key, hashes.SHA256())
        file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return file


@pytest.fixture(scope="module")
def court_ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"), "court-ca")


@pytest.fixture(scope="module")
def other_ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("other"), "other-ca")


@pytest.fixture(scope="module")
def revoked(court_ca: Authority) -> tuple[Path, Path]:
    return court_ca.issue("revoked-window")


@pytest.fixture(scope="module")
def gateway(
    court_ca: Authority, revoked: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    certificate, key = court_ca.issue("gateway")
    crl = court_ca.revocation_list(revoked[0])
    options = ["--tls-cert", certificate, "--tls-key", key, "--client-ca", court_ca.file, "--client-crl", crl]
    data = tmp_path_factory.mktemp("court")
    with Gateway(data, serve_options=[str(word) for word in options]) as running:
        yield running


def secure(ca: Authority, pair: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(ca.file))
    if pair is not None:
        context.load_cert_chain(*pair)
    return context


def browser(gateway: Gateway, context: ssl.SSLContext) -> httpx.Client:
    return httpx.Client(base_url=gateway.url, verify=context, trust_env=False, timeout=30)


def code_for(gateway: Gateway, name: str, role: str = "window", *more: str) -> str:
    return str(json.loads(command(gateway, "enrol", "--name", name, "--role", role, *more))["code"])


def test_a_window_enrols_its_certificate_with_a_code_and_needs_no_token_after_that(
    gateway: Gateway, court_ca: Authority
) -> None:
    pair = court_ca.issue("window-3")
    with browser(gateway, secure(court_ca, pair)) as http:
        assert http.get("/v1/hello").json() == {"code": "certificate_unknown"}
        told = http.post("/v1/enrol", json={"code": code_for(gateway, "窗口3")})
        assert (told.status_code, told.json()["name"]) == (200, "窗口3")
        assert "token" not in told.json()
    transport = httpx.HTTPTransport(verify=secure(court_ca, pair))
    with CourtClient(gateway.url, "not-needed-but-asked-for", transport=transport) as client:
        event = intake()
        assert isinstance(client.post([event]).by_id[event.id], Stored)


def test_a_code_works_once_and_a_made_up_one_never(gateway: Gateway, court_ca: Authority) -> None:
    code = code_for(gateway, "window-4")
    with browser(gateway, secure(court_ca, court_ca.issue("window-4"))) as http:
        assert http.post("/v1/enrol", json={"code": "A" * 22}).json() == {"code": "code_unknown"}
        assert http.post("/v1/enrol", json={"code": code}).status_code == 200
        assert http.post("/v1/enrol", json={"code": code}).json() == {"code": "code_used"}
        for bad in ({}, {"code": 7}, {"code": "x" * 65}, []):
            assert http.post("/v1/enrol", json=bad).status_code == 400
        late = code_for(gateway, "late", "window", "--hours", "0")
        assert http.post("/v1/enrol", json={"code": late}).json() == {"code": "code_expired"}


def test_where_certificates_are_asked_for_a_token_alone_opens_nothing_but_the_counters(
    gateway: Gateway, court_ca: Authority
) -> None:
    with browser(gateway, secure(court_ca)) as http:
        bearer = {"Authorization": f"Bearer {gateway.token}"}
        assert http.get("/v1/hello", headers=bearer).json() == {"code": "certificate_missing"}
        assert http.get("/health").json() == {"ok": True}
        refused = http.post("/v1/enrol", json={"code": code_for(gateway, "nobody")})
        assert refused.json() == {"code": "certificate_missing"}


@pytest.mark.parametrize("whose", ["other", "expired", "revoked"])
def test_a_foreign_expired_or_revoked_certificate_does_not_get_through_the_handshake(
    gateway: Gateway, court_ca: Authority, other_ca: Authority, revoked: tuple[Path, Path], whose: str
) -> None:
    pairs = {"other": lambda: other_ca.issue("w"), "expired": lambda: court_ca.issue("old", days=-5)}
    pair = revoked if whose == "revoked" else pairs[whose]()
    with browser(gateway, secure(court_ca, pair)) as http, pytest.raises(httpx.TransportError):
        http.get("/health")


def test_a_desk_that_trusts_another_ca_does_not_speak_to_this_gateway(
    gateway: Gateway, other_ca: Authority
) -> None:
    with browser(gateway, secure(other_ca)) as http, pytest.raises(httpx.ConnectError):
        http.get("/health")


def ask_for_long(client: CourtClient) -> None:
    """A revocation is felt within a second."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        client.hello()


def test_a_revoked_window_is_out_and_the_list_says_so(gateway: Gateway, court_ca: Authority) -> None:
    pair = court_ca.issue("window-5")
    transport = httpx.HTTPTransport(verify=secure(court_ca, pair))
    with browser(gateway, secure(court_ca, pair)) as http:
        http.post("/v1/enrol", json={"code": code_for(gateway, "window-5")})
    with CourtClient(gateway.url, "not-needed-but-asked-for", transport=transport) as client:
        client.hello()
        assert json.loads(command(gateway, "revoke", "--who", "window-5")) == {"revoked": 1}
        with pytest.raises(CourtRefused) as caught:
            ask_for_long(client)
        assert (caught.value.status, caught.value.code) == (403, "certificate_revoked")
    listed = [json.loads(line) for line in command(gateway, "list").splitlines()]
    [mine] = [one for one in listed if one["name"] == "window-5"]
    assert (mine["kind"], bool(mine["revoked_at"])) == ("certificate", True)
    assert json.loads(command(gateway, "revoke", "--who", "nobody-of-that-name")) == {"revoked": 0}


def test_old_tls_is_refused(gateway: Gateway, court_ca: Authority) -> None:
    context = secure(court_ca)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with browser(gateway, context) as http, pytest.raises(httpx.ConnectError):
        http.get("/health")


def test_half_a_pair_or_a_file_that_is_none_is_refused(tmp_path: Path, court_ca: Authority) -> None:
    certificate, key = court_ca.issue("half")
    assert "needs both" in refusal(tmp_path, "--tls-cert", str(certificate))
    assert "cannot be used" in refusal(tmp_path, "--tls-cert", str(key), "--tls-key", str(certificate))
    assert "letters, digits" in refusal(tmp_path, "--court", "../x")
