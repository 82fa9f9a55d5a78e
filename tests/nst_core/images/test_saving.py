"""What goes out is what was painted, to the nearest level, whole or not at all, and tells nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, JpegImagePlugin

from nst_core.images import load_image, read_text, save_image, to_tensor
from nst_core.images.formats import DEEP, WRITABLE
from tests.support.disks import FullDisk
from tests.support.pictures import GPS, SRGB_COLUMNS, assert_alike, decoded, file_of, random_image, rgb_profile

X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, INCHES = 0x011A, 0x011B, 0x0128, 2  # tags of TIFF, and a unit

# Files


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".webp", ".tif", ".tiff"])
def test_saves_without_loss(picture: Image.Image, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    save_image(to_tensor(picture, picture.size), path)
    assert_alike(load_image(path), picture)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_saves_jpeg_with_full_colour(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "out.jpg"
    save_image(np.asarray(picture), path)
    with Image.open(path) as saved:
        assert JpegImagePlugin.get_sampling(saved) == 0
    assert_alike(load_image(path), picture, 8)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_where_the_photo_was_taken_is_not_passed_on(picture: Image.Image, suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[GPS], exif[0x010F] = {1: "N", 2: (48.0, 51.0, 29.0)}, "maker"
    loaded = load_image(file_of(picture, "JPEG", exif=exif, comment=b"private"))
    path = tmp_path / f"out{suffix}"
    save_image(to_tensor(loaded, loaded.size), path)
    with Image.open(path) as saved:
        tags = saved.getexif()
        assert not tags.get_ifd(GPS)
        assert 0x010F not in tags
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(saved.info)


@pytest.mark.parametrize(
    ("suffix", "depth"), [*((suffix, 8) for suffix in WRITABLE), *((suffix, 16) for suffix in DEEP)]
)
def test_the_resolution_is_told(suffix: str, depth: int, tmp_path: Path) -> None:
    """As a program for pictures reads it: Pillow here, and a WebP's from its EXIF."""
    path, pixels = tmp_path / f"out{suffix}", np.zeros((40, 40, 3), np.uint16 if depth == 16 else np.uint8)
    save_image(pixels, path, depth=depth, dpi=300, text={"key": "value"})
    with Image.open(path) as saved:
        tags = saved.getexif()
        dpi = saved.info["dpi"] if suffix != ".webp" else (tags[X_RESOLUTION], tags[Y_RESOLUTION])
        assert [round(float(each), 2) for each in dpi] == [300, 300]
        assert suffix != ".webp" or tags[RESOLUTION_UNIT] == INCHES
        assert suffix != ".png" or saved.info["key"] == "value"
    save_image(pixels, path, depth=depth)
    with Image.open(path) as saved:
        assert 300 not in map(round, saved.info.get("dpi", ()))
        assert X_RESOLUTION not in saved.getexif() or suffix.startswith(".tif")


def test_a_failed_save_leaves_the_old_picture(tmp_path: Path, full_disk: FullDisk) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    with full_disk(), pytest.raises(OSError, match="File too large"):
        save_image(torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_saved_picture_has_usual_permissions_and_spares_links(picture: Image.Image, tmp_path: Path) -> None:
    target, link = tmp_path / "target.png", tmp_path / "link.png"
    link.symlink_to(target)
    save_image(np.asarray(picture), link)
    mask = os.umask(0)
    os.umask(mask)
    assert target.stat().st_mode & 0o777 == 0o666 & ~mask
    assert link.is_symlink()


def test_save_refuses_what_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NaN"):
        save_image(torch.full((1, 3, 4, 4), torch.nan), tmp_path / "out.png")
    with pytest.raises(ValueError, match="uint8"):
        save_image(np.zeros((4, 4), np.uint8), tmp_path / "out.png")
    with pytest.raises(ValueError, match="must end in one of .png, .jpg"):
        save_image(np.zeros((4, 4, 3), np.uint8), tmp_path / "out.gif")
    assert not list(tmp_path.iterdir())


# Text


@pytest.mark.parametrize("depth", [8, 16])
def test_text_comes_back_to_the_letter(depth: int, tmp_path: Path) -> None:
    text = {"recipe": '{"größe": 512,\n "☃": "\U0001f3a8"}', "Software": "x" * 100_000, "empty": ""}
    path = tmp_path / "out.png"
    save_image(random_image(), path, depth=depth, text=text, profile=rgb_profile(SRGB_COLUMNS))
    assert read_text(path) == text
    with Image.open(path) as saved:
        saved.load()  # every checksum is right
        assert set(saved.info) - set(text) - {"dpi"} == {"icc_profile"}
    assert decoded(path, depth).shape == (32, 48, 3)
    assert path.read_bytes()[12:16] == b"IHDR"  # the first, by the rules


def test_the_name_of_a_file_may_be_no_text(tmp_path: Path) -> None:
    save_image(random_image(), tmp_path / "out.png", text={"content": os.fsdecode(b"caf\xe9.jpg")})
    assert read_text(tmp_path / "out.png") == {"content": r"caf\udce9.jpg"}


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".tif"])
def test_the_other_formats_carry_no_text(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    save_image(random_image(), path, text={"recipe": "secret"})
    assert b"secret" not in path.read_bytes()
    assert read_text(path) == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ({"": "x"}, "can't name a text"),
        ({"k" * 80: "x"}, "can't name a text"),
        ({"größe": "x"}, "can't name a text"),
        ({"a\0b": "x"}, "can't name a text"),
        ({" key": "x"}, "can't name a text"),
        ({"key": "x" * 1_000_001}, "longer than"),
    ],
)
def test_a_text_that_cant_be_written_is_refused(text: dict[str, str], reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=reason):
        save_image(random_image(), tmp_path / "out.png", text=text)
    assert not list(tmp_path.iterdir())


# Refusals


@pytest.mark.parametrize(
    ("image", "options", "reason"),
    [
        (np.zeros((4, 4, 3), np.uint8), {"depth": 16}, r"uint16 \(H, W, 3 or 4\), got uint8"),
        (np.zeros((4, 4, 3), np.uint16), {}, r"uint8 \(H, W, 3 or 4\), got uint16"),
        (np.zeros((4, 4, 5), np.uint8), {}, "got uint8"),
        (torch.zeros(1, 3, 4, 4), {"alpha": torch.zeros(1, 1, 4, 5)}, r"alpha of \(1, 1, H, W\)"),
        (torch.zeros(1, 3, 4, 4), {"alpha": torch.full((1, 1, 4, 4), torch.nan)}, "NaN"),
    ],
)
def test_what_doesnt_fit_together_is_refused(image: Any, options: dict[str, Any], reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=reason):
        save_image(image, tmp_path / "out.png", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("suffix", "depth"), [*((suffix, 8) for suffix in WRITABLE), *((suffix, 16) for suffix in DEEP)]
)
def test_a_full_disk_is_told(tmp_path: Path, full_disk: FullDisk, suffix: str, depth: int) -> None:
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with full_disk(), pytest.raises(OSError, match="File too large"):
        save_image(image, tmp_path / f"out{suffix}", depth=depth)
    assert list(tmp_path.iterdir()) == []
