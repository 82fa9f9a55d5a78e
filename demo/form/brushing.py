"""A canvas to brush on: colours over the photo become a map of numbers, one a colour."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any, ClassVar

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from demo.browser.toasts import toast
from demo.browser.wiring import Components, unchanged
from demo.jobs.records import Mask
from demo.words import Language, language, say

SIDE = 512  # pixels of the canvas' long side: a brush is no finer
OPACITY = 0.6  # of the brush: the photo can be seen below. Where strokes overlap, the last one counts
MOST_PIXELS = (2 * SIDE) ** 2  # of what is read
MOST_LETTERS = 2_000_000  # of its address
ADDRESS = "data:image/png;base64,"
WIDTHS = (6, 40, 160)  # pixels of the canvas: of the finest brush, of the one that is taken first, of the widest


def tools(speaks: Language, colours: Sequence[tuple[str, str]]) -> str:
    """HTML: the colours of a brush, (class, what each is for as HTML), and its other tools."""
    picks = "".join(
        f'<li class="{each}"><button type="button" data-colour="{place}" aria-pressed="{str(place == 1).lower()}">'
        f"{inside}</button></li>"
        for place, (each, inside) in enumerate(colours, 1)
    )
    least, usual, most = WIDTHS
    return (
        f'<ul class="legend" role="list">{picks}</ul><div class="brush-tools">'
        f'<button type="button" data-colour="0" aria-pressed="false">{escape(say(speaks, "brush.eraser"))}</button>'
        f'<button type="button" data-select aria-pressed="false">{escape(say(speaks, "brush.select"))}</button>'
        f"<label>{escape(say(speaks, 'brush.size'))} "
        f'<input type="range" data-size min="{least}" max="{most}" value="{usual}"></label>'
        f'<button type="button" data-undo disabled>{escape(say(speaks, "brush.undo"))}</button>'
        f'<button type="button" data-clear disabled>{escape(say(speaks, "brush.clear"))}</button></div>'
    )


def variables(colours: Mapping[str, str]) -> str:
    """HTML: a page with it knows the colours, by their names, as `--brush-1`, ..."""
    told = " ".join(f"--brush-{name}: {colour};" for name, colour in colours.items())
    return f"<style>:root {{ {told} }}</style>"


def redrawing(colours: Sequence[str]) -> Callable[..., Any]:
    """A handler for a map: the value of the canvas that it was brushed on, which a page that is loaded anew lacks."""
    shades = palette(colours)

    def redraw(brushed: Mask | None) -> Any:
        return gr.skip() if brushed is None else encoded(shades[np.minimum(brushed, len(colours))])

    return redraw


def palette(colours: Sequence[str]) -> NDArray[np.uint8]:
    """(N + 1, 4): nothing, and each of N colours as it lies on a canvas."""
    return np.array([(0, 0, 0, 0), *(_rgba(colour) for colour in colours)], np.uint8)


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
        return cls(brushed=None, canvas="", fold=gr.update(open=False))


@dataclass(frozen=True)
class BrushedComponents(Components):
    """What shows what is brushed: its map, the canvas, and what that stands in."""

    Values: ClassVar = BrushedView

    brushed: gr.State
    canvas: gr.HTML
    fold: gr.Accordion


def reading(colours: Sequence[str]) -> Callable[..., Mask | None]:
    """A handler for the value of a canvas: the map of what was brushed on it, as `labels` makes it."""

    def read(request: gr.Request, drawn: str | None) -> Mask | None:
        speaks = language(request)
        with toast(speaks):
            return labels(decoded(drawn, speaks), colours) if drawn else None

    return read


def labels(layer: NDArray[np.uint8], colours: Sequence[str]) -> Mask | None:
    """What was brushed, (H, W, 4), as a map: 0 = nothing, else the number of the colour; None for a bare photo."""
    stride = math.ceil(max(layer.shape[:2]) / SIDE)
    layer = layer[::stride, ::stride]
    found = _nearest(layer[..., :3], colours) * (layer[..., 3] > 255 * OPACITY / 2)
    return found.astype(np.uint8) if found.any() else None


def encoded(layer: NDArray[np.uint8]) -> str:
    """The value of a canvas with a layer (H, W, 4) on it."""
    buffer = BytesIO()
    Image.fromarray(layer).save(buffer, "PNG")
    return ADDRESS + b64encode(buffer.getvalue()).decode()


def decoded(drawn: str, language: Language) -> NDArray[np.uint8]:
    """The layer (H, W, 4) that is on a canvas with this value; `ValueError` for what no canvas of ours sends."""
    try:
        if drawn.startswith(ADDRESS) and len(drawn) <= MOST_LETTERS:
            with Image.open(BytesIO(b64decode(drawn.removeprefix(ADDRESS), validate=True)), formats=["PNG"]) as image:
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
