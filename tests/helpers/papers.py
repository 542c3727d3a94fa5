"""Data of documents taken apart and changed, and what is on a printed page, for the tests of every paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import pypdfium2
from pypdfium2 import raw

from printing.layout import Document

# Not words on the paper: codes to scan; whom to ask and who issued stand on some papers only.
UNPRINTED = frozenset({"payload", "verification_qr", "phone", "officer"})
LEFT_OUT = {"PaymentSlip": frozenset({"basis"})}  # the notice names the articles, the slip only the sums


def squeezed(text: str) -> str:
    """Drop the line ends and blanks a reader of PDFs puts between pieces."""
    return re.sub(r"\s+", "", text)


def values(data: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value inside the data with the name of its field."""
    if is_dataclass(data):
        for spec in fields(data):
            yield from values(getattr(data, spec.name), spec.name)
    elif isinstance(data, tuple):
        for item in data:
            yield from values(item, name)
    else:
        yield name, data


def printed(data: Any) -> Iterator[str]:
    """Yield what must stand on the paper: texts, amounts and days as they are written there."""
    left_out = UNPRINTED | LEFT_OUT.get(type(data).__name__, frozenset())
    for name, value in values(data):
        match value:
            case Enum():
                continue
            case str() if value and name not in left_out:
                yield value
            case Decimal():
                yield f"{value:,.2f}"
            case date():
                yield f"{value.year}年{value.month}月{value.day}日"


def changed(data: Any, change: Callable[[str, str], str], name: str = "") -> Any:
    """Return the data with every text changed by ``change(field, text)``; blank texts stay blank."""
    if is_dataclass(data) and not isinstance(data, type):
        whole = {spec.name: changed(getattr(data, spec.name), change, spec.name) for spec in fields(data)}
        return replace(data, **whole)
    if isinstance(data, tuple):
        return tuple(changed(item, change, name) for item in data)
    if isinstance(data, str) and not isinstance(data, Enum) and data:
        return change(name, data)
    return data


def many(data: Any, count: int) -> Any:
    """Return the data with every list of records ``count`` long, each record with its number."""
    longer = {}
    for spec in fields(data):
        rows = getattr(data, spec.name)
        if isinstance(rows, tuple) and rows and (is_dataclass(rows[0]) or isinstance(rows[0], tuple)):
            longer[spec.name] = tuple(
                changed((rows[n % len(rows)],), lambda _, text, n=n: f"{text}〔{n + 1}〕")[0]
                for n in range(count)
            )
    return replace(data, **longer)


def words(document: Document) -> str:
    """Return every text of the blocks, for paper whose print has no text to extract."""

    def walk(value: object) -> list[str]:
        match value:
            case str():
                return [value]
            case dict():
                return [text for item in value.values() for text in walk(item)]
            case list() | tuple():
                return [text for item in value for text in walk(item)]
            case _:
                return []

    return "\n".join(text for block in document.blocks for text in walk(asdict(block)))


def type_sizes(data: bytes) -> set[float]:
    """Return the sizes in points of all text in a PDF."""
    document = pypdfium2.PdfDocument(data)
    try:
        sizes = set()
        for page in document:
            for item in page.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT,)):
                size = raw.c_float()
                assert raw.FPDFTextObj_GetFontSize(item, size)
                sizes.add(round(size.value, 1))
            page.close()
        return sizes
    finally:
        document.close()
