"""What is missing, and who was told and has not brought it, with people and papers that do not exist."""

from __future__ import annotations

from datetime import timedelta

from app.services.numbers import NumberRow, NumbersView
from app.services.supply_views import OwedKind, OwedList, OwedRow, SupplyLine, SupplyView
from app.services.views import Mark
from ui.gallery_views import NOW, desk
from ui.main_window import MainWindow
from ui.screens.comeback import ComebackPage
from ui.screens.numbers import NumbersPage
from ui.screens.supply import SupplyPage


def supply(*, again: bool = False) -> SupplyView:
    """What a filing lacks; with ``again`` after a first notice."""

    def line(
        key: str, mark: Mark, title: str, reason: str, basis: str, how: str = "", *, may: bool = False
    ) -> SupplyLine:
        return SupplyLine(key, mark, title, reason, how, basis, f"matter.1.defect.{key}", tolerable=may)

    law, advice, have = Mark.MISSING_LAW, Mark.MISSING_PRACTICE, Mark.HAVE
    articles = ("登记立案规定第6条第4项", "登记立案规定第6条第5项", "民事诉讼法第123条")
    return SupplyView(
        title="民事一审立案 · 民间借贷纠纷",
        lines=(
            line(
                "M01",
                law,
                "起诉状",
                "已收1份，还差1份",
                articles[2],
                "原件1份，按对方人数附副本，签名或者盖章",
            ),
            line(
                "M13",
                law,
                "证据材料和证据清单",
                "尚未提交，应交2份",
                articles[1],
                "复印件，开庭时带原件",
                may=True,
            ),
            line("M14", advice, "送达地址确认书（张𬭎）", "尚未提交，应交1份", "本院习惯", "当场填写"),
            line("M02", have, "身份证明（张𬭎）", "已读卡核对", articles[0]),
        ),
        missing=2,
        due="2026 年 11 月 30 日 周一（7 日）",
        due_why="自收到一次性补正告知之日起7日：补齐材料（期限由法院指定）（登记立案规定第7条）；"
        "应当一次性书面告知需要补正的全部内容和期限（登记立案规定第7条第1款）",
        promise_due="",
        notice="a" * 64,
        promise="",
        no_promise="主要材料不能容缺：起诉状。",
        told_before="2026-11-20 已一次性告知过（SJ20261120-03-0007-B1）。再次告知要写理由，并经值班主任同意。"
        if again
        else "",
        decided="" if again else "correction",
        elsewhere=1,
    )


def owed() -> tuple[OwedRow, ...]:
    """Somebody at the window, somebody late, somebody with time."""
    day = NOW.date()

    def one(place: int, person: str, what: tuple[str, ...], late: int, *, here: bool = False) -> OwedRow:
        told = day - timedelta(days=late + 7)
        return OwedRow(
            key=f"s{place}",
            visit_id=f"v{place}",
            paper_no=f"SJ{told:%Y%m%d}-03-{place:04d}-B1",
            receipt_no=f"SJ{told:%Y%m%d}-03-{place:04d}",
            ticket=f"A{place:03d}",
            code="7K3MPQ2X",
            kind=OwedKind.CORRECTION if place % 2 else OwedKind.PROMISE,
            person=person,
            masked_number="150***********5517",
            what=what,
            told_on=told,
            due=told + timedelta(days=7),
            days_late=late,
            here=here,
        )

    return (
        one(7, "张*", ("起诉状", "证据材料和证据清单"), -6, here=True),
        one(12, "苏**", ("法定代表人身份证明书",), 9),
        one(31, "阿********", ("授权委托书", "律师执业证和律所函"), 2),
        one(18, "包**", ("送达地址确认书",), 0),
        one(44, "乌**", ("证据材料和证据清单",), -2),
        one(52, "其**", ("起诉状",), -5),
    )


def show_owed(window: MainWindow) -> None:
    window.show_desk(desk())
    page = ComebackPage(window.look)
    words = "回来补材料的，从上次停下的地方接着办；逾期的在最前"
    window.show_panel("history", "补交与到期未补", words, page)
    page.begin()
    page.show_owed(OwedList(owed()))


def asked(*, further: bool = False) -> OwedRow:
    """What the back office asks for and nobody was told yet."""
    day = NOW.date()
    return OwedRow(
        key="a1",
        visit_id="v61",
        paper_no="",
        receipt_no=f"SJ{day:%Y%m%d}-03-0061",
        ticket="A061",
        code="",
        kind=OwedKind.UNTOLD,
        person="张*",
        masked_number="150***********5517",
        what=("被告身份证明复印件", "证据清单（一式三份），写明证明目的", "授权委托书须由当事人本人签名"),
        told_on=day,
        due=day + timedelta(days=7),
        days_late=-7,
        further=further,
        why="自收到一次性补正告知之日起7日：补齐材料（期限由法院指定）（登记立案规定第7条）；"
        "期限由法院指定为7日（规定没有写明天数）",
    )


def show_asked(window: MainWindow) -> None:
    window.show_desk(desk())
    page = ComebackPage(window.look)
    words = "回来补材料的，从上次停下的地方接着办；逾期的在最前"
    window.show_panel("history", "补交与到期未补", words, page)
    page.begin()
    page.show_owed(OwedList((asked(further=True), *owed()[1:])))


def show_decided(window: MainWindow) -> None:
    _page(window, supply())


def show_again(window: MainWindow) -> None:
    _page(window, supply(again=True))


def _page(window: MainWindow, view: SupplyView) -> None:
    window.show_desk(desk())
    page = SupplyPage(window.look)
    window.show_panel("list", "补正告知", "缺什么一次写清；按 Ctrl+Enter 定下才出，办结（F12）时打印", page)
    page.show_supply(view)
    page.list.setFocus()


def numbers(*, frozen: bool = False) -> NumbersView:
    """Three people of a visit; frozen when too many were looked at."""
    rows = (
        NumberRow("identity.id_number", "张𬭎", "来访人", "150***********5517"),
        NumberRow("party.p2.id_number", "苏雅拉", "当事人", "152***********4518"),
        NumberRow("agent.1.id_number", "高娃", "代理人", "150***********002X"),
        NumberRow("page.p3", "自然人身份证明", "第 3 页", "图片已遮住"),
    )
    stop = ("今天已查看完整证件号码201次，超过200次", "个人信息保护法第28条、第51条") if frozen else ("", "")
    return NumbersView("v1", rows, 200 if frozen else 3, 200, *stop)


def show_numbers(window: MainWindow) -> None:
    _numbers(window, numbers()).show_number("identity.id_number", "150402199003075517")


def show_numbers_frozen(window: MainWindow) -> None:
    _numbers(window, numbers(frozen=True))


def _numbers(window: MainWindow, view: NumbersView) -> NumbersPage:
    window.show_desk(desk())
    page = NumbersPage(window.look)
    window.show_panel("card", "完整号码", "证件号码平时遮住；逐个查看，每次记入审计", page)
    page.show_numbers(view)
    page.list.setFocus()
    return page
