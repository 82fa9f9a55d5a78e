"""Where a run takes little, the page follows what is chosen, without Paint."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.page import set_number
from tests.support.serving import serving

pytestmark = pytest.mark.browser


def test_the_picture_follows_the_dials_and_paint_keeps_one(browser: Browser, tmp_path: Path) -> None:
    with serving("tests.support.quick", tmp_path) as url, browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector("#painting .image-frame img")
        expect(page.locator("#comparison")).to_be_hidden()  # nobody has asked for anything
        for strength in (31, 32, 33, 34):  # faster than they are painted
            set_number(page, "How much painting?", strength)
        status = page.locator("#status")
        expect(status).to_contain_text("Finished after 34 steps")
        expect(page.locator("#comparison")).to_be_visible()
        expect(page.locator("#results button")).to_have_count(0)
        page.locator("#photos button").nth(3).click()
        expect(page.locator("#pair")).to_contain_text("Kingfisher")  # of what is painted now
        expect(page.locator("#chosen .chosen")).to_have_count(0)
        page.click("#stylize")
        expect(page.locator("#results button")).to_have_count(1)
