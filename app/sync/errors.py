"""What can go wrong between a desk and the court.

    SyncTrouble
    ├── CourtUnreachable     no answer came: link, name, time limit, connection cut
    ├── CourtTrouble         an answer came that helps nobody: 5xx, nonsense, a refusal of the whole request
    │   └── BlobRestart      the court's copy of a blob does not join up with ours: go on from `offset`
    ├── CourtRefused         401 or 403: this desk is not let in; no record is touched
    └── BlobUnreadable       our own copy of a blob is missing or damaged

Messages are for logs and carry codes and numbers only, never content.
"""

from __future__ import annotations

from collections.abc import Sequence


class SyncTrouble(Exception):
    """Base of everything below; never raised itself."""


class CourtUnreachable(SyncTrouble):
    """No answer. The court may or may not have stored what was sent: send it again."""


class CourtTrouble(SyncTrouble):
    """The court answered, but not usefully. `status` is the HTTP status, `code` the court's word for it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"court answered {status} {code}")
        self.status = status
        self.code = code


class BlobRestart(CourtTrouble):
    """The court wants this blob from `offset`. `code` is "offset_mismatch" or "hash_mismatch"."""

    def __init__(self, status: int, code: str, offset: int) -> None:
        super().__init__(status, code)
        self.offset = offset


class CourtRefused(SyncTrouble):
    """401 or 403. `code` says why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"court refused with {status} {code}")
        self.status = status
        self.code = code


class BlobUnreadable(SyncTrouble):
    """Our own copy of a blob cannot be read: `sha256` names it."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"blob {sha256[:12]} cannot be read here")
        self.sha256 = sha256


def raise_worst(raised: Sequence[SyncTrouble]) -> None:
    """Raise what stops everything before what only one call met; nothing for an empty list."""
    for trouble in raised:
        if not isinstance(trouble, CourtTrouble):
            raise trouble
    if raised:
        raise raised[0]
