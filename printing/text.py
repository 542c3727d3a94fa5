"""Make any text fit for paper: no control reaches a printer, no character of a name is lost.

Both renderers draw glyphs, so markup, ESC/POS bytes or PDF operators inside a name can only ever print
as text; what is left to remove are the characters that have no picture but change the others.
"""

from __future__ import annotations

import unicodedata

LIMIT = 2000  # characters; more than a page of one field is a mistake, not a text

_BREAKS = frozenset("\t\n\v\f\r\x85\u2028\u2029")
_DROPPED = frozenset({"Cc", "Cf"})  # controls; formats with the bidi marks, joiners and soft hyphen
_ELLIPSIS = "…"


def _is_variation_selector(char: str) -> bool:
    # Selectors choose between forms of the character before them and have no picture of their own.
    code = ord(char)
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180F


def _clean(char: str) -> str:
    if char in _BREAKS:
        return " "
    if _is_variation_selector(char):
        return ""
    category = unicodedata.category(char)
    if category in _DROPPED:
        return ""
    return "\ufffd" if category == "Cs" else char


def lines_as_typed(text: str, limit: int = LIMIT) -> tuple[str, ...]:
    """Return the lines of a longer text as they were typed, each printable, blank ones left out.

    Together at most ``limit`` characters; a text of no line is one empty line.
    """
    found: list[str] = []
    left = limit
    for line in text.splitlines():
        clean = printable(line, left).strip()
        if clean and left > 0:
            found.append(clean)
            left -= len(clean)
    return tuple(found) or ("",)


def printable(text: str, limit: int = LIMIT) -> str:
    """Return ``text`` in NFC without controls, at most ``limit`` characters, an ellipsis as the last if cut.

    Line breaks and tabs become one space each; Cc, Cf (bidi controls, zero-width characters) and variation
    selectors go; lone surrogates become U+FFFD. NFC replaces a CJK compatibility ideograph by the unified
    one, as the standard defines (UAX #15). Idempotent.
    """
    clean = unicodedata.normalize("NFC", "".join(map(_clean, text)))
    if len(clean) <= limit:
        return clean
    return clean[: max(limit - 1, 0)] + _ELLIPSIS[:limit]
