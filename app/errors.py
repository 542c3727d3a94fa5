"""What can go wrong, as types.

Exception
├── Expected            shown to the clerk: what happened, what is safe, what to do next
│   ├── DeviceProblem       reader, scanner, camera
│   ├── PrinterProblem      ticket, receipt and A4 printers
│   ├── StorageProblem      the local store and its disk
│   │   └── StoreDamaged        its file cannot be read or is gone: a backup may be put back
│   ├── HallProblem         the queue log
│   ├── CourtProblem        the way to the court gateway
│   ├── FormProblem         what was typed, read or handed in
│   └── SettingsProblem     the settings file
├── Cancelled           the clerk took it back; shown nowhere
└── anything else       a bug: incident number, "your work is saved up to …"
"""

from __future__ import annotations


class Expected(Exception):
    """A condition of the world, not of the program, told in three plain sentences.

    ``happened`` is the condition, ``safe`` says what is not lost, ``next_step`` is the one thing to do.
    ``detail`` is for a technician and holds no personal data. ``lines`` are what is to be done where that is
    several things, each a line of its own.
    """

    lines: tuple[str, ...] = ()

    def __init__(self, happened: str, *, safe: str = "", next_step: str = "", detail: str = "") -> None:
        super().__init__(happened)
        self.happened = happened
        self.safe = safe
        self.next_step = next_step
        self.detail = detail

    def __str__(self) -> str:
        return " ".join(part for part in (self.happened, self.safe, self.next_step) if part)


class DeviceProblem(Expected):
    """A reader, scanner or camera cannot do what was asked."""


class PrinterProblem(Expected):
    """A printer cannot print, or may not have printed."""


class StorageProblem(Expected):
    """The local store could not be opened, read or written."""


class StoreDamaged(StorageProblem):
    """The store's file is damaged, gone, or does not open with this key."""


class HallProblem(Expected):
    """The queue could not do what was asked, for example because another window was faster."""


class CourtProblem(Expected):
    """The court gateway cannot be reached or refuses this window."""


class FormProblem(Expected):
    """What was entered or handed in cannot be accepted as it is."""


class SettingsProblem(Expected):
    """The settings file, or a value in it, cannot be used."""


class Cancelled(Exception):
    """The person took the act back."""
