"""Pictures are read only where they were uploaded, and what can't be read is told in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form import uploads
from demo.form.checks import check
from demo.form.decoding import Decoder
from tests.support.playback import ENGLISH, upload

pytestmark = pytest.mark.usefixtures("cache")


def test_a_picture_that_was_not_uploaded_is_not_read(photo: FileDataDict, tmp_path: Path, cache: Path) -> None:
    """A request may name any path, and Gradio checks only those that it calls files."""
    private = tmp_path / "private.png"
    Image.new("RGB", (64, 64)).save(private)
    link = cache / "link.png"
    link.symlink_to(private)
    for path in (private, cache / ".." / "private.png", link):
        with pytest.raises(ValueError, match="wasn't uploaded here"):
            uploads.load("photo", upload(path), "en", 64)
        with pytest.raises(ValueError, match="wasn't uploaded here"):
            uploads.size_of("photo", upload(path))


def test_the_size_of_a_picture_is_known_without_decoding_it(photo: FileDataDict, cache: Path) -> None:
    assert uploads.size_of("photo", photo) == (150, 100)
    cut = cache / "cut.png"
    cut.write_bytes(Path(photo["path"]).read_bytes()[:100])
    assert uploads.size_of("photo", upload(cut)) == (150, 100)
    with pytest.raises(ValueError, match="didn't arrive"):
        uploads.size_of("photo", upload(cache / "gone.png"))
    with pytest.raises(ValueError, match="Todavía no hay foto"):
        uploads.size_of("photo", None, "es")


def test_no_file_of_a_stranger_s_is_read_in_the_page_s_own_process(
    photo: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heads, too: a GIF's comment of 45 MB kept the page busy for minutes, and with it everybody."""

    def read(*_: object, **__: object) -> None:
        raise AssertionError

    for opens in ("nst_core.images.reading.open_picture", "PIL.Image.open"):
        monkeypatch.setattr(opens, read)
    now, *_ = check(ENGLISH, None, (photo, *[None] * 4), (None, None))
    assert now.errors == (None,) * 5
    assert uploads.size_of("photo", photo) == (150, 100)


def test_a_size_is_asked_for_once_and_again_of_another_file_of_that_name(
    photo: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def size_of(self: Decoder, path: Path) -> tuple[int, int]:
        asked.append(path)
        return (len(asked), 1)

    monkeypatch.setattr(Decoder, "size_of", size_of)
    sizes = [uploads.size_of("photo", photo) for _ in range(3)]
    os.utime(photo["path"], (1, 1))
    assert [*sizes, uploads.size_of("photo", photo)] == [(1, 1), (1, 1), (1, 1), (2, 1)]


def test_the_size_of_what_is_no_picture_or_far_too_large_is_refused_in_words(cache: Path) -> None:
    bomb = cache / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(bomb)
    text = cache / "text.png"
    text.write_text("%!PS-Adobe-3.0 EPSF-3.0")
    for path, message in ((bomb, "megapixels"), (text, "isn't a picture")):
        with pytest.raises(ValueError, match=message):
            uploads.size_of("painting", upload(path))
