"""Figure 1 of Gatys et al. (2015): what each depth of VGG-19 knows of a painting's manner, and of a photo's content.

    python -m examples.figure_1 --size 256 --steps 200 -o figure_1.png

Above, textures from the Gram matrices of one, two, ... five layers: larger and larger strokes, but no arrangement.
Below, the photo from the features of one layer each: exact at first, then more and more only what is in it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from nst_core.config import RECONSTRUCTION, TransferConfig
from nst_core.images import fit, load_image, to_array
from nst_core.network.vgg import load_vgg19
from nst_core.reconstruct import reconstruct_content, reconstruct_style
from nst_core.transfer import Step

HERE = Path(__file__).parent
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
GAP, LEADING = 12, 13  # pixels between pictures, and what a line is higher than its letters
LETTERS = 15  # pixels high, of a caption
LEAST_WIDTH = 130  # pixels that the longest caption takes

Reconstruction = tuple[str, Callable[[], Iterator[Step]]]  # a caption and the run that makes the picture


def reconstructions(photo: Image.Image, painting: Image.Image, config: TransferConfig) -> list[Reconstruction]:
    """Five textures of the painting, then five contents of the photo."""
    network = load_vgg19(config.weights, config.pooling)

    def style(depth: int) -> Reconstruction:
        caption = LAYERS[0] if depth == 1 else f"{LAYERS[0]} to {LAYERS[depth - 1]}"
        return caption, lambda: reconstruct_style(painting, LAYERS[:depth], config, extractor=network)

    def content(layer: str) -> Reconstruction:
        return layer, lambda: reconstruct_content(photo, layer, config, extractor=network)

    return [*(style(depth) for depth in range(1, len(LAYERS) + 1)), *map(content, LAYERS)]


def lay_out(rows: Sequence[Sequence[tuple[str, Image.Image]]], letters: int = LETTERS) -> Image.Image:
    """Captioned pictures in rows, each row as high as its highest picture; `letters` are so many pixels high."""
    width = max(LEAST_WIDTH, *(picture.width for row in rows for _, picture in row))
    heights = [max(picture.height for _, picture in row) + letters + LEADING + GAP for row in rows]
    columns = max(map(len, rows))
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, sum(heights) + GAP), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=letters)
    for number, row in enumerate(rows):
        top = GAP + sum(heights[:number])
        for column, (caption, picture) in enumerate(row):
            left = GAP + column * (width + GAP)
            sheet.paste(picture, (left, top))
            draw.text((left, top + picture.height + 5), caption, fill="black", font=font)
    return sheet


def shrunk(picture: Image.Image, config: TransferConfig) -> Image.Image:
    """As large as its reconstructions are."""
    return picture.resize(fit(picture.size, config.size), Image.Resampling.LANCZOS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, default=HERE / "content/neuschwanstein.jpg", help="below")
    parser.add_argument("--painting", type=Path, default=HERE / "style/starry_night.jpg", help="above")
    parser.add_argument("--size", type=int, default=256, help="long side of each picture in pixels")
    parser.add_argument("--steps", type=int, default=TransferConfig().steps, help="of each picture")
    parser.add_argument("-o", "--output", type=Path, default=Path("figure_1.png"), help="picture to write")
    options = parser.parse_args()
    config = TransferConfig(**RECONSTRUCTION | {"size": options.size, "steps": options.steps})
    photo, painting = load_image(options.photo), load_image(options.painting)
    made: list[tuple[str, Image.Image]] = []
    with tqdm(total=2 * len(LAYERS) * config.steps, unit="step") as bar:
        for caption, run in reconstructions(photo, painting, config):
            for step in run():
                image = step.image
                bar.update()
            made.append((caption, Image.fromarray(to_array(image))))
    textures, contents = made[: len(LAYERS)], made[len(LAYERS) :]
    lay_out(
        [[("the painting", shrunk(painting, config)), *textures], [("the photo", shrunk(photo, config)), *contents]]
    ).save(options.output)


if __name__ == "__main__":
    main()
