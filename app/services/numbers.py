"""Identity numbers in full: one at a time, each with a line in the audit trail, so many a day.

A finished visit shows its numbers masked and the pictures of identity documents covered. Who needs one asks
for it; more than the court allows on a day is bulk viewing (risk node 15), which stops until a supervisor has
looked at what it is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final, cast

from app.clock import COURT_ZONE
from app.domain.audit import Act
from app.domain.dossier import DossierPage
from app.domain.identity import mask_id
from app.domain.risk import Finding, HallDay, RiskLimits, check_hall
from app.domain.staff import Purpose
from app.errors import FormProblem
from app.imaging.page import MediaType, Page, thumbnail
from app.lanes import DB, PAPERS, on
from app.services import freezing
from app.services.approval import spend
from app.services.desk import Desk
from app.services.fields import Draft, card_of, value
from app.services.knowledge import Knowledge
from app.services.views import FieldGroup, FieldView
from app.storage import pages, trail, visits
from app.storage.access import Transaction
from app.storage.records import PageRecord
from app.texts import _

_NODE: Final = 15
PAGE: Final = "page."
"""Keys of pictures: the id of the page follows."""
PICTURE_HEIGHT: Final = 560
_SUBJECT: Final = "id_views"
_END: Final = ".id_number"
VISITOR: Final = f"identity{_END}"
"""The visitor's number; the photo of the card that was read is shown with it."""


@dataclass(frozen=True)
class NumberRow:
    """Somebody whose number is known, by its path as ``key``, or a covered picture, by its page."""

    key: str
    who: str
    role: str
    masked: str


@dataclass(frozen=True)
class NumbersView:
    """Whose numbers a visit holds. ``seen`` of ``limit`` were shown today; ``frozen``: why no more are."""

    visit_id: str
    rows: tuple[NumberRow, ...]
    seen: int
    limit: int
    frozen: str = ""
    basis: str = ""


class Bulk(FormProblem):
    """More numbers were asked for on one day than the court allows; a supervisor may lift it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(
            _("已冻结：{text}（{basis}）。").format(text=finding.rule.text, basis=finding.rule.article),
            safe=_("号码没有显示，记录没有改动。"),
            next_step=_("请值班主任核实用途，在“完整号码”（Alt+I）写明理由解除。"),
        )


@on(DB)
def numbers_of(desk: Desk, visit_id: str) -> NumbersView:
    """Return whose numbers the visit holds, masked."""

    def read(connection: Transaction) -> NumbersView:
        rows = tuple(_rows(visits.fields(connection, visit_id))) if visit_id else ()
        rows += tuple(_pictures(connection, desk, visit_id))
        seen, lifted = _today(connection, desk)
        limit = desk.settings.filing.id_views
        found = _bulk(desk, seen + 1, lifted)
        words = (found.rule.text, found.rule.article) if found else ("", "")
        return NumbersView(visit_id, rows, seen, limit * (lifted + 1), *words)

    return desk.store(read)


def _rows(draft: Draft) -> Iterator[NumberRow]:
    """Everybody with a number, once: the visitor first, who is often a party too."""
    told: set[str] = set()
    paths = [path for path in draft if path.endswith(_END) and draft[path].value]
    for path in sorted(paths, key=lambda path: (not path.startswith("identity."), path)):
        number, head = draft[path].value, path.removesuffix(_END)
        if number not in told:
            told.add(number)
            name = value(draft, f"{head}.name") or _("（未填姓名）")
            yield NumberRow(path, name, _role(head), mask_id(number))


def _pictures(connection: Transaction, desk: Desk, visit_id: str) -> Iterator[NumberRow]:
    """The covered pictures of a finished visit."""
    record = visits.get(connection, visit_id) if visit_id else None
    if record is None or record.state == "open":
        return
    for number, one in enumerate(_laid(connection, visit_id), 1):
        if shows_identity(one.page.material, desk.knowledge):
            name = desk.knowledge.catalogue.name_of(one.page.material)
            where = _("第 {number} 页").format(number=number)
            yield NumberRow(f"{PAGE}{one.page.page_id}", name, where, _("图片已遮住"))


def _laid(connection: Transaction, visit_id: str) -> tuple[PageRecord, ...]:
    return (*pages.of_visit(connection, visit_id), *pages.added_to(connection, visit_id))


def shows_identity(code: str, knowledge: Knowledge) -> bool:
    """Say whether pages of this material are pictures of identity documents."""
    known = knowledge.catalogue.materials.get(code)
    return known is not None and known.is_identity


def _role(head: str) -> str:
    words = {"identity": _("来访人"), "agent": _("代理人")}
    return words.get(head.partition(".")[0], _("当事人"))


@on(DB)
def reveal(desk: Desk, visit_id: str, key: str) -> str:
    """Return one number in full; that it was seen, by whom and whose, is durable before it returns.

    Raises Bulk beyond what a clerk may see on a day, FormProblem where there is no such number.
    """

    def read(connection: Transaction) -> str:
        draft = visits.fields(connection, visit_id)
        number = value(draft, key) if key.endswith(_END) else ""
        if not number:
            raise FormProblem(_("没有这个号码。"), next_step=_("请从名单里选。"))
        with_photo = {"photo": 1} if key == VISITOR and card_of(draft) else {}
        seen(connection, desk, visit_id, key, **with_photo)
        return number

    return desk.store(read)


@on(PAPERS)
def reveal_page(desk: Desk, visit_id: str, key: str) -> bytes:
    """Return the picture of one covered page as JPEG, ``PICTURE_HEIGHT`` high; that it was seen is durable
    before it is read.

    Raises Bulk like `reveal`, FormProblem where there is no such page, StorageProblem.
    """

    def read(connection: Transaction) -> tuple[DossierPage, bytes]:
        found = (one.page for one in _laid(connection, visit_id) if key == f"{PAGE}{one.page.page_id}")
        page = next(found, None)
        blob = pages.get_blob(connection, page.sha256) if page is not None else None
        if page is None or blob is None:
            raise FormProblem(_("没有这一页。"), next_step=_("请从名单里选。"))
        seen(connection, desk, visit_id, key)
        return page, blob.key

    page, secret = desk.store(read)
    kind = cast(MediaType, page.media_type)
    data = desk.blobs.get(page.sha256, secret)
    picture = Page(data, kind, page.width, page.height, page.dpi, page.source)
    return thumbnail(picture, PICTURE_HEIGHT)


def seen(connection: Transaction, desk: Desk, visit_id: str, field: str, **more: int) -> None:
    """Write that numbers of a visit are shown in full now; raises Bulk, then nothing may be shown.

    ``photo`` = 1 says that the photo of the card is shown with the number.
    """
    before, lifted = _today(connection, desk)
    bulk = _bulk(desk, before + 1, lifted)
    if bulk is not None:
        raise Bulk(bulk)
    clerk, now = desk.settings.hall.clerk, desk.clock.now()
    trail.add(connection, Act.ID_SEEN, subject=visit_id, actor=clerk, at=now, field=field, **more)


def _today(connection: Transaction, desk: Desk) -> tuple[int, int]:
    """Return how often this clerk saw a number in full today, and how often a supervisor let them go on."""
    since = midnight(desk)
    views = trail.count(connection, Act.ID_SEEN, since, actor=desk.settings.hall.clerk)
    return views, trail.count(connection, Act.UNFROZEN, since, subject=_SUBJECT)


def midnight(desk: Desk) -> datetime:
    """Return when the day began that views are counted for."""
    return datetime.combine(desk.today(), time(), COURT_ZONE)


def _bulk(desk: Desk, views: int, lifted: int) -> Finding | None:
    limits = RiskLimits(id_views_a_day=desk.settings.filing.id_views * (lifted + 1))
    found = check_hall(HallDay(desk.today(), ids_revealed=views), limits)
    return next((one for one in found if one.node == _NODE), None)


@on(DB)
def lift(desk: Desk, approval_id: str, reason: str) -> str:
    """Let the clerk see as many again today, with a supervisor's approval; return the supervisor's name.

    Raises FormProblem without a reason or where nothing is frozen, NotApproved.
    """
    words = freezing.good_reason(reason)

    def write(connection: Transaction) -> str:
        before, lifted = _today(connection, desk)
        if _bulk(desk, before + 1, lifted) is None:
            raise FormProblem(_("没有冻结。"), safe=_("什么都没有改动，核准没有用掉。"))
        now = desk.clock.now()
        who = spend(connection, approval_id, Purpose.UNFREEZE, _SUBJECT, now)
        trail.add(connection, Act.UNFROZEN, subject=_SUBJECT, actor=who, at=now, finding="15", reason=words)
        return who

    return desk.store(write)


# ---- what a finished visit shows ------------------------------------------------------------------------


def masked_groups(groups: Iterable[FieldGroup]) -> tuple[FieldGroup, ...]:
    """Return the groups with every identity number masked, what a card said of it too."""
    return tuple(replace(group, fields=tuple(map(_masked, group.fields))) for group in groups)


def _masked(field: FieldView) -> FieldView:
    if field.kind not in ("id_number", "id"):
        return field
    read = mask_id(field.read_value) if field.read_value else field.read_value
    return replace(field, value=mask_id(field.value) if field.value else "", read_value=read, problem="")


def masked_text(text: str, draft: Draft) -> str:
    """Return a text about the visit with the numbers in it masked."""
    numbers = {f.value for path, f in draft.items() if path.endswith(_END) and f.value}
    for number in sorted(numbers, key=len, reverse=True):
        text = text.replace(number, mask_id(number))
    return text
