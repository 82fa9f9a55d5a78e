"""What axe-core, the common checker of accessibility, finds on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.page import AT_REST


def complaints(page: Page) -> list[str]:
    """`color-contrast: .status p`: what was found, and where."""
    page.wait_for_selector(".loading", state="hidden")  # Gradio's, until all is there
    page.wait_for_function(AT_REST)  # colours that fade in are judged when they are there
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
