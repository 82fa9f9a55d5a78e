"""Which files of a folder are pictures, by what is in them, and which are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nst_core.errors import InputError

# A file that is called so is a picture even if it can't be read: to pass over somebody's photo would surprise.
PICTURES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".dib"),
        *(".avif", ".jp2", ".j2k", ".ppm", ".pgm", ".pbm", ".pnm", ".ico", ".heic", ".heif", ".hif"),
    }
)
MANY = 3  # names in one line


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder, by their names; `ValueError` where there are none, or it can't be read."""
    pictures = [path for path in _files(folder) if not _objection(path)]
    if not pictures:
        raise ValueError(f"the folder {folder} holds no pictures; name another")
    return pictures


def passed_over(folder: Path) -> list[str]:
    """One line for each reason why files of a folder aren't taken for pictures."""
    names: dict[str, list[str]] = {}
    for path in _files(folder):
        if why := _objection(path):
            names.setdefault(why, []).append(path.name)
    return [f"passed over in {folder}: {listed(which)}: {why}" for why, which in names.items()]


def listed(names: list[str]) -> str:
    """The first few of many names, each once."""
    once = list(dict.fromkeys(names))
    return ", ".join(once[:MANY]) + (f" and {len(once) - MANY} more" if len(once) > MANY else "")


def _files(folder: Path) -> Iterator[Path]:
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise ValueError(f"the folder {folder} can't be read: {error.strerror}") from error
    yield from (path for path in found if not path.name.startswith(".") and path.is_file())


def _objection(path: Path) -> str:
    """Why a file is no picture, which its first bytes tell; nothing for one that is or that is called so."""
    from nst_core.images.reading import read_size

    if path.suffix.lower() in PICTURES:
        return ""
    try:
        read_size(path)
    except InputError as error:
        kind = error.values.get("kind")
        return f"{kind} can't be read here" if kind else _REASONS.get(error.about, "no picture that can be used")
    except ValueError:
        return "it can't be read"
    return ""


_REASONS = {"no_picture": "no picture that can be read", "empty": "empty", "damaged": "no picture, or a damaged one"}
