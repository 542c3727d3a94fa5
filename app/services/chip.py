"""Who stands at the counter, from a social security card; other chip cards say nothing without a key."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.identity import check_id_number
from app.errors import DeviceProblem, FormProblem
from app.lanes import CHIP_READER, on
from app.services.bench import TITLES
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.problems import device_problem
from app.services.views import Health
from app.storage import visits
from app.storage.access import Transaction
from app.storage.records import DraftField
from app.texts import _
from devices.chip import ChipReader
from devices.errors import Cancelled, DeviceError, NotSupported
from devices.sdt.codes import nation_name
from devices.social_card import COMMANDS, SocialCard, holder

SOURCE: Final = "chip"
_POLL_SECONDS: Final = 0.3


@on(CHIP_READER)
def read(desk: Desk) -> None:
    """Wait for a card as long as the desk's rhythm says, read it and save its fields in one transaction.

    Raises DeviceProblem, FormProblem without a visit or for a card that says nothing, Cancelled.
    """
    flag = desk.cancel_flag("read_chip")
    record = require_open(desk)
    with desk.bench.chips() as reader:
        answers = reader.session(COMMANDS) if _wait(desk, reader, flag) else None
    if answers is None:
        raise _no_card()
    desk.store(_save, record.id, _fields(_holder(answers)), desk)


def _wait(desk: Desk, reader: ChipReader, flag: threading.Event) -> bool:
    """Wait for a card; False when none came. Raises Cancelled."""
    deadline = desk.clock.monotonic() + desk.rhythm.card
    while not reader.poll():
        desk.bench.show(CHIP_READER, Health.BUSY, _("请把社保卡插入读卡器"))
        if flag.wait(_POLL_SECONDS):
            raise Cancelled
        if desk.clock.monotonic() > deadline:
            return False
    return True


def _no_card() -> DeviceProblem:
    return DeviceProblem(
        _("没有读到卡。"),
        safe=_("已填写和已扫描的内容都在。"),
        next_step=_("请把社保卡插到底，芯片朝里，再按一次。"),
    )


def _holder(answers: Sequence[tuple[bytes, int]]) -> SocialCard:
    try:
        card = holder(answers)
    except NotSupported as error:
        raise _says_nothing(error) from error
    except DeviceError as error:
        raise device_problem(error, _(TITLES[CHIP_READER])) from error
    if not check_id_number(card.number).ok:
        raise _says_nothing(None)
    return card


def _says_nothing(error: DeviceError | None) -> FormProblem:
    return FormProblem(
        _("这张卡上没有能用的姓名和号码。"),
        safe=_("什么都没有改动。"),
        next_step=_("请换社保卡或身份证，或手工输入。"),
        detail=error.diagnostics if error is not None else "check digit",
    )


def _fields(card: SocialCard) -> Mapping[str, str]:
    found = {"identity.name": card.name, "identity.id_number": card.number}
    nation = nation_name(card.nation_code) if card.nation_code else ""
    return found | ({"identity.nation": nation} if nation else {})


def _save(connection: Transaction, visit_id: str, found: Mapping[str, str], desk: Desk) -> None:
    record = visits.get(connection, visit_id)
    if record is None or record.state != "open":
        raise FormProblem(
            _("读卡期间已经换了人，这张卡没有采用。"),
            safe=_("两个人的内容都没有改动。"),
            next_step=_("请核对后再读一次。"),
        )
    for path, text in found.items():
        visits.set_field(connection, visit_id, DraftField(path, text, SOURCE, text), desk.clock.now())
