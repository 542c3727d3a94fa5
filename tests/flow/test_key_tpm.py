"""The key of the store sealed by a TPM: the real tools at a TPM in software."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.paths import Places
from app.services import key_care
from app.services.views import Health
from app.settings import KeySettings, Settings
from app.storage import keeping, keys
from app.storage.keys import KeyLocked
from app.storage.tpm import ADDRESS, Tpm
from tests.flow.test_key import key_pair
from tests.helpers.desks import HALL, desk_in
from tests.helpers.key_store import system_key_store
from tests.helpers.tpm import software_tpm


@pytest.fixture
def chip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    state = tmp_path_factory.mktemp("chip")
    with software_tpm(state):
        yield state


@pytest.mark.usefixtures("chip")
def test_with_a_tpm_and_a_copy_for_the_court_the_key_is_sealed_by_the_chip_first(tmp_path: Path) -> None:
    _private, public = key_pair(tmp_path, "X25519")
    settings = Settings(hall=HALL, key=KeySettings(escrow=str(public)))
    places = Places.under(tmp_path)
    with system_key_store(), desk_in(tmp_path, settings, first=True):
        sealed = json.loads(places.sealed_key.read_text())
        key = keeping.load(places)
    assert sealed["header"]["method"] == Tpm.method
    assert key is not None
    assert key.hex() not in places.sealed_key.read_text()
    assert not places.key.exists()
    assert key_care.view(places).health is Health.OK
    assert "TPM" in key_care.view(places).text
    with desk_in(tmp_path, settings, first=True):
        assert keeping.load(places) == key


def test_another_computer_and_one_without_a_chip_do_not_open_it(tmp_path: Path) -> None:
    key = bytes(range(32))
    with software_tpm(tmp_path / "mine"):
        content = keys.seal(key, Tpm())
    with software_tpm(tmp_path / "other"), pytest.raises(KeyLocked) as refused:
        keys.unseal(content, {Tpm.method: Tpm()})
    assert "托管副本" in refused.value.next_step
    with pytest.raises(KeyLocked):
        keys.unseal(content, {Tpm.method: Tpm()})
    with software_tpm(tmp_path / "mine"):
        assert keys.unseal(content, {Tpm.method: Tpm()}) == key, "the chip was switched off meanwhile"


@pytest.mark.usefixtures("chip")
@pytest.mark.parametrize("blob", ["", "00" * 5000, "../secret", "00" * 64])
def test_blobs_of_a_changed_file_open_nothing(blob: str) -> None:
    whole = json.loads(keys.seal(bytes(32), Tpm()))
    whole["header"]["private"] = blob
    with pytest.raises((KeyLocked, keys.StorageProblem)):
        keys.unseal(json.dumps(whole).encode(), {Tpm.method: Tpm()})


def test_a_chip_that_fails_leaves_the_key_as_it_was_and_the_next_way_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_in(tmp_path, first=True):
        places = Places.under(tmp_path)
    key = keeping.load(places)
    assert key is not None
    monkeypatch.setenv(ADDRESS, "swtpm:path=/nowhere/at-all")
    with pytest.raises(KeyLocked):
        keeping.keep_sealed(places, key, Tpm())
    keeping.seal_by_itself(places, key)
    assert keeping.load(places) == key
