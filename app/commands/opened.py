"""What every command at the data of one desk does around its own work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from app import settings
from app.commands.terminal import ask_both
from app.errors import Expected
from app.paths import Places
from app.report import no_data
from app.services.desk import Desk, open_desk

REFUSED: Final = 2


def with_desk(
    data: Path | None,
    command: Callable[[Desk], int],
    *,
    settings_file: Path | None = None,
    needs_data: bool = True,
) -> int:
    """Open the desk of the folder, run the command and return its status; 2 and a sentence when it cannot.

    ``needs_data`` refuses a folder without a store: a wrong one must not become a new, empty store.
    """
    places = Places.under(data) if data else Places.of_user()
    try:
        if needs_data and not places.store.is_file():
            raise no_data(places)
        desk = open_desk(settings.load(settings_file or places.settings)[0], places, ask=ask_both)
        try:
            return command(desk)
        finally:
            desk.close()
    except Expected as problem:
        print(problem, file=sys.stderr)
        return REFUSED
