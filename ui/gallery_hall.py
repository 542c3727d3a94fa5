"""What goes from window to window of a hall, with people who do not exist."""

from __future__ import annotations

from app.services.handover import HandoverView, OfferRow, WindowRow
from ui.gallery_views import desk
from ui.main_window import MainWindow
from ui.screens.handover import HandoverPage

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
