"""From a typed letter to a painted list of causes: characters, pinyin, initials, each typed key by key.

    python -m benchmarks.bench_typeahead [--causes N]

Every prefix of every query is a query, as the clerk types it. *search* is the rule alone, *shown* what the
GUI thread needs from the changed line until the list under it is painted; beside the clock stands the
processor time, which a busy machine changes little. Bar: 20 ms.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.paths import Places, resources
from app.services.form import suggest_causes
from app.services.knowledge import Knowledge, read_knowledge
from app.services.views import FieldView
from ui.application import dress, make_application
from ui.theme import Theme, theme
from ui.widgets.suggest import SuggestInput

BAR_MS = 20.0
_SEED = 20260101


def queries(count: int) -> dict[str, list[str]]:
    """What is typed for so many causes of the list, by the way of typing."""
    text = (resources() / "codes" / "causes_2025.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    chosen = random.Random(_SEED).sample(rows, min(count, len(rows)))  # noqa: S311 - which causes are measured
    syllables = [[part for part in row[6].split(" ") if part.isascii()] for row in chosen]
    return {
        "characters": [row[4] for row in chosen],
        "pinyin": ["".join(parts) for parts in syllables],
        "initials": ["".join(part[:1] for part in parts) for parts in syllables],
    }


def typed(whole: Iterable[str]) -> list[str]:
    """Every state of the line while the words are typed."""
    return [word[:end] for word in whole for end in range(1, len(word) + 1)]


class Page(QWidget):
    """One line of a form with room for the list under it."""

    def __init__(self, look: Theme, knowledge: Knowledge) -> None:
        super().__init__()
        self.resize(900, 600)
        view = FieldView("matter.1.cause", "案由", "cause")
        self.line = SuggestInput(look, view, partial(suggest_causes, knowledge))
        box = QVBoxLayout(self)
        box.addWidget(self.line)
        box.addStretch(1)

    def press(self, letter: str) -> None:
        """Type one letter, a Chinese character too, and paint what it changes."""
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(self.line, event)
        QApplication.processEvents()

    def ready(self, before: str) -> None:
        """Bring the line to what stood before the letter is typed."""
        if self.line.text() != before:
            self.line.setText(before)
            QApplication.processEvents()


def measure(act: Callable[[str], object], words: list[str]) -> tuple[list[float], list[float]]:
    """Return milliseconds by the clock and of the processor, for each word."""
    walls, computed = [], []
    for word in words:
        wall, cpu = time.perf_counter(), time.thread_time()
        act(word)
        computed.append((time.thread_time() - cpu) * 1000)
        walls.append((time.perf_counter() - wall) * 1000)
    return sorted(walls), sorted(computed)


def measure_page(page: Page, words: list[str]) -> tuple[list[float], list[float]]:
    """The same for the window: the last letter of each word is what is timed."""
    walls: list[float] = []
    computed: list[float] = []
    shown = 0
    for word in words:
        page.ready(word[:-1])
        wall, cpu = measure(page.press, [word[-1]])
        walls += wall
        computed += cpu
        shown += bool(page.line.suggestions)
    if not shown:
        raise SystemExit("no list was ever shown: nothing was measured")
    return sorted(walls), sorted(computed)


def told(name: str, walls: list[float], computed: list[float]) -> str:
    def at(times: list[float], part: float) -> float:
        return times[min(len(times) - 1, int(len(times) * part))]

    figures = (statistics.median(walls), at(walls, 0.99), walls[-1], at(computed, 0.5), at(computed, 0.99))
    busy = "cpu holds" if figures[4] <= BAR_MS else "MISSED"
    held = "holds" if figures[1] <= BAR_MS else busy
    return f"{name:<28}{len(walls):>8}" + "".join(f"{figure:>10.2f}" for figure in figures) + f"  {held}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--causes", type=int, default=150)
    count = parser.parse_args().causes
    make_application()
    look = theme()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    dress(application, look)
    knowledge, _faults = read_knowledge(Places.of_user(), keep=False)
    page = Page(look, knowledge)
    page.show()
    page.activateWindow()
    page.line.setFocus()
    page.press("m")
    print(f"load average {os.getloadavg()[0]:.1f}; bar {BAR_MS:.0f} ms at p99")
    head = ("queries", "p50 ms", "p99 ms", "worst", "cpu p50", "cpu p99")
    print(f"{'':<28}{head[0]:>8}" + "".join(f"{word:>10}" for word in head[1:]))
    for way, whole in queries(count).items():
        words = typed(whole)
        print(told(f"search, {way}", *measure(partial(suggest_causes, knowledge), words)))
        print(told(f"shown, {way}", *measure_page(page, words)))
    print(f"load average {os.getloadavg()[0]:.1f}")
    page.close()


if __name__ == "__main__":
    main()
