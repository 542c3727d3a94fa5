"""Sample views of every state, with people and papers that do not exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.services.views import (
    AdviceView,
    AnswerView,
    CheckLine,
    ConfirmationView,
    DeskView,
    DeviceView,
    DueLine,
    FeeView,
    FieldGroup,
    FieldView,
    Health,
    JobView,
    Mark,
    OutcomeView,
    PageView,
    PaperView,
    QueueView,
    Source,
    StatusView,
    StepState,
    StepView,
    TicketRow,
    VisitPapers,
    VisitView,
)

NOW = datetime(2026, 11, 23, 2, 42, 12, tzinfo=UTC)
MATERIALS = (
    ("M01", "起诉状"),
    ("M02", "身份证明"),
    ("M03", "借条"),
    ("M04", "转账记录"),
    ("M05", "授权委托书"),
    ("M99", "其他材料"),
)


class FixedClock:
    """A clock that stands still, so that pictures do not change by themselves."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def queue(*, waiting: int = 9, called: bool = False) -> QueueView:
    groups = ("立案", "材料收转", "执行", "查询咨询")
    rows = tuple(
        TicketRow(f"A{18 + i:03d}", groups[i % len(groups)], green=False, waited_minutes=14 - i)
        for i in range(waiting)
    )
    if not rows:
        return QueueView(None, "", (), (), None, served_today=0, average_minutes=None)
    green = TicketRow("G004", "立案", green=True, waited_minutes=6)
    return QueueView(
        next=green,
        why="绿色通道优先，最多等 10 分钟；每叫 1 个绿色号，普通号至多被越过 3 次。",
        waiting=(green, *rows),
        missed=(TicketRow("A011", "执行", green=False, waited_minutes=21),),
        called=TicketRow("A017", "立案", green=False, waited_minutes=12) if called else None,
        called_why="先到先办：到得最早。否则是 A018。" if called else "",
        parked=(TicketRow("A009", "立案", green=False, waited_minutes=33, note="去填表"),) if called else (),
        served_today=23,
        average_minutes=8,
    )


def _identity(*, read: bool = True) -> tuple[FieldGroup, ...]:
    card = Source.CARD if read else None

    def value(text: str) -> str:
        return text if read else ""

    return (
        FieldGroup(
            "到窗口的人",
            (
                FieldView("visitor.name", "姓名", "text", value("张𬭎"), card, required=True),
                FieldView(
                    "visitor.number",
                    "身份证号",
                    "id_number",
                    value("150423198805125517"),
                    card,
                    required=True,
                ),
                FieldView("visitor.nation", "民族", "text", value("汉族"), card),
                FieldView(
                    "visitor.role",
                    "身份",
                    "choice",
                    value("plaintiff"),
                    Source.TYPED if read else None,
                    required=True,
                    hint="请选择",
                    choices=(("plaintiff", "原告本人"), ("agent", "委托代理人"), ("lawyer", "律师")),
                ),
                FieldView(
                    "visitor.address",
                    "住址",
                    "text",
                    value("内蒙古自治区赤峰市巴林右旗大板镇巴林路 12 号 3 单元 501"),
                    card,
                    wide=True,
                ),
                FieldView(
                    "visitor.phone",
                    "手机号",
                    "phone",
                    value("138 0000 001"),
                    Source.TYPED if read else None,
                    problem="手机号应为 11 位，现在是 10 位。" if read else "",
                    hint="用于接收受理和缴费通知",
                    required=True,
                ),
            ),
        ),
    )


def _matter() -> tuple[FieldGroup, ...]:
    causes = (("9142", "民间借贷纠纷"), ("9130", "买卖合同纠纷"), ("9151", "租赁合同纠纷"))
    return (
        FieldGroup(
            "案件",
            (
                FieldView(
                    "matter.cause", "案由", "cause", "9142", Source.TYPED, required=True, choices=causes
                ),
                FieldView(
                    "matter.amount",
                    "诉讼标的额（元）",
                    "money",
                    "356789.12",
                    Source.PAGE,
                    read_value="356780.12",
                    required=True,
                ),
                FieldView(
                    "matter.claims",
                    "诉讼请求",
                    "long_text",
                    "1. 判令被告返还借款本金 356,789.12 元；\n2. 判令被告按年利率 3.45 % 支付利息；\n"
                    "3. 本案诉讼费由被告负担。",
                    Source.PAGE,
                    required=True,
                    wide=True,
                ),
                FieldView(
                    "matter.facts",
                    "事实与理由",
                    "long_text",
                    "",
                    hint="何时、何地、因何借款，何时到期，催要经过",
                    required=True,
                    wide=True,
                ),
            ),
        ),
    )


def _party(path: str, name: str, number: str, address: str, source: Source | None) -> tuple[FieldView, ...]:
    return (
        FieldView(f"{path}.name", "姓名", "text", name, source, required=True),
        FieldView(f"{path}.number", "身份证号", "id_number", number, source, hint="不清楚可以不填"),
        FieldView(f"{path}.address", "送达地址", "text", address, source, required=True),
        FieldView(f"{path}.phone", "手机号", "phone", "", hint="11 位手机号"),
    )


def _parties() -> tuple[FieldGroup, ...]:
    plaintiff = _party("p1", "张𬭎", "150423198805125517", "大板镇巴林路 12 号 3 单元 501", Source.CARD)
    defendant = _party("p2", "巴特尔·那顺乌日图", "", "", Source.PAGE)
    unknown = replace(
        defendant[2],
        source=None,
        problem="被告住所不明确，足以区别即可。",
        hint="户籍地或经常居住地",
    )
    return (
        FieldGroup("原告", plaintiff),
        FieldGroup("被告", (defendant[0], replace(defendant[1], source=None), unknown, defendant[3])),
    )


@cache
def thumbnail(seed: int) -> bytes:
    """Return a small drawn page: lines of grey, a seal on some."""
    image = QImage(113, 160, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#3C4650"))
    painter.drawRect(34, 16, 45, 5)
    painter.setBrush(QColor("#B9C1C8"))
    for line in range(14):
        width = 84 - (seed * 7 + line * 13) % 30 if line % 4 == 3 else 84
        painter.drawRect(14, 32 + line * 8, width, 2)
    if seed % 3 == 0:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor("#C8473F"))
        painter.drawEllipse(72, 118, 26, 26)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def pages(count: int = 12) -> tuple[PageView, ...]:
    kinds = ("M01", "M01", "M01", "M03", "M03", "M04")
    names = dict(MATERIALS)
    made = []
    for index in range(count):
        kind = kinds[min(index, len(kinds) - 1)]
        made.append(
            PageView(
                f"page-{index + 1}",
                index + 1,
                kind,
                names[kind],
                f"{index:064x}",
                "scanner",
                thumbnail(index),
            )
        )
    return tuple(made)


CONFIRMATION = """立案登记信息确认

原告　张𬭎，男，汉族，1988 年 5 月 12 日出生，公民身份号码 150423198805125517。
送达地址　巴林右旗大板镇巴林路 12 号 3 单元 501。

被告　巴特尔·那顺乌日图，住所待补。

案由　民间借贷纠纷
诉讼标的额　356,789.12 元

诉讼请求
1. 判令被告返还借款本金 356,789.12 元；
2. 判令被告按年利率 3.45 % 支付利息；
3. 本案诉讼费由被告负担。

交来材料　起诉状 3 页、借条 2 页、转账记录 7 页，共 12 页。

先行调解　愿意
以上内容我已看过，没有错。"""


def _steps() -> tuple[StepView, ...]:
    return (
        StepView("identity", "身份", StepState.DONE, "已读卡"),
        StepView("matter", "事项", StepState.DONE, "民间借贷"),
        StepView("parties", "当事人", StepState.ATTENTION, "缺 1 项"),
        StepView("materials", "材料", StepState.DONE, "12 页"),
        StepView("confirmation", "确认签字", StepState.OPEN),
        StepView("outcome", "出件", StepState.OPEN),
    )


def visit(*, fresh: bool = False) -> VisitView:
    if fresh:
        opened = NOW - timedelta(seconds=41)
        steps = tuple(replace(step, state=StepState.OPEN, summary="") for step in _steps())
        empty_parties = tuple(
            replace(g, fields=tuple(replace(f, value="", source=None, problem="") for f in g.fields))
            for g in _parties()
        )
        unready = ConfirmationView("", "", ready=False, not_ready="先填姓名、案由和诉讼请求。")
        return VisitView(
            "visit-2",
            "A017",
            green=False,
            opened_at=opened,
            party_name="",
            masked_number="",
            matter_title="",
            steps=steps,
            identity=_identity(read=False),
            matter=_matter(),
            parties=empty_parties,
            pages=(),
            materials=MATERIALS,
            confirmation=unready,
        )
    return VisitView(
        "visit-1",
        "A017",
        green=False,
        opened_at=NOW - timedelta(minutes=4, seconds=12),
        party_name="张𬭎",
        masked_number="150***********5517",
        matter_title="民事一审立案 · 民间借贷纠纷",
        steps=_steps(),
        identity=_identity(),
        matter=_matter(),
        parties=_parties(),
        pages=pages(),
        materials=MATERIALS,
        confirmation=ConfirmationView(CONFIRMATION, "a" * 64, ready=True),
    )


def advice() -> AdviceView:
    return AdviceView(
        checks=(
            CheckLine(Mark.HAVE, "起诉状 1 正 1 副", "", "民事诉讼法第一百二十四条"),
            CheckLine(Mark.HAVE, "原告身份证明", "", "登记立案规定第六条"),
            CheckLine(Mark.MISSING_LAW, "被告住所", "足以与他人区别即可", "登记立案规定第六条（三）"),
            CheckLine(Mark.MISSING_PRACTICE, "借条原件核对", "本院惯例，不影响立案", ""),
            CheckLine(Mark.NOT_NEEDED, "授权委托书", "本人到场", ""),
        ),
        dues=(
            DueLine(
                "当场能定就当场登记",
                "最迟 11 月 30 日（周一）",
                "登记立案规定第八条",
                "收到诉状起七日内决定，今天收到，第七日是 11 月 30 日；届时仍定不了，先行立案。",
            ),
        ),
        fee=FeeView(
            Decimal("6651.84"),
            "",
            "356,789.12 × 1.5 % + 1,300",
            "诉讼费用交纳办法第十三条",
            "简易程序减半为 ¥ 3,325.92；窗口不收现金。",
        ),
        mediation=FieldView(
            "mediation",
            "先行调解",
            "choice",
            "",
            hint="可以建议，须双方愿意；愿不愿意都如实记录。",
            choices=(("agree", "愿意"), ("decline", "不愿意")),
        ),
    )


def desk(**changes: object) -> DeskView:
    """Return a busy morning: a visit open, nine waiting."""
    base = DeskView(
        court="巴林右旗人民法院",
        centre="诉讼服务中心",
        window=3,
        clerk="其木格",
        queue=queue(),
        visit=visit(),
        advice=advice(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def idle(**changes: object) -> DeskView:
    """Return the window between two visits."""
    return replace(desk(visit=None, advice=AdviceView()), **changes)  # type: ignore[arg-type]


def papers(*, open_visit: bool) -> VisitPapers:
    found = (
        PaperView("1.service_address", "送达地址确认书", "made", chosen=False),
        PaperView("1.rights_notice", "诉讼权利义务告知书", "ready"),
        PaperView("1.evidence_list", "证据清单", "ready", "有字打不出来：𰻝", chosen=False),
        PaperView("1.acceptance_notice", "受理案件通知书", "lacking", "法院答复立案后可以打印", chosen=False),
    )
    return VisitPapers("", found, at_end=("材料收据（小票）", "材料收据（A4）") if open_visit else ())


def outcome() -> OutcomeView:
    return OutcomeView(
        receipt_no="SJ20261123-03-0024",
        finished_at=NOW,
        jobs=(
            JobView("job-1", "收件收据", "printed"),
            JobView("job-2", "一次性告知书", "sending"),
            JobView("job-3", "排队小票", "unconfirmed", "打印机断过电，没有回话"),
        ),
        court_state="stored",
        court_receipt_no="HZ-2026-118204",
        answers=(
            AnswerView("accepted", "立案", 0, "（2026）内0423民初1187号", "苏和", "", NOW),
            AnswerView("supplement", "补正", 0, "", "", "缺被告身份证明复印件。", NOW, replaced=True),
        ),
    )


def devices() -> tuple[DeviceView, ...]:
    return (
        DeviceView("id_reader", "读卡器", Health.OK),
        DeviceView("scanner", "高拍仪", Health.OK),
        DeviceView("ticket_printer", "小票机", Health.OK),
        DeviceView("a4_printer", "文书打印机", Health.ATTENTION, "缺纸。请添纸，之后会自动接着打。"),
        DeviceView("hall", "大厅", Health.OK),
    )


def status() -> StatusView:
    return StatusView(devices(), 3, 0, 2, NOW, Health.OK, "")


def offline_status() -> StatusView:
    quiet = tuple(replace(device, health=Health.OK, text="") for device in devices())
    return StatusView(quiet, 17, 0, 52, NOW, Health.ATTENTION, "连不上法院，恢复后自动发送", offline=True)


SIGNATURE = (
    ((60, 90), (150, 78)),
    ((104, 52), (100, 150), (84, 172)),
    ((60, 128), (148, 112)),
    ((190, 60), (186, 170)),
    ((232, 64), (204, 110), (244, 166)),
    ((276, 86), (352, 74)),
    ((312, 58), (300, 170), (286, 150)),
    ((330, 110), (362, 160)),
)
"""Strokes of a made-up signature, in pixels of the pad."""
