"""A page that lists the endpoints, made here: nothing is loaded from the internet, no script runs."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any


def listing(document: Mapping[str, Any]) -> str:
    """Return an HTML page for an OpenAPI document."""
    rows = [
        f"<tr><td>{escape(method.upper())}</td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(operation.get('summary', ''))}</td></tr>"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    bodies = [
        f"<h2>{escape(body['kind'])} {body['schema']}</h2><ul>"
        + "".join(
            f"<li><code>{escape(field['name'])}</code> {escape(field['form'])} "
            f"{field['least']}–{field['most']}</li>"
            for field in body["required"]
        )
        + "</ul>"
        for body in document["x-event-rules"]["bodies"]
    ]
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<h1>{title}</h1><table>{''.join(rows)}</table>{''.join(bodies)}"
        '<p><a href="/openapi.json">openapi.json</a></p></body></html>'
    )
