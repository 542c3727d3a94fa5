"""From a one-time code to a window that sends with its own certificate, over real TLS."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import cli
from app.clock import SystemClock
from app.court.errors import TlsUnusable
from app.court.issuer import Issuer
from app.court.main import main as court_main
from app.errors import Expected
from app.paths import Places
from app.report import verify_report
from app.services import enrolment, status, upkeep
from app.services.desk import Desk
from app.services.views import Health
from app.settings import Settings
from app.storage import intakes
from app.sync.errors import CourtRefused
from tests.helpers.court import Gateway, command
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.visits import finish, ready


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A court's folder with its own CA and a certificate for the loopback address."""
    folder = tmp_path_factory.mktemp("court")
    files = json.loads(command(Gateway(folder), "ca", "--host", "127.0.0.1", "--host", "court-host"))["files"]
    assert [Path(name).name for name in files] == ["ca.pem", "ca.key", "gateway.pem", "gateway.key"]
    return folder


def secured(data: Path) -> list[str]:
    words = {"tls-cert": "gateway.pem", "tls-key": "gateway.key", "client-ca": "ca.pem"}
    words |= {"client-ca-key": "ca.key"}
    return [part for name, file in words.items() for part in (f"--{name}", str(data / file))]


@pytest.fixture(scope="module")
def court(data: Path) -> Iterator[Gateway]:
    with Gateway(data, serve_options=secured(data)) as running:
        yield running


def code_for(court: Gateway, name: str = "3号窗口", *more: str) -> str:
    return str(json.loads(command(court, "enrol", "--name", name, *more))["code"])


def enrol(folder: Path, court: Gateway, code: str, *more: str) -> int:
    """Run the desk's command as an administrator types it."""
    place = ["--data", str(folder), "--court", court.url, "--ca", str(court.data / "ca.pem")]
    return cli.main(["enrol", *place, *more, "--", code])


def settings_in(folder: Path) -> Settings:
    return Settings(hall=HALL, devices=file_devices(folder))


def send(desk: Desk) -> None:
    for _ in range(20):
        do(desk, status.send)
        if not any(desk.store(intakes.backlog)[:2]):
            return
    raise AssertionError(f"still waiting: {do(desk, status.view).court_text}")


def test_a_code_makes_a_window_that_sends_with_its_own_certificate(
    tmp_path: Path, court: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    assert enrol(tmp_path, court, code_for(court)) == 0
    assert "3号窗口" in capsys.readouterr().out
    places = Places.under(tmp_path)
    assert not places.court_token.exists()
    if os.name == "posix":
        modes = {
            stat.S_IMODE(f.stat().st_mode) for f in (places.court_pair, places.enrolment, places.court_ca)
        }
        assert modes == {0o600}
    with desk_in(tmp_path, settings_in(tmp_path)) as desk:
        visit_id = ready(desk, tmp_path)
        finish(desk)
        send(desk)
        outcome = desk.store(intakes.events_of, visit_id)[0]
        assert outcome.state == "stored"
        assert do(desk, status.view).court is Health.OK
    assert verified(places, court.url) == 0
    assert verified(places, "") == 0, "enrolment knows the address"
    assert capsys.readouterr().out.count("全部一致") == 2
    places.court_ca.write_bytes((court.data / "gateway.pem").read_bytes())  # trusts somebody else
    assert verified(places, court.url) == 2
    assert "与法院的证书对不上" in capsys.readouterr().out


def verified(places: Places, url: str) -> int:
    """Check an enrolled window against the court, with nothing but the address."""
    return verify_report(places, places.settings, url, None, as_json=False)


def test_the_credential_speaks_for_this_device_only(tmp_path: Path, court: Gateway) -> None:
    assert enrol(tmp_path, court, code_for(court, "bound")) == 0
    [mine] = [one for one in _listed(court) if one["name"] == "bound"]
    with desk_in(tmp_path, settings_in(tmp_path)) as desk:
        assert mine["device"] == desk.store(_device)
        sending = desk.sending
        assert sending is not None
        finished = ready(desk, tmp_path)
        finish(desk)
        sending.sender._outbox._device = "another-desk"  # type: ignore[attr-defined]
        do(desk, status.send)
        assert "wrong_device" in do(desk, status.view).court_text
        assert desk.store(intakes.events_of, finished)[0].state == "waiting"


def _device(connection: object) -> str | None:
    from app.storage import meta

    return meta.read(connection, meta.DEVICE)  # type: ignore[arg-type]


def _listed(court: Gateway) -> list[dict[str, str]]:
    """The windows by their certificates; each has a key for the courier beside it."""
    found = [json.loads(line) for line in command(court, "list").splitlines()]
    return [one for one in found if one["kind"] == "certificate"]


def test_a_used_an_expired_and_a_made_up_code_are_refused_with_what_to_do(
    tmp_path: Path, court: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    code = code_for(court, "twice")
    assert enrol(tmp_path, court, code) == 0
    before = Places.under(tmp_path).court_pair.read_bytes()
    for bad, told in (
        (code, "已经用过"),
        (code_for(court, "late", "--hours", "0"), "过期"),
        ("A" * 22, "没有这个登记码"),
    ):
        capsys.readouterr()
        assert enrol(tmp_path, court, bad) == 2
        assert told in capsys.readouterr().err
    assert Places.under(tmp_path).court_pair.read_bytes() == before, "the old enrolment goes on serving"


def test_an_address_in_clear_or_a_stranger_that_poses_as_the_court_never_gets_the_code(
    tmp_path: Path, court: Gateway, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["enrol", "--data", str(tmp_path)]
    code = code_for(court, "careful")
    assert cli.main([*place, "--court", "http://court-host:8700", "--", code]) == 2
    assert "不加密" in capsys.readouterr().err
    assert cli.main([*place, "--court", "ftp://x", "--", code]) == 2
    assert "法院地址写错了" in capsys.readouterr().err
    assert cli.main([*place, "--court", court.url, "--", code]) == 2, "not signed by anyone we trust"
    assert "没有给出可用的回答" in capsys.readouterr().err
    nothing = str(data / "court.mark")
    assert cli.main([*place, "--court", court.url, "--ca", nothing, "--", code]) == 2
    assert "根证书文件不能用" in capsys.readouterr().err
    assert enrol(tmp_path, court, code) == 0, "the code was never sent to anybody else"


def test_a_gateway_without_tls_on_this_computer_gives_a_token(tmp_path: Path) -> None:
    with Gateway(tmp_path / "court") as plain:
        place = ["enrol", "--data", str(tmp_path / "desk"), "--court", plain.url]
        assert cli.main([*place, "--", code_for(plain)]) == 0
        places = Places.under(tmp_path / "desk")
        assert places.court_token.exists()
        assert not places.court_pair.exists()
        with desk_in(tmp_path / "desk", settings_in(tmp_path)) as desk:
            do(desk, status.send)
            assert do(desk, status.view).court is Health.OK


class LaterClock(SystemClock):
    """The right time for the network, a later day for the certificate."""

    days = 0

    def now(self) -> dt.datetime:
        return super().now() + dt.timedelta(days=self.days)


def test_a_certificate_is_renewed_after_two_thirds_of_its_life_and_the_old_one_ends(
    tmp_path: Path, court: Gateway
) -> None:
    enrol(tmp_path, court, code_for(court, "renewed"))
    pair = Places.under(tmp_path).court_pair
    first = pair.read_bytes()
    clock = LaterClock()
    with desk_in(tmp_path, settings_in(tmp_path), clock) as desk:
        do(desk, upkeep.renew_certificate)
        assert pair.read_bytes() == first, "too early"
        clock.days = 270
        do(desk, upkeep.renew_certificate)
        assert pair.read_bytes() != first
        assert not [one for one in desk.notices.standing() if one.key == "certificate"]
    mine = sorted((one for one in _listed(court) if one["name"] == "renewed"), key=lambda o: o["created_at"])
    assert [bool(one["expires_at"]) for one in mine] == [True, False]
    with desk_in(tmp_path, settings_in(tmp_path)) as again:
        do(again, status.send)
        assert do(again, status.view).court is Health.OK


def test_near_its_end_without_a_court_the_clerk_is_told_in_time(tmp_path: Path, court: Gateway) -> None:
    enrol(tmp_path, court, code_for(court, "far"))
    places = Places.under(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = f"https://127.0.0.1:{gone.getsockname()[1]}"
    places.enrolment.write_text(json.dumps({"url": nobody}), "utf-8")
    clock = LaterClock()
    clock.days = 390
    with desk_in(tmp_path, settings_in(tmp_path), clock) as desk:
        do(desk, upkeep.renew_certificate)
        [told] = [one for one in desk.notices.standing() if one.key == "certificate"]
        assert told.safe
        assert told.next_step


def test_a_damaged_enrolment_is_named_and_keeps_nobody_from_working(tmp_path: Path) -> None:
    places = Places.under(tmp_path)
    places.make()
    places.enrolment.write_text("{", "utf-8")
    with desk_in(tmp_path, settings_in(tmp_path)) as desk:
        assert [one.key for one in desk.notices.standing() if one.key == "court"] == ["court"]
        assert desk.sending is None
        ready(desk, tmp_path)
        assert finish(desk).receipt_no


def test_a_bad_request_for_a_certificate_does_not_use_the_code_up(court: Gateway) -> None:
    from app.sync import enrol as wire

    code = code_for(court, "bad csr")
    trust = enrolment._context(court.data / "ca.pem")
    for csr in ("x", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"):
        with pytest.raises(CourtRefused) as told:
            wire.enrol(court.url, code, csr, "", trust)
        assert told.value.code == "bad_csr"
    key = enrolment.ec.generate_private_key(enrolment.ec.SECP256R1())
    assert wire.enrol(court.url, code, enrolment._request(key), "", trust).certificate


def test_a_second_ca_and_half_an_issuer_are_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert court_main(["ca", "--data", str(data)]) == 2
    assert "已有一个根证书" in capsys.readouterr().err
    alone = ["--data", str(tmp_path), "--port", "0", "--client-ca-key", str(data / "ca.key")]
    assert court_main(alone) == 2
    assert "需要同时给出" in capsys.readouterr().err
    for certificate, key in (("gateway.pem", "ca.key"), ("ca.pem", "court.mark"), ("none.pem", "ca.key")):
        with pytest.raises(TlsUnusable):
            Issuer.load(data / certificate, data / key)


def test_every_refusal_has_three_sentences(tmp_path: Path) -> None:
    with pytest.raises(Expected) as told:
        enrolment.enrol(Places.under(tmp_path), "https://127.0.0.1:1", "x", None, "")
    assert all((told.value.happened, told.value.safe, told.value.next_step))
