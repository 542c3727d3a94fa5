"""Papers that came after the end of a visit (补充材料): added to its record by an amendment.

Each page is durable as soon as it is scanned and waits for the act; a crash in between leaves it waiting. The
act is one transaction: the record that stands from now on and names each page by its hash, the pictures the
court is owed, the receipt for whoever brought them. What stood before stays, here and at the court.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from app.clock import local, moment, stamp
from app.domain.amendment import MOST_REASON
from app.domain.dossier import Bundle, bundles
from app.errors import FormProblem
from app.imaging import dossier
from app.lanes import DB, PAPERS, SCANNER, on
from app.services import amendments
from app.services.amendment_paper import Told
from app.services.amendments import ADDITIONS
from app.services.case import Case, bundle_name, read_case
from app.services.desk import Desk
from app.services.finishing import load_page
from app.services.numbers import shows_identity
from app.services.papers import Place, import_to, keep_blob, page_view, scan_to
from app.services.sheet import Sheet, materials, paper_form, sheets
from app.services.views import PageView
from app.storage import intakes, pages, visits
from app.storage.access import Transaction
from app.storage.records import BlobRecord, PageRecord
from app.texts import _

MOST: Final = 100
"""Additions to one record."""


@dataclass(frozen=True)
class Material:
    """What a page can be: of which matter, its code, and how the clerk reads it."""

    matter: int
    code: str
    name: str


@dataclass(frozen=True)
class AddedView:
    """What was added before: the number of its receipt, when, by whom, why, and what."""

    number: str
    at: str
    by: str
    reason: str
    papers: str


@dataclass(frozen=True)
class AdditionsView:
    """A finished visit to which pages can be added; ``visit_id`` is empty where there is none.

    ``pages`` wait to be sent, ``added`` were sent before, the newest first.
    """

    visit_id: str
    receipt_no: str = ""
    person: str = ""
    matter: str = ""
    materials: tuple[Material, ...] = ()
    pages: tuple[PageView, ...] = ()
    added: tuple[AddedView, ...] = ()


@on(DB)
def view(desk: Desk, visit_id: str) -> AdditionsView:
    """Return what is shown of a visit; nothing for one that is not finished, or was erased."""
    return desk.store(_view, desk, visit_id)


def _view(connection: Transaction, desk: Desk, visit_id: str) -> AdditionsView:
    if not _can_grow(connection, visit_id):
        return AdditionsView("")
    _event, body = amendments.standing(connection, visit_id)
    case = read_case(connection, visit_id)
    made = case.sheets(desk.knowledge)
    return AdditionsView(
        visit_id,
        receipt_no=body["receipt_no"],
        person=body["visitor"].get("name", ""),
        matter="、".join(shown.matter.short for shown in made),
        materials=tuple(_materials(case, made)),
        pages=tuple(_pages(desk, made, pages.waiting_for(connection, visit_id))),
        added=tuple(_added(one) for one in reversed(body.get(ADDITIONS, ()))),
    )


def _can_grow(connection: Transaction, visit_id: str) -> bool:
    record = visits.get(connection, visit_id) if visit_id else None
    intake = intakes.get_intake(connection, visit_id) if record and record.state == "finished" else None
    return bool(intake and intake.body)


def _materials(case: Case, made: Sequence[Sheet]) -> Iterator[Material]:
    """Yield what can be added to each matter, what is missing first."""
    for place, shown in enumerate(made, 1):
        for code, name in materials(case.draft, shown, case.dossier).items():
            words = _("第{place}件 {name}").format(place=place, name=name) if len(made) > 1 else name
            yield Material(shown.number, code, words)


def _pages(desk: Desk, made: Sequence[Sheet], waiting: Sequence[PageRecord]) -> Iterator[PageView]:
    for number, record in enumerate(waiting, 1):
        page = record.page
        name = bundle_name(Bundle(page.material, (), page.matter), made, desk.knowledge)
        yield page_view(record, number, name, covered=shows_identity(page.material, desk.knowledge))


def _added(one: Mapping[str, Any]) -> AddedView:
    counted: dict[str, int] = {}
    for page in one["pages"]:
        counted[page["name"]] = counted.get(page["name"], 0) + 1
    papers = "、".join(_("{name} {count} 页").format(name=name, count=n) for name, n in counted.items())
    at = local(moment(one["at"])).strftime("%Y-%m-%d %H:%M")
    return AddedView(one["number"], at, one["by"], one["reason"], papers)


# ---- pages ---------------------------------------------------------------------------------------------


@on(SCANNER)
def scan(
    desk: Desk, visit_id: str, matter: int, material: str, feeder: bool, on_page: Callable[[], None]
) -> int:
    """Scan pages that came after the end; as for an open visit, with the same errors."""
    return scan_to(desk, _place(desk, visit_id, matter, material), feeder, on_page)


@on(PAPERS)
def import_files(desk: Desk, visit_id: str, matter: int, material: str, files: tuple[Path, ...]) -> int:
    """Take in PDFs and pictures that came after the end; as for an open visit, with the same errors."""
    return import_to(desk, _place(desk, visit_id, matter, material), files)


def _place(desk: Desk, visit_id: str, matter: int, material: str) -> Place:
    if not desk.store(_can_grow, visit_id):
        raise _nothing_to_add_to()
    return Place(visit_id, matter, material, late=True)


@on(DB)
def remove(desk: Desk, visit_id: str, page_id: str) -> None:
    """Take out a page that was not sent yet."""

    def taken(connection: Transaction) -> None:
        if any(one.page.page_id == page_id for one in pages.waiting_for(connection, visit_id)):
            pages.remove(connection, page_id, desk.clock.now())

    desk.store(taken)


# ---- the act -------------------------------------------------------------------------------------------


@on(PAPERS)
def send(desk: Desk, visit_id: str, reason: str) -> str:
    """Add the waiting pages to the record; return the number of the receipt.

    Raises FormProblem without a reason, without a page, or where the record cannot be amended.
    """
    why = reason.strip()
    if not why or len(why) > MOST_REASON:
        raise _refused(_("补充材料要写明理由，最多 {most} 字。").format(most=MOST_REASON))
    waiting = desk.store(pages.waiting_for, visit_id)
    if not waiting:
        raise _refused(_("还没有要补充的材料。"), _("请按 Ctrl+S 扫描，或 Ctrl+O 导入。"))
    return desk.store(_send, desk, visit_id, waiting, _bound(desk, visit_id, waiting), why)


def _bound(desk: Desk, visit_id: str, waiting: Sequence[PageRecord]) -> BlobRecord:
    """Bind the new pages into a PDF of their own, durable on disk; the bound papers of the visit stay."""
    case = desk.store(read_case, visit_id)
    made = case.sheets(desk.knowledge)
    laid = (
        dossier.Sheet(bundle_name(bundle, made, desk.knowledge), partial(load_page, desk, page))
        for bundle in bundles(record.page for record in waiting)
        for page in bundle.pages
    )
    data = dossier.bind(laid, title=_("{ticket} 补充材料").format(ticket=case.visit.ticket))
    return BlobRecord(keep_blob(desk, data, "application/pdf"), len(data), b"", "application/pdf")


def _send(
    connection: Transaction,
    desk: Desk,
    visit_id: str,
    waiting: Sequence[PageRecord],
    bound: BlobRecord,
    why: str,
) -> str:
    if pages.waiting_for(connection, visit_id) != waiting:
        raise _refused(_("送出的同时页面有变动，没有送出。"), _("请再按一次。"))
    event, body = amendments.standing(connection, visit_id)
    earlier = body.get(ADDITIONS, [])
    if len(earlier) >= MOST:
        raise _refused(_("这件已补充 {most} 次，不能再补充。").format(most=MOST))
    made = sheets(visits.fields(connection, visit_id), desk.knowledge)
    found = [
        _Paper(one, bundle_name(one, made, desk.knowledge))
        for one in bundles(record.page for record in waiting)
    ]
    sizes = {one.sha256: one.size for one in _blobs(connection, waiting)} | {bound.sha256: bound.size}
    number = amendments.next_number(connection, event, body)
    addition = {
        "number": number,
        "at": stamp(desk.clock.now()),
        "by": desk.settings.hall.clerk,
        "reason": why,
        "pages": [row for paper in found for row in paper.rows(sizes)],
        "dossier": {"sha256": bound.sha256, "size": bound.size},
    }
    after = _grown(desk, connection, body, addition, found, sizes)
    told = [(paper.name, len(paper.bundle.pages)) for paper in found]
    papers = "、".join(_("{name} {count} 页").format(name=name, count=count) for name, count in told)
    changed = [{"path": f"{ADDITIONS}.{len(earlier)}", "before": "", "after": papers[:MOST_REASON]}]
    done = amendments.put_in_place(connection, desk, event, after, changed, why, Told(papers=told))
    intakes.owe_blobs(connection, visit_id, set(sizes) - intakes.owed_hashes(connection, visit_id))
    pages.give_late(connection, [one.page.page_id for one in waiting], done.id)
    return done.number


@dataclass(frozen=True)
class _Paper:
    """The new pages of one material, and what it is called."""

    bundle: Bundle
    name: str

    def rows(self, sizes: Mapping[str, int]) -> Iterator[dict[str, object]]:
        for page in self.bundle.pages:
            yield {
                "sha256": page.sha256,
                "size": sizes[page.sha256],
                "matter": page.matter,
                "material": page.material,
                "name": self.name,
                "source": page.source,
            }


def _blobs(connection: Transaction, waiting: Sequence[PageRecord]) -> Iterator[BlobRecord]:
    for sha256 in dict.fromkeys(record.page.sha256 for record in waiting):
        found = pages.get_blob(connection, sha256)
        if found is not None:
            yield found


def _grown(
    desk: Desk,
    connection: Transaction,
    body: Mapping[str, Any],
    addition: Mapping[str, Any],
    found: Sequence[_Paper],
    sizes: Mapping[str, int],
) -> dict[str, Any]:
    """Return the record with the new pages among its materials and files."""
    after = copy.deepcopy(dict(body))
    draft = visits.fields(connection, body["visit_id"])
    for paper in found:
        matter, code = paper.bundle.matter, paper.bundle.material
        hashes = [page.sha256 for page in paper.bundle.pages]
        row = next((m for m in after["materials"] if (m["matter"], m["code"]) == (matter, code)), None)
        if row is None:
            form = paper_form(draft, matter, code, desk.knowledge)
            facts = {"matter": matter, "code": code, "name": paper.name, "copies": 1, "form": form}
            row = {**facts, "pages": 0, "sha256": []}
            after["materials"].append(row)
        row["pages"] += len(hashes)
        row["sha256"] += hashes
    named = {one["sha256"] for one in after["blobs"]}
    after["blobs"] += [{"sha256": one, "size": sizes[one]} for one in sorted(set(sizes) - named)]
    after[ADDITIONS] = [*after.get(ADDITIONS, []), dict(addition)]
    return after


def _nothing_to_add_to() -> FormProblem:
    return FormProblem(
        _("这里没有已办结的收件，或它的内容已按保存期限清除。"),
        safe=_("什么都没有改动。"),
        next_step=_("请按 Ctrl+F 查找已办结的那一件；还在办的，材料直接收进这一件。"),
    )


def _refused(happened: str, next_step: str = "") -> FormProblem:
    return FormProblem(
        happened,
        safe=_("扫好的页面都在，原来的记录没有改动。"),
        next_step=next_step or _("请改好再送。"),
    )
