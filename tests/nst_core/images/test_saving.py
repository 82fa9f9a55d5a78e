"""What goes out is what was painted, to the last bit the format has, whole or not at all, and tells nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, JpegImagePlugin
from torch import Tensor

from nst_core.images import check_output, load_image, read_profile, read_text, save_image, to_array, to_tensor
from nst_core.images.formats import DEEP, WRITABLE
from tests.support.disks import FullDisk
from tests.support.paths import ROOT
from tests.support.pictures import ADOBE_COLUMNS, P3_COLUMNS, SRGB_COLUMNS, assert_alike, file_of, rgb_profile, slopes

GPS = 0x8825


@pytest.fixture
def picture() -> Image.Image:
    return slopes()


def random_image(width: int = 48, height: int = 32) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


# Levels


def test_to_array_rounds_to_nearest_and_clips() -> None:
    levels = torch.arange(256.0).view(1, 1, 16, 16).expand(1, 3, 16, 16)
    for shift in (-0.49, 0.49):
        assert (to_array((levels + shift) / 255)[..., 0].ravel() == np.arange(256)).all()
    assert to_array(torch.tensor([-3.0, 0.5, 7.0]).view(1, 3, 1, 1)).ravel().tolist() == [0, 128, 255]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_to_array_refuses_what_is_no_number(bad: float) -> None:
    image = torch.zeros(1, 3, 4, 4)
    image[0, 1, 2, 3] = bad
    with pytest.raises(ValueError, match="NaN or infinity"):
        to_array(image)


@pytest.mark.parametrize("shape", [(3, 4, 4), (2, 3, 4, 4), (1, 4, 4, 4)])
def test_to_array_refuses_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(1, 3, H, W\)"):
        to_array(torch.zeros(shape))


def test_16_bits_are_to_nearest_too() -> None:
    levels = torch.arange(65536, dtype=torch.float64).view(1, 1, 256, 256).expand(1, 3, 256, 256)
    for shift in (-0.45, 0.45):
        array = to_array((levels + shift) / 65535, 16)
        assert array.dtype == np.uint16
        assert (array[..., 2].ravel() == np.arange(65536)).all()


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


def test_check_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_output(str(tmp_path / "out.png")) == tmp_path / "out.png"
    assert not list(tmp_path.iterdir())
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").touch()
    for name, reason in [
        ("out", "must end in"),
        ("out.bmp", "must end in"),
        ("folder.png", "is a folder"),
        ("missing/out.png", "doesn't exist"),
        ("file/out.png", "doesn't exist|can't be written"),
        ("x" * 300 + ".png", "can't be written"),
    ]:
        with pytest.raises(ValueError, match=reason):
            check_output(tmp_path / name)

    def read_only(self: Path, *args: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", read_only)  # root may write everywhere
    with pytest.raises(ValueError, match="can't be written: Permission denied"):
        check_output(tmp_path / "out.png")


@pytest.mark.parametrize("kind", ["dangling", "circle"])
def test_a_link_that_leads_nowhere_is_refused_before_the_run(tmp_path: Path, kind: str) -> None:
    link = tmp_path / "out.png"
    link.symlink_to(tmp_path / "missing/out.png" if kind == "dangling" else link)
    with pytest.raises(ValueError, match="doesn't exist|can't be written"):
        check_output(link)


# Transparency


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


# 16 bits


def decoded(path: Path, depth: int) -> np.ndarray:
    """What another program reads: FFmpeg for 16 bits, which Pillow would cut to 8."""
    if depth == 8:
        with Image.open(path) as image:
            return np.asarray(image)
    import av

    with av.open(str(path)) as file:
        (frame,) = file.decode(video=0)
    return frame.to_ndarray(format="rgba64le" if "a" in frame.format.name.removeprefix("rgb") else "rgb48le")


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".tif", ".tiff"])
def test_16_bits_are_kept_to_the_nearest_level(suffix: str, tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 65536, (32, 48, 3))
    levels[0, 0], levels[-1, -1] = 0, 65535
    path = tmp_path / f"out{suffix}"
    for shift in (-0.3, 0.3):
        values = torch.from_numpy((levels + shift) / 65535).permute(2, 0, 1)[None]
        save_image(values, path, depth=16)
        saved = decoded(path, 16)
        assert saved.dtype == np.uint16
        assert (saved == levels).all()
    save_image(levels.astype(np.uint16), path, depth=16)
    assert (decoded(path, 16) == levels).all()
    assert np.abs(np.asarray(load_image(path)) - levels / 257).max() <= 1


def test_a_soft_slope_has_no_bands(tmp_path: Path) -> None:
    slope = torch.linspace(0.5, 0.51, 256).expand(1, 3, 32, 256)
    save_image(slope, tmp_path / "out.png", depth=16)
    assert len(np.unique(decoded(tmp_path / "out.png", 16))) == 256  # 3 of 8 bits


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bits_tell_nothing_else(suffix: str, tmp_path: Path) -> None:
    save_image(random_image(), tmp_path / f"out{suffix}", depth=16)
    with Image.open(tmp_path / f"out{suffix}") as saved:
        assert set(saved.info) <= {"dpi", "compression"}
        assert saved.info["dpi"] == pytest.approx((72, 72), rel=1e-3)
        assert not {0x010F, 0x0131, 0x0132, 0x02BC, 0x8769} & set(saved.getexif())  # maker, program, date, XMP, EXIF


def test_16_bits_are_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    monkeypatch.setattr("nst_core.images.saving.putchunk", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        save_image(random_image(), path, depth=16, text={"key": "value"})
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_library_for_16_bits_is_quiet(tmp_path: Path) -> None:
    code = f"""
import sys, threading, torch
from nst_core.images import save_image
assert "pyvips" not in sys.modules
from tests.support.pictures import SRGB_COLUMNS, rgb_profile
image = torch.rand(1, 3, 64, 64)
save_image(image, {str(tmp_path / "out.png")!r}, depth=16, profile=rgb_profile(SRGB_COLUMNS))
try:
    save_image(image, {str(tmp_path / "out.png")!r}, depth=16, profile=b"junk")
except ValueError:
    print(threading.active_count())
"""
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "1\n", "")


# Colour profiles


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
    ("name", "options", "reason"),
    [
        ("out.jpg", {"alpha": True}, "can't hold transparency"),
        ("out.jpeg", {"alpha": True, "depth": 16}, "can't hold 16 bits"),
        ("out.jpg", {"depth": 16}, "can't hold 16 bits"),
        ("out.webp", {"depth": 16}, "can't hold 16 bits.* use one of .png, .tif"),
        ("out.png", {"depth": 12}, "must be 8 or 16 bits a channel, got 12"),
    ],
)
def test_a_format_is_asked_only_for_what_it_holds(
    name: str, options: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=reason):
        check_output(tmp_path / name, **options)
    if options.pop("alpha", False):
        options["alpha"] = torch.ones(1, 1, 32, 48)
    with pytest.raises(ValueError, match=reason):
        save_image(random_image(), tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


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


def test_jpeg_refuses_an_array_with_opacity(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can't hold transparency"):
        save_image(np.zeros((4, 4, 4), np.uint8), tmp_path / "out.jpg")


@pytest.mark.parametrize(
    ("suffix", "depth"), [*((suffix, 8) for suffix in WRITABLE), *((suffix, 16) for suffix in DEEP)]
)
def test_a_full_disk_is_told(tmp_path: Path, full_disk: FullDisk, suffix: str, depth: int) -> None:
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with full_disk(), pytest.raises(OSError, match="File too large"):
        save_image(image, tmp_path / f"out{suffix}", depth=depth)
    assert list(tmp_path.iterdir()) == []
