"""The gallery, dropped results and links in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from nst_core.recipe import read_recipe
from tests.support.page import PATIENCE, Open, load_anew, look_back_to_the_first, photograph, set_number
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]

STRENGTH = "How much painting?"


def strength(page: Page) -> str:
    return page.get_by_label(f"number input for {STRENGTH}").input_value()


def paint(page: Page, value: int, made: int) -> None:
    """A small picture of that strength, the `made`-th in the gallery."""
    set_number(page, STRENGTH, value)
    set_number(page, "Resolution", 128)
    set_number(page, "Steps", 4)
    page.click("#stylize")
    expect(page.locator("#results button")).to_have_count(made, timeout=PATIENCE)


def test_what_was_made_gives_its_settings_back(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    expect(page.locator("#results")).to_contain_text("is collected here")
    paint(page, 30, 1)
    paint(page, 70, 2)
    expect(page.locator("#results button").first).to_have_text("70 % · 128 px · 4 steps")
    page.get_by_role("button", name="30 % painting").click()
    page.wait_for_selector("#made img")
    photograph(page, "gallery-1440")
    page.click("#use")
    expect(page.get_by_label(f"number input for {STRENGTH}")).to_have_value("30")
    with page.expect_download() as arriving:
        page.click("#download-made")
    path = tmp_path / arriving.value.suggested_filename
    arriving.value.save_as(path)
    again = open_page(390, 844, query="?photo=cat")
    expect(again.locator("#photo .image-frame img")).to_have_attribute("src", re.compile("cat"))
    again.set_input_files("#drop input[type=file]", path)
    expect(again.get_by_label(f"number input for {STRENGTH}")).to_have_value("30")
    expect(again.get_by_test_id("toast-body")).to_contain_text(
        f"Set as for {path.name}: Neuschwanstein Castle × The Starry Night: 30 % painting"
    )
    expect(again.locator("#photo")).to_be_in_viewport(ratio=0.95)
    expect(again.locator("#photo .image-frame img")).to_have_attribute("src", re.compile("neuschwanstein"))
    photograph(again, "gallery-390")


def test_two_are_compared_one_is_a_favourite_one_is_deleted_and_all_of_it_stays(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page()
    for made, value in enumerate((30, 60, 90), 1):
        paint(page, value, made)
    expect(page.locator("#to-share")).to_be_hidden()  # after more than one run, too
    tiles, star = page.locator("#results .result"), page.get_by_role("checkbox", name="Favourite")
    star.last.focus()
    page.keyboard.press("Space")
    expect(tiles).to_contain_text(["30 %", "90 %", "60 %"])
    expect(star.first).to_be_focused()
    for place in (0, 1):
        page.get_by_role("checkbox", name="Compare").nth(place).check()
    views = page.locator("#beside .view")
    expect(page.locator("#beside figcaption")).to_contain_text(["30 % painting", "90 % painting"])
    page.locator("#beside").get_by_role("button", name="Look closer").click()
    views.first.evaluate("view => view.scrollTo(40, 0)")
    page.wait_for_function("document.querySelectorAll('#beside .view')[1].scrollLeft === 40")
    photograph(page, "gallery-compared")
    with page.expect_download() as arriving:
        page.click("#download-all")
    arriving.value.save_as(tmp_path / "all.zip")
    with ZipFile(tmp_path / "all.zip") as packed:
        assert [name.partition("_")[0] + name[-5:] for name in packed.namelist()][:2] == ["018.png", "01.json"]
        assert len(packed.namelist()) == 6
    tiles.last.get_by_role("button").click()
    page.click("#delete-made")
    expect(page.locator("#undo-delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tiles).to_have_count(3)
    tiles.nth(1).get_by_role("button").click()
    with settling(page):
        page.click("#delete-made")
    expect(tiles).to_have_count(2)
    expect(page.locator("#beside")).to_be_hidden()  # one of the two is gone
    load_anew(page)
    expect(tiles).to_contain_text(["30 %", "60 %"])
    expect(star.first).to_be_checked()


def test_a_dropped_file_without_a_recipe_is_refused_in_our_words(open_page: Open, tmp_path: Path) -> None:
    page, path = open_page(locale="es-ES"), tmp_path / "nota.txt"
    path.write_text("hola")
    page.set_input_files("#drop input[type=file]", path)
    expect(page.get_by_test_id("toast-body")).to_contain_text("nota.txt no lleva receta")


def test_an_earlier_moment_that_is_downloaded_is_in_the_gallery_too(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    paint(page, 60, 1)
    look_back_to_the_first(page)
    for _ in range(2):
        with page.expect_download() as arriving:
            page.click("#download")
        arriving.value.save_as(tmp_path / arriving.value.suggested_filename)
    expect(page.locator("#results button")).to_have_count(2)
    page.wait_for_timeout(1000)
    expect(page.locator("#results button")).to_have_count(2)  # once
    recipe = read_recipe(tmp_path / "neuschwanstein_starry_night_128.png")
    assert (recipe.steps_done, recipe.steps_planned) == (1, 4)


def test_a_picture_without_a_recipe_is_refused_in_words(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    Image.new("RGB", (64, 64)).save(tmp_path / "plain.png")
    page.set_input_files("#drop input[type=file]", tmp_path / "plain.png")
    expect(page.get_by_test_id("toast-body")).to_contain_text("plain.png carries no recipe")


def test_a_link_opens_the_page_as_it_was(open_page: Open) -> None:
    page = open_page(query="?photo=cat&style=great_wave,poppies&blend=30,80&strength=61&seed=3&colour=red")
    expect(page.get_by_label(f"number input for {STRENGTH}")).to_have_value("61")
    expect(page.get_by_test_id("toast-body")).to_contain_text("asks for colour, which this page doesn't know")
    for number, name in enumerate(("great_wave", "poppies")):
        picture = page.locator("[id^=painting] .image-frame img").nth(number)
        expect(picture).to_be_visible()
        expect(picture).to_have_attribute("src", re.compile(name))
    page.click("#copy-link")
    link = page.locator("#link textarea")
    query = "photo=cat&style=great_wave,poppies&blend=30,80&strength=61&seed=3"
    expect(link).to_have_value(f"{page.url.split('?')[0]}?{query}")
    other = open_page(390, 844, query=f"?{link.input_value().partition('?')[2]}")
    expect(other.get_by_label(f"number input for {STRENGTH}")).to_have_value("61")
    expect(other.get_by_label("number input for How much of the second?")).to_have_value("80")
    expect(other.locator("#photo .image-frame img")).to_have_attribute("src", re.compile("cat.jpg"))
