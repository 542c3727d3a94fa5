"""What can be wrong with a device: one class for each physical condition.

    DeviceError
    ├── BadAddress            the address of the device is written wrong
    ├── BadTable              the file that describes a device is missing or wrong
    ├── LibraryMissing        a program or library the driver needs is not installed
    ├── Unplugged             cable out, power off, or the port was opened twice
    ├── InUse                 another program holds the device
    ├── NoPermission          this user may not open the device
    ├── NotAnswering          the line is open and the device stays silent
    │   └── Frozen            it talks, and says the same for ever: the picture stands still
    ├── Garbled               the device talks, and what arrives is damaged
    ├── NotSupported          the device cannot do what was asked
    ├── NoCard                no card lies on the reader
    ├── CardNotLifted         the card was read and must be lifted before the next read
    ├── ReadFailed            the card was found and could not be read
    ├── NotAuthorised         the security module (SAM) of the reader is not authorised
    ├── ReaderDefective       the reader failed its own self-test
    ├── FeederEmpty           no paper in the feeder
    ├── FeederJam             paper stuck in the feeder, or two sheets at once
    ├── ScannerCoverOpen      lid or feeder cover open
    ├── ScannerBusy           the scanner works for someone else
    ├── TransferCut           a page arrived incomplete
    ├── DriverFault           anything else; the diagnostics keep everything known
    │   ├── DriverDied        the program that drives it ended by itself
    │   └── InternalFault     it answers, and says that it failed inside
    └── Cancelled             the user stopped it

Sentences for people are made elsewhere. ``diagnostics`` holds raw facts for whoever repairs the device
(port, status words, byte counts, stderr of a program) and never personal data.
"""

from __future__ import annotations


class DeviceError(Exception):
    """A device cannot do what was asked.

    ``diagnostics``: raw facts in English, without personal data, possibly several lines.
    """

    def __init__(self, diagnostics: str = "") -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics


class BadAddress(DeviceError):
    """The address cannot be understood; the diagnostics say which part is wrong."""


class BadTable(DeviceError):
    """The file that describes a keypad or strip is missing or wrong; the diagnostics name file and key."""


class LibraryMissing(DeviceError):
    """A library or program the driver needs is not installed on this PC."""


class Unplugged(DeviceError):
    """The device is gone: cable out, power off, nobody listening.

    Also what a serial port shows when two programs opened it: "readiness to read but no data".
    """


class InUse(DeviceError):
    """The device is held by another program."""


class NoPermission(DeviceError):
    """The operating system does not let this user open the device."""


class NotAnswering(DeviceError):
    """The line is open and nothing came back within the time limit."""


class Frozen(NotAnswering):
    """A live device repeats itself: the picture of a camera stands still."""


class Garbled(DeviceError):
    """Bytes arrive and make no sense: wrong sum, half a frame, noise, broken XML."""


class NotSupported(DeviceError):
    """The device says it has no such source, resolution or command."""


class NoCard(DeviceError):
    """No card lies on the reader."""


class CardNotLifted(DeviceError):
    """The card was read already; it must be lifted and laid down again."""


class ReadFailed(DeviceError):
    """A card was found and could not be selected or read: moved too early, damaged, not a resident card."""


class NotAuthorised(DeviceError):
    """The security module of the reader is not authorised (SAM status 66)."""


class ReaderDefective(DeviceError):
    """The reader's self-test failed (status 60)."""


class FeederEmpty(DeviceError):
    """A scan from the feeder was asked for and there is no paper in it."""


class FeederJam(DeviceError):
    """Paper is stuck in the feeder, was not picked, or two sheets went in at once."""


class ScannerCoverOpen(DeviceError):
    """The lid of the scanner or the cover of the feeder is open."""


class ScannerBusy(DeviceError):
    """The scanner kept saying that it is busy until the patience of the driver ended."""


class TransferCut(DeviceError):
    """The transfer of a page broke off; the incomplete page was thrown away."""


class DriverFault(DeviceError):
    """A condition nobody foresaw; the diagnostics keep all that is known."""


class DriverDied(DriverFault):
    """The program or library that drives the device ended by itself; the diagnostics have its exit code."""


class InternalFault(DriverFault):
    """The device answers, and all it says is that something in it went wrong (HTTP 5xx)."""


class Cancelled(DeviceError):
    """The user stopped the work; shown nowhere."""
