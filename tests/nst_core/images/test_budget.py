"""What a picture costs is known before it is decoded, in bytes: megapixels say little about it."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from nst_core.errors import InputError
from nst_core.images import budget, load_image, load_mask, read_size
from nst_core.images.budget import needed
from nst_core.images.opening import open_picture
from tests.support.paths import ROOT
from tests.support.pictures import ORIENTATION, file_of

SIDE = 2400  # flat ones, which are quickly written
SLACK = 24_000_000  # bytes: of what is there anyway, this much is used for one band
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "WebP": ("RGBA", "WEBP", {"lossless": True, "method": 0}),
    "AVIF": ("RGBA", "AVIF", {"speed": 10}),
    "JPEG 2000": ("RGBA", "JPEG2000", {"quality_mode": "rates", "quality_layers": [40]}),
    "float TIFF": ("F", "TIFF", {"compression": "tiff_adobe_deflate", "strip_size": 1 << 30}),
    "CMYK TIFF": ("CMYK", "TIFF", {"compression": "tiff_lzw", "strip_size": 1 << 30}),
    "GIF": ("P", "GIF", {}),
    "PNG": ("RGBA", "PNG", {"compress_level": 1}),
    "JPEG": ("RGB", "JPEG", {}),
    "progressive JPEG": ("RGB", "JPEG", {"progressive": True, "subsampling": 0}),
    "BMP": ("RGB", "BMP", {}),
}
# Peaks of a process that decodes each file, in bytes; a process of its own, for the peak never falls
MEASURE = """
import json, os, resource, sys
from nst_core.images import load_image

def peak(path, number):
    beginning, ending = os.pipe()
    if os.fork() == 0:
        def most():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        before = most()
        load_image(path, keep_alpha=True)
        os.write(ending, str(most() - before).encode())
        os._exit(0)
    os.wait()
    return int(os.read(beginning, 99))

load_image(sys.argv[1])
print(json.dumps([peak(path, n) for n, path in enumerate(sys.argv[1:])]))
"""


def opened(stream: BytesIO) -> Image.Image:
    return open_picture(stream, "it")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has another unit elsewhere")
def test_it_takes_no_more_than_was_told(tmp_path: Path) -> None:
    picture, paths, told = Image.new("RGB", (SIDE, SIDE), "teal"), list[str](), list[int]()
    for name, (mode, format, options) in KINDS.items():
        image = picture.convert("L").convert("F") if mode == "F" else picture.convert(mode)
        if mode == "RGBA":
            image.putalpha(77)
        path = tmp_path / name
        image.save(path, format, **options)
        paths.append(str(path))
        with path.open("rb") as stream:
            told.append(needed(open_picture(stream, name)) - budget._ANYWAY + SLACK)
    run = subprocess.run([sys.executable, "-c", MEASURE, *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    taken = dict(zip(KINDS, zip(json.loads(run.stdout), told, strict=True), strict=True))
    assert not {name: pair for name, pair in taken.items() if pair[0] > pair[1]}


def test_it_depends_on_mode_format_and_use() -> None:
    picture = Image.new("RGB", (2000, 2000))
    grey, rgb = (needed(opened(file_of(picture.convert(mode)))) for mode in ("L", "RGB"))
    assert rgb - grey == 3 * 4_000_000
    assert needed(opened(file_of(picture, "WEBP"))) > rgb + 10 * 4_000_000
    assert needed(opened(file_of(picture)), 4) < rgb - 3 * 4_000_000
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    assert needed(opened(file_of(picture, exif=exif))) == rgb + 4 * 4_000_000
    reduced = opened(file_of(picture, "JPEG"))
    assert isinstance(reduced, JpegImageFile)
    reduced.draft("RGB", (500, 500))
    assert needed(reduced) == budget._ANYWAY + 2_000_000
    assert needed(opened(file_of(picture, "JPEG", progressive=True))) == rgb + 6 * 4_000_000


def test_what_does_not_fit_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = file_of(Image.new("RGB", (3000, 2000)), "WEBP")
    monkeypatch.setattr(budget, "free_memory", lambda: 150_000_000)
    for read in (load_image, load_mask):
        with pytest.raises(InputError, match=r"of 3000x2000 pixels takes 0.2 GB of memory to decode, and 0.1 GB can"):
            read(stream)
    assert read_size(stream) == (3000, 2000)
    assert load_image(file_of(Image.new("RGB", (3000, 2000)))).size == (3000, 2000)
    with pytest.raises(InputError) as caught:
        load_image(file_of(Image.new("RGB", (3000, 2000))), most_bytes=80_000_000)
    assert caught.value.about == "too_heavy"


def test_a_tile_may_be_larger_than_its_picture(tmp_path: Path) -> None:
    """534 bytes of TIFF, 64x64 pixels: 1.1 GB, as libtiff makes room for a tile of 32768x32768."""
    tags = {256: 64, 257: 64, 258: 8, 259: 5, 262: 1, 277: 1, 322: 32768, 323: 32768, 324: 200, 325: 100}
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    stream = BytesIO(b"II*\0" + struct.pack("<IH", 8, len(tags)) + table + bytes(400))
    assert needed(opened(stream)) > 32768**2
    with pytest.raises(InputError) as caught:
        load_image(stream, most_bytes=850_000_000)
    assert caught.value.about == "too_heavy"
