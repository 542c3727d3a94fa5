"""What the code on a receipt says and how it is written: facts to compare with the paper, then a signature.

::

    YC1*SJ20261123-03-0042*202611230941*4-11-7*<digest>*<key>*<signature>

number, minute of receipt on the court's clock, kinds-pages-copies handed in, the first 16 bytes of the
record's SHA-256, the first 8 hex digits of the device's public key, and the Ed25519 signature (RFC 8032)
of all before it.
Binary parts are base64url without padding; every character may stand in an address.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

_PREFIX = "YC1*"
_FORM = re.compile(
    r"YC1\*(SJ\d{8}-\d{2,3}-\d{4,}(?:-\d{1,3})?)\*(\d{12})\*(\d{1,4})-(\d{1,5})-(\d{1,5})\*([\w-]{22})\*([0-9a-f]{8})\*([\w-]{86})",
    re.ASCII,
)
_DIGEST_BYTES = 16
_SHORT = 12
_SHORT_FORM = re.compile(r"[0-9A-Fa-f]{12}", re.ASCII)


@dataclass(frozen=True)
class ReceiptCode:
    """The facts of a receipt; ``digest`` is hex of 16 bytes, ``key`` begins the public key."""

    receipt_no: str
    received: datetime
    kinds: int
    pages: int
    copies: int
    digest: str
    key: str

    @property
    def statement(self) -> str:
        """What is signed."""
        counts = f"{self.kinds}-{self.pages}-{self.copies}"
        digest = _text(bytes.fromhex(self.digest))
        return f"{_PREFIX}{self.receipt_no}*{self.received:%Y%m%d%H%M}*{counts}*{digest}*{self.key}"

    def signed(self, signature: str) -> str:
        """Return the code; ``signature`` is hex of 64 bytes."""
        return f"{self.statement}*{_text(bytes.fromhex(signature))}"


def short_code(sha256: str) -> str:
    """Return what a person can read out: the first 12 hex digits of a record's hash, in capitals."""
    return sha256[:_SHORT].upper()


def parse_short(text: str) -> str | None:
    """Return the beginning of the hash a short code names, None for what is none.

    Blanks and hyphens do not count, nor does the case. A short code is not signed: it finds a record where
    the records are, and proves nothing elsewhere.
    """
    plain = "".join(text.split()).replace("-", "")
    return plain.lower() if _SHORT_FORM.fullmatch(plain) else None


def digest_of(sha256: str) -> str:
    """Return the part of a record's hash (64 hex digits) that stands in the code."""
    return sha256[: 2 * _DIGEST_BYTES]


def parse(text: str) -> tuple[ReceiptCode, str]:
    """Return the facts and the signature in hex; raises ValueError for what is no code of ours.

    The code may be the end of an address, as a telephone reads it.
    """
    found = _FORM.search(text.strip())
    if found is None or found.end() != len(text.strip()):
        raise ValueError("not the code of a receipt")
    number, received, kinds, pages, copies, digest, key, signature = found.groups()
    at = datetime.strptime(received, "%Y%m%d%H%M")  # noqa: DTZ007 - the court's wall clock
    code = ReceiptCode(number, at, int(kinds), int(pages), int(copies), _bytes(digest).hex(), key)
    return code, _bytes(signature).hex()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    """Undo ``_text``; ValueError where bits are set that no bytes give: one text, one meaning."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not the code of a receipt") from error
    if _text(data) != text:
        raise ValueError("not the code of a receipt")
    return data
