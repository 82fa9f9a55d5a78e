"""Margins are found around pictures, and nowhere else."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from nst_core.images import load_image
from nst_core.images.margins import Box, find_margins
from tests.support.paths import EXAMPLES

PICTURES = sorted([*EXAMPLES.glob("content/*.jpg"), *EXAMPLES.glob("style/*.jpg")])

SIDES = {  # left, top, right, bottom, as parts of the picture within
    "letterbox": (0, 0.12, 0, 0.12),
    "pillarbox": (0.1, 0, 0.1, 0),
    "margin": (0.06, 0.06, 0.06, 0.06),
    "uneven": (0.2, 0.1, 0.3, 0.15),
    "thin": (0.03, 0.03, 0.03, 0.03),
}
BORDERS = {  # colour, how unevenly it is lit, noise, quality of the JPEG
    "black": ((0, 0, 0), 0, 0, 75),
    "white": ((250, 250, 248), 0, 2, 60),
    "wall": ((190, 180, 165), 40, 4, 80),
    "red": ((140, 20, 30), 10, 3, 50),
}


@cache
def loaded(path: Path) -> Image.Image:
    return load_image(path)


def framed(picture: Image.Image, sides: str, border: str) -> tuple[Image.Image, Box]:
    """A picture with a border of that kind, as a JPEG, and the box of the picture in it."""
    colour, light, noise, quality = BORDERS[border]
    (w, h), parts = picture.size, SIDES[sides]
    left, top, right, bottom = (round(part * side) for part, side in zip(parts, (w, h, w, h), strict=True))
    width, height = w + left + right, h + top + bottom
    slope = np.add.outer(0.7 * np.linspace(-0.5, 0.5, height), np.linspace(-0.5, 0.5, width))[..., None]
    pixels = np.array(colour) + light * slope
    pixels[top : top + h, left : left + w] = np.asarray(picture)
    pixels += np.random.default_rng(0).normal(0, noise, pixels.shape)
    buffer = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB"), (left, top, left + w, top + h)


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("border", BORDERS)
def test_margins_are_found_as_they_are(sides: str, border: str) -> None:
    for name in ("content/cat", "style/night_cafe", "style/starry_night"):
        image, expected = framed(loaded(EXAMPLES / f"{name}.jpg"), sides, border)
        found = find_margins(image)
        assert found is not None, name
        off = np.subtract(found, expected) / (image.size * 2)
        assert np.abs(off).max() < 0.01, (name, found, expected)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_no_example_has_margins_be_it_dark_bright_or_cropped(path: Path) -> None:
    picture = loaded(path)
    assert find_margins(picture) is None
    assert find_margins(ImageEnhance.Brightness(picture).enhance(0.15)) is None
    assert find_margins(ImageEnhance.Brightness(picture).enhance(2.5)) is None
    width, height = picture.size
    assert find_margins(picture.crop((width // 5, height // 4, width, 4 * height // 5))) is None


def drawn(*shapes: tuple[str, tuple[int, int, int, int]]) -> Image.Image:
    image = Image.new("RGB", (600, 400), (240, 240, 240))
    for kind, box in shapes:
        getattr(ImageDraw.Draw(image), kind)(box, fill=(30, 60, 120))
    return image


def test_a_thing_before_a_wall_a_horizon_and_stripes_have_none() -> None:
    assert find_margins(drawn()) is None
    assert find_margins(drawn(("ellipse", (200, 60, 400, 340)))) is None
    assert find_margins(drawn(("ellipse", (20, 20, 580, 380)))) is None
    assert find_margins(drawn(("rectangle", (0, 200, 600, 400)))) is None
    assert find_margins(drawn(*(("rectangle", (x, 0, x + 30, 400)) for x in range(0, 600, 60)))) is None
    assert find_margins(Image.new("RGB", (4000, 32), "white")) is None


def test_one_margin_within_another() -> None:
    bars = Image.new("RGB", (700, 500))
    bars.paste(loaded(EXAMPLES / "content/cat.jpg").resize((700, 380)), (0, 60))
    scan = Image.new("RGB", (800, 600), "white")
    scan.paste(bars, (50, 50))
    found = find_margins(scan)
    assert found is not None
    assert np.abs(np.subtract(found, (50, 110, 750, 490))).max() <= 4
