"""The figures of the page "How it works", into the folder `examples/results`.

    python -m examples.how_figures transfer strength

`transfer` is one run with the default settings: `how_idea.jpg` shows what goes in and what comes out, `how_scales.jpg`
the picture at the end of every scale, `how_losses.json` holds the losses of every step. `strength` is one run for each
picture of `how_strength.jpg`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from torch import Tensor
from tqdm import tqdm

from examples.figure_1 import HERE, lay_out
from nst_core.config import TransferConfig
from nst_core.images import fit, load_image, to_array
from nst_core.transfer import Step, stylize
from nst_core.vgg import load_vgg19

PICTURE_SIDE, SMALLER_SIDE = 384, 256  # pixels of the long side of each picture in a figure
STRENGTHS = (0, 20, 40, 60, 80, 100)
DIGITS = 5  # of a loss: more than a drawing shows
QUALITY = 82
LETTERS = 26  # pixels high: still to be read on a phone

Captioned = tuple[str, Image.Image]


def transfer(size: int, steps: int, folder: Path) -> None:
    """One run, what goes into it, its scales and its losses."""
    photo, painting = load_image(HERE / "content/neuschwanstein.jpg"), load_image(HERE / "style/starry_night.jpg")
    config = TransferConfig(size=size, steps=steps)
    losses: list[dict[str, Any]] = []
    last: dict[int, Step] = {}  # of each scale
    for step in tqdm(stylize(photo, painting, config), total=steps, unit="step"):
        losses.append(_numbers(step))
        last[step.scale] = step
    ends = [_picture(step.image) for step in last.values()]
    small, large = (fit(photo.size, side) for side in (SMALLER_SIDE, PICTURE_SIDE))
    idea = [("p", photo), ("a", painting), ("x", ends[-1])]
    _save([[(letter, ImageOps.fit(picture, small)) for letter, picture in idea]], folder / "how_idea.jpg")
    scales = [(f"{max(picture.size)} px", picture.resize(large, Image.Resampling.BICUBIC)) for picture in ends]
    _save(_two_rows(scales), folder / "how_scales.jpg")
    text = json.dumps(losses, separators=(",", ":")).replace("},", "},\n")
    (folder / "how_losses.json").write_text(text + "\n", encoding="utf-8")


def strength(size: int, steps: int, folder: Path) -> None:
    """The same pair at every one of `STRENGTHS`."""
    photo, painting = load_image(HERE / "content/chenonceau.jpg"), load_image(HERE / "style/great_wave.jpg")
    network = load_vgg19(TransferConfig().weights, TransferConfig().pooling)
    made: list[Captioned] = []
    for percent in tqdm(STRENGTHS, unit="picture"):
        config = TransferConfig(size=size * 3 // 4, steps=steps, strength=percent)
        *_, step = stylize(photo, painting, config, extractor=network)
        small = fit(photo.size, SMALLER_SIDE)
        made.append((f"{percent} %", _picture(step.image).resize(small, Image.Resampling.LANCZOS)))
    _save(_two_rows(made), folder / "how_strength.jpg")


FIGURES: dict[str, Callable[[int, int, Path], None]] = {"transfer": transfer, "strength": strength}


def _picture(image: Tensor) -> Image.Image:
    return Image.fromarray(to_array(image))


def _numbers(step: Step) -> dict[str, Any]:
    losses = {name: getattr(step.losses, name) for name in ("content", "style", "total")}
    return {"size": step.size} | {name: float(f"{value:.{DIGITS}g}") for name, value in losses.items()}


def _two_rows(cells: list[Captioned]) -> list[list[Captioned]]:
    """One where there is only one cell."""
    middle = (len(cells) + 1) // 2
    return [row for row in (cells[:middle], cells[middle:]) if row]


def _save(rows: list[list[Captioned]], path: Path) -> None:
    lay_out(rows, LETTERS).save(path, quality=QUALITY, optimize=True, progressive=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="+", choices=FIGURES, help="which to make")
    parser.add_argument(
        "--size", type=int, default=TransferConfig().size, help="long side; three quarters of it for strength"
    )
    parser.add_argument("--steps", type=int, default=TransferConfig().steps, help="of each run")
    parser.add_argument("--folder", type=Path, default=HERE / "results", help="where to write")
    options = parser.parse_args()
    for figure in options.figures:
        FIGURES[figure](options.size, options.steps, options.folder)


if __name__ == "__main__":
    main()
