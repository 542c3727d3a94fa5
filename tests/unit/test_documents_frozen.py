"""What a paper says is kept as JSON and comes back the same, for every kind of paper."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from printing.documents.catalogue import KINDS, Kind
from printing.documents.frozen import freeze, thaw
from tests.helpers.papers import changed


@pytest.mark.parametrize("kind", [pytest.param(kind, id=key) for key, kind in KINDS.items()])
def test_the_data_of_every_paper_survives_a_file(kind: Kind) -> None:
    data = changed(kind.sample(), lambda _, text: f"{text}\x1b@<b>𪜀\u202e")
    again = thaw(kind.data, json.loads(json.dumps(freeze(data), ensure_ascii=False)))
    assert again == data
    assert kind.build(again, kind.papers[0]) == kind.build(data, kind.papers[0])


def test_a_picture_survives_and_a_field_that_came_later_has_its_default() -> None:
    kind = KINDS["rights_notice"]
    data = replace(kind.sample(), signature=b"\x89PNG\x00\xff")
    kept = freeze(data)
    assert thaw(kind.data, json.loads(json.dumps(kept))) == data
    del kept["signature"]
    assert thaw(kind.data, kept) == kind.sample()


def test_what_no_document_holds_is_refused() -> None:
    with pytest.raises(TypeError):
        freeze({1, 2})
    with pytest.raises(ValueError, match="isoformat"):
        thaw(KINDS["evidence_notice"].data, {**freeze(KINDS["evidence_notice"].sample()), "until": "soon"})
    assert thaw(KINDS["evidence_notice"].data, freeze(KINDS["evidence_notice"].sample())).until == date(
        2026, 12, 23
    )
