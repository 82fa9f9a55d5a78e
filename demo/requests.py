"""What is refused before Gradio reads it: calls that are too long; and a full disk, told as what it is."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import gradio as gr
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from demo.words import language, say
from nst_core.files import is_disk_full

logger = logging.getLogger(__name__)

MOST_BYTES = 4_000_000  # of a call: what is brushed has half of that, and numbers and words have thousands
UPLOAD = "/upload"  # the end of the only path for more, which has a limit of Gradio's

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class TooLongError(Exception):
    """The body of a call has more than `MOST_BYTES`."""


class Guard:
    """An ASGI middleware."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hand a request on, but for what is too long; `PlainTextResponse` for it, and for a full disk."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        length = Headers(scope=scope).get("content-length", "")
        began, taken = False, 0
        may_be_long = scope["path"].endswith(UPLOAD)

        async def received() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BYTES and not may_be_long:
                raise TooLongError
            return message

        async def sent(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            if not may_be_long and length.isdecimal() and int(length) > MOST_BYTES:
                raise TooLongError
            return await self._app(scope, received, sent)
        except Exception as error:
            status = 413 if isinstance(error, TooLongError) else 507 if is_disk_full(error) else 0
            if not status or began:
                raise
            logger.warning("refused: %s %s (%s)", scope["method"], scope["path"], status)
            key = "error.too_long" if status == 413 else "error.disk_full"
            text = say(language(gr.Request(headers=dict(Headers(scope=scope)))), key)
            return await PlainTextResponse(text, status)(scope, receive, send)
