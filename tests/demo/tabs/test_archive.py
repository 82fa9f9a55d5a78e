"""All results of a session in one file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from demo.files import new_folder
from demo.form.request import Selection
from demo.tabs import archive
from demo.tabs.entries import Entries, Entry
from nst_core.config import TransferConfig
from nst_core.recipe import KEY


@pytest.fixture
def entries(cache: Path) -> Entries:
    return tuple(make(name) for name in ("cat_wave_64.png", "cat_wave_64.png", "dog_wave_64.png"))


def make(name: str) -> Entry:
    file = new_folder() / name
    recipe = PngInfo()
    recipe.add_itxt(KEY, '{"size": 64, "photo": "años"}')
    Image.new("RGB", (8, 8)).save(file, pnginfo=recipe)
    return Entry((name, 2), file, "", Selection(None, (), TransferConfig()), ())


def test_each_picture_stands_beside_its_recipe(entries: Entries) -> None:
    with ZipFile(archive.write(entries)) as packed:
        names = [f"0{number}_{name}_wave_64" for number, name in enumerate(("dog", "cat", "cat"), 1)]
        assert packed.namelist() == [f"{name}.{suffix}" for name in names for suffix in ("png", "json")]
        assert packed.read("01_dog_wave_64.png") == entries[2].path.read_bytes()
        assert packed.read("02_cat_wave_64.json").decode() == '{"size": 64, "photo": "años"}'


def test_it_is_the_visitor_s_own(entries: Entries) -> None:
    """In their network's folder, which counts what they may take of the disk."""
    file = archive.write(entries)
    assert file.parent.parent == entries[0].path.parent.parent
    archive.remove(file)
    archive.remove(None)
    assert not file.parent.exists()
    assert entries[0].path.exists()


def test_what_is_gone_is_left_out(entries: Entries) -> None:
    entries[1].path.unlink()
    with ZipFile(archive.write(entries)) as packed:
        assert packed.namelist()[2:] == ["02_cat_wave_64.png", "02_cat_wave_64.json"]
    for entry in entries:
        shutil.rmtree(entry.path.parent)
    with pytest.raises(FileNotFoundError):
        archive.write(entries)


def test_of_a_full_disk_no_half_is_left(entries: Entries, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    home = entries[0].path.parent.parent
    before = set(home.iterdir())
    monkeypatch.setattr(ZipFile, "writestr", refuse)
    with pytest.raises(OSError, match="No space"):
        archive.write(entries)
    assert set(home.iterdir()) == before
