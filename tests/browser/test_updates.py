"""Answers that reach the browser together, as they do wherever it or the server is busy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.support.serving import serving

pytestmark = pytest.mark.browser


def all_at_once(route: Route) -> None:
    """The whole stream of events in one piece, once it has ended."""
    route.fulfill(response=route.fetch())


def test_of_answers_that_come_together_none_is_lost(browser: Browser, tmp_path: Path) -> None:
    with serving("tests.support.hasty", tmp_path) as url, browser.new_context() as context:
        page = context.new_page()
        page.route("**/queue/data*", all_at_once)
        page.goto(url)
        page.get_by_role("button", name="Begin").click()
        expect(page.locator("#text textarea")).to_have_value("third")
        expect(page.locator("#late")).to_have_text("Leave the line")
        expect(page.locator("#late")).to_be_visible()
