"""Who stands at the counter: read from the card, or typed with the check digit."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.clock import stamp
from app.domain.matter import PartyForm
from app.errors import FormProblem
from app.lanes import READER, on
from app.notices import Level, Notice
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.fields import ORIGINAL, Draft, copied_from
from app.services.views import Health
from app.storage import visits
from app.storage.access import Transaction
from app.storage.records import DraftField
from app.texts import _
from devices.base import CardRead, CardState
from devices.errors import Cancelled, CardNotLifted, NoCard
from devices.sdt.codes import nation_name

_POLL_SECONDS: Final = 0.3
_NUMBER: Final = "identity.id_number"
_PARTY: Final = re.compile(r"p[0-9]{1,4}")


@on(READER)
def read_card(desk: Desk, party: str = "") -> None:
    """Wait for a card as long as the desk's rhythm says, read it and save its fields in one transaction.

    ``party`` is the key of the natural person it belongs to, "" for the visitor. Raises DeviceProblem (each
    condition with what to do), Cancelled, and FormProblem without an open visit or for another person's card
    than the visitor's.
    """
    flag = desk.cancel_flag("read_card")
    record = require_open(desk)
    card = wait_for_card(desk, flag)
    of_party = _is_another(desk.store(visits.fields, record.id), party)
    found = _fields(card, f"party.{party}" if of_party else "identity")
    if not of_party:
        found[ORIGINAL] = _original(card, desk.clock.now())
    desk.store(_save, record.id, found, desk)
    _flag_characters(desk, card)
    _flag_addresses(desk, card)


def wait_for_card(desk: Desk, flag: threading.Event) -> CardRead:
    """Wait as long as the desk's rhythm says and read, on the reader's lane.

    Raises DeviceProblem, or Cancelled when the flag is set meanwhile.
    """
    with desk.bench.reader() as reader:
        deadline = desk.clock.monotonic() + desk.rhythm.card
        state = reader.poll()
        while state is not CardState.CARD_PRESENT:
            _tell_state(desk, state)
            if flag.wait(_POLL_SECONDS) or desk.clock.monotonic() > deadline:
                break
            state = reader.poll()
        if flag.is_set():
            raise Cancelled
        if state is CardState.LIFT_CARD:
            raise CardNotLifted
        if state is CardState.NO_CARD:
            raise NoCard
        return reader.read()


def _tell_state(desk: Desk, state: CardState) -> None:
    text = {
        CardState.NO_CARD: _("请把身份证放在读卡区"),
        CardState.LIFT_CARD: _("请移开后重新放置"),
    }.get(state, "")
    desk.bench.show(READER, Health.BUSY, text)


def _is_another(draft: Draft, party: str) -> bool:
    """Say whether the party is a natural person of its own, and not a copy of the visitor."""
    form = draft.get(f"party.{party}.form")
    natural = form is None or form.value in ("", PartyForm.NATURAL.value)
    return _PARTY.fullmatch(party) is not None and natural and not copied_from(draft, f"party.{party}.name")


def _fields(card: CardRead, whose: str) -> dict[str, str]:
    found = {
        f"{whose}.name": card.name or card.english_name,
        f"{whose}.id_number": card.number,
        f"{whose}.nation": nation_name(card.nation_code),
        f"{whose}.address": card.later_addresses[-1] if card.later_addresses else card.address,
    }
    return {path: text for path, text in found.items() if text}


def _original(card: CardRead, at: datetime) -> str:
    """What the chip said, byte for byte, with the photo no open program can decode; never the fingerprint."""
    kept = {
        "at": stamp(at),
        "kind": card.kind.name,
        "raw": b64encode(card.raw).decode("ascii"),
        "photo": b64encode(card.photo).decode("ascii"),
        "finger_length": card.finger_length,
    }
    return json.dumps(kept)


def _save(connection: Transaction, visit_id: str, found: Mapping[str, str], desk: Desk) -> None:
    record = visits.get(connection, visit_id)
    if record is None or record.state != "open":
        raise FormProblem(
            _("读卡期间已经换了人，这张证没有采用。"),
            safe=_("两个人的内容都没有改动。"),
            next_step=_("请核对后再按 F3 读一次。"),
        )
    there = visits.fields(connection, visit_id).get(_NUMBER)
    number = found.get(_NUMBER)
    if number and there is not None and there.source == "card" and there.value not in ("", number):
        raise FormProblem(
            _("这张证和已读的不是同一个人，没有采用。"),
            safe=_("原来读到的内容没有改动。"),
            next_step=_("给别的当事人读卡，请先把光标放到那一位里；换了来办的人，请先删去证件号码。"),
        )
    for path, text in found.items():
        visits.set_field(connection, visit_id, DraftField(path, text, "card", text), desk.clock.now())


def _flag_addresses(desk: Desk, card: CardRead) -> None:
    if card.addresses_complete:
        desk.notices.clear("addresses-unread")
        return
    desk.notices.post(
        Notice(
            "addresses-unread",
            Level.ATTENTION,
            _("证件里后来变更的住址没有读出来，显示的是制证时的住址。"),
            _("其他内容已读好。"),
            _("请问一下现在的住址。"),
        )
    )


def _flag_characters(desk: Desk, card: CardRead) -> None:
    if not card.suspect_characters:
        desk.notices.clear("suspect-characters")
        return
    codes = "、".join(f"U+{ord(c):04X}" for c in card.suspect_characters)
    desk.notices.post(
        Notice(
            "suspect-characters",
            Level.ATTENTION,
            _("证件芯片里的姓名有无法辨认的字（{codes}）。").format(codes=codes),
            _("芯片原文已保留。"),
            _("请对照证件票面改正姓名。"),
        )
    )
