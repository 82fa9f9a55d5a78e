"""Every kind of picture comes in upright and in sRGB, opaque or not as one asks, or is refused in plain words."""

from __future__ import annotations

import os
import tracemalloc
import warnings
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngImageFile, PngInfo

from nst_core import images
from nst_core.images import (
    fit,
    load_image,
    load_mask,
    read_profile,
    read_text,
    save_image,
    split_alpha,
    to_array,
    to_rgb,
    to_tensor,
)
from tests.support.pictures import (
    SRGB_COLUMNS,
    assert_alike,
    cmyk_profile,
    file_of,
    grey_profile,
    png_of_size,
    rgb_profile,
    slopes,
)

ORIENTATION, GPS = 0x0112, 0x8825


@pytest.fixture
def picture() -> Image.Image:
    return slopes()


# Files


@pytest.mark.parametrize(
    ("format", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("JPEG", {"quality": 98, "subsampling": 0}, 6),
        ("WEBP", {"lossless": True}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("BMP", {}, 0),
        ("PPM", {}, 0),
        ("AVIF", {"quality": 98}, 10),
        ("JPEG2000", {}, 0),
    ],
)
def test_reads_the_usual_formats(picture: Image.Image, format: str, options: dict[str, Any], tolerance: int) -> None:
    assert_alike(load_image(file_of(picture, format, **options)), picture, tolerance)


def test_reads_a_path_and_lets_go_of_the_file(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "picture.dat"  # the content counts, not the name
    path.write_bytes(file_of(picture).getvalue())
    loaded = load_image(str(path))
    path.unlink()
    assert_alike(loaded, picture)


def test_an_animation_gives_its_first_frame(picture: Image.Image) -> None:
    other = Image.new("RGB", picture.size, "red")
    stream = file_of(picture, "WEBP", save_all=True, append_images=[other], lossless=True)
    assert_alike(load_image(stream), picture)


@pytest.mark.parametrize("size", [(32, 32), (33, 57), (32, 1001)])
def test_reads_tiny_and_odd_sides(size: tuple[int, int]) -> None:
    assert load_image(file_of(Image.new("RGB", size))).size == size


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


# Transparency


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
    assert loaded.getpixel((0, 0))[3] == 0
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


# Masks


def test_a_mask_is_upright_grey_as_stored() -> None:
    stored = np.zeros((20, 10), np.uint8)
    stored[0, 0] = 128
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    mask = load_mask(file_of(Image.fromarray(stored), exif=exif, icc_profile=grey_profile(1.0)))
    assert (mask.mode, mask.size, mask.info) == ("L", (10, 20), {})
    assert mask.getpixel((9, 19)) == 128  # followed, the profile would make it 188


@pytest.mark.parametrize(
    ("image", "level"),
    [
        (Image.new("1", (3, 3), 1), 255),
        (Image.new("RGB", (3, 3), "white"), 255),
        (Image.new("RGB", (3, 3), (0, 255, 0)), 150),  # luma
        (Image.new("RGBA", (3, 3), (255, 255, 255, 60)), 60),
        (Image.new("RGBA", (3, 3), (0, 0, 0, 0)), 0),
        (Image.fromarray(np.full((3, 3), 65535 // 2, np.uint16)), 127),
        (Image.new("CMYK", (3, 3)), 255),
        (Image.new("LAB", (3, 3), (255, 128, 128)), 255),
    ],
    ids=["bilevel", "white", "green", "transparent white", "nothing", "16 bits", "CMYK", "LAB"],
)
def test_any_picture_is_a_mask(image: Image.Image, level: int) -> None:
    stream = file_of(image, "TIFF" if image.mode in ("CMYK", "LAB") else "PNG")
    low, high = load_mask(stream).getextrema()
    assert low == high
    assert abs(high - level) <= 1


def test_a_mask_is_refused_as_a_picture_is(tmp_path: Path) -> None:
    for source, reason in [
        (tmp_path / "missing.png", "doesn't exist"),
        (BytesIO(b"Dear Sir or Madam"), "isn't a picture"),
        (png_of_size(10001, 10000), "more than 100 megapixels"),
        (png_of_size(9, 9), "damaged"),
    ]:
        with pytest.raises(ValueError, match=reason):
            load_mask(source)


# Colour profiles


def test_an_rgb_profile_is_followed() -> None:
    red, green, blue = SRGB_COLUMNS
    swapped = rgb_profile((green, red, blue))
    image = Image.new("RGB", (40, 40), (255, 0, 0))
    expected = Image.new("RGB", (40, 40), (0, 255, 0))
    assert_alike(load_image(file_of(image, icc_profile=swapped)), expected, 3)
    assert_alike(load_image(file_of(image, "JPEG", quality=98, icc_profile=swapped)), expected, 6)
    assert_alike(load_image(file_of(image.quantize(4), icc_profile=swapped)), expected, 3)


def test_a_profile_spares_the_alpha() -> None:
    red, green, blue = SRGB_COLUMNS
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 127))
    loaded = load_image(file_of(image, icc_profile=rgb_profile((green, red, blue))))
    assert_alike(loaded, Image.new("RGB", (40, 40), (128, 255, 128)), 3)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_grey_profile_is_followed(mode: str) -> None:
    image = Image.new("L", (40, 40), 128)
    if mode == "I;16":
        image = Image.fromarray(np.full((40, 40), 128 * 257, np.uint16))
    elif mode == "LA":
        image = image.convert("LA")
    loaded = load_image(file_of(image, icc_profile=grey_profile(1.0)))
    assert_alike(loaded, Image.new("RGB", (40, 40), (188, 188, 188)), 2)  # half the light is sRGB's 188


def test_a_cmyk_profile_is_followed() -> None:
    image = Image.new("CMYK", (40, 40), (255, 0, 0, 0))
    loaded = load_image(file_of(image, "JPEG", icc_profile=cmyk_profile(128)))
    assert_alike(loaded, Image.new("RGB", (40, 40), (119, 119, 119)), 4)  # L* = 50


def test_a_grey_picture_may_have_an_rgb_profile() -> None:
    image = Image.new("L", (40, 40), 128)
    loaded = load_image(file_of(image, icc_profile=rgb_profile(SRGB_COLUMNS, gamma=1.0)))
    assert_alike(loaded, Image.new("RGB", (40, 40), (188, 188, 188)), 2)


@pytest.mark.parametrize("profile", [b"junk", b"\0" * 200, rgb_profile(SRGB_COLUMNS)[:150], grey_profile(1.0)])
def test_a_broken_or_foreign_profile_is_ignored(picture: Image.Image, profile: bytes) -> None:
    assert_alike(load_image(file_of(picture, icc_profile=profile)), picture)


def test_to_rgb_carries_nothing_over(picture: Image.Image) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[GPS] = 6, {1: "N"}
    red, green, blue = SRGB_COLUMNS
    source = Image.open(file_of(picture, exif=exif, icc_profile=rgb_profile((green, red, blue))))
    once = to_rgb(source)
    assert once.info == {}
    assert not once.getexif()
    assert_alike(to_rgb(once), once)
    assert "icc_profile" in source.info  # the caller's picture is left alone


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_profile_is_read_from_every_format(picture: Image.Image, format: str, tmp_path: Path) -> None:
    profile = rgb_profile(SRGB_COLUMNS, gamma=1.8)
    stream = file_of(picture, format, icc_profile=profile)
    path = tmp_path / "picture"
    path.write_bytes(stream.getvalue())
    assert read_profile(stream) == profile
    assert read_profile(path) == profile
    assert read_profile(file_of(picture, format)) is None
    assert_alike(load_image(stream), load_image(path))  # a stream can be read twice


@pytest.mark.parametrize(
    "profile",
    [
        b"junk",
        b"\0" * 200,
        rgb_profile(SRGB_COLUMNS)[:150],
        rgb_profile(SRGB_COLUMNS[:1] * 3),  # no way back
        rgb_profile(SRGB_COLUMNS).replace(b"RGB XYZ ", b"YCbrXYZ "),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
        grey_profile(1.0),
        cmyk_profile(128),
    ],
    ids=["junk", "zeros", "cut off", "singular", "YCbCr", "Lab", "grey", "CMYK"],
)
def test_a_profile_that_a_picture_cant_be_saved_with_is_none(
    picture: Image.Image, profile: bytes, tmp_path: Path
) -> None:
    found = read_profile(file_of(picture, icc_profile=profile))
    assert found is None
    with pytest.raises(ValueError, match="colour profile; leave it out"):
        save_image(np.asarray(picture), tmp_path / "out.png", profile=profile)
    assert not list(tmp_path.iterdir())


def test_reading_a_profile_refuses_as_reading_a_picture_does(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="doesn't exist"):
        read_profile(tmp_path / "missing.png")
    with pytest.raises(ValueError, match="isn't a picture"):
        read_profile(BytesIO(b"Dear Sir or Madam"))


# Text


def test_text_is_read_without_the_pixels(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    texts = (b"tEXtold\0caf\xe9", b"zTXtpacked\0\0" + zlib.compress(b"small"), "iTXtnew\0\0\0\0\0☃".encode())
    path.write_bytes(png_of_size(5000, 5000, *texts).getvalue())  # whose pixels are missing
    assert read_text(path) == {"old": "café", "packed": "small", "new": "☃"}
    assert {type(value) for value in read_text(path).values()} == {str}


def test_what_has_no_text_has_none(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    for data in (b"", b"text", b"\x89PNG\r\n\x1a\n" + bytes(100), file_of(picture, "JPEG", comment=b"x").getvalue()):
        path.write_bytes(data)
        assert read_text(path) == {}
    path.write_bytes(png_of_size(64, 64, b"tEXtkey\0value").getvalue()[:50])
    for other in (path, tmp_path, tmp_path / "missing.png", Path(os.devnull), tmp_path / ("x" * 300)):
        assert read_text(other) == {}
    path.write_bytes(file_of(picture, dpi=(72, 72), gamma=0.45, icc_profile=rgb_profile(SRGB_COLUMNS)).getvalue())
    assert read_text(str(path)) == {}


@pytest.mark.parametrize("kind", ["long", "packed"])
def test_a_hostile_text_takes_no_memory(tmp_path: Path, kind: str) -> None:
    path, size = tmp_path / "picture.png", 60_000_000
    if kind == "long":
        with path.open("wb") as file:
            file.write(png_of_size(64, 64).getvalue()[:33] + size.to_bytes(4, "big") + b"tEXtkey\0")
            file.truncate(size)  # on the disk it takes no room
    else:
        path.write_bytes(png_of_size(64, 64, b"zTXtkey\0\0" + zlib.compress(bytes(size), 1)).getvalue())
    tracemalloc.start()
    try:
        assert read_text(path) == {}
        assert tracemalloc.get_traced_memory()[1] < size / 4
    finally:
        tracemalloc.stop()


def test_text_of_the_input_is_not_passed_on(picture: Image.Image, tmp_path: Path) -> None:
    info, path = PngInfo(), tmp_path / "out.png"
    info.add_text("Author", "somebody")
    loaded = load_image(file_of(picture, pnginfo=info))
    save_image(np.asarray(loaded), path)
    assert read_text(path) == {}


# Refusals


def refusal(source: Any) -> str:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        load_image(source)
    return str(caught.value)


def test_refuses_what_is_no_file(tmp_path: Path) -> None:
    assert "doesn't exist" in refusal(tmp_path / "missing.jpg")
    assert "is a folder" in refusal(tmp_path)
    assert "isn't an ordinary file" in refusal(os.devnull)
    assert "can't be read" in refusal(tmp_path / ("x" * 300))
    assert str(tmp_path / "missing.jpg") in refusal(str(tmp_path / "missing.jpg"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"Dear Sir or Madam", "isn't a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "isn't a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n", "isn't a picture"),  # Ghostscript isn't for strangers
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "isn't a picture"),
    ],
)
def test_refuses_what_is_no_picture(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(data)
    assert reason in refusal(path)
    assert reason in refusal(BytesIO(data))


@pytest.mark.parametrize("kept", [0.95, 0.6])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_refuses_a_truncated_picture(format: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = file_of(Image.fromarray(noise), format).getvalue()
    assert "damaged or cut off" in refusal(BytesIO(data[: int(kept * len(data))]))


def test_refuses_too_many_pixels_before_decoding() -> None:
    assert "10001x10000 pixels, more than 100 megapixels" in refusal(png_of_size(10001, 10000))
    assert "more than 100 megapixels" in refusal(png_of_size(60000, 60000))
    assert "damaged" in refusal(png_of_size(10000, 10000))  # within the limit, so it was decoded


def test_pillows_own_limit_stays_silent(picture: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)  # the picture has 1536: Pillow warns
    filters = list(warnings.filters)
    assert_alike(load_image(file_of(picture)), picture)
    assert Image.MAX_IMAGE_PIXELS == 1000
    assert warnings.filters == filters


def test_refuses_tiny_pictures() -> None:
    assert "40x31 pixels" in refusal(file_of(Image.new("RGB", (40, 31))))


def test_the_limits() -> None:
    assert (images.MAX_PIXELS, images.MIN_SIDE) == (100_000_000, 32)


def test_running_out_of_memory_is_not_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (64, 64)).save(path)

    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(PngImageFile, "load", exhausted)
    with pytest.raises(MemoryError):
        load_image(path)


# Sizes and tensors


def test_fit_keeps_the_shape() -> None:
    assert fit((4000, 3000), 512) == (512, 384)
    assert fit((3000, 4000), 512) == (384, 512)
    assert fit((100, 100), 512) == (512, 512)
    assert fit((1001, 999), 33) == (33, 33)
    for width, height in ((1024, 683), (711, 566), (333, 1000)):
        w, h = fit((width, height), 300)
        assert max(w, h) == 300
        assert abs(w * height / width - h) <= 0.5 * max(1, height / width) + 1e-9


def test_fit_names_the_way_out() -> None:
    with pytest.raises(ValueError, match="256x26 at size 256.* at least 320") as caught:
        fit((1000, 100), 256)
    assert fit((1000, 100), 320) == (320, 32), caught.value


@pytest.mark.parametrize("size", [(48, 32), (33, 47), (200, 100)])
def test_tensor_layout(picture: Image.Image, size: tuple[int, int]) -> None:
    tensor = to_tensor(picture, size)
    assert tensor.shape == (1, 3, size[1], size[0])
    assert tensor.dtype == torch.float32
    assert tensor.is_contiguous()
    assert 0 <= tensor.min() <= tensor.max() <= 1
    assert tensor[0, 0, 0, -1] > 0.8  # red grows to the right
    assert tensor[0, 0, -1, 0] < 0.1
    assert tensor[0, 1, -1, 0] > 0.7  # green downwards


def test_tensor_and_back_is_exact(picture: Image.Image) -> None:
    array = to_array(to_tensor(picture, picture.size))
    assert array.dtype == np.uint8
    assert (array == np.asarray(picture)).all()
