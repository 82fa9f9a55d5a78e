"""Connections that break, pages that are loaded anew, and a server that is killed: nothing of a visitor's is lost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.page import ENDLESS, choose_pair, is_kept, shown_step, start, wait_for_step
from tests.support.paths import ROOT
from tests.support.proxy import Proxy
from tests.support.serving import wait_for
from tests.support.visits import soon

pytestmark = [pytest.mark.browser, pytest.mark.weights]

STEPS = "number input for Steps"


class Restartable:
    """A server that can be killed and started again, behind a connection that can be cut."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self._environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder), "NST_WEIGHTS": "embedded"}
        self._process = self._started()
        self.proxy = Proxy(self._port)
        self.url = f"http://127.0.0.1:{self.proxy.port}/"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def start(self) -> None:
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "app.py", "--port", str(self._port)]
        process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=subprocess.DEVNULL)
        wait_for(f"http://127.0.0.1:{self._port}/", process)
        return process


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    """One for all: the last test kills it."""
    server = Restartable(tmp_path_factory.mktemp("cut"))
    yield server
    server.proxy.close()
    server.kill()


@pytest.fixture(scope="module")
def page(browser: Browser, server: Restartable) -> Iterator[Page]:
    """One for all: what a test has left there, the next one finds."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(server.url)
        page.wait_for_selector("#painting .image-frame img")
        yield page


def test_a_run_goes_on_while_the_connection_is_lost_and_the_page_comes_back_with_it(
    page: Page, server: Restartable
) -> None:
    choose_pair(page, 3)
    start(page, ENDLESS)
    wait_for_step(page, 3)
    server.proxy.cut()
    expect(page.locator("#lost")).to_contain_text("The connection is lost. Your picture is safe")
    expect(page.get_by_test_id("toast-body")).to_be_hidden()  # Gradio's own word
    expect(page.locator("#status .numbers span").last).to_be_hidden()
    expect(page.locator("#lost p")).to_be_visible()
    before = shown_step(page)
    server.proxy.mend()
    page.wait_for_function("!Array.isArray(window.pictures)")  # it is loaded anew
    page.wait_for_selector("#stop")
    wait_for_step(page, before + 1)
    expect(page.locator("#lost p")).to_be_hidden()
    expect(page.locator("#examples [aria-pressed=true]")).to_have_attribute("data-index", "3")
    expect(page.get_by_label(STEPS)).to_have_value(str(ENDLESS))
    page.click("#stop")
    expect(page.locator("#comparison img").first).to_be_visible()
    expect(page.locator("#status")).to_contain_text("Stopped after step")
    expect(page.locator("#results button")).to_have_count(1)


def test_a_page_that_is_loaded_anew_has_its_result_and_its_gallery(page: Page) -> None:
    moments = page.locator("#moments option").count()
    told = page.inner_text("#status")
    page.reload()
    page.wait_for_selector("#comparison img")
    expect(page.locator("#status")).to_have_text(told)
    expect(page.locator("#moments option")).to_have_count(moments)
    expect(page.locator("#results button")).to_have_count(1)
    expect(page.locator("#download")).to_be_enabled()
    expect(page.get_by_label(STEPS)).to_have_value(str(ENDLESS))
    expect(page.locator("#examples [aria-pressed=true]")).to_have_attribute("data-index", "3")


def test_a_server_that_was_killed_and_started_again_has_all_from_the_browser(page: Page, server: Restartable) -> None:
    star = page.get_by_role("checkbox", name="Favourite")
    star.check()
    soon(lambda: is_kept(page, ENDLESS, is_favourite=True))
    server.kill()
    expect(page.locator("#lost p")).to_be_visible()
    server.start()
    expect(page.get_by_test_id("toast-body")).to_contain_text("The server was started anew. Your last picture")
    expect(page.locator("#pane img")).to_have_attribute("alt", "Your last picture")
    expect(page.locator("#results button")).to_have_count(1)
    expect(page.get_by_label(STEPS)).to_have_value(str(ENDLESS))
    expect(page.locator("#examples [aria-pressed=true]")).to_have_attribute("data-index", "3")
    expect(star).to_be_checked()
    page.locator("#results button").click()
    expect(page.locator("#made img")).to_be_visible()
    page.click("#forget")
    expect(page.locator("#results button")).to_have_count(0)
    expect(page.locator("#made")).to_be_hidden()
    soon(lambda: not is_kept(page, ENDLESS, is_favourite=True))
