"""Where things are on this computer."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_PROGRAM = "yichuang"


def resources() -> Path:
    """Return the folder of shipped resources, also in a frozen build."""
    frozen = getattr(sys, "_MEIPASS", None)
    base = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return base / "resources"


@dataclass(frozen=True)
class Places:
    """The folders of one desk: ``data`` holds the store and blobs, ``config`` the settings and the key."""

    data: Path
    config: Path

    @classmethod
    def of_user(cls) -> Places:
        return cls(
            data=Path(platformdirs.user_data_dir(_PROGRAM, appauthor=False)),
            config=Path(platformdirs.user_config_dir(_PROGRAM, appauthor=False)),
        )

    @classmethod
    def under(cls, folder: Path) -> Places:
        return cls(data=folder / "data", config=folder / "config")

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def store(self) -> Path:
        return self.data / "store.db"

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"

    @property
    def key(self) -> Path:
        return self.config / "store.key"

    @property
    def sealed_key(self) -> Path:
        return self.config / "store.sealed"

    @property
    def escrow(self) -> Path:
        return self.config / "store.escrow"

    @property
    def enrolment(self) -> Path:
        return self.config / "court.json"

    @property
    def court_pair(self) -> Path:
        return self.config / "court-window.pem"

    @property
    def court_ca(self) -> Path:
        return self.config / "court-ca.pem"

    @property
    def court_courier(self) -> Path:
        return self.config / "court-courier.json"

    @property
    def court_token(self) -> Path:
        return self.config / "court.token"

    @property
    def hall(self) -> Path:
        """The credentials of this window in a hall of many windows."""
        return self.config / "hall"

    @property
    def search(self) -> Path:
        return self.data / "search.db"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def damage_mark(self) -> Path:
        return self.data / "store.damaged"

    @property
    def papers(self) -> Path:
        return self.data / "papers"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def make(self) -> None:
        """Create the folders, readable by this user only.

        Raises OSError when the disk does not allow it.
        """
        for folder in (self.data, self.config, self.blobs, self.papers, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            if os.name == "posix":
                folder.chmod(0o700)
