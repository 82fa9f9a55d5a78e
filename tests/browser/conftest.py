"""A server with the real network, and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from tests.__main__ import SYSTEM_BROWSERS
from tests.support.page import LEFT, Open
from tests.support.paths import ROOT
from tests.support.serving import START, wait_for

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 30_000  # milliseconds for what must come, as Playwright has for all else; its 5 s are few for a busy machine

Scheme = Literal["light", "dark"]
Profiles = Callable[[int, int, Scheme, str], BrowserContext]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running page; at the end it must have served everything without a traceback."""
    folder = tmp_path_factory.mktemp("server")
    log = folder / "log.txt"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port)]
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder / "cache"), "NST_WEIGHTS": "embedded"}
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}/"
            wait_for(url, process)
            yield url
            process.send_signal(signal.SIGINT)
            process.wait(START)
        finally:
            process.kill()
    text = log.read_text()
    # A tab that is closed amidst an upload is told by a traceback, too.
    assert text.count("Traceback") == text.count("\nstarlette.requests.ClientDisconnect"), text


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Playwright's own Chromium where it is installed, else the system's."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        program = own if own.exists() else next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
        if program is None:
            pytest.fail(f"no browser: install Playwright's Chromium, or one of {', '.join(SYSTEM_BROWSERS)}")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> Profiles:
    """One for each kind of visitor: with its scripts fetched and compiled the page is there in half the time."""

    @cache
    def profile(width: int, height: int, scheme: Scheme, locale: str) -> BrowserContext:
        size: ViewportSize = {"width": width, "height": height}
        return browser.new_context(viewport=size, color_scheme=scheme, locale=locale)

    return profile


@pytest.fixture
def open_page(profiles: Profiles, server: str) -> Iterator[Open]:
    """Opens the page anew; afterwards no page may have complained or asked another host for anything."""
    complaints: list[str] = []
    visited = []

    def watch(page: Page) -> None:
        page.on("console", lambda message: complain(page, told(message)) if message.type == "error" else None)
        page.on("pageerror", lambda error: complain(page, str(error)))
        page.on("request", lambda request: None if is_ours(request.url) else complaints.append(request.url))
        page.on("popup", watch)

    def told(message: ConsoleMessage) -> str:
        return f"{message.text} {message.location['url']}"  # of a request that failed the text tells only how

    def complain(page: Page, text: str) -> None:
        if page not in LEFT:
            complaints.append(text)

    def is_ours(url: str) -> bool:
        return url.startswith((server, "data:", "blob:"))

    def open_one(
        width: int = 1440, height: int = 900, scheme: Scheme = "light", locale: str = "en-US", query: str = ""
    ) -> Page:
        context = profiles(width, height, scheme, locale)
        visited.append(context)
        page = context.new_page()
        watch(page)
        page.goto(server + query)
        page.wait_for_selector("#stylize")
        return page

    yield open_one
    for context in visited:
        for page in context.pages:
            page.close()
    assert complaints == []
