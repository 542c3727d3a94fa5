"""The matters of one visit as the rules see them: each with its short form, parties, cause and papers.

Paths: ``matter.<n>.code``, ``matter.<n>.variant``, ``matter.<n>.<field>``, ``matter.<n>.copies.<material>``,
``matter.<n>.form.<material>``,
``matter.<n>.defect.<material>``, ``matter.<n>.asked.<item>`` (what the back office asks for besides),
``matter.<n>.mediation``, ``matter.<n>.mediation_refused``, ``matter.<n>.promised``,
``matter.<n>.supply`` and what belongs to it.
A visit without a code is about the first matter of the catalogue; an empty code takes a matter out again.
``visit.current`` is the matter on the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count, takewhile
from typing import Final

from app.clock import moment
from app.domain.causes import Cause
from app.domain.checklist import Handed, Item, Status, assess
from app.domain.dossier import Bundle, bundles
from app.domain.matter import MEDIATION, Field, FieldKind, Matter, Variant
from app.domain.mediation import EARLIER
from app.domain.party import Parties, Party
from app.domain.short_form import Answers, all_hold, variant_of, visible_fields
from app.domain.steps import Mark, StepKind
from app.services import people
from app.services.claims import claims_of
from app.services.fields import FIRST, Draft, entry, value
from app.services.knowledge import Knowledge
from app.storage.records import DraftField, PageRecord
from app.texts import _

DEFAULT_CODE: Final = "F01"
CURRENT: Final = "visit.current"
NO_MARKS: Final[frozenset[str]] = frozenset()
RESTARTED: Final = "restarted"
"""The decision clock of a corrected matter begins anew when the supplement comes."""
OTHER_PAPER: Final = "M99"
OTHER_NAME: Final = "其他材料"
_WANTED: Final = (Status.MISSING_LAW, Status.MISSING_PRACTICE, Status.HAVE, Status.NOT_NEEDED)
_CODE: Final = re.compile(r"matter\.([1-9][0-9]{0,2})\.code")


@dataclass(frozen=True)
class Sheet:
    """One matter of a visit; ``number`` is the one in its paths, ``fields`` those that show now.

    ``marks`` are what its recorded steps mean, each with the instant it was recorded. ``begun`` of a matter
    that goes on: the day it was first received, or ``RESTARTED``; "" when this visit receives it. ``copies``
    are those the clerk counted, by material.
    """

    number: int
    matter: Matter
    answers: Answers
    parties: Parties
    fields: tuple[Field, ...]
    cause: Cause | None
    marks: Mapping[Mark, datetime]
    begun: str = ""
    copies: Mapping[str, int] = field(default_factory=dict)

    @property
    def variant(self) -> Variant | None:
        return self.matter.variant(variant_of(self.matter, self.answers))

    @property
    def title(self) -> str:
        return f"{self.matter.name} · {self.cause.name}" if self.cause else self.matter.name

    def path(self, key: str) -> str:
        return f"matter.{self.number}.{key}"


def numbers(draft: Draft) -> tuple[int, ...]:
    """Numbers of the matters of the visit, in the order in which they were added."""
    found = {int(match[1]): draft[path].value for path in draft if (match := _CODE.fullmatch(path))}
    found.setdefault(1, DEFAULT_CODE)
    return tuple(sorted(number for number, code in found.items() if code))


def fresh_number(draft: Draft) -> int:
    """A number no matter of this visit has had."""
    return max([1, *(int(match[1]) for path in draft if (match := _CODE.fullmatch(path)))]) + 1


def current_number(draft: Draft) -> int:
    shown, known = value(draft, CURRENT), numbers(draft)
    return int(shown) if shown.isdigit() and int(shown) in known else known[0]


def matter_of(draft: Draft, number: int, knowledge: Knowledge) -> Matter:
    """Return the chosen matter; a code the catalogue no longer has stands as its first."""
    known = knowledge.matters
    code = value(draft, f"matter.{number}.code") or DEFAULT_CODE
    return known.get(code) or next(iter(known.values()))


def sheets(draft: Draft, knowledge: Knowledge) -> tuple[Sheet, ...]:
    """Return all matters of the visit."""
    own = _by_matter(draft)
    return tuple(_sheet(draft, number, own.get(number, {}), knowledge) for number in numbers(draft))


def _by_matter(draft: Draft) -> dict[int, dict[str, DraftField]]:
    """The fields of each matter: with hundreds of them nobody looks through the whole draft for each."""
    found: dict[int, dict[str, DraftField]] = {}
    for path, one in draft.items():
        if path.startswith("matter."):
            number = path[7 : path.find(".", 7)]
            if number.isdigit():
                found.setdefault(int(number), {})[path] = one
    return found


def current(draft: Draft, knowledge: Knowledge) -> Sheet:
    """Return the matter on the screen."""
    return sheet(draft, current_number(draft), knowledge)


def sheet(draft: Draft, number: int, knowledge: Knowledge) -> Sheet:
    """Return one matter of the visit, worked out from the draft."""
    prefix = f"matter.{number}."
    own = {path: one for path, one in draft.items() if path.startswith(prefix)}
    return _sheet(draft, number, own, knowledge)


def _sheet(draft: Draft, number: int, own: Draft, knowledge: Knowledge) -> Sheet:
    """``own`` are the fields of this matter among those of the draft."""
    matter = matter_of(draft, number, knowledge)
    cause = _cause(draft, number, matter, knowledge)
    marks = _marks(draft, number, matter, knowledge)
    parties = _parties(draft, number, matter)
    answers = replace(
        _answers(own, number, matter, cause),
        complete_online=Mark.FILED_ONLINE in marks,
        claims=claims_of(own, number, (party.key for party in parties.filers)),
    )
    return Sheet(
        number,
        matter,
        answers,
        parties,
        visible_fields(matter, parties, answers),
        cause,
        marks,
        value(draft, f"matter.{number}.begun"),
        copies_counted(own, number),
    )


def step_numbers(draft: Draft) -> tuple[int, ...]:
    """Numbers of the steps ever recorded, those taken out too."""
    return tuple(takewhile(lambda number: f"step.{number}.kind" in draft, count(1)))


def step_answers(draft: Draft, number: int, kind: StepKind) -> Answers:
    """What is answered in one step."""
    said = {field.key: value(draft, f"step.{number}.{field.key}") for field in kind.fields}
    return Answers({key: text for key, text in said.items() if text})


def _marks(draft: Draft, number: int, matter: Matter, knowledge: Knowledge) -> dict[Mark, datetime]:
    found: dict[Mark, datetime] = {}
    for step in step_numbers(draft):
        kind = knowledge.steps.get(value(draft, f"step.{step}.kind"))
        if kind is not None and value(draft, f"step.{step}.matter") == str(number):
            at = moment(value(draft, f"step.{step}.at"))
            found |= dict.fromkeys(kind.means(matter, step_answers(draft, step, kind)), at)
    return found


def _answers(draft: Draft, number: int, matter: Matter, cause: Cause | None) -> Answers:
    prefix = f"matter.{number}."
    kept = (field for field in matter.fields if field.kind is not FieldKind.PARTIES)
    keys = (*(f.key for f in kept), MEDIATION, EARLIER)
    values = {key: draft[prefix + key].value for key in keys if prefix + key in draft}
    return Answers(
        values=values,
        variant=_variant(draft, prefix, matter),
        marks=cause.marks if cause else NO_MARKS,
        cause=cause.no if cause else "",
        waived=_by_material(draft, f"{prefix}waived."),
        defects=_by_material(draft, f"{prefix}defect."),
        asked=_by_material(draft, f"{prefix}asked."),
    )


def _variant(draft: Draft, prefix: str, matter: Matter) -> str:
    chosen = value(draft, f"{prefix}variant")
    return chosen if matter.variant(chosen) is not None else ""


def _by_material(draft: Draft, prefix: str) -> dict[str, str]:
    return {
        path.removeprefix(prefix): field.value
        for path, field in draft.items()
        if path.startswith(prefix) and field.value
    }


def _cause(draft: Draft, number: int, matter: Matter, knowledge: Knowledge) -> Cause | None:
    field = next((f for f in matter.fields if f.kind is FieldKind.CAUSE), None)
    if field is None:
        return None
    return knowledge.causes.named(value(draft, f"matter.{number}.{field.key}"))


def _parties(draft: Draft, number: int, matter: Matter) -> Parties:
    """Everyone in the matter's lists; who stands in two lists counts where first named."""
    people_: dict[str, Party] = {}
    for listed in people.lists_of(matter):
        if listed.side is None:
            continue
        default = people.default_form(matter, listed)
        for key in people.members(draft, number, matter, listed):
            people_.setdefault(key, people.party_of(draft, key, listed.side, default))
    found = tuple(people_.values())
    filers = tuple(party.key for party in Parties(found).filers)
    chosen = tuple(key for key in chosen_representatives(draft, number) if key in filers)
    return Parties(found, people.agents_for(draft, filers), chosen)


def chosen_representatives(draft: Draft, number: int) -> tuple[str, ...]:
    """Keys of those chosen to represent the filers of a matter, also of some who have left it since."""
    return tuple(key for key in value(draft, f"matter.{number}.representatives").split(",") if key)


# ---- papers ----------------------------------------------------------------------------------------


def handed(draft: Draft, shown: Sheet, dossier: Sequence[PageRecord]) -> tuple[Handed, ...]:
    """What was handed in for a matter: scanned pages, copies the clerk counted, the card that was read."""
    pages: dict[str, int] = {}
    for record in dossier:
        if record.page.matter == shown.number:
            pages[record.page.material] = pages.get(record.page.material, 0) + 1
    counted = shown.copies
    codes = dict.fromkeys((*pages, *counted))
    found = [Handed(code, counted.get(code, 1), pages=pages.get(code, 0)) for code in codes]
    if card_shown(draft, shown):
        found.append(Handed("M02", original=True, holder=FIRST))
    return tuple(papers for papers in found if papers.copies)


def copies_counted(draft: Draft, number: int) -> dict[str, int]:
    """Copies the clerk counted, by material."""
    prefix = f"matter.{number}.copies."
    return {
        path.removeprefix(prefix): int(field.value)
        for path, field in draft.items()
        if path.startswith(prefix) and field.value.isdigit()
    }


def paper_form(draft: Draft, number: int, code: str, knowledge: Knowledge) -> str:
    """How a material was handed in, "original", "copy" or "electronic": what the receipt must say (民诉法69).

    Until the clerk says otherwise it is as the catalogue asks for it.
    """
    known = knowledge.catalogue.materials.get(code)
    return value(draft, f"matter.{number}.form.{code}") or (
        "original" if known and known.original else "copy"
    )


def papers_in(draft: Draft, dossier: Sequence[PageRecord]) -> tuple[Bundle, ...]:
    """Pages by matter and material, and after them what was counted on the counter without a scan."""
    scanned = bundles(record.page for record in dossier)
    known = {(bundle.matter, bundle.material) for bundle in scanned}
    own = _by_matter(draft)
    counted = [
        Bundle(code, (), number)
        for number in numbers(draft)
        for code, copies in sorted(copies_counted(own.get(number, {}), number).items())
        if copies and (number, code) not in known
    ]
    return tuple(sorted((*scanned, *counted), key=lambda bundle: bundle.matter))


def copies_before(draft: Draft, number: int) -> dict[str, int]:
    """Copies an earlier visit of the same intake had counted, by material."""
    prefix = f"matter.{number}.had."
    return {
        path.removeprefix(prefix): int(field.value)
        for path, field in draft.items()
        if path.startswith(prefix) and field.value.isdigit()
    }


def card_shown(draft: Draft, shown: Sheet) -> bool:
    """Say whether the first party's own card was read here: the original was seen, nothing is missing."""
    number = entry(draft, f"party.{FIRST}.id_number")
    here = any(party.key == FIRST and party.is_natural for party in shown.parties.filers)
    return here and number is not None and number.source == "card"


def checklist(draft: Draft, shown: Sheet, dossier: Sequence[PageRecord]) -> tuple[Item, ...]:
    """Return every item of the matter, as it stands."""
    items = assess(shown.matter, shown.parties, handed(draft, shown, dossier), shown.answers)
    unnamed = _unnamed(draft, shown)
    return tuple(replace(one, holder_name=unnamed.get(one.holder, one.holder_name)) for one in items)


def _unnamed(draft: Draft, shown: Sheet) -> dict[str, str]:
    """How those of several filers are called whose name nobody has entered yet, by their keys."""
    if len(shown.parties.filers) < 2:
        return {}
    nameless = {party.key for party in shown.parties.filers if not party.name}
    called: dict[str, str] = {}
    for listed in people.lists_of(shown.matter):
        keys = people.members(draft, shown.number, shown.matter, listed)
        label = _(listed.label).partition("（")[0]
        words = _("第 {place} 名{label}，姓名未填") if len(keys) > 1 else _("{label}，姓名未填")
        for place, key in enumerate(keys, 1):
            if key in nameless:
                called.setdefault(key, words.format(place=place, label=label))
    return called


def wanted_first(items: Iterable[Item]) -> list[Item]:
    """Return items with what is missing before what is there, and what nobody needs last."""
    return sorted(items, key=lambda item: _WANTED.index(item.status))


def materials(draft: Draft, shown: Sheet, dossier: Sequence[PageRecord]) -> dict[str, str]:
    """Return what can be handed in for a matter, code to name: what is missing first, other papers last."""
    found: dict[str, str] = {}
    for item in wanted_first(checklist(draft, shown, dossier)):
        found.setdefault(item.code, item.name)  # as it is asked here, not as another kind would call it
    return found | {OTHER_PAPER: _(OTHER_NAME)}


def material_name(code: str, knowledge: Knowledge, shown: Sheet | None = None) -> str:
    """The name of a material as the back office, the matter, or else the master list, calls it."""
    if code == OTHER_PAPER:
        return _(OTHER_NAME)
    if shown is None:
        return knowledge.catalogue.name_of(code)
    mine = [r for r in shown.matter.requirements if r.material.code == code]
    held = (r for r in mine if all_hold(r.when, shown.matter, shown.parties, shown.answers))
    asked = next(held, mine[0] if mine else None)
    own = shown.answers.asked.get(code) or (asked.material.name if asked is not None else "")
    return own or knowledge.catalogue.name_of(code)
