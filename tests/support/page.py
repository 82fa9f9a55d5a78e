"""The page in a browser: what a visitor does to it, and what must hold whenever it is looked at."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.settling import settling

Open = Callable[..., Page]  # of the fixture that opens the page

# Set, the tests leave pictures of the page there: for whoever changes it to look at. They take a while to make.
SCREENSHOTS = "NST_SCREENSHOTS"
PATIENCE = 120_000  # milliseconds for a whole small run on a busy machine
LEFT: set[Page] = set()  # pages that are being loaded anew
STOPPED = 5000  # milliseconds: 2 seconds of the contract, a step, and a busy machine
ENDLESS = 1000  # steps that no test waits for

# Notes down all that a run shows, be it for a moment: the steps of its pictures, the pictures, what the status says,
# and every size of the frame. For a screenshot of the whole page Chromium makes its window 1 x 1 pixels for a moment:
# that isn't the page's doing.
WATCH = """() => {
    window.steps = []; window.pictures = []; window.told = []; window.frames = [];
    const room = innerWidth;
    const note = (list, entry) => { if (!list.includes(entry)) list.push(entry); };
    const listen = () => {
        const picture = document.querySelector('#pane img'), step = picture?.alt.match(/\\d+/);  // the photo has none
        if (step) note(window.steps, Number(step[0]));
        if (step) note(window.pictures, picture.src);
        note(window.told, document.getElementById('status').textContent);
    };
    const look = () => {
        const {width, height} = document.querySelector('.pane').getBoundingClientRect();
        if (innerWidth === room) note(window.frames, `${Math.round(width)}x${Math.round(height)}`);
        requestAnimationFrame(look);
    };
    new MutationObserver(listen).observe(document.body, {childList: true, subtree: true});
    look();
}"""
# Whether the browser has kept a form with so many steps, and a result, which may have to be a favourite.
KEPT = """async ([steps, isFavourite]) => {
    const whole = request => new Promise(resolve => request.addEventListener('success', () => resolve(request.result)));
    if (!(await indexedDB.databases()).some(({name}) => name === 'nst-shelf')) return false;
    const database = await whole(indexedDB.open('nst-shelf'));
    const records = await whole(database.transaction('records').objectStore('records').getAll());
    database.close();
    const last = records.filter(({id}) => id.startsWith('form')).toSorted((one, other) => other.at - one.at)[0];
    const results = records.filter(({id, key}) => id.startsWith('result') && key === last.key);
    const hasResult = results.some(({values}) => !isFavourite || values.favourite);
    return last?.values.settings.steps === steps && hasResult;
}"""
# All that is to be seen is there: pictures have come, and what fades or moves has done so. What takes longer than two
# seconds is no entrance: a spinner, or the countdown of a toast, after which it is gone.
AT_REST = """() => [...document.images].every(image => image.complete || image.loading === 'lazy')
    && document.getAnimations().every(animation =>
        animation.playState !== 'running' || animation.effect.getComputedTiming().endTime > 2000)"""


def is_kept(page: Page, steps: int, *, is_favourite: bool = False) -> bool:
    """Whether the browser has kept what was painted in so many steps, and that somebody likes it.

    To be asked again and again: Playwright's own wait takes the promise of an asynchronous function for true.
    """
    kept: bool = page.evaluate(KEPT, [steps, is_favourite])
    return kept


def load_anew(page: Page) -> None:
    """As by F5; what Gradio complains of while it is left doesn't count."""
    LEFT.add(page)
    page.reload()
    page.wait_for_selector("#stylize")
    LEFT.discard(page)


def choose_pair(page: Page, index: int) -> None:
    page.locator("#examples button").nth(index).click()
    expect(page.locator("#examples [aria-pressed=true]")).to_have_attribute("data-index", str(index))


@contextmanager
def drawer(page: Page, name: str) -> Iterator[None]:
    """With what a narrow screen shows in that drawer only; a wide one shows it anyway."""
    button = page.locator(f"#drawers [data-drawer={name}]")
    opens = button.is_visible() and button.get_attribute("aria-expanded") != "true"
    if opens:
        button.click()
    yield
    if opens:
        button.click()


def set_number(page: Page, label: str, value: int) -> None:
    with drawer(page, "adjust"):
        box = page.get_by_label(f"number input for {label}")
        box.fill(str(value))
        box.press("Tab")


def start(page: Page, steps: int) -> None:
    set_number(page, "Resolution", 128)
    set_number(page, "Steps", steps)
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(WATCH)
    page.click("#stylize")


def show_measures(page: Page) -> None:
    """The losses and the layers' bars, as the button for them does, but without remembering it."""
    page.evaluate("document.documentElement.toggleAttribute('data-measures', true)")


def stop(page: Page) -> None:
    """The picture is there at once; then wait for the end of the step at hand."""
    page.click("#stop")
    page.wait_for_selector("#comparison img", timeout=STOPPED)
    expect(page.locator("#stylize")).to_be_enabled(timeout=STOPPED)


def wait_for_pictures(page: Page, count: int) -> None:
    """Until the run has shown so many; the photo that it begins with doesn't count."""
    page.wait_for_function(f"window.pictures.length >= {count}", timeout=PATIENCE)


def shown_step(page: Page) -> int:
    """The number of the step that the status tells."""
    found = re.search(r"(?:step|paso) (\d+)", page.inner_text("#status"))
    assert found is not None
    return int(found[1])


def wait_for_step(page: Page, number: int) -> None:
    """Until the status tells of that step, or a later one."""
    told = "number => Number(/(?:step|paso) (\\d+)/.exec(document.getElementById('status').innerText)?.[1]) >= number"
    page.wait_for_function(told, arg=number, timeout=PATIENCE)


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as arriving:
        page.click("#download")
    path = folder / arriving.value.suggested_filename
    arriving.value.save_as(path)
    return path


def look_back_to_the_first(page: Page) -> None:
    """Until its file is there to be downloaded, in place of the last one's."""
    with settling(page):
        page.locator("#timeline input[type=range]").focus()
        page.keyboard.press("Home")
    expect(page.locator("#status")).to_contain_text("This is the result now: step 1.")


def check_picture(path: Path, size: tuple[int, int]) -> None:
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", size)
        assert len(picture.convert("RGB").getcolors(1_000_000)) > 1000  # a painting, not a grey patch


def check_frame(page: Page) -> None:
    """Nothing jumped: the frame had one size all the time, and the slider at the end lies exactly over it."""
    page.wait_for_function(AT_REST)
    assert len(page.evaluate("window.frames")) == 1
    assert page.locator("#comparison").bounding_box() == page.locator(".pane").bounding_box()


def photograph(page: Page, name: str, *, whole: bool = True) -> None:
    """Keep a picture of the page where it is wanted, and be sure that nothing sticks out of it sideways."""
    page.wait_for_function(AT_REST)
    if folder := os.environ.get(SCREENSHOTS):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def open_how(page: Page) -> Page:
    """By the page's link, which leaves the page and its run where they are."""
    with page.context.expect_page() as opening:
        page.locator("#introduction a").click()
    opened = opening.value
    opened.wait_for_selector("#how .katex")
    return opened
