"""Machine-readable lines of a passport or card on a page: proposed, judged, taken by the clerk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.domain.checked import Checked, Facts
from app.domain.mrz import check_mrz_lines
from app.errors import FormProblem
from app.imaging.cutting import cut_out
from app.imaging.errors import ImportProblem
from app.lanes import DB, RECOGNITION, on
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.finishing import load_page
from app.services.problems import device_problem, page_problem
from app.storage import pages, visits
from app.storage.access import Transaction
from app.storage.records import DraftField
from app.texts import _
from devices.errors import DeviceError

SOURCE: Final = "mrz"
_WIDTH: Final = 960


@dataclass(frozen=True)
class Judged:
    """What lines say: ``fields`` are (path, label, value), ``told`` what else stands there.

    ``problem`` is a sentence while check digits do not agree; then nothing can be taken.
    """

    fields: tuple[tuple[str, str, str], ...] = field(repr=False)
    told: str = field(repr=False)
    problem: str


@dataclass(frozen=True)
class Read:
    """Lines found on a page; ``picture`` is a JPEG of the place, ``visit_id`` whose page it is."""

    visit_id: str
    lines: tuple[str, ...] = field(repr=False)
    picture: bytes = field(repr=False)


@on(RECOGNITION)
def read(desk: Desk, page_id: str) -> Read | None:
    """Look for the lines on a page of the open visit; None when there are none. Up to half a minute.

    Raises FormProblem, DeviceProblem, StorageProblem, Cancelled.
    """
    flag = desk.cancel_flag("read_mrz")
    record = require_open(desk)
    known = desk.store(pages.of_visit, record.id)
    page = next((one.page for one in known if one.page.page_id == page_id), None)
    if page is None:
        raise FormProblem(_("这一页已经移出。"), next_step=_("请另选一页。"))
    picture = load_page(desk, page)
    try:
        found = desk.page_reader.mrz(picture.data, desk.today(), flag.is_set)
    except DeviceError as error:
        raise device_problem(error, _("识别程序")) from error
    if found is None:
        return None
    try:
        piece = cut_out(picture.data, found.box, found.turned, _WIDTH)
    except ImportProblem as error:
        raise page_problem(error) from error
    return Read(record.id, found.lines, piece)


@on(RECOGNITION)
def let_go(desk: Desk) -> None:
    """End the reading process: it holds a few hundred megabytes."""
    desk.page_reader.close()


def judge(lines: Sequence[str], today: date) -> Judged:
    """Say what the lines mean, as read or as the clerk put them right; pure."""
    checked = check_mrz_lines(lines, today=today)
    return Judged(_fields(checked), _told(checked.facts, today), checked.problem or "")


def _fields(checked: Checked) -> tuple[tuple[str, str, str], ...]:
    names = (checked.facts.surname, checked.facts.given_names)
    name = " ".join(part for part in names if part)
    found = (
        ("identity.name", _("姓名"), name),
        ("identity.id_number", _("证件号码"), checked.value if checked.ok else ""),
    )
    return tuple(one for one in found if one[2])


def _told(facts: Facts, today: date) -> str:
    over = facts.expires is not None and facts.expires < today
    until = _("有效期至 {day}（已过期）") if over else _("有效期至 {day}")
    parts = (
        facts.kind,
        facts.country,
        str(facts.sex) if facts.sex else "",
        _("生于 {day}").format(day=facts.birth.isoformat()) if facts.birth else "",
        until.format(day=facts.expires.isoformat()) if facts.expires else "",
    )
    return " · ".join(part for part in parts if part)


@on(DB)
def take(desk: Desk, visit_id: str, lines: tuple[str, ...]) -> None:
    """Save what the lines say as the visitor's identity, in one transaction.

    Raises FormProblem when a check digit does not agree, or another person is at the window by now.
    """
    judged = judge(lines, desk.today())
    if judged.problem or require_open(desk).id != visit_id:
        raise FormProblem(
            judged.problem or _("已经换了人，这张证没有采用。"),
            safe=_("什么都没有改动。"),
            next_step=_("请对照证件改正，或手工输入。"),
        )

    def write(connection: Transaction) -> None:
        for path, _label, text in judged.fields:
            visits.set_field(connection, visit_id, DraftField(path, text, SOURCE, text), desk.clock.now())

    desk.store(write)
