"""All results of a session in one file, each with its recipe beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from demo.files import new_folder_beside
from demo.tabs.entries import Entries
from nst_core.images import read_text
from nst_core.recipe import KEY

NAME = "pictures.zip"


def write(entries: Entries) -> Path:
    """A ZIP of the results whose files are there, the newest first, in a new folder of the same visitor.

    The recipe that each picture carries is also a JSON file of its name. Raises `FileNotFoundError` where no file is
    there any more, `OSError` without room on the disk, and then there is no half of it.
    """
    files = [entry.path for entry in reversed(entries) if entry.path.exists()]
    if not files:
        raise FileNotFoundError(NAME)
    folder = new_folder_beside(files[0].parent)
    try:
        # Pictures are compressed already.
        with ZipFile(folder / NAME, "w", ZIP_STORED) as archive:
            for number, file in enumerate(files, 1):
                name = f"{number:02}_{file.stem}"
                archive.write(file, f"{name}{file.suffix}")
                recipe = read_text(file).get(KEY)
                if recipe:
                    archive.writestr(f"{name}.json", recipe)
    except OSError:
        remove(folder / NAME)
        raise
    return folder / NAME


def remove(archive: Path | None) -> None:
    """The session has ended, or there is a later one."""
    if archive is not None:
        shutil.rmtree(archive.parent, ignore_errors=True)
