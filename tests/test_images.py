"""Every kind of picture comes in upright, opaque and in sRGB, or is refused in plain words; what goes out is clean."""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms, JpegImagePlugin
from PIL.PngImagePlugin import PngImageFile

from nst_core import images
from nst_core.images import check_output, fit, load_image, save_image, to_array, to_rgb, to_tensor

ORIENTATION, GPS = 0x0112, 0x8825
SRGB_COLUMNS = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))  # XYZ under D50


@pytest.fixture
def picture() -> Image.Image:
    """48x32, no two corners alike, smooth enough for JPEG."""
    y, x = np.mgrid[0:32, 0:48]
    return Image.fromarray(np.stack([x * 5, y * 7, 128 + x - y], -1).astype(np.uint8))


def file_of(image: Image.Image, format: str = "PNG", **options: Any) -> BytesIO:
    stream = BytesIO()
    image.save(stream, format, **options)
    stream.seek(0)
    return stream


def assert_alike(image: Image.Image, expected: Image.Image, tolerance: int = 0) -> None:
    assert image.mode == "RGB"
    assert image.size == expected.size
    difference = np.abs(np.asarray(image, np.int16) - np.asarray(expected, np.int16))
    assert difference.max() <= tolerance


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


# Colour profiles


def icc_profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A minimal ICC profile, version 2.4: header, table of tags, data (ICC.1:2001-04)."""
    offset, table, data = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += padded
    illuminant = fixed(0.9642, 1, 0.8249)
    header = struct.pack(
        ">I4sI4s4s4s12s4s4s", offset + len(data), b"", 0x02400000, b"scnr", space, connection, b"", b"acsp", b""
    )
    return (header + bytes(68 - len(header)) + illuminant).ljust(128, b"\0") + table + data


def fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def gamma_curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))


def rgb_profile(columns: tuple[tuple[float, ...], ...], gamma: float = 2.2) -> bytes:
    tags = {
        name + b"XYZ": b"XYZ " + bytes(4) + fixed(*xyz) for name, xyz in zip((b"r", b"g", b"b"), columns, strict=True)
    }
    tags |= {name + b"TRC": gamma_curve(gamma) for name in (b"r", b"g", b"b")}
    return icc_profile(b"RGB ", b"XYZ ", tags)


def grey_profile(gamma: float) -> bytes:
    return icc_profile(b"GRAY", b"XYZ ", {b"kTRC": gamma_curve(gamma)})


def cmyk_profile(lightness: int) -> bytes:
    """Black is black, and every other mixture of inks the same grey: L* = `lightness` of 255."""
    identity = bytes(range(256))
    table = struct.pack(">4sI4B", b"mft1", 0, 4, 3, 2, 0) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return icc_profile(
        b"CMYK", b"Lab ", {b"A2B0": table + identity * 4 + bytes([lightness, 128, 128, 0, 128, 128]) * 8 + identity * 3}
    )


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


def png_of_size(width: int, height: int) -> BytesIO:
    """A header that promises that many pixels, and nothing behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


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


# Saving


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


def test_a_failed_save_leaves_the_old_picture(
    picture: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_the_disk(self: Image.Image, file: Any, **options: Any) -> None:
        assert Path(file.name).parent == tmp_path  # a rename from elsewhere may cross file systems
        file.write(b"half a pic")
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(Image.Image, "save", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        save_image(np.asarray(picture), path)
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


def test_the_limits() -> None:
    assert (images.MAX_PIXELS, images.MIN_SIDE) == (100_000_000, 32)


@pytest.mark.parametrize("kind", ["dangling", "circle"])
def test_a_link_that_leads_nowhere_is_refused_before_the_run(tmp_path: Path, kind: str) -> None:
    link = tmp_path / "out.png"
    link.symlink_to(tmp_path / "missing/out.png" if kind == "dangling" else link)
    with pytest.raises(ValueError, match="doesn't exist|can't be written"):
        check_output(link)


def test_running_out_of_memory_is_not_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (64, 64)).save(path)

    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(PngImageFile, "load", exhausted)
    with pytest.raises(MemoryError):
        load_image(path)
