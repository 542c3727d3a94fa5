"""What goes from window to window of a hall, with people who do not exist."""

from __future__ import annotations

from app.domain.appointment import Coming
from app.services.appointments import Awaited, CheckedIn
from app.services.handover import HandoverView, OfferRow, WindowRow
from app.services.reception import Given, GroupRow, ReceptionView
from ui.gallery_views import desk
from ui.main_window import MainWindow
from ui.screens.appointments import AppointmentsPage
from ui.screens.handover import HandoverPage
from ui.screens.reception import ReceptionPage

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
