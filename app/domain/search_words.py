"""What a record can be found by, and how a typed line asks for it.

A record's *words* are names, numbers and case numbers. Each becomes short *tokens* for an index that finds
candidates; whether a candidate really fits is decided by ``fits`` on its words, so a token
may find too much but never too little. The first letter of a token names its kind:

    c one character, b two neighbouring characters (names, case numbers) · p initials · y pinyin, from any
    syllable on · d a whole number, found from its beginning · t the last four or six of a number ·
    n a run of digits in a case number
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.initials import initials

MOST_TERMS: Final = 5
LONGEST_TERM: Final = 40
_BRACKETS: Final = dict.fromkeys(map(ord, "〔〕【】·、。《》“”"))
_DIGITS: Final = re.compile(r"[0-9]+")
_TAILS: Final = (4, 6)
_LEAST_DIGITS: Final = 3
_LONGEST_NAME: Final = 8


@dataclass(frozen=True)
class Words:
    """A record's words, folded: ``names``, ``numbers`` (identity, telephone, receipt, ticket), ``cases``.

    ``spelled``: the names in pinyin, a blank between the syllables.
    """

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    spelled: tuple[str, ...] = ()

    def all(self) -> Iterable[str]:
        yield from self.names
        yield from self.numbers
        yield from self.cases
        yield from self.spelled


def fold(text: str) -> str:
    """Return the text as it is compared: NFKC, lower case, without punctuation, blanks and controls."""
    plain = unicodedata.normalize("NFKC", text).lower()
    if plain.isalnum():  # most words: nothing to take out
        return plain
    plain = plain.translate(_BRACKETS)
    return "".join(c for c in plain if (c.isalnum() if c.isascii() else c.isprintable()))


def words(
    names: Iterable[str], numbers: Iterable[str], cases: Iterable[str], spelled: tuple[str, ...] = ()
) -> Words:
    """Return the words of a record, each once."""
    return Words(_folded(names), _folded(numbers), _folded(cases), spelled)


def _folded(part: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(fold, part))))


def tokens(record: Words) -> set[str]:
    """Return every token of a record."""
    found: set[str] = set()
    for name in record.names:
        found |= _characters(name)
        found |= {f"p{short}" for short in _initials(name)}
    for way in record.spelled:
        found |= {f"y{letters}" for letters in _letters(way)}
        found |= {f"p{short}" for short in _first_letters(way)}
    for number in record.numbers:
        found.add(f"d{number}")
        found |= {f"t{number[-tail:]}" for tail in _TAILS if len(number) > tail}
    for case in record.cases:
        found |= _characters(_DIGITS.sub("", case))
        found |= {f"n{run}" for run in _DIGITS.findall(case)}
    return found


def _initials(name: str) -> set[str]:
    """Return where the initials may begin: anywhere in a person's name, only at the start of a long one."""
    return _from_each(initials(name)) - {""}


def _letters(way: str) -> set[str]:
    """Return the pinyin without blanks from where it may begin, as ``_initials`` does."""
    return _from_each(way.split(" "))


def _first_letters(way: str) -> set[str]:
    return _from_each([syllable[0] for syllable in way.split(" ")])


def _from_each(parts: Sequence[str]) -> set[str]:
    return {"".join(parts[at:]) for at in range(len(parts) if len(parts) <= _LONGEST_NAME else 1)}


def _characters(text: str) -> set[str]:
    pairs = {f"b{text[at : at + 2]}" for at in range(len(text) - 1)}
    return pairs | {f"c{character}" for character in text}


@dataclass(frozen=True)
class Term:
    """One thing typed: the folded ``text``, and the alternatives an index is asked for.

    Of each alternative all tokens must be there; a token ending in ``*`` stands for all that begin so.
    """

    text: str
    alternatives: tuple[tuple[str, ...], ...]


def terms(line: str) -> tuple[Term, ...]:
    """Return what a typed line asks for; all terms must fit. What is too short to ask for is left out."""
    typed = [fold(part)[:LONGEST_TERM] for part in line.split()][:MOST_TERMS]
    return tuple(Term(text, found) for text in typed if text and (found := _alternatives(text)))


def _alternatives(text: str) -> tuple[tuple[str, ...], ...]:
    as_name = tuple(_pairs(text))
    if text.isascii() and text.isalpha():
        whole = ((f"y{text}*",),) if len(text) > 1 else ()  # one letter is an initial
        return ((f"p{text}*",), *whole, (f"d{text}*",), as_name)
    if text.isascii():
        return (*_of_number(text), as_name)
    runs = _DIGITS.findall(text)
    if not runs:
        return (as_name,)
    of_case = (*(f"n{run}" for run in runs[:-1]), f"n{runs[-1]}*", *_pairs(_DIGITS.sub(" ", text)))
    return (of_case, as_name)


def _of_number(text: str) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = [(f"n{text}*",)] if text.isdigit() else []
    found += [(f"d{begin}*",) for begin in _begins(text)]
    if len(text) in _TAILS:
        found.append((f"t{text}",))
    return tuple(found)


def _begins(text: str) -> list[str]:
    """Return what a number may begin with: as typed, and a receipt number without its letters."""
    plain = text.removeprefix("sj")
    return [begin for begin in dict.fromkeys((text, plain)) if len(begin) >= _LEAST_DIGITS]


def _pairs(text: str) -> list[str]:
    made: list[str] = []
    for run in text.split():
        made += [f"b{run[at : at + 2]}" for at in range(len(run) - 1)] or [f"c{run}"]
    return made


def fits(record: Words, asked: Sequence[Term]) -> bool:
    """Say whether every term is found in some word of the record.

    A name holds it anywhere, or in its pinyin or initials; a number begins with it, or ends with four or six
    digits of it; a case number holds it, but not from the middle of a run of digits.
    """
    return all(_fits(record, term.text) for term in asked)


def _fits(record: Words, text: str) -> bool:
    letters = text.isascii() and text.isalpha()
    return (
        any(text in name for name in record.names)
        or any(_in_case(case, text) for case in record.cases)
        or any(_in_number(number, text) for number in record.numbers)
        or (letters and any(heard.startswith(text) for heard in _heard(record)))
    )


def _heard(record: Words) -> Iterator[str]:
    for name in record.names:
        yield from _initials(name)
    for way in record.spelled:
        yield from _letters(way)
        yield from _first_letters(way)


def _in_case(case: str, text: str) -> bool:
    at = case.find(text)
    while at >= 0:
        if at == 0 or not (case[at - 1].isdigit() and text[0].isdigit()):
            return True
        at = case.find(text, at + 1)
    return False


def _in_number(number: str, text: str) -> bool:
    if text.isascii() and number.startswith(tuple(_begins(text)) or ("?",)):
        return True
    return len(text) in _TAILS and len(number) > len(text) and number.endswith(text)
