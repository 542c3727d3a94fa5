"""Spreadsheets as other people make them, and as nobody should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADINGS = ("原告", "原告证件号码", "原告手机号码", "被告", "被告送达地址", "案由", "标的额", "诉讼请求")
WORKERS = ("姓名", "证件号码", "手机号码", "送达地址", "诉讼代表人")


def xlsx(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def csv(path: Path, rows: Iterable[Sequence[str]], encoding: str = "utf-8") -> Path:
    text = "\r\n".join(",".join(row) for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def id_number(serial: int, area: str = "150402", birth: str = "19900307") -> str:
    """A citizen's number with the right check digit (GB 11643)."""
    body = f"{area}{birth}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def case_row(serial: int, **changes: str) -> list[str]:
    """A row of a list of matters: a worker of his own against one employer."""
    row = {
        "原告": f"工人{serial}",
        "原告证件号码": id_number(serial),
        "原告手机号码": f"1380476{serial:04d}",
        "被告": "赤峰草原建筑有限公司",
        "被告送达地址": "赤峰市红山区钢铁街1号",
        "案由": "追索劳动报酬纠纷",
        "标的额": str(10_000 + serial),
        "诉讼请求": "支付劳动报酬",
    }
    return list((row | changes).values())


def worker_row(serial: int, chosen: str = "") -> list[str]:
    return [f"工人{serial}", id_number(serial), f"1380476{serial:04d}", "赤峰市红山区", chosen]


def repacked(path: Path, **parts: bytes) -> Path:
    """The same package with parts of it replaced or added; ``__`` in a name stands for a slash."""
    named = {name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()}
    old = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part in source.infolist():
            if part.filename not in named:
                made.writestr(part, source.read(part))
        for name, data in named.items():
            made.writestr(name, data)
    return path
