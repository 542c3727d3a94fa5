"""A number for who lays an ID card down: priority by age, one open number a person and group.

The number on the card stays on the reader's lane. What the hall gets is a hash of it, keyed with a secret of
the hall and good for one day: two days cannot be put together, and nobody outside can try numbers out.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import date
from typing import Final

from app.domain.identity import check_id_number
from app.domain.ticket import Wanted
from app.errors import HallProblem
from app.hall.address import PERSON_KEY
from app.lanes import READER, on
from app.services.desk import Desk
from app.services.identity import wait_for_card
from app.storage import meta
from app.storage.access import Transaction
from app.texts import _

__all__ = ["Wanted", "read"]

_HEX: Final = 32


@on(READER)
def read(desk: Desk) -> Wanted:
    """Wait for a card and return what a number is wanted for.

    Raises DeviceProblem (each condition with what to do), Cancelled, HallProblem without the hall's key.
    """
    card = wait_for_card(desk, desk.cancel_flag("swipe"))
    facts = check_id_number(card.number, today=desk.today()).facts
    born = facts.birth if facts is not None else None
    green = born is not None and _age(born, desk.today()) >= desk.settings.queue.elder
    return Wanted(desk.settings.hall.group, green=green, person=person_of(desk, card.number))


def person_of(desk: Desk, number: str, day: date | None = None) -> str:
    """Return the hash of an ID number for a day, today if none is given: 32 hexadecimal digits."""
    day = day or desk.today()
    return hmac.new(_key(desk), f"{day.isoformat()}|{number}".encode(), "sha256").hexdigest()[:_HEX]


def _key(desk: Desk) -> bytes:
    if not desk.hall.is_shared:
        return bytes.fromhex(desk.store(_own_key))
    try:
        return bytes.fromhex((desk.places.hall / PERSON_KEY).read_text("ascii"))
    except (OSError, ValueError) as error:
        raise HallProblem(
            _("本窗口的大厅凭证不全，不能刷卡取号。"),
            safe=_("没有发出号，身份证号没有保存。"),
            next_step=_("可以按 F2 取号；请用新的加入码重新加入大厅。"),
            detail=type(error).__name__,
        ) from error


def _own_key(connection: Transaction) -> str:
    known = meta.read(connection, meta.PERSON_KEY)
    if known is None:
        known = secrets.token_hex(32)
        meta.write(connection, meta.PERSON_KEY, known)
    return known


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
