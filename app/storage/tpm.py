"""Sealing by a TPM 2.0 through tpm2-tools: the key that opens the sealed file leaves the chip only here.

The chip makes the same storage key again from its owner seed (TCG TPM 2.0 Provisioning Guidance, 7.5.1), so
only two small blobs are kept, and they are of use to no other chip. Not bound to measurements of the boot: an
update of the firmware must not lock a court out of its records. Against who can start this computer as this
user it protects nothing; against who takes the disk it does.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.storage.keys import KEY_BYTES, KeyLocked
from app.texts import _

RESOURCE_MANAGER: Final = Path("/dev/tpmrm0")
ADDRESS: Final = "TPM2TOOLS_TCTI"
"""The variable by which tpm2-tools are told of another TPM than this computer's."""
_NEEDED: Final = ("tpm2_createprimary", "tpm2_create", "tpm2_load", "tpm2_unseal", "tpm2_flushcontext")
_SECONDS: Final = 20
_MOST_BYTES: Final = 4096
"""Of a sealed blob; real ones are below 200."""


class Tpm:
    """``Sealer`` by the computer's TPM, or the one that ``TPM2TOOLS_TCTI`` names."""

    method = "tpm"

    def usable(self) -> bool:
        """Say whether there is a TPM this user may use, and the tools."""
        there = bool(os.environ.get(ADDRESS)) or os.access(RESOURCE_MANAGER, os.R_OK | os.W_OK)
        return there and all(map(shutil.which, _NEEDED))

    def new(self) -> tuple[Mapping[str, Any], bytes]:
        """See ``Sealer``."""
        opener = secrets.token_bytes(KEY_BYTES)
        with self._chip() as folder:
            _run(folder, "tpm2_create", "-C", "primary", "-i", "-", "-u", "public", "-r", "private",
                 "-a", "fixedtpm|fixedparent|noda|userwithauth", given=opener)  # fmt: skip
            blobs = {name: (folder / name).read_bytes().hex() for name in ("public", "private")}
        return blobs, self.again(blobs)

    def again(self, header: Mapping[str, Any]) -> bytes:
        """See ``Sealer``."""
        with self._chip() as folder:
            for name in ("public", "private"):
                blob = bytes.fromhex(header[name])
                if not 0 < len(blob) <= _MOST_BYTES:
                    raise ValueError("no blob of a TPM")
                (folder / name).write_bytes(blob)
            _run(folder, "tpm2_load", "-C", "primary", "-u", "public", "-r", "private", "-c", "sealed")
            return _run(folder, "tpm2_unseal", "-c", "sealed")

    @contextmanager
    def _chip(self) -> Iterator[Path]:
        """Give a folder with the storage key's context in it."""
        if not self.usable():
            raise _away("no TPM or no tpm2-tools")
        with tempfile.TemporaryDirectory(prefix="yichuang-tpm-") as name:
            folder = Path(name)
            _run(folder, "tpm2_createprimary", "-C", "o", "-g", "sha256", "-G", "ecc", "-c", "primary")
            yield folder


def _run(folder: Path, program: str, *words: str, given: bytes = b"") -> bytes:
    """Run a tool in ``folder`` and return what it prints; nothing stays loaded in the chip."""
    where = [] if os.environ.get(ADDRESS) else ["-T", f"device:{RESOURCE_MANAGER}"]
    quiet = [] if program == "tpm2_unseal" else ["-Q"]
    try:
        done = _called(folder, [program, *where, *quiet, *words], given)
        _called(folder, ["tpm2_flushcontext", *where, "-t"], b"")
    except (OSError, subprocess.SubprocessError) as error:
        raise _away(type(error).__name__) from error
    return done


def _called(folder: Path, command: list[str], given: bytes) -> bytes:
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, timeout=_SECONDS, check=True)
    return done.stdout


def _away(detail: str) -> KeyLocked:
    return KeyLocked(
        _("这台电脑的安全芯片（TPM）打不开数据密钥。"),
        safe=_("数据和密钥文件都没有改动。"),
        next_step=_(
            "请确认是封存时的那台电脑、TPM 没有清空；否则请法院用托管副本恢复（python -m app key recover）。"
        ),
        detail=detail,
    )
