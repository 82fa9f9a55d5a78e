"""The page as a person uses it: in a real browser, with the real network, on small pictures."""

from __future__ import annotations

import re
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from playwright.sync_api import Page, expect

from demo.browser import html
from demo.jobs.records import Progress
from nst_core.recipe import Role, read_recipe
from tests.browser.conftest import ROOT, Open
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]

SCREENSHOTS = Path(__file__).with_name("screenshots")
PATIENCE = 60_000  # milliseconds for a whole small run on a busy machine
STOPPED = 5000  # milliseconds: 2 seconds of the contract, a step, and a busy machine
FREED = 5.0  # seconds: the same
TOLD = 5000  # milliseconds until one hears of a new place in line
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
# All that is to be seen is there: pictures have come, and what fades or moves has done so. What takes longer than two
# seconds is no entrance: a spinner, or the countdown of a toast, after which it is gone.
AT_REST = """() => [...document.images].every(image => image.complete || image.loading === 'lazy')
    && document.getAnimations().every(animation =>
        animation.playState !== 'running' || animation.effect.getComputedTiming().endTime > 2000)"""


def choose_pair(page: Page, index: int) -> None:
    page.locator("#examples button").nth(index).click()
    expect(page.locator("#examples [aria-pressed=true]")).to_have_attribute("data-index", str(index))


def set_number(page: Page, label: str, value: int) -> None:
    box = page.get_by_label(f"number input for {label}")
    box.fill(str(value))
    box.press("Tab")


def start(page: Page, steps: int) -> None:
    set_number(page, "Resolution", 128)
    set_number(page, "Steps", steps)
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(WATCH)
    page.click("#stylize")


def stop(page: Page) -> None:
    """The picture is there at once; then wait for the end of the step at hand."""
    page.click("#stop")
    page.wait_for_selector("#comparison img", timeout=STOPPED)
    expect(page.locator("#stylize")).to_be_enabled(timeout=STOPPED)


def wait_for_pictures(page: Page, count: int) -> None:
    """Until the run has shown so many; the photo that it begins with doesn't count."""
    page.wait_for_function(f"window.pictures.length >= {count}", timeout=PATIENCE)


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


def photograph(page: Page, name: str) -> None:
    """Keep a picture of the page, and be sure that nothing sticks out of it sideways."""
    page.wait_for_function(AT_REST)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_a_first_visitor_paints_steers_stops_looks_back_and_takes_it_home(
    open_page: Open, tmp_path: Path, width: int, scheme: str
) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    page.wait_for_selector("#painting .image-frame img")  # an example is there already
    expect(page.locator("#stylize")).to_be_in_viewport(ratio=1)
    expect(page.locator("#estimate")).to_have_text(re.compile(r"about \d+ (s|min)"), timeout=PATIENCE)
    expect(page.locator(".pane")).to_have_css("background-image", re.compile(r"^url\("))  # the photo
    photograph(page, f"{width}-{scheme}-1-before")
    page.locator("#settings").scroll_into_view_if_needed()
    if width == 1440:  # it stays in view beside the settings
        expect(page.locator("#stage")).to_be_in_viewport(ratio=0.9)
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
        assert (recipe.config.strength, recipe.config.size, recipe.steps_done) == (95, 128, done)
    assert last.read_bytes() != first.read_bytes()
    check_frame(page)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1440, "dark")])
def test_a_pair_becomes_a_painting(open_page: Open, tmp_path: Path, width: int, scheme: str) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    photograph(page, f"{width}-{scheme}-1-before")
    choose_pair(page, 1)
    start(page, steps=20)
    wait_for_pictures(page, 2)
    page.wait_for_function("window.told.some(words => words.includes('of 20'))")
    expect(page.locator("#stage")).to_be_in_viewport(ratio=0.9)
    photograph(page, f"{width}-{scheme}-2-during")
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    photograph(page, f"{width}-{scheme}-3-after")
    check_frame(page)
    expect(page.locator("#status")).to_contain_text("Finished after 20 steps")
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


def check_brushed(screenshot: bytes) -> None:
    """The photo can be seen below the colour: within the stroke there are many shades of it."""
    with Image.open(BytesIO(screenshot)) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    height, width = pixels.shape[:2]
    stroke = pixels[height // 2 - 8 : height // 2 + 8, int(0.4 * width) : int(0.5 * width)]
    assert (stroke[..., 0] > stroke[..., 1] + 20).all()  # red
    assert stroke[..., 1].std() > 8


def test_two_paintings_share_the_photo(open_page: Open, tmp_path: Path) -> None:
    page = open_page(height=1200)
    page.click("#add")
    page.get_by_role("button", name="The Great Wave off Kanagawa by Katsushika Hokusai", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#painting-second .image-frame img")).to_have_attribute("src", re.compile("great_wave"))
    expect(page.locator("#offered [data-index='1']")).to_be_focused()
    for place, name in ((1, "painting"), (2, "painting-second")):
        frame = page.locator(f"#{name}").evaluate("frame => getComputedStyle(frame).borderBottomColor")
        slider = page.locator(f".blend.brush-{place}")
        assert frame == slider.evaluate("slider => getComputedStyle(slider, '::after').borderBottomColor")
    for name, value in (("How much of the second?", 80), ("Resolution", 128), ("Steps", 4)):
        set_number(page, name, value)
    with settling(page):
        page.get_by_role("button", name="Where does each painting belong?").click()
    expect(page.locator(".legend .brush-2 i")).to_have_css("background-image", re.compile("great_wave"))
    expect(page.locator(".legend .brush-2")).to_have_text("2Painting 2: blue")
    expect(page.locator(".legend .brush-3")).to_be_hidden()
    canvas = page.locator("#canvas canvas").first
    expect(canvas).to_be_visible()
    page.wait_for_timeout(2000)  # the photo is drawn on it
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    across = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], across)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], across, steps=10)
    page.mouse.up()
    page.click("#stylize")  # before the editor has sent the stroke by itself
    check_brushed(canvas.screenshot())
    expect(page.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)
    recipe = read_recipe(download(page, tmp_path))
    assert recipe.config.style_blend == (50, 80)
    assert [each.name for each in recipe.of(Role.STYLE)] == ["starry_night.jpg", "great_wave.jpg"]
    assert len(recipe.of(Role.MASK)) == 2
    for _ in range(2):  # who puts it away and takes it out again finds what was brushed
        with settling(page):
            page.get_by_role("button", name="Where does each painting belong?").click()
    check_brushed(canvas.screenshot())


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_an_enlarged_picture_lies_over_all_else(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(width, 844 if width == 390 else 900, scheme)
    start(page, steps=6)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#comparison").get_by_role("button", name="Fullscreen").click()
    expect(page.locator("#comparison")).to_have_css("background-color", ground)
    page.screenshot(path=SCREENSHOTS / f"{width}-{scheme}-enlarged.png")
    assert page.evaluate(
        """() => [0.05, 0.35, 0.65, 0.95].every(x => [0.05, 0.35, 0.65, 0.95].every(
            y => document.elementFromPoint(x * innerWidth, y * innerHeight).closest('#comparison')
        ))"""
    )
    page.keyboard.press("Escape")
    expect(page.locator("#comparison").get_by_role("button", name="Fullscreen")).to_be_visible()
    check_frame(page)


def test_the_timeline_stands_only_where_there_is_a_picture(open_page: Open) -> None:
    page = open_page()
    start(page, steps=ENDLESS)
    page.wait_for_function("window.steps.some((step, place) => window.steps[place + 1] > step + 5)", timeout=PATIENCE)
    stop(page)
    steps = page.locator("#moments option").evaluate_all("options => options.map(({value}) => Number(value))")
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


def test_settings_that_are_used_again_come_into_view(open_page: Open) -> None:
    page = open_page(390, 844)
    start(page, steps=4)
    page.locator("#results button").click(timeout=PATIENCE)
    page.click("#use")
    expect(page.locator("#pictures")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (600, 800), (768, 1024)])
def test_in_one_column_the_picture_stays_in_view_while_it_is_painted(open_page: Open, width: int, height: int) -> None:
    page = open_page(width, height)
    start(page, steps=ENDLESS)
    wait_for_pictures(page, 1)
    page.locator("#settings").evaluate("settings => settings.scrollIntoView({block: 'end'})")
    expect(page.locator("#stage")).to_be_in_viewport(ratio=1)
    photograph(page, f"{width}-light-steering")
    assert page.evaluate(
        """() => {
            const {left, top, width, height} = document.getElementById('stage').getBoundingClientRect();
            return [0.1, 0.5, 0.9].every(x => [0.1, 0.5, 0.9].every(
                y => document.elementFromPoint(left + x * width, top + y * height).closest('#stage')
            ));
        }"""
    )
    stop(page)
    check_frame(page)


def test_at_the_end_of_a_run_the_dials_stay_at_hand_and_the_picture_above_them(open_page: Open) -> None:
    page = open_page(390, 844)
    dial, top = page.locator(".dial").first, "element => element.getBoundingClientRect().top"
    start(page, steps=20)
    wait_for_pictures(page, 1)
    dial.evaluate("dial => dial.scrollIntoView({block: 'center'})")
    place = dial.evaluate(top)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    expect(page.locator("#download")).to_be_attached()  # what opened above the dials
    expect(page.locator("#stage")).to_be_in_viewport(ratio=1)
    assert abs(dial.evaluate(top) - place) < 2
    photograph(page, "390-light-still-there")
    advanced = page.get_by_role("button", name="Advanced")
    advanced.evaluate("button => button.scrollIntoView({block: 'center'})")
    place = advanced.evaluate(top)
    advanced.click()
    expect(page.get_by_label("Pooling")).to_be_visible()
    assert abs(advanced.evaluate(top) - place) < 2  # whoever opens something stays where it is
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("#status")).to_be_in_viewport()
    page.locator("#settings").evaluate("settings => settings.scrollIntoView({block: 'end'})")
    expect(page.locator("#stage")).not_to_be_in_viewport()


def test_what_cannot_be_painted_is_told_at_once(open_page: Open, tmp_path: Path) -> None:
    page = open_page(locale="es-ES")
    Image.new("RGB", (2000, 60), "teal").save(tmp_path / "largo.png")
    page.set_input_files("#photo input[type=file]", tmp_path / "largo.png")
    expect(page.locator("#status")).to_contain_text("Una imagen de 2000 × 60 px es demasiado estrecha")
    expect(page.locator("#estimate")).to_have_text("así no se puede")
    choose_pair(page, 1)
    expect(page.locator("#status")).to_contain_text("Todo listo")
    expect(page.locator("#estimate")).to_contain_text("uno", timeout=PATIENCE)


def test_the_page_comes_to_rest_after_a_pair_was_chosen(open_page: Open) -> None:
    """Listeners that set each other off again asked the server 35 times a second, for ever."""
    page = open_page()
    expect(page.locator("#estimate")).to_have_text(re.compile(r"about \d+ (s|min)"), timeout=PATIENCE)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/run/predict" in request.url else None)
    page.locator("#examples button").nth(2).click()
    page.wait_for_timeout(3000)
    assert asked
    asked.clear()
    page.wait_for_timeout(2000)
    assert len(asked) < 10


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
    for text in ("Transferencia de estilo neuronal", "Pintar", "¿Cuánto del cuadro?", "La noche estrellada"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    page.get_by_label("number input for Resolución").fill("128")
    page.get_by_label("number input for Pasos").fill("3")
    page.click("#stylize")
    expect(page.locator("#status")).to_contain_text("Terminado tras 3 pasos", timeout=PATIENCE)
    expect(page.locator("#download")).to_contain_text("Descargar PNG (128 × 85 px)")
    expect(page.locator("#losses")).to_contain_text("estilo")
    photograph(page, "spanish")


def test_the_longest_status_fits_a_phone(open_page: Open) -> None:
    page = open_page(390, 844)
    progress = Progress(1000, 1000, (1024, 1024), (), 5300.0, (), np.zeros((1, 1, 3), np.uint8))
    page.locator("#status .status").evaluate(
        "(status, html) => { status.outerHTML = html; }", html.running("es", progress)
    )
    right = page.locator("#stage").evaluate("stage => stage.getBoundingClientRect().right")
    for part in page.locator("#status .numbers span").all():
        assert part.evaluate("span => span.getBoundingClientRect().right") <= right + 1
    photograph(page, "390-longest-status")


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


def test_bad_pictures_are_refused_in_words(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    bad = tmp_path / "holiday.jpg"
    bad.write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    toast = page.get_by_test_id("toast-body")
    page.set_input_files("#photo input[type=file]", bad)
    expect(toast).to_contain_text("Photo: the picture is damaged or cut off")
    picture = page.locator("#photo .image-frame img")
    expect(picture).to_have_attribute("src", re.compile("neuschwanstein"))  # the one before is there again
    expect(page.locator("#status")).to_contain_text("Everything is ready")
    page.wait_for_function(AT_REST)
    page.screenshot(path=SCREENSHOTS / "toast.png")
    page.locator("#photo").get_by_role("button", name="Remove Image").click()
    expect(picture).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("Choose a photo and a painting")
    page.click("#stylize")
    expect(toast.filter(has_text="There is no photo yet")).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()


def test_a_file_of_another_kind_is_refused_in_the_pages_own_words(open_page: Open, tmp_path: Path) -> None:
    page = open_page(locale="es-ES")
    notes = tmp_path / "notas.txt"
    notes.write_text("no es una imagen")
    toast = page.get_by_test_id("toast-body")
    page.set_input_files("#painting input[type=file]", notes)
    expect(toast).to_contain_text("Cuadro")
    expect(toast).not_to_contain_text("Invalid file type")
    expect(page.locator("#painting .image-frame img")).to_have_attribute("src", re.compile("starry_night"))
    dropped = page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(['no es una imagen'], 'notas.txt', {type: 'text/plain'}));
            return data;
        }"""
    )
    page.dispatch_event("#photo .image-container", "drop", {"dataTransfer": dropped})
    expect(toast.filter(has_text="Foto")).to_be_visible()


def test_the_example_that_is_loaded_is_marked(open_page: Open) -> None:
    page = open_page()
    pressed = page.locator("#examples [aria-pressed=true]")
    expect(pressed).to_have_attribute("data-index", "0")
    choose_pair(page, 4)
    expect(pressed).to_have_attribute("data-index", "4")
    page.set_input_files("#photo input[type=file]", ROOT / "examples/content/cat.jpg")
    expect(pressed).to_have_count(0)


def test_the_time_of_the_six_follows_the_form(open_page: Open) -> None:
    page = open_page()
    estimate = page.locator("#six-estimate")
    expect(estimate).to_have_text(re.compile(r"about \d+ (s|min)"), timeout=PATIENCE)
    before = estimate.inner_text()
    set_number(page, "Steps", 2)
    expect(estimate).not_to_have_text(before)


def test_an_uploaded_photo_is_painted(open_page: Open, tmp_path: Path) -> None:
    page = open_page(390, 844)
    tall = tmp_path / "tower.png"
    with Image.open(ROOT / "examples/content/neuschwanstein.jpg") as photo:
        photo.crop((380, 100, 680, 683)).save(tall)
    page.set_input_files("#photo input[type=file]", tall)
    page.set_input_files("#painting input[type=file]", ROOT / "examples/style/great_wave.jpg")
    page.wait_for_selector("#photo img[src*=tower]")
    page.wait_for_selector("#painting img[src*=great_wave]")
    start(page, steps=6)
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    check_frame(page)
    photograph(page, "tall-after")
    path = download(page, tmp_path)
    assert path.name == "tower_great_wave_128.png"
    check_picture(path, (66, 128))


def test_two_tabs_take_turns_and_a_closed_one_makes_room(open_page: Open) -> None:
    # A profile each: a browser has six connections to a server, and each tab that runs holds two.
    first, second, third = (open_page(height=height) for height in (900, 910, 920))
    start(first, steps=ENDLESS)
    wait_for_pictures(first, 1)
    start(second, steps=ENDLESS)
    expect(second.locator("#status")).to_contain_text("your picture is next", timeout=TOLD)
    start(third, steps=4)
    expect(third.locator("#status")).to_contain_text("2 pictures are painted before yours")
    photograph(third, "waiting")
    assert_freed(first, second)
    expect(third.locator("#status")).to_contain_text("your picture is next", timeout=TOLD)
    assert_freed(second, third)
    expect(third.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)


def assert_freed(closed: Page, waiting: Page) -> None:
    """Closing the one tab lets the other begin."""
    began = time.monotonic()
    closed.close()
    wait_for_pictures(waiting, 1)
    assert time.monotonic() - began < FREED


def test_the_examples_work_from_the_keyboard(open_page: Open) -> None:
    page = open_page()
    name = "Château de Chenonceau, to be painted like The Great Wave off Kanagawa by Katsushika Hokusai"
    button = page.get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")
    for alt, name in (("The photo to repaint", "chenonceau"), ("The painting to take the style from", "great_wave")):
        expect(page.get_by_alt_text(alt)).to_have_attribute("src", re.compile(name))


def test_programs_stream_pictures(server: str, tmp_path: Path) -> None:
    client = Client(server, download_files=tmp_path, verbose=False)
    photo, painting = (handle_file(str(ROOT / "examples" / name)) for name in ("content/cat.jpg", "style/poppies.jpg"))
    job = client.submit(photo=photo, painting=painting, size=128, steps=30, api_name="/stylize")
    stream = list(job)
    client.close()
    numbers = [numbers for picture, numbers in stream if picture]
    assert len(stream) >= 4
    assert [entry["step"] for entry in numbers] == sorted(entry["step"] for entry in numbers)
    assert numbers[-1]["style_loss"] < numbers[0]["style_loss"] / 3
    check_picture(Path(stream[-1][0]), (128, 96))
