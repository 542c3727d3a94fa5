"""Telling the hall who is called at this window: LED strip and voice. Only number and window, never more."""

from __future__ import annotations

from collections.abc import Callable

from app.clock import local
from app.domain.voice import parse_spans
from app.errors import DeviceProblem
from app.lanes import LED_STRIP, SPEAKER, on
from app.notices import Notice
from app.paths import resources
from app.services.desk import Desk
from app.services.problems import device_problem
from app.services.voice import Announcer, VoicePlan
from app.texts import _
from devices.clips import load_clips
from devices.errors import BadTable, DeviceError
from devices.registry import open_speech
from devices.sound import Sound


@on(LED_STRIP)
def show_called(desk: Desk, number: str) -> None:
    """Show the number on the strip. Raises DeviceProblem."""
    with desk.bench.strip() as strip:
        strip.show(_("请 {number} 号到 {window} 号窗口").format(number=number, window=desk.window))


@on(SPEAKER)
def speak(desk: Desk, number: str) -> bool:
    """Call the number aloud, whole and in turn; False without a loudspeaker and in quiet hours.

    Raises DeviceProblem.
    """
    if not desk.bench.has(SPEAKER):
        return False
    if desk.announcer is None:
        desk.announcer = _announcer(desk)
    flag = desk.cancel_flag(SPEAKER)
    desk.announcer.call(number, desk.window)
    return bool(desk.announcer.speak_all(flag.is_set))


def _announcer(desk: Desk) -> Announcer:
    """A court's own clips, in the folder ``voice`` beside its settings, take the place of ours."""
    voice = desk.settings.voice
    try:
        clips = load_clips(resources() / "voice", desk.places.config / "voice")
    except BadTable as error:
        problem = device_problem(error, _("音箱"))
        raise problem if isinstance(problem, DeviceProblem) else error from error
    plan = VoicePlan(voice.repeats, voice.chime, parse_spans(voice.quiet))
    return Announcer(
        desk.bench.speaker,
        clips,
        desk.hall.speech,
        lambda: local(desk.clock.now()).time(),
        plan,
        _spoken(desk),
    )


def _spoken(desk: Desk) -> Callable[[str], Sound] | None:
    """Return the engine for what has no clip. One that cannot be used is told once: the clips go on."""
    url = desk.settings.voice.engine
    if not url:
        return None
    try:
        engine = open_speech(url)
    except DeviceError as error:
        problem = device_problem(error, _("语音程序"))
        if isinstance(problem, DeviceProblem):
            desk.notices.post(Notice.of("speech", problem))
        return None
    return engine.spoken
