"""A run that fails amid its work: what was painted stays, the page works on, and nobody waits for what won't come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a page whose every run fails after two steps."""
    with serving("tests.support.failing", tmp_path_factory.mktemp("failing")) as url:
        yield url


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#painting .image-frame img")
        yield page


def test_the_picture_so_far_stays_and_one_can_go_on(page: Page) -> None:
    page.click("#stylize")
    expect(page.get_by_test_id("toast-body")).to_contain_text("what was painted so far is kept")
    expect(page.locator("#status")).to_contain_text("Stopped after step 2 of 9")
    expect(page.locator("#stop")).to_be_hidden()
    expect(page.locator("#stylize")).to_be_enabled()
    expect(page.locator("#download")).to_be_enabled()
    expect(page.locator("#results button")).to_have_count(1)
    page.click("#keep-going")
    expect(page.locator("#status")).to_contain_text("Stopped after step 4 of 11")


def test_nothing_is_left_to_stop(page: Page) -> None:
    page.click("#six")
    expect(page.get_by_test_id("toast-body")).to_be_visible()
    expect(page.locator("#stop-sheet")).to_be_hidden()
    page.get_by_role("tab", name="See inside").click()
    page.click("#rebuild")
    expect(page.locator("#inside-status")).to_contain_text("Stopped after step 2 of 9")
    expect(page.locator("#inside-stop")).to_be_hidden()
    expect(page.locator("#rebuild")).to_be_enabled()
