"""The data of a document as JSON and back, so that a paper can be kept and drawn again, the same to the byte.

A file holds what the fields hold: amounts as text so that no fen is lost, days and moments in ISO 8601,
pictures in base64. What to read is known from the types of the fields.
"""

from __future__ import annotations

import base64
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def freeze(value: Any) -> Any:
    """Return the value as JSON can hold it. Raises TypeError for what no document holds."""
    match value:
        case None | bool() | int() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case tuple():
            return [freeze(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {spec.name: freeze(getattr(value, spec.name)) for spec in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} is nothing a document holds")


def thaw(kind: type[T], kept: Mapping[str, Any]) -> T:
    """Return the document's data from what ``freeze`` made; a field that came later has its default.

    Raises ValueError, TypeError or KeyError for anything else.
    """
    hints = typing.get_type_hints(kind)
    return kind(**{name: _read(hints[name], value) for name, value in kept.items()})


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(hint, types.UnionType):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple:
        return _tuple(typing.get_args(hint), value)
    if is_dataclass(hint) and isinstance(hint, type):
        return thaw(hint, value)
    if hint is bytes:
        return base64.b64decode(value, validate=True)
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    return hint(value)


def _tuple(items: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    if items[-1] is Ellipsis:
        return tuple(_read(items[0], item) for item in value)
    return tuple(_read(hint, item) for hint, item in zip(items, value, strict=True))
