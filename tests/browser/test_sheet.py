"""The contact sheet in a real browser: six appear in frames that stay where they are, and one is painted large."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import complaints
from tests.support.page import ENDLESS, PATIENCE, STOPPED, Open, photograph, set_number, shown_step, wait_for_step

pytestmark = [pytest.mark.browser, pytest.mark.weights]

STEPS = 6
STRENGTH = "number input for How much painting?"
STROKES = "number input for How large are the strokes?"


def ask_for_six(page: Page, steps: int = STEPS) -> None:
    set_number(page, "Resolution", 128)
    set_number(page, "Steps", steps)
    page.click("#six")
    expect(page.locator(".sketch")).to_have_count(6)


def frames(page: Page) -> list[dict[str, float]]:
    """Where the six stand on the page."""
    found: list[dict[str, float]] = page.locator(".sketch .frame").evaluate_all(
        "frames => frames.map(frame => frame.getBoundingClientRect()).map(({x, y, width, height}) =>"
        " ({x: x + scrollX, y: y + scrollY, width, height}))"
    )
    return found


def test_six_appear_and_the_one_that_is_clicked_is_painted_large(open_page: Open) -> None:
    page = open_page(390, 844, "dark")
    ask_for_six(page)
    before = frames(page)
    photograph(page, "sheet-390-dark-1-before")
    expect(page.locator(".sketch:enabled img")).to_have_count(6, timeout=PATIENCE)
    expect(page.locator("#sheet-status")).to_contain_text("Click the one you like")
    expect(page.locator("#stop-sheet")).to_be_hidden()
    assert frames(page) == before
    photograph(page, "sheet-390-dark-2-after")
    assert complaints(page) == []
    assert len({image.get_attribute("src") for image in page.locator(".sketch img").all()}) == 6
    page.get_by_role("button", name="Large strokes, 90 %, strokes × 2: paint it large").click()
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    expect(page.get_by_label(STRENGTH)).to_have_value("90")
    expect(page.get_by_label(STROKES)).to_have_value("2")
    expect(page.locator("#status")).to_contain_text(f"Finished after {STEPS} steps")


def test_six_can_be_stopped_and_asked_for_again(open_page: Open) -> None:
    page = open_page()
    ask_for_six(page, steps=70)
    page.wait_for_selector(".sketch img", timeout=PATIENCE)
    page.click("#stop-sheet")
    expect(page.locator("#sheet-status")).to_contain_text("Stopped", timeout=STOPPED)
    expect(page.locator("#stop-sheet")).to_be_hidden(timeout=STOPPED)
    painted = page.locator(".sketch img").count()
    page.wait_for_timeout(1500)
    assert page.locator(".sketch img").count() == painted < 6  # nothing arrives after the end
    assert [frame.is_visible() for frame in page.locator(".sketch").all()] == [True] * painted + [False] * (6 - painted)
    photograph(page, "sheet-stopped")
    ask_for_six(page)
    expect(page.locator(".sketch:enabled img")).to_have_count(6, timeout=PATIENCE)


def test_a_sketch_that_is_clicked_during_a_run_is_painted_at_once(open_page: Open) -> None:
    page = open_page()
    ask_for_six(page, steps=ENDLESS)
    page.locator(".sketch:enabled").first.click(timeout=PATIENCE)
    expect(page.locator("#status")).to_contain_text(re.compile(rf"step \d+ of {ENDLESS}"), timeout=PATIENCE)
    set_number(page, "How much painting?", 60)
    expect(page.locator("#hint")).to_contain_text("follows from the next step on")
    for _ in range(6):  # pictures that were on their way, or begun, when the dial was moved show nothing of it
        wait_for_step(page, shown_step(page) + 1)
    set_number(page, "Steps", 100)  # of which some are left when Stop is looked for
    page.locator(".sketch:enabled").first.click()
    expect(page.locator("#status")).to_contain_text(re.compile(r"step \d+ of 100(?!\d)"), timeout=PATIENCE)
    expect(page.locator("#stop")).to_be_visible()
    expect(page.locator("#stylize")).to_be_hidden()
    expect(page.locator("#status")).to_contain_text("Finished after 100 steps", timeout=PATIENCE)
    expect(page.locator("#stop")).to_be_hidden()
    expect(page.locator("#results button")).to_have_count(2)  # what was left has been kept
    expect(page.locator("#results button").last).to_contain_text("60 %")  # and wasn't steered by the sketch
    expect(page.locator("#results button").first).to_contain_text("15 % · 128 px · 100 steps")
    page.wait_for_timeout(1500)
    expect(page.locator("#status")).to_contain_text("Finished after 100 steps")  # nothing else was painted


def test_a_sketch_can_be_chosen_while_the_others_are_still_coming(open_page: Open) -> None:
    page = open_page()
    ask_for_six(page, steps=20)
    page.locator(".sketch:enabled").first.click(timeout=PATIENCE)
    expect(page.get_by_label(STRENGTH)).to_have_value("15")
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    expect(page.locator("#status")).to_contain_text("Finished after 20 steps")
    assert page.locator(".sketch img").count() < 6
