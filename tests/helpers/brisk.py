"""Drivers that wait shorter than the product's: for counters whose devices fall silent one after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from devices.drivers import camera_worker, chip_pcsc, id_sdt, scan_escl, signature_worker, speaker_worker
from devices.drivers.camera_worker import CameraLimits
from devices.drivers.scan_escl import EsclLimits
from devices.drivers.speaker_worker import SpeakerLimits
from devices.sdt.session import Limits
from printing.printers import conversation, network

READER_LIMITS = Limits(header=1.0, whole=3.0, card=8.0)


@contextmanager
def short_limits() -> Iterator[None]:
    """Shorten how long every kind of device is waited for.

    A driver made while the block runs keeps its short limits; chip reader and pad look them up each time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chip_pcsc, "_ASK_SECONDS", 1.5)
        patch.setattr(signature_worker, "_ASK_SECONDS", 1.5)
        patch.setattr(scan_escl, "EsclLimits", partial(EsclLimits, answer=1.5))
        patch.setattr(speaker_worker, "SpeakerLimits", partial(SpeakerLimits, over=1.5))
        patch.setattr(camera_worker, "CameraLimits", partial(CameraLimits, frame=2.5, frozen=2.0))
        patch.setattr(network, "Limits", partial(conversation.Limits, finish=6.0))
        patch.setattr(id_sdt, "Limits", lambda: READER_LIMITS)
        yield
