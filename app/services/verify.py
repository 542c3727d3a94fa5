"""The invariants of a store, checked from the outside: what must hold after any crash."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

from app.domain.hall_event import EventKind
from app.domain.receipt import parse_receipt_number
from app.errors import CourtProblem, StorageProblem
from app.hall.log import decode
from app.services import trail
from app.services.desk import Desk
from app.services.sending import open_client
from app.settings import CourtSettings
from app.storage import audit
from app.storage.access import Transaction
from app.storage.audit import Facts
from app.sync.client import NO_TRUST
from app.sync.errors import CourtRefused, CourtTrouble, SyncTrouble
from app.texts import _

AtCourt = Callable[[str], str | None]
"""Asks the court for the hash of an event by id; None when it does not have it."""


def findings(desk: Desk, at_court: AtCourt | None = None) -> list[str]:
    """Return every broken invariant as one sentence; an empty list means that all hold."""
    facts = desk.store(audit.facts)
    found = [_("数据库：{what}").format(what=damage) for damage in desk.store.integrity()]
    for check in (_finished, _events, _receipts, _tickets, _jobs):
        found += check(facts)
    found += desk.store(trail.findings)
    found += _blobs(desk, facts)
    if at_court is not None:
        found += _court(facts, at_court)
    return found


def _finished(facts: Facts) -> Iterator[str]:
    intakes = {i.visit_id: i for i in facts.intakes}
    events = Counter(e.visit_id for e in facts.events if e.kind == "intake")
    for visit_id in facts.finished:
        if visit_id not in intakes:
            yield _("已办结的 {visit} 没有记录").format(visit=visit_id)
        if events[visit_id] != 1:
            yield _("已办结的 {visit} 有 {count} 个发送事件，应为 1").format(
                visit=visit_id, count=events[visit_id]
            )
    for visit_id in intakes.keys() - facts.finished:
        yield _("{visit} 有记录却没有办结").format(visit=visit_id)


def _events(facts: Facts) -> Iterator[str]:
    records = {i.visit_id: i.sha256 for i in facts.intakes}
    for event in facts.events:
        if event.body and hashlib.sha256(event.body).hexdigest() != event.sha256:
            yield _("事件 {event} 的内容与哈希不符").format(event=event.id)
        if event.kind == "intake" and records.get(event.visit_id) != event.sha256:
            yield _("事件 {event} 与记录不一致").format(event=event.id)
        if event.state == "stored" and not (event.receipt_no and event.epoch):
            yield _("事件 {event} 已发送却没有回执").format(event=event.id)


def _receipts(facts: Facts) -> Iterator[str]:
    series: dict[tuple[date, int], list[int]] = {}
    for record in facts.intakes:
        day, window, count = parse_receipt_number(record.receipt_no)
        series.setdefault((day, window), []).append(count)
    for (day, window), counts in series.items():
        bands = facts.bands.get(day.isoformat(), ())
        plain = sorted(count - max((0, *(band for band in bands if band < count))) for count in counts)
        if plain != list(range(1, len(counts) + 1)):
            yield _("{day} {window} 号窗口的收据号有重号或缺号").format(day=day, window=window)


def _tickets(facts: Facts) -> Iterator[str]:
    issued: Counter[tuple[str, str]] = Counter()
    for day, subject, body in facts.hall_events:
        event = decode(body)
        if event.kind is EventKind.ISSUED and subject.endswith(f"ticket.{event.number}"):
            issued[day, event.number] += 1
    for (on, number), count in issued.items():
        if count != 1:
            yield _("{day} 的 {number} 发了 {count} 次").format(day=on, number=number, count=count)
    for (on, number), count in facts.visits_by_ticket.items():
        if count != 1:
            yield _("{day} 的 {number} 有 {count} 次办理").format(day=on, number=number, count=count)


_PRINTED: Final = {"sending", "confirmed", "unconfirmed", "printed"}


def _jobs(facts: Facts) -> Iterator[str]:
    for job in facts.jobs:
        if job.kind in ("receipt", "receipt_a4") and job.visit_id not in facts.finished:
            yield _("收据 {job} 没有对应的记录").format(job=job.id)
    for visit_id, kind, _part in (key for key, count in _originals(facts).items() if count > 1):
        yield _("{visit} 的 {kind} 有两份原件").format(visit=visit_id, kind=kind)


def _originals(facts: Facts) -> Counter[tuple[str | None, str, str]]:
    return Counter(
        (job.visit_id or job.ticket, job.kind, job.part)
        for job in facts.jobs
        if job.state in _PRINTED and not job.copy
    )


def _blobs(desk: Desk, facts: Facts) -> Iterator[str]:
    for record in facts.blobs:
        if not record.key:
            if desk.blobs.has(record.sha256):
                yield _("图像 {name} 已到期，文件却还在").format(name=record.sha256[:12])
            continue
        try:
            data = desk.blobs.get(record.sha256, record.key)
        except StorageProblem as problem:
            yield _("图像 {name}：{why}").format(name=record.sha256[:12], why=problem.happened)
            continue
        if hashlib.sha256(data).hexdigest() != record.sha256 or len(data) != record.size:
            yield _("图像 {name} 的内容与哈希不符").format(name=record.sha256[:12])


def _court(facts: Facts, at_court: AtCourt) -> Iterator[str]:
    for event in facts.events:
        if event.state == "stored" and at_court(event.id) != event.sha256:
            yield _("事件 {event} 标为已发送，法院却没有").format(event=event.id)


def counts(desk: Desk) -> dict[str, int]:
    """Return how many of each thing were checked."""

    def read(connection: Transaction) -> dict[str, int]:
        facts = audit.facts(connection)
        return {
            "visits": len(facts.finished),
            "events": sum(event.kind == "intake" for event in facts.events),
            "blobs": len(facts.blobs),
            "tickets": len(facts.visits_by_ticket),
            "jobs": len(facts.jobs),
        }

    return desk.store(read)


@contextmanager
def at_court(court: CourtSettings) -> Iterator[AtCourt]:
    """Give a question to the court's gateway, once it has answered and let this window in.

    Here and at each question: raises CourtProblem, one sentence for no answer, a refusal, a certificate that
    is not trusted and an answer of no use. Raises SettingsProblem when address or credential cannot be used.
    """
    with open_client(court) as client:
        with _told():
            client.hello()

        def ask(event_id: str) -> str | None:
            with _told():
                return client.event_hash(event_id)

        yield ask


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SyncTrouble as trouble:
        happened, next_step = _why(trouble)
        raise CourtProblem(happened, safe=_("本机数据没有改动。"), next_step=next_step) from trouble


def _why(trouble: SyncTrouble) -> tuple[str, str]:
    """Return what happened and what to do; only a link that is away comes back by waiting."""
    match trouble:
        case CourtRefused(code=code):
            return (
                _("法院不认本窗口的通行凭证（{code}），没有核对。").format(code=code),
                _("请核对凭证文件；登记过的窗口请管理员重新登记：python -m app enrol。"),
            )
        case CourtTrouble(status=status) if status == NO_TRUST:
            return (
                _("与法院的证书对不上，没有核对。"),
                _("请管理员检查法院地址、根证书（court.ca_file）、本窗口的证书和本机时间。"),
            )
        case CourtTrouble(code=code):
            return (
                _("法院的回答不能用（{code}），没有核对。").format(code=code),
                _("请核对法院地址，稍后再试；还是这样，请把这个代码告诉法院管理员。"),
            )
    return _("连不上法院，没有核对。"), _("请核对法院地址；网络恢复后再核对。")
