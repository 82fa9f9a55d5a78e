"""A canvas to brush on: colours over the photo become a map of numbers, one a colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import gradio as gr
import numpy as np
from gradio.components.base import server
from gradio.data_classes import FileDataDict
from numpy.typing import NDArray
from PIL import Image, ImageColor

from demo.browser.toasts import toast
from demo.browser.wiring import Components, unchanged
from demo.form.uploads import load, uploaded
from demo.jobs.records import Mask
from demo.visitors.identity import Visitor, visitor_of
from demo.visitors.ledger import Ledger
from demo.visitors.listeners import Listeners
from demo.words import Language, language, say

SIDE = 512  # pixels of the canvas' long side: a brush is no finer
OPACITY = 0.6  # of the brush: the photo can be seen below. Where strokes overlap, the last one counts
MOST_PIXELS = (4 * SIDE) ** 2  # of a layer: a screen may have several for one of ours
MOST_BYTES = 2_000_000  # of a layer's file
MOST_LETTERS = 64  # of its name
MOST_LAYERS = 4  # of a session: each is asked for as soon as it is here
EACH, TOTAL = 60_000_000, 300_000_000  # bytes of a network, and of all


def brush(colours: Sequence[str]) -> gr.Brush:
    """Paints in the colours, and in no others."""
    given: list[str | tuple[str, float]] = [(colour, OPACITY) for colour in colours]
    return gr.Brush(default_size=40, colors=given, default_color=given[0], color_mode="fixed")


def variables(colours: Mapping[str, str]) -> str:
    """HTML: a page with it knows the colours, by their names, as `--brush-1`, ..."""
    told = " ".join(f"--brush-{name}: {colour};" for name, colour in colours.items())
    return f"<style>:root {{ {told} }}</style>"


def canvas(request: gr.Request, photo: FileDataDict | None, brushed: Mask | None) -> Any:
    """The photo to brush on, small; what is brushed on it already stays."""
    return gr.skip() if brushed is not None else _blank(request, photo)


def redrawn(request: gr.Request, photo: FileDataDict | None, brushed: Mask | None, colours: Sequence[str]) -> Any:
    """The photo, and on it what a map of the `colours` tells: a page that is loaded anew has an empty canvas."""
    if brushed is None:
        return gr.skip()
    canvas = _blank(request, photo)
    palette = np.array([(0, 0, 0, 0), *(_rgba(colour) for colour in colours)], np.uint8)
    layer = Image.fromarray(palette[np.minimum(brushed, len(colours))])
    return canvas | {"layers": [layer.resize(canvas["background"].size, Image.Resampling.NEAREST)]}


def _blank(request: gr.Request, photo: FileDataDict | None) -> dict[str, Any]:
    speaks = language(request)
    with toast(speaks):
        image = load("photo", photo, speaks, SIDE).convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return {"background": image, "layers": [], "composite": None}


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue, round(255 * OPACITY)


@dataclass(frozen=True)
class BrushedView:
    """Values for what shows what is brushed."""

    brushed: Any = unchanged()  # the map of the colours
    canvas: Any = unchanged()
    fold: Any = unchanged()

    @classmethod
    def bare(cls) -> BrushedView:
        """Nothing is brushed."""
        return cls(brushed=None, canvas=None, fold=gr.update(open=False))


@dataclass(frozen=True)
class BrushedComponents(Components):
    """What shows what is brushed: its map, the canvas, and what that stands in."""

    Values: ClassVar = BrushedView

    brushed: gr.State
    canvas: gr.ImageEditor
    fold: gr.Accordion


class Strokes:
    """What was brushed on one canvas, from the request that brings it to the event that asks for it.

    It stands in for the editor's own store, which takes any number of pictures of any size from anybody. A layer is its
    session's alone.
    """

    def __init__(self, colours: Sequence[str], listeners: Listeners | None = None) -> None:
        """`colours`: of the brush; `listeners`: who has the page open, and so loses nothing to others."""
        self._colours = colours
        is_there = listeners.is_there if listeners else lambda session: False
        self._layers: dict[str, dict[str, bytes]] = {}  # by session, then by their ids, the oldest first
        self._ledger: Ledger[str] = Ledger(EACH, TOTAL, is_there)
        self._lock = Lock()

    def serve(self, canvas: gr.ImageEditor) -> None:
        """Take what the browser sends for `canvas`."""

        def accept_blobs(data: Any, request: gr.Request) -> None:
            visitor = replace(visitor_of(request), session=str(data.data["session_hash"]))
            self.keep(visitor, data.data, data.files)

        canvas.accept_blobs = server(accept_blobs)  # type: ignore[no-untyped-call]

    def keep(self, visitor: Visitor, about: Mapping[str, Any], files: Sequence[tuple[str, bytes]]) -> None:
        """Keep a layer by the `id` that it is told `about`; nobody needs the background, nor what is too large."""
        if not files:
            return
        key, (_, layer) = str(about["id"]), files[0]
        if about["type"] != "layer" or len(layer) > MOST_BYTES or len(key) > MOST_LETTERS:
            return
        with self._lock:
            layers = self._layers.setdefault(visitor.session, {})
            layers[key] = layer
            for oldest in list(layers)[:-MOST_LAYERS]:
                del layers[oldest]
            size = sum(map(len, layers.values()))
            for session in self._ledger.enter(visitor.session, visitor.network, size):
                del self._layers[session]

    def read(self, request: gr.Request, drawn: Mapping[str, Any] | None) -> Any:
        """The map of what was brushed on the canvas, as `labels` makes it; None for a bare photo."""
        speaks = language(request)
        with toast(speaks):
            if not drawn:
                return None
            if drawn.get("id"):
                with self._lock:
                    layer = self._layers.get(visitor_of(request).session, {}).get(drawn["id"])
                return gr.skip() if layer is None else labels(_decoded(BytesIO(layer), speaks), self._colours)
            layers = drawn.get("layers") or [None]  # the canvas has one
            if layers[0] is None:
                return None
            return labels(_decoded(uploaded("photo", layers[0], speaks), speaks), self._colours)


def labels(layer: NDArray[np.uint8], colours: Sequence[str]) -> Mask | None:
    """What was brushed, (H, W, 4), as a map: 0 = nothing, else the number of the colour; None for a bare photo."""
    stride = math.ceil(max(layer.shape[:2]) / SIDE)
    layer = layer[::stride, ::stride]
    found = _nearest(layer[..., :3], colours) * (layer[..., 3] > 255 * OPACITY / 2)
    return found.astype(np.uint8) if found.any() else None


def _decoded(source: BytesIO | Path, language: Language) -> NDArray[np.uint8]:
    """(H, W, 4); `ValueError` for what no canvas of ours sends."""
    try:
        with Image.open(source, formats=["PNG", "WEBP"]) as image:
            if math.prod(image.size) <= MOST_PIXELS:
                return np.asarray(image.convert("RGBA"))
    except Exception:  # a decoder raises whatever it stumbles over
        pass
    raise ValueError(say(language, "regions.unreadable"))


def _nearest(pixels: NDArray[np.uint8], colours: Sequence[str]) -> NDArray[np.int64]:
    """(H, W, 3) -> (H, W): the number of the colour, from 1, that is nearest."""
    palette = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in colours])
    distances = ((pixels[:, :, None].astype(int) - palette) ** 2).sum(-1)
    nearest: NDArray[np.int64] = distances.argmin(-1)
    return nearest + 1
