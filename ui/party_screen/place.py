"""The party's screen pulled out and put back: it never comes to lie over the clerk's window by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QMainWindow

from app.notices import Level, Notice, Notices
from app.services.screens import PARTY_SCREEN_LOST
from app.texts import _
from ui.party_screen.window import PartyWindow


class PartyPlace(QObject):
    """Follows the screens as they come and go; the clerk's keys stay where they are."""

    def __init__(self, clerk: QMainWindow, party: PartyWindow, notices: Notices) -> None:
        super().__init__(clerk)
        self._clerk = clerk
        self._party = party
        self._notices = notices
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenAdded.connect(self._settle)
            application.screenRemoved.connect(self._removed)
        party.left.connect(self._settle)

    def _removed(self, screen: QScreen) -> None:
        """At once, before Qt moves what stood there onto the clerk's screen."""
        if self._party.is_on(screen):
            self._lose()
        QTimer.singleShot(0, self, self._settle)  # the clerk's own window may have moved, too

    def _lose(self) -> None:
        active = self._party.isActiveWindow()
        self._party.withdraw()
        self._notices.post(_lost())
        if active:
            self._clerk.activateWindow()

    def _settle(self) -> None:
        if not self._clerk.isVisible():
            return
        if self._party.is_on(self._clerk.screen()):
            self._lose()
        if self._party.settle(self._clerk):
            self._notices.clear(PARTY_SCREEN_LOST)


def _lost() -> Notice:
    return Notice(
        PARTY_SCREEN_LOST,
        Level.ATTENTION,
        _("当事人屏断开了。"),
        _("填写的内容和签好的字都在，没有签完的要重签。"),
        _("请检查屏幕的线和电源，接好后自动恢复；现在要签字请按 F10，在本屏进行。"),
    )
