"""A court's own fee figures and rounding, read from the editable `fees.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from app.domain.fee_schedule import ENTRIES, FIGURES, FeeKind
from app.domain.fees import FeeSettings, Rounding
from app.domain.money import FEN, format_short
from app.domain.toml_text import TomlText

# The kinds whose figure 《诉讼费用交纳办法》 arts 13 and 14 leave to the province, as a range.
LOCAL_KINDS = tuple(kind for kind, limits in FIGURES.items() if limits.low != limits.high)
_TABLE = "local"


def parse_fee_settings(text: str, source_name: str) -> FeeSettings:
    """The figures of `[local]` in yuan by kind, and `rounding`; what is not set stays a range.

    Raises CatalogueError with the line of an unknown kind, of a figure outside its legal range, or of a sum
    that is not whole fen.
    """
    document = TomlText(text, source_name)
    root = document.root()
    rounding = root.choice("rounding", Rounding, Rounding.FEN_HALF_UP)
    root.section(_TABLE)
    root.finish()
    table: Mapping[str, object] = document.data.get(_TABLE, {})
    local = {_kind(document, key): _figure(document, key, value) for key, value in table.items()}
    return FeeSettings(MappingProxyType(local), rounding)


def _kind(document: TomlText, key: str) -> FeeKind:
    found = next((kind for kind in FIGURES if kind.value == key), None)
    if found in LOCAL_KINDS:
        return FeeKind(key)
    if found is not None:
        fixed = f"{ENTRIES[found].name}由{ENTRIES[found].article}定为{format_short(FIGURES[found].low)}元"
        raise document.error(f"{fixed}，不能另设", key, table=_TABLE)
    allowed = "、".join(kind.value for kind in LOCAL_KINDS)
    raise document.error(f"没有这样的费用：{key}；可设的有：{allowed}", key, table=_TABLE)


def _figure(document: TomlText, key: str, value: object) -> Decimal:
    # Text of the TOML number, so that 62.5 is what was written and not its nearest binary fraction.
    figure = Decimal(str(value)) if type(value) in (int, float) else None
    if figure is None or not figure.is_finite():
        raise document.error(f"{key} 应为不带引号的数字，单位元，如 {key} = 60", key, table=_TABLE)
    limits = FIGURES[FeeKind(key)]
    if not limits.low <= figure <= limits.high:
        legal = f"{format_short(limits.low)}至{format_short(limits.high)}元"
        raise document.error(f"{ENTRIES[FeeKind(key)].name}应在{legal}之间", key, table=_TABLE)
    if figure % FEN:
        raise document.error(f"{key} 最多到分", key, table=_TABLE)
    return figure
