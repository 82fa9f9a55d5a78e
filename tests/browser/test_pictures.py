"""What goes in: examples, uploads, several paintings and where each belongs; what is refused, and in which words."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from nst_core.config import Margins
from nst_core.recipe import Role, read_recipe, sha256_of
from tests.support.page import (
    PATIENCE,
    Open,
    check_frame,
    check_picture,
    choose_pair,
    download,
    photograph,
    set_number,
    start,
)
from tests.support.paths import ROOT
from tests.support.settling import settling

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def check_brushed(screenshot: bytes) -> None:
    """The photo can be seen below the colour: within the stroke there are many shades of it."""
    with Image.open(BytesIO(screenshot)) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    height, width = pixels.shape[:2]
    stroke = pixels[height // 2 - 8 : height // 2 + 8, int(0.4 * width) : int(0.5 * width)]
    assert (stroke[..., 0] > stroke[..., 1] + 20).all()  # red
    assert stroke[..., 1].std() > 8


def brushed_share(page: Page) -> float:
    """How much of the canvas for the regions is brushed."""
    share: float = page.locator("#regions .canvas canvas").evaluate("""canvas => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, place) => place % 4 === 3 && value).length / (data.length / 4);
    }""")
    return share


def brush(page: Page, fold: str) -> Locator:
    """Brush a stroke across the photo on the canvas behind a fold, which is open."""
    canvas = page.locator(f"#{fold} .canvas canvas")
    expect(canvas).to_have_attribute("height", re.compile(r"\d+"))  # the photo is there
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    across = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], across)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], across, steps=10)
    page.mouse.up()
    return canvas


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
    canvas = brush(page, "regions")
    page.click("#stylize")  # while the stroke is on its way
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
    undo = page.locator("#regions [data-undo]")
    undo.click()
    expect(undo).to_be_disabled()  # the photo stays
    with pytest.raises(AssertionError):
        check_brushed(canvas.screenshot())
    canvas.focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(undo).to_be_enabled()
    page.click("#regions [data-clear]")
    with pytest.raises(AssertionError):
        check_brushed(canvas.screenshot())
    page.click("#regions [data-select]")
    canvas.click(position={"x": 100, "y": 20})  # on the sky
    expect(page.locator("#regions [data-clear]")).to_be_enabled()
    photograph(page, "selected")
    assert brushed_share(page) > 0.2
    undo.click()
    assert brushed_share(page) == 0


def test_what_cannot_be_painted_is_told_at_once(open_page: Open, tmp_path: Path) -> None:
    page = open_page(locale="es-ES")
    Image.new("RGB", (2000, 60), "teal").save(tmp_path / "largo.png")
    page.set_input_files("#photo input[type=file]", tmp_path / "largo.png")
    expect(page.locator("#status")).to_contain_text("Una imagen de 2000 × 60 px es demasiado estrecha")
    expect(page.locator("#estimate")).to_have_text("así no se puede")
    expect(page.locator("#examples")).to_be_hidden()  # no pair takes the place of a visitor's own picture
    page.get_by_role("button", name="Deshacer").click()
    expect(page.locator("#examples")).to_be_visible()
    expect(page.locator("#photo .image-frame img")).to_have_attribute("src", re.compile("neuschwanstein"))
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
    photograph(page, "toast", whole=False)
    page.locator("#photo").get_by_role("button", name="Remove Image").click()
    expect(picture).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("Choose a photo and a painting")
    page.click("#stylize")
    expect(toast.filter(has_text="There is no photo yet")).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()


def test_a_file_of_another_kind_is_refused_in_the_pages_own_words(open_page: Open, tmp_path: Path) -> None:
    page = open_page(locale="es-ES")
    expect(page.locator("#status")).to_contain_text("Todo listo")  # what listens from the load on does so
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


def test_examples_of_the_one_kind_never_touch_the_other(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    mine, pairs, undo = tmp_path / "mine.png", page.locator("#examples"), page.get_by_role("button", name="Undo")
    Image.new("RGB", (300, 200), "teal").save(mine)
    photo, painting = (page.locator(f"#{name} .image-frame img") for name in ("photo", "painting"))

    def check(one: str, other: str) -> None:
        expect(photo).to_have_attribute("src", re.compile(one))
        expect(painting).to_have_attribute("src", re.compile(other))

    check("neuschwanstein", "starry_night")
    expect(undo).to_be_disabled()
    choose_pair(page, 4)
    check("red_panda", "summertime")
    place = page.locator("#pictures").bounding_box()
    page.set_input_files("#photo input[type=file]", mine)
    expect(pairs).to_be_hidden()
    assert page.locator("#pictures").bounding_box() == place  # nothing moves under the hand
    with settling(page):
        page.get_by_role("button", name="The Great Wave off Kanagawa by Katsushika Hokusai", exact=True).click()
    check("mine", "great_wave")
    with settling(page):
        page.get_by_role("button", name="Swap").click()
    check("great_wave", "mine")
    with settling(page):
        page.get_by_role("button", name="Berlin Cathedral", exact=True).click()
    check("berlin_cathedral", "mine")
    for one, other in (
        ("great_wave", "mine"),
        ("mine", "great_wave"),
        ("mine", "summertime"),
        ("red_panda", "summertime"),
        ("neuschwanstein", "starry_night"),
    ):
        with settling(page):
            undo.click()
        check(one, other)
    expect(pairs).to_be_visible()
    expect(undo).to_be_disabled()


def test_an_uploaded_photo_is_painted(open_page: Open, tmp_path: Path) -> None:
    page = open_page(390, 844)
    tall = tmp_path / "tower.png"
    with Image.open(ROOT / "examples/content/neuschwanstein.jpg") as photo:
        photo.crop((380, 100, 680, 683)).save(tall)
    small, scan = tmp_path / "great_wave.png", Image.new("RGB", (200, 148), "white")
    with Image.open(ROOT / "examples/style/great_wave.jpg") as painting:
        scan.paste(painting.resize((160, 108)), (20, 20))
    scan.save(small)
    page.set_input_files("#photo input[type=file]", tall)
    page.set_input_files("#painting input[type=file]", small)
    page.wait_for_selector("#photo img[src*=tower]", state="attached")
    page.wait_for_selector("#painting img[src*=great_wave]", state="attached")
    remarks = page.locator("#remarks")
    expect(remarks).to_contain_text("Painting 1 has 200 × 148 px and is enlarged")
    expect(remarks).to_contain_text("Painting 1 has a border of one colour")
    page.click("#drawers [data-drawer=painting]")
    photograph(page, "remarked")
    page.get_by_role("button", name="Cut it off").click()
    expect(remarks).to_contain_text("The border of painting 1 is cut off: 160 × 108 px of it are left.")
    expect(remarks).to_contain_text("Painting 1 has 160 × 108 px and is enlarged")
    page.click("#drawers [data-drawer=photo]")
    with settling(page):
        page.get_by_role("button", name="More or less painting in places?").click()
    expect(page.locator("#strength-map .legend li")).to_have_text(["turquoise: less painting", "violet: more painting"])
    brush(page, "strength-map")
    with settling(page):
        page.set_input_files("#photo input[type=file]", ROOT / "examples/content/cat.jpg")
    with settling(page):
        page.get_by_role("button", name="Undo", exact=True).first.click()
    page.wait_for_selector("#photo img[src*=tower]")
    page.click("#drawers [data-drawer=photo]")
    start(page, steps=6)
    expect(remarks).not_to_contain_text("enlarged")  # at 128 px it isn't
    page.wait_for_selector("#comparison img", timeout=PATIENCE)
    check_frame(page)
    photograph(page, "tall-after")
    path = download(page, tmp_path)
    assert path.name == "tower_great_wave_128.png"
    recipe = read_recipe(path)
    assert [each.name for each in recipe.of(Role.STRENGTH_MAP)] == ["strength-map.png"]
    assert recipe.config.margins is Margins.CUT
    check_picture(path, (66, 128))


def test_the_examples_work_from_the_keyboard(open_page: Open) -> None:
    page = open_page()
    name = "Château de Chenonceau, to be painted like The Great Wave off Kanagawa by Katsushika Hokusai"
    button = page.get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")
    for alt, name in (("The photo to repaint", "chenonceau"), ("The painting to take the style from", "great_wave")):
        expect(page.get_by_alt_text(alt)).to_have_attribute("src", re.compile(name))


def test_what_the_browser_cannot_show_has_a_preview_and_is_painted_itself(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    scan = tmp_path / "scan.tif"
    with Image.open(ROOT / "examples/content/cat.jpg") as photo:
        photo.resize((1500, 1000)).save(scan)
    page.set_input_files("#photo input[type=file]", scan)
    picture = page.locator("#photo .image-frame img")
    expect(picture).to_have_attribute("src", re.compile(r"scan\.tif\.preview\.png$"))
    expect(picture).to_have_js_property("naturalWidth", 1024)
    expect(picture).to_have_js_property("naturalHeight", 683)
    expect(page.locator("#stage")).to_have_attribute("style", re.compile(r"scan\.tif\.preview\.png"))
    start(page, steps=4)
    expect(page.locator("#status")).to_contain_text("Finished after 4 steps", timeout=PATIENCE)
    (ingredient,) = read_recipe(download(page, tmp_path)).of(Role.CONTENT)
    assert (ingredient.name, ingredient.sha256) == ("scan.tif", sha256_of(scan))


# A camera that sees red on the left and blue on the right
CAMERA = """() => {
    navigator.mediaDevices.getUserMedia = async () => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 320, height: 240});
        const context = canvas.getContext('2d');
        const draw = () => {
            context.fillStyle = 'red';
            context.fillRect(0, 0, 160, 240);
            context.fillStyle = 'blue';
            context.fillRect(160, 0, 160, 240);
            requestAnimationFrame(draw);
        };
        draw();
        return canvas.captureStream();
    };
    const camera = {kind: 'videoinput', deviceId: 'a', label: 'A', groupId: 'a'};
    navigator.mediaDevices.enumerateDevices = async () => [camera];
}"""


def test_what_a_camera_takes_is_not_mirrored(open_page: Open) -> None:
    """Letters in it can be read; only the live picture is a mirror."""
    page = open_page()
    page.evaluate(CAMERA)
    page.get_by_role("button", name="Take a photo").click()
    shutter = page.get_by_role("button", name="Take it")
    expect(shutter).to_be_enabled()
    expect(page.locator("#camera video")).to_have_css("transform", "matrix(-1, 0, 0, 1, 0, 0)")
    taken = page.locator("#photo .image-frame img")
    expect(taken).to_have_attribute("src", re.compile("neuschwanstein"))  # what is there stays for so long
    shutter.click()
    expect(taken).to_have_attribute("src", re.compile("webcam"))
    address = taken.get_attribute("src")
    data = page.evaluate("async url => [...new Uint8Array(await (await fetch(url)).arrayBuffer())]", address)
    with Image.open(BytesIO(bytes(data))) as image:
        left, right = (image.convert("RGB").getpixel((x, image.height // 2)) for x in (10, image.width - 10))
    assert (left, right) == ((255, 0, 0), (0, 0, 255))
