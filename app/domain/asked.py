"""What the back office asks for in its own words, item by item.

The words stay as they were written: nothing is guessed about which paper of the catalogue is meant, because a
wrong guess would tell a party to bring the wrong paper.
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.matter import Level, Material, Per, Requirement
from app.domain.rule import Rule

MOST: Final = 40
BY_COURT: Final = Rule("asked.court", "立案审查后要求补正的材料，已一次性列明", "登记立案规定第7条第1款")
_CODE: Final = re.compile(r"B[0-9]{2}")
_NUMBER: Final = (
    r"(?:[0-9]{1,2}[.．、)）]|[(（][0-9一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|[①-⑳])"
)
_BULLET: Final = re.compile(rf"^\s*(?:{_NUMBER}|[-•·*])\s*")
_NEXT: Final = rf"(?={_NUMBER}(?![0-9]))"
_INSIDE: Final = re.compile(rf"[；;。，,\s]\s*{_NEXT}|(?<=[:：]){_NEXT}|[；;]")
_HEAD: Final = re.compile(r"[^，。；;]{0,30}[:：]$")


def asked_lines(text: str) -> tuple[str, ...]:
    """The items of an answer: one a line, or numbered or parted by semicolons within one.

    A line that only announces the list (补正以下材料：) is left out while anything follows it. Never empty
    for a text that says anything; at most ``MOST``, the last of which holds the rest.
    """
    parts = [part for line in text.splitlines() for part in _INSIDE.split(line)]
    bare = [_BULLET.sub("", part).strip().rstrip("。；; ").strip() for part in parts]
    said = [part for part in bare if part]
    items = [part for part in said if not _HEAD.fullmatch(part)] or said
    if len(items) > MOST:
        items = [*items[: MOST - 1], "；".join(items[MOST - 1 :])]
    return tuple(dict.fromkeys(items))


def asked_code(place: int) -> str:
    """The code of the item at a place counted from 1; it stands beside those of the catalogue (M01 …)."""
    return f"B{place:02d}"


def is_asked_code(code: str) -> bool:
    return _CODE.fullmatch(code) is not None


def asked_requirement(code: str, name: str) -> Requirement:
    """The item as the checklist asks for it: one copy, by law, for the case."""
    return Requirement(Material(code=code, name=name, level=Level.LAW, basis=BY_COURT.article, per=Per.CASE))
