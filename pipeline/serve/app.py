"""The server: `POST /extract` for programs, `/` for people, both over one worker."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.serve.api import Extraction, ExtractRequest, Problem, extraction
from pipeline.serve.limits import BodyLimit, Limits, Refused, Worker
from pipeline.serve.page import Entered, try_page
from pipeline.sources import checked_date, decode, printable

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not readable."},
    413: {"model": Problem, "description": "The text is too long."},
    422: {"model": Problem, "description": "The body is not in the form, or the text is empty."},
    503: {"model": Problem, "description": "Too many texts wait, or this one takes too long: try again."},
}


def create_app(
    extract: Callable[[Document], Document],
    *,
    limits: Limits | None = None,
    hosts: Sequence[str] | None = None,
) -> FastAPI:
    """The server as an ASGI application.

    `extract` reads a document (a StatutsError of it is answered with 422); it is called in one thread.
    `hosts` are the names under which the server answers, so that no other site's name can be led to it; None
    for all.
    """
    limits = limits or Limits()
    worker = Worker(extract, limits.seconds)
    # The usual pages of documentation load their scripts from elsewhere.
    app = FastAPI(title="Statuts", version="1", docs_url=None, redoc_url=None)
    app.add_middleware(BodyLimit, most=limits.request_bytes, refuse=_problem)
    if hosts is not None:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))

    @app.middleware("http")
    async def private(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> Response:
        return _problem(error)

    @app.exception_handler(StatutsError)
    def unreadable(request: Request, error: StatutsError) -> Response:
        return JSONResponse({"error": printable(str(error))}, 422)

    @app.exception_handler(RequestValidationError)
    def not_in_the_form(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        reason = first["msg"].removeprefix("Value error, ")
        return JSONResponse({"error": printable(f"{place}: {reason}" if place else reason)}, 422)

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> Response:
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)

    @app.post("/extract", responses=_ERRORS)
    async def extract_text(asked: ExtractRequest) -> Extraction:
        """Read a text: its triples (country, status, date), its mentions and their relations."""
        limits.check(asked.text)
        return extraction(await worker(Document(asked.id, asked.text, date=asked.date)))

    @app.get("/", include_in_schema=False)
    async def empty_page() -> Response:
        return await _page(Entered(), limits)

    @app.post("/", include_in_schema=False)
    async def filled_page(request: Request) -> Response:
        entered = Entered()
        try:
            entered = await _entered(request, limits)
            date = _date(entered.date)
            limits.check(entered.text)
            document = await worker(Document(entered.name, entered.text, date=date))
        except Refused as error:
            return await _page(entered, limits, problem=error)
        except StatutsError as error:
            return await _page(entered, limits, problem=Refused(422, "unreadable", printable(str(error))))
        return await _page(entered, limits, document=document)

    return app


def _problem(error: Refused) -> Response:
    return JSONResponse({"error": str(error)}, error.status, _retry(error.status))


def _retry(status: int) -> dict[str, str]:
    return {"Retry-After": "10"} if status == 503 else {}


async def _entered(request: Request, limits: Limits) -> Entered:
    """What the page's form holds; a file goes before a text. A file that is no text raises StatutsError."""
    async with request.form(max_files=1, max_fields=10, max_part_size=limits.request_bytes) as form:
        date, text, file = (form.get(name) for name in ("date", "text", "file"))
        date = date if isinstance(date, str) else ""
        # Browsers send a text's line ends as CRLF, whatever they were.
        text = text.replace("\r\n", "\n") if isinstance(text, str) else ""
        if not isinstance(file, UploadFile) or not file.filename:
            return Entered(text=printable(text), date=printable(date))
        name = printable(file.filename)
        return Entered(printable(decode(await file.read(), name)), printable(date), name)


def _date(value: str) -> str | None:
    if not value.strip():
        return None
    try:
        return checked_date(value)
    except ValueError:
        raise Refused(422, "no-date", value) from None


async def _page(
    entered: Entered, limits: Limits, *, document: Document | None = None, problem: Refused | None = None
) -> Response:
    nonce = secrets.token_urlsafe(16)
    html = await run_in_threadpool(try_page, entered, limits, nonce, document=document, problem=problem)
    headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce)}
    status = problem.status if problem else 200
    return HTMLResponse(html, status, headers | _retry(status))
