"""Pictures, files and colour profiles to test with."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

ORIENTATION, GPS = 0x0112, 0x8825  # EXIF tags

# The primaries, XYZ under D50, the white of ICC profiles.
SRGB_COLUMNS = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
ADOBE_COLUMNS = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
P3_COLUMNS = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))

# What Pillow writes, each with how.
FORMATS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "JPEG": {},
    "WEBP": {},
    "TIFF": {"compression": "tiff_lzw"},
    "GIF": {},
    "BMP": {},
    "AVIF": {},
    "JPEG2000": {},
    "PPM": {},
    "ICO": {},
}


def smooth_picture(width: int, height: int, seed: int) -> Image.Image:
    """Blobs of colour: a few random pixels, enlarged."""
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def slopes() -> Image.Image:
    """48x32, no two corners alike, smooth enough for JPEG."""
    y, x = np.mgrid[0:32, 0:48]
    return Image.fromarray(np.stack([x * 5, y * 7, 128 + x - y], -1).astype(np.uint8))


def random_image(width: int = 48, height: int = 32) -> Tensor:
    """(1, 3, height, width): no two pixels alike, and the same each time."""
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


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


def decoded(path: Path, depth: int) -> np.ndarray:
    """What another program reads: FFmpeg for 16 bits, which Pillow would cut to 8."""
    if depth == 8:
        with Image.open(path) as image:
            return np.asarray(image)
    import av

    with av.open(str(path)) as file:
        (frame,) = file.decode(video=0)
    return frame.to_ndarray(format="rgba64le" if "a" in frame.format.name.removeprefix("rgb") else "rgb48le")


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


def png_of_size(width: int, height: int, *texts: bytes) -> BytesIO:
    """A header that promises that many pixels, chunks named by their first four bytes, and nothing behind them."""

    def chunk(content: bytes) -> bytes:
        return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))

    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    contents = (header, *texts, b"IDAT" + zlib.compress(b""), b"IEND")
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, contents)))


def two_halves(left: str, right: str, mode: str = "RGB") -> Image.Image:
    """Of 64x48 pixels, each half of one colour."""
    picture = Image.new(mode, (64, 48), left)
    picture.paste(right, (32, 0, 64, 48))
    return picture


def png_chunk(name: bytes, data: bytes, *, sound: bool = True) -> bytes:
    checksum = zlib.crc32(name + data) ^ (not sound)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def with_chunks(png: bytes, *chunks: bytes, after: bool = False) -> BytesIO:
    """A PNG with more chunks before its pixels, or after them."""
    at = png.index(b"IEND" if after else b"IDAT") - 4
    return BytesIO(png[:at] + b"".join(chunks) + png[at:])


COLOURS = ((128, 128, 128), (200, 40, 40), (40, 200, 40), (40, 40, 200), (220, 220, 30), (30, 30, 30), (180, 120, 90))


def stripes(colours: Sequence[tuple[int, int, int]] = COLOURS) -> Image.Image:
    """A stripe of 8x32 pixels of each colour."""
    return Image.fromarray(np.repeat(np.array([colours], np.uint8), 32, 0).repeat(8, 1))


def colours_of(image: Image.Image) -> list[tuple[int, ...]]:
    """The middle of each stripe of `stripes`."""
    return [tuple(pixel) for pixel in np.asarray(image.convert("RGB"))[16, 4::8].tolist()]


def furthest(found: Sequence[tuple[int, ...]], expected: Sequence[tuple[int, ...]]) -> int:
    """How far a channel of a colour is from what it should be, at the most."""
    return int(np.abs(np.subtract(found, expected)).max())
