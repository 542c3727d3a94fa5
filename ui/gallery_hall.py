"""What goes from window to window of a hall, with people who do not exist."""

from __future__ import annotations

from datetime import UTC, datetime

from app.domain.appointment import Coming
from app.domain.hall_asks import Ask
from app.domain.staff import Role
from app.services.appointments import Awaited, CheckedIn
from app.services.approval import NotApproved
from app.services.asking import AskRow
from app.services.handover import HandoverView, OfferRow, WindowRow
from app.services.reception import Given, GroupRow, ReceptionView
from app.services.staff_list import ADD, StaffRow, StaffView
from ui.gallery_views import desk
from ui.main_window import MainWindow
from ui.screens.appointments import AppointmentsPage
from ui.screens.asking import AskingPage
from ui.screens.handover import HandoverPage
from ui.screens.own_pin import OwnPinPage
from ui.screens.reception import ReceptionPage
from ui.screens.staff import StaffPage

WINDOWS = (
    WindowRow(1, "", ""),
    WindowRow(2, "mongolian sign", ""),
    WindowRow(4, "low", "午休"),
    WindowRow(5, "执行", ""),
)
OFFERS = (
    OfferRow("A014", 2, "要能办的窗口接着办", ready=True),
    OfferRow("G003", 5, "交接班", ready=False),
)
GIVEN = (OfferRow("A011", 4, "本窗口办不了这一项", ready=True),)


def show_giving(window: MainWindow) -> None:
    page = _page(window, HandoverView("A017", "", WINDOWS, (), GIVEN))
    page.reason.setText("要能办的窗口接着办")


def show_offered(window: MainWindow) -> None:
    _page(window, HandoverView("", "现在没有正在办理的人。", WINDOWS, OFFERS, ()))


def _page(window: MainWindow, view: HandoverView) -> HandoverPage:
    window.show_desk(desk())
    page = HandoverPage(window.look)
    window.show_panel("swap", "移交", "办到一半的交给别的窗口接着办；别的窗口交来的在这里接", page)
    page.begin()
    page.show_view(view)
    return page


def show_reception(window: MainWindow) -> None:
    window.show_desk(desk())
    page = ReceptionPage(window.look)
    window.show_panel("ticket", "导诉台", "数字键取号；G 绿色、U 时效；补打号票、补录号卷", page)
    page.show_view(RECEPTION)
    page.begin()
    page.show_given(Given("A027", 6, (12, 25)))
    page.green.setChecked(True)


def show_appointments(window: MainWindow) -> None:
    window.show_desk(desk())
    page = AppointmentsPage(window.look)
    purpose = "预约号、手机尾号或身份证签到取号；导入当天的预约名单"
    window.show_panel("clock", "预约签到", purpose, page)
    page.show_times(TIMES, reader=True)
    page.begin()
    page.show_checked_in(CheckedIn("A031", 2, (5, 12), "9:30-10:00", Coming.IN_TIME))


TIMES = (
    Awaited("9:00-9:30", "立案", 4, ("A018", "A022", "A023", "A026")),
    Awaited("9:30-10:00", "立案", 4, ("A031",)),
    Awaited("9:30-10:00", "执行", 2, ()),
    Awaited("10:00-10:30", "立案", 3, ()),
)


def show_asking(window: MainWindow) -> None:
    window.show_desk(desk())
    page = AskingPage(window.look)
    window.show_panel("stamp", "别的窗口请求的核准", "值班主任用自己的口令核准别的窗口的请求", page)
    page.show_asks(ASKED)


def show_asked_elsewhere(window: MainWindow) -> None:
    window.show_desk(desk())
    window.messages.ask_pin("补打，理由：当事人遗失", ("乌兰", "其木格"), can_ask=True)
    assert window.messages.pin is not None  # noqa: S101 - just asked
    window.messages.pin.waits("已请别的窗口的值班主任核准，5 分钟内有效；在这里输口令也可以，按 Esc 撤回。")


def show_staff(window: MainWindow) -> None:
    _staff(window, StaffView(STAFF, ("李工",), "hall"))


def show_new_person(window: MainWindow) -> None:
    page = _staff(window, StaffView(STAFF, ("李工",), "window"))
    page.begin(ADD)
    page.name.setText("斯琴")


def show_no_staff(window: MainWindow) -> None:
    _staff(window, StaffView((), (), "own"))


def show_own_pin(window: MainWindow) -> None:
    window.show_desk(desk())
    page = OwnPinPage(window.look)
    window.show_panel("key", "我的口令", "用现在的口令换一个新的，过期的也在这里换", page)
    page.show_people(("乌兰", "李工", "其木格"))
    page.say(NotApproved("口令不对。", safe="原来的口令没有变。", next_step="请再输一次，还可以试 4 次。"))


def _staff(window: MainWindow, view: StaffView) -> StaffPage:
    window.show_desk(desk())
    page = StaffPage(window.look)
    window.show_panel("people", "人员名册", "谁可以登录、核准、改名册", page)
    page.show_view(view)
    return page


_AT = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
ASKED = (
    AskRow(
        Ask("q1", 2, "s3", "reprint", "SJ20261123-02-0007", "0", _AT),
        "巴图",
        "补打，SJ20261123-02-0007，当事人遗失",
        "10:10",
        ("乌兰", "其木格"),
    ),
    AskRow(
        Ask("q2", 5, "s4", "unfreeze", "", "", _AT), "苏雅", "解除冻结，理由见对方窗口", "10:09", ("乌兰",)
    ),
)
STAFF = (
    StaffRow("s1", "乌兰", Role.SUPERVISOR, "口令有效到 2027-01-30", active=True),
    StaffRow("s2", "其木格", Role.SUPERVISOR, "锁定到 10:20", active=True),
    StaffRow("s3", "巴图", Role.CLERK, "口令有效到 2027-02-11", active=True),
    StaffRow("s4", "苏雅", Role.HELPER, "口令已过期", active=True),
    StaffRow("s5", "王法官", Role.BACK_OFFICE, "口令有效到 2027-02-11", active=True),
    StaffRow("s6", "李工", Role.ADMINISTRATOR, "口令有效到 2027-01-02", active=True),
    StaffRow("s7", "那仁", Role.CLERK, "已停用", active=False),
)
RECEPTION = ReceptionView(
    groups=(
        GroupRow("立案", "A", 7, (12, 25)),
        GroupRow("执行", "B", 3, (8, 15)),
        GroupRow("材料收转", "C", 0, ()),
        GroupRow("查询咨询", "D", 2, (5, 10)),
    ),
    needs=("sign", "mongolian"),
    windows=4,
    given=38,
    reader=True,
    printer=True,
)
