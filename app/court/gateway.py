"""The court gateway as an ASGI application: thin endpoints over `Store` and `Blobs`.

Stateless beside those, so that several can stand in front of one database later. Every answer to a
desk carries codes only. What each endpoint says is in `/openapi.json`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.court.batch import BatchRefused
from app.court.enrolling import add_enrolment
from app.court.errors import BlobRefusal
from app.court.guard import Guard, TooSlow, caller, coded
from app.court.health import Health
from app.court.listing import listing
from app.court.metrics import Metrics
from app.court.office import add_answers, add_office
from app.court.opening import Court
from app.court.receiving import expected_epoch, receive_batch, receive_chunk
from app.court.rules import published
from app.court.store import EventStatus, VisitStatus, utc_now
from app.court.verifying import add_verifying
from app.sync.protocol import UPLOAD_OFFSET, VERSION, canonical, encode_answers, is_sha256, is_uuid7

_log = logging.getLogger(__name__)

MAX_MISSING_LISTED: Final = 100
_NO_CACHE: Final = {"Cache-Control": "no-store"}
_BINARY: Final = {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_BATCH: Final = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["v", "events"],
            "properties": {
                "v": {"const": VERSION},
                "events": {
                    "type": "array",
                    "maxItems": 500,
                    "items": {
                        "type": "object",
                        "required": ["id", "device", "seq", "visit_id", "kind", "schema", "sha256", "body"],
                        "properties": {
                            "id": {"type": "string", "description": "UUIDv7, lower case"},
                            "device": {"type": "string", "maxLength": 64},
                            "seq": {"type": "integer", "minimum": 1},
                            "visit_id": {"type": "string", "description": "UUIDv7, lower case"},
                            "kind": {"type": "string"},
                            "schema": {"type": "integer"},
                            "sha256": {"type": "string", "description": "of the UTF-8 body"},
                            "body": {"type": "string", "description": "a JSON object; see x-event-rules"},
                        },
                    },
                },
            },
        }
    }
}

_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "the epoch the batch is meant for, in quotes; under another one nothing is taken",
    "schema": {"type": "string", "pattern": '^("[!#-~]{1,64}"|\\*)$'},
}

Handler = Callable[[Request, Exception], Awaitable[Response]]


def create_app(court: Court) -> FastAPI:
    """Return the application; it does not own what it stands on."""
    app = FastAPI(title="一窗 法院网关 Yichuang court gateway", version="1", docs_url=None, redoc_url=None)
    app.router.redirect_slashes = False
    metrics = Metrics()
    app.add_middleware(Guard, credentials=court.credentials, settings=court.settings, metrics=metrics)
    _add_errors(app, metrics)
    _add_general(app, court, metrics)
    add_enrolment(app, court.credentials, court.settings, court.issuer)
    _add_events(app, court, metrics)
    _add_blobs(app, court, metrics)
    add_verifying(app, court.ground)
    add_answers(app, court)
    add_office(app, court, metrics)
    document = app.openapi()  # made once, and kept by the application
    document["x-event-rules"] = published()
    return app


def _add_general(app: FastAPI, court: Court, metrics: Metrics) -> None:
    store, state = court.store, Health(court)

    @app.get("/health", summary="Whether all is well, 503 with reasons if not; no token needed")
    def health() -> Response:
        reasons = state.reasons()
        content = {"ok": not reasons, **({"code": "unwell", "reasons": dict(reasons)} if reasons else {})}
        return Response(canonical(content), 503 if reasons else 200, _NO_CACHE, "application/json")

    @app.get("/metrics", summary="Counters for Prometheus")
    def counters() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    @app.get("/v1/hello", summary="The epoch of this database and the court's time in UTC")
    def hello() -> Response:
        return _json({"v": VERSION, "epoch": store.epoch, "time": utc_now().isoformat(timespec="seconds")})

    @app.get("/docs", summary="This list as a page", include_in_schema=False)
    def docs() -> HTMLResponse:
        policy = {"Content-Security-Policy": "default-src 'none'"}
        return HTMLResponse(listing(app.openapi()), headers=policy)


def _add_events(app: FastAPI, court: Court, metrics: Metrics) -> None:
    store, settings = court.store, court.settings

    @app.post(
        "/v1/events",
        summary="Offer a batch; one word for each event: stored, conflict, rejected or later",
        openapi_extra={"requestBody": {"required": True, "content": _BATCH}, "parameters": [_IF_MATCH]},
    )
    async def events(request: Request) -> Response:
        read = await receive_batch(request, settings.max_batch_bytes)
        under, court_name = expected_epoch(request), caller(request).court
        answers = await run_in_threadpool(lambda: store.accept(read(), court_name, under))
        for word, count in Counter(type(one).__name__.lower() for one in answers.by_id.values()).items():
            metrics.add("events_total", count, word=word)
        return Response(encode_answers(answers), media_type="application/json", headers=_NO_CACHE)

    @app.get("/v1/events/{event_id}", summary="What the court holds under an event's id")
    def event(event_id: str, request: Request) -> Response:
        if not is_uuid7(event_id):
            return coded(400, "bad_id")
        found = store.event(event_id, caller(request).court)
        if found is None:
            return coded(404, "unknown_event")
        return _json({"v": VERSION, "epoch": store.epoch, **_event_fields(found)})

    @app.get("/v1/visits/{visit_id}", summary="A visit: its events, its blobs, and whether it is complete")
    def visit(visit_id: str, request: Request) -> Response:
        if not is_uuid7(visit_id):
            return coded(400, "bad_id")
        found = store.visit(visit_id, caller(request).court)
        if found is None:
            return coded(404, "unknown_visit")
        return _json({"v": VERSION, "epoch": store.epoch, **_visit_fields(found)})


def _add_blobs(app: FastAPI, court: Court, metrics: Metrics) -> None:
    store, settings = court.store, court.settings

    @app.head("/v1/blobs/{sha256}", summary="How much of a blob is here; its size only when it is verified")
    def held(sha256: str, request: Request) -> Response:
        if not is_sha256(sha256):
            return coded(400, "bad_hash")
        whose = caller(request).court
        found = court.blobs(whose).held(sha256)
        if found is None:
            return coded(404, "unknown_blob")
        if found.complete:  # again, in case the process ended between the file and the row
            store.blob_durable(sha256, found.offset, whose)
        return Response(headers={UPLOAD_OFFSET: str(found.offset), **_NO_CACHE})

    @app.patch(
        "/v1/blobs/{sha256}",
        summary="Append at Upload-Offset to a blob of Upload-Length bytes",
        openapi_extra={"requestBody": {"required": True, "content": _BINARY}},
    )
    async def append(sha256: str, request: Request) -> Response:
        if not is_sha256(sha256):
            return coded(400, "bad_hash")
        whose = caller(request).court
        found = await receive_chunk(request, court.blobs(whose), sha256, settings.max_chunk_bytes)
        if found.complete:
            metrics.add("blobs_total")
            epoch = await run_in_threadpool(store.blob_durable, sha256, found.offset, whose)
        else:
            epoch = await run_in_threadpool(lambda: store.epoch)
        told = {"v": VERSION, "epoch": epoch, "offset": found.offset, "complete": found.complete}
        return _json(told)


def _add_errors(app: FastAPI, metrics: Metrics) -> None:
    async def batch_refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, BatchRefused)  # noqa: S101
        return coded(error.status, error.code)

    async def blob_refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, BlobRefusal)  # noqa: S101
        return coded(error.status, error.code, offset=error.offset)

    async def http_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        return coded(error.status_code, f"http_{error.status_code}")

    async def gone(_: Request, error: Exception) -> Response:
        _log.info("a sender went away: %s", type(error).__name__)
        return coded(400, "disconnected")

    async def slow(_: Request, __: Exception) -> Response:
        answer = coded(408, "too_slow")
        answer.headers["Connection"] = "close"
        return answer

    async def no_storage(_: Request, error: Exception) -> Response:
        _log.error("storage failed: %s", type(error).__name__)
        metrics.add("storage_errors_total")
        return coded(503, "storage")

    handlers: Mapping[type[Exception], Handler] = {
        BatchRefused: batch_refused,
        BlobRefusal: blob_refused,
        HTTPException: http_error,
        ClientDisconnect: gone,
        TooSlow: slow,
        SQLAlchemyError: no_storage,
        OSError: no_storage,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _json(content: Mapping[str, Any]) -> Response:
    return Response(canonical(content), media_type="application/json", headers=_NO_CACHE)


def _event_fields(found: EventStatus) -> dict[str, Any]:
    return {name: value for name, value in asdict(found).items() if value is not None}


def _visit_fields(found: VisitStatus) -> dict[str, Any]:
    return {
        "visit_id": found.visit_id,
        "complete": found.complete,
        "events": [_event_fields(event) for event in found.events],
        "receipt_nos": [event.receipt_no for event in found.events if event.receipt_no is not None],
        "blobs": {"named": found.blobs_named, "present": found.blobs_named - len(found.missing)},
        "missing": list(found.missing[:MAX_MISSING_LISTED]),
    }
