"""How often the desk looks around and how long it waits, in seconds; one place, so that tests can hurry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rhythm:
    """``card`` is how long a key press waits for a card; the others are pauses between two looks.

    ``devices`` printers and scanner, ``reader`` a card laid down, ``view`` the minutes people wait,
    ``court`` a court that could not be reached, ``hall`` what keeps a window ready for being cut off,
    ``upkeep`` what is due of backups and checkpoints, ``silent`` after how long a printer that answered
    before and no longer does is red, ``trial`` how long a try waits for a hand.
    """

    card: float = 10.0
    devices: float = 5.0
    reader: float = 0.8
    view: float = 20.0
    court: float = 2.0
    hall: float = 1.0
    upkeep: float = 60.0
    silent: float = 15.0
    trial: float = 8.0
