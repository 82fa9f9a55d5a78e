"""What goes into a request and comes out of it, changed on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Send

SLOW = 120.0  # seconds for a message to be taken


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, and then what `receive` has."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


async def _at_once() -> None:
    """Nobody is waited for."""


class NotReadStream:
    """A stream that ends as if its reader had gone, once that takes nothing for long: what waits takes memory."""

    def __init__(self, receive: Receive, send: Send, waiting: Callable[[], Awaitable[None]] = _at_once) -> None:
        """`waiting`: what is awaited, once its reader has gone, before the stream is told so."""
        self._receive, self._send, self._waiting = receive, send, waiting
        self._is_given_up = asyncio.Event()

    async def receive(self) -> Message:
        """See ASGI."""
        coming, given_up = asyncio.ensure_future(self._receive()), asyncio.ensure_future(self._is_given_up.wait())
        try:
            await asyncio.wait({coming, given_up}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                return {"type": "http.disconnect"}
            if coming.result()["type"] == "http.disconnect":
                await self._waiting()
            return coming.result()
        finally:
            coming.cancel()
            given_up.cancel()

    async def send(self, message: Message) -> None:
        """See ASGI."""
        try:
            await asyncio.wait_for(self._send(message), SLOW)
        except TimeoutError:
            self._is_given_up.set()
            await asyncio.Future()  # until whoever streams hears that nobody is there
