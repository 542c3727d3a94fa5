"""What a clerk does with the matters and parties of a visit: choose, add, copy, take out, turn to another.

Nothing entered is ever deleted: a matter or party taken out keeps its fields and can be put back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.identity import mask_id
from app.domain.matter import VARIANT, FieldKind, Matter, Side
from app.errors import FormProblem
from app.lanes import DB, on
from app.services import people
from app.services.desk import Desk
from app.services.drafts import require_open, save
from app.services.fields import FIRST, Draft, value
from app.services.knowledge import Knowledge
from app.services.sheet import CURRENT, Sheet, current, fresh_number, matter_of, numbers
from app.services.views import Suggestion
from app.storage import visits
from app.storage.records import VisitRecord
from app.texts import _

MOST: Final = 100
MOST_PARTIES: Final = 500
_COPIED: Final = (VARIANT, "template", "representatives")
"""What a copy takes along besides the fields of its matter."""


def _draft(desk: Desk) -> tuple[VisitRecord, Draft]:
    record = require_open(desk)
    return record, desk.store(visits.fields, record.id)


# ---- matters -----------------------------------------------------------------------------------------


@on(DB)
def turn(desk: Desk, number: int) -> None:
    """Put another matter of the visit on the screen."""
    record, draft = _draft(desk)
    if number in numbers(draft):
        save(desk, record.id, draft, {CURRENT: str(number)})


@on(DB)
def turn_by(desk: Desk, steps: int) -> int:
    """Go on (1) or back (-1) among the matters, round and round; return the number shown."""
    record, draft = _draft(desk)
    known = numbers(draft)
    place = known.index(current(draft, desk.knowledge).number)
    number = known[(place + steps) % len(known)]
    save(desk, record.id, draft, {CURRENT: str(number)})
    return number


@on(DB)
def add(desk: Desk, code: str = "") -> int:
    """Add a matter with the parties of the one on the screen; return its number."""
    record, draft = _draft(desk)
    shown = current(draft, desk.knowledge)
    matter = desk.knowledge.matters.get(code, shown.matter)
    return _add(desk, record, draft, _lists(draft, shown, matter) | {"code": matter.code})


@on(DB)
def clone(desk: Desk) -> int:
    """Add a copy of the matter on the screen with all its answers; papers and copies are its own.

    So is what became of the matter: what was told, promised or refused, and whether it is mediated.
    """
    record, draft = _draft(desk)
    shown = current(draft, desk.knowledge)
    keys = (*_COPIED, *(field.key for field in shown.matter.fields))
    kept = {key: draft[shown.path(key)].value for key in keys if shown.path(key) in draft}
    lists = _lists(draft, shown, shown.matter)
    return _add(desk, record, draft, kept | lists | {"code": shown.matter.code})


def _add(desk: Desk, record: VisitRecord, draft: Draft, texts: Mapping[str, str]) -> int:
    if len(numbers(draft)) >= MOST:
        raise FormProblem(
            _("一次来访最多 {most} 件。").format(most=MOST),
            safe=_("已填的都在。"),
            next_step=_("请先办结这一次，再给来访人取号接着办。"),
        )
    number = fresh_number(draft)
    made = {f"matter.{number}.{key}": text for key, text in texts.items()}
    save(desk, record.id, draft, made | {CURRENT: str(number)})
    return number


@on(DB)
def remove(desk: Desk, number: int) -> tuple[str, str]:
    """Take a matter out; return the path and text that put it back. The last one and one with pages stay."""
    record, draft = _draft(desk)
    known = numbers(draft)
    if number not in known or len(known) == 1:
        raise FormProblem(_("至少要留一件事项。"), next_step=_("可以在“办理事项”里改成别的。"))
    if desk.store(visits.has_pages, record.id, number):
        raise FormProblem(
            _("这一件已经有材料。"), safe=_("材料都在。"), next_step=_("先移出它的材料，再移除这一件。")
        )
    path = f"matter.{number}.code"
    code = matter_of(draft, number, desk.knowledge).code
    rest = [other for other in known if other != number]
    save(desk, record.id, draft, {path: "", CURRENT: str(rest[0])})
    return path, code


def _lists(draft: Draft, shown: Sheet, matter: Matter) -> dict[str, str]:
    """Party lists of a new matter with the parties of the one on the screen."""
    if matter.code == shown.matter.code:
        return {
            field.key: ",".join(people.members(draft, shown.number, matter, field))
            for field in people.lists_of(matter)
        }
    made = {}
    for side, parties in ((Side.FILER, shown.parties.filers), (Side.OTHER, shown.parties.others)):
        target = people.first_list(matter, side)
        if target is not None and parties:
            made[target.key] = ",".join(party.key for party in parties)
    return made


# ---- parties -------------------------------------------------------------------------------------------


@on(DB)
def add_party(desk: Desk, list_key: str) -> str:
    """Add an empty party to a list of the matter on the screen; return the party's key."""
    record, draft = _draft(desk)
    shown = current(draft, desk.knowledge)
    field = shown.matter.field(list_key)
    if field is None or field.kind is not FieldKind.PARTIES:
        raise FormProblem(_("本事项没有这一方。"))
    keys = people.members(draft, shown.number, shown.matter, field)
    if len(keys) >= MOST_PARTIES:
        raise FormProblem(_("一方最多 {most} 人。").format(most=MOST_PARTIES), safe=_("已填的都在。"))
    key = people.fresh_key(draft)
    save(desk, record.id, draft, {shown.path(list_key): ",".join((*keys, key))})
    return key


@on(DB)
def join_party(desk: Desk, list_key: str, key: str) -> None:
    """Put a party of this visit into a list of the matter on the screen: entered once, used in all."""
    record, draft = _draft(desk)
    shown = current(draft, desk.knowledge)
    field = shown.matter.field(list_key)
    if field is None or field.kind is not FieldKind.PARTIES or key not in all_keys(draft):
        raise FormProblem(_("本事项没有这一方。"))
    keys = people.members(draft, shown.number, shown.matter, field)
    save(desk, record.id, draft, {shown.path(list_key): ",".join(dict.fromkeys((*keys, key)))})


def _standing(draft: Draft, knowledge: Knowledge) -> set[tuple[str, str]]:
    """In which lists, by their keys, each party of the visit stands."""
    found: set[tuple[str, str]] = set()
    for number in numbers(draft):
        matter = matter_of(draft, number, knowledge)
        for field in people.lists_of(matter):
            found |= {(field.key, key) for key in people.members(draft, number, matter, field)}
    return found


def joinable(draft: Draft, shown: Sheet, knowledge: Knowledge) -> tuple[Suggestion, ...]:
    """Parties of the visit that are not in the matter on the screen, once for each of its lists.

    A party comes first with the list it stands in elsewhere; ``value`` is ``list:party``.
    """
    lists = people.lists_of(shown.matter)
    here = {key for field in lists for key in people.members(draft, shown.number, shown.matter, field)}
    elsewhere = _standing(draft, knowledge)
    found: list[Suggestion] = []
    for key in (key for key in all_keys(draft) if key not in here):
        usual = sorted(lists, key=lambda field: (field.key, key) not in elsewhere)
        number = value(draft, f"party.{key}.id_number")
        found += [
            Suggestion(
                f"{field.key}:{key}",
                _("{name} 作为{side}").format(name=value(draft, f"party.{key}.name"), side=_(field.label)),
                mask_id(number) if number else "",
            )
            for field in usual
        ]
    return tuple(found)


def all_keys(draft: Draft) -> tuple[str, ...]:
    """Keys of every party of the visit that has a name."""
    found = (path.split(".")[1] for path in draft if path.startswith("party.") and path.endswith(".name"))
    keys = dict.fromkeys((FIRST, *found))
    return tuple(key for key in keys if value(draft, f"party.{key}.name"))


@on(DB)
def remove_party(desk: Desk, key: str) -> tuple[str, str]:
    """Take a party out of the matter on the screen; return the path and text that put it back."""
    record, draft = _draft(desk)
    shown = current(draft, desk.knowledge)
    for field in people.lists_of(shown.matter):
        keys = people.members(draft, shown.number, shown.matter, field)
        if key in keys:
            path = shown.path(field.key)
            save(desk, record.id, draft, {path: ",".join(k for k in keys if k != key)})
            return path, ",".join(keys)
    raise FormProblem(_("这一方已经不在了。"))


@on(DB)
def put_back(desk: Desk, path: str, text: str) -> None:
    """Undo a removal: write what ``remove`` or ``remove_party`` returned."""
    record, draft = _draft(desk)
    made = {path: text}
    if path.endswith(".code"):
        made[CURRENT] = path.split(".")[1]
    save(desk, record.id, draft, made)
