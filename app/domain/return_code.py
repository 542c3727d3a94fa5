"""The short code with which somebody who brings missing papers is found again: eight signs, the last a check.

The signs leave out 0, O, 1, I and L, which are mistaken for each other. The check is the sum of the places
times their weights modulo 31; as 31 is prime and all weights differ, one wrong sign or two changed places
never pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.domain.checked import compact

SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH: Final = 8
PREFIX: Final = "YC:R:"
"""What stands before the code in the QR code on the paper."""


def make_code(numbers: Iterable[int]) -> str:
    """Return the code of seven numbers below 31."""
    body = "".join(SIGNS[number] for number in numbers)
    if len(body) != LENGTH - 1:
        raise ValueError(f"a code is made of {LENGTH - 1} numbers, not {len(body)}")
    return body + SIGNS[_check(body)]


def read_code(text: str) -> str:
    """Return the code in what was scanned or typed, "" if it is none."""
    code = compact(text).removeprefix(PREFIX).replace("-", "")
    if len(code) != LENGTH or any(sign not in SIGNS for sign in code):
        return ""
    return code if SIGNS[_check(code[:-1])] == code[-1] else ""


def shown_code(code: str) -> str:
    """Return the code as printed, in two halves: 7K3M-PQ2X."""
    return f"{code[:4]}-{code[4:]}"


def _check(body: str) -> int:
    return -sum(place * SIGNS.index(sign) for place, sign in enumerate(body, 2)) % len(SIGNS)
