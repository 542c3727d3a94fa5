"""The key of the store: sealed, opened by who may, brought back by the court, never in a file unnoticed."""

from __future__ import annotations

import getpass
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli import main
from app.domain.audit import Act
from app.errors import StorageProblem
from app.paths import Places
from app.services import key_care
from app.services.views import Health
from app.settings import KeySettings, Settings
from app.storage import keeping, keys, tpm, trail
from app.storage.keys import Custodians, KeyLocked
from app.storage.opening import load_key
from tests.helpers.desks import HALL, desk_in
from tests.helpers.key_store import HeldStore, system_key_store

BOTH = ("十二个字以上的第一句口令吧", "correct horse battery staple")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    with desk_in(tmp_path, first=True):
        return Places.under(tmp_path)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldStore]:
    monkeypatch.setattr(keeping, "_TRUSTED", ("tests.helpers.key_store",))
    monkeypatch.setattr(keeping.SystemKeyStore.__init__, "__defaults__", (("tests.helpers.key_store",),))
    with system_key_store() as store:
        yield store


@pytest.fixture(autouse=True)
def _no_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the TPM of the computer the tests run on alone."""
    monkeypatch.setattr(tpm, "RESOURCE_MANAGER", Path("/nowhere"))
    monkeypatch.delenv(tpm.ADDRESS, raising=False)


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap cost: what takes its time in earnest is not what is tested."""
    for name, cost in {"t": 1, "m": 64}.items():
        monkeypatch.setitem(keys._ARGON, name, cost)


def asks(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Type these at the terminal, one after the other."""
    waiting = list(words)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: waiting.pop(0))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)


def key_pair(folder: Path, kind: str) -> tuple[Path, Path]:
    """Make the court's pair as its administrator would, with openssl."""
    private, public = folder / f"{kind}.pem", folder / f"{kind}.pub.pem"
    more = ["-pkeyopt", "rsa_keygen_bits:3072"] if kind == "RSA" else []
    subprocess.run(["openssl", "genpkey", "-algorithm", kind, *more, "-out", str(private)], check=True)
    subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True)
    return private, public


def says_everything(problem: StorageProblem) -> None:
    assert problem.happened
    assert problem.safe
    assert problem.next_step


def test_a_plain_key_is_this_users_alone_and_the_status_says_that_it_is_not_sealed(places: Places) -> None:
    assert places.key.stat().st_mode & 0o777 == 0o600
    line = key_care.view(places)
    assert line.health is Health.ABSENT
    assert "未封存" in line.text
    places.key.chmod(0o644)
    assert key_care.view(places).health is Health.ATTENTION
    assert "别的用户也能读" in key_care.view(places).text
    load_key(places)
    assert places.key.stat().st_mode & 0o777 == 0o600


def test_two_custodians_open_the_desk_and_neither_does_alone(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = load_key(places)
    asks(monkeypatch, BOTH[0], BOTH[0], BOTH[1], BOTH[1])
    assert main(["key", "--data", str(tmp_path), "seal", "custodians"]) == 1, "no copy for the court yet"
    assert "两位保管人" in capsys.readouterr().out
    assert not places.key.exists()
    assert raw not in places.sealed_key.read_bytes()
    assert raw.hex() not in places.sealed_key.read_text("ascii")
    assert places.sealed_key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyLocked) as told:
        load_key(places)
    says_everything(told.value)
    for wrong in ((BOTH[0], "x"), ("x", BOTH[1]), (BOTH[1], BOTH[0]), ("", "")):
        with pytest.raises(KeyLocked) as told:
            load_key(places, ask=lambda wrong=wrong: wrong)
        says_everything(told.value)
    assert load_key(places, ask=lambda: BOTH) == raw
    asks(monkeypatch, *BOTH)
    assert main(["verify", "--data", str(tmp_path)]) == 0
    asks(monkeypatch, *BOTH)
    assert main(["key", "--data", str(tmp_path), "seal", "file"]) == 1
    with desk_in(tmp_path, first=True) as desk:
        sealed = [line.detail for line in desk.store(trail.newest, 9, act=Act.KEY)]
    assert [json.loads(detail)["to"] for detail in sealed] == ["file", "custodians"]


def test_short_or_mistyped_passphrases_seal_nothing(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("short", "short"), (BOTH[0], BOTH[1])):
        asks(monkeypatch, *words)
        assert main(["key", "--data", str(tmp_path), "seal", "custodians"]) == 2
        assert places.key.exists()
        assert not places.sealed_key.exists()


@pytest.mark.parametrize("part", ["salts", "t", "method", "v", "nonce", "sealed"])
def test_a_sealed_file_that_was_changed_anywhere_does_not_open(part: str) -> None:
    content = keys.seal(bytes(range(32)), Custodians(lambda: BOTH))
    whole = json.loads(content)
    header = whole["header"]
    changes: dict[str, Callable[[], object]] = {
        "salts": lambda: header["salts"].__setitem__(0, "00" * 16),
        "t": lambda: header.update(t=2),
        "method": lambda: header.update(method="tpm"),
        "v": lambda: header.update(v=2),
        "nonce": lambda: whole.update(nonce="00" * 12),
        "sealed": lambda: whole.update(sealed="ff" + whole["sealed"][2:]),
    }
    changes[part]()
    with pytest.raises(StorageProblem) as told:
        keys.unseal(json.dumps(whole).encode(), {"custodians": Custodians(lambda: BOTH)})
    says_everything(told.value)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b'{"header": 1}', b"[" * 500, b'{"header":{"v":1}}']
)
def test_what_is_no_sealed_file_is_told(content: bytes) -> None:
    with pytest.raises(StorageProblem) as told:
        keys.unseal(content, keeping.sealers(lambda: BOTH))
    says_everything(told.value)


def test_a_cost_that_would_take_the_whole_computer_is_refused() -> None:
    whole = json.loads(keys.seal(bytes(32), Custodians(lambda: BOTH)))
    whole["header"]["m"] = 1 << 30
    with pytest.raises(StorageProblem):
        keys.unseal(json.dumps(whole).encode(), {"custodians": Custodians(lambda: BOTH)})


@pytest.mark.parametrize("kind", ["X25519", "RSA"])
def test_the_court_brings_a_lost_key_back_from_its_copy(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    private, public = key_pair(tmp_path, kind)
    settings = Settings(hall=HALL, key=KeySettings(escrow=str(public), seal="file"))
    with desk_in(tmp_path, settings, first=True):
        places = Places.under(tmp_path)
    raw = load_key(places)
    assert raw not in places.escrow.read_bytes()
    first = places.escrow.read_bytes()
    with desk_in(tmp_path, settings, first=True):
        assert places.escrow.read_bytes() == first, "a copy that is current is not made again"
    places.key.unlink()
    recover = ["key", "--data", str(tmp_path), "recover", "--private-key"]
    other, _public = key_pair(tmp_path / "..", "X25519")
    assert main([*recover, str(other)]) == 2
    assert not places.key.exists()
    assert main([*recover, str(private)]) == 1
    assert "已恢复" in capsys.readouterr().out
    assert load_key(places) == raw
    assert main(["verify", "--data", str(tmp_path)]) == 0


def test_the_copy_of_another_window_is_not_taken(tmp_path: Path) -> None:
    private, public = key_pair(tmp_path, "X25519")
    settings = Settings(hall=HALL, key=KeySettings(escrow=str(public)))
    for name in ("one", "two"):
        with desk_in(tmp_path / name, settings, first=True):
            pass
    one, two = Places.under(tmp_path / "one"), Places.under(tmp_path / "two")
    two.key.unlink()
    court = keys.private_key(private.read_bytes())
    with pytest.raises(StorageProblem):
        key_care.recover(two, one.escrow.read_bytes(), court, "file", keeping.nobody_asked, "管理员")
    assert not two.key.exists()


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_a_court_key_that_is_none_keeps_nobody_from_working(tmp_path: Path, pem: bytes) -> None:
    (tmp_path / "court.pem").write_bytes(pem)
    escrowed = Settings(key=KeySettings(escrow=str(tmp_path / "court.pem")))
    with desk_in(tmp_path, escrowed, first=True) as desk:
        (notice,) = desk.notices.standing()
        assert notice.key == "key"
        assert notice.safe
        assert notice.next_step


def test_a_weak_court_key_is_refused(tmp_path: Path) -> None:
    weak = tmp_path / "weak.pem"
    command = [
        "openssl",
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
        "-out",
        str(weak),
    ]
    subprocess.run(command, check=True, capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", str(weak), "-pubout"], check=True, capture_output=True)
    with pytest.raises(ValueError, match="3072"):
        keys.public_key(public.stdout)


def test_with_a_system_key_store_and_a_copy_for_the_court_the_key_is_sealed_by_itself(
    tmp_path: Path, held: HeldStore
) -> None:
    _private, public = key_pair(tmp_path, "X25519")
    with desk_in(tmp_path, Settings(hall=HALL), first=True):
        places = Places.under(tmp_path)
    assert places.key.exists(), "without a copy for the court nothing is sealed by itself"
    raw = load_key(places)
    settings = Settings(hall=HALL, key=KeySettings(escrow=str(public)))
    for _ in range(2):
        with desk_in(tmp_path, settings, first=True):
            assert not places.key.exists()
    assert load_key(places) == raw
    assert key_care.view(places).health is Health.OK
    assert raw.hex() not in held.secrets.values()
    held.locked = True
    with pytest.raises(KeyLocked) as told:
        load_key(places)
    says_everything(told.value)
    held.locked = False
    held.secrets.clear()
    with pytest.raises(KeyLocked):
        load_key(places)


def test_a_key_store_that_is_only_a_file_is_none(places: Places) -> None:
    with system_key_store():
        assert not keeping.SystemKeyStore().usable()
        with pytest.raises(KeyLocked):
            key_care.seal(places, "keyring", keeping.nobody_asked, keeping.nobody_asked, "管理员")
    assert places.key.exists()
    assert not places.sealed_key.exists()


@pytest.mark.parametrize("cut", ["replace", "unlink"])
def test_sealing_that_is_cut_off_loses_no_key(
    places: Places, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    raw = load_key(places)

    real = getattr(Path, cut)

    def fail(path: Path, *arguments: object, **more: object) -> object:
        if path.suffix == ".tmp" and cut == "unlink":
            return real(path, *arguments, **more)
        raise OSError(5, "cut off")

    with monkeypatch.context() as scope:
        scope.setattr(Path, cut, fail)
        with pytest.raises(OSError, match="cut off"):
            keeping.keep_sealed(places, raw, Custodians(lambda: BOTH))
    assert load_key(places, ask=lambda: BOTH) == raw
    assert places.key.exists() == (cut == "replace"), "a plain key left beside a sealed one is removed"
