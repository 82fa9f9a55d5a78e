"""A result given away in a real browser: a link that opens with it, a picture with the photo, the system's sheet."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.page import PATIENCE, Open, load_anew, photograph, start
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]

# Stand-ins for what the system shows: the sheet that shares a file, and a notification. A tab that isn't seen.
SYSTEM = """() => {
    navigator.canShare = () => true;
    navigator.share = async ({files: [file], title}) => { window.given = [file.name, file.type, file.size, title]; };
    window.notified = [];
    window.Notification = class extends EventTarget {
        static permission = 'default';
        static async requestPermission() { return (this.permission = 'granted'); }
        constructor(title, {body}) { super(); window.notified.push(`${title}: ${body}`); }
    };
    Object.defineProperty(document, 'hidden', {get: () => window.isHidden ?? false});
}"""
COPIED = """async () => {
    const [item] = await navigator.clipboard.read();
    const image = await createImageBitmap(await item.getType('image/png'));
    return [image.width, image.height];
}"""


def prepared(page: Page) -> Page:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script(f"({SYSTEM})()")
    load_anew(page)
    page.wait_for_selector("#painting .image-frame img", state="attached")  # in a drawer
    return page


def test_a_result_is_given_away(open_page: Open) -> None:
    page = prepared(open_page(390, 844))
    assert page.evaluate("Notification.permission") == "default"  # nobody was asked at load
    with settling(page):
        start(page, steps=30)
        page.click(".notify")
        expect(page.locator(".notify")).to_have_attribute("aria-pressed", "true")
        page.evaluate("window.isHidden = true")
        page.wait_for_selector("#comparison img", timeout=PATIENCE)
    assert page.evaluate("window.notified") == [
        "Your picture is done: Finished after 30 steps. Drag the handle to compare with the photo."
    ]
    expect(page.locator(".notify")).to_be_hidden()
    page.click("#copy-image")
    expect(page.locator("#shared")).to_have_text("Photo and picture are copied as one.")
    assert page.evaluate(COPIED) == [2 * 128 + 2, 85 + 2 * 12]
    page.click("#share-file")
    page.wait_for_function("window.given")
    name, kind, size, title = page.evaluate("window.given")
    assert (name, kind, title) == (
        "neuschwanstein_starry_night_128.png",
        "image/png",
        "Neuschwanstein Castle × The Starry Night",
    )
    assert size > 10_000
    with settling(page):
        page.click("#copy-result-link")
    expect(page.locator("#shared")).to_have_text("The link is copied.")
    photograph(page, "390-shared")
    link = page.evaluate("navigator.clipboard.readText()")
    opened = open_page(query=link.removeprefix(page.url.split("?")[0]))
    expect(opened.locator("#pane img")).to_have_attribute("alt", "The result that the link shows")
    expect(opened.get_by_label("number input for Steps")).to_have_value("30")
