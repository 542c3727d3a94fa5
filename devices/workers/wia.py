"""Drives a scanner with Windows Image Acquisition: ``python -m devices.workers.wia``; requests as in
``devices.drivers.scan_worker``. Needs pywin32.

Property numbers, formats and errors are those of WIA 2.0 (wiadef.h). Written from Microsoft's documentation,
never yet run against a device.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pythoncom
import win32com.client

from devices import errors
from devices.workers.serving import serve

_SCANNER_TYPE: Final = 1
_JPEG: Final = "{B96B3CAE-0728-11D3-9D7B-0000F81EF32E}"
_HANDLING, _HANDLING_STATUS, _HANDLING_SELECT = "3086", "3087", "3088"
_FEEDER, _FLATBED = 1, 2
_FEED_READY, _COVER_UP, _PAPER_JAM = 0x01, 0x04, 0x20
_INTENT, _DPI_X, _DPI_Y, _START_X, _START_Y, _WIDTH, _HEIGHT = (
    "6146", "6147", "6148", "6149", "6150", "6151", "6152",
)  # fmt: skip
_INTENTS: Final = {"colour": 1, "gray": 2}
_A4_INCHES: Final = (210 / 25.4, 297 / 25.4)
_CONDITIONS: Final[Mapping[int, type[errors.DeviceError]]] = {
    0x80210002: errors.FeederJam,
    0x80210003: errors.FeederEmpty,
    0x80210004: errors.FeederJam,
    0x80210005: errors.Unplugged,
    0x80210006: errors.ScannerBusy,
    0x8021000A: errors.TransferCut,
    0x8021000D: errors.InUse,
    0x80210015: errors.Unplugged,
    0x80210016: errors.ScannerCoverOpen,
}


class WiaWorker:
    """One scanner."""

    def __init__(self) -> None:
        self._device: Any = None

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        try:
            return self._answer(request)
        except pythoncom.com_error as error:
            code = (error.excepinfo[5] if error.excepinfo else error.hresult) & 0xFFFFFFFF
            kind = _CONDITIONS.get(code, errors.DriverFault)
            if kind is errors.FeederEmpty and request.get("index"):
                return {"end": True}
            raise kind(f"WIA error {code:08X}") from error

    def _answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        match request["do"]:
            case "open":
                return self._open(str(request["name"]))
            case "status":
                return {"feeder": self._feeder()}
            case _:
                return self._page(request)

    def _open(self, name: str) -> Mapping[str, Any]:
        manager = win32com.client.Dispatch("WIA.DeviceManager")
        for info in manager.DeviceInfos:
            title = str(info.Properties("Name").Value)
            if info.Type == _SCANNER_TYPE and title.startswith(name):
                self._device = info.Connect()
                handling = self._number(_HANDLING, _FLATBED)
                kinds = {_FLATBED: "flatbed", _FEEDER: "feeder"}
                return {"title": title, "sources": [kind for bit, kind in kinds.items() if handling & bit]}
        raise errors.Unplugged("no such WIA scanner")

    def _feeder(self) -> str:
        if not self._number(_HANDLING, _FLATBED) & _FEEDER:
            return "absent"
        status = self._number(_HANDLING_STATUS, 0)
        for bit, word in ((_PAPER_JAM, "jammed"), (_COVER_UP, "cover_open"), (_FEED_READY, "loaded")):
            if status & bit:
                return word
        return "empty"

    def _page(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        dpi = int(request["dpi"])
        if self._number(_HANDLING, 0):
            chosen = _FEEDER if request["source"] == "feeder" else _FLATBED
            self._device.Properties(_HANDLING_SELECT).Value = chosen
        item = self._device.Items(1)
        wanted = {
            _INTENT: _INTENTS[request["colour"]], _DPI_X: dpi, _DPI_Y: dpi, _START_X: 0, _START_Y: 0,
            _WIDTH: int(_A4_INCHES[0] * dpi), _HEIGHT: int(_A4_INCHES[1] * dpi),
        }  # fmt: skip
        for name, value in wanted.items():
            item.Properties(name).Value = value
        file = Path(request["folder"]) / "page.jpg"
        item.Transfer(_JPEG).SaveFile(str(file))
        return {"file": file.name}

    def _number(self, name: str, default: int) -> int:
        """A property of the device; a flatbed without feeder lacks those of document handling."""
        try:
            return int(self._device.Properties(name).Value)
        except pythoncom.com_error:
            return default


def main() -> int:
    """Serve until stdin ends."""
    serve(WiaWorker().answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
