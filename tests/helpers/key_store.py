"""A system key store for tests: a backend of ``keyring`` that keeps its secrets in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class HeldStore(KeyringBackend):
    """Answers while ``locked`` is False, like a session that somebody has signed in to."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]


@contextmanager
def system_key_store() -> Iterator[HeldStore]:
    """Let this be the computer's key store meanwhile."""
    before, held = keyring.get_keyring(), HeldStore()
    keyring.set_keyring(held)
    try:
        yield held
    finally:
        keyring.set_keyring(before)
