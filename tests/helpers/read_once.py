"""The law is read once in a test process: a desk would parse it anew, half of what its opening costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from app.services import knowledge

_PARSERS: Final = (
    *("parse_materials", "parse_matter", "parse_templates", "parse_marks", "parse_causes"),
    *("parse_step", "parse_holidays", "parse_case_types", "parse_courts", "parse_fee_settings"),
)


def read_once(patch: pytest.MonkeyPatch) -> None:
    """Let every parser answer the same texts with the same values, which nobody can change."""
    for name in _PARSERS:
        patch.setattr(knowledge, name, _once(getattr(knowledge, name)))


def _once(parse: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[object, ...], tuple[tuple[object, ...], Any]] = {}

    def answer(*told: object) -> Any:
        """What is no text comes from another parser; it is kept, so that no other object gets its id."""
        key = tuple(one if isinstance(one, str) else id(one) for one in told)
        if key not in known:
            known[key] = told, parse(*told)
        return known[key][1]

    return answer
