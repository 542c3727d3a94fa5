"""What a scanned code is: one of ours by its form, a case number, or any other text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.case_number import parse_case_number
from app.domain.receipt_code import parse
from app.domain.return_code import PREFIX, read_code, shown_code

LONGEST: Final = 1_000
"""A longer text is no code that anybody meant for a field."""
_TICKET = re.compile(r"(?:YC:|https?://[^\s]{1,200}/t/)(\d{4}-\d{2}-\d{2})\.([A-Z]\d{3,4})", re.ASCII)
_RECEIPT = re.compile(r"SJ\d{8}-\d{2,3}-\d{4,}(?:-\d{1,3})?", re.ASCII)


class Kind(StrEnum):
    """What is done with it depends on this."""

    TICKET = "ticket"
    RECEIPT = "receipt"
    RETURN = "return"
    CASE = "case"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Scanned:
    """``value``: the number, or the text itself; ``day`` of a ticket. ``repr`` shows nothing personal."""

    kind: Kind
    value: str
    day: date | None = None

    def __repr__(self) -> str:
        return f"<Scanned {self.kind} of {len(self.value)} characters>"


def understand(text: str) -> Scanned:
    """Say what was scanned; never raises."""
    code = text.strip()
    ticket = _TICKET.fullmatch(code)
    if ticket is not None:
        try:
            return Scanned(Kind.TICKET, ticket[2], date.fromisoformat(ticket[1]))
        except ValueError:
            return Scanned(Kind.TEXT, code)
    if _RECEIPT.fullmatch(code):
        return Scanned(Kind.RECEIPT, code)
    if code.startswith(PREFIX) and read_code(code):
        return Scanned(Kind.RETURN, shown_code(read_code(code)))
    try:
        return Scanned(Kind.RECEIPT, parse(code)[0].receipt_no)
    except ValueError:
        pass
    try:
        return Scanned(Kind.CASE, str(parse_case_number(code)))
    except ValueError:
        return Scanned(Kind.TEXT, code)
