"""The answer of every field check, and the folding of what an input method types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")
_FOLD: dict[int, int | str] = {**_FULL_WIDTH, **_DASHES, 0x3000: " "}


class Sex(StrEnum):
    """GB/T 2261.1, the two values a number can carry."""

    MALE = "男"
    FEMALE = "女"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a number says about its holder; a field it does not carry is None."""

    kind: str | None = None
    birth: date | None = None
    sex: Sex | None = None
    area: str | None = None
    country: str | None = None
    expires: date | None = None
    surname: str | None = None
    given_names: str | None = None


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Checked:
    """One checked field.

    `value` is the normalised text even when `ok` is False, so that the clerk can correct it.
    `problem` is one Chinese sentence or None; `warnings` never block.
    """

    ok: bool
    value: str
    problem: str | None = None
    warnings: tuple[str, ...] = ()
    facts: Facts = NO_FACTS


def passed(value: str, facts: Facts = NO_FACTS, *warnings: str) -> Checked:
    return Checked(True, value, None, warnings, facts)


def failed(value: str, problem: str, facts: Facts = NO_FACTS) -> Checked:
    return Checked(False, value, problem, (), facts)


def fold(text: str) -> str:
    """Full-width ASCII, the ideographic space and the dashes become plain ASCII; ends are stripped."""
    return text.translate(_FOLD).strip()


def compact(text: str) -> str:
    """`fold`, without any space, in capitals: the form in which numbers are compared."""
    return "".join(fold(text).split()).upper()
