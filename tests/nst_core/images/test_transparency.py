"""What can be seen through lies on white, or is kept with colours that go on under it, there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.images import load_image, save_image, split_alpha, to_array, to_rgb, to_tensor
from tests.support.pictures import ORIENTATION, SRGB_COLUMNS, assert_alike, decoded, file_of, random_image, rgb_profile

# On the way in


@pytest.mark.parametrize("mode", ["RGBA", "LA", "RGBa", "La", "PA"])
def test_alpha_lies_on_white(mode: str) -> None:
    grey = Image.new("L", (40, 40), 100)
    alpha = Image.new("L", (40, 40), 51)
    source = Image.merge("LA", [grey, alpha])
    image = source.convert("RGBA").convert("PA") if mode == "PA" else source
    if mode in ("RGBA", "RGBa"):
        image = source.convert("RGBA").convert(mode)
    if mode == "La":
        image = source.convert("La")
    assert_alike(to_rgb(image), Image.new("RGB", grey.size, (224, 224, 224)), 3)  # 100 x 0.2 + 255 x 0.8


@pytest.mark.parametrize(("mode", "key"), [("L", 7), ("RGB", (7, 7, 7))])
def test_a_transparent_colour_lies_on_white(mode: str, key: int | tuple[int, ...]) -> None:
    image = Image.new(mode, (40, 40), key)
    image.paste(0, (0, 0, 20, 40)) if mode == "L" else image.paste((0, 0, 0), (0, 0, 20, 40))
    loaded = load_image(file_of(image, transparency=key))
    assert loaded.getpixel((0, 0)) == (0, 0, 0)
    assert loaded.getpixel((39, 0)) == (255, 255, 255)


def test_hidden_colours_leave_no_fringe() -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)  # transparent black
    pixels[:, 31:] = 255  # opaque white
    assert to_tensor(Image.fromarray(pixels), (40, 40)).min() == 1


def see_through(mode: str) -> Image.Image:
    """The upper half opaque red, the lower half transparent, in each of the ways that files have for it."""
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 255))
    image.paste((0, 0, 255, 0), (0, 20, 40, 40))
    if mode == "P":
        image = Image.new("P", (40, 40), 0)
        image.putpalette([255, 0, 0, 0, 0, 255])
        image.paste(1, (0, 20, 40, 40))
    return image


@pytest.mark.parametrize(
    ("mode", "format", "options"),
    [
        ("RGBA", "PNG", {}),
        ("RGBA", "WEBP", {"lossless": True}),
        ("RGBA", "TIFF", {}),
        ("P", "PNG", {"transparency": 1}),
        ("P", "PNG", {"transparency": bytes([255, 0])}),
        ("P", "GIF", {"transparency": 1}),
    ],
)
def test_transparency_is_kept_on_request(mode: str, format: str, options: dict[str, Any]) -> None:
    stream = file_of(see_through(mode), format, **options)
    loaded = load_image(stream, keep_alpha=True)
    assert (loaded.mode, loaded.info) == ("RGBA", {})
    assert loaded.getpixel((0, 0)) == (255, 0, 0, 255)
    assert np.asarray(loaded)[20:, :, 3].max() == 0
    assert_alike(load_image(stream), to_rgb(loaded))


def test_what_is_opaque_has_no_alpha(picture: Image.Image) -> None:
    for image in (picture, picture.convert("RGBA"), picture.convert("P")):
        assert load_image(file_of(image), keep_alpha=True).mode == "RGB"
        assert split_alpha(image)[1] is None
    assert_alike(split_alpha(picture.convert("RGBA"))[0], picture)


def test_kept_transparency_is_upright_and_of_the_right_colour() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    red, green, blue = SRGB_COLUMNS
    image = Image.new("RGBA", (40, 60), (255, 0, 0, 100))
    image.putpixel((0, 59), (255, 0, 0, 0))
    profile = rgb_profile((green, red, blue))
    loaded = load_image(file_of(image, exif=exif, icc_profile=profile), keep_alpha=True)
    assert loaded.size == (60, 40)
    assert np.asarray(loaded)[0, 0, 3] == 0
    assert np.abs(np.subtract(loaded.getpixel((30, 30)), (0, 255, 0, 100))).max() <= 3


def test_colours_go_on_under_what_is_transparent(picture: Image.Image) -> None:
    hidden = picture.convert("RGBA")
    y, x = np.mgrid[0:32, 0:48]
    opacity = np.clip(400 - 30 * np.hypot(x - 20, y - 16), 0, 255).astype(np.uint8)
    pixels = np.array(hidden)
    pixels[opacity == 0] = 255
    pixels[..., 3] = opacity
    colours, alpha = split_alpha(Image.fromarray(pixels))
    assert alpha is not None
    assert (np.asarray(alpha) == opacity).all()
    filled, seen = np.asarray(colours, np.int16), opacity >= 32
    assert (filled[seen] == np.asarray(picture)[seen]).all()
    assert filled[~seen].min() >= pixels[seen].min() - 7  # one more line of the picture's slope, where it is faint
    assert filled[..., 0].max() <= pixels[seen, 0].max() + 7
    steps = np.abs(np.diff(filled, axis=1)).max(), np.abs(np.diff(filled, axis=0)).max()
    assert max(steps) <= 10  # the picture's own are 7; white would be more than 100 away
    assert to_rgb(colours).tobytes() == colours.tobytes()


def test_splits_any_mode() -> None:
    colours, alpha = split_alpha(Image.merge("LA", [Image.new("L", (40, 40), 90), Image.new("L", (40, 40), 128)]))
    assert_alike(colours, Image.new("RGB", (40, 40), (90, 90, 90)))
    assert alpha is not None
    assert alpha.getextrema() == (128, 128)
    assert see_through("P").mode == "P"


def test_a_faint_pixel_hardly_counts() -> None:
    """One of 255 of opacity holds no colour that is worth anything."""
    pixels = np.full((32, 32, 4), 255, np.uint8)
    pixels[:, :16, :3] = 100
    pixels[:, 16:, 3] = 0
    pixels[16, 16] = (255, 0, 255, 1)
    filled = np.asarray(split_alpha(Image.fromarray(pixels))[0])
    assert (filled[:, :16] == 100).all()
    assert np.abs(filled[:, 16:].astype(int) - 100).max() <= 40


def test_a_picture_of_which_nothing_can_be_seen_is_refused() -> None:
    with pytest.raises(ValueError, match="transparent everywhere"):
        split_alpha(Image.new("RGBA", (40, 40)))


# On the way out


@pytest.mark.parametrize(("suffix", "depth"), [(".png", 8), (".tif", 8), (".webp", 8), (".png", 16), (".tif", 16)])
def test_transparency_and_the_colours_under_it_come_back(suffix: str, depth: int, tmp_path: Path) -> None:
    image, alpha = random_image(), torch.linspace(0, 1, 48).expand(1, 1, 32, 48)
    path = tmp_path / f"out{suffix}"
    save_image(image, path, alpha=alpha, depth=depth)
    saved = decoded(path, depth)
    assert saved.shape == (32, 48, 4)
    assert (saved[..., :3] == to_array(image, depth)).all()
    assert (saved[0, :, 3] == np.rint(np.linspace(0, 1, 48, dtype=np.float32) * (2**depth - 1))).all()


def test_an_array_may_have_opacity(picture: Image.Image, tmp_path: Path) -> None:
    pixels = np.array(picture.convert("RGBA"))
    pixels[..., 3] = 77
    save_image(pixels, tmp_path / "out.png")
    assert (decoded(tmp_path / "out.png", 8) == pixels).all()


def test_jpeg_refuses_an_array_with_opacity(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can't hold transparency"):
        save_image(np.zeros((4, 4, 4), np.uint8), tmp_path / "out.jpg")
