"""The back office's pages as HTML. Everything that is data goes through `escape`; there is no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from app.court.answers import ACCEPTED, MAX_MATTERS, MAX_NAME, MAX_REASON, WORDS, Given
from app.court.packages import PAGE, Addition, Intake, Package, clean, flat
from app.sync.protocol import is_uuid7

KINDS: Final = {"intake": "登记", "amendment": "更正"}
CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
STYLE: Final = """
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; max-width: 64rem;
 margin: 1rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .5rem; text-align: left; vertical-align: top;
 overflow-wrap: anywhere; unicode-bidi: isolate; }
form { margin: 1rem 0; } label { display: block; margin: .5rem 0; } textarea, input[type=text],
input[type=password] { font: inherit; width: 100%; max-width: 40rem; }
button { font: inherit; padding: .3rem 1.2rem; } .fault { color: #a00; font-weight: bold; }
"""


def page(title: str, *parts: str) -> str:
    """Return a whole document; `parts` are HTML already."""
    head = (
        f'<meta charset="utf-8"><title>{escape(title)} · 一窗</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/office/style.css">'
    )
    body = f"<h1>{escape(title)}</h1>{''.join(parts)}"
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>'


def login(fault: str = "", *, certificate: bool) -> str:
    """Return the page where a session begins; with a certificate no token is asked for."""
    field = '<label>通行凭证 <input type="password" name="token" autocomplete="off" required></label>'
    inside = "<p>将使用本机出示的证书登录。</p>" if certificate else field
    return page(
        "后台登录",
        _fault(fault),
        f'<form method="post" action="/office/login">{inside}<button>登录</button></form>',
    )


def intakes(found: Sequence[Intake], csrf: str) -> str:
    """Return the list; a person's names only, no numbers."""
    rows = "".join(
        f'<tr><td><a href="/office/visits/{escape(one.visit_id)}">{escape(one.receipt_no)}</a></td>'
        f"<td>{'更正 ' if one.kind == 'amendment' else ''}{escape(one.matter)}</td>"
        f"<td>{escape('、'.join(one.parties[:4]))}</td>"
        f"<td>{escape(one.device)}</td><td>{escape(one.received_at[:16])}Z</td>"
        f"<td>{escape(WORDS.get(one.answer or '', '待答复'))}</td></tr>"
        for one in found
    )
    head = "".join(f"<th>{name}</th>" for name in ("回执号", "事项", "当事人", "窗口", "收到（UTC）", "答复"))
    more = f'<p><a href="/office?before={found[-1].no}">更早的</a></p>' if len(found) == PAGE else ""
    leave = f'<form method="post" action="/office/logout">{_hidden("csrf", csrf)}<button>退出</button></form>'
    return page("登记列表", f"<table><tr>{head}</tr>{rows}</table>", more, leave)


def visit(package: Package, answers: Sequence[Given], csrf: str, form_id: str, fault: str = "") -> str:
    """Return one visit: what was said, the pages, the answers so far, and the form for the next."""
    here = f"/office/visits/{escape(package.visit_id)}"
    links = "".join(
        f'<li><a href="{here}/{name}">{text}</a></li>'
        for name, text in (("package.zip", "全部材料 ZIP"), ("package.json", "JSON"), ("summary.csv", "CSV"))
    )
    events = "".join(
        f"<h2>{escape(KINDS.get(one.kind, one.kind))} {escape(one.receipt_no)}</h2>{_table(flat(one.body))}"
        for one in package.events
    )
    return page(
        "登记材料",
        '<p><a href="/office">返回列表</a></p>',
        _fault(fault),
        _continues(package),
        _open_fees(package),
        _answers(answers),
        _form(package, answers, csrf, form_id),
        f"<h2>导出</h2><ul>{links}</ul>",
        _blobs(package, here),
        events,
    )


def _continues(package: Package) -> str:
    """Return the way to the visit this one goes on with, whose missing papers it brought."""
    found = package.events[-1].body.get("continues")
    if not isinstance(found, dict):
        return ""
    earlier = found.get("visit_id")
    if not isinstance(earlier, str) or not is_uuid7(earlier):
        return ""
    receipt = escape(clean(str(found.get("receipt_no", ""))))
    return f'<p>补交材料，接续收件 <a href="/office/visits/{earlier}">{receipt or earlier}</a></p>'


def _open_fees(package: Package) -> str:
    """Return which fees the window could not work out yet, and what was still needed for them."""
    rows: list[tuple[str, str]] = []
    for number, matter in enumerate(_matters(package), 1):
        fee = matter.get("fee")
        needs = fee.get("needs") if isinstance(fee, dict) else None
        said = [one for one in needs if isinstance(one, str)] if isinstance(needs, list) else []
        if said:
            missing = "、".join(clean(one) for one in said)
            name = f"{number} {clean(str(matter.get('name', '')))}"
            rows.append((name, f"还算不出：办结时没有填{missing}"))
    return f"<h2>诉讼费</h2>{_table(rows)}" if rows else ""


def _matters(package: Package) -> Sequence[Mapping[str, Any]]:
    """Return the matters of the first event that has any, as the window recorded them."""
    found = next((m for one in package.events if isinstance(m := one.body.get("matters"), list)), [])
    return [one for one in found[:MAX_MATTERS] if isinstance(one, dict)]


def _blobs(package: Package, here: str) -> str:
    dossier = package.dossier
    first = f'<li><a href="{here}/blobs/{dossier}">卷宗 PDF</a></li>' if dossier else ""
    first += "".join(_addition(package, one, here) for one in package.additions)
    lines = "".join(
        f'<li><a href="{here}/blobs/{name}">{name[:12]}…</a> {size:,} 字节</li>'
        if there
        else f"<li>{name[:12]}… {size:,} 字节，尚未到达</li>"
        for name, (size, there) in package.blobs.items()
    )
    return f"<h2>材料</h2><ul>{first}{lines}</ul>"


def _addition(package: Package, one: Addition, here: str) -> str:
    """Return the line of papers that came after the end: who added what, when and why, and their PDF."""
    there = package.blobs.get(one.dossier, (0, False))[1]
    file = f'<a href="{here}/blobs/{one.dossier}">补充材料 PDF</a>' if there else "补充材料，PDF 尚未到达"
    said = f"{one.number}：{one.papers}。{one.at[:16]}Z，{one.by}：{one.reason}"
    return f"<li>{file} {escape(said)}</li>"


def _answers(answers: Sequence[Given]) -> str:
    rows = [
        (
            (f"第 {one.matter} 件 " if one.matter else "")
            + WORDS[one.word]
            + ("（更正）" if one.corrects else ""),
            " ".join(filter(None, (one.case_number, one.judge and f"承办：{one.judge}", one.reason))),
        )
        for one in answers
    ]
    return _table(rows) if rows else ""


def _form(package: Package, answers: Sequence[Given], csrf: str, form_id: str) -> str:
    choices = "".join(
        f'<label><input type="radio" name="word" value="{word}" required> {text}</label>'
        for word, text in WORDS.items()
    )
    return (
        f'<form method="post" action="/office/visits/{escape(package.visit_id)}/answers">'
        f"<h2>答复</h2>{_hidden('csrf', csrf)}{_hidden('id', form_id)}{choices}"
        f'<label>案号（{WORDS[ACCEPTED]}时） <input type="text" name="case_number" maxlength="60"></label>'
        f'<label>承办法官 <input type="text" name="judge" maxlength="{MAX_NAME}"></label>'
        f'<label>理由或调解结果（补正的，一行写一项） <textarea name="reason" rows="4" '
        f'maxlength="{MAX_REASON}"></textarea></label>'
        f"{_which_matter(package)}{_which_answer(answers)}<button>提交答复</button></form>"
    )


def _which_matter(package: Package) -> str:
    """Return the choice of a matter where a visit has several."""
    found = package.events[-1].body.get("matters")
    titles = [one.get("name") if isinstance(one, dict) else None for one in found] if found else []
    if len(titles) < 2:
        return ""
    options = "".join(
        f'<option value="{number}">{number} {escape(clean(str(title or "")))}</option>'
        for number, title in enumerate(titles[:MAX_MATTERS], 1)
    )
    return f'<label>事项 <select name="matter"><option value="0">全部事项</option>{options}</select></label>'


def _which_answer(answers: Sequence[Given]) -> str:
    """Return the choice of an answer that is corrected, the last first."""
    if not answers:
        return ""
    options = "".join(
        f'<option value="{escape(one.id)}">{escape(WORDS[one.word])} {escape(one.made_at[:16])}Z</option>'
        for one in reversed(answers)
    )
    none = '<option value="">不是更正</option>'
    return f'<label>更正上一答复 <select name="corrects">{none}{options}</select></label>'


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table>{lines}</table>"


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _fault(sentence: str) -> str:
    return f'<p class="fault" role="alert">{escape(sentence)}</p>' if sentence else ""
