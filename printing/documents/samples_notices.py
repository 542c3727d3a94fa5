"""Made-up data of the papers that tell what is to be supplied."""

from __future__ import annotations

from datetime import date

from printing.documents import conditional_acceptance as conditional
from printing.documents import correction_notice, guidance_notice
from printing.documents.samples import CODE, NOW, OTHER, PERSON, issue


def correction() -> correction_notice.CorrectionNotice:
    item = correction_notice.Correction
    return correction_notice.CorrectionNotice(
        issue=issue(),
        party=PERSON,
        matter="民事一审立案",
        received=NOW,
        items=(
            item(
                item="民事起诉状",
                reason="缺少原告签名，请本人签名或者捺印",
                basis="登记立案规定第四条、第六条",
                how="带原件到窗口补签",
            ),
            item(
                item="起诉状副本",
                reason="按照被告和其他当事人人数提交，尚缺 1 份",
                basis="民事诉讼法第一百二十三条",
                how="1 份，与原件一致",
            ),
            item(
                item="授权委托书",
                reason="未写明委托事项和权限",
                basis="民事诉讼法第六十二条",
                how="原件 1 份，写明特别授权的各项",
            ),
        ),
        days=7,
        due=date(2026, 11, 30),
        deliver="到本院诉讼服务中心任一综合窗口提交，或者邮寄至本院立案庭。",
        complaints="0477-0000000",
        advice=("法定代表人身份证复印件",),
        code=CODE,
        payload=f"YC:R:{CODE.replace('-', '')}",
    )


def guidance() -> guidance_notice.GuidanceNotice:
    item = correction_notice.Correction
    return guidance_notice.GuidanceNotice(
        issue=issue(),
        party=PERSON,
        matter="民事一审立案",
        came=NOW,
        items=(
            item(
                item="民事起诉状，差 2 份",
                reason="尚未提交，按照被告人数提交副本",
                basis="民事诉讼法第一百二十三条",
                how="签名或者捺印，可以用示范文本",
            ),
            item(
                item="身份证明",
                reason="尚未提交",
                basis="登记立案规定第六条",
                how="复印件 1 份，核对原件",
            ),
        ),
        deliver="到本院诉讼服务中心任一综合窗口提交，或者邮寄至本院立案庭。",
        advice=("送达地址确认书",),
        code=CODE,
        payload=f"YC:R:{CODE.replace('-', '')}",
    )


def conditionally() -> conditional.ConditionalAcceptance:
    missing = conditional.MissingPaper
    return conditional.ConditionalAcceptance(
        issue=issue(),
        party=OTHER,
        matter="民事一审立案",
        present=("民事起诉状及副本", "营业执照复印件", "买卖合同等主要证据"),
        missing=(
            missing(name="法定代表人身份证明书", requirement="原件 1 份，加盖公章"),
            missing(name="送达地址确认书上的印章", requirement="补盖公章"),
        ),
        days=7,
        due=date(2026, 11, 30),
        code=CODE,
        payload=f"YC:R:{CODE.replace('-', '')}",
    )
