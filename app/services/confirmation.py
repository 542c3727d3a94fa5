"""What the party reads and signs: sentences made from the draft, and a signature bound to their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from app.clock import local
from app.domain.dossier import bundles
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import PAPERS, on
from app.services import form
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.form import Draft, value
from app.services.papers import MATERIALS, keep_blob
from app.services.views import ConfirmationView
from app.storage import pages, visits
from app.storage.records import ConfirmationRecord, PageRecord, VisitRecord
from app.texts import _

SMALLEST_SIGNATURE = 64


def text_of(record: VisitRecord, draft: Draft, dossier: Sequence[PageRecord], court: str) -> str:
    """Return the text to be read, the same for the same draft."""
    lines = [
        f"{court}：",
        _("本人 {name}，公民身份号码 {number}，联系电话 {phone}。").format(
            name=value(draft, "identity.name"),
            number=value(draft, "identity.id_number"),
            phone=value(draft, "identity.phone"),
        ),
        _("今天提交民事起诉材料，案由：{cause}。").format(cause=value(draft, "matter.cause")),
        _("原告：{name}，送达地址：{address}。").format(
            name=value(draft, "plaintiff.name"), address=value(draft, "plaintiff.address")
        ),
        _("被告：{name}，住所：{address}。").format(
            name=value(draft, "defendant.name"), address=value(draft, "defendant.address")
        ),
    ]
    amount = value(draft, "matter.amount")
    if amount:
        lines.append(_("诉讼标的额：{amount} 元。").format(amount=amount))
    claims = value(draft, "matter.claims")
    if claims:
        lines.append(_("诉讼请求：{claims}").format(claims=claims))
    handed = "、".join(
        _("{name} {count} 页").format(name=MATERIALS.get(b.material, b.material), count=len(b.pages))
        for b in bundles(p.page for p in dossier)
    )
    lines.append(_("提交的材料：{handed}。").format(handed=handed or _("无")))
    wish = value(draft, form.MEDIATION.path)
    if wish:
        agreed = _("愿意先行调解。") if wish == form.AGREE else _("不愿意先行调解，请依法立案。")
        lines.append(agreed)
    lines.append(_("以上内容已看过，与本人所说一致。"))
    lines.append(f"{record.ticket}  {local(record.opened_at):%Y-%m-%d}")
    return "\n".join(lines)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def view(
    record: VisitRecord,
    draft: Draft,
    dossier: Sequence[PageRecord],
    signed: ConfirmationRecord | None,
    court: str,
) -> ConfirmationView:
    """Return the text as it stands now and whether it, or an earlier one, is signed."""
    text = text_of(record, draft, dossier, court)
    sha256 = digest(text)
    lacking = [label for step in ("identity", "matter", "parties") for label in form.missing(draft, step)]
    current = signed is not None and signed.text_sha256 == sha256
    return ConfirmationView(
        text=text,
        sha256=sha256,
        ready=not lacking,
        not_ready=_("还要填：{labels}。").format(labels="、".join(lacking)) if lacking else "",
        signed_at=signed.signed_at if signed and current else None,
        outdated=signed is not None and not current,
    )


Stroke = Sequence[tuple[float, float, float, float]]


@on(PAPERS)
def sign(desk: Desk, sha256: str, png: bytes, strokes: Sequence[Stroke]) -> datetime:
    """Keep a signature for the text with this hash; raises FormProblem when the draft has changed since."""
    record = require_open(desk)
    draft = desk.store(visits.fields, record.id)
    text = text_of(record, draft, desk.store(pages.of_visit, record.id), desk.settings.hall.court)
    if digest(text) != sha256:
        raise FormProblem(
            _("签字期间内容有改动，这次签字没有采用。"),
            safe=_("改动已保存。"),
            next_step=_("请当事人看过新的内容再签（F10）。"),
        )
    if len(png) < SMALLEST_SIGNATURE or not any(len(stroke) > 1 for stroke in strokes):
        raise FormProblem(_("签名是空的。"), next_step=_("请当事人在签名框内书写。"))
    signature = keep_blob(desk, png, "image/png")
    now = desk.clock.now()
    signed = ConfirmationRecord(text, sha256, signature, now)
    desk.store(
        pages.add_confirmation,
        record.id,
        signed,
        confirmation_id=new_id(),
        strokes=json.dumps([[list(point) for point in stroke] for stroke in strokes]),
    )
    return now
