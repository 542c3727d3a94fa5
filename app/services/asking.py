"""An approval asked for at this window and given at another, with the supervisor's own PIN there.

The question goes through the hall's log and names a paper's number, who asks by an id, and a reason from a
list: no person and no fact of a case. The answer is signed with the key that only the supervisor's PIN opens,
over everything the question says, so nobody who merely can write into the log can approve; the window that
asked looks the supervisor up in the hall's list and makes the approval, which its act then spends.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.clock import local, stamp
from app.domain.audit import Act
from app.domain.hall_asks import Answer, Ask
from app.domain.hall_event import EventKind, HallEvent
from app.domain.staff import APPROVAL_LIFE, Purpose, Refusal, Role, Staff, refusal
from app.errors import FormProblem, HallProblem
from app.hall.person_key import open_key, signed_by
from app.hall.seat import Standing
from app.ids import new_id
from app.lanes import HALL, STAFF, on
from app.notices import Level, Notice
from app.services import approval
from app.services.desk import Desk
from app.services.ledger import REPRINT_REASONS, VOID_REASONS
from app.storage import staff, trail
from app.storage.access import Transaction
from app.storage.records import ApprovalRecord
from app.texts import _

_KEY: Final = "approval."
_DECLINED: Final = "declined"
_FORGED: Final = "not_genuine"
_TITLES: Final = {
    Purpose.REPRINT: "补打",
    Purpose.VOID_RECEIPT: "作废收据",
    Purpose.SECOND_NOTICE: "再次补正告知",
    Purpose.UNFREEZE: "解除冻结",
    Purpose.QUEUE_RULES: "改排队规则",
    Purpose.FREE_WINDOW: "收回窗口的号",
    Purpose.RESTORE: "从备份恢复",
}
_REASONS: Final = {Purpose.REPRINT: REPRINT_REASONS, Purpose.VOID_RECEIPT: VOID_REASONS}


class Came(StrEnum):
    """What became of a question."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    OVER = "over"


@dataclass(frozen=True)
class Outcome:
    """What became of our question; ``said`` is for the clerk, by whom and from where."""

    came: Came
    said: str = ""


@dataclass(frozen=True)
class AskRow:
    """A question of another window. ``what`` is what is asked, ``until`` the local time it ends."""

    ask: Ask
    clerk: str
    what: str
    until: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Ways:
    """Who can approve at this window, and whether another window's supervisors can be asked."""

    names: tuple[str, ...]
    elsewhere: bool


def reason_code(purpose: Purpose, reason: str) -> str:
    """Return the place of a reason in its list; "" for one in somebody's own words, which stays here."""
    known = _REASONS.get(purpose, ())
    return str(known.index(reason)) if reason in known else ""


@on(STAFF)
def ways(desk: Desk) -> Ways:
    """Return how the present clerk can get an approval."""
    connected = desk.hall.is_shared and desk.hall.standing() is Standing.CONNECTED
    listed = connected and bool(desk.store(staff.changes))
    return Ways(approval.supervisors(desk), listed and _present(desk) is not None)


def _present(desk: Desk) -> Staff | None:
    person = desk.store(staff.named, desk.settings.hall.clerk)
    return person if person is not None and person.active else None


# ---- at the window that asks ------------------------------------------------------------------------------


@on(HALL)
def ask(desk: Desk, purpose: Purpose, about: str, code: str) -> str:
    """Ask the supervisors at every other window; return the question's id.

    Raises FormProblem for a clerk who is not on the hall's list (two persons could not be told apart),
    HallProblem when nobody else can hear it.
    """
    clerk = _present(desk)
    if clerk is None or purpose not in _TITLES:
        raise FormProblem(
            _("本窗口的经办人不在大厅的人员名册里，不能请别的窗口核准。"),
            safe=_("什么都没有改动。"),
            next_step=_("请先用自己的口令登录（Ctrl+L），或请值班主任到本窗口输口令。"),
        )
    if desk.hall.standing() is not Standing.CONNECTED:
        raise _unheard()
    asked, now = new_id(), desk.clock.now()
    event = HallEvent(
        EventKind.APPROVAL_WANTED, "", now,
        wish=asked, person=clerk.id, rule=purpose.value, about=about, reason=code,
    )  # fmt: skip
    _note(
        desk, Act.APPROVAL_ASKED, asked, clerk.name, now,
        purpose=purpose.value, about=about, reason=code,
    )  # fmt: skip
    if not desk.hall.member(desk.today()).say(event):
        raise _unheard()
    return asked


def _note(desk: Desk, act: Act, subject: str, actor: str, at: datetime, **facts: str | int) -> None:
    desk.store(lambda connection: trail.add(connection, act, subject=subject, actor=actor, at=at, **facts))


def _unheard() -> HallProblem:
    return HallProblem(
        _("请求没有发出去：别的窗口现在听不到。"),
        safe=_("什么都没有改动。"),
        next_step=_("请值班主任到本窗口输口令。"),
    )


@on(HALL)
def outcome(desk: Desk, asked: str) -> Outcome:
    """Return what became of our question; an approval of it then has the question's id.

    Every answer leaves a line in the audit trail, one that is not a supervisor's own too.
    """
    now = desk.clock.now()
    question = desk.hall.refresh(desk.today()).asks.get(asked)
    if question is None or question.over:
        return Outcome(Came.OVER)
    seen = desk.listed.answers.get(asked, 0)
    desk.listed.answers[asked] = len(question.answers)
    for answer in question.answers[seen:]:
        found = _judge(desk, question, answer, now)
        if found is not None:
            _end(desk, asked)
            return found
    if question.stands(now):
        return Outcome(Came.WAITING)
    _end(desk, asked)
    return Outcome(Came.OVER, _("5 分钟内没有人核准，请求已过期。"))


def _judge(desk: Desk, question: Ask, answer: Answer, now: datetime) -> Outcome | None:
    person = desk.store(staff.get, answer.person)
    said_so = answer.reason in ("", _DECLINED)
    why = _FORGED if said_so and not _genuine(desk, question, answer, person, now) else answer.reason
    subject, clerk = question.id, desk.settings.hall.clerk
    if why or person is None:
        _note(
            desk, Act.APPROVAL_REFUSED, subject, clerk, now,
            window=answer.window, person=answer.person, why=why,
        )  # fmt: skip
        return _declined(answer, person) if why == _DECLINED and person is not None else None
    if not question.stands(now):
        return None
    purpose = Purpose(question.purpose)
    given = ApprovalRecord(question.id, person.name, purpose, clerk, now, about=question.about)

    def write(connection: Transaction) -> None:
        staff.keep_attempt(connection, person.id, given)
        trail.add(
            connection, Act.APPROVAL_GIVEN, subject=subject, actor=clerk, at=now,
            window=answer.window, person=person.id, purpose=question.purpose, about=question.about,
        )  # fmt: skip

    desk.store(write)
    said = _("{name}已在 {window} 号窗口核准").format(name=person.name, window=answer.window)
    return Outcome(Came.APPROVED, said)


def _declined(answer: Answer, person: Staff) -> Outcome:
    said = _("{name}在 {window} 号窗口没有同意。").format(name=person.name, window=answer.window)
    return Outcome(Came.DECLINED, said)


def _genuine(desk: Desk, question: Ask, answer: Answer, person: Staff | None, now: datetime) -> bool:
    """Say whether a supervisor of the hall's list other than who asked signed exactly this question."""
    if person is None or person.id == question.person or question.window != desk.window:
        return False
    may = refusal(person, desk.settings.hall.clerk, now, pin_is_right=True) is None
    try:
        signature = base64.b64decode(answer.seal, validate=True)
    except ValueError:
        return False
    return may and signed_by(person.public_key, signature, _words(question, answer))


@on(HALL)
def withdraw(desk: Desk, asked: str) -> None:
    """End our question: nobody needs to answer it any more."""
    _end(desk, asked)


def _end(desk: Desk, asked: str) -> None:
    event = HallEvent(EventKind.APPROVAL_OVER, "", desk.clock.now(), wish=asked)
    desk.hall.member(desk.today()).say(event)


# ---- at the window that answers ---------------------------------------------------------------------------


@on(HALL)
def waiting(desk: Desk) -> tuple[AskRow, ...]:
    """Return what other windows ask for, the oldest first, each with the supervisors who may approve it."""
    now, everyone = desk.clock.now(), desk.store(staff.everyone)
    people = {one.id: one for one in everyone}
    supervisors = [one for one in everyone if one.active and one.role is Role.SUPERVISOR]
    rows = []
    for one in _open(desk, now):
        names = tuple(who.name for who in supervisors if who.id != one.person)
        clerk = people[one.person].name if one.person in people else _("名册外的人")
        until = f"{local(one.at + APPROVAL_LIFE):%H:%M}"
        rows.append(AskRow(one, clerk, what(one), until, names))
    return tuple(rows)


def _open(desk: Desk, now: datetime) -> list[Ask]:
    asks = desk.hall.state.asks.values()
    return [one for one in asks if one.window != desk.window and one.stands(now) and _purpose(one)]


def _purpose(question: Ask) -> Purpose | None:
    return next((one for one in _TITLES if one.value == question.purpose), None)


def what(question: Ask) -> str:
    """Return what is asked, in words: purpose, number and reason."""
    purpose = _purpose(question) or Purpose.REPRINT
    known, code = _REASONS.get(purpose, ()), question.reason
    listed = code.isascii() and code.isdecimal() and int(code) < len(known)
    reason = known[int(code)] if listed else _("理由见对方窗口")
    return "，".join(part for part in (_(_TITLES[purpose]), question.about, _(reason)) if part)


@on(STAFF)
def approve(desk: Desk, question: Ask, name: str, pin: str) -> str:
    """Approve another window's question with a supervisor's PIN here; return what is told.

    Raises NotApproved; every attempt is stored here, and a refused one is told to the window that asked.
    Nothing given here can be spent here.
    """
    _decide(desk, question, name, pin, Act.APPROVAL_GIVEN, "")
    return _("已核准：{window} 号窗口{what}").format(window=question.window, what=what(question))


@on(STAFF)
def decline(desk: Desk, question: Ask, name: str, pin: str) -> str:
    """Decline it, as much a supervisor's own act as an approval. Raises as ``approve``."""
    _decide(desk, question, name, pin, Act.APPROVAL_REFUSED, _DECLINED)
    return _("已告诉 {window} 号窗口：{name}不同意").format(window=question.window, name=name)


def _decide(desk: Desk, question: Ask, name: str, pin: str, act: Act, verdict: str) -> None:
    person = desk.store(staff.named, name)
    asker = desk.store(staff.get, question.person)
    if person is None or asker is None:
        raise approval.nobody(name)
    now = desk.clock.now()
    own = person.id == asker.id
    found = refusal(person, asker.name, now, pin_is_right=approval.matches(person, pin))
    found = Refusal.SELF if own and found is not Refusal.NOT_SUPERVISOR else found
    about = f"window-{question.window}:{question.id}"
    tried = ApprovalRecord(new_id(), name, Purpose(question.purpose), asker.name, now, found, about=about)
    if found is not None:
        _answer(desk, question, Answer(desk.window, person.id, now, reason=found.value))
    facts = {"why": verdict} if verdict else {"purpose": question.purpose, "about": question.about}

    def noted(connection: Transaction) -> None:
        trail.add(
            connection, act, subject=question.id, actor=name, at=now,
            window=question.window, **facts,
        )  # fmt: skip

    approval.attempt(desk, person, tried, noted)
    answer = Answer(desk.window, person.id, now, reason=verdict)
    key = open_key(pin, person.public_key, person.sealed_key)
    seal = base64.b64encode(key.sign(_words(question, answer))).decode("ascii")
    _answer(desk, question, replace(answer, seal=seal))


def _answer(desk: Desk, question: Ask, answer: Answer) -> None:
    kind = EventKind.NOT_APPROVED if answer.reason else EventKind.APPROVED
    event = HallEvent(
        kind, "", answer.at,
        wish=question.id, person=answer.person, seal=answer.seal, reason=answer.reason, to=question.window,
    )  # fmt: skip
    approval.tell(desk, event)


def _words(question: Ask, answer: Answer) -> bytes:
    """Return what the supervisor signs: all of the question, who answers what, where and when."""
    words = [
        "yichuang approval 1",
        answer.reason,
        question.id,
        question.window,
        question.person,
        question.purpose,
        question.about,
        question.reason,
        stamp(question.at),
        answer.person,
        answer.window,
        stamp(answer.at),
    ]
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()


def show(desk: Desk) -> None:
    """Let the notices of this window say what other windows ask for; on the hall lane."""
    asked = {f"{_KEY}{one.id}": one for one in _open(desk, desk.clock.now())}
    for notice in desk.notices.standing():
        if notice.key.startswith(_KEY) and notice.key not in asked:
            desk.notices.clear(notice.key)
    for key, one in asked.items():
        happened = _("{window} 号窗口请值班主任核准：{what}。").format(window=one.window, what=what(one))
        todo = _("值班主任请按 Ctrl+Shift+H，在本窗口输口令。")
        desk.notices.post(Notice(key, Level.ATTENTION, happened, "", todo))
