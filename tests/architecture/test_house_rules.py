"""House rules that a reviewer should not have to look for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("app", "ui", "printing", "devices", "benchmarks")
CEILING, TEST_CEILING = 500, 700
P90_FUNCTION_LINES = 30

# Where ``except Exception`` without a bare ``raise`` belongs: the last stop of lanes and workers.
BROAD_EXCEPT = {"ui/act.py", "app/imaging/worker.py", "devices/workers/serving.py"}
BROAD = {"Exception", "BaseException"}


def sources(*rooms: str) -> Iterator[tuple[str, str]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


def test_no_file_is_over_its_ceiling() -> None:
    long = [name for name, text in sources(*CODE) if text.count("\n") > CEILING]
    long += [name for name, text in sources("tests") if text.count("\n") > TEST_CEILING]
    assert not long


def test_most_functions_are_short() -> None:
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for _name, text in sources("app", "ui", "printing", "devices")
        for node in ast.walk(parsed(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    assert lengths[int(len(lengths) * 0.9)] <= P90_FUNCTION_LINES


def test_broad_except_stands_only_where_it_belongs() -> None:
    found = {
        name
        for name, text in sources("app", "ui", "printing", "devices")
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and not raises_on(node)
    }
    assert found == BROAD_EXCEPT


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Say whether it catches everything: alone, in a tuple, or with no class at all."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD) for kind in caught)


def raises_on(handler: ast.ExceptHandler) -> bool:
    """Say whether its own last word, on every way through it, is a bare ``raise``."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@pytest.mark.parametrize(
    ("handler", "broad"),
    [
        ("except Exception as error:\n    log(error)", True),
        ("except BaseException:\n    pass", True),
        ("except (ValueError, Exception):\n    pass", True),
        ("except:\n    pass", True),
        ("except Exception:\n    close()\n    raise", False),
        ("except ValueError:\n    pass", False),
    ],
)
def test_a_broad_except_is_seen_in_every_form(handler: str, broad: bool) -> None:
    [found] = [
        n for n in ast.walk(ast.parse(f"try:\n    pass\n{handler}")) if isinstance(n, ast.ExceptHandler)
    ]
    assert (is_broad(found) and not raises_on(found)) is broad


@pytest.mark.parametrize(
    ("rooms", "pattern", "why"),
    [
        (("ui/screens", "ui/widgets"), r"QTimer\.singleShot", "screens own their timers"),
        (("app", "ui", "printing", "devices"), r"\bQThread\((?!\))", "lanes, not QThread"),
        (("tests",), r"\b(time\.sleep|qtbot\.wait\(|QTest\.qWait|asyncio\.sleep)\(?", "wait for a condition"),
        (("tests",), r"(?<!await asyncio\.)\bEvent\(\)\.wait\([^)]", "nobody sets it: that is a sleep"),
        (("app", "ui", "printing", "devices"), r"\b(TODO|FIXME|XXX|HACK)\b", "finish it or write an issue"),
        (("app", "ui"), r"\bclass \w*(Manager|Helper|Util)s?\b", "name the thing"),
        (("ui",), r"QLabel\((?!\))", "ui.widgets.label.Label shows plain text only"),
        (("ui",), r"TextFormat\.(RichText|AutoText|MarkdownText)", "data is never rich text"),
    ],
)
def test_pattern_does_not_occur(rooms: tuple[str, ...], pattern: str, why: str) -> None:
    here = Path(__file__).relative_to(ROOT).as_posix()
    found = [n for n, text in sources(*rooms) if n != here and re.search(pattern, text)]
    assert not found, why


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, text in sources("app", "ui", "printing", "devices")
        if text.strip() and not ast.get_docstring(parsed(text))
    ]
    assert not silent


def test_every_decision_has_a_date_and_a_reason() -> None:
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        text = path.read_text("utf-8")
        assert re.search(r"^\*\*Date\*\*: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE), path.name
        assert "## Why" in text, path.name
