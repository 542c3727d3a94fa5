"""Make the QApplication: style, fonts, language, and Python's garbage collector on the GUI thread."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QObject, Qt, QTimer, QTranslator
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from app import texts
from app.paths import resources
from ui.stylesheet import palette, stylesheet
from ui.theme import FAMILIES, Theme, theme

_AT_START: Final = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
_AFTER_FIRST_PAINT: Final = ("HanaMinB.ttf",)
_YOUNG_EVERY_MS: Final = 5_000
_FULL_EVERY: Final = 24


def make_application(
    arguments: Sequence[str] = (),
    *,
    language: str = texts.DEFAULT_LANGUAGE,
    look: Theme | None = None,
) -> QApplication:
    """Return the application, ready for its first window; there is one a process."""
    texts.use_language(language)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough,
    )
    application = QApplication([sys.argv[0], *arguments])
    application.setApplicationName("yichuang")
    application.setApplicationDisplayName(texts._("一窗"))
    QLocale.setDefault(QLocale(language))
    _translate_qt(application, language)
    load_fonts(_AT_START)
    _RareCharacters(application)
    dress(application, look or theme())
    return application


def dress(application: QApplication, look: Theme) -> None:
    """Give the whole application the theme and its scale."""
    application.setStyle(QStyleFactory.create("Fusion"))
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(look.type("base"))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    application.setFont(font)
    chosen: QPalette = palette(look.tokens)
    application.setPalette(chosen)
    application.setStyleSheet(stylesheet(look))


def load_fonts(names: Sequence[str]) -> None:
    """Add shipped fonts; one that is missing leaves the next family of the list to draw."""
    for name in names:
        path = resources() / "fonts" / name
        if path.exists():
            QFontDatabase.addApplicationFont(str(path))


def load_rare_characters() -> None:
    """Add the font of the rare characters (㛃 𬭎 䶮); 31 MB, so not before the first window is painted."""
    if FAMILIES[1] not in QFontDatabase.families():
        load_fonts(_AFTER_FIRST_PAINT)


class _RareCharacters(QObject):
    """Loads the big font once the first top-level window has been painted."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow():
            QCoreApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            QTimer.singleShot(0, self, load_rare_characters)
        return False


class Sweeper(QObject):
    """Python's collector, run on the GUI thread only.

    A collection on a lane would finalise Qt objects on the wrong thread, and SQLite's too.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what was imported stays; to look through it first would cost the start 0.1 s
        self._turn = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_YOUNG_EVERY_MS)
        self._timer.timeout.connect(self._sweep)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _sweep(self) -> None:
        self._turn += 1
        gc.collect(2 if self._turn % _FULL_EVERY == 0 else 1)


def _translate_qt(application: QApplication, language: str) -> None:
    translator = QTranslator(application)
    if translator.load(
        QLocale(language), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        application.installTranslator(translator)
