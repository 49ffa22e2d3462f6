"""What a request may cost: how large it is, how long it takes, how many wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import BoundedSemaphore

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.document import Document
from pipeline.report.labels import labels

#: Extractions that wait while one runs.
MOST_WAITING = 8
#: Bytes of a request for each character of its text (two `\\uXXXX` in JSON), and for what else it holds.
_BYTES_A_CHARACTER, _OTHER_BYTES = 12, 20_000


class Refused(Exception):
    """A request that is not answered: an HTTP status, the key of its reason's label, and more on it."""

    def __init__(self, status: int, key: str, detail: str = "") -> None:
        super().__init__(key)
        self.status, self.key, self.detail = status, key, detail

    def __str__(self) -> str:
        reason = labels()["en"][self.key]
        return f"{reason}: {self.detail}" if self.detail else reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Characters that a text may have, and seconds that its extraction may take, waiting included."""

    characters: int = 200_000
    seconds: float = 60.0

    @property
    def request_bytes(self) -> int:
        """Bytes of a whole request."""
        return self.characters * _BYTES_A_CHARACTER + _OTHER_BYTES

    def check(self, text: str) -> None:
        """Raise Refused where a text is empty or too long."""
        if not text.strip():
            raise Refused(422, "no-text")
        if len(text) > self.characters:
            raise Refused(413, "too-long", f"{len(text)} > {self.characters}")


class Worker:
    """Runs extractions one at a time, in a thread of its own, so that the server goes on answering."""

    def __init__(self, extract: Callable[[Document], Document], seconds: float) -> None:
        self._extract = extract
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="extraction")
        self._places = BoundedSemaphore(MOST_WAITING + 1)

    async def __call__(self, document: Document) -> Document:
        """The document with its triples. Raises Refused (503) where too many wait or it takes too long.

        A thread cannot be stopped: what runs too long is finished all the same, and what waits, waits for it.
        """
        if not self._places.acquire(blocking=False):
            raise Refused(503, "busy")
        future = self._thread.submit(self._extract, document)
        future.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError:
            raise Refused(503, "too-slow", f"{self._seconds:g} s") from None


class BodyLimit:
    """Middleware that answers 413 to a request of more bytes than `most`, before anything reads it.

    `refuse` makes the answer.
    """

    def __init__(self, app: ASGIApp, *, most: int, refuse: Callable[[Refused], Response]) -> None:
        self._app, self._most, self._refuse = app, most, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body of a request, then pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = bytearray()
        going_on = True
        while going_on:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client has left
            read += message.get("body", b"")
            going_on = message.get("more_body", False)
            if len(read) > self._most:
                answer = self._refuse(Refused(413, "too-large", f"{self._most} B"))
                await answer(scope, receive, send)
                return
        body: list[Message] = [{"type": "http.request", "body": bytes(read)}]

        async def again() -> Message:
            return body.pop() if body else await receive()

        await self._app(scope, again, send)
