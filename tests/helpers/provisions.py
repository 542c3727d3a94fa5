"""The provisions the window may cite: each law by the name used here, with the number of its last article.

Counted in the texts published until 2025-04-19 (民法典, 批复 of 2016: by their known ends).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LAWS = {
    "民事诉讼法": 306,
    "刑事诉讼法": 308,
    "行政诉讼法": 103,
    "民诉法解释": 550,
    "行诉法解释": 163,
    "刑事诉讼法解释": 655,
    "民法典": 1260,
    "登记立案规定": 20,
    "诉讼费用交纳办法": 56,
    "国家赔偿法": 42,
    "反家庭暴力法": 38,
    "劳动争议调解仲裁法": 54,
    "在线诉讼规则": 39,
    "在线调解规则": 30,
    "特邀调解规定": 30,
    "执行异议和复议规定": 32,
    "执行工作规定（试行）": 79,
    "财产保全规定": 29,
    "国家赔偿案件立案工作规定": 11,
    "人民调解协议司法确认程序规定": 13,
    "行政申请再审案件立案程序规定": 15,
    "人身安全保护令规定": 13,
    "关于人身安全保护令案件相关程序问题的批复（法释〔2016〕15号）": 5,
    "简易程序规定": 34,
    "个人信息保护法": 74,
    "法律援助法": 71,
    "老年人权益保障法": 85,
    "无障碍环境建设法": 72,
}
NUMBERLESS = frozenset({"跨境诉讼当事人网上立案服务规定"})
"""Cited by name only; docs/legal-check.md asks for the article."""
OWN = frozenset({"本院习惯", "本院习惯，不影响收件", "本程序的安排"})
"""What is said of a rule that is no law: the court's practice, or this program's own arrangement."""
_ARTICLE = re.compile(r"第([0-9]+)条")
_AFTER = ("、", "至", "和", "及")


def unknown(text: str) -> Iterator[str]:
    """Yield every citation in ``text`` of a law or an article that is not known."""
    law = ""
    for match in _ARTICLE.finditer(text):
        before = text[: match.start()]
        named = max((one for one in LAWS if before.endswith(one)), key=len, default="")
        law = named or (law if before.endswith(_AFTER) else "")
        if not law or int(match[1]) > LAWS[law]:
            yield text[max(0, match.start() - 16) : match.end()]


def is_named(basis: str) -> bool:
    """Say whether a statement names a provision that exists."""
    cited = bool(_ARTICLE.search(basis)) or basis in NUMBERLESS
    return cited and not any(unknown(basis))
