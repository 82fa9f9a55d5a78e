"""The photo and the picture in one frame, in a real browser: the wheel and swipes are the page's, the handle drags."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.page import PATIENCE, Open, photograph, start
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]

# Whoever swipes lets go of a page that goes on for a while.
STILL = """() => new Promise(done => {
    let was = -1, frames = 0;
    const look = () => {
        frames = scrollY === was ? frames + 1 : 0;
        was = scrollY;
        if (frames > 20) done(true);
        else requestAnimationFrame(look);
    };
    look();
})"""
AT_TOP = "() => { scrollTo({top: 0, behavior: 'instant'}); return scrollY; }"


def swipe_up(page: Page, x: float, y: float) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for moved in range(15, 120, 15):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - moved}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def spread_fingers(page: Page, x: float, y: float) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Input.synthesizePinchGesture", {"gestureSourceType": "touch", "x": x, "y": y, "scaleFactor": 2})
    session.detach()


def drag(page: Page, x: float, y: float, by: float) -> None:
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=4)
    page.mouse.up()


def test_the_page_scrolls_over_a_result_and_one_can_look_closer(open_page: Open) -> None:
    page = open_page(390, 844)
    with settling(page):
        start(page, steps=4)
        page.wait_for_selector("#comparison img", timeout=PATIENCE)
    handle, picture = page.locator("#comparison [role=slider]"), page.locator("#comparison .picture")
    assert page.evaluate(AT_TOP) == 0
    box = picture.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.wheel(0, 60)
    page.wait_for_function("scrollY === 60")
    assert page.evaluate(AT_TOP) == 0
    swipe_up(page, x, y)
    page.wait_for_function("scrollY > 40")
    page.evaluate(STILL)
    assert page.evaluate(AT_TOP) == 0
    drag(page, x, y, by=-60)
    expect(handle).to_have_attribute("aria-valuenow", "50")
    drag(page, box["x"] + box["width"] / 2, y, by=0.25 * box["width"])
    expect(handle).to_have_attribute("aria-valuenow", "75")
    expect(page.locator("#comparison img").last).to_have_css("clip-path", "inset(0px 0px 0px 75%)")
    spread_fingers(page, x, y)
    page.wait_for_function(f"document.querySelector('#comparison .picture').clientWidth > {1.3 * box['width']}")
    assert page.evaluate("visualViewport.scale") == 1  # not the page
    photograph(page, "390-looked-closer")
    for _ in range(3):
        page.get_by_role("button", name="Look from farther away").click()
    page.get_by_role("button", name="Look closer").click()
    assert picture.evaluate("picture => picture.clientWidth") == pytest.approx(2 * box["width"], abs=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
