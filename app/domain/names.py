"""Names of persons and bodies: every character is kept, what cannot be read or printed is said."""

from __future__ import annotations

import re
import unicodedata

from app.domain.checked import NO_FACTS, Checked, failed, passed

MIDDLE_DOT = "\u00b7"
# Bullet, katakana, full-width, hyphenation, operator, half-width, Greek, small and word separators.
_DOTS = dict.fromkeys(map(ord, "\u2022\u30fb\uff0e\u2027\u2219\u22c5\uff65\u0387\ufe52\u2e31"), MIDDLE_DOT)
# Format characters that belong to the spelling: joiners and the Mongolian vowel separator.
_SPELLING = "\u200c\u200d\u180e"
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_LONGEST = 50


def check_name(text: str) -> Checked:
    """A personal name with the separator dot unified to U+00B7.

    Rare ideographs, private-use characters and variation selectors stay as they are; a private-use or
    replacement character warns with its place. Control and direction characters are taken out and said.
    """
    value, removed = _clean(text)
    if not value.strip(MIDDLE_DOT):
        return failed(value, "姓名不能为空。")
    if any(unicodedata.category(c) == "Cs" for c in value):
        return failed(value, "姓名中有无法保存的半个字符，请重新录入。")
    return passed(value, NO_FACTS, *_warnings(value, removed))


def normalise_name(text: str) -> str:
    """The form in which a name is stored and compared."""
    return _clean(text)[0]


def _clean(text: str) -> tuple[str, bool]:
    kept = [" " if c in "\t\r\n\u3000" else c for c in text.translate(_DOTS)]
    visible = [c for c in kept if c in _SPELLING or unicodedata.category(c) not in ("Cc", "Cf")]
    value = re.sub(" {2,}", " ", "".join(visible)).strip(" \u00a0")
    return value, len(visible) < len(kept)


def _warnings(value: str, removed: bool) -> list[str]:
    found = []
    for place, character in enumerate(value, 1):
        if character == "\ufffd":
            found.append(f"第{place}个字已丢失，请对照证件重新录入。")
        elif unicodedata.category(character) == "Co":
            found.append(f"第{place}个字是证件上的自造字，打印时可能显示不出，请核对。")
    if removed:
        found.append("已去掉看不见的控制字符。")
    if _HAN_GAP.search(value):
        found.append("汉字之间有空格，请核对是否属于姓名。")
    if len(value) > _LONGEST:
        found.append(f"姓名有{len(value)}个字，超过{_LONGEST}个字，请核对。")
    return found
