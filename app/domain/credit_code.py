"""统一社会信用代码 (GB 32100-2015) and 组织机构代码 (GB 11714)."""

from __future__ import annotations

import re

from app.domain.checked import Checked, Facts, compact, failed, passed

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOKALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}
_REGISTERS = {
    "11": "机关",
    "12": "事业单位",
    "31": "律师执业机构",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "54": "村民委员会",
    "55": "居民委员会",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "N1": "农村集体经济组织",
    "N2": "农村集体经济组织",
    "N3": "农村集体经济组织",
}


def check_credit_code(text: str) -> Checked:
    """An 18-character unified social credit code; `facts.kind` is the kind of body where it is known.

    The two check characters of GB 32100 and GB 11714 are computed; only the first can fail the code.
    """
    value = compact(text).replace("-", "")
    if len(value) != 18:
        return failed(
            value, f"统一社会信用代码应为18位，现有{len(value)}位。" if value else "请输入统一社会信用代码。"
        )
    for place, character in enumerate(value, 1):
        if character not in _ALPHABET:
            return failed(value, _wrong_character(place, character))
    facts = Facts(kind=_REGISTERS.get(value[:2]), area=value[2:8])
    expected = credit_check_character(value[:17])
    if value[17] != expected:
        return failed(value, f"校验码不对：按前17位计算末位应为“{expected}”，请逐位核对。", facts)
    return passed(value, facts, *_warnings(value))


def credit_check_character(first17: str) -> str:
    """The check character that belongs to the first 17 characters (GB 32100)."""
    total = sum(_ALPHABET.index(c) * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


def check_organisation_code(text: str) -> Checked:
    """A nine-character organisation code, with or without its hyphen; `value` carries the hyphen."""
    value = compact(text).replace("-", "")
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", value):
        return failed(value, "组织机构代码应为8位数字或字母加1位校验码，如 60003734-1。")
    shown = f"{value[:8]}-{value[8]}"
    expected = organisation_check_character(value[:8])
    if value[8] != expected:
        return failed(shown, f"校验码不对：按前8位计算末位应为“{expected}”，请逐位核对。")
    return passed(shown)


def organisation_check_character(first8: str) -> str:
    """The check character that belongs to the first 8 characters (GB 11714)."""
    total = sum(int(c, 36) * w for c, w in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def _wrong_character(place: int, character: str) -> str:
    meant = _LOOKALIKES.get(character)
    hint = f"，是否为“{meant}”" if meant else ""
    return f"第{place}位“{character}”不会出现在统一社会信用代码中{hint}？"


def _warnings(value: str) -> tuple[str, ...]:
    found = []
    if value[:2] not in _REGISTERS and value[0] not in "AY":
        found.append(f"前两位“{value[:2]}”不是常见的登记机关和机构类别，请核对。")
    if value[16] != organisation_check_character(value[8:16]):
        found.append("第17位与主体标识码的校验不一致，请对照原件核对。")
    return tuple(found)
