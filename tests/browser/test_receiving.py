"""Files come from anywhere on the page: dropped by a real drag of the browser, pasted, or by a click on a slot."""

from __future__ import annotations

import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.page import Open, photograph
from tests.support.paths import ROOT
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]

EXAMPLES = ROOT / "examples"
CAT, WAVE, POPPIES = EXAMPLES / "content/cat.jpg", EXAMPLES / "style/great_wave.jpg", EXAMPLES / "style/poppies.jpg"

# A picture of the clipboard comes to whatever has the focus.
PASTE = """() => {
    const clipboardData = new DataTransfer();
    const bytes = Uint8Array.from(atob('%s'), each => each.charCodeAt(0));
    clipboardData.items.add(new File([bytes], 'image.png', {type: 'image/png'}));
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
}"""


def drag(page: Page, x: int, y: int, *files: Path, until: str = "drop") -> None:
    """Files from elsewhere come over a place of the window, and are dropped there."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    kinds = ("dragEnter", "dragOver", "drop")
    for kind in kinds[: kinds.index(until) + 1]:
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
    session.detach()


def check_shown(page: Page, **names: str) -> None:
    for place, name in names.items():
        picture = page.locator(f"#{place.replace('_', '-')} .image-frame img")
        expect(picture).to_have_attribute("src", re.compile(name))


def test_why_a_file_was_not_taken_stays_at_its_slot_until_another_comes(open_page: Open, tmp_path: Path) -> None:
    page = open_page(1440, 900, locale="es-ES")
    check_shown(page, photo="neuschwanstein", painting="starry_night")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture at all")
    for slot in ("photo", "painting"):
        page.set_input_files(f"#{slot} input[type=file]", broken)
        expect(page.locator(f"#{slot} .slot-error")).to_contain_text("este archivo no es una imagen")
    photo = page.locator("#photo .image-frame")
    expect(photo).to_have_accessible_description(re.compile("este archivo no es una imagen"))
    for toast in page.get_by_test_id("toast-close").all():
        toast.click()
    expect(page.get_by_test_id("toast-body")).to_have_count(0)
    expect(page.locator("#photo .slot-error")).to_be_visible()
    page.set_input_files("#photo input[type=file]", CAT)
    check_shown(page, photo="cat", painting="starry_night")
    expect(page.locator("#photo .slot-error")).to_have_count(0)
    expect(page.locator("#painting .slot-error")).to_be_visible()
    photograph(page, "slot-error", whole=False)


def test_a_file_may_be_dropped_anywhere_on_the_page(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    check_shown(page, photo="neuschwanstein", painting="starry_night")
    target = page.locator(".targets [data-place=painting]")
    expect(target).to_be_hidden()
    drag(page, 1300, 450, POPPIES, until="dragOver")
    expect(target).to_have_class("over")
    expect(page.locator(".targets [data-place=painting-second]")).to_be_hidden()
    photograph(page, "drop-targets", whole=False)
    drag(page, 1300, 450, POPPIES)
    expect(target).to_be_hidden()
    check_shown(page, photo="neuschwanstein", painting="poppies")
    drag(page, 2, 2, CAT)  # beside both targets
    check_shown(page, photo="cat", painting="poppies")
    page.click("#add")
    expect(page.locator("#painting-second")).to_be_visible()
    drag(page, 700, 300, CAT, WAVE, POPPIES, CAT)
    check_shown(page, photo="cat", painting="great_wave", painting_second="poppies")
    toast = page.get_by_test_id("toast-body")
    expect(toast).to_contain_text("4 files came, and there is room for 3 here")
    drag(page, 300, 300, tmp_path)
    expect(toast).to_contain_text("is a folder")
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(51 * 2**20)
    drag(page, 300, 300, large)
    expect(toast).to_contain_text("large.jpg has more than 50 MB")
    drag(page, 700, 850, CAT)  # what was made here comes back by its recipe
    expect(toast.filter(has_text="cat.jpg carries no recipe")).to_be_visible()
    check_shown(page, photo="cat", painting="great_wave", painting_second="poppies")


def test_a_picture_may_be_pasted_and_a_filled_slot_clicked(open_page: Open) -> None:
    page = open_page()
    check_shown(page, photo="neuschwanstein", painting="starry_night")
    for place in ("photo", "painting"):
        with page.expect_file_chooser() as choosing:
            page.locator(f"#{place}").click(position={"x": 110, "y": 150})
        with settling(page):  # what the server sees in it may draw the slot anew
            choosing.value.set_files(CAT)
        check_shown(page, **{place: "cat"})
    with page.expect_file_chooser():
        page.locator("#photo .image-frame").press("Enter")
    paste = PASTE % small_picture()
    page.get_by_label("number input for Steps").focus()
    page.evaluate(paste)
    page.locator("#stylize").focus()
    page.locator("#stylize").hover()
    check_shown(page, photo="cat")
    page.evaluate(paste)
    check_shown(page, photo="image.png", painting="cat")
    page.locator("#painting").hover()
    page.evaluate(paste)
    check_shown(page, photo="image.png", painting="image.png")


def small_picture() -> str:
    """A PNG as base64."""
    stream = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(stream, "PNG")
    return b64encode(stream.getvalue()).decode()
