"""The back office's page of a visit: where it goes on from, what a fee still needed; records are data."""

from __future__ import annotations

import pytest

from app.court import pages
from app.court.packages import Package, StoredEvent

FIRST = "01936000-0000-7000-8000-000000000001"
AGAIN = "01936000-0000-7000-8000-000000000002"


def page(continues: object = None, matters: object = ()) -> str:
    body = {"visit_id": AGAIN, "matters": matters, "continues": continues}
    event = StoredEvent("e", 1, "intake", "R1", "0" * 64, "2026-11-24T01:00:00+00:00", "{}", body)
    return pages.visit(Package("court", AGAIN, [event], {}), [], "csrf", "form")


def test_the_page_leads_to_the_visit_it_goes_on_with() -> None:
    shown = page({"visit_id": FIRST, "receipt_no": "SJ20261123-03-0001", "sha256": "0" * 64})
    assert f'<a href="/office/visits/{FIRST}">SJ20261123-03-0001</a>' in shown


@pytest.mark.parametrize(
    "continues", [{}, None, [], "x", {"visit_id": 1}, {"visit_id": "../login"}, {"visit_id": '"><script>'}]
)
def test_a_first_visit_and_nonsense_lead_nowhere(continues: object) -> None:
    assert "接续收件" not in page(continues)


def test_a_receipt_number_is_text() -> None:
    shown = page({"visit_id": FIRST, "receipt_no": "<b>1</b>"})
    assert "<b>1</b>" not in shown
    assert "&lt;b&gt;" in shown


def test_a_fee_that_was_open_says_what_was_still_needed() -> None:
    open_ = {"name": "民事一审立案", "fee": {"low": "", "high": "", "needs": ["案由", "<b>标的额"]}}
    known = {"name": "执行立案", "fee": {"low": "50.00", "high": "50.00", "needs": []}}
    shown = page(matters=[open_, known])
    assert "1 民事一审立案</th><td>还算不出：办结时没有填案由、&lt;b&gt;标的额" in shown
    assert "2 执行立案" not in shown.partition("诉讼费</h2>")[2].partition("</table>")[0]


@pytest.mark.parametrize(
    "matters",
    [None, "x", {}, [], [1], [{"fee": 1}], [{"fee": {"needs": "标的额"}}], [{"fee": {"needs": [1]}}]],
)
def test_no_open_fee_and_nonsense_say_nothing_of_one(matters: object) -> None:
    assert "还算不出" not in page(matters=matters)
