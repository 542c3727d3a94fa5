"""What a clerk would enter for any matter of the catalogue: one good value for every kind of field."""

from __future__ import annotations

from app.domain.matter import Field, FieldKind, Matter

BY_KIND = {
    FieldKind.TEXT: "按当事人陈述填写",
    FieldKind.OUTSIDE_NO: "WX2026000123",
    FieldKind.LONG_TEXT: "一、请求给付\n二、承担费用",
    FieldKind.NAME: "苏日娜",
    FieldKind.ID: "152722199003074518",
    FieldKind.PHONE: "13804761234",
    FieldKind.MONEY: "356789.12",
    FieldKind.NUMBER: "3",
    FieldKind.DATE: "2026-11-02",
    FieldKind.MOMENT: "2026-11-23 09:30",
    FieldKind.YES_NO: "是",
    FieldKind.CAUSE: "民间借贷纠纷",
    FieldKind.CASE_NO: "（2026）内0404民初123号",
    FieldKind.COURT: "赤峰市中级人民法院",
    FieldKind.ACCOUNT: "6222021234567890128",
}
VISITOR = {
    "identity.name": "张𬭎",
    "identity.id_number": "150402199003075517",
    "identity.phone": "13804761234",
    "identity.address": "内蒙古自治区赤峰市红山区钢铁街12号",
}
OPPONENT = {"party.p2.name": "苏雅拉", "party.p2.address": "内蒙古自治区达拉特旗树林召镇"}


def answer(field: Field) -> str:
    """A value the field accepts."""
    return field.choices[0] if field.kind is FieldKind.CHOICE else BY_KIND[field.kind]


def asked(matter: Matter) -> list[Field]:
    """Every field of the matter that is typed."""
    return [field for field in matter.fields if field.kind is not FieldKind.PARTIES]
