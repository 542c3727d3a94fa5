"""Correcting a finished record: a new record that says what it stands for, why, and what is different.

The first record stays as it was, here and at the court. Only words can be corrected, and only those that
name people and answer the form: what was signed, scanned, computed and when cannot be said differently later.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.domain.identity import check_id_number

Body = Mapping[str, Any]

MOST: Final = 20_000
"""Characters of one corrected value."""
MOST_REASON: Final = 500
_OPEN: Final = re.compile(
    r"visitor\.[a-z_]+|(parties|agents)\.\d{1,3}\.[a-z_]+|matters\.\d{1,3}\.(answers\.[a-z0-9_]+|variant)"
)
_CITIZEN: Final = re.compile(r"\d{17}[\dXx]")
_FIXED: Final = frozenset({"key", "form", "origin", "kind", "id_kind", "role", "matter", "number"})
"""Words that programs read; another party or another matter is another filing."""
_ONCE: Final = ".variant"
"""Which kind of a matter it is may be said later where nobody said it; another kind is another filing."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value that may be corrected, at a path such as "parties.0.name"."""

    path: str
    value: str


class NotAmendable(ValueError):
    """A path that may not be corrected, or a value that cannot stand; ``path`` says where."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def leaves(body: Body) -> Iterator[Leaf]:
    """Yield what may be corrected, in the order of the record."""
    for part in ("visitor", "parties", "agents", "matters"):
        for path, value in _texts(body.get(part), part):
            if is_open(path):
                yield Leaf(path, value)


def is_open(path: str) -> bool:
    """Whether a value at this path may be corrected."""
    return _OPEN.fullmatch(path) is not None and path.rpartition(".")[2] not in _FIXED


def fault(path: str, value: str) -> str:
    """Return why a value cannot stand, "" when it can. What looks like a citizen's number is checked."""
    if len(value) > MOST:
        return f"最多 {MOST} 字"
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char != "\n" for char in value):
        return "不能含控制字符"
    if path.endswith(".id_number") and _CITIZEN.fullmatch(value):
        checked = check_id_number(value)
        return "" if checked.ok else checked.problem or "号码不对"
    return ""


def amended(body: Body, changes: Mapping[str, str]) -> dict[str, Any]:
    """Return the record with other values at some paths. Raises `NotAmendable`."""
    known = {leaf.path: leaf.value for leaf in leaves(body)}
    made = copy.deepcopy(dict(body))
    for path, value in changes.items():
        if path not in known or (known[path] and path.endswith(_ONCE) and value != known[path]):
            raise NotAmendable(path, "这一项不能更正")
        why = fault(path, value)
        if why:
            raise NotAmendable(path, why)
        _set(made, path.split("."), value)
    return made


def differences(before: Body, after: Body) -> list[dict[str, str]]:
    """Return what is different, as it stands in the amendment: path, before, after.

    What only one of them says is "" in the other.
    """
    old, new = ({leaf.path: leaf.value for leaf in leaves(one)} for one in (before, after))
    pairs = ((path, old.get(path, ""), new.get(path, "")) for path in dict.fromkeys((*old, *new)))
    return [{"path": path, "before": was, "after": now} for path, was, now in pairs if was != now]


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{number}")


def _set(within: Any, path: list[str], value: str) -> None:
    for step in path[:-1]:
        within = within[int(step)] if isinstance(within, list) else within[step]
    within[path[-1]] = value
