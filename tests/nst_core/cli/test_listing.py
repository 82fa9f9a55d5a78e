"""Which files of a folder are painted, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from nst_core.cli.listing import listed, passed_over, pictures_in
from tests.support.pictures import file_of, png_of_size, smooth_picture

PICTURE = smooth_picture(64, 48, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def names(folder: Path) -> list[str]:
    return [path.name for path in pictures_in(folder)]


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("IMG.JPE", "JPEG"),
        ("saved.jfif", "JPEG"),
        ("stereo.mpo", "MPO"),
        ("moving.apng", "PNG"),
        ("old.dib", "BMP"),
        ("site.ico", "ICO"),
        ("scan.pnm", "PPM"),
        ("no_ending", "PNG"),
        ("wrong.txt", "JPEG"),
        ("two.jpg.backup", "JPEG"),
    ],
)
def test_content_tells_a_picture(folder: Path, name: str, format: str) -> None:
    (folder / name).write_bytes(file_of(PICTURE, format).getvalue())
    assert names(folder) == [name]
    assert passed_over(folder) == []


def test_what_is_called_a_picture_is_one_to_complain_about(folder: Path) -> None:
    (folder / "text.jpg").write_text("not a picture")
    (folder / "photo.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    assert names(folder) == ["photo.HEIC", "text.jpg"]


def test_what_is_no_picture_is_told_with_the_reason(folder: Path) -> None:
    (folder / "a.png").write_bytes(file_of(PICTURE).getvalue())
    (folder / "BMW.txt").write_text("BMW's list of parts, of which there are many")
    for name in ("notes.txt", "list.csv", "more.txt", "and_more.txt"):
        (folder / name).write_text(f"{Path(name).stem} is text")
    (folder / "photo.psd").write_bytes(b"8BPS\0\1")
    (folder / "clip.mov").write_bytes(b"\0\0\0\x14ftypqt  ")
    (folder / "empty").touch()
    (folder / "small.thumb").write_bytes(png_of_size(5, 5).getvalue())
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "folder.png").mkdir()
    assert names(folder) == ["a.png"]
    before = f"passed over in {folder}"
    assert set(passed_over(folder)) == {
        f"{before}: BMW.txt: no picture, or a damaged one",
        f"{before}: and_more.txt, list.csv, more.txt and 1 more: no picture that can be read",
        f"{before}: clip.mov: MP4 can't be read here",
        f"{before}: empty: empty",
        f"{before}: photo.psd: PSD can't be read here",
        f"{before}: small.thumb: no picture that can be used",
    }


def test_a_folder_without_pictures_is_refused(folder: Path) -> None:
    (folder / "notes.txt").write_text("text")
    with pytest.raises(ValueError, match="holds no pictures"):
        pictures_in(folder)
    with pytest.raises(ValueError, match="can't be read"):
        pictures_in(folder / "missing")


def test_many_names_are_few() -> None:
    assert listed(["a", "b", "b"]) == "a, b"
    assert listed(list("abcdea")) == "a, b, c and 2 more"
