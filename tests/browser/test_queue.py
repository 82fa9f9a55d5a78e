"""Several visitors at once: they take turns, and who leaves makes room."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.support.page import ENDLESS, PATIENCE, Open, photograph, start, wait_for_pictures

pytestmark = [pytest.mark.browser, pytest.mark.weights]

FREED = 10.0  # seconds: 5 in which a page may be loaded anew, 2 of the contract, a step, and a busy machine
TOLD = 5000  # milliseconds until one hears of a new place in line


def test_two_tabs_take_turns_and_a_closed_one_makes_room(open_page: Open) -> None:
    # A profile each: a browser has six connections to a server, and each tab that runs holds two.
    first, second, third = (open_page(height=height) for height in (900, 910, 920))
    start(first, steps=ENDLESS)
    wait_for_pictures(first, 1)
    start(second, steps=ENDLESS)
    expect(second.locator("#status")).to_contain_text(re.compile(r"One person before you, about \d+"), timeout=TOLD)
    start(third, steps=4)
    expect(third.locator("#status")).to_contain_text("2 people before you")
    photograph(third, "waiting")
    assert_freed(first, second)
    expect(third.locator("#status")).to_contain_text("One person before you", timeout=TOLD)
    assert_freed(second, third)
    expect(third.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)


def assert_freed(closed: Page, waiting: Page) -> None:
    """Closing the one tab lets the other begin."""
    began = time.monotonic()
    closed.evaluate("dispatchEvent(new Event('pagehide'))")  # which closing it here doesn't do
    closed.close()
    wait_for_pictures(waiting, 1)
    assert time.monotonic() - began < FREED
