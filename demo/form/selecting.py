"""A click on a thing in the photo selects it, as if it had been brushed.

By GrabCut (Rother, Kolmogorov and Blake, SIGGRAPH 2004), which wants a frame around the thing; here it begins with what
lies around one point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict
from numpy.typing import NDArray

from demo.browser.toasts import toast
from demo.form import brushing
from demo.form.uploads import load
from demo.words import Language, language, say

SIDE = 192  # pixels of the photo's long side: a tenth of a second, and the canvas has hardly finer edges
ROUNDS = 3  # of GrabCut: more of them change little
# Distances from the click, in long sides
CERTAIN = 0.02  # is selected, whatever it is
AROUND = 0.12  # is taken for the thing at first
REACH = 0.35  # so is what has nearly its colour up to here
# Differences of colour from the click, in CIELAB as OpenCV has it in bytes; lightness by half: shadows are on things
SAME, NEARLY = 12.0, 14.0
STEP = 2  # of those, between neighbours: a sky gets lighter without an edge
FLAT = 0.08  # of the photo: so much without an edge around the click is the thing itself, such as a sky or a wall

Labels = NDArray[np.bool_]


def select(photo: NDArray[np.uint8], x: float, y: float) -> Labels:
    """What a click means on a photo (H, W, 3): (h, w), its long side `SIDE`; x and y are from 0 to 1."""
    scale = SIDE / max(photo.shape[:2])
    size = [max(1, round(scale * side)) for side in photo.shape[1::-1]]
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    at = (min(size[0] - 1, int(x * size[0])), min(size[1] - 1, int(y * size[1])))
    distance = _distances(size, at)
    colours = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    unlike = _unlike(colours, distance <= CERTAIN)
    flat = _joined(unlike < SAME, at) | _stretch(colours, at)
    thing = flat if flat.mean() > FLAT else flat | (distance < AROUND) | ((unlike < NEARLY) & (distance < REACH))
    return _cut(small, thing, distance <= CERTAIN, at)


def selecting(colours: Sequence[str]) -> Callable[..., str]:
    """A handler for a click on a canvas with these colours: what is brushed on it then, as the canvas has it."""

    def grow(request: gr.Request, event: gr.EventData, photo: FileDataDict | None, drawn: str | None) -> str:
        speaks = language(request)
        with toast(speaks):
            (x, y), colour = _clicked(event, len(colours), speaks)
            pixels = np.asarray(load("photo", photo, speaks, brushing.SIDE).convert("RGB"))
            layer = brushing.decoded(drawn, speaks).copy() if drawn else np.zeros((*pixels.shape[:2], 4), np.uint8)
            found = cv2.resize(select(pixels, x, y).astype(np.float32), layer.shape[1::-1]) > 0.5
            layer[found] = brushing.palette(colours)[colour]
            return brushing.encoded(layer)

    return grow


def _clicked(event: gr.EventData, colours: int, speaks: Language) -> tuple[tuple[float, float], int]:
    """Where, from 0 to 1, and for which colour; raises `ValueError` for what no canvas of ours tells."""
    try:
        (x, y), colour = map(float, event.at), int(event.colour)
    except (AttributeError, TypeError, ValueError, OverflowError):
        raise ValueError(say(speaks, "regions.unreadable")) from None
    if not (0 <= x <= 1 and 0 <= y <= 1 and 0 <= colour <= colours):
        raise ValueError(say(speaks, "regions.unreadable"))
    return (x, y), colour


def _distances(size: list[int], at: tuple[int, int]) -> NDArray[np.float64]:
    """(h, w): how far each pixel is from one, in long sides."""
    rows, columns = np.mgrid[: size[1], : size[0]]
    far: NDArray[np.float64] = np.hypot(columns - at[0], rows - at[1]) / max(size)
    return far


def _unlike(colours: Any, seed: Labels) -> NDArray[np.float64]:
    """(h, w): how far each colour is from the mean of those in the `seed`."""
    difference = colours.astype(np.float64) - colours[seed].mean(0)
    unlike: NDArray[np.float64] = np.linalg.norm(difference * (0.5, 1, 1), axis=2)
    return unlike


def _joined(labels: Labels, at: tuple[int, int]) -> Labels:
    """What hangs together with a pixel, which counts in any case."""
    there = labels.astype(np.uint8)
    there[at[::-1]] = 1
    _, numbers = cv2.connectedComponents(there)
    joined: Labels = numbers == numbers[at[::-1]]
    return joined


def _stretch(colours: Any, at: tuple[int, int]) -> Labels:
    """What is reached from a pixel without a step in colour."""
    height, width = colours.shape[:2]
    reached = np.zeros((height + 2, width + 2), np.uint8)  # with a frame, as OpenCV wants it
    step = (STEP,) * 3
    calm = cv2.GaussianBlur(colours, (0, 0), 1.0)
    cv2.floodFill(calm, reached, at, (0, 0, 0), step, step, 4 | cv2.FLOODFILL_MASK_ONLY)
    labels: Labels = reached[1:-1, 1:-1] > 0
    return labels


def _cut(pixels: Any, thing: Labels, certain: Labels, at: tuple[int, int]) -> Labels:
    """The part of what GrabCut makes of it that hangs together with a pixel."""
    mask = np.where(thing, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    mask[certain] = cv2.GC_FGD
    if (mask == cv2.GC_PR_BGD).any():
        blue_first, frame = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), (0, 0, 1, 1)  # the latter isn't looked at
        background, foreground = np.zeros((1, 65)), np.zeros((1, 65))  # models of their colours, as OpenCV wants them
        cv2.setRNGSeed(0)  # the same click selects the same
        cv2.grabCut(blue_first, mask, frame, background, foreground, ROUNDS, cv2.GC_INIT_WITH_MASK)
    return _joined((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), at)
