"""For everybody: what axe-core, the common checker of accessibility, finds, and what can be done from the keyboard."""

from __future__ import annotations

import re
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from demo.browser import html
from demo.words import LANGUAGES
from tests.support.axe import complaints
from tests.support.page import ENDLESS, PATIENCE, Open, drawer, open_how, start
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]

MANY = 110  # more than there is to reach

# Where the element that has the focus stands: its column, and the top and bottom of its frame on the page.
FOCUSED = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const frame = (element.closest('#pictures > *, .pairs, #take-home > *, #acts') ?? element).getBoundingClientRect();
    const scroller = element.closest('#choices'), down = scrollY + (scroller?.scrollTop ?? 0);
    return {
        column: scroller ? 'right' : 'left', top: Math.round(frame.top + down), bottom: Math.round(frame.bottom + down)
    };
}"""
# The entry of an open list that Enter would choose.
ACTIVE = "() => document.querySelector('[role=option].active')?.textContent ?? ''"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_the_studio_is_for_everybody(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    assert complaints(page) == []
    start(page, steps=8)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    with drawer(page, "mine"):
        page.locator("#results button").click(timeout=PATIENCE)
        expect(page.get_by_alt_text("The result")).to_be_visible()
        assert complaints(page) == []
    for name in ("photo", "adjust"):
        with drawer(page, name):
            assert complaints(page) == []
    page.get_by_role("tab", name="See inside").click()
    assert complaints(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_how_it_works_is_for_everybody(open_page: Open, scheme: str) -> None:
    page = open_how(open_page(scheme=scheme))
    assert complaints(page) == []


def go_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press the key until what has the focus is what is looked for."""
    for _ in range(MANY):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{key} doesn't lead to {selector}")


def type_number(page: Page, label: str, value: int, key: str = "Tab") -> None:
    go_to(page, f"#work [aria-label='number input for {label}']", key)
    page.keyboard.press("Control+A")
    page.keyboard.type(str(value))


def choose(page: Page, words: str) -> None:
    """From the list that has the focus; the next key waits until the last one has shown."""
    for _ in range(MANY):
        before = page.evaluate(ACTIVE)
        page.keyboard.press("ArrowDown")
        page.wait_for_function(f"before => ({ACTIVE})() !== before", arg=before)
        if words in page.evaluate(ACTIVE):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"no key leads to {words}")


def test_the_focus_goes_down_the_page(open_page: Open) -> None:
    page = open_page()
    page.click("#add")
    with settling(page):
        start(page, steps=8)
        page.wait_for_selector("#comparison img", timeout=PATIENCE)
    page.get_by_role("tab", name="Paint").focus()
    seen = [page.evaluate(FOCUSED)]
    while len(seen) < MANY and seen[-1]:
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    stops = [stop for stop in seen if stop]
    assert len(stops) > 30
    columns = [stop["column"] for stop in stops]
    assert sum(one != other for one, other in zip(columns, columns[1:], strict=False)) == 2
    for one, other in zip(stops, stops[1:], strict=False):
        assert other["column"] != one["column"] or other["bottom"] > one["top"], (one, other)


def test_a_whole_visit_by_keyboard(open_page: Open) -> None:
    page = open_page()
    page.wait_for_selector("#painting .image-frame img")
    go_to(page, "#examples [data-index='0']")
    for _ in range(2):  # a row is one stop for Tab
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#examples [aria-pressed=true]")).to_have_attribute("data-index", "2")
    expect(page.locator("#examples [data-index='2']")).to_be_focused()
    type_number(page, "Resolution", 128)
    type_number(page, "Steps", ENDLESS)
    go_to(page, "#stylize", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#stop")).to_be_focused()
    expect(page.locator("#status")).to_contain_text(f"of {ENDLESS}", timeout=PATIENCE)
    expect(page).to_have_title(re.compile(r"^\d+ % · Neural style transfer$"))
    go_to(page, "[aria-label='range slider for How much painting?']")
    page.keyboard.press("PageUp")
    expect(page.locator("#hint")).to_contain_text("The picture follows from the next step on.")
    expect(page.locator("#status")).to_contain_text(re.compile(r"step (?!1 )\d+ of"), timeout=PATIENCE)
    go_to(page, "#stop", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    expect(page.locator("#stylize")).to_be_focused()
    expect(page).to_have_title("Neural style transfer")
    go_to(page, "#comparison [role=slider]", "Shift+Tab")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#comparison [role=slider]")).to_have_attribute("aria-valuenow", "70")
    expect(page.locator("#comparison [role=slider]")).to_have_attribute("aria-valuetext", "70 %")
    clipped = page.locator("#comparison img").last.evaluate("image => getComputedStyle(image).clipPath")
    assert clipped == "inset(0px 0px 0px 70%)"
    with settling(page):  # each has a file made, and while it is the button rests
        go_to(page, "#timeline [type=range]")
        page.keyboard.press("Home")
    expect(page.locator("#status")).to_contain_text("This is the result now: step 1.")
    with settling(page):
        go_to(page, "#format input")
        choose(page, "JPEG")
    expect(page.locator("#download")).to_contain_text("JPEG", timeout=PATIENCE)
    assert not page.evaluate("() => document.activeElement.matches('#stylize')")  # Enter would paint anew
    go_to(page, "#download", "Shift+Tab")
    with page.expect_download() as arriving:
        page.keyboard.press("Enter")
    assert arriving.value.suggested_filename.endswith(".jpg")
    type_number(page, "Steps", 4)
    go_to(page, "#six", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".sketch:enabled img")).to_have_count(6, timeout=PATIENCE)
    go_to(page, ".sketch[data-index='4']")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)
    go_to(page, "[role=tab]:not(.selected)", "Shift+Tab")
    page.keyboard.press("Enter")
    go_to(page, "#inside-choices .label-wrap")
    page.keyboard.press("Enter")
    for label in ("Resolution", "Steps"):  # so that it isn't over before it is stopped
        go_to(page, f"#inside-choices [aria-label='range slider for {label}']")
        page.keyboard.press("End")
    go_to(page, "#rebuild", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#inside-stop")).to_be_focused(timeout=PATIENCE)
    page.wait_for_selector("#inside-bars tbody tr", state="attached", timeout=PATIENCE)
    page.keyboard.press("Enter")
    expect(page.locator("#inside-status")).to_contain_text("Stopped after step", timeout=PATIENCE)


def test_the_time_beside_the_button_moves_nothing(open_page: Open) -> None:
    """On a phone it has little room, and is told later than the rest."""
    page = open_page(390, 844)
    expect(page.locator("#estimate")).to_contain_text("about", timeout=PATIENCE)
    row = page.locator("#go").evaluate("go => go.getBoundingClientRect().height")
    for language, is_measuring in product(LANGUAGES, (True, False)):
        page.locator("#estimate .estimate").evaluate(
            "(estimate, html) => { estimate.outerHTML = html; }", html.estimate(language, None, is_measuring)
        )
        assert page.locator("#go").evaluate("go => go.getBoundingClientRect().height") == row


def luminance(colour: str) -> float:
    """Relative, as WCAG defines it, of `rgb(r, g, b)`."""
    shares = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_knobs_of_sliders_can_be_seen(open_page: Open, scheme: str) -> None:
    page = open_page(scheme=scheme)
    knob, ground = page.locator(".dial .slider_input_container").first.evaluate(
        """container => {
            const colour = name => {
                const probe = container.appendChild(document.createElement('i'));
                probe.style.color = `var(${name})`;
                const found = getComputedStyle(probe).color;
                probe.remove();
                return found;
            };
            return [colour('--knob'), colour('--block-background-fill')];
        }"""
    )
    low, high = sorted(map(luminance, (knob, ground)))
    assert (high + 0.05) / (low + 0.05) >= 3
