"""The photo of the card that was read, as far as a library of the site can decode it.

Kept is what the chip said and nothing else: a decoded picture lives on the window only, and is made again
when it is wanted again. There is no open decoder of these photos (WLT).
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Protocol, cast

from app.domain.audit import Act
from app.errors import FormProblem
from app.lanes import READER, on
from app.services import numbers
from app.services.desk import Desk
from app.services.fields import ORIGINAL, card_of
from app.storage import trail, visits
from app.storage.access import Transaction
from app.texts import _
from devices.base import IdCardReader, PhotoDecoder


@dataclass(frozen=True)
class CardPhoto:
    """``png`` is the picture, empty where ``text`` says why there is none."""

    visit_id: str
    card: str
    png: bytes = field(default=b"", repr=False)
    text: str = ""


class _Decoder(IdCardReader, PhotoDecoder, Protocol):
    """A reader whose vendor's library decodes photos."""


@on(READER)
def photo(desk: Desk, visit_id: str) -> CardPhoto:
    """Return the photo of the visitor's card. Raises DeviceProblem when the library fails.

    Raises FormProblem for a finished visit whose number nobody opened on record today.
    """

    def read(connection: Transaction) -> tuple[str, bytes]:
        record = visits.get(connection, visit_id)
        if record is None or record.state != "open":
            _require_opened(connection, desk, visit_id)
        draft = visits.fields(connection, visit_id)
        kept = draft.get(ORIGINAL)
        return card_of(draft), b64decode(json.loads(kept.value)["photo"]) if kept is not None else b""

    card, wlt = desk.store(read)
    if not card or not desk.bench.has(READER):
        return CardPhoto(visit_id, card, text=_not_decoded() if card else "")
    with desk.bench.reader() as reader:
        if not reader.capabilities.decodes_photo:
            return CardPhoto(visit_id, card, text=_not_decoded())
        return CardPhoto(visit_id, card, cast(_Decoder, reader).photo_png(wlt))


def failed(visit_id: str, card: str) -> CardPhoto:
    """What to show in place of a photo whose library failed; the device's line says what is wrong with it."""
    return CardPhoto(visit_id, card, text=_("照片没有解出来，请对照证件原件"))


def _not_decoded() -> str:
    return _("芯片照片需厂商解码库，请对照证件原件")


def _require_opened(connection: Transaction, desk: Desk, visit_id: str) -> None:
    clerk, since = desk.settings.hall.clerk, numbers.midnight(desk)
    if not trail.count(connection, Act.ID_SEEN, since, actor=clerk, subject=visit_id):
        raise FormProblem(_("办结的来访不显示证件照片。"), next_step=_("请先在“完整号码”里打开他的号码。"))
