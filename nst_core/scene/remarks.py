"""What a person should know of the pictures that go in: what is missing in the result may not be in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nst_core.config import Margins, TransferConfig
from nst_core.images.margins import find_margins
from nst_core.images.sizes import scaled
from nst_core.notes import Note
from nst_core.scene.scales import Size, painting_size

if TYPE_CHECKING:
    from nst_core.scene.scene import Pictures  # with torch, which who looks at pictures alone doesn't need

SEEN = 64  # pixels a side: what a picture is like from afar
EVEN = 0.03  # standard deviation of its colours, in [0, 1]: those of the examples have 0.13 and more
DARK = 0.15  # what 99 % of its pixels stay below, in [0, 1]: the darkest example reaches 0.77
GREY = 0.06  # how far 99 % of its pixels are from grey at most, in [0, 1]: the palest example has 0.33
HALF = 50.0  # percent of the painting's colours: beyond, they are what one sees
ENLARGED = 1.5  # times its own size: beyond, a painting's strokes are blurred


@dataclass(frozen=True)
class Impression:
    """What of a picture tells how much it has to give."""

    size: Size
    is_dark: bool = False  # nearly black
    is_even: bool = False  # nearly one colour
    is_grey: bool = False
    within: Size | None = None  # of what lies within its margins; None = it has none

    def of_size(self, stored: Size) -> Impression:
        """The impression that the picture makes of which this one's is a small copy; it may be stored on its side."""
        width, height = stored if (stored[0] < stored[1]) == (self.size[0] < self.size[1]) else stored[::-1]
        across, down = width / self.size[0], height / self.size[1]
        within = None if self.within is None else (round(self.within[0] * across), round(self.within[1] * down))
        return replace(self, size=(width, height), within=within)


def impression(image: Image.Image) -> Impression:
    """The impression that a picture of mode "RGB" makes from afar."""
    colours, box = _from_afar(image), find_margins(image)
    return Impression(
        size=image.size,
        is_dark=bool(np.percentile(colours.max(-1), 99) < DARK),
        is_even=bool(colours.std((0, 1)).mean() < EVEN),
        is_grey=bool(np.percentile(np.ptp(colours, -1), 99) < GREY),
        within=None if box is None else (box[2] - box[0], box[3] - box[1]),
    )


def remarks(pictures: Pictures, config: TransferConfig) -> list[Note]:
    """Which masks are of another shape than the photo, and which pictures have too little to give."""
    photo, *paintings = (impression(each.image) for each in (pictures.photo, *pictures.paintings))
    masks = [None if mask is None else mask.size for mask in pictures.masks]
    within, strength = (None if mask is None else mask.size for mask in (pictures.within, pictures.strength))
    return [*of_masks(photo.size, masks, within, strength), *of_pictures(photo, paintings, config)]


def of_masks(photo: Size, masks: Sequence[Size | None], within: Size | None, strength: Size | None) -> Iterator[Note]:
    """Masks and maps that are stretched over the photo, by their sizes (width, height)."""
    given: list[tuple[str, Size | None, dict[str, int]]] = [
        *(("mask", mask, {"number": number}) for number, mask in enumerate(masks, 1)),
        ("within", within, {}),
        ("map", strength, {}),
    ]
    for kind, mask, which in given:
        if mask is not None and (about := _misfit(mask, photo)):
            names = ("width", "height", "photo_width", "photo_height")
            yield Note(f"{kind}_{about}", dict(zip(names, (*mask, *photo), strict=True)) | which)


def _misfit(size: Size, photo: Size) -> str:
    """ "" for a mask of the photo's proportions; "lying" for one of the photo as it is stored, on its side."""
    if _is_alike(size, photo):
        return ""
    return "lying" if _is_alike(size[::-1], photo) else "stretched"


def _is_alike(size: Size, other: Size) -> bool:
    """Whether two sizes have the same proportions, but for what rounding to whole pixels, or 1 %, makes of them."""
    expected = scaled(other, max(size))
    return all(abs(side - wanted) <= max(1, side / 100) for side, wanted in zip(size, expected, strict=True))


def of_pictures(
    photo: Impression | None, paintings: Sequence[Impression | None], config: TransferConfig
) -> Iterator[Note]:
    """Which pictures have too little to give; None is one that wasn't looked at."""
    if photo is not None:
        yield from _of_photo(photo)
    if not config.style_layers or config.only_colours:
        return
    scales, has_colours = config.style_scales(len(paintings)), photo is None or not photo.is_grey
    for number, (painting, scale) in enumerate(zip(paintings, scales, strict=True), 1):
        if painting is not None:
            yield from _of_painting(number, painting, scale, config, has_colours)


def _of_photo(photo: Impression) -> Iterator[Note]:
    if photo.is_dark:
        yield Note("dark_photo")
    elif photo.is_even:
        yield Note("even_photo")
    if photo.within:
        yield Note("margin_photo")


def _of_painting(
    number: int, painting: Impression, scale: float, config: TransferConfig, has_colours: bool
) -> Iterator[Note]:
    """`has_colours`: whether the photo has some, which a grey painting would take away."""
    cut = painting.within if config.margins is Margins.CUT else None
    width, height = size = cut or painting.size
    if cut:
        yield Note("cut_painting", {"number": number, "width": width, "height": height})
    elif painting.within:
        yield Note("margin_painting", {"number": number})
    if painting.is_even:
        yield Note("even_painting", {"number": number})
        return
    if not config.sharp_strokes and max(painting_size(size, config.size, scale)) > ENLARGED * max(size):
        largest = int(ENLARGED * max(size) / scale)
        yield Note("small_painting", {"number": number, "width": width, "height": height, "largest": largest})
    if painting.is_grey and has_colours and config.colours > HALF:
        yield Note("grey_painting", {"number": number})


def _from_afar(image: Image.Image) -> NDArray[np.float32]:
    """(64, 64, 3) in [0, 1]."""
    return np.asarray(image.resize((SEEN, SEEN), Image.Resampling.BOX), dtype=np.float32) / np.float32(255)
