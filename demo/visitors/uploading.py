"""One upload on its way: counted while it comes, and the owner's once it is there."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive, Send

from demo.visitors.temporary import none_left
from demo.visitors.uploads import NoRoomError, Uploads

PATIENCE = 60.0  # seconds for an upload, and one more for each of these bytes: what is on its way takes others' room
SLOWEST = 10_000  # bytes a second


class TooLargeError(Exception):
    """More is sent at once than may be."""


class Uploading:
    """A request with files, whose `receive` and `send` take the place of its own within a `with` block."""

    def __init__(self, uploads: Uploads, network: str, receive: Receive, send: Send) -> None:
        self._uploads, self._network, self._receive, self._send = uploads, network, receive, send
        self._size, self._began, self._leaving = 0, time.monotonic(), ExitStack()
        self._answer, self._is_well, self._is_complete = b"", False, False

    def check(self, announced: str | None) -> None:
        """Raise `TooLargeError`, or `NoRoomError`, by the length that a request announces."""
        size = int(announced or 0)
        if size > self._uploads.most_at_once:
            raise TooLargeError
        self._uploads.come(self._network, size)
        self._uploads.come(self._network, -size)

    def __enter__(self) -> None:
        """Nothing has come so far."""
        self._leaving.enter_context(none_left())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is on its way any more."""
        self._leaving.close()
        self._uploads.come(self._network, -self._size)

    async def receive(self) -> Message:
        """See ASGI. Of what is refused, and of what is broken off, Gradio removes the parts that it has."""
        message = await self._received()
        if message["type"] == "http.disconnect" and not self._is_complete:
            raise MultiPartException("the upload was broken off")
        size = len(message.get("body", b""))
        if self._size + size > self._uploads.most_at_once:
            raise MultiPartException(f"at most {self._uploads.largest} MB are the maximum allowed size")
        try:
            self._uploads.come(self._network, size)
        except NoRoomError:
            raise MultiPartException("there is no room for this file") from None
        self._size += size
        self._is_complete = not message.get("more_body", False)
        return message

    async def _received(self) -> Message:
        if self._is_complete:  # what comes is that the reader has gone
            return await self._receive()
        left = self._began + PATIENCE + self._size / SLOWEST - time.monotonic()
        try:
            return await asyncio.wait_for(self._receive(), max(0.0, left))
        except TimeoutError:
            raise MultiPartException("the upload takes too long") from None

    async def send(self, message: Message) -> None:
        """See ASGI; Gradio answers by the paths of the files."""
        if message["type"] == "http.response.start":
            self._is_well = message["status"] == 200
        elif self._is_well:
            self._answer += message.get("body", b"")
            if not message.get("more_body"):
                with suppress(ValueError):
                    self._uploads.arrived(self._network, [Path(path) for path in json.loads(self._answer)])
        await self._send(message)
