"""The court's codes in the words of the counter: what happened, who must act, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.services.desk import Desk
from app.services.sending import court_health
from app.services.views import Health
from app.storage.records import OutboxRecord
from app.texts import _


@dataclass(frozen=True)
class Advice:
    """Why a record is where it is, ``who`` must act, and the one thing to do."""

    happened: str
    who: str
    next_step: str


_CLERK: Final = "clerk"
_ADMIN: Final = "admin"
_NOBODY: Final = "nobody"
_BY_CLERK: Final = frozenset({"missing", "too_long", "bad_value"})


def kind_word(kind: str) -> str:
    """Return what an event is called."""
    known = {
        "intake": _("来访记录"),
        "amendment": _("更正"),
        "checkpoint": _("审计签章"),
        "print": _("打印记录"),
        "void": _("收据作废"),
    }
    return known.get(kind, kind)


def who_word(who: str) -> str:
    """Return who must act."""
    known = {_CLERK: _("您"), _ADMIN: _("管理员"), _NOBODY: _("不用人管")}
    return known.get(who, who)


def field_word(field: str) -> str:
    """Return what a field of the record is called; a field we have no word for keeps its name."""
    known = {
        "body": _("整份记录"),
        "visit_id": _("来访编号"),
        "receipt_no": _("收件编号"),
        "finished_at": _("办结时间"),
        "matters": _("事项"),
        "parties": _("当事人"),
        "agents": _("代理人"),
        "blobs": _("图像清单"),
        "kind": _("记录种类"),
        "schema": _("格式版本"),
        "device": _("设备编号"),
        "corrects": _("更正的对象"),
        "reason": _("更正理由"),
    }
    return known.get(field, field)


def advice(event: OutboxRecord) -> Advice:
    """Return why an event is where it is, and what to do."""
    if event.state == "stored":
        return Advice(_("法院已收到。"), _NOBODY, "")
    if event.state == "waiting":
        return Advice(_("在等着发送。"), _NOBODY, _("不用管，轮到就送；也可以立即重试。"))
    if event.state == "conflict":
        return Advice(
            _("法院那边同一编号已有一份不同的记录。"),
            _ADMIN,
            _("请先告诉管理员查明原因；要以本机为准，就用“更正后重送”，两份法院都留着。"),
        )
    return _rejected(event.code or "", field_word(event.field or ""))


def _rejected(code: str, field: str) -> Advice:
    reasons = {
        "missing": _("法院退回：{field}没有填。"),
        "too_long": _("法院退回：{field}太长。"),
        "bad_value": _("法院退回：{field}的内容不合规定。"),
        "wrong_type": _("法院退回：{field}的格式不对。"),
        "mismatch": _("法院退回：{field}前后不一致。"),
        "too_deep": _("法院退回：{field}的结构太复杂。"),
        "bad_json": _("法院退回：记录读不出来。"),
        "unknown_kind": _("法院还不认识这种记录。"),
        "unknown_schema": _("法院还不认识这个格式版本。"),
        "local_damage": _("本机的这份记录损坏了，没有送出。"),
        "local_encoding": _("这份记录有不能传送的字符，没有送出。"),
        "local_too_large": _("这份记录太大，没有送出。"),
    }
    told = reasons.get(code, _("法院退回，代码 {code}。")).format(field=field, code=code)
    if code in _BY_CLERK:
        return Advice(told, _CLERK, _("请按“更正后重送”改好再送；原来的记录原样保留。"))
    if code in {"unknown_kind", "unknown_schema"}:
        return Advice(told, _ADMIN, _("请管理员升级法院网关，然后用“更正后重送”再送一次，不用改内容。"))
    return Advice(told, _ADMIN, _("请把编号和代码告诉管理员；记录在本机，不会丢。"))


def health_of(desk: Desk) -> tuple[Health, str]:
    """Return how the way to the court is, and what to do when it is not well."""
    if desk.sending is None:
        return Health.ABSENT, _("未配置法院地址，记录存在本机")
    if desk.sending.paused:
        return Health.ATTENTION, _("已暂停发送，记录存在本机；在“送法院”里恢复")
    return court_health(desk.sending.state)
