"""The page "How it works" in a real browser: equations, figures, languages, widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demo.words import say
from tests.support.page import Open, open_how

pytestmark = [pytest.mark.browser, pytest.mark.weights]

LOADED = "() => [...document.querySelectorAll('#how img')].every(image => image.complete && image.naturalWidth > 100)"
# What sticks out of the window, but for formulas, which scroll within their line.
STICKING_OUT = """() => [...document.querySelectorAll('#how *')]
    .filter(element => !element.closest('.katex, svg') && element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.outerHTML.slice(0, 80))"""


def look_at_all_figures(page: Page) -> None:
    for figure in page.locator("#how .how-figure img").all():
        figure.scroll_into_view_if_needed()
    page.wait_for_function(LOADED)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_the_page_has_its_equations_and_figures(open_page: Open, width: int, scheme: str) -> None:
    page = open_how(open_page(width=width, scheme=scheme))
    expect(page.get_by_role("heading", level=1)).to_have_text(say("en", "how.title"))
    look_at_all_figures(page)
    expect(page.locator("#how .katex-display")).to_have_count(9)
    expect(page.locator("#how .katex-error")).to_have_count(0)
    expect(page.locator("#how .how-figure img")).to_have_count(25)
    expect(page.locator("#how svg path").first).to_be_attached()
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_spanish_browser_gets_spanish(open_page: Open) -> None:
    studio = open_page(locale="es-ES")
    expect(studio.locator("#introduction a")).to_have_text("Cómo funciona")
    page = open_how(studio)
    expect(page.get_by_role("heading", level=1)).to_have_text("Cómo funciona")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Contenido: qué hay en la imagen")
    expect(page.locator("#how figcaption")).to_have_text(say("es", "losses.caption"))
    expect(page.get_by_role("group", name=say("es", "how.scales_alt"))).to_be_attached()
    expect(page.locator(".cells p").get_by_text("el cuadro", exact=True)).to_be_visible()
    assert "__i18n__" not in page.locator("#how").inner_text()
    assert page.evaluate("document.documentElement.lang") == "es"


def test_there_is_a_way_back(open_page: Open) -> None:
    page = open_how(open_page())
    page.get_by_role("link", name=say("en", "how.back")).click()
    page.wait_for_selector("#stylize")
