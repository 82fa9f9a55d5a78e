"""What axe-core, the common checker of accessibility, finds on the page: nothing serious."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_how import open_how
from tests.browser.test_page import PATIENCE, start

pytestmark = [pytest.mark.browser, pytest.mark.weights]

GRAVE = {"serious", "critical"}


def complaints(page: Page) -> list[str]:
    """`color-contrast: .status p`: what is grave, and where."""
    page.wait_for_timeout(500)  # colours that fade in are judged when they are there
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_studio_is_for_everybody(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    assert complaints(page) == []
    start(page, steps=8)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    assert complaints(page) == []
    page.get_by_role("tab", name="See inside").click()
    assert complaints(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_how_it_works_is_for_everybody(open_page: Open, scheme: str) -> None:
    page = open_how(open_page(scheme=scheme))
    assert complaints(page) == []
