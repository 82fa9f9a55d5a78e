"""Where each painting belongs: colours brushed over the photo become a map of the paintings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict
from numpy.typing import NDArray
from PIL import Image

from demo.events import Mask
from demo.orders import load
from demo.toasts import toast
from demo.words import language

SIDE = 512  # pixels of the canvas' long side: a brush is no finer
COLOURS = ("#e11d48", "#2563eb", "#f59e0b", "#059669")  # of the first painting, the second, ...


def canvas(request: gr.Request, photo: FileDataDict | None) -> dict[str, Any]:
    """The photo to brush on, small."""
    speaks = language(request)
    with toast(speaks):
        image = load("photo", photo, speaks).convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return {"background": image, "layers": [], "composite": None}


def read(drawn: Mapping[str, Any] | None) -> Mask | None:
    """The map (H, W) of what was brushed: 0 = nothing, else the number of the painting; None for a bare photo."""
    layers: Sequence[NDArray[np.uint8]] = drawn["layers"] if drawn else []
    labels = None
    for whole in layers:
        stride = math.ceil(max(whole.shape[:2]) / SIDE)  # ours has no more pixels; somebody else's may
        layer = whole[::stride, ::stride]
        found = _nearest(layer[..., :3]) * (layer[..., 3] > 127)
        labels = found if labels is None else np.where(found, found, labels)
    return None if labels is None or not labels.any() else labels.astype(np.uint8)


def _nearest(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(H, W, 3) -> (H, W): the number of the colour, from 1, that is nearest."""
    palette = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in COLOURS])
    distances = ((pixels[:, :, None].astype(int) - palette) ** 2).sum(-1)
    nearest: NDArray[np.int64] = distances.argmin(-1)
    return nearest + 1
