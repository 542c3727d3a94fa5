"""Bank accounts for refunds: soft, because accounts of companies follow no public rule."""

from __future__ import annotations

from app.domain.checked import Checked, Facts, compact, failed, passed


def check_account(text: str) -> Checked:
    """A card or account number; a card of 16 to 19 digits that fails the Luhn sum only warns."""
    value = compact(text).replace("-", "")
    if not value:
        return failed(value, "请输入收款账号。")
    if not (value.isascii() and value.isdigit()):
        return passed(value, Facts("单位账户"), "账号中有数字以外的字符，请核对。")
    if 16 <= len(value) <= 19 and value.startswith("6"):
        warning = () if _luhn(value) else ("卡号校验不符，请对照银行卡逐位核对。",)
        return passed(value, Facts("银行卡"), *warning)
    if not 8 <= len(value) <= 32:
        return passed(value, Facts("账户"), f"账号有{len(value)}位，位数少见，请核对。")
    return passed(value, Facts("账户"))


def _luhn(digits: str) -> bool:
    doubled = (int(d) * 2 if place % 2 else int(d) for place, d in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
