"""Waiting for a page that shows by nothing that its server has answered it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Request

BREATH = 0.5  # seconds without a request: then nothing more follows from the last answer
LOOK_EVERY = 50  # milliseconds
PATIENCE = 30.0  # seconds


@contextmanager
def settling(page: Page) -> Iterator[None]:
    """After the block the page has got all that it asked for within it, and what that led to. Not amidst a run."""
    unanswered: set[Request] = set()
    last = time.monotonic()

    def asked(request: Request) -> None:
        nonlocal last
        last = time.monotonic()
        if request.url.startswith("http") and "/heartbeat/" not in request.url:  # which lasts as long as the page
            unanswered.add(request)

    def answered(request: Request) -> None:
        nonlocal last
        last = time.monotonic()
        unanswered.discard(request)

    # A stream of events is broken off once the last has come: that counts as failed.
    listeners = {"request": asked, "requestfinished": answered, "requestfailed": answered}
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]
    yield
    deadline = time.monotonic() + PATIENCE
    while unanswered or time.monotonic() - last < BREATH:
        assert time.monotonic() < deadline, [request.url for request in unanswered]
        page.wait_for_timeout(LOOK_EVERY)
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
