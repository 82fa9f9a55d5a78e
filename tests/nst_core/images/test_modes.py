"""Whatever mode a file has, it comes in as upright 8-bit RGB, with black and white where they were."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from nst_core.images import load_image, load_mask, modes, to_rgb, to_rgba
from tests.support.pictures import ORIENTATION, P3_COLUMNS, assert_alike, file_of, rgb_profile, smooth_picture

# Orientation


UPRIGHT_TO_STORED: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: np.rot90(upright, 2).swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", UPRIGHT_TO_STORED)
def test_exif_orientation_is_applied_once(picture: Image.Image, format: str, orientation: int) -> None:
    stored = np.ascontiguousarray(UPRIGHT_TO_STORED[orientation](np.asarray(picture)))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if format == "WEBP" else {}
    loaded = load_image(file_of(Image.fromarray(stored), format, exif=exif, **options))
    assert_alike(loaded, picture)
    assert_alike(to_rgb(loaded), picture)


@pytest.mark.parametrize("exif", [b"Exif\x00\x00nonsense", b"\xff" * 30, b"Exif\x00\x00MM\x00*\x00\x00\xff\xff"])
def test_broken_exif_is_ignored(picture: Image.Image, exif: bytes) -> None:
    assert_alike(load_image(file_of(picture, exif=exif)), picture)


# Modes


def test_grey_and_bilevel() -> None:
    grey = Image.fromarray(np.arange(48 * 32, dtype=np.uint32).reshape(32, 48).astype(np.uint8))
    assert_alike(load_image(file_of(grey)), Image.merge("RGB", [grey] * 3))
    bilevel = grey.convert("1")
    assert_alike(load_image(file_of(bilevel)), bilevel.convert("RGB"))


def test_palette(picture: Image.Image) -> None:
    palette = picture.quantize(32)
    assert_alike(load_image(file_of(palette)), palette.convert("RGB"))
    assert_alike(load_image(file_of(palette, "GIF")), palette.convert("RGB"))


@pytest.mark.parametrize("transparency", [3, bytes([255, 0, 128])])
def test_a_palette_with_transparency_lies_on_white(transparency: int | bytes) -> None:
    palette = Image.new("P", (40, 40))
    palette.putpalette([0, 0, 0, 10, 20, 30, 0, 0, 0, 70, 80, 90])
    palette.putdata([0, 1, 2, 3] * 400)
    loaded = np.asarray(load_image(file_of(palette, transparency=transparency)))
    of_index = loaded.reshape(-1, 3)[:4].tolist()
    if isinstance(transparency, int):
        assert of_index == [[0, 0, 0], [10, 20, 30], [0, 0, 0], [255, 255, 255]]
    else:
        assert of_index == [[0, 0, 0], [255, 255, 255], [127, 127, 127], [70, 80, 90]]


def test_cmyk_and_ycbcr() -> None:
    red = Image.new("CMYK", (40, 40), (0, 255, 255, 0))
    assert_alike(load_image(file_of(red, "JPEG", quality=98)), Image.new("RGB", red.size, "red"), 4)
    assert_alike(to_rgb(Image.new("RGB", (40, 40), "red").convert("YCbCr")), Image.new("RGB", (40, 40), "red"), 2)


def test_lab() -> None:
    srgb = ImageCms.createProfile("sRGB")
    orange = Image.new("RGB", (40, 40), (230, 120, 30))
    lab = ImageCms.profileToProfile(orange, srgb, ImageCms.createProfile("LAB"), outputMode="LAB")
    assert lab is not None
    assert_alike(load_image(file_of(lab, "TIFF")), orange, 4)


def deep(values: np.ndarray) -> BytesIO:
    return file_of(Image.fromarray(values), "TIFF")


RAMP = np.linspace(0, 1, 1024).reshape(32, 32)


@pytest.mark.parametrize(
    "values",
    [
        (RAMP * 65535).astype(np.uint16),
        (RAMP * 65535).astype(np.uint16).astype(">u2"),
        (RAMP * 65535).astype(np.int32),
        (RAMP * 255).astype(np.int32),
        (RAMP * 4e9 - 2e9).astype(np.int32),
        RAMP.astype(np.float32),
        (RAMP * 255).astype(np.float32),
        (RAMP * 65535).astype(np.float32),
        (RAMP * 8 - 4).astype(np.float32),
    ],
    ids=["u16", "u16 big endian", "i32 of 16 bits", "i32 of 8", "i32", "f32 to 1", "f32 to 255", "f32 to 65535", "f32"],
)
def test_deep_pictures_keep_black_and_white(values: np.ndarray) -> None:
    loaded = np.asarray(load_image(deep(values)), np.float64)
    assert np.abs(loaded - RAMP[..., None] * 255).max() <= 1.01


def test_a_16_bit_png_keeps_its_levels() -> None:
    values = (RAMP * 65535).astype(np.uint16)
    loaded = np.asarray(load_image(file_of(Image.fromarray(values))))[..., 0]
    assert (loaded == np.rint(values / 257)).all()


def test_a_transparent_colour_of_a_16_bit_png_is_kept() -> None:
    values = (RAMP * 65535).astype(np.uint16)
    stream = file_of(Image.fromarray(values), transparency=0)
    assert load_image(stream).getpixel((0, 0)) == (0, 0, 0)


def test_a_dark_16_bit_picture_stays_dark() -> None:
    assert np.asarray(load_image(deep(np.full((40, 40), 200, np.uint16)))).max() <= 1


def test_flat_and_undefined_deep_pictures() -> None:
    assert load_image(deep(np.full((40, 40), 1e6, np.float32))).size == (40, 40)
    values = RAMP.astype(np.float32)
    values[0, :3] = [np.nan, np.inf, -np.inf]
    assert np.asarray(load_image(deep(values)))[-1, -1].tolist() == [255, 255, 255]


# Bands


def stored(mode: str) -> BytesIO:
    """A picture of 61x47 on its side, whose colours are told by a profile."""
    picture, exif = smooth_picture(61, 47, 0), Image.Exif()
    exif[ORIENTATION] = 6
    image = picture.quantize(9) if mode == "P" else picture.convert("L" if mode in ("I;16", "LA") else mode)
    if mode == "I;16":
        image = Image.fromarray((RAMP[:32, :1] * 900).astype(np.uint16).repeat(61, 1))
    if mode in ("LA", "RGBA"):
        image.putalpha(smooth_picture(61, 47, 1).convert("L"))
    options = {"transparency": 3} if mode == "P" else {}
    return file_of(image, exif=exif, icc_profile=rgb_profile(P3_COLUMNS), **options)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_is_converted_by_bands_as_if_at_once(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> list[tuple[str, bytes]]:
        images = load_image(stored(mode)), load_image(stored(mode), keep_alpha=True), load_mask(stored(mode))
        return [(image.mode, image.tobytes()) for image in images]

    at_once = read()
    monkeypatch.setattr(modes, "_BAND", 3 * 61)
    assert read() == at_once


@pytest.mark.parametrize("band", [1, 7 * 61, 1 << 20])
def test_a_band_is_shrunk_by_means(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = smooth_picture(61, 47, 0)
    clear = picture.copy()
    clear.putalpha(smooth_picture(61, 47, 1).convert("L"))
    monkeypatch.setattr(modes, "_BAND", band)
    assert_alike(to_rgb(picture, 4), picture.reduce(4))
    assert to_rgba(clear, 4).tobytes() == clear.reduce(4).tobytes()
