"""One application for all tests of windows, made as the program makes it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from ui.application import load_rare_characters, make_application


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    known = QApplication.instance()  # tests of whole visits may have needed it first
    application = known if isinstance(known, QApplication) else make_application()
    load_rare_characters()
    return application


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Every test here needs the application."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/ui/" in item.path.as_posix():
            # Only the offscreen platform says so, of raise() and size hints; a display does not.
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
