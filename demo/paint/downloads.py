"""The files that a picture can be taken home as."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from io import BytesIO
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image

from demo.files import check_room
from demo.form.request import Selection, stem
from demo.jobs.records import Mask, Pixels
from demo.paint import paper
from demo.paint.resizing import resized, resized_deep
from demo.paint.running import Running
from demo.paint.session import Painted, RunPicture, Segment
from nst_core.film.clip import film_moments
from nst_core.images import save_image, to_rgb
from nst_core.recipe import KEY, NAMED_WEIGHTS, Command, Ingredient, Recipe, Role, name_of, sha256_of
from nst_core.version import __version__


class Format(StrEnum):
    """What is offered."""

    PNG = "png"
    PNG16 = "png16"
    JPEG = "jpeg"
    MP4 = "mp4"
    GIF = "gif"


class OnlyTheLastError(ValueError):
    """16 bits a channel were asked for of a moment that isn't the last: there is no such picture of it."""


SUFFIXES = {Format.PNG: ".png", Format.PNG16: ".png", Format.JPEG: ".jpg", Format.MP4: ".mp4", Format.GIF: ".gif"}
DEEP = "_16bit"  # in a file's name


def write(painted: Painted, running: Running | None, picture: RunPicture, kind: Format, on: str = paper.NONE) -> Path:
    """The file of a picture, written once, by the settings and as large as it was when that part of it was painted.

    `on` is one of `paper.OFFERED`: the file of a picture tells the resolution with which it fits. Raises
    `OnlyTheLastError`, and `OSError` where there is no room on the disk.
    """
    segment = painted.segment(picture, running)
    path = path_of(painted, running, picture, kind, on)
    if not path.exists():
        check_room(painted.snapshots.folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[kind](painted, segment, picture, path, paper.dpi_on(on, segment.size))
    return path


def path_of(painted: Painted, running: Running | None, picture: RunPicture, kind: Format, on: str) -> Path:
    """Where the file of a picture is, once it has been written."""
    # A folder a step: the browser takes the file's own name, and keeps what it got from an address.
    folder = painted.files / f"step-{picture.index}-{on}"
    name = stem(painted.segment(picture, running).selection)
    return folder / f"{name}{DEEP if kind is Format.PNG16 else ''}{SUFFIXES[kind]}"


def comparison(painted: Painted, picture: RunPicture) -> tuple[str, str]:
    """Two JPEGs of one size: the photo and the picture. Raises `OSError` for a full disk."""
    before, after = painted.files / "before.jpg", painted.files / f"step-{picture.index}" / "after.jpg"
    after.parent.mkdir(parents=True, exist_ok=True)
    if not before.exists():
        save_image(painted.before, before)
    if not after.exists():
        save_image(on_white(painted.enlarged(picture)), after)
    return str(before), str(after)


def on_white(image: Pixels) -> Pixels:
    """(H, W, 3) of a picture that may have an opacity."""
    return image if image.shape[2] == 3 else np.asarray(to_rgb(Image.fromarray(image)))


def recipe_of(segment: Segment, step: int, depth: int = 8, dpi: int | None = None) -> Recipe:
    """What the command line needs to make the picture after a step of a segment again, in a file of that resolution.

    Of a run that went on, about the same, which the recipe says.
    """
    selection, computation = segment.selection, segment.computation
    weights = None if selection.config.weights in NAMED_WEIGHTS else Path(selection.config.weights)
    name = selection.config.weights if weights is None else name_of(weights)
    (_, config), *steered = [(first, replace(each, weights=name)) for first, each in segment.configs(step)]
    return Recipe(
        command=Command.STYLIZE,
        config=config,
        steered=tuple(steered),
        went_on=segment.went_on,
        ingredients=tuple(_ingredients(selection, weights)),
        depth=depth,
        keep_profile=False,
        dpi=dpi,
        steps_done=step,
        steps_planned=config.steps,
        execution=computation.execution if computation else None,
        versions=computation.versions if computation else {"nst_core": __version__},
    )


def _ingredients(selection: Selection, weights: Path | None) -> Iterator[Ingredient]:
    pictures = [(Role.CONTENT, selection.photo), *((Role.STYLE, painting) for painting in selection.paintings)]
    for (role, picture), digest in zip(pictures, selection.hashes, strict=True):
        if picture is not None:
            name = Path(str(picture.get("orig_name") or picture["path"])).name
            yield Ingredient(role, name_of(Path(name)), digest)
    for place, mask in enumerate(selection.masks, 1):
        yield _brushed(Role.MASK, f"region-{place}.png", mask)
    if selection.strength_map is not None:
        yield _brushed(Role.STRENGTH_MAP, "strength-map.png", selection.strength_map)
    if weights is not None:
        yield Ingredient(Role.WEIGHTS, name_of(weights), sha256_of(weights))


def _brushed(role: Role, name: str, mask: Mask) -> Ingredient:
    buffer = BytesIO()
    Image.fromarray(mask).save(buffer, "PNG")
    return Ingredient(role, name, hashlib.sha256(buffer.getvalue()).hexdigest())


def _write_png(painted: Painted, segment: Segment, picture: RunPicture, path: Path, dpi: int | None) -> None:
    text = {KEY: recipe_of(segment, picture.index, 8, dpi).to_text()}
    save_image(resized(picture.image, segment.size), path, dpi=dpi, text=text)


def _write_deep(painted: Painted, segment: Segment, picture: RunPicture, path: Path, dpi: int | None) -> None:
    if picture.deep is None:
        raise OnlyTheLastError
    text = {KEY: recipe_of(segment, picture.index, 16, dpi).to_text()}
    save_image(resized_deep(picture.deep, segment.size), path, depth=16, dpi=dpi, text=text)


def _write_jpeg(painted: Painted, segment: Segment, picture: RunPicture, path: Path, dpi: int | None) -> None:
    save_image(on_white(resized(picture.image, segment.size)), path, dpi=dpi)


def _write_film(painted: Painted, segment: Segment, picture: RunPicture, path: Path, dpi: int | None) -> None:
    """From the photo to the picture, by the moments in between whose files are there; nobody prints it."""
    kept = painted.snapshots.kept
    earlier = [snapshot for snapshot in kept if snapshot.index < picture.index and snapshot.path.exists()]
    frames = chain([painted.before], (on_white(snapshot.load()) for snapshot in earlier), [on_white(picture.image)])
    film_moments(path, segment.size, frames, len(earlier) + 2)


WRITERS: dict[Format, Callable[[Painted, Segment, RunPicture, Path, int | None], None]] = {
    Format.PNG: _write_png,
    Format.PNG16: _write_deep,
    Format.JPEG: _write_jpeg,
    Format.MP4: _write_film,
    Format.GIF: _write_film,
}
