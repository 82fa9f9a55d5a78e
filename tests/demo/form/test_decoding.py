"""Pictures are decoded in processes of their own: whatever one does to them, the page and the next one stay well."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import numpy as np
import pytest
from PIL import Image

from demo.form import decoder as program
from demo.form import decoding
from demo.form.decoding import PROCESSES, Decoder, Decoders
from nst_core.errors import InputError
from nst_core.images import load_image
from tests.support.paths import ROOT
from tests.support.pictures import ORIENTATION, file_of, png_of_size, smooth_picture
from tests.support.visits import soon


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.stop()


class AtOnce:
    """A timer whose time is up as soon as it is started."""

    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        self.start = action

    def cancel(self) -> None: ...


def saved(path: Path, image: Image.Image, format: str = "PNG", **options: Any) -> Path:
    path.write_bytes(file_of(image, format, **options).getvalue())
    return path


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_comes_as_it_is(decoder: Decoder, tmp_path: Path, mode: str) -> None:
    image = smooth_picture(80, 60, 0)
    if mode == "RGBA":
        image.putalpha(image.convert("L"))
    path = saved(tmp_path / "picture ü.png", image)
    found = decoder.decode(path, 64)
    assert found.mode == mode
    assert found.tobytes() == load_image(path, keep_alpha=True).tobytes()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_one_comes_as_large_as_its_use(decoder: Decoder, tmp_path: Path, format: str, orientation: int) -> None:
    image, exif = smooth_picture(1999, 901, 0), Image.Exif()
    exif[ORIENTATION] = orientation
    found = decoder.decode(saved(tmp_path / "large", image, format, exif=exif), 64)
    expected = image.resize((256, 116), Image.Resampling.LANCZOS)
    if orientation == 6:
        expected = expected.transpose(Image.Transpose.ROTATE_270)
    assert found.size == expected.size
    assert np.abs(np.asarray(found, int) - np.asarray(expected)).max() <= 6


def test_its_size_alone_is_as_it_is_stored(decoder: Decoder, tmp_path: Path) -> None:
    image, exif = smooth_picture(300, 200, 0), Image.Exif()
    exif[ORIENTATION] = 6
    path = saved(tmp_path / "picture", image, "JPEG", exif=exif)
    assert decoder.size_of(path) == (300, 200)
    assert (decoder.decode(path, 50).height, decoder.decode(path, 50).format) == (200, "JPEG")
    path.write_bytes(path.read_bytes()[:1000])
    assert decoder.size_of(path) == (300, 200)
    with pytest.raises(InputError):
        decoder.decode(path, 50)
    with pytest.raises(FileNotFoundError):
        decoder.size_of(tmp_path / "gone")


def test_what_is_refused_is_refused_in_the_same_words(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    for data in (b"", b"8BPS\0\1" + bytes(40), png_of_size(10_001, 10_000).getvalue(), png_of_size(64, 9).getvalue()):
        path.write_bytes(data)
        with pytest.raises(InputError) as here:
            load_image(BytesIO(data))
        with pytest.raises(InputError) as there:
            decoder.decode(path, 64)
        assert (there.value.about, there.value.values) == (here.value.about, here.value.values)
    with pytest.raises(FileNotFoundError):
        decoder.decode(tmp_path / "gone.png", 64)


def test_what_takes_too_long_is_ended_and_the_next_is_decoded(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "picture.png", smooth_picture(80, 60, 0))
    decoder.decode(path, 64)
    with monkeypatch.context() as patch:
        patch.setattr(decoding, "Timer", AtOnce)
        with pytest.raises(InputError) as caught:
            decoder.decode(path, 64)
    assert caught.value.about == "too_hard"
    assert decoder.decode(path, 64).size == (80, 60)


def test_a_process_that_ended_meanwhile_is_replaced(decoder: Decoder, tmp_path: Path) -> None:
    path = saved(tmp_path / "picture.png", smooth_picture(80, 60, 0))
    decoder.decode(path, 64)
    assert decoder._process
    decoder._process.kill()
    decoder._process.wait()
    assert decoder.decode(path, 64).size == (80, 60)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't limit addresses")
def test_more_memory_than_is_allowed_can_not_be_had() -> None:
    code = (
        "from demo.form.decoder import _addresses, limit; limit(_addresses() + 50_000_000, 100); bytearray(100_000_000)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.stderr.strip().endswith("MemoryError")


def test_what_a_picture_took_is_given_back(tmp_path: Path) -> None:
    """After one of 16 bits and 99 megapixels each of the processes kept 250 MB for as long as nobody came."""
    code = (
        "import sys; from demo.form import decoder; "
        "decoder.give_back_freed_memory = lambda: print('given back', file=sys.stderr); decoder.main()"
    )
    path = saved(tmp_path / "picture.png", smooth_picture(80, 60, 0))
    asked = json.dumps({"path": str(path), "wanted": 64}).encode() + b"\n"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input=asked * 2, capture_output=True)
    assert ended.stderr.split(b"\n") == [b"given back", b"given back", b""]


def test_no_memory_and_what_nobody_foresaw_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "picture.png", smooth_picture(80, 60, 0))
    for error, told in ((MemoryError(), "memory"), (ZeroDivisionError("x"), "failed")):

        def fail(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(program, "load_image", fail)
        answer, pixels = program.answered(str(path), 64)
        assert (list(answer), pixels) == ([told], b"")
        assert getattr(decoding._refusal(answer), "about", "") == "too_hard"


def test_a_picture_has_a_smaller_limit_than_on_the_command_line(tmp_path: Path) -> None:
    """40 bytes of WebP, 99.9 megapixels: 1.5 GB, as soon as somebody decodes it."""
    bomb = BytesIO(bytes.fromhex("5249464620000000574542505650384c140000002ffefff405075081540820000a9afec78888fe07"))
    with pytest.raises(InputError) as caught:
        program.decode(bomb, 512)
    assert caught.value.about == "too_heavy"
    assert load_image(file_of(smooth_picture(64, 48, 0)), most_bytes=program.MOST_BYTES).size == (64, 48)


def test_only_so_many_are_decoded_at_once() -> None:
    together, taken = Barrier(PROCESSES), []

    def take(place: int) -> None:
        with decoding.decoder(f"198.51.100.{place}"):
            taken.append(place)
            together.wait(10)  # as many as may

    with ThreadPoolExecutor(2 * PROCESSES) as pool:
        list(pool.map(take, range(2 * PROCESSES)))
    assert len(taken) == 2 * PROCESSES


def test_who_has_many_pictures_decoded_leaves_a_process_to_others() -> None:
    """Each of theirs may take its 20 seconds."""
    decoders, is_over, theirs = Decoders(2), Event(), []

    def take(place: int) -> None:
        with decoders.one("evil"):
            theirs.append(place)
            is_over.wait(10)

    with ThreadPoolExecutor(10) as pool:
        for place in range(10):
            pool.submit(take, place)
        soon(lambda: bool(theirs))
        with decoders.one("me"):
            assert len(theirs) == 1
        is_over.set()
    assert len(theirs) == 10
