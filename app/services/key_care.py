"""The key of the store as an administrator cares for it: how it stands, sealing, recovery by the court."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.clock import Clock, SystemClock
from app.domain.audit import Act
from app.errors import SettingsProblem, StorageProblem
from app.paths import Places
from app.services.views import DeviceView, Health
from app.settings import KeySettings
from app.storage import keeping, keys, trail
from app.storage.engine import Store
from app.storage.keeping import PLAIN, SystemKeyStore
from app.storage.keys import Custodians, Passphrases
from app.storage.opening import InstanceLock
from app.storage.tpm import Tpm
from app.texts import _

METHODS: Final = (Tpm.method, SystemKeyStore.method, Custodians.method, PLAIN)
_TITLES: Final = {
    Tpm.method: "由本机安全芯片（TPM）封存",
    SystemKeyStore.method: "由系统密钥库封存",
    Custodians.method: "由两位保管人的口令封存",
    PLAIN: "未封存，是只有本用户能读的文件",
}


def view(places: Places) -> DeviceView:
    """Return the status line of the key: how it is kept, and what to do when that is not enough."""
    title = _("数据密钥")
    try:
        found = keeping.standing(places)
    except (OSError, StorageProblem) as trouble:
        return DeviceView("key", title, Health.FAILED, str(trouble))
    if not found.method:
        return DeviceView("key", title, Health.ABSENT, _("还没有"))
    words = [_(_TITLES[found.method])]
    if not found.private:
        words.append(_("别的用户也能读，请改正权限"))
    words.append(_("法院有托管副本") if found.escrowed_to else _("没有托管副本，请设置 key.escrow"))
    if found.method == PLAIN:
        words.append(_("请用 python -m app key seal 封存"))
    return DeviceView("key", title, _health(found), "；".join(words))


def _health(found: keeping.Standing) -> Health:
    """Return how well it is kept; a court that has chosen no sealing has decided, which is no fault."""
    if not found.private:
        return Health.ATTENTION
    if found.method == PLAIN:
        return Health.ABSENT
    return Health.OK if found.escrowed_to else Health.ATTENTION


def care(places: Places, settings: KeySettings, key: bytes) -> None:
    """At a start: keep the court's copy current; seal by TPM or key store what nothing seals yet.

    Without a copy for the court nothing is sealed by itself: a lost chip would be lost data. Raises
    SettingsProblem for a court key that cannot be used; the store is open all the same.
    """
    if not settings.escrow:
        return
    try:
        keeping.keep_escrow(places, key, Path(settings.escrow).read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsProblem(
            _("法院的托管公钥用不了，没有做托管副本。"),
            safe=_("数据和密钥都没有改动。"),
            next_step=_("请管理员检查设置 key.escrow 指的文件：X25519 或 3072 位以上 RSA 的公钥（PEM）。"),
        ) from error
    if settings.seal == "auto" and keeping.standing(places).method == PLAIN:
        keeping.seal_by_itself(places, key)


def seal(places: Places, method: str, now_open: Passphrases, to: Passphrases, actor: str) -> None:
    """Keep the key in another way; raises KeyLocked, StorageProblem, then it is kept as before."""
    lock = InstanceLock(places)
    try:
        key = keeping.load(places, now_open)
        if key is None:
            raise keeping.no_key(_("还没有密钥"))
        _keep(places, key, method, to)
        _note(places, key, actor, SystemClock(), to=method)
    finally:
        lock.release()


def recover(
    places: Places, escrow: bytes, court: keys.PrivateKey, method: str, to: Passphrases, actor: str
) -> None:  # fmt: skip
    """Bring the key back from the court's copy; it must open the store that is there.

    Raises StorageProblem; then the key is kept as before.
    """
    lock = InstanceLock(places)
    try:
        key = keys.from_escrow(escrow, court)
        if places.store.exists():
            Store(places.store, key).close()
        _keep(places, key, method, to)
        _note(places, key, actor, SystemClock(), to=method, recovered=1)
    finally:
        lock.release()


def _keep(places: Places, key: bytes, method: str, to: Passphrases) -> None:
    if method == PLAIN:
        keeping.keep_plain(places, key)
    else:
        keeping.keep_sealed(places, key, keeping.sealers(to)[method])


def _note(places: Places, key: bytes, actor: str, clock: Clock, **facts: str | int) -> None:
    """Write into the audit trail what was done to the key."""
    if not places.store.exists():
        return
    store = Store(places.store, key)
    try:
        with store.transaction() as connection:
            trail.add(connection, Act.KEY, subject="store key", actor=actor, at=clock.now(), **facts)
    finally:
        store.close()
