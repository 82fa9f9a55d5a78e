"""Where things stand: the picture and the dials stay in view and at hand, on a phone and on a desk."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from demo.browser import html
from demo.jobs.records import Progress
from tests.support.page import (
    ENDLESS,
    PATIENCE,
    Open,
    check_frame,
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
    page.locator("#results button").click(timeout=PATIENCE)
    page.click("#use")
    expect(page.locator("#pictures")).to_be_in_viewport(ratio=1)


def test_whoever_is_taken_elsewhere_is_not_held_back(open_page: Open) -> None:
    page = open_page(390, 844)
    page.locator("#work").evaluate("work => { work.dataset.held = ''; }")  # as at the end of a run that one scrolled by
    start(page, steps=ENDLESS)
    expect(page.locator("#work[data-held]")).to_have_count(0)
    wait_for_pictures(page, 1)
    stop(page)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (600, 800), (768, 1024)])
def test_in_one_column_the_picture_stays_in_view_while_it_is_painted(open_page: Open, width: int, height: int) -> None:
    page = open_page(width, height)
    start(page, steps=ENDLESS)
    wait_for_pictures(page, 1)
    page.locator("#settings").evaluate("settings => settings.scrollIntoView({block: 'end'})")
    expect(page.locator("#stage")).to_be_in_viewport(ratio=1)
    photograph(page, f"{width}-light-steering")
    assert page.evaluate(
        """() => {
            const {left, top, width, height} = document.getElementById('stage').getBoundingClientRect();
            return [0.1, 0.5, 0.9].every(x => [0.1, 0.5, 0.9].every(
                y => document.elementFromPoint(left + x * width, top + y * height).closest('#stage')
            ));
        }"""
    )
    stop(page)
    check_frame(page)


def test_at_the_end_of_a_run_the_dials_stay_at_hand_and_the_picture_above_them(open_page: Open) -> None:
    page = open_page(390, 844)
    dial, top = page.locator(".dial").first, "element => element.getBoundingClientRect().top"
    start(page, steps=20)
    wait_for_pictures(page, 1)
    dial.evaluate("dial => dial.scrollIntoView({block: 'center'})")
    place = dial.evaluate(top)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    expect(page.locator("#download")).to_be_attached()  # what opened above the dials
    expect(page.locator("#stage")).to_be_in_viewport(ratio=1)
    assert abs(dial.evaluate(top) - place) < 2
    photograph(page, "390-light-still-there")
    advanced = page.get_by_role("button", name="Advanced")
    advanced.evaluate("button => button.scrollIntoView({block: 'center'})")
    place = advanced.evaluate(top)
    advanced.click()
    expect(page.get_by_label("Pooling")).to_be_visible()
    assert abs(advanced.evaluate(top) - place) < 2  # whoever opens something stays where it is
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("#status")).to_be_in_viewport()
    page.locator("#settings").evaluate("settings => settings.scrollIntoView({block: 'end'})")
    expect(page.locator("#stage")).not_to_be_in_viewport()


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
