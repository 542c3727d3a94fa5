"""What a command asks on the terminal."""

from __future__ import annotations

import getpass
import sys

from app.storage.keeping import nobody_asked


def ask_both() -> tuple[str, str]:
    """Ask both custodians, without showing what they type; raises KeyLocked where there is no terminal."""
    if not sys.stdin.isatty():
        return nobody_asked()
    return getpass.getpass("第一位保管人的口令："), getpass.getpass("第二位保管人的口令：")
