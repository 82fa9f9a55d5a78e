"""What a person should know of the pictures that go in: what is missing in the result may not be in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nst_core.config import TransferConfig
from nst_core.images.sizes import scaled
from nst_core.notes import Note
from nst_core.scene.scales import Size, painting_size
from nst_core.scene.scene import Pictures

SEEN = 64  # pixels a side: what a picture is like from afar
EVEN = 0.03  # standard deviation of its colours, in [0, 1]: those of the examples have 0.13 and more
DARK = 0.15  # what 99 % of its pixels stay below, in [0, 1]: the darkest example reaches 0.77
ENLARGED = 1.5  # times its own size: beyond, a painting's strokes are blurred


def remarks(pictures: Pictures, config: TransferConfig) -> list[Note]:
    """Which masks are of another shape than the photo, and which pictures have too little to give."""
    return [*_of_shapes(pictures), *_of_photo(pictures), *_of_paintings(pictures, config)]


def _of_shapes(pictures: Pictures) -> Iterator[Note]:
    """Masks and maps that are stretched over the photo."""
    given: list[tuple[str, Image.Image | None, dict[str, int]]] = [
        *(("mask", mask, {"number": number}) for number, mask in enumerate(pictures.masks, 1)),
        ("within", pictures.within, {}),
        ("map", pictures.strength, {}),
    ]
    for kind, mask, which in given:
        if mask is not None and (about := _misfit(mask.size, pictures.photo.image.size)):
            sizes = (*mask.size, *pictures.photo.image.size)
            names = ("width", "height", "photo_width", "photo_height")
            yield Note(f"{kind}_{about}", dict(zip(names, sizes, strict=True)) | which)


def _misfit(size: Size, photo: Size) -> str:
    """ "" for a mask of the photo's proportions; "lying" for one of the photo as it is stored, on its side."""
    if _is_alike(size, photo):
        return ""
    return "lying" if _is_alike(size[::-1], photo) else "stretched"


def _is_alike(size: Size, other: Size) -> bool:
    """Whether two sizes have the same proportions, but for what rounding to whole pixels, or 1 %, makes of them."""
    expected = scaled(other, max(size))
    return all(abs(side - wanted) <= max(1, side / 100) for side, wanted in zip(size, expected, strict=True))


def _of_photo(pictures: Pictures) -> Iterator[Note]:
    colours = _from_afar(pictures.photo.image)
    if np.percentile(colours.max(-1), 99) < DARK:
        yield Note("dark_photo")
    elif colours.std((0, 1)).mean() < EVEN:
        yield Note("even_photo")


def _of_paintings(pictures: Pictures, config: TransferConfig) -> Iterator[Note]:
    if not config.style_layers or config.only_colours:
        return
    scales = config.style_scales(len(pictures.paintings))
    for number, (painting, scale) in enumerate(zip(pictures.paintings, scales, strict=True), 1):
        own = max(painting.image.size)
        if _from_afar(painting.image).std((0, 1)).mean() < EVEN:
            yield Note("even_painting", {"number": number})
        elif not config.sharp_strokes and max(painting_size(painting.image.size, config.size, scale)) > ENLARGED * own:
            width, height = painting.image.size
            largest = int(ENLARGED * own / scale)
            yield Note("small_painting", {"number": number, "width": width, "height": height, "largest": largest})


def _from_afar(image: Image.Image) -> NDArray[np.float32]:
    """(64, 64, 3) in [0, 1]."""
    return np.asarray(image.resize((SEEN, SEEN), Image.Resampling.BOX), dtype=np.float32) / np.float32(255)
