"""A file of any kind comes in as a picture, as a mask, as text, or is refused in plain words."""

from __future__ import annotations

import os
import tracemalloc
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from nst_core.images import load_image, load_mask, read_text, save_image
from tests.support.pictures import (
    ORIENTATION,
    SRGB_COLUMNS,
    assert_alike,
    file_of,
    grey_profile,
    png_of_size,
    rgb_profile,
)

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
    (found,) = np.unique(np.asarray(load_mask(stream)))
    assert abs(int(found) - level) <= 1


def test_a_mask_is_refused_as_a_picture_is(tmp_path: Path) -> None:
    for source, reason in [
        (tmp_path / "missing.png", "doesn't exist"),
        (BytesIO(b"Dear Sir or Madam"), "isn't a picture"),
        (png_of_size(10001, 10000), "more than 100 megapixels"),
        (png_of_size(9, 9), "damaged"),
    ]:
        with pytest.raises(ValueError, match=reason):
            load_mask(source)


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
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "of the kind SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n", "isn't a picture"),  # Ghostscript isn't for strangers
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
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


@pytest.mark.parametrize("keep_alpha", [False, True])
@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_refuses_a_picture_of_which_nothing_can_be_seen(mode: str, keep_alpha: bool) -> None:
    image = Image.new("RGBA", (40, 40), (200, 100, 50, 0)).convert(mode)
    if mode == "P":
        image.info["transparency"] = image.getpixel((0, 0))
    with pytest.raises(ValueError, match="the picture is transparent everywhere, so there is nothing to see"):
        load_image(file_of(image), keep_alpha=keep_alpha)


def test_refuses_tiny_pictures() -> None:
    assert "40x31 pixels" in refusal(file_of(Image.new("RGB", (40, 31))))


def test_running_out_of_memory_is_not_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (64, 64)).save(path)

    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(PngImageFile, "load", exhausted)
    with pytest.raises(MemoryError):
        load_image(path)
