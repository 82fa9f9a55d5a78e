"""Pictures are read only where they were uploaded, and what can't be read is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form import uploads
from tests.support.playback import upload

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


def test_the_size_of_what_is_no_picture_or_far_too_large_is_refused_in_words(cache: Path) -> None:
    bomb = cache / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(bomb)
    text = cache / "text.png"
    text.write_text("%!PS-Adobe-3.0 EPSF-3.0")
    for path, message in ((bomb, "megapixels"), (text, "isn't a picture")):
        with pytest.raises(ValueError, match=message):
            uploads.size_of("painting", upload(path))
