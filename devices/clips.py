"""The clips a voice is put together from: WAV files in folders, found by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from devices.errors import BadTable, Garbled
from devices.sound import Sound, joined, read_wav

_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}", re.ASCII)
_LARGEST = 4 << 20


class ClipBank:
    """All clips in memory: less than 2 MB, and a call must not wait for a disk."""

    def __init__(self, clips: Mapping[str, Sound]) -> None:
        """Raises BadTable when the clips have different rates, or there are none."""
        rates = {clip.rate for clip in clips.values()}
        if len(rates) != 1:
            raise BadTable(f"clips of {sorted(rates) or 'no'} Hz; all must have the same rate")
        self._clips = MappingProxyType(dict(clips))
        self.rate = rates.pop()

    @property
    def names(self) -> frozenset[str]:
        """The clips there are."""
        return frozenset(self._clips)

    def sound(self, names: Sequence[str]) -> Sound:
        """Join clips without gaps. Raises KeyError for one that is not there, ValueError for none."""
        return joined(self._clips[name] for name in names)


def load_clips(*folders: Path) -> ClipBank:
    """Read the clips of all folders; one in a later folder takes the place of its namesake.

    A folder that does not exist has no clips. Raises BadTable naming the file that is no clip.
    """
    clips: dict[str, Sound] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.wav")):
            if _NAME.fullmatch(path.stem):
                clips[path.stem] = _clip(path)
    return ClipBank(clips)


def _clip(path: Path) -> Sound:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadTable(f"{path.name} is larger than {_LARGEST} bytes")
        return read_wav(path.read_bytes())
    except OSError as error:
        raise BadTable(f"{path.name}: {error.strerror}") from error
    except Garbled as error:
        raise BadTable(f"{path.name}: {error.diagnostics}") from error
