"""The desk's log: one rotating file, no personal data.

Code never logs what people typed. In case a library does, numbers that look like an identity number or a
telephone number are masked before a line is written.
"""

from __future__ import annotations

import faulthandler
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_BYTES: Final = 2 << 20
_FILES: Final = 5
_FORMAT: Final = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_ID_NUMBER: Final = re.compile(r"(?<!\d)(\d{3})\d{11}(\d{3}[\dXx])(?!\d)")
_PHONE: Final = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
# These tell every request or every font at INFO.
_QUIET: Final = ("httpx", "httpcore", "asyncio", "alembic", "PIL", "fontTools")


def masked(text: str) -> str:
    """Return the text with identity and telephone numbers masked as on lists: 150***********5517."""
    return _PHONE.sub(r"\1****\2", _ID_NUMBER.sub(r"\1***********\2", text))


class _Masking(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


@contextmanager
def logging_to(folder: Path) -> Iterator[None]:
    """Write the log of this process, and the stacks of a crash in native code, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "desk.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    handler.setFormatter(_Masking(_FORMAT))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    with (folder / "fatal.log").open("a", encoding="utf-8") as fatal:
        faulthandler.enable(fatal)
        try:
            yield
        finally:
            faulthandler.disable()
            root.removeHandler(handler)
            root.setLevel(before)
            handler.close()
