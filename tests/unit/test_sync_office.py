"""The court's list of answers is read strictly: what is shown to a clerk is never guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.sync.office import decode_page
from app.sync.protocol import NotOurProtocol
from tests.helpers.outbox import new_id


def answer(no: int = 1, **more: Any) -> dict[str, Any]:
    fields = {
        "no": no,
        "id": new_id(),
        "visit_id": new_id(),
        "word": "accepted",
        "matter": 0,
        "case_number": "（2026）内0423民初12号",
        "made_at": "2026-11-22T02:03:04.000+00:00",
    }
    return {name: value for name, value in {**fields, **more}.items() if value is not ...}


def page(*answers: object, **more: Any) -> bytes:
    told = {"v": 1, "epoch": "e1", "answers": list(answers), "next": 9, "more": False, **more}
    return json.dumps(told).encode()


def test_a_page_is_read_in_order_and_says_where_to_go_on() -> None:
    found = decode_page(page(answer(3), answer(7, judge="李法官", word="not_mediated"), more=True), 2)
    assert [one.no for one in found.answers] == [3, 7]
    assert (found.epoch, found.last, found.more) == ("e1", 7, True)
    assert found.answers[1].judge == "李法官"
    assert decode_page(page(), 5).last == 5


def test_an_empty_page_never_says_that_there_is_more() -> None:
    assert decode_page(page(more=True), 5).more is False


def test_what_controls_something_is_dropped_from_texts_and_line_breaks_stay() -> None:
    [one] = decode_page(page(answer(reason="缺\x1b[2J身份证\n复印件\u202e\u0000")), 0).answers
    assert one.reason == "缺[2J身份证\n复印件"


def test_a_word_of_a_later_court_is_kept() -> None:
    [one] = decode_page(page(answer(word="transferred", colour="red")), 0).answers
    assert one.word == "transferred"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b"\xff", page(epoch=""), page(epoch=None), page(more=1), page(7), page(None),
        page(answer(no=0)), page(answer(no=True)), page(answer(no="1")), page(answer(no=2**60)),
        page(answer(id="x")), page(answer(visit_id=...)), page(answer(corrects="x")),
        page(answer(corrects=7)),
        page(answer(word="")), page(answer(word="<b>")), page(answer(word=7)), page(answer(matter=-1)),
        page(answer(matter=...)), page(answer(reason="x" * 2001)), page(answer(judge=[])),
        page(answer(made_at="yesterday")), page(answer(made_at="2026-11-22T02:03:04")),
        page(answer(made_at=7)), page(answer(2), answer(1)), page(answer(1), answer(1)),
    ],
)  # fmt: skip
def test_a_list_that_makes_no_sense_is_refused_whole(content: bytes) -> None:
    with pytest.raises(NotOurProtocol):
        decode_page(content, 0)


def test_a_list_that_repeats_what_was_had_is_refused() -> None:
    with pytest.raises(NotOurProtocol):
        decode_page(page(answer(4)), 4)
