"""The buttons of the drawers: one each, closed at first, in the visitor's language."""

from __future__ import annotations

from demo.browser.drawers import DRAWERS, drawers
from demo.ui import STYLES


def test_there_is_a_button_for_each_and_all_are_closed() -> None:
    page = drawers("es")
    assert page.count("<button") == page.count('aria-expanded="false"') == len(DRAWERS)
    assert ">Cuadro<" in page


def test_the_stylesheet_knows_what_is_on_each() -> None:
    sheet = (STYLES / "drawers.css").read_text("utf-8")
    assert all(f'[data-drawer="{name}"]' in sheet for name in DRAWERS)
