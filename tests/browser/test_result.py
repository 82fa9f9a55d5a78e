"""What stands beside a result in a real browser: which pair it is of, what comes next, and the moment in the curves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.page import ENDLESS, PATIENCE, Open, choose_pair, download, photograph, show_measures, start, stop
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]

# How far down the page what stands below the line about the pair begins.
BELOW = """() => {
    const [pair, below] = ['pair', 'take-home'].map(id => document.getElementById(id).getBoundingClientRect().top);
    return Math.round(below - pair);
}"""

# A line across the curves: they begin half a step to the right of where it does, and the numbers of its axis end there.
GRID = "#losses path[style*='stroke-opacity: 0.22']"


def done(page: Page) -> int:
    """The steps that the curves show."""
    label = page.locator("#losses figure").get_attribute("aria-label") or ""
    return int(re.findall(r"after step (\d+)", label)[0])


def check_paper(page: Page, folder: Path) -> None:
    """A paper is chosen: what to expect of it is told, and the file tells a printer."""
    with settling(page):
        page.click("#paper input")
        page.get_by_role("option", name="A4").click()
    expect(page.locator("#on-paper")).to_contain_text("On A4 it will be 29.6 × 19.6 cm, at 11 dpi")
    with Image.open(download(page, folder)) as picture:
        assert [round(each) for each in picture.info["dpi"]] == [11, 11]


def test_an_old_result_says_that_it_is_of_another_pair(open_page: Open, tmp_path: Path) -> None:
    page = open_page(390, 844, "dark")
    start(page, steps=4)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    pair, name = page.locator("#pair p"), "Neuschwanstein Castle × The Starry Night"
    expect(pair).to_have_text(name)
    for button in ("keep-going", "larger"):
        expect(page.locator(f"#{button}-time")).to_have_text(re.compile(r"about \d+ (s|min)"), timeout=PATIENCE)
    check_paper(page, tmp_path)
    photograph(page, "390-dark-on-paper")
    place = page.evaluate(BELOW)
    choose_pair(page, 4)
    expect(pair).to_have_text(
        f"You have chosen another pair: Paint begins it. The buttons below go on with this one, {name}."
    )
    assert page.evaluate(BELOW) == place
    photograph(page, "390-dark-another-pair")
    page.click("#keep-going")
    expect(page.locator("#status")).to_contain_text("Finished after 5 steps", timeout=PATIENCE)
    expect(pair).to_contain_text(f"go on with this one, {name}")
    expect(page.locator("#paper input")).to_have_value("no paper")
    expect(page.locator("#on-paper")).to_have_text("")
    page.click("#stylize")
    expect(page.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)
    expect(pair).to_have_text("Red panda × Summertime")
    assert page.evaluate(BELOW) == place


def test_the_moment_of_the_timeline_is_marked_in_the_curves(open_page: Open) -> None:
    page = open_page()
    start(page, steps=ENDLESS)
    # With fewer, the first is so far from the axis that its number has room where it is.
    page.wait_for_function("window.steps.some(step => step >= 20)", timeout=PATIENCE)
    marker, slider = page.locator("#losses .moment"), page.locator("#timeline input[type=range]")
    show_measures(page)
    expect(marker).to_be_hidden()
    stop(page)
    expect(marker).to_be_visible()
    expect(marker).to_have_text(slider.input_value())
    assert str(done(page)) == slider.input_value()  # the curves end where the picture is
    rightmost = marker.locator("line").evaluate("line => line.getBoundingClientRect().x")
    ends = page.locator("#losses path[style*='var(--total)']").first.evaluate(
        "path => path.getBoundingClientRect().right"
    )
    assert abs(rightmost - ends) < 3
    farthest = page.locator("#bars").inner_text()
    slider.focus()
    page.keyboard.press("Home")
    expect(marker).to_have_text("1")
    assert marker.locator("line").evaluate("line => line.getBoundingClientRect().x") < rightmost
    expect(page.locator("#bars")).not_to_have_text(farthest)
    number, axis = (
        page.locator(place).first.evaluate("place => place.getBoundingClientRect().toJSON()")
        for place in ("#losses .moment .number", GRID)
    )
    assert number["left"] >= axis["left"] - 1  # and doesn't hide the other axis's numbers
    photograph(page, "1440-light-marker")
    page.click("#keep-going")
    expect(marker).to_be_hidden(timeout=PATIENCE)


def test_the_curves_of_a_finished_run_are_whole(open_page: Open) -> None:
    page = open_page()
    start(page, steps=10)
    expect(page.locator("#status")).to_contain_text("Finished after 10 steps", timeout=PATIENCE)
    assert done(page) == 10


def moments_with_a_gap(page: Page) -> list[int]:
    """The moments of a run that was stopped, two of which lie more than two steps apart: on a busy machine few do."""
    for _ in range(5):
        start(page, steps=ENDLESS)
        page.wait_for_function(
            "window.steps.some((step, place) => window.steps[place + 1] > step + 5)", timeout=PATIENCE
        )
        stop(page)
        steps = page.locator("#moments option").evaluate_all("options => options.map(({value}) => Number(value))")
        if any(after > step + 2 for step, after in zip(steps, steps[1:], strict=False)):
            return list(steps)
    pytest.fail("no two moments lie apart")


def test_the_timeline_stands_only_where_there_is_a_picture(open_page: Open) -> None:
    page = open_page()
    steps = moments_with_a_gap(page)
    slider, box = page.locator("#timeline input[type=range]"), page.locator("#timeline input[type=number]")
    expect(slider).to_have_value(str(steps[-1]))
    place = next(place for place, step in enumerate(steps) if steps[place + 1] > step + 2)  # nothing between them

    def check(step: int) -> None:
        expect(page.locator("#status")).to_contain_text(f"This is the result now: step {step}.")
        assert (slider.input_value(), box.input_value()) == (str(step), str(step))

    for widget in (slider, box):
        widget.fill(str(steps[place] + 1))
        box.press("Tab")
        check(steps[place])
        widget.press("ArrowUp")
        check(steps[place + 1])
    slider.press("ArrowLeft")
    check(steps[place])
    slider.press("End")
    check(steps[-1])
    slider.press("ArrowRight")
    check(steps[-1])
