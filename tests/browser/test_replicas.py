"""Two servers behind nginx, one of which is killed amid a run: its visitors go on with the other one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from demo.options.table import LOOPBACK
from tests.support.nginx import AT_HAND, free_port, nginx
from tests.support.page import ENDLESS, is_kept, set_number, start, wait_for_step
from tests.support.paths import ROOT
from tests.support.serving import wait_for
from tests.support.visits import soon

pytestmark = [pytest.mark.browser, AT_HAND]

FEW = 3  # steps of the picture that is kept


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Two servers by their addresses."""
    command = [sys.executable, "-m", "tests.support.replica"]
    options = ["--root-path", "/paint", "--trusted-proxies", LOOPBACK]
    with ExitStack() as stack:
        servers = {}
        for place in range(2):
            port = free_port()
            environment = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path / str(place))}
            process = subprocess.Popen([*command, str(port), *options], cwd=ROOT, env=environment)
            stack.callback(process.wait)
            stack.callback(process.kill)
            servers[f"http://{LOOPBACK}:{port}"] = process
        for url, process in servers.items():
            wait_for(f"{url}/", process)
        yield servers


def home(context: BrowserContext) -> int:
    """The place of the server that a browser's page is on."""
    (number,) = (cookie.get("value", "") for cookie in context.cookies() if cookie.get("name") == "nst_server")
    return int(number) - 1


def test_who_was_on_a_server_that_is_killed_goes_on_with_the_other_one(
    browser: Browser, replicas: dict[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    with (
        nginx(tmp_path, list(replicas)) as front,
        browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900}) as context,
    ):
        page = context.new_page()
        page.goto(f"{front}/paint/")
        page.wait_for_selector("#painting .image-frame img")
        start(page, FEW)
        expect(page.locator("#status")).to_contain_text(f"Finished after {FEW} steps")
        soon(lambda: is_kept(page, FEW))
        before = home(context)
        start(page, ENDLESS)
        wait_for_step(page, 2)
        [*replicas.values()][before].kill()
        expect(page.get_by_test_id("toast-body")).to_contain_text("Your last picture")
        assert home(context) == 1 - before
        expect(page.locator("#pane img")).to_have_attribute("alt", "Your last picture")
        expect(page.locator("#results button")).to_have_count(1)
        set_number(page, "Steps", FEW)
        page.click("#stylize")
        expect(page.locator("#results button")).to_have_count(2)
        assert home(context) == 1 - before
