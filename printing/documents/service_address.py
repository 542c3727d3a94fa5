"""送达地址确认书: where papers reach a party, and whether electronically.

法释〔2004〕13号 第三条至第五条: filled in at filing or answer, with the consequence of a wrong address.
民事诉讼法 (2023) 第九十条: electronic service with consent; papers on request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from printing.documents.facts import Facts, Issue
from printing.documents.frame import Sheet, SheetTexts
from printing.documents.texts import names, texts
from printing.layout import Document, Heading, KeyValue, KeyValues, Paper, Signatures, Size, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAddress(Facts):
    """``receiver`` takes the papers for the party, ``relation`` is to the party.

    ``electronic`` is the answer to electronic service, None leaves the boxes open. What is blank is filled
    in by hand. ``confidential``: the party asks that the address is kept from the other side.
    """

    issue: Issue
    party: str
    role: str
    cause: str = ""
    receiver: str = ""
    relation: str = ""
    id_kind: str = ""
    id_number: str = ""
    address: str = ""
    mobile: str = ""
    postcode: str = ""
    electronic: bool | None = None
    electronic_mobile: str = ""
    fax: str = ""
    email: str = ""
    wechat: str = ""
    qq: str = ""
    other: str = ""
    confidential: bool | None = None
    remark: str = ""
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAddressTexts(SheetTexts):
    """The keys of ``service_address.toml``."""

    notes_heading: str
    notes: tuple[str, ...]
    address_heading: str
    electronic_heading: str
    confirmation_heading: str
    confirmation: tuple[str, ...]
    labels: Mapping[str, str] = field(
        metadata=names(
            "case_no",
            "cause",
            "party",
            "role",
            "receiver",
            "relation",
            "id_kind",
            "id_number",
            "address",
            "postcode",
            "mobile",
            "electronic",
            "electronic_mobile",
            "fax",
            "email",
            "wechat",
            "qq",
            "other",
            "confidential",
            "remark",
        )
    )
    party_sign: str


def _address(data: ServiceAddress, say: ServiceAddressTexts, sheet: Sheet) -> KeyValues:
    return sheet.form(
        say.labels,
        KeyValue("receiver", data.receiver, strong=True, hand=True),
        KeyValue("relation", data.relation, hand=True),
        KeyValue("id_kind", data.id_kind, hand=True),
        KeyValue("id_number", data.id_number, hand=True),
        KeyValue("address", data.address, strong=True, wide=True, hand=True),
        KeyValue("mobile", data.mobile, strong=True, hand=True),
        KeyValue("postcode", data.postcode, hand=True),
    )


def _electronic(data: ServiceAddress, say: ServiceAddressTexts, sheet: Sheet) -> KeyValues:
    return sheet.form(
        say.labels,
        KeyValue("electronic", sheet.yes_no(data.electronic), strong=True),
        KeyValue("confidential", sheet.yes_no(data.confidential)),
        KeyValue("electronic_mobile", data.electronic_mobile, hand=True),
        KeyValue("fax", data.fax, hand=True),
        KeyValue("email", data.email, wide=True, hand=True),
        KeyValue("wechat", data.wechat, hand=True),
        KeyValue("qq", data.qq, hand=True),
        KeyValue("other", data.other, hand=True),
        KeyValue("remark", data.remark, hand=True),
    )


def build(
    data: ServiceAddress, paper: Paper = Paper.A4, *, large: bool = False, folder: Path | None = None
) -> Document:
    """Arrange the paper. Raises TextFileInvalid if the text file is wrong."""
    say = texts(ServiceAddressTexts, "service_address", folder)
    sheet = Sheet(data.issue, say, paper, large, folder)
    case = sheet.form(
        say.labels,
        KeyValue("case_no", data.issue.case_no),
        KeyValue("cause", data.cause),
        KeyValue("party", data.party, strong=True),
        KeyValue("role", data.role),
    )
    return sheet.document(
        Heading(say.notes_heading, 2),
        *[sheet.text(note, size=Size.SMALL) for note in say.notes],
        Space(1),
        Heading(say.address_heading, 2),
        case,
        _address(data, say, sheet),
        Space(1),
        Heading(say.electronic_heading, 2),
        _electronic(data, say, sheet),
        Space(1),
        Heading(say.confirmation_heading, 2),
        *sheet.notes(say.confirmation),
        Space(2),
        Signatures(
            (
                sheet.place(say.party_sign, png=data.signature, day=data.issue.issued),
                sheet.by_court(),
            )
        ),
    )
