"""The back office: a session, the list, a visit, an answer, exports; and the answers as the desks fetch them.

A session is a cookie no script and no other site can use, opened with a token or certificate of the role
"office". Every form carries a value only that session knows. Nothing here is cached.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs, quote

import uuid_utils
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from app.court import pages
from app.court.answers import MAX_LISTED, Draft, NotGiven
from app.court.credentials import Caller, hash_of
from app.court.guard import COOKIE, PEER, caller, coded, session_secret
from app.court.metrics import Metrics
from app.court.opening import Court
from app.court.packages import Package, as_csv, as_json, shown
from app.sync.protocol import MAX_SAFE_INT, VERSION, canonical, is_sha256, is_uuid7

SESSION: Final = timedelta(hours=8)
_MAX_FORM: Final = 64 << 10
_MAX_DEVICE: Final = 64
_PRIVATE: Final = {"Cache-Control": "no-store"}
_PAGE: Final = {**_PRIVATE, "Content-Security-Policy": pages.CSP}
_FORM: Final = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
_FORM_BODY: Final = {"requestBody": {"required": True, "content": _FORM}}


class NotShown(Exception):
    """There is nothing to show under this address, or not to this caller."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class BadForm(NotShown):
    """A form that is too large, not ours, or from another session."""

    def __init__(self) -> None:
        super().__init__(403, "bad_form")


def add_answers(app: FastAPI, court: Court) -> None:
    """Add `GET /v1/answers`, with which a desk asks what the back office has said."""

    @app.get("/v1/answers", summary="Answers of the back office after number `since`, in order")
    def answers(
        request: Request, since: str = "0", limit: str = str(MAX_LISTED), device: str = ""
    ) -> Response:
        first, most = _number(since), _number(limit)
        if first is None or most is None or not 0 < most <= MAX_LISTED or len(device) > _MAX_DEVICE:
            return coded(400, "bad_query")
        who = caller(request)
        epoch, found = court.answers.since(who.court, first, most, who.device or device or None)
        told = {
            "v": VERSION,
            "epoch": epoch,
            "answers": [shown(one) for one in found],
            "next": found[-1].no if found else first,
            "more": len(found) == most,
        }
        return Response(canonical(told), media_type="application/json", headers=_PRIVATE)


def add_office(app: FastAPI, court: Court, metrics: Metrics) -> None:
    """Add the pages under `/office`."""
    _add_session(app, court)
    _add_reading(app, court)
    _add_exports(app, court)
    _add_answering(app, court, metrics)

    @app.exception_handler(NotShown)
    async def not_shown(_: Request, error: Exception) -> Response:
        assert isinstance(error, NotShown)  # noqa: S101
        return coded(error.status, error.code)


def _add_session(app: FastAPI, court: Court) -> None:
    @app.get("/office/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(pages.STYLE, media_type="text/css", headers=_PRIVATE)

    @app.get("/office/login", summary="The login page of the back office")
    def ask(request: Request) -> HTMLResponse:
        return HTMLResponse(pages.login(certificate=_peer(request) is not None), headers=_PAGE)

    @app.post("/office/login", summary="Open a session of the back office", openapi_extra=_FORM_BODY)
    async def login(request: Request) -> Response:
        form = await _form(request)
        opened = await run_in_threadpool(_open_session, court, request, form.get("token", ""))
        if opened is None:
            sentence = "通行凭证或证书不能用于后台。"
            content = pages.login(sentence, certificate=_peer(request) is not None)
            return HTMLResponse(content, 403, headers=_PAGE)
        answer = RedirectResponse("/office", 303, headers=_PRIVATE)
        answer.set_cookie(
            COOKIE,
            opened,
            max_age=int(SESSION.total_seconds()),
            path="/office",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @app.post("/office/logout", summary="End the session", openapi_extra=_FORM_BODY)
    async def logout(request: Request) -> Response:
        await _own_form(request)
        await run_in_threadpool(court.credentials.revoke, caller(request).id)
        answer = RedirectResponse("/office/login", 303, headers=_PRIVATE)
        answer.delete_cookie(COOKIE, path="/office")
        return answer


def _open_session(court: Court, request: Request, token: str) -> str | None:
    """Return the secret of a new session, None when nobody of the back office asks."""
    peer = _peer(request)
    if peer is not None:
        found = court.credentials.find(hashlib.sha256(peer).hexdigest(), "certificate")
    elif token and not court.settings.need_certificate:
        found = court.credentials.find(hash_of(token), "token")
    else:
        return None
    if not isinstance(found, Caller) or found.role != "office":
        return None
    secret = secrets.token_urlsafe(32)
    court.credentials.add(hash_of(secret), "session", found, SESSION)
    return secret


def _add_reading(app: FastAPI, court: Court) -> None:
    @app.get("/office", summary="The list of intakes")
    def listed(request: Request, before: str = "") -> Response:
        number = _number(before) if before else None
        found = court.packages.listed(caller(request).court, number)
        return HTMLResponse(pages.intakes(found, _csrf(request)), headers=_PAGE)

    @app.get("/office/visits/{visit_id}", summary="One visit as a page")
    def visit(visit_id: str, request: Request) -> Response:
        return _visit_page(court, request, _package(court, request, visit_id))

    @app.get("/office/visits/{visit_id}/blobs/{sha256}", summary="One file of a visit")
    def blob(visit_id: str, sha256: str, request: Request) -> Response:
        package = _package(court, request, visit_id)
        found = court.packages.blob(package, sha256) if is_sha256(sha256) else None
        if found is None:
            return coded(404, "unknown_blob")
        media, pieces = found
        headers = {**_PRIVATE, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        if media == "application/octet-stream":
            headers["Content-Disposition"] = "attachment"
        return StreamingResponse(pieces, 200, headers, media)


def _add_exports(app: FastAPI, court: Court) -> None:
    @app.get("/office/visits/{visit_id}/package.json", summary="One visit as JSON")
    def whole(visit_id: str, request: Request) -> Response:
        package = _package(court, request, visit_id)
        content = as_json(package, court.answers.of_visit(package.court, visit_id))
        return _file(content, "application/json", f"{visit_id}.json")

    @app.get("/office/visits/{visit_id}/summary.csv", summary="One visit as a table")
    def table(visit_id: str, request: Request) -> Response:
        package = _package(court, request, visit_id)
        content = as_csv(package, court.answers.of_visit(package.court, visit_id))
        return _file(content, "text/csv", f"{visit_id}.csv")

    @app.get("/office/visits/{visit_id}/package.zip", summary="One visit with all its files")
    def archive(visit_id: str, request: Request) -> Response:
        package = _package(court, request, visit_id)
        file = court.packages.write(package, court.answers.of_visit(package.court, visit_id))
        headers = {**_PRIVATE, "Content-Disposition": f"attachment; filename={visit_id}.zip"}
        closing = BackgroundTask(file.close)
        return StreamingResponse(file, 200, headers, "application/zip", background=closing)


def _add_answering(app: FastAPI, court: Court, metrics: Metrics) -> None:
    @app.post(
        "/office/visits/{visit_id}/answers",
        summary="Answer a visit: accepted with a case number, supplement or declined with a reason",
        openapi_extra=_FORM_BODY,
    )
    async def give(visit_id: str, request: Request) -> Response:
        form = await _own_form(request)
        who = caller(request)
        draft = Draft(
            form.get("id", ""),
            visit_id,
            form.get("word", ""),
            form.get("case_number", ""),
            form.get("reason", ""),
            form.get("corrects", ""),
            who.name,
            form.get("judge", ""),
            form.get("matter", ""),
        )
        given = await run_in_threadpool(court.answers.give, who.court, draft)
        if isinstance(given, NotGiven):
            return await run_in_threadpool(_again, court, request, visit_id, given)
        metrics.add("answers_total", word=given.word)
        return RedirectResponse(f"/office/visits/{quote(visit_id)}", 303, headers=_PRIVATE)


def _again(court: Court, request: Request, visit_id: str, problem: NotGiven) -> Response:
    package = _package(court, request, visit_id)
    status = 409 if problem.code in {"conflict", "already_answered"} else 422
    return _visit_page(court, request, package, problem.sentence, status)


def _visit_page(
    court: Court, request: Request, package: Package, fault: str = "", status: int = 200
) -> HTMLResponse:
    answers = court.answers.of_visit(package.court, package.visit_id)
    content = pages.visit(package, answers, _csrf(request), str(uuid_utils.uuid7()), fault)
    return HTMLResponse(content, status, headers=_PAGE)


def _package(court: Court, request: Request, visit_id: str) -> Package:
    if not is_uuid7(visit_id):
        raise NotShown(400, "bad_id")
    found = court.packages.get(caller(request).court, visit_id)
    if found is None:
        raise NotShown(404, "unknown_visit")
    return found


async def _form(request: Request) -> Mapping[str, str]:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > _MAX_FORM:
            raise BadForm
    try:
        text = content.decode("ascii")
        found = parse_qs(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=20, errors="strict"
        )
    except ValueError as error:
        raise BadForm from error
    return {name: values[0] for name, values in found.items()}


async def _own_form(request: Request) -> Mapping[str, str]:
    """Return a form that this session's own page made. Raises `BadForm`."""
    form = await _form(request)
    if not hmac.compare_digest(form.get("csrf", "").encode(), _csrf(request).encode()):
        raise BadForm
    return form


def _csrf(request: Request) -> str:
    return hashlib.sha256(b"csrf:" + session_secret(request.scope).encode()).hexdigest()


def _peer(request: Request) -> bytes | None:
    peer: Any = request.scope.get("extensions", {}).get(PEER)
    return peer if isinstance(peer, bytes) else None


def _file(content: str, media: str, name: str) -> Response:
    headers = {**_PRIVATE, "Content-Disposition": f"attachment; filename={name}"}
    return Response(content.encode("utf-8", "backslashreplace"), 200, headers, media)


def _number(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) > MAX_SAFE_INT:
        return None
    return int(text)
