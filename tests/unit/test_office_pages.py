"""The back office's page of a visit that goes on with another one leads to it, whatever the record says."""

from __future__ import annotations

import pytest

from app.court import pages
from app.court.packages import Package, StoredEvent

FIRST = "01936000-0000-7000-8000-000000000001"
AGAIN = "01936000-0000-7000-8000-000000000002"


def page(continues: object) -> str:
    body = {"visit_id": AGAIN, "matters": [], "continues": continues}
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
