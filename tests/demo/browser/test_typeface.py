"""The letters of headings are a small file of the page's own, with its licence, and can write what the page says."""

from __future__ import annotations

from PIL import ImageFont
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.browser import typeface
from demo.browser.thumbnails import KEPT
from demo.ui import STYLES
from demo.words import LANGUAGES, say

LARGEST = 60_000  # bytes


def test_the_file_is_found_where_styles_and_page_ask_for_it() -> None:
    client = TestClient(Starlette(routes=[typeface.ROUTE]))
    answer = client.get(typeface.ADDRESS.removeprefix("."))
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("font/woff2", KEPT)
    assert answer.content[:4] == b"wOF2"
    assert len(answer.content) < LARGEST
    assert typeface.ADDRESS in typeface.PRELOAD
    assert typeface.ADDRESS in (STYLES / "typeface.css").read_text("utf-8")


def test_it_may_be_passed_on() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in typeface.FILE.with_name("OFL.txt").read_text("utf-8")


def test_it_has_the_letters_of_english_and_spanish() -> None:
    font = ImageFont.truetype(typeface.FILE, 64)
    names = ("page.title", "how.title", "gallery.title")
    headings = "".join(say(language, name).strip("# ") for language in LANGUAGES for name in names)
    unknown = bytes(font.getmask("\uffff"))
    assert bytes(font.getmask("\u6f22")) == unknown
    assert {
        letter
        for letter in headings + "áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”’…×"
        if letter != " " and bytes(font.getmask(letter)) == unknown
    } == set()
