"""The import contracts of pyproject.toml leave no room of the program out; the domain is pure."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {
    f"app.{path.stem}"
    for path in (ROOT / "app").iterdir()
    if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
}
TOP = {"app.main", "app.cli", "app.__main__"}
"""What may load the window: ``app.cli`` and ``app.__main__`` only by way of ``app.main``."""
PURE = {
    "__future__", "base64", "binascii", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal",
    "enum", "functools", "hashlib", "heapq", "itertools", "json", "math", "operator", "re", "tomllib",
    "types", "typing", "unicodedata",
}  # fmt: skip
"""Of the standard library: nothing that reads, writes, waits or knows what time it is."""
IMPURE = {"open", "print", "input", "now", "today", "utcnow", "fromtimestamp", "read_text", "read_bytes"}


@pytest.fixture(scope="module")
def contracts() -> Mapping[str, Mapping[str, Any]]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {contract["name"]: contract for contract in told["tool"]["importlinter"]["contracts"]}


def test_every_room_of_the_desk_has_its_layer(contracts: Mapping[str, Mapping[str, Any]]) -> None:
    rows = [row for contract in contracts.values() for row in contract.get("layers", ())]
    placed = {name.strip() for row in rows for name in row.replace(":", "|").split("|")}
    assert placed == {*ROOMS, "ui"} - {"app.court"}


@pytest.mark.parametrize(
    ("name", "free"),
    [
        ("Only app.main imports ui", TOP),
        ("Qt lives in ui and app.main", TOP),
        ("SQLAlchemy only in app.storage and app.court", {"app.storage", "app.court"}),
        ("Nothing imports the court gateway", {"app.court"}),
    ],
)
def test_a_contract_binds_every_room_but_the_named(
    contracts: Mapping[str, Mapping[str, Any]], name: str, free: set[str]
) -> None:
    bound = set(contracts[name]["source_modules"])
    assert {room for room in bound if room.startswith("app.")} == ROOMS - free


def test_the_gateway_may_reach_the_domain_and_the_wire_and_nothing_else(
    contracts: Mapping[str, Mapping[str, Any]],
) -> None:
    forbidden = set(
        contracts["The court gateway shares the wire protocol and the domain only"]["forbidden_modules"]
    )
    wire = {
        f"app.sync.{path.stem}" for path in (ROOT / "app" / "sync").glob("*.py") if path.stem != "__init__"
    }
    assert wire - forbidden == {"app.sync.protocol", "app.sync.bundle"}
    assert ROOMS - forbidden == {"app.court", "app.domain", "app.sync"}


def test_the_domain_reaches_nothing_of_ours(contracts: Mapping[str, Mapping[str, Any]]) -> None:
    forbidden = set(contracts["The domain imports nothing of ours"]["forbidden_modules"])
    assert {*ROOMS, "ui", "printing", "devices"} - forbidden == {"app.domain"}


def nodes_of_the_domain() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted((ROOT / "app" / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield path.name, node


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or "."


def called(node: ast.AST) -> str:
    """Return the last word of what is called, "" where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def test_the_domain_needs_only_what_neither_reads_nor_writes_nor_knows_the_time() -> None:
    nodes = list(nodes_of_the_domain())
    names = [(file, name) for file, node in nodes for name in imported(node)]
    strange = [n for n in names if n[1].split(".")[0] not in PURE and not n[1].startswith("app.domain")]
    assert len(names) > 100
    assert not strange
    assert not [(file, called(node)) for file, node in nodes if called(node) in IMPURE]
