"""From what the browser sends to a job: settings are checked, pictures decoded.

The events hand their values on unprocessed (`preprocess=False`), so that every complaint is a sentence of ours.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, BinaryIO, TypeVar

import numpy as np
from gradio.data_classes import FileDataDict
from gradio.utils import get_upload_folder
from PIL import Image

from demo.browser.toasts import told
from demo.jobs.records import Job, Mask, Pixels
from demo.words import Language, numeral, say
from nst_core.config import CHOICES, TransferConfig
from nst_core.errors import InputError
from nst_core.images import fit, load_image, read_size, to_rgb
from nst_core.images.sizes import scaled
from nst_core.recipe import sha256_of
from nst_core.scene.scales import Size, scale_plan

T = TypeVar("T")

MOST_PAINTINGS = 4
EVEN, WHOLE = 50.0, 100.0  # of a slider that tells how much of a painting: where it starts, and its end
# The settings that follow the pictures, in the order of their widgets.
SETTINGS = (
    "strength",
    "colours",
    "style_scale",
    "size",
    "steps",
    "initial",
    "optimizer",
    "pooling",
    "colour_method",
    "scales",
    "content_weight",
    "tv_weight",
    "seed",
    "weights",
)
WIDGETS = {"style_scale": "strokes"}  # whose words go by another name
# Of a page that many people share.
LIMITS: dict[str, tuple[float, float]] = {
    "size": (128, 1024),
    "steps": (1, 1000),
    "scales": (0, 5),
    "style_scale": (0.25, 4),
}
WEIGHTS = ("embedded", "torchvision")
_decoders = BoundedSemaphore(2)  # at once, however many people come: a picture may take 400 MB
NAMELESS = {"image", "clipboard", "webcam", "file"}  # what browsers and Gradio call pictures that were pasted or sent
MORE = 4  # "Keep going" adds a quarter of the steps, and so does "Larger, from here"
LARGER = 2.0  # times the size
DETAIL = 4  # times the result's long side: what a job keeps of a picture, so that those who wait cost little memory


@dataclass(frozen=True)
class Selection:
    """What a person asks for; small, because the pictures are still files. `config` is that of the recipe."""

    photo: FileDataDict | None
    paintings: tuple[FileDataDict, ...]
    config: TransferConfig
    places: tuple[int, ...] = (0,)  # of the paintings, among the slots of the page
    masks: tuple[Mask, ...] = ()  # one a painting, or none at all
    hashes: tuple[str, ...] = ()  # SHA-256 of photo and paintings, once it is submitted: the files go after a day

    def blended(self, blends: Sequence[Any], language: Language = "en") -> Selection:
        """With so much of the painting in each slot; `ValueError` for what is no number, and for nothing of any."""
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


def make_selection(defaults: TransferConfig, form: Sequence[Any], language: Language = "en") -> Selection:
    """What the form stands for: photo, paintings, blends, regions, `SETTINGS`; raises `ValueError`."""
    photo, *values = form
    slots, blends = values[:MOST_PAINTINGS], values[MOST_PAINTINGS : 2 * MOST_PAINTINGS]
    regions, *settings = values[2 * MOST_PAINTINGS :]
    places = tuple(place for place, painting in enumerate(slots) if painting)
    config = make_config(defaults, settings, language)
    selection = Selection(photo, tuple(slots[place] for place in places), config, places)
    return replace(selection.blended(blends, language), masks=masks_of(regions, places))


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


def make_config(defaults: TransferConfig, settings: Sequence[Any], language: Language = "en") -> TransferConfig:
    """The config that the widgets stand for; raises `ValueError` for what none of them allows."""
    values = dict(zip(SETTINGS, settings, strict=True))
    for name, value in values.items():
        if isinstance(getattr(defaults, name), int | float):
            values[name] = type(getattr(defaults, name))(number(name, value, language))
    values["style_scale"] = number("style_scale", values["style_scale"], language)
    for name, (low, high) in _limits().items():
        if not low <= values[name] <= high:
            raise out_of_range(name, values[name], (low, high), language)
    for name, choices in _choices(defaults).items():
        if values[name] not in choices:
            choice = {"choices": ", ".join(choices), "value": repr(values[name])}
            raise ValueError(say(language, "error.choice", name=label_of(name, language), **choice))
    values["style_scale"] = () if values["style_scale"] == 1 else (values["style_scale"],)
    return replace(defaults, **values)


def _limits() -> dict[str, tuple[float, float]]:
    """Of all numbers among the settings: the page's own, or those of the config."""
    numbers = (each for each in fields(TransferConfig) if each.name in SETTINGS and "low" in each.metadata)
    of_config = {each.name: (each.metadata["low"], each.metadata["high"]) for each in numbers}
    return {name: limits for name, limits in of_config.items() if name not in (*CHOICES, "weights")} | LIMITS


def _choices(defaults: TransferConfig) -> dict[str, tuple[str, ...]]:
    """Of all settings that have some. Weights are never a path that a visitor sent."""
    weights = {"weights": tuple(dict.fromkeys((*WEIGHTS, defaults.weights)))}
    return {name: tuple(CHOICES[name]) for name in SETTINGS if name in CHOICES} | weights


def widget_values(config: TransferConfig) -> dict[str, Any]:
    """The values of the widgets of `SETTINGS` for a config: the other way round."""
    values = {name: getattr(config, name) for name in SETTINGS}
    scale = config.style_scale[0] if config.style_scale else 1.0
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()} | {
        "style_scale": scale
    }


def make_submission(selection: Selection, language: Language = "en", key: str = "") -> Submission:
    """Decode the pictures; raises `ValueError` for one that is missing or can't be used."""
    checked_sizes(selection, language)
    content = load("photo", selection.photo, language, selection.config.size)
    styles = [load("painting", painting, language, selection.config.size) for painting in selection.paintings]
    config = replace(selection.config, keep_alpha=content.mode == "RGBA")
    job = Job(np.asarray(content), tuple(np.asarray(style) for style in styles), config, selection.masks, None, key)
    hashes = tuple(sha256_of(Path(picture["path"])) for picture in (selection.photo, *selection.paintings) if picture)
    return Submission(replace(selection, config=config, hashes=hashes), job, fit(content.size, config.size))


def checked_sizes(selection: Selection, language: Language = "en") -> tuple[Size, list[Size]]:
    """As `sizes_of`, of what can be painted by all that is known before a picture is decoded; else `ValueError`."""
    sizes = sizes_of(selection, language)
    if not selection.paintings:
        raise ValueError(say(language, "error.no_painting"))
    _check_shapes(sizes, selection.config, language)
    _check_masks(selection, language)
    return sizes


def sizes_of(selection: Selection, language: Language = "en") -> tuple[Size, list[Size]]:
    """Of the photo and the paintings, (width, height) as they are stored; raises `ValueError`."""
    return size_of("photo", selection.photo, language), [
        size_of("painting", each, language) for each in selection.paintings
    ]


def _check_shapes(sizes: tuple[Size, list[Size]], config: TransferConfig, language: Language) -> None:
    """Raise `ValueError` where a picture is too narrow: before any is decoded, by the size that the person knows."""
    try:
        scale_plan(*sizes, config)
    except InputError as error:
        limited = {"too_narrow": "size", "too_fine": "style_scale"}.get(error.about)
        if limited and error.values["enough"] > LIMITS[limited][1]:
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


def continued(submission: Submission, begin: Pixels, done: int) -> Submission:
    """The same, but going on at full size from the picture `begin`, made by the first `done` of the wished steps."""
    config = the_rest(submission.job.config, done)
    return replace(submission, job=replace(submission.job, begin=begin, config=config), done=done)


def the_rest(config: TransferConfig, done: int) -> TransferConfig:
    """Of a run whose first `done` steps are behind it: what its next job goes by, at full size only."""
    return replace(config, scales=1, steps=config.steps - done)


def are_the_same(selection: Selection, photo: FileDataDict | None, paintings: Sequence[FileDataDict]) -> bool:
    """Whether a selection is of these pictures, by what is in their files."""
    wished, chosen = (selection.photo, *selection.paintings), (photo, *paintings)
    if [path_of(each) for each in wished] == [path_of(each) for each in chosen]:
        return True  # Gradio names a file by what is in it
    with suppress(ValueError, OSError):
        return selection.hashes == tuple(sha256_of(uploaded("photo", each)) for each in chosen)
    return False


def path_of(picture: FileDataDict | None) -> str | None:
    """Of a chosen picture's file, if there is one."""
    return picture["path"] if picture else None


def load(kind: str, picture: FileDataDict | None, language: Language = "en", size: int | None = None) -> Image.Image:
    """A chosen picture, "RGBA" where it has transparent parts; raises `ValueError`. `kind`: photo or painting.

    With the `size` of a result it is only as large as that needs: it may wait for long, beside many others.
    """
    with _decoders:
        image = _read(partial(load_image, keep_alpha=True), kind, picture, language)
        if image.mode == "RGBA" and not image.getchannel("A").getextrema()[1]:
            raise ValueError(say(language, f"error.{kind}_bad", reason=say(language, "refused.transparent")))
        return image if size is None else _shrunk(image, size)


def _shrunk(image: Image.Image, size: int) -> Image.Image:
    """At most `DETAIL` times as large as at `size`, and of exactly the shape that it has there."""
    if max(image.size) <= DETAIL * size:
        return image
    width, height = scaled(image.size, size)
    return image.resize((DETAIL * width, DETAIL * height), Image.Resampling.LANCZOS)


def size_of(kind: str, picture: FileDataDict | None, language: Language = "en") -> Size:
    """The size (width, height) of a chosen picture, by its first bytes; raises `ValueError`."""
    return _read(read_size, kind, picture, language)


def _read(reader: Callable[[BinaryIO], T], kind: str, picture: FileDataDict | None, language: Language) -> T:
    path = uploaded(kind, picture, language)
    try:
        with path.open("rb") as stream:
            return reader(stream)
    except OSError:
        raise ValueError(say(language, f"error.{kind}_lost")) from None
    except ValueError as error:
        raise ValueError(say(language, f"error.{kind}_bad", reason=told(language, error))) from error


def uploaded(kind: str, picture: FileDataDict | None, language: Language = "en") -> Path:
    """Where a chosen picture lies; raises `ValueError` for none, and for a file that wasn't uploaded."""
    if not picture or not picture["path"]:
        raise ValueError(say(language, f"error.no_{kind}"))
    # Gradio checks a path only where the request calls it a file; one could name any picture on this machine instead.
    path, cache = Path(picture["path"]).resolve(), Path(get_upload_folder()).resolve()
    if not path.is_relative_to(cache):
        raise ValueError(say(language, f"error.{kind}_foreign"))
    return path


def number(name: str, value: Any, language: Language = "en") -> float:
    """`value` if it is a finite number; raises `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        key = "error.number_missing" if value is None else "error.number"
        raise ValueError(say(language, key, name=label_of(name, language), value=repr(value)))
    return value


def out_of_range(name: str, value: float, limits: tuple[float, float], language: Language = "en") -> ValueError:
    """What to raise for a setting that isn't within its limits."""
    low, high, given = (numeral(language, each) for each in (*limits, value))
    return ValueError(say(language, "error.range", name=label_of(name, language), low=low, high=high, value=given))


def label_of(name: str, language: Language = "en") -> str:
    """What the page calls a setting."""
    return say(language, f"{WIDGETS.get(name, name)}.label")


def more_steps(planned: int) -> int:
    """How many steps are added to so many by going on."""
    return max(1, planned // MORE)


def larger_size(size: int, times: float = LARGER) -> int:
    """So many times as large, as far as this page allows."""
    return min(int(LIMITS["size"][1]), round(size * times))


def stem(selection: Selection) -> str:
    """What to call the picture's file: `neuschwanstein_starry_night_512`, or `nst-0` of pictures without a name."""
    names = [
        Path(picture.get("orig_name") or "").stem for picture in (selection.photo, *selection.paintings) if picture
    ]
    words = [re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:40] for name in names]
    if not all(words) or NAMELESS & set(words):
        return f"nst-{selection.config.seed}"
    return f"{'_'.join(words)}_{selection.config.size}"
