"""The versions of the files the program's knowledge is read from, and the copies of those used last."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.domain.toml_text import CatalogueError
from app.texts import _

STEP: Final = "step_"
_LARGEST: Final = 5 * 1024 * 1024
# Names that look like files of ours; backups of editors (F01.toml~, F01.toml.bak) are left alone.
_OURS: Final = re.compile(r"[^.].*\.(toml|tsv)(\.txt)?", re.IGNORECASE)


class Source(StrEnum):
    """Where a version comes from."""

    OWN = "own"
    KEPT = "kept"
    SHIPPED = "shipped"
    NOTHING = "nothing"


@dataclass(frozen=True, eq=False)
class Version:
    """One version of one file; ``unreadable`` says why there are no bytes."""

    path: Path
    source: Source
    data: bytes = b""
    unreadable: str = ""

    @property
    def name(self) -> str:
        return self.path.name

    def text(self) -> str:
        """Return the text without a byte order mark; raises CatalogueError, line 0 for the whole file."""
        if self.unreadable:
            raise CatalogueError(self.name, 0, self.unreadable)
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            reason = _("不是 UTF-8 编码，请用 UTF-8 另存")
            raise CatalogueError(self.name, line, reason) from error


class Shelf:
    """Which versions of each file there are, best first.

    ``shipped`` is the resources folder, ``own`` the court's folder (None or missing: it has none), and
    ``last_good`` holds copies of what was used last, the court's own and the shipped apart: a shipped file
    of an earlier release must not stand in for the one of today.
    """

    def __init__(self, shipped: Path, own: Path | None, last_good: Path, codes: Sequence[str]) -> None:
        self._shipped = shipped
        self._own = own
        self._last_good = last_good
        self._codes = frozenset(codes)
        kept = _toml_names(last_good / Source.SHIPPED) - self._codes
        kept_steps = {name for name in kept if name.startswith(STEP)}
        self.catalogue = tuple(sorted(_toml_names(shipped / "catalogue") or kept - kept_steps))
        self.steps = tuple(sorted(_toml_names(shipped / "steps") or kept_steps))
        self.own_problem = ""
        self._own_names = self._list_own()

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return the court's version, its last usable one, the shipped one and its last usable one.

        Those that are not there are left out, except the shipped one; so are repetitions of the same bytes.
        """
        kept = self._kept(name, Source.OWN)
        shipped = _read(self._shipped / self._folder(name) / name, Source.SHIPPED)
        found = [shipped, self._kept(name, Source.SHIPPED)]
        if self._own is not None and os.path.normcase(name) in self._own_names:
            found = [_read(self._own / name, Source.OWN), kept, *found]
        elif self.own_problem:
            found = [kept, *found]
        there = [v for v in found if v.source is not Source.KEPT or not v.unreadable]
        return tuple(v for n, v in enumerate(there) if v.data not in [before.data for before in there[:n]])

    def is_settled(self, name: str) -> bool:
        """Return whether the shipped version is the one to use and is, byte for byte, the one used last."""
        best = self.versions(name)[0]
        kept = self._kept(name, Source.SHIPPED)
        return best.source is Source.SHIPPED and not kept.unreadable and kept.data == best.data

    def strays(self) -> tuple[Path, ...]:
        """Return what lies in the court's folder under a name that no file of ours has."""
        if self._own is None:
            return ()
        known = {os.path.normcase(name) for name in (*self._codes, *self.catalogue, *self.steps)}
        found = [self._own / name for name in sorted(self._own_names - known)]
        return tuple(path for path in found if _OURS.fullmatch(path.name) or path.is_dir())

    def keep(self, version: Version) -> None:
        """Copy a version that is in use, in one step; raises OSError when the disk does not allow it."""
        target = self._last_good / version.source / version.name
        kept = _read(target, Source.KEPT)
        if not kept.unreadable and kept.data == version.data:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{version.name}.tmp")
        with beside.open("wb") as file:
            file.write(version.data)
            file.flush()
            if version.source is Source.OWN:  # a shipped file can be had again, the court's own cannot
                os.fsync(file.fileno())
        beside.replace(target)

    def forget_withdrawn(self) -> None:
        """Drop the copies of own files the court has taken back; a folder that is gone proves nothing."""
        if self._own is None or self.own_problem or not self._own.is_dir():
            return
        for path in (self._last_good / Source.OWN).glob("*.t*"):
            if os.path.normcase(path.name) not in self._own_names:
                path.unlink()

    def _folder(self, name: str) -> str:
        if name in self._codes:
            return "codes"
        return "steps" if name.startswith(STEP) else "catalogue"

    def _kept(self, name: str, source: Source) -> Version:
        return _read(self._last_good / source / name, Source.KEPT)

    def _list_own(self) -> frozenset[str]:
        if self._own is None:
            return frozenset()
        try:
            return frozenset(os.path.normcase(path.name) for path in self._own.iterdir())
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            self.own_problem = _reason(error)
            return frozenset()


def _toml_names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("[!.]*.toml")}


def _read(path: Path, source: Source) -> Version:
    try:
        if path.exists() and not path.is_file():
            return Version(path, source, unreadable=_("不是文件"))
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        return Version(path, source, unreadable=_reason(error))
    if len(data) > _LARGEST:
        return Version(path, source, unreadable=_("文件太大"))
    return Version(path, source, data)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return _("文件不在了")
    if isinstance(error, PermissionError):
        return _("没有读取的权限，或正被别的程序占用")
    if isinstance(error, NotADirectoryError):
        return _("不是文件夹")
    return _("读不出来（{reason}）").format(reason=error.strerror or type(error).__name__)
