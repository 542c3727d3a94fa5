"""No paper has an empty label, a gap in a sentence or a matter's name where a person belongs.

Every paper of every matter, from what the window insists on, from nothing, and with any one answer left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest

from app.domain.short_form import all_hold
from app.services.fields import Draft
from app.services.paper_data import make
from app.services.paper_ground import Ground, Lacking
from app.settings import PaperSettings
from app.storage.records import DraftField
from printing.documents import samples
from printing.documents.catalogue import KINDS as PAPERS
from printing.layout import Block, Document, KeyValue, KeyValues, Table
from tests.helpers.asked import KINDS, SAID, answered, entered, ground

CASES = [(code, {"variant": kind} if kind else {}) for code, kind in KINDS]
CASES += [
    ("F12", {"variant": role, "matter": matter})
    for role in ("helping", "competent")
    for matter in ("行政起诉", "申请执行")
]
_GAP = re.compile(
    "|".join(
        (
            r"[{}]",
            r"（未填）|None",
            r"《》|（）|“”",
            r"[，、；：][，、；。：]|^[，、；。：]",
            r"(你（单位）|与)(一案|[，。])|(控告|(?<![上起自申])诉|对)一案",
            r"  |[^　]　{2,}(?!年|月|日)",
        )
    )
)
_CASE = re.compile(r"与([^，。]*?)(?:一案|，本院认为适宜调解)")


def texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case tuple():
            for item in value:
                yield from texts(item)
        case _ if is_dataclass(value):
            for spec in fields(value):
                yield from texts(getattr(value, spec.name))


def _empty(block: Block) -> Iterator[str]:
    if isinstance(block, KeyValues):
        yield from (row.label for row in block.rows if not row.value.strip() and not row.hand)
        yield from (f"a value without label: {row.value}" for row in block.rows if not row.label.strip())
    if isinstance(block, Table):
        for row in block.rows:
            cells = zip(block.columns, row, strict=True)
            yield from (column.title for column, cell in cells if not cell.strip() and not column.hand)


def holes(document: Document, made_from: Ground | None = None) -> list[str]:
    """What a reader would find missing; ``made_from`` says who and what 与…一案 may name."""
    found: list[str] = []
    for block in document.blocks:
        found += _empty(block)
        for text in texts(block):
            found += [text for _gap in _GAP.finditer(text)]
            found += [text for said in _CASE.finditer(text) if made_from and not _names(said[1], made_from)]
            if isinstance(block, KeyValues) and made_from:
                found += [
                    row.value for row in block.rows if row.label == "案由" and row.value != made_from.about
                ]
            if isinstance(block, KeyValues):
                numbers = [row.value for row in block.rows if row.label in ("案号", "执行案号")]
                found += [number for number in numbers if not number.endswith("号")]
    return found


def _names(said: str, made_from: Ground) -> bool:
    """Whether 与… names the other side, then the cause or just the dispute."""
    rest = said.removeprefix(made_from.opponents)
    return bool(made_from.opponents) and rest != said and rest in (made_from.about, "纠纷", "的纠纷")


def drafts(code: str, more: dict[str, str], said: PaperSettings) -> Iterator[Draft]:
    """Nothing said, all that is asked, and that without each single answer."""
    bare = entered(**{f"matter__1__{key}": text for key, text in {"code": code, **more}.items()})
    yield bare
    full = answered(bare, said)
    yield full
    for path in full.keys() - bare.keys():
        yield {key: one for key, one in full.items() if key != path}


@pytest.mark.parametrize(("code", "more"), CASES)
def test_no_paper_of_a_matter_has_a_hole(code: str, more: dict[str, str]) -> None:
    bad: list[tuple[str, str]] = []
    for draft in drafts(code, more, SAID):
        told = ground(draft, accepted=True)
        shown = told.sheet
        for given in shown.matter.papers:
            if not all_hold(given.when, shown.matter, shown.parties, shown.answers):
                continue
            try:
                made = make(given.kind, told)
            except Lacking:
                continue
            kind = PAPERS[given.kind]
            for data in made.values():
                bad += [(given.kind, hole) for hole in holes(kind.build(data, kind.papers[0]), told)]
    assert bad == []


@pytest.mark.parametrize(("code", "more"), CASES)
def test_who_leaves_no_name_gets_no_paper_with_a_hole(code: str, more: dict[str, str]) -> None:
    texts_ = {"matter.1.code": code, **{f"matter.1.{key}": text for key, text in more.items()}}
    nobody = {path: DraftField(path, text, "typed", None) for path, text in texts_.items()}
    told = ground(nobody, accepted=True)
    for given in told.sheet.matter.papers:
        try:
            made = make(given.kind, told)
        except (Lacking, StopIteration):
            continue
        kind = PAPERS[given.kind]
        assert not [hole for data in made.values() for hole in holes(kind.build(data, kind.papers[0]), told)]


@pytest.mark.parametrize(
    "words",
    [
        "你（单位）与一案",
        "你（单位）一案，本院",
        "你（单位）与苏雅拉首次执行一案",
        "收到，。",
        "{case}",
        "依据《》",
        "张  三",
    ],
)
def test_a_hole_is_seen(words: str) -> None:
    notice = PAPERS["acceptance_notice"].build(samples.acceptance())
    first = next(place for place, block in enumerate(notice.blocks) if "一案" in "".join(texts(block)))
    torn = replace(notice.blocks[first], text=words)  # type: ignore[arg-type]
    blocks = (*notice.blocks[:first], torn, *notice.blocks[first + 1 :])
    told = ground(answered(entered(matter__1__code="F04")), accepted=True)
    assert holes(replace(notice, blocks=blocks), told)


def test_an_empty_label_is_seen_and_room_to_write_is_none() -> None:
    notice = PAPERS["query_slip"].build(samples.query())
    for hand, seen in ((False, ["案由"]), (True, [])):
        empty = KeyValues((KeyValue("案由", "", hand=hand),))
        assert holes(replace(notice, blocks=(*notice.blocks, empty))) == seen
