"""Colours are those that a profile says, on the way in and on the way out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from nst_core.images import load_image, read_profile, save_image, to_rgb
from tests.support.pictures import (
    ADOBE_COLUMNS,
    GPS,
    ORIENTATION,
    P3_COLUMNS,
    SRGB_COLUMNS,
    assert_alike,
    cmyk_profile,
    decoded,
    file_of,
    grey_profile,
    random_image,
    rgb_profile,
)

# On the way in


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


# On the way out


def lab(pixels: np.ndarray, columns: tuple[tuple[float, ...], ...], gamma: float | None) -> np.ndarray:
    """CIELAB of levels in [0, 1] under D50 (ICC.1, annex A); without gamma by sRGB's curve (IEC 61966-2-1)."""
    if gamma is None:
        light = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    else:
        light = pixels**gamma
    ratios = light @ np.array(columns) / (0.9642, 1, 0.8249)
    f = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


SPACES = {"Adobe RGB": (ADOBE_COLUMNS, 563 / 256), "P3": (P3_COLUMNS, 2.2), "linear": (SRGB_COLUMNS, 1.0)}


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("space", SPACES)
def test_a_picture_looks_the_same_in_another_space(space: str, suffix: str, depth: int, tmp_path: Path) -> None:
    columns, gamma = SPACES[space]
    profile, path = rgb_profile(columns, gamma), tmp_path / f"out{suffix}"
    image, alpha = random_image() * 0.8 + 0.1, torch.full((1, 1, 32, 48), 0.5)
    save_image(image, path, depth=depth, profile=profile, alpha=alpha)
    saved = decoded(path, depth)
    expected = lab(image[0].permute(1, 2, 0).double().numpy(), SRGB_COLUMNS, None)
    difference = np.linalg.norm(lab(saved[..., :3] / (2**depth - 1), columns, gamma) - expected, axis=-1)
    eight = 4 if space == "linear" else 1  # few of 256 linear levels are dark
    assert difference.max() < (0.2 if depth == 16 else eight)  # 1 is hardly seen
    assert (np.unique(saved[..., 3]) == [round((2**depth - 1) / 2)]).all()
    assert read_profile(path) == profile


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_every_format_takes_a_profile(suffix: str, picture: Image.Image, tmp_path: Path) -> None:
    profile, path = rgb_profile(P3_COLUMNS), tmp_path / f"out{suffix}"
    save_image(np.asarray(picture), path, profile=profile)
    assert read_profile(path) == profile
    assert np.abs(np.asarray(load_image(path), int) - np.asarray(picture)).mean() < 1.5  # not converted, 10


def test_colours_are_rounded_once_on_their_way_into_a_space(tmp_path: Path) -> None:
    slope = torch.linspace(0.3, 0.7, 1024).expand(1, 3, 32, 1024)
    save_image(slope, tmp_path / "out.png", profile=rgb_profile(SRGB_COLUMNS, gamma=1.0))
    saved = decoded(tmp_path / "out.png", 8)[0, :, 0]
    assert len(np.unique(saved)) == saved.max() - saved.min() + 1  # no level is skipped; from 8 bits some would be
