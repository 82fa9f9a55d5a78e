"""The page as a person uses it: in a real browser, with the real network, on small pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nst_core.config import TransferConfig
from nst_core.recipe import read_recipe
from tests.support.page import (
    ENDLESS,
    PATIENCE,
    Open,
    check_frame,
    check_picture,
    choose_pair,
    download,
    drawer,
    look_back_to_the_first,
    photograph,
    set_number,
    show_measures,
    start,
    stop,
    wait_for_pictures,
)

pytestmark = [pytest.mark.browser, pytest.mark.weights]


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_a_first_visitor_paints_steers_stops_looks_back_and_takes_it_home(
    open_page: Open, tmp_path: Path, width: int, scheme: str
) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    page.wait_for_selector("#painting .image-frame img", state="attached")  # an example is there already
    expect(page.locator("#stylize")).to_be_in_viewport(ratio=1)
    expect(page.locator("#estimate")).to_have_text(re.compile(r"about \d+ (s|min)"), timeout=PATIENCE)
    expect(page.locator(".pane")).to_have_css("background-image", re.compile(r"^url\("))  # the photo
    photograph(page, f"{width}-{scheme}-1-before")
    with drawer(page, "adjust"):
        page.locator("#settings").scroll_into_view_if_needed()
        expect(page.locator("#stage")).to_be_in_viewport(ratio=0.9)  # it stays in view beside the settings
    start(page, steps=ENDLESS)
    wait_for_pictures(page, 2)
    expect(page.locator("#stage")).to_be_in_viewport(ratio=0.9)
    set_number(page, "How much painting?", 95)
    expect(page.locator("#hint")).to_contain_text("The picture follows from the next step on.")
    seen = page.evaluate("window.pictures.length")
    wait_for_pictures(page, seen + 2)
    expect(page.locator("#status")).to_contain_text(f"of {ENDLESS}")  # nothing began anew
    photograph(page, f"{width}-{scheme}-2-during")
    stop(page)
    stopped = int(page.locator("#timeline input[type=range]").input_value())
    last = download(page, tmp_path)
    look_back_to_the_first(page)
    photograph(page, f"{width}-{scheme}-3-looked-back")
    first = download(page, tmp_path / "first")
    for path, done in ((last, stopped), (first, 1)):
        check_picture(path, (128, 85))
        recipe = read_recipe(path)
        strengths = [recipe.config.strength, *(config.strength for _, config in recipe.steered)]
        begun = TransferConfig().strength
        assert (strengths, recipe.config.size, recipe.steps_done) == ([begun, 95] if done > 1 else [begun], 128, done)
    assert last.read_bytes() != first.read_bytes()
    check_frame(page)


def test_a_pair_becomes_a_painting(open_page: Open, tmp_path: Path) -> None:
    page = open_page(390, 844)
    photograph(page, "390-light-1-before")
    choose_pair(page, 1)
    start(page, steps=20)
    wait_for_pictures(page, 2)
    page.wait_for_function("window.told.some(words => words.includes('of 20'))")
    expect(page.locator("#stage")).to_be_in_viewport(ratio=0.9)
    photograph(page, "390-light-2-during")
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    photograph(page, "390-light-3-after")
    check_frame(page)
    expect(page.locator("#status")).to_contain_text("Finished after 20 steps")
    expect(page.locator("#measures")).to_be_hidden()
    show_measures(page)
    for curve in ("content", "style", "total"):
        line = page.locator(f"#losses path[style*='var(--{curve})']")
        assert line.evaluate(
            "path => getComputedStyle(path).stroke !== 'none' && path.getBoundingClientRect().width > 150"
        )
    path = download(page, tmp_path)
    assert path.name == "chenonceau_great_wave_128.png"
    check_picture(path, (128, 96))


def test_a_picture_is_taken_home_in_every_format(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    start(page, steps=6)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    for words, button, name, magic in (
        ("JPEG", "JPEG", "neuschwanstein_starry_night_128.jpg", b"\xff\xd8\xff"),
        ("16 bits", "16 bits", "neuschwanstein_starry_night_128_16bit.png", b"\x89PNG"),
        ("MP4", "MP4", "neuschwanstein_starry_night_128.mp4", b"\0\0\0"),
        ("GIF", "GIF", "neuschwanstein_starry_night_128.gif", b"GIF89a"),
    ):
        page.locator("#format input").click()
        page.get_by_role("option").filter(has_text=words).click()
        expect(page.locator("#download")).to_contain_text(button, timeout=PATIENCE)
        path = download(page, tmp_path)
        assert path.name == name
        assert path.read_bytes().startswith(magic)
    assert (tmp_path / "neuschwanstein_starry_night_128_16bit.png").read_bytes()[24] == 16  # bits a channel


def test_gradios_own_timer_is_not_read_out(open_page: Open) -> None:
    page = open_page()
    page.evaluate(
        """() => {
            window.timers = new Set();
            const look = () => {
                window.timers.add(document.getElementById('status').innerText.match(/[0-9.]+s\\b/)?.[0]);
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    start(page, steps=6)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    assert page.evaluate("[...window.timers].filter(Boolean)") == []


def test_the_page_speaks_spanish(open_page: Open) -> None:
    page = open_page(390, 844, locale="es-ES")
    for text in ("Transferencia de estilo neuronal", "Pintar", "La noche estrellada"):
        expect(page.get_by_text(text, exact=True).last).to_be_visible()
    with drawer(page, "adjust"):
        expect(page.get_by_text("¿Cuánto del cuadro?", exact=True).first).to_be_visible()
        page.get_by_label("número de Resolución").fill("128")
        page.get_by_label("número de Pasos").fill("3")
    expect(page.get_by_label("Quitar la imagen")).to_have_count(2)
    expect(page.locator("[aria-label^='range slider']")).to_have_count(0)
    expect(page.locator(".min_value").filter(has_text="0,25")).to_have_count(1)
    page.click("#stylize")
    expect(page.locator("#status")).to_contain_text("Terminado tras 3 pasos", timeout=PATIENCE)
    expect(page.locator("#download")).to_contain_text("Descargar PNG (128 × 85 px)")
    expect(page.locator("#losses")).to_contain_text("estilo")
    photograph(page, "spanish")


def test_stop_keeps_the_last_picture(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    choose_pair(page, 8)
    start(page, steps=ENDLESS)
    wait_for_pictures(page, 2)
    photograph(page, "square-during")
    stop(page)
    expect(page.locator("#status")).to_contain_text("Stopped after step")
    photograph(page, "square-stopped")
    check_picture(download(page, tmp_path), (128, 128))
    expect(page.locator("#stop")).to_be_hidden()
    page.wait_for_timeout(1500)
    expect(page.locator("#status")).to_contain_text("Stopped after step")  # nothing arrives after the end
    start(page, steps=4)
    expect(page.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)


def test_the_time_of_the_six_follows_the_form(open_page: Open) -> None:
    page = open_page()
    estimate = page.locator("#six-estimate")
    expect(estimate).to_have_text(re.compile(r"about \d+ (s|min)"), timeout=PATIENCE)
    before = estimate.inner_text()
    set_number(page, "Steps", 2)
    expect(estimate).not_to_have_text(before)
