"""Every word on the window can be translated: Chinese in ``ui`` stands inside ``_()``."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Not seen by a clerk: sample views of the gallery and what the scripted clerk types.
NOT_SHOWN = {
    "ui/gallery_views.py",
    "ui/gallery.py",
    "ui/gallery_court.py",
    "ui/gallery_hall.py",
    "ui/gallery_supply.py",
    "ui/walkthrough.py",
}
HAN = re.compile(r"[\u4e00-\u9fff]")


def wrapped(tree: ast.AST) -> set[int]:
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    named = [c for c in calls if getattr(c.func, "id", getattr(c.func, "attr", "")) == "_"]
    return {id(arg) for call in named for arg in call.args}


def docstrings(tree: ast.AST) -> set[int]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = set()
    for node in ast.walk(tree):
        body = node.body if isinstance(node, holders) else []
        if body and isinstance(body[0], ast.Expr):
            found.add(id(body[0].value))
    return found


def test_no_bare_chinese_in_the_window() -> None:
    bare = []
    for path in sorted((ROOT / "ui").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        allowed = wrapped(tree) | docstrings(tree)
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and HAN.search(node.value) and id(node) not in allowed and name not in NOT_SHOWN:
                bare.append(f"{name}:{node.lineno} {node.value}")
    assert not bare
