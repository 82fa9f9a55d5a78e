"""Where things stand: the picture and the dials stay in view and at hand, on a phone and on a desk."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from demo.browser import html
from demo.jobs.records import Progress
from tests.support.page import (
    ENDLESS,
    PATIENCE,
    Open,
    check_frame,
    drawer,
    photograph,
    start,
    stop,
    wait_for_pictures,
)

pytestmark = [pytest.mark.browser, pytest.mark.weights]


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_an_enlarged_picture_lies_over_all_else(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    start(page, steps=6)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#comparison").get_by_role("button", name="Fullscreen").click()
    expect(page.locator("#comparison")).to_have_css("background-color", ground)
    photograph(page, f"{width}-{scheme}-enlarged", whole=False)
    assert page.evaluate(
        """() => [0.05, 0.35, 0.65, 0.95].every(x => [0.05, 0.35, 0.65, 0.95].every(
            y => document.elementFromPoint(x * innerWidth, y * innerHeight).closest('#comparison')
        ))"""
    )
    for key in [*["Tab"] * 5, *["Shift+Tab"] * 6]:  # more than there is to reach
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.closest('#comparison') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#comparison").get_by_role("button", name="Fullscreen")).to_be_focused()
    expect(page.locator("#comparison")).not_to_have_attribute("role", "dialog")
    check_frame(page)


def test_settings_that_are_used_again_come_into_view(open_page: Open) -> None:
    page = open_page(390, 844)
    start(page, steps=4)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    with drawer(page, "mine"):
        page.locator("#results button").click()
        page.click("#use")
        expect(page.locator("#photo")).to_be_in_viewport(ratio=1)
        expect(page.locator("#gallery")).to_be_hidden()


def covered(page: Page, selector: str) -> list[str]:
    """What lies over places of an element, where something else does, or where they are out of sight."""
    found: list[str] = page.locator(selector).evaluate(
        """element => {
            const {left, top, width, height} = element.getBoundingClientRect();
            return [0.1, 0.5, 0.9].flatMap(x => [0.1, 0.5, 0.9].map(
                y => document.elementFromPoint(left + x * width, top + y * height)
            )).filter(found => !element.contains(found)).map(found => found?.outerHTML.slice(0, 80) ?? 'out of sight');
        }"""
    )
    return found


@pytest.mark.parametrize(
    ("width", "height"), [(390, 844), (768, 1024), (1024, 768), (1280, 720), (1366, 768), (1440, 900), (2560, 1440)]
)
def test_picture_and_button_are_in_view_from_the_first_moment_on(open_page: Open, width: int, height: int) -> None:
    page = open_page(width, height)
    page.wait_for_function("document.getElementById('stage').style.getPropertyValue('--ratio')")
    expect(page.locator("#estimate")).to_contain_text("about", timeout=PATIENCE)
    assert (covered(page, "#stage"), covered(page, "#stylize")) == ([], [])
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    if width < 900:  # at the thumb, wherever one is
        assert covered(page, "#stylize") == []
        for button in page.locator("#drawers button, #acts button:visible").all():
            assert button.evaluate("button => button.getBoundingClientRect().height") >= 44
    photograph(page, f"{width}-light-opened")


@pytest.mark.parametrize("width", [1440, 2560])
def test_the_picture_gets_what_the_screen_has(open_page: Open, width: int) -> None:
    page = open_page(width, width * 10 // 16)
    page.wait_for_function("document.getElementById('stage').style.getPropertyValue('--ratio')")
    sample = page.locator("#pane .sample").first
    expect(sample).to_be_visible()  # once the page knows that its first example is in the form
    assert sample.evaluate("image => image.getBoundingClientRect().width") >= 0.66 * width


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024)])
def test_on_a_narrow_screen_one_steers_beside_the_picture(open_page: Open, width: int, height: int) -> None:
    page = open_page(width, height)
    start(page, steps=20)
    wait_for_pictures(page, 1)
    with drawer(page, "adjust"):
        expect(page.locator(".dial").first).to_be_in_viewport()
        expect(page.locator("#stage")).to_be_in_viewport(ratio=1)
        assert covered(page, "#pane") == []
        assert covered(page, "#stop") == []
        photograph(page, f"{width}-light-steering")
        dial, top = page.locator(".dial").last, "element => element.getBoundingClientRect().top"
        dial.scroll_into_view_if_needed()
        place = dial.evaluate(top)
        page.wait_for_selector("#comparison img", timeout=PATIENCE)
        assert abs(dial.evaluate(top) - place) < 2  # whoever steers stays there when the run ends
    check_frame(page)


def test_each_drawer_has_its_own_and_closes(open_page: Open) -> None:
    page = open_page(390, 844)
    parts = {"photo": "#photo", "painting": "#painting", "adjust": "#settings", "mine": "#gallery"}
    for name, part in parts.items():
        page.click(f"#drawers [data-drawer={name}]")
        for other in parts.values():
            expect(page.locator(other)).to_be_visible(visible=other == part)
        photograph(page, f"390-light-drawer-{name}")
    page.keyboard.press("Escape")
    expect(page.locator("#gallery")).to_be_hidden()
    page.click("#drawers [data-drawer=photo]")
    page.set_viewport_size({"width": 844, "height": 390})
    page.click("#drawers [data-drawer=photo]")
    expect(page.locator("#photo")).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(
        """() => {
            const frame = document.getElementById('stage').getBoundingClientRect();
            const image = document.querySelector('#pane .sample').getBoundingClientRect();
            return image.width <= frame.width + 1 && image.height <= frame.height + 1;
        }"""
    )


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_hardly_anything_moves(open_page: Open, width: int, height: int) -> None:
    """The browser's own measure: on a first visit, and while a run begins, without what follows a press at once."""
    page = open_page(width, height)
    page.evaluate(
        """() => {
            window.shift = 0;
            new PerformanceObserver(list => {
                for (const {hadRecentInput, value} of list.getEntries()) if (!hadRecentInput) window.shift += value;
            }).observe({type: 'layout-shift', buffered: true});
        }"""
    )
    page.wait_for_selector("#painting .image-frame img", state="attached")
    page.wait_for_function("document.getElementById('stage').style.getPropertyValue('--ratio')")
    expect(page.locator("#estimate")).to_contain_text("about", timeout=PATIENCE)
    start(page, steps=ENDLESS)
    wait_for_pictures(page, 2)
    assert page.evaluate("window.shift") < 0.05
    stop(page)


def test_the_longest_status_fits_a_phone(open_page: Open) -> None:
    page = open_page(390, 844)
    progress = Progress(1000, 1000, (1024, 1024), (), 5300.0, (), np.zeros((1, 1, 3), np.uint8))
    page.locator("#status .status").evaluate(
        "(status, html) => { status.outerHTML = html; }", html.running("es", progress)
    )
    right = page.locator("#stage").evaluate("stage => stage.getBoundingClientRect().right")
    for part in page.locator("#status .numbers span").all():
        assert part.evaluate("span => span.getBoundingClientRect().right") <= right + 1
    photograph(page, "390-longest-status")
