"""A picture that is taken further in a real browser: one run, one timeline, and each moment of it can be taken home."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nst_core.recipe import read_recipe
from tests.support.page import PATIENCE, Open, check_picture, download, photograph, start
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def look_back(page: Page, step: int) -> None:
    """Move the timeline to a step, and wait for its file."""
    box = page.locator("#timeline input[type=number]")
    with settling(page):
        box.fill(str(step))
        box.press("Enter")
    expect(page.locator("#status")).to_contain_text(f"This is the result now: step {step}.")


def test_what_goes_on_stays_one_run(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    start(page, steps=8)
    expect(page.locator("#status")).to_contain_text("Finished after 8 steps", timeout=PATIENCE)
    page.click("#keep-going")
    expect(page.locator("#status")).to_contain_text("Finished after 10 steps", timeout=PATIENCE)
    page.click("#larger")
    expect(page.locator("#status")).to_contain_text("Finished after 12 steps", timeout=PATIENCE)
    expect(page.locator("#timeline input[type=range]")).to_have_attribute("max", "12")
    assert "after step 12 of 12" in (page.locator("#losses figure").get_attribute("aria-label") or "")
    photograph(page, "going-on")
    expect(page.locator("#results button")).to_have_count(3)
    for step, size in ((12, (256, 171)), (9, (128, 85)), (1, (128, 85))):
        look_back(page, step)
        path = download(page, tmp_path / str(step))
        check_picture(path, size)
        recipe = read_recipe(path)
        assert (recipe.config.size, recipe.steps_done) == (size[0], step)
    expect(page.locator("#results button")).to_have_count(5)
    look_back(page, 1)
    page.click("#keep-going")
    expect(page.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)
    expect(page.locator("#timeline input[type=range]")).to_have_attribute("max", "4")
