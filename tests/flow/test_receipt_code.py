"""The code on a receipt, from the finish at a real desk to its check here and at the court."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import zxingcpp

from app.commands.receipts import main as receipts_report
from app.commands.verify_receipt import main as verify
from app.domain.receipt_code import parse, short_code
from app.domain.staff import Purpose, Role
from app.errors import FormProblem
from app.services import approval, ledger, status, trail
from app.services.desk import Desk
from app.services.print_out import document
from app.services.receipt_code import check
from app.services.receipt_scan import read_code
from app.settings import CourtSettings, PaperSettings, Settings
from app.storage import intakes, print_jobs, signing
from printing import pdf
from printing.layout import Paper
from printing.preview import pictures
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.visits import called, fill, finish, lay, print_all


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, gateway: Gateway) -> Iterator[Desk]:
    token = tmp_path / "token"
    token.write_text(gateway.token, "ascii")
    court = CourtSettings(url=gateway.url, token_file=str(token))
    papers = PaperSettings(verify_url=f"{gateway.url}/verify")
    with desk_in(
        tmp_path, Settings(HALL, devices=file_devices(tmp_path), court=court, papers=papers)
    ) as opened:
        yield opened


def receipt_pdf(desk: Desk, folder: Path) -> Path:
    visit_id = called(desk)
    fill(desk)
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    print_all(desk)
    job = next(j for j in desk.store(print_jobs.of_visit, visit_id) if j.kind == "receipt_a4")
    path = folder / "receipt.pdf"
    path.write_bytes(pdf.render(document(desk, job, Paper.A4)))
    roll = pictures(document(desk, job, Paper.ROLL_80))[0]
    roll.resize((roll.width * 2, roll.height * 2)).save(folder / "roll.png")
    return path


def page(gateway: Gateway, code: str) -> str:
    address = f"{gateway.url}/verify?{urllib.parse.urlencode({'code': code})}"
    return httpx.get(address, timeout=20).text


def changed(code: str) -> list[str]:
    """The code with one character of every part changed."""
    start = code.index("YC1*") + 4
    places = range(start, len(code), 7)
    return [
        code[:n] + ("7" if code[n] != "7" else "8") + code[n + 1 :] for n in places if code[n] not in "*-_"
    ]


def test_a_receipt_is_checked_from_its_paper_here_and_at_the_court(
    desk: Desk, gateway: Gateway, tmp_path: Path
) -> None:
    path = receipt_pdf(desk, tmp_path)
    code, text = read_code(path)
    assert zxingcpp.read_barcodes(pictures_of(path))[0].text == code
    assert read_code(tmp_path / "roll.png")[0] == code
    facts, _signature = parse(code)
    assert facts.receipt_no in text
    key = desk.store(signing.public_key)
    assert check(code, [key]).genuine
    for wrong in changed(code):
        try:
            assert not check(wrong, [key]).genuine, wrong
        except FormProblem:
            continue
    do(desk, trail.checkpoint)
    deliver(desk)
    said = page(gateway, code)
    assert "收据是真的" in said
    assert facts.receipt_no in said
    assert "签名不对" in page(gateway, code.replace(facts.receipt_no, facts.receipt_no[:-1] + "9"))
    assert "不是收据的核验码" in page(gateway, "<script>alert(1)</script>")
    short = desk.store(intakes.all_intakes)[0].sha256[:12].upper()
    assert short in text
    assert "登记</th><td>法院已收到" in page(gateway, code)
    for written in (short, short.lower(), f"{short[:4]}-{short[4:8]} {short[8:]}"):
        said = page(gateway, written)
        assert "法院有这个短码的登记" in said
        assert facts.receipt_no in said
    assert "没有这个短码" in page(gateway, short[:-1] + ("0" if short[-1] != "0" else "1"))
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, "648219")
    given = do(desk, approval.approve, "乌兰", "648219", Purpose.VOID_RECEIPT)
    job = next(one for one in do(desk, ledger.find, "").rows if one.is_receipt)
    do(desk, ledger.void, job.job_id, "重复办理", given)
    deliver(desk)
    assert all("已经作废" in page(gateway, each) for each in (code, short))
    told = httpx.get(f"{gateway.url}/v1/receipt-keys", timeout=20).json()
    assert key in {one["key"] for one in told["keys"]}


def deliver(desk: Desk) -> None:
    while any(one.state == "waiting" for one in desk.store(intakes.all_events)):
        do(desk, status.send)


def pictures_of(path: Path) -> object:
    import pypdfium2

    file = pypdfium2.PdfDocument(path.read_bytes())
    try:
        return file[0].render(scale=4).to_pil()
    finally:
        file.close()


def test_the_command_says_what_it_found_without_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk_in(tmp_path) as desk:
        path = receipt_pdf(desk, tmp_path)
        key = desk.store(signing.public_key)
        code, text = read_code(path)
        short = short_code(desk.store(intakes.all_intakes)[0].sha256)
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"v": 1, "keys": [{"device": "w", "key": key}]}), "utf-8")
    assert verify(["--file", str(path), "--keys", str(keys)]) == 0
    assert verify([code, "--key", key]) == 0
    assert verify([code, "--data", str(tmp_path)]) == 0
    assert "收据是真的" in capsys.readouterr().out
    assert verify([changed(code)[3], "--key", key]) in (1, 2)
    assert short in text
    assert verify([short, "--data", str(tmp_path)]) == 0
    assert "要扫二维码才能证明" in capsys.readouterr().out
    assert verify(["0123456789AB", "--data", str(tmp_path)]) == 2
    assert "本窗口没有这个短码" in capsys.readouterr().out
    assert verify([short, "--key", key]) == 2
    assert "离线不能证明" in capsys.readouterr().err
    assert verify([code, "--key", "0" * 64]) == 2
    assert verify(["no code", "--key", key]) == 2
    assert receipts_report(["--data", str(tmp_path), "--json"]) == 0
    assert '"missing": []' in capsys.readouterr().out


def test_a_paper_whose_words_were_changed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dataclasses import replace

    with desk_in(tmp_path) as desk:
        receipt_pdf(desk, tmp_path)
        job = next(
            j for j in desk.store(print_jobs.in_state, "confirmed", "unconfirmed") if j.kind == "receipt_a4"
        )
        forged = json.loads(job.content)
        forged["receipt_no"] = forged["receipt_no"][:-1] + "9"
        path = tmp_path / "forged.pdf"
        path.write_bytes(pdf.render(document(desk, replace(job, content=json.dumps(forged)), Paper.A4)))
        key = desk.store(signing.public_key)
    assert verify(["--file", str(path), "--key", key]) == 1
    assert "与码不一致" in capsys.readouterr().out
