"""The words a finished visit is found by, and how what is typed into a search is cut into beginnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.initials import initials
from app.domain.receipt import parse_receipt_number

_TAILS = (4, 6)
_LONGEST = 24
"""Characters of a name that are looked for from the middle; the end of a longer one is found by its begin."""


def words_of(
    *, receipt_no: str, ticket: str, names: Iterable[str], numbers: Iterable[str], phones: Iterable[str]
) -> frozenset[str]:
    """Return every word: numbers with their ends, names from each of their characters, their initials.

    ``numbers`` are of identity documents; of them only the last four and six characters are kept.
    """
    _day, _window, count = parse_receipt_number(receipt_no)
    found = {receipt_no, ticket, f"{count:04d}"}
    for name in names:
        found |= set(_of_name(name))
    for number in numbers:
        found |= {number[-tail:] for tail in _TAILS if len(number) >= tail}
    for phone in phones:
        found |= {phone, phone[-4:]} if phone else set()
    return frozenset(word.lower() for word in found if word)


def _of_name(name: str) -> Iterator[str]:
    plain = "".join(name.split())
    for start in range(min(len(plain), _LONGEST)):
        yield plain[start:]
    yield initials(plain)


def beginnings(text: str) -> tuple[str, ...]:
    """Return what was typed as beginnings, each of which a visit must have; at most four count."""
    return tuple(dict.fromkeys(text.lower().split()))[:4]
