"""A vendor's worker for an ID card reader: a sample to begin from, and a simulator that misbehaves.

    python -m devices.simulators.vendor_worker --reader sdt+tcp://127.0.0.1:9001 [--photo] [--fault-file FILE]

It speaks the protocol of ``devices.vendor.protocol``. A real one calls its library where this one calls our
own driver. ``--photo`` plays a photo library: it draws a portrait of 102 by 126 that the bytes decide.

While FILE exists and holds ``NAME REQUEST``, e.g. ``hang read``, that request meets the fault: hang, crash
(SIGSEGV), exit, flood (lines without end), babble (stderr without end), endless (a line without end),
garbage, wrong-id, no-base64, short, late (the answer of before comes first).
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.base import IdCardReader
from devices.errors import DeviceError
from devices.registry import make_id_reader
from devices.requests import failure
from devices.vendor.protocol import PROTOCOL

_FOR_EVER = threading.Event()


class VendorWorker:
    """Answers requests with a reader."""

    def __init__(self, reader: IdCardReader, photo: bool, fault_file: Path | None) -> None:
        self._reader = reader
        self._photo = photo
        self._fault_file = fault_file
        self._before = ""

    def run(self) -> None:
        """Answer until stdin ends."""
        for line in sys.stdin:
            request = json.loads(line)
            reply = json.dumps({"id": request["id"], **self._reply(request)})
            fault, _, request_hit = self._fault().partition(" ")
            if request_hit.strip() == request["do"]:
                reply = self._spoiled(fault, reply)
            self._before = reply
            _write(reply)

    def _reply(self, request: Mapping[str, str]) -> dict[str, Any]:
        try:
            return {"ok": self._result(request)}
        except DeviceError as error:
            return failure(error)

    def _result(self, request: Mapping[str, str]) -> dict[str, Any]:
        match request["do"]:
            case "open":
                self._reader.open()
                number = self._reader.capabilities.sam_id
                return {"protocol": PROTOCOL, "title": "Sample", "sam_id": number, "photo": self._photo}
            case "find":
                return {"state": self._reader.poll().value}
            case "read":
                card = self._reader.read()
                return {
                    "text": _text(card.raw),
                    "photo": _text(card.photo),
                    "finger": card.finger_length,
                    "addresses": list(card.later_addresses),
                }
            case _:
                return {"png": _text(_portrait(base64.b64decode(request["wlt"])))}

    def _fault(self) -> str:
        try:
            return self._fault_file.read_text("ascii") if self._fault_file else ""
        except OSError:
            return ""

    def _spoiled(self, fault: str, reply: str) -> str:
        match fault:
            case "hang":
                _FOR_EVER.wait()
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "exit":
                sys.stderr.write("library could not be initialised\n")
                os._exit(3)
            case "flood":
                while True:
                    _write("{}")
            case "babble":
                while True:
                    sys.stderr.write("x" * 4096)
            case "endless":
                while True:
                    sys.stdout.write("x" * 4096)
        return {
            "garbage": "\x00\xff[[[[",
            "wrong-id": reply.replace('"id": ', '"id": 9', 1),
            "no-base64": reply.replace('"text": "', '"text": "!'),
            "short": re.sub('"text": "....', '"text": "', reply),
            "late": f"{self._before}\n{reply}",
        }.get(fault, reply)


def _portrait(wlt: bytes) -> bytes:
    from devices.simulators.portrait import portrait  # Pillow loads only where a photo is asked for

    return portrait(wlt)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the worker; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.vendor_worker")
    parser.add_argument("--reader", required=True, metavar="URL")
    parser.add_argument("--photo", action="store_true")
    parser.add_argument("--fault-file", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    reader = make_id_reader(options.reader)
    try:
        VendorWorker(reader, options.photo, options.fault_file).run()
    except BrokenPipeError:
        os._exit(0)
    finally:
        reader.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
