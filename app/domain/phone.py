"""Telephone numbers: soft, because a wrong refusal costs more than an odd number."""

from __future__ import annotations

import re

from app.domain.checked import Checked, Facts, failed, fold, passed

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_FIXED = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([2-9][0-9]{6,7})(-[0-9]{1,6})?")
_SERVICE = re.compile(r"[48]00-?[0-9]{3}-?[0-9]{4}")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")
_ABROAD = re.compile(r"(\+|00)[1-9][0-9]{6,14}")


def check_phone(text: str) -> Checked:
    """A mobile, fixed, 400/800 or foreign number; `facts.kind` says which, `value` is without spaces."""
    value = re.sub(r"[\s()]", "", fold(text)).replace("转", "-")
    value = re.sub(r"^(\+|00)86-?", "", value)
    digits = value.replace("-", "")
    if not digits:
        return failed(value, "请输入电话号码。")
    if _MOBILE.fullmatch(digits):
        return passed(digits, Facts("手机"))
    if fixed := _FIXED.fullmatch(value):
        return passed(f"{fixed[1]}-{fixed[2]}{fixed[3] or ''}", Facts("固定电话", area=fixed[1]))
    if _SERVICE.fullmatch(value):
        return passed(value, Facts("服务电话"))
    return _unusual(value, digits)


def mask_phone(text: str) -> str:
    """`138****5678`; of other numbers the last 4 digits are kept, of short ones the last 2."""
    value = re.sub(r"[\s-]", "", text)
    if len(value) >= 11:
        return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"
    kept = 4 if len(value) >= 8 else min(2, len(value) // 2)
    return "*" * (len(value) - kept) + value[len(value) - kept :]


def _unusual(value: str, digits: str) -> Checked:
    if _LOCAL.fullmatch(digits):
        return passed(digits, Facts("固定电话"), "缺少区号，赤峰为0476，鄂尔多斯为0477。")
    if _ABROAD.fullmatch(digits):
        return passed(digits, Facts("境外电话"), "境外号码，短信和电子送达可能无法到达。")
    if re.fullmatch(r"1[0-9]+", digits):
        return failed(
            value,
            f"手机号码应为11位，现有{len(digits)}位，请核对。"
            if len(digits) != 11
            else "手机号段不对，请核对前三位。",
        )
    return failed(value, "电话号码不完整：手机为11位，固定电话为区号加7至8位。")
