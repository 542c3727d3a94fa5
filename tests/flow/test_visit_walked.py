"""One whole visit through the real window, walked once: what lies on paper, on disk and at the court."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat
from PySide6.QtWidgets import QApplication

from app.imaging.page import Page
from app.services.confirmation import digest
from app.services.dossier_file import dossier_pdf
from app.services.finishing import load_page, read_case
from app.services.views import Source, VisitView
from tests.conftest import nothing_left_behind
from tests.flow.test_visit import EVERYTHING, codes, complete_at_court, printed, receipt_of, record_of
from tests.helpers.counter import OFFSCREEN, Counter, open_counter, qapp

__all__ = ["qapp"]

pytestmark = OFFSCREEN


@dataclass(frozen=True)
class Walked:
    """The counter, the visit as the window showed it at the end, and the hashes of the texts signed."""

    desk: Counter
    visit: VisitView
    signed: list[str]


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> None:
    """The counter stays for all of them; what is left behind is looked for once."""


@pytest.fixture(scope="module")
def walked(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    with nothing_left_behind(), ExitStack() as stack:
        desk = open_counter(stack, tmp_path_factory.mktemp("walked"), *EVERYTHING)
        signed: list[str] = []
        desk.window.signed.connect(lambda sha256, *_rest: signed.append(sha256))
        yield Walked(desk, desk.walk.run(), signed)


def test_a_visit_ends_with_ticket_receipt_dossier_and_a_record_at_the_court(walked: Walked) -> None:
    desk, visit = walked.desk, walked.visit
    record, sha256 = record_of(desk, visit)

    ticket = printed(desk.rolls()[0])
    [code] = codes(ticket)
    assert visit.ticket == "A001"
    assert visit.ticket in code
    assert len(ticket.cuts) == 1
    assert printed(desk.rolls()[1]).cuts, "the receipt on the roll is cut"

    text = receipt_of(desk)
    assert visit.outcome is not None
    for told in (
        visit.outcome.receipt_no, "张𬭎", "民间借贷纠纷", "巴林右旗人民法院", "3 号窗口", "A001", "其木格",
        "起诉状", "原件", "证据材料和证据清单", "复印件", sha256[:12].upper(),
    ):  # fmt: skip
        assert told in text, told
    materials = [(m["code"], m["pages"], m["copies"], m["form"]) for m in record["materials"]]
    assert materials == [("M01", 1, 2, "original"), ("M13", 2, 2, "copy")]

    assert record["receipt_no"] == visit.outcome.receipt_no
    assert record["visitor"]["name"] == "张𬭎"
    assert record["matters"][0]["answers"]["amount"] == "356789.12"
    assert record["matters"][0]["mediation"] == "decline"
    assert [party["name"] for party in record["parties"]] == ["张𬭎", "苏雅拉"]
    complete_at_court(desk, visit.visit_id, sha256)
    assert visit.outcome.court_receipt_no in desk.court.visit(visit.visit_id)["receipt_nos"]
    assert desk.findings() == []


def test_the_dossier_holds_every_page_in_order(walked: Walked) -> None:
    desk, visit = walked.desk, walked.visit
    case = desk.read(read_case, visit.visit_id)
    assert len(case.dossier) == 3
    pages = [desk.desk.lanes.submit("papers", load_page, desk.desk, r.page).result(30) for r in case.dossier]
    document = pypdfium2.PdfDocument(desk.do(dossier_pdf, visit.visit_id))
    try:
        assert len(document) == len(pages)
        drawn = [sheet.render(scale=0.5).to_pil().convert("L") for sheet in document]
    finally:
        document.close()
    for number, page in enumerate(pages):
        nearest = min(range(len(drawn)), key=lambda at: difference(page, drawn[at]))
        assert nearest == number
    assert len({hashlib.sha256(page.data).hexdigest() for page in pages}) == len(pages)


def difference(page: Page, drawn: Image.Image) -> float:
    with Image.open(io.BytesIO(page.data)) as picture:
        same_size = picture.convert("L").resize(drawn.size)
    return ImageStat.Stat(ImageChops.difference(same_size, drawn)).mean[0]


def test_the_signature_is_bound_to_exactly_the_text_that_was_on_show(walked: Walked) -> None:
    desk, visit = walked.desk, walked.visit
    record, _sha256 = record_of(desk, visit)
    signed = record["confirmation"]
    assert signed["signed"] == "yes"
    assert walked.signed == [signed["text_sha256"]]
    assert digest(signed["text"]) == signed["text_sha256"] == visit.confirmation.sha256
    for told in ("张𬭎", "110105197303050019", "13804761234", "苏雅拉", "356,789.12", "起诉状 1 页"):
        assert told in signed["text"], told
    assert signed["signature_sha256"] in {blob["sha256"] for blob in record["blobs"]}


def test_every_value_says_whether_the_card_or_the_clerk_gave_it(walked: Walked) -> None:
    desk = walked.desk
    record, _sha256 = record_of(desk, walked.visit)
    sources = {line["path"]: line["source"] for line in record["provenance"]}
    assert sources["identity.name"] == sources["identity.id_number"] == "card"
    assert sources["identity.phone"] == sources["party.p2.name"] == "typed"
    fields = {f.path: f for group in walked.visit.identity for f in group.fields}
    assert fields["identity.name"].source is Source.CARD
    assert fields["identity.phone"].source is Source.TYPED
