"""The receipts of a visit: one for each filer, with what was handed in for their matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.clock import local
from app.domain.dossier import Bundle
from app.domain.receipt_code import short_code
from app.domain.short_form import called, variant_of
from app.services.case import Case, Closing, bundle_name, handed_in
from app.services.fields import Draft, is_agent, value
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet, copies_before, copies_counted, paper_form
from app.settings import HallSettings
from app.storage import pages
from app.texts import _


def received_now(case: Case) -> tuple[Bundle, ...]:
    """What this visit brought: of one that goes on with another only what is new."""
    if case.before is None:
        return handed_in(case)
    found = []
    for bundle in handed_in(case):
        pages_ = tuple(page for page in bundle.pages if page.source != pages.EARLIER)
        counted = copies_counted(case.draft, bundle.matter).get(bundle.material, 0)
        if pages_ or counted > copies_before(case.draft, bundle.matter).get(bundle.material, 0):
            found.append(Bundle(bundle.material, pages_, bundle.matter))
    return tuple(found)


@dataclass(frozen=True)
class Receipt:
    """One receipt of a visit: its number, the matters it is for, and what it lists.

    ``part`` tells it from the others of the visit; the first has none.
    """

    number: str
    matters: tuple[Sheet, ...]
    papers: tuple[Bundle, ...]
    part: str = ""

    @property
    def told(self) -> dict[str, object]:
        """What the record of the visit says of it."""
        return {
            "receipt_no": self.number,
            "party": _filers(self.matters),
            "matters": [shown.number for shown in self.matters],
        }


def receipts_of(case: Case, number: str, knowledge: Knowledge) -> tuple[Receipt, ...]:
    """Return a receipt for each filer, or group of filers, with what was handed in for their matters.

    The first bears the number of the visit, the others the same with -2, -3: a series of windows and days has
    no gap whatever a visit holds. Where nothing was handed in there is nothing to give a receipt for.
    """
    groups: dict[tuple[str, ...], list[Sheet]] = {}
    made = case.sheets(knowledge)
    first = tuple(party.key for party in made[0].parties.filers) if made else ()
    for shown in made:
        filers = tuple(sorted(party.key for party in shown.parties.filers))
        groups.setdefault(filers or tuple(sorted(first)), []).append(shown)
    papers = received_now(case)
    placed = {shown.number: key for key, shown_ in groups.items() for shown in shown_}
    other = next(iter(groups), ())
    found: list[Receipt] = []
    for key, shown_ in groups.items():
        mine = tuple(bundle for bundle in papers if placed.get(bundle.matter, other) == key)
        if mine:
            place = len(found) + 1
            end, part = ("", "") if place == 1 else (f"-{place}", str(place))
            found.append(Receipt(number + end, tuple(shown_), mine, part))
    return tuple(found)


def receipt_content(
    case: Case, closing: Closing, receipt: Receipt, hall: HallSettings, knowledge: Knowledge, sha256: str
) -> dict[str, object]:
    """Return the data of one material receipt, frozen with its print job."""
    draft, made = case.draft, receipt.matters
    every = case.sheets(knowledge)
    return {
        "court": hall.court,
        "window": _("{number} 号窗口").format(number=case.visit.window),
        "receipt_no": receipt.number,
        "intake_no": case.visit.ticket,
        "party": _filers(made) or value(draft, "identity.name"),
        "agent": value(draft, "identity.name") if is_agent(draft) else "",
        "matter": "；".join(dict.fromkeys(_matter_words(shown) for shown in made)),
        "cause": "；".join(dict.fromkeys(shown.cause.name for shown in made if shown.cause)),
        "materials": [_receipt_line(draft, bundle, every, knowledge) for bundle in receipt.papers],
        "laws": [law for law in dict.fromkeys(_law(shown) for shown in made) if law],
        "received": local(closing.at).isoformat(),
        "officer": case.visit.clerk,
        "signature_sha256": closing.signed.signature_sha256 if closing.signed else "",
        "verification": short_code(sha256),
    }


def _filers(made: Sequence[Sheet]) -> str:
    names = dict.fromkeys(p.name for shown in made for p in shown.parties.filers if p.name)
    chosen = _representatives(made)
    if chosen:
        words = _("{names}（诉讼代表人）等 {count} 人")
        return words.format(names="、".join(chosen), count=len(names))
    several = len(names) > 3
    first = "、".join(list(names)[: 3 if several else None])
    return _("{names}等 {count} 人").format(names=first, count=len(names)) if several else first


def _representatives(made: Sequence[Sheet]) -> list[str]:
    """Names of those chosen to represent the filers, in the order in which they were chosen."""
    found: dict[str, None] = {}
    for shown in made:
        names = {party.key: party.name for party in shown.parties.filers}
        found |= dict.fromkeys(names[key] for key in shown.parties.representatives if names[key])
    return list(found)


def _matter_words(shown: Sheet) -> str:
    chosen = variant_of(shown.matter, shown.answers)
    variant = shown.matter.variant(chosen)
    return f"{shown.matter.name}（{variant.label}）" if variant else shown.matter.name


def _law(shown: Sheet) -> str:
    """The provision by which papers of the matter are receipted, "" where there is none."""
    return called(shown.matter, shown.parties, shown.answers).receipt


def _copies(draft: Draft, bundle: Bundle) -> int:
    counted = copies_counted(draft, bundle.matter).get(bundle.material, 1)
    return counted - copies_before(draft, bundle.matter).get(bundle.material, 0)


def _receipt_line(
    draft: Draft, bundle: Bundle, made: Sequence[Sheet], knowledge: Knowledge
) -> dict[str, object]:
    name = bundle_name(bundle, made, knowledge)
    place = next((i for i, shown in enumerate(made, 1) if shown.number == bundle.matter), 0)
    if len(made) > 1 and place:
        name = _("第{place}件 {name}").format(place=place, name=name)
    return {
        "name": name,
        "pages": len(bundle.pages) or None,
        "copies": max(_copies(draft, bundle), 1),
        "form": paper_form(draft, bundle.matter, bundle.material, knowledge),
    }
