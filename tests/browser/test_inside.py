"""See inside in a real browser: a photo and a texture grow out of noise, with the layers' losses beside them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.page import PATIENCE, STOPPED, Open, photograph

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def look_inside(page: Page, steps: int, size: int = 96) -> None:
    page.get_by_role("tab", name="See inside").click()
    page.get_by_role("button", name="Resolution and steps").click()
    panel = page.get_by_role("tabpanel").filter(has=page.locator("#inside"))
    for name, value in (("Resolution", size), ("Steps", steps)):
        box = panel.get_by_label(f"number input for {name}")
        box.fill(str(value))
        box.press("Tab")


def rows(page: Page) -> list[str]:
    """The layers that the bars are of."""
    return [name.split()[0] for name in page.locator("#inside-bars tbody th").all_inner_texts()]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1440, "dark")])
def test_a_photo_and_a_texture_grow_out_of_noise(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    look_inside(page, steps=12)
    photograph(page, f"inside-{width}-{scheme}-1-before")
    page.get_by_label("relu3_2").check()
    page.click("#rebuild-content")
    status = page.locator("#inside-status")
    expect(status).to_contain_text("Finished after 12 steps", timeout=PATIENCE)
    expect(page.locator("#inside-pane img")).to_have_count(2)
    expect(page.get_by_alt_text("From relu3_2, after step 12 of 12")).to_be_visible()
    assert rows(page) == ["relu3_2"]
    page.get_by_label("relu3_1").uncheck()
    page.click("#rebuild-style")
    expect(page.get_by_alt_text("From relu1_1, relu2_1, after step 12 of 12")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#inside-pane")).to_be_in_viewport(ratio=0.9)
    assert rows(page) == ["relu1_1", "relu2_1"]
    expect(page.locator("#inside-stop")).to_be_hidden()
    photograph(page, f"inside-{width}-{scheme}-2-after")


def test_it_can_be_stopped(open_page: Open) -> None:
    page = open_page()
    look_inside(page, steps=400)
    page.click("#rebuild-style")
    page.wait_for_selector("#inside-bars tbody tr", timeout=PATIENCE)
    expect(page.locator("#rebuild-content")).to_be_disabled()  # one at a time
    page.click("#inside-stop")
    expect(page.locator("#rebuild-content")).to_be_enabled(timeout=STOPPED)
    expect(page.locator("#inside-status")).to_contain_text("Stopped after step")
    stopped = page.locator("#inside-status").inner_text()
    page.wait_for_timeout(1500)
    assert page.locator("#inside-status").inner_text() == stopped
    expect(page.locator("#inside-pane img")).to_have_count(2)  # what was made stays


def test_without_layers_it_says_what_to_do(open_page: Open) -> None:
    page = open_page()
    look_inside(page, steps=4)
    for layer in ("relu1_1", "relu2_1", "relu3_1"):
        page.get_by_label(layer).uncheck()
    page.click("#rebuild-style")
    expect(page.get_by_test_id("toast-body")).to_contain_text("No layer is chosen")
