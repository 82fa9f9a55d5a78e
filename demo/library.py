"""The example pictures, by their names and by what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from demo.pairs import EXAMPLES
from nst_core.recipe import sha256_of

Kind = Literal["photo", "painting"]
FOLDERS: dict[Kind, Path] = {"photo": EXAMPLES / "content", "painting": EXAMPLES / "style"}


@cache
def by_name(kind: Kind) -> Mapping[str, Path]:
    """The example photos or paintings by the names of their files, without the suffix."""
    return {path.stem: path for path in sorted(FOLDERS[kind].glob("*.jpg"))}


@cache
def by_sha256(kind: Kind) -> Mapping[str, Path]:
    """The same by the SHA-256 of their files."""
    return {sha256_of(path): path for path in by_name(kind).values()}
