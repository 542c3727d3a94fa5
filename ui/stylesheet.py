"""The Qt style sheet and palette, derived from the tokens; no colour or size is written here by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from PySide6.QtGui import QColor, QPalette

from ui.theme import FOCUS, RADIUS, Theme, Tokens

Rule = tuple[str, Mapping[str, str | int]]


def stylesheet(look: Theme) -> str:
    """Return the style sheet of the whole application."""
    parts = (_base(look), _labels(look), _surfaces(look), _buttons(look), _inputs(look), _views(look))
    return "\n".join(_write(selector, declarations) for part in parts for selector, declarations in part)


def palette(tokens: Tokens) -> QPalette:
    """Return the palette for what the style draws itself: selections, menus, placeholders."""
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.bg,
        role.WindowText: tokens.ink,
        role.Base: tokens.card,
        role.AlternateBase: tokens.bg,
        role.Text: tokens.ink,
        role.PlaceholderText: tokens.sub,
        role.Button: tokens.card,
        role.ButtonText: tokens.ink,
        role.Highlight: tokens.brand,
        role.HighlightedText: tokens.on_brand,
        role.ToolTipBase: tokens.card,
        role.ToolTipText: tokens.ink,
        role.Link: tokens.brand,
    }
    made = QPalette()
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    return made


def _write(selector: str, declarations: Mapping[str, str | int]) -> str:
    body = "; ".join(f"{key}: {_length(value)}" for key, value in declarations.items())
    return f"{selector} {{ {body} }}"


def _length(value: str | int) -> str:
    return f"{value}px" if isinstance(value, int) and value else str(value)


def _line(colour: str, width: int = 1) -> str:
    return f"{width}px solid {colour}"


def _base(look: Theme) -> Iterable[Rule]:
    t = look.tokens
    yield "QWidget", {"color": t.ink, "font-size": look.type("base")}
    yield "QMainWindow, QWidget[surface='bg']", {"background": t.bg}
    yield (
        "QToolTip",
        {"background": t.card, "color": t.ink, "border": _line(t.edge), "padding": look.grid(0.5)},
    )
    yield (
        "QScrollArea, QScrollArea > QWidget > QWidget[surface='clear']",
        {"background": "transparent", "border": 0},
    )
    bar = look.grid()
    yield "QScrollBar:vertical", {"background": "transparent", "width": bar, "margin": 0, "border": 0}
    yield "QScrollBar:horizontal", {"background": "transparent", "height": bar, "margin": 0, "border": 0}
    handle: dict[str, str | int] = {"background": t.edge, "border-radius": bar // 4, "margin": bar // 4}
    yield "QScrollBar::handle:vertical", {**handle, "min-height": look.grid(4)}
    yield "QScrollBar::handle:horizontal", {**handle, "min-width": look.grid(4)}
    yield "QScrollBar::add-line, QScrollBar::sub-line", {"width": 0, "height": 0}
    yield "QScrollBar::add-page, QScrollBar::sub-page", {"background": "transparent"}


def _labels(look: Theme) -> Iterable[Rule]:
    t = look.tokens
    for tone in ("ink", "sub", "brand", "ok", "warn", "bad", "on_brand"):
        yield f"QLabel[tone='{tone}']", {"color": asdict(t)[tone]}
    for size in ("small", "lead", "person", "fee", "ticket", "number", "party", "party_title"):
        yield f"QLabel[type='{size}']", {"font-size": look.type(size)}
    yield "QLabel[weight='bold']", {"font-weight": "bold"}
    pill: dict[str, str | int] = {
        "border-radius": look.grid(1.5),
        "padding": f"{look.grid(0.25)}px {look.grid(1.25)}px",
    }
    yield "QLabel[pill='plain']", {**pill, "background": t.card, "border": _line(t.line)}
    key: dict[str, str | int] = {"border-radius": look.px(4), "padding": f"0 {look.grid()}px"}
    yield "QLabel[pill='key']", {**key, "background": t.bg, "border": _line(t.edge)}
    for tone in ("brand", "ok", "warn", "bad"):
        soft = asdict(t)[f"{tone}_soft"]
        yield (
            f"QLabel[pill='{tone}']",
            {**pill, "background": soft, "color": asdict(t)[tone], "border": _line(soft)},
        )
    yield (
        "QLabel[pill='solid']",
        {**pill, "background": t.brand, "color": t.on_brand, "border-radius": look.px(6)},
    )


def _surfaces(look: Theme) -> Iterable[Rule]:
    t = look.tokens
    yield "QFrame[surface='card']", {"background": t.card, "border": _line(t.line), "border-radius": RADIUS}
    yield "QFrame[surface='bar-top']", {"background": t.card, "border": 0, "border-bottom": _line(t.line)}
    yield "QFrame[surface='bar-bottom']", {"background": t.card, "border": 0, "border-top": _line(t.line)}
    yield "QFrame[surface='zone-left']", {"background": t.card, "border": 0, "border-right": _line(t.line)}
    yield "QFrame[surface='zone-right']", {"background": t.card, "border": 0, "border-left": _line(t.line)}
    yield "QFrame[surface='clear']", {"background": "transparent", "border": 0}
    for tone in ("brand", "ok", "warn", "bad"):
        edge = asdict(t)[tone]
        soft = asdict(t)[f"{tone}_soft"]
        yield (
            f"QFrame[surface='banner-{tone}']",
            {
                "background": soft,
                "border": 0,
                "border-left": _line(edge, look.grid(0.5)),
                "border-radius": RADIUS // 2,
            },
        )
    yield "QFrame[surface='next']", {"background": t.brand, "border": 0, "border-radius": RADIUS}
    yield "QFrame[surface='called']", {"background": t.brand_soft, "border": 0, "border-radius": RADIUS}
    yield "QFrame[surface='rule']", {"background": t.line, "border": 0, "max-height": 1, "min-height": 1}


def _buttons(look: Theme) -> Iterable[Rule]:
    t = look.tokens
    shape: dict[str, str | int] = {"border-radius": RADIUS, "min-height": look.px(24), "outline": "none"}
    ring = _line(t.focus, FOCUS)
    yield "QPushButton", {**shape, "background": t.card, "color": t.ink, "border": _line(t.edge)}
    yield "QPushButton:hover", {"background": t.brand_soft}
    yield "QPushButton:pressed", {"background": t.line}
    yield "QPushButton:disabled", {"color": t.sub, "background": t.bg, "border": _line(t.line)}
    yield (
        "QPushButton[kind='primary']",
        {"background": t.brand, "color": t.on_brand, "border": _line(t.brand)},
    )
    yield (
        "QPushButton[kind='primary']:disabled",
        {"background": t.bg, "color": t.sub, "border": _line(t.line)},
    )
    yield (
        "QPushButton[kind='quiet']",
        {"background": "transparent", "color": t.brand, "border": _line("transparent")},
    )
    yield "QPushButton[kind='quiet']:hover", {"background": t.brand_soft}
    link: dict[str, str | int] = {
        "background": "transparent",
        "color": t.brand,
        "font-size": look.type("small"),
    }
    yield (
        "QPushButton[kind='link']",
        {**link, "border": _line("transparent"), "padding": f"0 {look.grid(0.5)}px"},
    )
    yield "QPushButton[kind='link']:checked", {"background": t.brand_soft}
    fold: dict[str, str | int] = {"background": "transparent", "color": t.ink, "text-align": "left"}
    yield "QPushButton[kind='fold']", {**fold, "border": _line("transparent")}
    yield "QPushButton[kind='fold']:hover", {"background": t.brand_soft}
    yield "QPushButton[kind='step']", {"background": t.card, "border": _line(t.line)}
    yield "QPushButton[kind='step']:hover", {"border": _line(t.brand)}
    yield (
        "QPushButton[kind='step']:checked",
        {"background": t.brand, "color": t.on_brand, "border": _line(t.brand)},
    )
    yield "QPushButton[kind='choice']:checked", {"background": t.brand_soft, "border": _line(t.brand, 2)}
    yield "QPushButton[kind='on_brand']", {"background": t.on_brand, "border": _line(t.on_brand)}
    yield "QPushButton[kind='on_brand']:hover", {"background": t.brand_soft}
    yield "QPushButton[kind='on_brand']:disabled", {"background": t.brand, "border": _line(t.on_brand)}
    large: dict[str, str | int] = {"font-size": look.type("party"), "min-height": look.px(56)}
    yield "QPushButton[kind='party']", {**large, "border": _line(t.edge, 2)}
    yield "QPushButton[kind='party-main']", {**large, "background": t.brand, "color": t.on_brand}
    yield (
        "QPushButton[kind='party-main']:disabled",
        {"background": t.bg, "color": t.sub, "border": _line(t.line)},
    )
    yield "QPushButton:focus", {"border": ring}
    for kind in ("primary", "quiet", "link", "fold", "step", "choice", "on_brand", "party", "party-main"):
        yield f"QPushButton[kind='{kind}']:focus", {"border": ring}


def _inputs(look: Theme) -> Iterable[Rule]:
    t = look.tokens
    box = "QLineEdit, QPlainTextEdit, QComboBox"
    pad: dict[str, str | int] = {"padding": f"0 {look.grid(1.25)}px", "selection-background-color": t.brand}
    yield box, {"background": t.card, "border": _line(t.edge), "border-radius": look.grid(0.75), **pad}
    yield "QLineEdit, QComboBox", {"min-height": look.px(32)}
    yield "QPlainTextEdit", {"padding": look.grid(0.75)}
    for tone in ("ok", "warn", "bad"):
        edge = asdict(t)[tone]
        for kind in ("QLineEdit", "QPlainTextEdit", "QComboBox"):
            yield f"{kind}[tone='{tone}']", {"border": _line(edge)}
    for kind in ("QLineEdit", "QPlainTextEdit", "QComboBox"):
        yield f"{kind}:focus", {"border": _line(t.focus, FOCUS)}
    yield "QComboBox::drop-down", {"border": 0, "width": look.px(28)}
    for name in ("matches", "choices"):
        yield f"QListWidget#{name}", {"background": t.card, "border": _line(t.edge), "outline": 0}
        yield f"QListWidget#{name}:focus", {"background": t.card, "border": _line(t.focus, FOCUS)}
    yield "QComboBox QAbstractItemView", {"background": t.card, "border": _line(t.edge), "outline": 0}
    for surface, size in (("paper", "person"), ("party", "party")):
        kind = f"QPlainTextEdit[surface='{surface}']"
        yield kind, {"border": _line(t.card, FOCUS), "background": t.card, "font-size": look.type(size)}
        yield f"{kind}:focus", {"border": _line(t.focus, FOCUS)}


def _views(look: Theme) -> Iterable[Rule]:
    t = look.tokens
    yield "QListView", {"background": "transparent", "border": _line("transparent", FOCUS), "outline": 0}
    yield "QListView:focus", {"border": _line(t.focus, FOCUS), "border-radius": RADIUS}
    yield "QListView::item:selected", {"background": t.brand_soft, "color": t.ink}
