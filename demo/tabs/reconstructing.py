"""From what is chosen to the job of a reconstruction: a photo from one layer, or a painting's texture from several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form.settings import in_range, number
from demo.form.uploads import load, size_of
from demo.jobs.records import Job, Kind
from demo.tabs.layer_rows import LAYERS, PICTURES
from demo.words import Language, say
from nst_core.config import RECONSTRUCTION, TransferConfig
from nst_core.errors import shown
from nst_core.images import fit, to_rgb
from nst_core.reconstruct import content_config, style_config
from nst_core.scene.scales import Size

# What can be asked for; figure 1 of Gatys et al. has the first of each block, and in the paper of 2016 the second.
OFFERED = {"content": (*LAYERS, *(f"relu{block}_2" for block in range(1, 6))), "style": LAYERS}

# Small: it is looked at while it runs.
SMALL = {"size": 192, "steps": 120}
LIMITS = {"size": (96, 384), "steps": (1, 400)}


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A job and the size (width, height) of its result."""

    job: Job
    size: Size


def make_reconstruction(
    defaults: TransferConfig,
    kind: str,
    picture: FileDataDict | None,
    layers: Sequence[str],
    size: Any,
    steps: Any,
    speaks: Language = "en",
    **options: Any,
) -> Reconstruction:
    """What the widgets stand for, with further options of a config; raises `ValueError` for what none allows."""
    config = _config(defaults, kind, layers, size, steps, speaks, **options)
    fit(size_of(PICTURES[kind], picture, speaks), config.size)  # by the size that the person knows
    return _reconstruction(kind, to_rgb(load(PICTURES[kind], picture, speaks, config.size)), layers, config)


def of_file(
    defaults: TransferConfig, kind: str, path: Path, layers: Sequence[str], size: Any, steps: Any, speaks: Language
) -> Reconstruction:
    """Likewise, of a picture that comes with the project."""
    config = _config(defaults, kind, layers, size, steps, speaks)
    with Image.open(path) as image:
        return _reconstruction(kind, to_rgb(image), layers, config)


def _config(
    defaults: TransferConfig,
    kind: str,
    layers: Sequence[str],
    size: Any,
    steps: Any,
    speaks: Language,
    **options: Any,
) -> TransferConfig:
    if not isinstance(kind, str) or kind not in OFFERED:
        raise ValueError(say(speaks, "inside.no_kind", value=shown(kind)))
    _check_layers(kind, layers, speaks)
    numbers = {"size": number("size", size, speaks), "steps": number("steps", steps, speaks)}
    whole = {name: int(in_range(name, value, LIMITS[name], speaks)) for name, value in numbers.items()}
    return replace(defaults, **RECONSTRUCTION | whole | options)


def _reconstruction(kind: str, image: Image.Image, layers: Sequence[str], config: TransferConfig) -> Reconstruction:
    shape = fit(image.size, config.size)
    pixels = np.asarray(image)
    if kind == "content":
        job = Job(pixels, (), content_config(layers[0], config), kind=Kind.RECONSTRUCTION)
        return Reconstruction(job, shape)
    return Reconstruction(Job(pixels, (pixels,), style_config(layers, config), kind=Kind.RECONSTRUCTION), shape)


def _check_layers(kind: str, layers: Sequence[str], speaks: Language) -> None:
    """Raise `ValueError` for a choice that isn't offered."""
    known = ", ".join(OFFERED[kind])
    if not isinstance(layers, list) or not layers or layers == [None]:
        raise ValueError(say(speaks, "inside.no_layers", layers=known))
    for layer in layers:
        if layer not in OFFERED[kind]:
            raise ValueError(say(speaks, "inside.bad_layer", layer=shown(layer), layers=known))
    if kind == "content" and len(layers) > 1:
        raise ValueError(say(speaks, "inside.one_layer", layers=", ".join(layers)))
