"""What the back office says of a visit: 立案, 补正 or 不予受理, who judges, how mediation ended.

An answer is never changed. Its id is made with the form, so a form sent twice is one answer; a later decision
of what is already decided must say that it corrects the one before. Numbers of a court have no gap
and appear in order, so "since" misses nothing. The desk fetches them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, update

from app.court.ground import Ground, hold_court, read_meta
from app.court.store import WallClock, stamp, utc_now
from app.court.tables import answer, court_state, event, month_of
from app.domain.case_number import check_case_number
from app.sync.protocol import is_uuid7

ACCEPTED: Final = "accepted"
SUPPLEMENT: Final = "supplement"
DECLINED: Final = "declined"
MEDIATED: Final = "mediated"
NOT_MEDIATED: Final = "not_mediated"
WORDS: Final = {
    ACCEPTED: "立案",
    SUPPLEMENT: "补正",
    DECLINED: "不予受理",
    MEDIATED: "调解成功",
    NOT_MEDIATED: "调解未成",
}
MAX_REASON: Final = 2_000
MAX_NAME: Final = 40
MAX_LISTED: Final = 200
MAX_MATTERS: Final = 100
_DECISIONS: Final = frozenset({ACCEPTED, SUPPLEMENT, DECLINED})
_REASONED: Final = frozenset({SUPPLEMENT, DECLINED})
_FINAL: Final = frozenset({ACCEPTED, DECLINED})


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed. `id` is a UUIDv7 made with the form; `corrects` the answer it replaces, or "".

    `matter` is the number of the matter in the visit, "" or "0" for all of them.
    """

    id: str
    visit_id: str
    word: str
    case_number: str
    reason: str
    corrects: str
    author: str
    judge: str = ""
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is kept. `device` is the desk the visit came from, `made_at` in UTC."""

    no: int
    id: str
    visit_id: str
    device: str
    word: str
    matter: int
    case_number: str | None
    judge: str | None
    reason: str | None
    corrects: str | None
    author: str
    made_at: str


@dataclass(frozen=True, slots=True)
class NotGiven:
    """Why an answer is not kept: a code, and the sentence for the person at the page."""

    code: str
    sentence: str


_UNKNOWN: Final = NotGiven("unknown_visit", "没有这件登记。")
_OTHER: Final = NotGiven("conflict", "这张表单已经用过，请重新打开页面。")
_DECIDED: Final = NotGiven("already_answered", "这件已经答复，如需更正请选择“更正上一答复”。")


class AnswerBook:
    """The answers of all courts. Safe to call from several threads."""

    def __init__(self, ground: Ground, now: WallClock = utc_now) -> None:
        self._ground = ground
        self._now = now

    def give(self, court: str, draft: Draft) -> Given | NotGiven:
        """Keep an answer and return it; the same draft again returns the same."""
        checked = _checked(draft)
        if isinstance(checked, NotGiven):
            return checked
        with self._ground.write() as connection:
            _, last = hold_court(self._ground, connection, court)
            device = _device(connection, court, draft.visit_id)
            if device is None:
                return _UNKNOWN
            before = _of_visit(connection, court, draft.visit_id)
            given = Given(
                last + 1,
                draft.id,
                draft.visit_id,
                device,
                draft.word,
                checked.matter,
                checked.case_number,
                checked.judge,
                checked.reason,
                draft.corrects or None,
                draft.author,
                stamp(self._now()),
            )
            same = next((one for one in before if one.id == draft.id), None)
            if same is not None:
                return same if _content(same) == _content(given) else _OTHER
            if _is_decided(before, given):
                return _DECIDED
            self._keep(connection, court, given)
        return given

    def _keep(self, connection: Connection, court: str, given: Given) -> None:
        values = {name: getattr(given, name) for name in _NAMES}
        row = {"court": court, "month": month_of(given.visit_id), **values}
        connection.execute(self._ground.upsert(answer).values(row))
        held = update(court_state).where(court_state.c.court == court)
        connection.execute(held.values(last_answer=given.no))
        self._ground.promise(connection)

    def since(
        self, court: str, no: int, limit: int = MAX_LISTED, device: str | None = None
    ) -> tuple[str, Sequence[Given]]:
        """Return the epoch and the answers after number `no`, in order, at most `limit` of them."""
        here = (answer.c.court == court) & (answer.c.no > no)
        if device is not None:
            here &= answer.c.device == device
        wanted = select(*_COLUMNS).where(here).order_by(answer.c.no).limit(limit)
        with self._ground.read() as connection:
            epoch = read_meta(connection, "epoch") or ""
            return epoch, [Given(*row) for row in connection.execute(wanted)]

    def of_visit(self, court: str, visit_id: str) -> Sequence[Given]:
        """Return the answers to one visit, the oldest first."""
        with self._ground.read() as connection:
            return _of_visit(connection, court, visit_id)


_NAMES: Final = tuple(Given.__slots__)
_COLUMNS: Final = tuple(answer.c[name] for name in _NAMES)


def _content(given: Given) -> tuple[Any, ...]:
    texts = given.case_number, given.judge, given.reason, given.corrects
    return given.visit_id, given.word, given.matter, *texts


def _is_decided(before: Sequence[Given], given: Given) -> bool:
    """Whether the same matter has a final decision that the new one does not say it corrects."""
    if given.word not in _DECISIONS:
        return False
    same = [one for one in before if one.word in _DECISIONS and _overlap(one.matter, given.matter)]
    return bool(same) and same[-1].word in _FINAL and given.corrects != same[-1].id


def _overlap(one: int, other: int) -> bool:
    return one == other or not one or not other


def _of_visit(connection: Connection, court: str, visit_id: str) -> list[Given]:
    here = (answer.c.court == court) & (answer.c.visit_id == visit_id)
    wanted = select(*_COLUMNS).where(here, answer.c.month == month_of(visit_id)).order_by(answer.c.no)
    return [Given(*row) for row in connection.execute(wanted)]


def _device(connection: Connection, court: str, visit_id: str) -> str | None:
    here = (event.c.court == court) & (event.c.visit_id == visit_id) & (event.c.verdict == "stored")
    found = connection.execute(select(event.c.device).where(here).order_by(event.c.no).limit(1)).scalar()
    return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class _Checked:
    """The typed words as they are kept."""

    matter: int
    case_number: str | None
    judge: str | None
    reason: str | None


def _checked(draft: Draft) -> _Checked | NotGiven:
    malformed = NotGiven("malformed", "表单不完整，请重新打开页面。")
    ids = (draft.id, draft.visit_id, *([draft.corrects] if draft.corrects else []))
    if not all(map(is_uuid7, ids)) or draft.word not in WORDS:
        return malformed
    matter = draft.matter or "0"
    if not matter.isascii() or not matter.isdigit() or len(matter) > 3 or int(matter) > MAX_MATTERS:
        return malformed
    reason = draft.reason.replace("\r\n", "\n").strip()
    if len(reason) > MAX_REASON or _has_control(reason.replace("\n", "")):
        return NotGiven("bad_reason", f"理由最多 {MAX_REASON} 字，不能含控制字符。")
    judge = draft.judge.strip()
    if len(judge) > MAX_NAME or _has_control(judge):
        return NotGiven("bad_judge", f"承办法官最多 {MAX_NAME} 字，不能含控制字符。")
    if draft.word in _REASONED and not reason:
        return NotGiven("reason_missing", "请写明理由。")
    if draft.word != ACCEPTED:
        return _Checked(int(matter), None, judge or None, reason or None)
    number = check_case_number(draft.case_number)
    if not number.ok:
        return NotGiven("bad_case_number", number.problem or "案号不能接受。")
    return _Checked(int(matter), number.value, judge or None, reason or None)


def _has_control(text: str) -> bool:
    return any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)
