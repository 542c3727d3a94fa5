"""A stand-in of win32print and win32gui: the calls of pywin32 as documented, kept in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NO_SUCH_PRINTER = (1801, "OpenPrinter", "The printer name is invalid.")


class SpoolError(Exception):
    """What pywintypes.error is: number, function, sentence."""


@dataclass
class Spool:
    """One PC with the printer ``name``. ``fails``: a call's name and how often it works before it fails."""

    name: str = "HP LaserJet 财务室"
    state: int = 0
    most: int = 4096
    fails: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    raw: bytes = b""
    open: int = 0
    error = SpoolError

    def _note(self, call: str, *words: Any) -> None:
        self.calls.append((call, *words))
        if call in self.fails:
            self.fails[call] -= 1
            if self.fails[call] < 0:
                raise SpoolError(5, call, "Access is denied.")

    def OpenPrinter(self, name: str) -> int:  # noqa: N802
        self._note("OpenPrinter", name)
        if name != self.name:
            raise SpoolError(*NO_SUCH_PRINTER)
        self.open += 1
        return 7

    def ClosePrinter(self, _handle: int) -> None:  # noqa: N802
        self.open -= 1

    def GetPrinter(self, _handle: int, level: int) -> dict[str, int]:  # noqa: N802
        self._note("GetPrinter", level)
        return {"Status": self.state}

    def StartDocPrinter(self, _handle: int, level: int, told: tuple[Any, ...]) -> int:  # noqa: N802
        self._note("StartDocPrinter", level, told)
        return 1

    def StartPagePrinter(self, _handle: int) -> None:  # noqa: N802
        self._note("StartPagePrinter")

    def WritePrinter(self, _handle: int, data: bytes) -> int:  # noqa: N802
        self._note("WritePrinter", len(data))
        self.raw += data[: self.most]
        return min(len(data), self.most)

    def EndPagePrinter(self, _handle: int) -> None:  # noqa: N802
        self._note("EndPagePrinter")

    def EndDocPrinter(self, _handle: int) -> None:  # noqa: N802
        self._note("EndDocPrinter")

    def CreateDC(self, driver: str, name: str, _mode: None) -> int:  # noqa: N802
        self._note("CreateDC", driver, name)
        self.open += 1
        return 9

    def DeleteDC(self, _context: int) -> None:  # noqa: N802
        self.open -= 1

    def GetDeviceCaps(self, _context: int, what: int) -> int:  # noqa: N802
        return {88: 600, 90: 600, 112: 100, 113: 80}[what]

    def StartDoc(self, _context: int, told: tuple[Any, ...]) -> int:  # noqa: N802
        self._note("StartDoc", told)
        return 1

    def StartPage(self, _context: int) -> None:  # noqa: N802
        self._note("StartPage")

    def EndPage(self, _context: int) -> None:  # noqa: N802
        self._note("EndPage")

    def EndDoc(self, _context: int) -> None:  # noqa: N802
        self._note("EndDoc")
