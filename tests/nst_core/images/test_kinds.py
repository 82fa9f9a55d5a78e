"""What can't be read is called by its name."""

from __future__ import annotations

from io import BytesIO

import pytest

from nst_core.errors import InputError
from nst_core.images import load_image
from nst_core.images.kinds import damage, refusal, refusal_of_kind


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"8BPS\0\1", "PSD"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "CR3"),
        (b"FUJIFILMCCD-RAW 0201", "RAF"),
        (b"IIRO\x08\0", "ORF"),
        (b"IIU\0\x18\0", "RW2"),
        (b"gimp xcf v011", "XCF"),
        (b"%PDF-1.7", "PDF"),
        (b"\xef\xbb\xbf\n  <svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<svg/>", "SVG"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "MP4"),
        (b"\0\0\0\x14ftypqt  ", "MP4"),
    ],
)
def test_a_kind_is_told(beginning: bytes, kind: str) -> None:
    with pytest.raises(InputError, match=f"is a file of the kind {kind}, which can't be read here") as caught:
        load_image(BytesIO(beginning + bytes(100)))
    assert (caught.value.about, caught.value.values) == ("not_read", {"kind": kind})


@pytest.mark.parametrize(
    "data", [b"Dear Sir or Madam", b"\0" * 100, b"%!PS-Adobe-3.0 EPSF-3.0", b"BMW", b"RIFF\0\0\0\0WAVEfmt "]
)
def test_what_is_no_picture_is_told(data: bytes) -> None:
    assert refusal(BytesIO(data), "it").about == "no_picture"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xff\xd8\xff\xe0 nothing",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x1cftypavif",
    ],
)
def test_what_begins_like_a_picture_is_damaged(data: bytes) -> None:
    assert refusal(BytesIO(data), "it").about == "damaged"


def test_nothing_is_empty() -> None:
    assert refusal(BytesIO(), "it").about == "empty"


def test_the_name_comes_first() -> None:
    for error in (damage("a.png"), refusal_of_kind("a.png", "PSD"), refusal(BytesIO(b"text"), "a.png")):
        assert str(error).startswith("a.png is")
