"""What a paper is made from: one matter of a visit, open or finished, and what the court says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from app.clock import local
from app.domain.case_number import check_case_number
from app.domain.clocks import start_clock
from app.domain.dossier import Bundle
from app.domain.fee_choice import matter_fee
from app.domain.fees import Fee
from app.domain.matter import Side
from app.domain.money import parse_money
from app.domain.papers import Procedure
from app.domain.party import Agent, Party
from app.domain.short_form import called
from app.errors import FormProblem
from app.services import people
from app.services.case import Case, handed_in
from app.services.fields import Draft, value
from app.services.form import YES
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet, copies_counted, material_name, paper_form
from app.settings import HallSettings, PaperSettings
from app.storage.records import AnswerRecord
from app.texts import _
from printing.documents.facts import Account, Form, Issue

_NAMED: Final = 3
_ASKED_OF_ADMINISTRATOR: Final = "请管理员补设{label}"
_ABOUT: Final = ("crime", "act")
_PARTY_TO: Final = "当事人"
ACCOUNT: Final = "收款账户"
SUPERVISION: Final = "监督电话和监督卡寄回的地址"
_BY_COURT: Final = {
    ACCOUNT: ("account_holder", "account_bank", "account_number"),
    SUPERVISION: ("supervision", "supervision_address"),
}


class Lacking(FormProblem):
    """A paper cannot be made yet: what it must say is not known. ``happened`` names it.

    ``keys`` are the fields of a short form of which any one would say it, ``side`` the list in which somebody
    must be named, ``settings`` what the court has not set; none where the clerk cannot know it.
    """

    def __init__(
        self, what: str, *keys: str, side: Side | None = None, settings: tuple[str, ...] = ()
    ) -> None:
        super().__init__(
            what, safe=_("内容已保存，没有打印。"), next_step=_("请补上以后再打印这份文书。")
        )  # fmt: skip
        self.keys = keys
        self.side = side
        self.settings = settings


def need(text: str, label: str, *keys: str, side: Side | None = None) -> str:
    """Return the text; raises Lacking naming it when there is none: a paper never has a blank for it."""
    if not text.strip():
        raise Lacking(_("缺少：{label}").format(label=label), *keys, side=side)
    return text


def no_case_number(text: str) -> str:
    """Say of what was typed that no paper carries it as the number of a case."""
    return _("{text} 不是案号").format(text=text)


def unset(said: PaperSettings) -> dict[str, tuple[str, ...]]:
    """Return by what the papers call it the settings of a court that nobody filled."""
    empty = {label: tuple(n for n in names if not getattr(said, n)) for label, names in _BY_COURT.items()}
    return {label: names for label, names in empty.items() if names}


def unset_words(label: str, names: Iterable[str]) -> str:
    """Say which settings are to be filled by whom."""
    words = _("本院还没有设置{label}（管理员在设置文件 [papers] 里填 {names}）")
    return words.format(label=_(label), names="、".join(names))


def _require_set(said: PaperSettings, label: str) -> None:
    """Raise Lacking while the court has not set what is called so: a paper never has a blank for it."""
    names = unset(said).get(label, ())
    if names:
        raise Lacking(_(_ASKED_OF_ADMINISTRATOR).format(label=_(label)), settings=names)


def treasury(said: PaperSettings) -> Account:
    """Return the account fees are paid to; raises Lacking while the court has not set it."""
    _require_set(said, ACCOUNT)
    return Account(holder=said.account_holder, bank=said.account_bank, number=said.account_number)


def supervision(said: PaperSettings) -> tuple[str, str]:
    """Return the telephone and the address of who watches over the officers; raises Lacking."""
    _require_set(said, SUPERVISION)
    return said.supervision, said.supervision_address


@dataclass(frozen=True)
class Ground:
    """One matter of one visit.

    ``at`` is when the paper is made, on the court's wall clock. ``receipt_no`` and ``finished`` are known of
    a finished visit, ``accepted`` is what the court answered to this matter, None before.
    """

    case: Case
    sheet: Sheet
    hall: HallSettings
    said: PaperSettings
    knowledge: Knowledge
    at: datetime
    receipt_no: str = ""
    finished: datetime | None = None
    accepted: AnswerRecord | None = None

    @property
    def draft(self) -> Draft:
        return self.case.draft

    @property
    def opened(self) -> datetime:
        return local(self.case.visit.opened_at)

    @property
    def received(self) -> datetime:
        """When the papers came in: the end of the visit, or while it is open its beginning."""
        return self.opened if self.finished is None else local(self.finished)

    @property
    def window(self) -> str:
        return _("{number} 号窗口").format(number=self.case.visit.window)

    def issue(self, case_no: str = "") -> Issue:
        """Return who issues the paper; its number is the receipt's, before the end that of the ticket."""
        return Issue(
            court=self.hall.court,
            number=self.receipt_no or f"{self.case.visit.day} {self.case.visit.ticket}",
            issued=self.at,
            case_no=case_no,
            officer=self.case.visit.clerk,
            phone=self.said.phone,
            court_mongolian=self.said.court_mongolian,
        )

    def answer(self) -> AnswerRecord:
        """Return the court's word that the case is registered; raises Lacking before it came."""
        if self.accepted is None or not self.accepted.case_number:
            raise Lacking(_("法院答复立案、有了案号才能打印"))
        return self.accepted

    # ---- answers -----------------------------------------------------------------------------------

    def text(self, key: str) -> str:
        return self.sheet.answers.text(key)

    def said_yes(self, key: str) -> bool | None:
        """Return the answer to a question; None while it was not asked."""
        said = self.text(key)
        return None if not said else said == YES

    def money(self, key: str) -> Decimal | None:
        return parse_money(self.text(key)).amount

    def needed(self, label: str, *keys: str) -> str:
        """Return what the first answered of these fields says; raises Lacking where none does."""
        return need(next((text for key in keys if (text := self.text(key))), ""), label, *keys)

    def case_no(self, key: str = "case_no") -> str:
        """Return the number of the case, "" where none was said; raises Lacking for one that is none.

        Once the visit is over nobody can correct it: a paper that can do without goes out without it.
        """
        text = self.text(key)
        if not text or check_case_number(text).ok:
            return text
        if self.finished is None:
            raise Lacking(no_case_number(text), key)
        return ""

    def needed_case_no(self, label: str, key: str = "case_no") -> str:
        """Return the number of the case; raises Lacking for none, and for one that is none."""
        text = self.needed(label, key)
        if not check_case_number(text).ok:
            raise Lacking(no_case_number(text), key)
        return text

    def needed_money(self, label: str, key: str) -> Decimal:
        """Return the amount in a field; raises Lacking."""
        amount = self.money(key)
        if amount is None:
            raise Lacking(_("缺少：{label}").format(label=label), key)
        return amount

    # ---- people ------------------------------------------------------------------------------------

    @property
    def visitor(self) -> str:
        return value(self.draft, "identity.name")

    @property
    def filers(self) -> tuple[Party, ...]:
        return tuple(party for party in self.sheet.parties.filers if party.name)

    @property
    def first(self) -> Party:
        """The first filer; raises Lacking when nobody is named."""
        if not self.filers:
            raise Lacking(_("缺少：当事人姓名（名称）"), side=Side.FILER)
        return self.filers[0]

    @property
    def addressee(self) -> str:
        return need(_names(self.filers) or self.visitor, _("当事人姓名（名称）"), side=Side.FILER)

    @property
    def anybody(self) -> str:
        """To whom a text is handed that nobody has to give a name for."""
        return _names(self.filers) or self.visitor or self.text("person") or _("来访人")

    @property
    def opponents(self) -> str:
        return _names(self.sheet.parties.others)

    @property
    def needed_opponents(self) -> str:
        """The other side; raises Lacking while nobody of it is named."""
        return need(self.opponents, _("对方当事人"), side=Side.OTHER)

    def role(self, party: Party) -> str:
        """Return the word of the list the party stands in, such as 原告."""
        for field in people.lists_of(self.sheet.matter):
            if party.key in people.members(self.draft, self.sheet.number, self.sheet.matter, field):
                return field.label
        return _(_PARTY_TO)

    def agent_of(self, party: Party) -> Agent | None:
        mine = (agent for agent in self.sheet.parties.agents if party.key in agent.represents and agent.name)
        return next(mine, None)

    @property
    def organisation(self) -> str:
        """Who mediates: as entered, else the court's own; "" while nobody said."""
        return self.text("organisation") or self.said.mediation

    def account(self, holder: str, key: str) -> Account | None:
        """Return the account entered in a field; a bank nobody asked for is written by hand."""
        number = self.text(key)
        return Account(holder=holder, number=number, bank=self.text("bank")) if number else None

    def needed_account(self, holder: str, label: str) -> Account:
        """Return the account with its bank; raises Lacking while either is not known."""
        number = self.needed(label, "account")
        return Account(holder=holder, number=number, bank=self.needed(_("开户行"), "bank"))

    # ---- the case ----------------------------------------------------------------------------------

    @property
    def matter_name(self) -> str:
        variant = self.sheet.variant
        return f"{self.sheet.matter.name}（{variant.label}）" if variant else self.sheet.matter.name

    @property
    def about(self) -> str:
        """What the case is about: the cause, else the charge or act, "" while there is none."""
        if self.sheet.cause:
            return self.sheet.cause.name
        return next((text for key in _ABOUT if (text := self.text(key))), "")

    @property
    def procedure(self) -> Procedure:
        return called(self.sheet.matter, self.sheet.parties, self.sheet.answers).procedure

    @property
    def case_words(self) -> str:
        """How the case is called before 一案, from the addressee's side, such as 与苏雅拉民间借贷纠纷."""
        way = called(self.sheet.matter, self.sheet.parties, self.sheet.answers)
        if way.text:
            said = way.text if self.opponents or not way.alone else way.alone
            return said.replace("{cause}", self.about).replace("{opponent}", self.opponents)
        if not self.opponents:
            return self.about or _("提起诉讼")
        return _("与{opponent}{cause}").format(opponent=self.opponents, cause=self.about or _("纠纷"))

    @property
    def fee(self) -> Fee | None:
        return matter_fee(self.sheet.matter, self.sheet.answers, self.knowledge.fees)

    @property
    def prepaid(self) -> Decimal | None:
        """The exact amount to pay beforehand, None where nothing is; raises Lacking while it is not known."""
        fee = self.fee
        if fee is None or not fee.prepaid or (fee.low == 0 and fee.high == 0):
            return None
        if fee.needs:
            needs = "、".join(_(one) for one in fee.needs)
            asked = (self.sheet.matter.kinds, *self.sheet.fields)
            keys = (field.key for field in asked if field.label in fee.needs)
            raise Lacking(_("还算不出诉讼费：先填{needs}").format(needs=needs), *keys)
        if fee.low is None or fee.low != fee.high:
            raise Lacking(_("还定不下诉讼费：{shown}，请由法官确定").format(shown=fee.shown))
        return fee.low

    def due(self, clock: str, start: date) -> date:
        return start_clock(clock, start, self.knowledge.holidays).safe_end

    def after(self, days: int) -> date:
        return self.at.date() + timedelta(days=days)

    def handed(self) -> tuple[tuple[Bundle, str, int, Form], ...]:
        """Return what was handed in for this matter: its pages, its name, how many copies, its form."""
        number = self.sheet.number
        copies = copies_counted(self.draft, number)
        mine = (bundle for bundle in handed_in(self.case) if bundle.matter == number)
        return tuple(
            (
                b,
                material_name(b.material, self.knowledge, self.sheet),
                copies.get(b.material, 1) or 1,
                Form(paper_form(self.draft, number, b.material, self.knowledge)),
            )
            for b in mine
        )


def _names(parties: Sequence[Party]) -> str:
    names = list(dict.fromkeys(party.name for party in parties if party.name))
    first = "、".join(names[:_NAMED])
    if len(names) <= _NAMED:
        return first
    return _("{names}等 {count} 人").format(names=first, count=len(names))
