"""See inside in a real browser: it opens on what was rebuilt before, and one's own pictures grow out of noise."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import complaints
from tests.support.page import PATIENCE, STOPPED, Open, drawer, load_anew, photograph

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
def test_one_walks_through_the_layers_of_the_example_and_of_a_photo_of_one_s_own(
    open_page: Open, width: int, scheme: str
) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    with drawer(page, "photo"):
        page.locator("#photos").get_by_role("button", name="Playing kitten").press("Enter")
    look_inside(page, steps=12)
    expect(page.locator("#inside-rows img")).to_have_count(12)
    expect(page.locator("#inside-pane img")).to_have_count(2)
    photograph(page, f"inside-{width}-{scheme}-1-example")
    page.get_by_role("button", name="relu4_1, shapes: show it large", exact=True).press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#inside-pane")).to_contain_text("From relu5_1, after step")
    page.get_by_label("Those you chose: Playing kitten × The Starry Night").check()
    expect(page.locator("#inside-rows img")).to_have_count(7)  # that painting is the example's
    page.get_by_role("button", name="relu3_1, strokes: rebuild it", exact=True).click()
    expect(page.locator("#inside-stop")).to_be_visible()
    if width == 390:
        assert complaints(page) == []
    expect(page.locator("#inside-status")).to_contain_text("Rebuilt in 12 steps", timeout=PATIENCE)
    expect(page.get_by_alt_text("From relu3_1, after step 12 of 12")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#inside-rows img")).to_have_count(8)
    assert rows(page) == ["relu3_1"]
    page.get_by_role("button", name="to relu2_1, fine texture: show it large").click()
    expect(page.locator("#inside-pane")).to_contain_text("From relu1_1, relu2_1, after step")
    assert rows(page) == ["relu1_1", "relu2_1"]
    expect(page.locator("#inside-stop")).to_be_hidden()
    photograph(page, f"inside-{width}-{scheme}-2-own")


def test_what_the_network_measures_is_shown_to_whoever_asks_and_that_is_remembered(open_page: Open) -> None:
    page = open_page(1366, 768)
    look_inside(page, steps=1)
    bars, switch = page.locator("#inside-bars"), page.locator("#inside .measures-switch button")
    expect(bars).to_be_hidden()
    switch.click()
    expect(bars).to_contain_text("relu4_1")
    expect(bars).to_be_visible()
    load_anew(page)
    look_inside(page, steps=1)
    expect(bars).to_be_visible()
    expect(switch).to_have_attribute("aria-expanded", "true")
    switch.click()  # for whoever comes by the same profile
    expect(bars).to_be_hidden()


def test_it_can_be_stopped(open_page: Open) -> None:
    page = open_page()
    look_inside(page, steps=400)
    page.click("#rebuild")
    page.wait_for_selector("#inside-bars tbody tr", state="attached", timeout=PATIENCE)
    expect(page.locator("#inside-pane")).to_contain_text("of 400")
    page.click("#inside-stop")
    expect(page.locator("#rebuild")).to_be_visible(timeout=STOPPED)
    expect(page.locator("#inside-status")).to_contain_text("Stopped after step")
    stopped = page.locator("#inside-status").inner_text()
    page.wait_for_timeout(1500)
    assert page.locator("#inside-status").inner_text() == stopped
    expect(page.locator("#inside-pane img")).to_have_count(2)  # what was made stays
