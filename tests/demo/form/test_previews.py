"""What no browser shows gets a small picture beside it, and is painted itself."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.files import KEPT_FOR
from demo.form import previews
from demo.form.checks import Checked, check
from demo.form.previews import SUFFIX, write_preview
from demo.form.uploads import load
from tests.support.pictures import file_of, smooth_picture
from tests.support.playback import ENGLISH, shown, upload

PICTURE = smooth_picture(64, 48, 0)
NONE = (None,) * 3


def uploaded(cache: Path, name: str, format: str, image: Image.Image = PICTURE) -> FileDataDict:
    path = cache / "upload" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(file_of(image, format).getvalue())
    return upload(path)


def chosen(photo: FileDataDict, painting: FileDataDict) -> Checked:
    now, widgets, *_, previewed, _, _ = check(ENGLISH, None, (photo, painting, *NONE), (None, None))
    assert not shown(widgets)  # the picture stays the one that was sent
    assert previewed == ([photo["path"]] if preview_of(photo).exists() else [])
    return now


def preview_of(picture: FileDataDict) -> Path:
    return Path(picture["path"] + SUFFIX)


@pytest.mark.parametrize(
    ("name", "format"), [("scan.tif", "TIFF"), ("scan.ppm", "PPM"), ("scan.jp2", "JPEG2000"), ("scan.png", "TIFF")]
)
def test_what_browsers_do_not_show_has_a_preview(cache: Path, painting: FileDataDict, name: str, format: str) -> None:
    photo = uploaded(cache, name, format)
    assert chosen(photo, painting).pictures[0] == photo
    with Image.open(preview_of(photo)) as preview:
        assert (preview.format, preview.size) == ("PNG", PICTURE.size)
        assert preview.tobytes() == load("photo", photo, "en", 512).tobytes()
    assert not preview_of(painting).exists()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"])
def test_what_they_show_has_none(cache: Path, painting: FileDataDict, format: str) -> None:
    photo = uploaded(cache, "photo.tif", format)  # whatever it is called
    chosen(photo, painting)
    assert not preview_of(photo).exists()


def test_a_preview_is_small_and_as_transparent(cache: Path) -> None:
    clear = PICTURE.resize((3000, 200))
    clear.putalpha(77)
    photo = uploaded(cache, "large.tif", "TIFF", clear)
    write_preview(Path(photo["path"]), load("photo", photo, "en", 512))
    with Image.open(preview_of(photo)) as preview:
        assert (preview.mode, preview.size) == ("RGBA", (1024, 68))


def test_a_preview_is_written_once(cache: Path) -> None:
    photo = uploaded(cache, "scan.tif", "TIFF")
    preview_of(photo).write_bytes(b"there already")
    write_preview(Path(photo["path"]), load("photo", photo, "en", 64))
    assert preview_of(photo).read_bytes() == b"there already"


def test_a_picture_that_is_refused_has_none(cache: Path, painting: FileDataDict, said: list[str]) -> None:
    photo = uploaded(cache, "small.tif", "TIFF", PICTURE.resize((8, 8)))
    assert chosen_none(photo, painting)
    assert len(said) == 1
    assert not preview_of(photo).exists()


def chosen_none(photo: FileDataDict, painting: FileDataDict) -> bool:
    return check(ENGLISH, None, (photo, painting, *NONE), (None, None))[0].pictures[0] is None


def test_a_full_disk_takes_the_preview_alone(
    cache: Path, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(previews, "replacing", full)
    photo = uploaded(cache, "scan.tif", "TIFF")
    assert chosen(photo, painting).pictures[0] == photo
    assert not preview_of(photo).exists()


def test_old_previews_go(cache: Path) -> None:
    old, young = uploaded(cache, "old.tif", "TIFF"), uploaded(cache, "young.tif", "TIFF")
    write_preview(Path(old["path"]), load("photo", old, "en", 64))
    long_ago = time.time() - KEPT_FOR - 60
    os.utime(preview_of(old), (long_ago, long_ago))
    write_preview(Path(young["path"]), load("photo", young, "en", 64))
    assert not preview_of(old).exists()
    assert preview_of(young).exists()
    assert Path(old["path"]).exists()  # Gradio's own to remove
