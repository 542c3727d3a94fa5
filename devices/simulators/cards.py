"""Cards for the simulated reader: invented persons, one or more for each of the four layouts.

Every number has a valid check digit, so nothing downstream can tell these cards from real ones by form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEXT_BYTES = 256

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


@dataclass(frozen=True, slots=True)
class SimCard:
    """A card: the text block (256 bytes), bytes of fingerprint, addresses written after it was issued."""

    text: bytes
    finger_length: int = 0
    later_addresses: tuple[str, ...] = ()


def id_number(area: str, birth: str, sequence: str) -> str:
    """Complete a number of 18 digits with its check digit (GB 11643, ISO 7064 MOD 11-2)."""
    digits = area + birth + sequence
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + _CHECK_DIGITS[total % 11]


def foreigner_number(nationality: str, region: str, birth: str) -> str:
    """Complete a number of 15 characters (2017 version) with its 7-3-1 check digit; A counts 10, B 11 …"""
    body = f"{nationality}{region}{birth[2:]}1"
    total = sum(int(c, 36) * (7, 3, 1)[i % 3] for i, c in enumerate(body))
    return body + str(total % 10)


def _block(*fields: tuple[str, int]) -> bytes:
    """Join fields of (text, bytes), each UTF-16LE and padded with blanks."""
    parts = []
    for text, size in fields:
        encoded = text.encode("utf-16-le")
        if len(encoded) > size:
            raise ValueError(f"a field of {size} bytes is too short for {text!r}")
        parts.append(encoded + " ".encode("utf-16-le") * ((size - len(encoded)) // 2))
    block = b"".join(parts)
    if len(block) != TEXT_BYTES:
        raise ValueError(f"the fields sum to {len(block)} bytes")
    return block


def resident(
    *,
    name: str,
    sex: str,
    nation: str,
    birth: str,
    address: str,
    number: str,
    issuer: str,
    term: tuple[str, str],
) -> bytes:
    """Pack an ordinary resident card. ``term``: first and last day, YYYYMMDD or 长期."""
    return _block(
        (name, 30), (sex, 2), (nation, 4), (birth, 16), (address, 70), (number, 36), (issuer, 30),
        (term[0], 16), (term[1], 16), ("", 36),
    )  # fmt: skip


def hmt_resident(
    *, name: str, sex: str, birth: str, address: str, number: str, issuer: str, term: tuple[str, str],
    permit: str, issue_count: str,
) -> bytes:  # fmt: skip
    """Pack a 港澳台居民居住证 (marker J)."""
    return _block(
        (name, 30), (sex, 2), ("", 4), (birth, 16), (address, 70), (number, 36), (issuer, 30),
        (term[0], 16), (term[1], 16), (permit, 18), (issue_count, 4), ("", 6), ("J", 2), ("", 6),
    )  # fmt: skip


def foreigner_2017(
    *,
    english_name: str,
    sex: str,
    number: str,
    nationality: str,
    name: str,
    term: tuple[str, str],
    birth: str,
) -> bytes:
    """Pack a 外国人永久居留身份证 of 2017 (marker I)."""
    return _block(
        (english_name, 120), (sex, 2), (number, 30), (nationality, 6), (name, 30),
        (term[0], 16), (term[1], 16), (birth, 16), ("01", 4), ("1500", 8), ("I", 2), ("", 6),
    )  # fmt: skip


def foreigner_2023(
    *, name: str, sex: str, renewals: str, birth: str, english_name: str, number: str, term: tuple[str, str],
    nationality: str, old_link: str,
) -> bytes:  # fmt: skip
    """Pack a 外国人永久居留身份证 of 2023 (marker Y); the English name is split after 35 characters."""
    return _block(
        (name, 30), (sex, 2), (renewals, 4), (birth, 16), (english_name[:35], 70), (number, 36), ("", 30),
        (term[0], 16), (term[1], 16), (english_name[35:], 22), (nationality, 6), ("Y", 2), (old_link, 6),
    )  # fmt: skip


_HOHHOT = "呼和浩特市公安局新城区分局"

_ADULT = resident(
    name="张𬭎", sex="1", nation="01", birth="19730305", address="北京市朝阳区示范路100号院3号楼2单元501室",
    number=id_number("110105", "19730305", "001"), issuer="北京市公安局朝阳分局", term=("20190612", "长期"),
)  # fmt: skip
_YOUNG = resident(
    name="李思雨", sex="2", nation="11", birth="19980721", address="呼和浩特市新城区虚构街18号",
    number=id_number("150102", "19980721", "304"), issuer=_HOHHOT, term=("20210401", "20310401"),
)  # fmt: skip

CARDS: Mapping[str, SimCard] = {
    "adult": SimCard(_ADULT, finger_length=1024),
    "young": SimCard(_YOUNG),
    "elder": SimCard(
        resident(
            name="王桂兰", sex="2", nation="01", birth="19420916",
            address="包头市昆都仑区虚构大街7号街坊12栋4号",
            number=id_number("150203", "19420916", "062"), issuer="包头市公安局昆都仑区分局",
            term=("20060310", "长期"),
        ),
    ),
    "mongol": SimCard(
        resident(
            name="巴特尔·苏和", sex="1", nation="02", birth="19850228",
            address="内蒙古自治区锡林郭勒盟正蓝旗虚构苏木示范嘎查8号",
            number=id_number("152530", "19850228", "151"), issuer="正蓝旗公安局",
            term=("20160118", "20360118"),
        ),
        finger_length=512,
    ),
    "mongol-elder": SimCard(
        resident(
            name="乌云其木格·额尔德尼", sex="2", nation="02", birth="19550601",
            address="内蒙古自治区通辽市科尔沁左翼后旗虚构镇示范嘎查21号",
            number=id_number("152323", "19550601", "228"), issuer="科尔沁左翼后旗公安局",
            term=("20050901", "长期"),
        ),
    ),
    "moved": SimCard(
        _YOUNG,
        later_addresses=("呼和浩特市赛罕区虚构路6号", "呼和浩特市玉泉区虚构巷9号2单元"),
    ),
    "pua-name": SimCard(
        resident(
            name="赵\ue863明", sex="1", nation="03", birth="19610110", address="呼和浩特市回民区虚构路55号",
            number=id_number("150103", "19610110", "117"), issuer="呼和浩特市公安局回民区分局",
            term=("20110110", "长期"),
        ),
    ),
    "local-nation": SimCard(
        resident(
            name="周山", sex="1", nation="99", birth="19790430", address="贵州省安顺市西秀区虚构镇示范村",
            number=id_number("522501", "19790430", "033"), issuer="安顺市公安局西秀分局",
            term=("20150701", "20350701"),
        ),
    ),
    "hmt": SimCard(
        hmt_resident(
            name="陈嘉敏", sex="2", birth="19880214", address="呼和浩特市新城区虚构街18号",
            number=id_number("810000", "19880214", "002"), issuer=_HOHHOT, term=("20220505", "20270505"),
            permit="H12345678", issue_count="01",
        ),
    ),
    "foreigner-2017": SimCard(
        foreigner_2017(
            english_name="SAMPLE, JONATHAN EDWARD", sex="1",
            number=foreigner_number("GBR", "1500", "19760808"), nationality="GBR", name="桑普乐",
            term=("20180808", "20280807"), birth="19760808",
        ),
    ),
    "foreigner-2023": SimCard(
        foreigner_2023(
            name="帕帕佐普洛斯", sex="2", renewals="01", birth="19811130",
            english_name="PAPADOPOULOU-KARAMANLIS, ALEXANDRA KONSTANTINA",
            number=id_number("915300", "19811130", "024"), term=("20240102", "20340101"),
            nationality="GRC", old_link="",
        ),
    ),
}  # fmt: skip


def card_named(name: str) -> SimCard:
    """Return a card by its key, or by the person's name as it stands on the card. Raises KeyError."""
    if name in CARDS:
        return CARDS[name]
    wanted = name.encode("utf-16-le")
    for card in CARDS.values():
        if wanted and card.text.startswith(wanted + b" \0"):
            return card
    raise KeyError(name)
