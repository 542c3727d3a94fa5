from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from ui.bridge import Bridge


def test_a_call_from_another_thread_runs_on_the_gui_thread(qtbot: QtBot) -> None:
    bridge = Bridge()
    ran: list[threading.Thread] = []
    worker = threading.Thread(target=lambda: bridge.deliver(lambda: ran.append(threading.current_thread())))
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: bool(ran))
    assert ran == [threading.main_thread()]


def test_nothing_is_delivered_after_closing(qtbot: QtBot) -> None:
    bridge, other = Bridge(), Bridge()
    ran: list[str] = []
    bridge.deliver(lambda: ran.append("late"))
    bridge.close()
    bridge.deliver(lambda: ran.append("later"))
    other.deliver(lambda: ran.append("other"))
    qtbot.waitUntil(lambda: "other" in ran)
    assert ran == ["other"]
