"""``python -m app calc``: the rules outside the window."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from app.calc import answer


def main(words: Sequence[str]) -> int:
    """Print the answer and return its exit status."""
    said = answer(list(words))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a redirected GBK console has no minus sign, no rare names
    print(said.text)
    if said.notes:
        print(said.notes, file=sys.stderr)
    return said.status
