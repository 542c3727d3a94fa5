"""The process that decodes one foreign file: ``python -m app.imaging.worker``.

It reads one request from stdin, writes pages to stdout and ends. It holds no secret, writes no file and
may be killed at any moment. Limits are set before a byte of the file is looked at.
"""

from __future__ import annotations

import faulthandler
import math
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from app.imaging.decoding import decode
from app.imaging.errors import Damaged, ImportProblem
from app.imaging.kinds import Kind
from app.imaging.limits import Limits
from app.imaging.page import Page
from app.imaging.wire import Message, page_message, problem_message, read_message, write_message

STDERR_BYTES = 64 << 10


def main() -> int:
    """Serve one request; 0 when the last message was delivered."""
    stdin, stdout = _channels()
    faulthandler.enable()
    # Warnings of decoders quote the file; what matters comes as an exception.
    warnings.simplefilter("ignore")
    request = read_message(stdin)
    if request is None:
        return 0
    limits = Limits(**request.head["limits"])
    _confine(limits)
    Image.MAX_IMAGE_PIXELS = limits.max_jpeg_pixels
    try:
        last = _serve(stdout, request, limits)
        write_message(stdout, last)
    except BrokenPipeError:
        return 1
    return 0


def _serve(stdout: BinaryIO, request: Message, limits: Limits) -> Message:
    sent = 0
    try:
        for item in decode(Path(request.head["path"]), Kind(request.head["kind"]), limits):
            if isinstance(item, Page):
                write_message(stdout, page_message(item))
                sent += 1
            else:
                write_message(stdout, Message({"type": "count", "pages": item}))
    except ImportProblem as problem:
        return problem_message(problem)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  # a decoder met what nobody foresaw; the file is to blame
        _report(error)
        return problem_message(Damaged(sent + 1, diagnostics={"cause": type(error).__name__[:40]}))
    return Message({"type": "end", "pages": sent})


def _report(error: Exception) -> None:
    """Write where it happened, without the message, which may quote the file."""
    for frame in traceback.extract_tb(error.__traceback__)[-6:]:
        print(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}", file=sys.stderr)  # noqa: T201
    sys.stderr.flush()


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the protocol; whatever else prints goes to stderr."""
    stdin = sys.stdin.buffer
    stdout = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stdin, stdout


if sys.platform == "win32":

    def _confine(limits: Limits) -> None:
        """Windows has no resource limits for a process itself; the time limits of the parent remain."""

else:
    import resource

    def _confine(limits: Limits) -> None:
        """Bound memory, processor time and files; a core dump would hold the page, so none is written."""
        cpu = math.ceil(limits.total_seconds)
        wanted = (
            (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
            # The soft limit ends us with SIGXCPU, which tells our parent why; the hard one with SIGKILL.
            (resource.RLIMIT_CPU, cpu, cpu + 1),
            (resource.RLIMIT_FSIZE, STDERR_BYTES, STDERR_BYTES),
            (resource.RLIMIT_CORE, 0, 0),
        )
        for which, soft, hard in wanted:
            held = resource.getrlimit(which)[1]
            ceiling = hard if held == resource.RLIM_INFINITY else min(hard, held)
            resource.setrlimit(which, (min(soft, ceiling), ceiling))


if __name__ == "__main__":
    sys.exit(main())
