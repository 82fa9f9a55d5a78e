"""The example pictures, by their names and by what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from demo.form.example_pairs import EXAMPLES
from demo.form.request import Selection
from demo.words import Language, say
from nst_core.recipe import sha256_of

Kind = Literal["photo", "painting"]
LONGEST = 32  # characters of a name that are shown
FOLDERS: dict[Kind, Path] = {"photo": EXAMPLES / "content", "painting": EXAMPLES / "style"}


@cache
def by_name(kind: Kind) -> Mapping[str, Path]:
    """The example photos or paintings by the names of their files, without the suffix."""
    return {path.stem: path for path in sorted(FOLDERS[kind].glob("*.jpg"))}


@cache
def by_sha256(kind: Kind) -> Mapping[str, Path]:
    """The example pictures of a kind by the SHA-256 of their files."""
    return {sha256_of(path): path for path in by_name(kind).values()}


def called(kind: Kind, file: str, digest: str | None, speaks: Language) -> str:
    """What a person would call a picture with this SHA-256: an example by its name, any other by that of its file."""
    example = by_sha256(kind).get((digest or "").lower())
    if example is not None:
        return say(speaks, f"{kind}.{example.stem}")
    name = Path(file).stem
    return (name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…") or say(speaks, "gallery.pasted")


def joined(names: Sequence[str]) -> str:
    """A photo and its paintings as one title: `Neuschwanstein Castle × The Starry Night + Poppies`."""
    photo, *paintings = names
    return f"{photo} × {' + '.join(paintings)}"


def subject(selection: Selection, speaks: Language) -> str:
    """What a selection is for."""
    files = [str((picture and picture.get("orig_name")) or "") for picture in selection.pictures]
    digests = selection.hashes or (None,) * len(files)
    photo, *paintings = zip(files, digests, strict=True)
    return joined([called("photo", *photo, speaks), *(called("painting", *each, speaks) for each in paintings)])
