"""The signature pad at the confirmation: it serves the step; whatever happens to it, the screen remains."""

from __future__ import annotations

import signal
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.services import drafts
from app.services.views import Health
from app.storage import pages
from tests.faults.test_scanner_window import responsive
from tests.helpers.counter import OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import FILLED
from tests.helpers.devices import workers_of

__all__ = ["counter", "qapp"]

pytestmark = [OFFSCREEN, pytest.mark.skipif(sys.platform == "win32", reason="needs signals")]


def ready(desk: Counter) -> None:
    desk.call()
    for path, text in FILLED.items():
        desk.do(drafts.set_field, path, text)
    desk.conductor._refresh()
    desk.until(lambda: desk.visit.confirmation.ready, "a text that can be read")


def present(desk: Counter, amount: str) -> None:
    """Change the text, so that it has to be signed anew, and show it."""
    before = desk.visit.confirmation.sha256
    desk.do(drafts.set_field, "matter.1.amount", amount)
    desk.conductor._refresh()
    desk.until(lambda: desk.visit.confirmation.sha256 != before, "another text")
    desk.key(Qt.Key.Key_F10)


def reads(desk: Counter) -> None:
    desk.until(lambda: desk.window.party.reading, "the text on the party's screen")


def signed(desk: Counter) -> None:
    desk.until(lambda: desk.visit.confirmation.signed_at is not None, "the signature")
    assert not desk.visit.confirmation.outdated


def says(desk: Counter, words: str) -> None:
    desk.until(lambda: words in desk.words(desk.window.party), f"{words} on the party's screen")


WORKER = "devices.simulators.signature_worker"


def test_the_pad_signs_and_a_pad_that_is_pulled_or_hangs_leaves_the_screen(counter: OpenCounter) -> None:
    desk = counter("pad")
    ready(desk)
    present(desk, "1000")
    signed(desk)
    kept = desk.read(pages.last_confirmation, desk.visit.visit_id)
    assert kept.text == desk.visit.confirmation.text

    desk.pad("unplugged")
    with responsive():
        present(desk, "2000")
        reads(desk)
        says(desk, "签名板用不了，请在这里签")
    assert "请在客屏上签" in desk.words()
    desk.bar("没有连上")
    desk.walk.sign_as_party()
    signed(desk)

    desk.pad("wait")
    desk.until(lambda: desk.device("signature_pad").health is Health.OK, "a green pad, without a key")
    present(desk, "3000")
    reads(desk)
    says(desk, "也可以在签名板上签")
    desk.until(lambda: desk.conductor.acts.running("pad.3"), "the pad asked")
    desk.until(lambda: bool(workers_of(WORKER)), "its program")
    workers_of(WORKER)[0].send_signal(signal.SIGSTOP)
    with responsive():
        says(desk, "签名板用不了，请在这里签")
    desk.walk.sign_as_party()
    signed(desk)


def test_who_signs_on_the_screen_or_changes_the_text_takes_the_question_on_the_pad_back(
    counter: OpenCounter,
) -> None:
    desk = counter("pad")
    desk.pad("wait")
    ready(desk)
    present(desk, "1000")
    reads(desk)
    desk.until(lambda: desk.conductor.acts.running("pad.1"), "the pad asked")
    desk.walk.sign_as_party()
    signed(desk)
    desk.until(lambda: not desk.conductor.acts.running("pad.1"), "the question taken back")
    desk.pad("sign")
    editor = desk.editor("identity.phone")
    assert isinstance(editor, QLineEdit)
    present(desk, "5000")
    signed(desk)
    assert desk.device("signature_pad").health is Health.OK
