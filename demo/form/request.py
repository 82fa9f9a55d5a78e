"""From what is chosen to a job: the form becomes a selection, its pictures are decoded for a submission."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.files import NOBODY
from demo.form import strength_map
from demo.form.settings import BY_NAME, make_config, number
from demo.form.uploads import load, path_of, size_of, uploaded
from demo.form.values import Dials, FormValues
from demo.jobs.records import Job, Mask, Pixels
from demo.visitors.identity import Visitor
from demo.words import Language, say
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.images import fit, to_rgb
from nst_core.recipe import sha256_of
from nst_core.scene.scales import Size, scale_plan

NAMELESS = {"image", "clipboard", "webcam", "file"}  # what browsers and Gradio call pictures that were pasted or sent
MORE = 4  # "Keep going" adds a quarter of the steps, and so does "Larger"
LARGER = 2.0  # times the size
LARGEST = int(BY_NAME["size"].range[1])  # pixels of the long side


@dataclass(frozen=True)
class Selection:
    """What a person asks for; small, because the pictures are still files. `config` is that of the recipe."""

    photo: FileDataDict | None
    paintings: tuple[FileDataDict, ...]
    config: TransferConfig
    places: tuple[int, ...] = (0,)  # of the paintings, among the slots of the page
    masks: tuple[Mask, ...] = ()  # one a painting, or none at all
    strength_map: Mask | None = None  # how much painting where, as the engine reads it
    hashes: tuple[str, ...] = ()  # SHA-256 of photo and paintings, once it is submitted: the files go after a day

    @property
    def pictures(self) -> tuple[FileDataDict | None, ...]:
        """The photo and the paintings."""
        return self.photo, *self.paintings

    def with_dials(self, dials: Dials, language: Language = "en") -> Selection:
        """This selection with the dials as they are; `ValueError` for no number, or nothing of any painting."""
        values: dict[str, Any] = {name: number(name, value, language) for name, value in dials.settings.items()}
        return replace(self, config=replace(self.config, **values)).blended(dials.blends, language)

    def has_same_pictures_as(self, form: FormValues) -> bool:
        """Whether it is of the pictures in the form, by what is in their files."""
        chosen = (form.photo, *(painting for painting in form.paintings if painting))
        if [path_of(each) for each in self.pictures] == [path_of(each) for each in chosen]:
            return True  # Gradio names a file by what is in it
        with suppress(ValueError, OSError):
            return self.hashes == tuple(sha256_of(uploaded("photo", each)) for each in chosen)
        return False

    def blended(self, blends: Sequence[Any], language: Language = "en") -> Selection:
        """This selection with so much of each slot's painting; `ValueError` for no number, or nothing of any."""
        shares = tuple(number("style_blend", blends[place], language) for place in self.places)
        if len(shares) > 1 and not any(shares):
            raise ValueError(say(language, "blend.nothing"))
        return replace(self, config=replace(self.config, style_blend=shares if len(set(shares)) > 1 else ()))


@dataclass(frozen=True, eq=False)
class Submission:
    """A job and what is needed to show it."""

    selection: Selection
    job: Job
    size: Size  # of the finished picture
    done: int = 0  # steps of the run that it goes on with; 0 = it begins one

    @property
    def before(self) -> Pixels:
        """The photo as large as the picture will be, on white."""
        photo = to_rgb(Image.fromarray(self.job.content))
        return np.asarray(photo.resize(self.size, Image.Resampling.LANCZOS))


def make_selection(defaults: TransferConfig, form: FormValues, language: Language = "en") -> Selection:
    """What the form stands for; raises `ValueError` for what its widgets don't allow."""
    places = tuple(place for place, painting in enumerate(form.paintings) if painting)
    config = make_config(defaults, form.settings, language)
    selection = Selection(form.photo, tuple(form.paintings[place] for place in places), config, places)
    return replace(
        selection.blended(form.blends, language),
        masks=masks_of(form.regions, places),
        strength_map=strength_map.soft(form.strength_map),
    )


def masks_of(regions: Mask | None, places: Sequence[int]) -> tuple[Mask, ...]:
    """Where the paintings belong by a map (H, W) of their slots, from 1; what stays bare gets all of them."""
    if regions is None or len(places) < 2:
        return ()
    bare = ~np.isin(regions, [place + 1 for place in places])
    return (
        ()
        if bare.all()
        else tuple(np.where(bare | (regions == place + 1), 255, 0).astype(np.uint8) for place in places)
    )


def make_submission(
    selection: Selection, language: Language = "en", key: str = "", visitor: Visitor = NOBODY
) -> Submission:
    """Decode the pictures; raises `ValueError` for one that is missing or can't be used."""
    checked_sizes(selection, language)
    content = load("photo", selection.photo, language, selection.config.size)
    styles = [load("painting", painting, language, selection.config.size) for painting in selection.paintings]
    config = replace(selection.config, keep_alpha=content.mode == "RGBA")
    job = Job(
        content=np.asarray(content),
        styles=tuple(np.asarray(style) for style in styles),
        config=config,
        masks=selection.masks,
        strength_map=selection.strength_map,
        key=key,
        visitor=visitor,
    )
    hashes = tuple(sha256_of(Path(picture["path"])) for picture in selection.pictures if picture)
    return Submission(replace(selection, config=config, hashes=hashes), job, fit(content.size, config.size))


def checked_sizes(selection: Selection, language: Language = "en") -> tuple[Size, list[Size]]:
    """`sizes_of`, once all is checked that can be before a picture is decoded; raises `ValueError`."""
    sizes = sizes_of(selection, language)
    if not selection.paintings:
        raise ValueError(say(language, "error.no_painting"))
    _check_shapes(sizes, selection.config, language)
    _check_masks(selection, language)
    return sizes


def sizes_of(selection: Selection, language: Language = "en") -> tuple[Size, list[Size]]:
    """The sizes of the photo and the paintings, (width, height) as they are stored; raises `ValueError`."""
    return size_of("photo", selection.photo, language), [
        size_of("painting", each, language) for each in selection.paintings
    ]


def _check_shapes(sizes: tuple[Size, list[Size]], config: TransferConfig, language: Language) -> None:
    """Raise `ValueError` where a picture is too narrow: before any is decoded, by the size that the person knows."""
    try:
        scale_plan(*sizes, config)
    except InputError as error:
        limited = {"too_narrow": "size", "too_fine": "style_scale"}.get(error.about)
        if limited and error.values["enough"] > BY_NAME[limited].range[1]:
            raise ValueError(say(language, "refused.far_too_narrow", **error.values)) from error
        raise


def _check_masks(selection: Selection, language: Language) -> None:
    """Raise `ValueError` where all of the photo was brushed for other paintings than one."""
    for place, mask in zip(selection.places, selection.masks, strict=False):
        if not mask.any():
            raise ValueError(say(language, "regions.no_room", painting=place + 1))


def new_key() -> str:
    """By which only this session can steer its job."""
    return secrets.token_urlsafe(16)


def reconstruction_key(visitor: Visitor) -> str:
    """The key of the one reconstruction that a visitor may have under way: their own picture finds it by that."""
    return f"reconstruction {visitor.session}" if visitor.session else ""


def continued(submission: Submission, begin: Pixels, done: int) -> Submission:
    """A submission that goes on at full size from the picture `begin`, made by the first `done` of its steps."""
    config = remaining(submission.job.config, done)
    return replace(submission, job=replace(submission.job, begin=begin, config=config), done=done)


def remaining(config: TransferConfig, done: int) -> TransferConfig:
    """What the next job of a run goes by whose first `done` steps are behind it, at full size only."""
    return replace(config, scales=1, steps=config.steps - done)


def more_steps(planned: int) -> int:
    """How many steps are added to so many by going on."""
    return max(1, planned // MORE)


def larger_size(size: int, times: float = LARGER) -> int:
    """So many times as large, as far as this page allows."""
    return min(LARGEST, round(size * times))


def stem(selection: Selection) -> str:
    """What to call the picture's file: `neuschwanstein_starry_night_512`, or `nst-0` of pictures without a name."""
    names = [Path(str(picture.get("orig_name") or "")).stem for picture in selection.pictures if picture]
    words = [re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:40] for name in names]
    if not all(words) or NAMELESS & set(words):
        return f"nst-{selection.config.seed}"
    return f"{'_'.join(words)}_{selection.config.size}"
