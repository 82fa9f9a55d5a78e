"""What a GIF says beside its first picture changes nothing, and takes no time."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from nst_core.images import load_image
from nst_core.images.gif import essentials
from tests.support.pictures import assert_alike, file_of, smooth_picture

PICTURE = smooth_picture(64, 48, 0).quantize(16)
COMMENT, APPLICATION, TEXT = b"\x21\xfe", b"\x21\xff", b"\x21\x01"


def gif(clear: bool = False, palette: Image.Image = PICTURE) -> bytes:
    options = {"transparency": palette.getpixel((0, 0))} if clear else {}
    return file_of(palette, "GIF", **options).getvalue()


def with_blocks(data: bytes, *blocks: bytes) -> BytesIO:
    """A GIF with more blocks between its palette and what is told of its first picture."""
    at = 13 + (3 << (data[10] & 7) + 1)
    return BytesIO(data[:at] + b"".join(blocks) + data[at:])


@pytest.mark.parametrize("label", [COMMENT, APPLICATION, TEXT, b"\x21\x42"])
@pytest.mark.parametrize("length", [0, 1, 255])
def test_what_is_no_pixel_stops_none(label: bytes, length: int) -> None:
    block = label + (bytes([length]) + b"a" * length) * bool(length) * 3 + b"\0"
    for clear in (False, True):
        image = load_image(with_blocks(gif(clear), block, block), keep_alpha=True)
        expected = load_image(BytesIO(gif(clear)), keep_alpha=True)
        assert image.mode == ("RGBA" if clear else "RGB")
        assert np.array_equal(np.asarray(image), np.asarray(expected))


def test_what_it_leaves_out_is_gone_and_what_it_keeps_is_there() -> None:
    data = gif(clear=True)
    assert essentials(BytesIO(data)).pixels.read() == data
    assert essentials(with_blocks(data, COMMENT + b"\3abc\0", COMMENT + b"\0")).pixels.read() == data


def test_a_comment_takes_time_by_its_length_alone() -> None:
    """Pillow joins its blocks to one text, each time anew: 45 MB kept a core busy for minutes."""
    block = b"\xff" + b"a" * 255
    assert_alike(load_image(with_blocks(gif(), COMMENT + block * 50_000 + b"\0")), load_image(BytesIO(gif())))
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(with_blocks(gif(), COMMENT + b"\1a" * 110_000 + b"\0"))


@pytest.mark.parametrize("kept", [6, 12, 14, 70, 74])
def test_what_is_cut_off_is_damage(kept: int) -> None:
    data = with_blocks(gif(), COMMENT + b"\3abc\0").getvalue()
    with pytest.raises(ValueError, match="damaged or cut off"):
        load_image(BytesIO(data[:kept]))
