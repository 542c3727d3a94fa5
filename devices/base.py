"""What every driver offers, and the values it gives back.

Loudspeakers are in ``sound.py``, document cameras in ``camera.py``, chip cards in ``chip.py``,
signature pads in ``signature.py``.

One device belongs to one lane: no method may be called from two threads at once; ``traffic`` may be read
from anywhere. A device that is not open, or no longer after :class:`~devices.errors.Unplugged`, raises
Unplugged until ``open()`` succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import TracebackType
from typing import Protocol, Self

from devices.traffic import TrafficLog


class DeviceKind(Enum):
    """What a device is for; a counter has at most one of each but printers, which are another room."""

    ID_READER = "id_reader"
    SCANNER = "scanner"
    SCAN_GUN = "scan_gun"
    RATING_KEYPAD = "rating_keypad"
    LED_STRIP = "led_strip"
    CAMERA = "camera"
    CHIP_READER = "chip_reader"
    SIGNATURE_PAD = "signature_pad"
    SPEAKER = "speaker"
    SPEECH = "speech"
    """Speech out of text, for what has no clip."""


class CardState(Enum):
    """What lies on an ID card reader.

    ``LIFT_CARD``: the last card was read (or tried) and must be lifted before another read. Readers
    give the same answer for "still there" and "lifted, nothing new": this lasts until a card is found.
    """

    NO_CARD = "no_card"
    CARD_PRESENT = "card_present"
    LIFT_CARD = "lift_card"


class CardKind(Enum):
    """The four cards in circulation; the value is the marker letter of the chip's text block."""

    RESIDENT = ""
    HMT_RESIDENT = "J"
    """港澳台居民居住证."""
    FOREIGNER_2017 = "I"
    """外国人永久居留身份证, 2017 version."""
    FOREIGNER_2023 = "Y"
    """外国人永久居留身份证, 2023 version."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CardRead:
    """What a chip says, field by field, padding removed and nothing else changed.

    A field the layout does not have is ``""`` or None. Dates are calendar dates; a date the chip holds
    but that is no date is None and its name is in ``doubtful``. ``repr`` shows no personal data.
    """

    kind: CardKind
    name: str
    english_name: str
    sex_code: str
    """0 unknown, 1 male, 2 female, 9 not stated (GB/T 2261.1)."""
    nation_code: str
    """Two digits of GB/T 3304; ``devices.sdt.codes.nation_name`` gives the name."""
    birth: date | None
    address: str
    number: str
    issuer: str
    valid_from: date | None
    valid_to: date | None
    """None when ``long_term`` is true, or when the date is doubtful."""
    long_term: bool
    """The chip says 长期."""
    suspect_characters: tuple[str, ...]
    """Characters of the names that are private-use, replaced or control characters: a person must look."""
    doubtful: tuple[str, ...]
    """Names of the date fields that hold no date."""
    nationality: str = ""
    """Alpha-3 code (I and Y cards)."""
    pass_number: str = ""
    """通行证号码 (J cards)."""
    issue_count: str = ""
    """签发次数 (J cards) or 换证次数 (Y cards)."""
    card_version: str = ""
    authority_code: str = ""
    old_number_link: str = ""
    later_addresses: tuple[str, ...] = ()
    """Addresses written to the chip after it was issued, in the order of the chip."""
    addresses_complete: bool = True
    """False: whether the chip holds later addresses could not be found out; a person must ask."""
    raw: bytes
    """The 256 bytes of text as they came."""
    photo: bytes
    """1024 bytes WLT; there is no open decoder."""
    finger_length: int = 0
    """0, 512 or 1024 bytes of fingerprint data on the card; the data itself is not kept."""

    def __repr__(self) -> str:
        """Say the kind and nothing personal: this ends in logs and tracebacks."""
        return f"<CardRead {self.kind.name}>"


class Source(Enum):
    """Where a scanner takes the paper from."""

    FLATBED = "flatbed"
    FEEDER = "feeder"


class Colour(Enum):
    """How a page is scanned; 8 bits a channel."""

    GRAY = "gray"
    COLOUR = "colour"


class Paper(Enum):
    """Paper size in millimetres (width, height)."""

    A4 = (210, 297)


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What to scan. ``dpi`` is 100, 200 or 300.

    Raises ``ValueError`` for another resolution.
    """

    source: Source = Source.FLATBED
    dpi: int = 200
    colour: Colour = Colour.GRAY
    paper: Paper = Paper.A4

    def __post_init__(self) -> None:
        """Refuse a resolution that the rest of the program is not made for."""
        if self.dpi not in {100, 200, 300}:
            raise ValueError(f"dpi is 100, 200 or 300, not {self.dpi}")


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page as the scanner sent it: a complete JPEG or PNG. ``index`` counts from 0."""

    index: int
    data: bytes
    media_type: str
    """``image/jpeg`` or ``image/png``."""
    dpi: int
    width: int
    """Pixels."""
    height: int
    """Pixels."""

    def __repr__(self) -> str:
        """Leave the picture out."""
        return f"<ScannedPage {self.index} {self.media_type} {self.width}x{self.height} {self.dpi} dpi>"


class ScannerState(Enum):
    """Whether a scanner would take a job now."""

    IDLE = "idle"
    BUSY = "busy"
    STOPPED = "stopped"


class FeederState(Enum):
    """The feeder, as far as the scanner tells. ``UNKNOWN``: it has one and says nothing about it."""

    ABSENT = "absent"
    EMPTY = "empty"
    LOADED = "loaded"
    JAMMED = "jammed"
    COVER_OPEN = "cover_open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ScannerStatus:
    """A scanner now; ``diagnostics`` holds the device's own words."""

    state: ScannerState
    feeder: FeederState
    diagnostics: str = ""


@dataclass(frozen=True, slots=True)
class ReaderCapabilities:
    """Filled by ``open()``; empty before."""

    sam_id: str = ""
    """Number of the security module as printed on the reader."""
    decodes_photo: bool = False
    """The driver is a :class:`PhotoDecoder` with the vendor's library behind it."""


@dataclass(frozen=True, slots=True)
class ScannerCapabilities:
    """Filled by ``open()``; empty before."""

    model: str = ""
    serial: str = ""
    sources: frozenset[Source] = frozenset()
    resolutions: frozenset[int] = frozenset()
    colours: frozenset[Colour] = frozenset()


@dataclass(frozen=True, slots=True)
class GunCapabilities:
    """A gun says nothing about itself."""


@dataclass(frozen=True, slots=True)
class KeypadCapabilities:
    """``scores``: what its keys can give, highest first; ``prompts``: it can be told to ask."""

    scores: tuple[int, ...] = ()
    prompts: bool = False


@dataclass(frozen=True, slots=True)
class StripCapabilities:
    """``most_bytes`` of text in GB2312 (a Chinese character takes two); ``confirms``: it acknowledges."""

    most_bytes: int = 0
    confirms: bool = False


@dataclass(frozen=True, slots=True)
class SpeakerCapabilities:
    """``audible``: what is played can be heard; False for a file, and for the driver that plays nowhere."""

    audible: bool = False


@dataclass(frozen=True, slots=True)
class CameraCapabilities:
    """``width`` and ``height``: pixels of a whole picture; ``live``: a real camera, whose pictures differ."""

    width: int = 0
    height: int = 0
    live: bool = False


@dataclass(frozen=True, slots=True)
class ChipCapabilities:
    """What a reader of chip cards can do depends on the card."""


@dataclass(frozen=True, slots=True)
class PadCapabilities:
    """Size of the pad in millimetres."""

    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class SpeechCapabilities:
    """An engine says nothing about itself."""


Capabilities = (
    ReaderCapabilities
    | ScannerCapabilities
    | GunCapabilities
    | KeypadCapabilities
    | StripCapabilities
    | SpeakerCapabilities
    | CameraCapabilities
    | ChipCapabilities
    | PadCapabilities
    | SpeechCapabilities
)


class Device(Protocol):
    """Life cycle of every device. ``open`` and ``close`` may be called again at any time."""

    @property
    def key(self) -> str:
        """The address: stable, unique on this PC, written to the settings and to logs."""
        ...

    @property
    def kind(self) -> DeviceKind: ...

    @property
    def title(self) -> str:
        """Model or protocol, for a list of devices."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def traffic(self) -> TrafficLog:
        """What went over the wire and what went wrong, personal data masked, for whoever repairs it."""
        ...

    def available(self) -> str | None:
        """Return None, or the reason why this PC cannot drive it (a library or program missing)."""
        ...

    def open(self) -> None:
        """Connect and make sure that the device answers, if it is one that can."""
        ...

    def close(self) -> None:
        """Let the device go; never raises."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class IdCardReader(Device, Protocol):
    """A reader of resident ID cards."""

    @property
    def capabilities(self) -> ReaderCapabilities: ...

    def poll(self) -> CardState:
        """Say what lies on the reader.

        Asks the reader at most every 300 ms and repeats the last answer in between; never sleeps.
        """
        ...

    def read(self) -> CardRead:
        """Read the card; bounded in time.

        Raises NoCard, CardNotLifted, ReadFailed, NotAuthorised, Garbled, NotAnswering, Unplugged and
        DriverFault.
        """
        ...


class Scanner(Device, Protocol):
    """A flatbed or sheet-fed scanner."""

    @property
    def capabilities(self) -> ScannerCapabilities: ...

    def status(self) -> ScannerStatus:
        """Ask the scanner how it is; bounded in time."""
        ...

    def scan(
        self, settings: ScanSettings, cancelled: Callable[[], bool]
    ) -> Generator[ScannedPage, None, None]:
        """Yield pages one by one, as they come: one from the flatbed, all from the feeder.

        ``cancelled`` is asked several times a second from the calling thread; once it says True the job is
        taken back and Cancelled is raised. Closing the generator early takes the job back as well: whoever
        may stop early wraps it in ``contextlib.closing``. Pages
        yielded before an exception are complete and good.

        Raises FeederEmpty, FeederJam, ScannerCoverOpen, ScannerBusy, TransferCut, NotSupported,
        NotAnswering, Unplugged, InUse, Garbled, DriverFault, Cancelled.
        """
        ...


class PhotoDecoder(Protocol):
    """What an ID card reader is as well when a vendor's library for photos is installed on the site."""

    def photo_png(self, wlt: bytes) -> bytes:
        """Return the photo of 1024 bytes WLT as PNG; bounded in time.

        Raises NotSupported, Garbled, NotAnswering, Unplugged and DriverFault.
        """
        ...


class ScanGun(Device, Protocol):
    """A scan gun that writes to a serial line."""

    @property
    def capabilities(self) -> GunCapabilities: ...

    def next_scan(self, seconds: float) -> str | None:
        """Return the next code as text without its end; None when none came within ``seconds``.

        Raises Garbled (endless data) and Unplugged.
        """
        ...


class RatingKeypad(Device, Protocol):
    """A keypad 评价器 on which a visitor gives one score."""

    @property
    def capabilities(self) -> KeypadCapabilities: ...

    def ask(self, seconds: float, cancelled: Callable[[], bool]) -> int | None:
        """Prompt, and return the score of the first key pressed after it; None without one in ``seconds``.

        ``cancelled`` is asked several times a second. Raises Cancelled, NotAnswering, Garbled, Unplugged.
        """
        ...


class LedStrip(Device, Protocol):
    """A strip of LEDs 条屏 that shows one line of text."""

    @property
    def capabilities(self) -> StripCapabilities: ...

    def show(self, text: str) -> bool:
        """Show ``text``; return False when it stands there already and nothing was sent.

        What GB2312 lacks becomes a substitute, what is too long is cut at a character. Raises NotAnswering,
        Garbled, Unplugged.
        """
        ...
