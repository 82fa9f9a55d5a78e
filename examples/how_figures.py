"""The pictures of the page "How it works", into the folder `examples/results/how`; the page writes what they are.

    python -m examples.how_figures transfer strength layers

`transfer` is one run with the default settings: `idea-*.jpg` are what goes in and what comes out, `scales-*.jpg` the
picture at the end of every scale, `losses.json` holds the losses of every step. `strength` is one run for each of
`strength-*.jpg`. `layers` are the reconstructions of `examples.figure_1`: `style-1.jpg` to `style-5.jpg` from the
painting `style-0.jpg`, `content-1.jpg` to `content-5.jpg` from the photo `content-0.jpg`; `layers.json` holds the
recipe of each, and the losses of its last step. "See inside" begins with them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from torch import Tensor
from tqdm import tqdm

from examples.figure_1 import HERE, LAYERS, reconstructions, shrunk
from nst_core.config import RECONSTRUCTION, TransferConfig
from nst_core.images import fit, load_image, to_array
from nst_core.network.vgg import load_vgg19
from nst_core.recipe import Command, Ingredient, Recipe, Role, sha256_of, versions
from nst_core.reconstruct import content_config, style_config
from nst_core.transfer import Step, stylize

LARGE, SMALL, TINY = 384, 256, 160  # pixels of the long side of a picture, by how many stand in a row
PHOTO, PAINTING = HERE / "content/neuschwanstein.jpg", HERE / "style/starry_night.jpg"
STRENGTHS = (0, 20, 40, 60, 80, 100)
DIGITS = 5  # of a loss: more than a drawing shows
QUALITY = 88


def transfer(size: int, steps: int, folder: Path) -> None:
    """One run, what goes into it, its scales and its losses."""
    photo, painting = _castle_and_night()
    losses: list[dict[str, Any]] = []
    last: dict[int, Step] = {}  # of each scale
    for step in tqdm(stylize(photo, painting, TransferConfig(size=size, steps=steps)), total=steps, unit="step"):
        losses.append(_numbers(step))
        last[step.scale] = step
    ends = [_picture(step.image) for step in last.values()]
    small, large = (fit(photo.size, side) for side in (SMALL, LARGE))
    idea = {"photo": photo, "painting": painting, "picture": ends[-1]}
    _save({f"idea-{name}": ImageOps.fit(picture, small) for name, picture in idea.items()}, folder)
    _save({f"scales-{place}": end.resize(large, Image.Resampling.BICUBIC) for place, end in enumerate(ends, 1)}, folder)
    text = json.dumps(losses, separators=(",", ":")).replace("},", "},\n")
    (folder / "losses.json").write_text(text + "\n", encoding="utf-8")


def strength(size: int, steps: int, folder: Path) -> None:
    """The same pair at every one of `STRENGTHS`."""
    photo, painting = load_image(HERE / "content/chenonceau.jpg"), load_image(HERE / "style/great_wave.jpg")
    network = load_vgg19(TransferConfig().weights, TransferConfig().pooling)
    small = fit(photo.size, SMALL)
    for percent in tqdm(STRENGTHS, unit="picture"):
        config = TransferConfig(size=size * 3 // 4, steps=steps, strength=percent)
        *_, step = stylize(photo, painting, config, extractor=network)
        _save({f"strength-{percent}": _picture(step.image).resize(small, Image.Resampling.LANCZOS)}, folder)


def layers(size: int, steps: int, folder: Path) -> None:
    """What the layers know of the painting's manner and of the photo's content."""
    photo, painting = _castle_and_night()
    config = TransferConfig(**RECONSTRUCTION | {"size": min(size, TINY), "steps": steps})
    _save({"style-0": shrunk(painting, config), "content-0": shrunk(photo, config)}, folder)
    names = [(kind, place) for kind in ("style", "content") for place in range(1, 1 + len(LAYERS))]
    runs = reconstructions(photo, painting, config)
    told = {}
    for (kind, place), (_, run) in zip(tqdm(names, unit="picture"), runs, strict=True):
        *_, step = run()
        name = f"{kind}-{place}"
        _save({name: _picture(step.image)}, folder)
        told[name] = {"recipe": json.loads(_recipe(kind, place, config, step).to_text()), **_by_layer(step)}
    (folder / "layers.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


FIGURES: dict[str, Callable[[int, int, Path], None]] = {"transfer": transfer, "strength": strength, "layers": layers}


def _castle_and_night() -> tuple[Image.Image, Image.Image]:
    return load_image(PHOTO), load_image(PAINTING)


def _picture(image: Tensor) -> Image.Image:
    return Image.fromarray(to_array(image))


def _numbers(step: Step) -> dict[str, Any]:
    losses = {name: getattr(step.losses, name) for name in ("content", "style", "total")}
    return {"size": step.size} | {name: _short(value) for name, value in losses.items()}


def _short(loss: float) -> float:
    return float(f"{loss:.{DIGITS}g}")


def _recipe(kind: str, place: int, config: TransferConfig, step: Step) -> Recipe:
    """Of the reconstruction from the layer at a place, from 1, or from all up to there."""
    is_style = kind == "style"
    looked_at = style_config(LAYERS[:place], config) if is_style else content_config(LAYERS[place - 1], config)
    path = PAINTING if is_style else PHOTO
    return Recipe(
        command=Command.RECONSTRUCT,
        config=looked_at,
        ingredients=(Ingredient(Role.CONTENT, path.name, sha256_of(path)),),  # what is rebuilt, whichever way
        depth=8,
        keep_profile=False,
        steps_done=step.index,
        steps_planned=step.total,
        versions=versions(step.image.device.type),
    )


def _by_layer(step: Step) -> dict[str, dict[str, float]]:
    """The losses of each layer, without weights."""
    both = {"content": step.losses.content_layers, "style": step.losses.style_layers}
    return {kind: {layer: _short(loss) for layer, loss in losses.items()} for kind, losses in both.items()}


def _save(pictures: Mapping[str, Image.Image], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.jpg", quality=QUALITY, optimize=True, progressive=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="+", choices=FIGURES, help="which to make")
    parser.add_argument(
        "--size",
        type=int,
        default=TransferConfig().size,
        help="long side; three quarters of it for strength, 160 for layers",
    )
    parser.add_argument("--steps", type=int, default=TransferConfig().steps, help="of each run")
    parser.add_argument("--folder", type=Path, default=HERE / "results/how", help="where to write")
    options = parser.parse_args()
    for figure in options.figures:
        FIGURES[figure](options.size, options.steps, options.folder)


if __name__ == "__main__":
    main()
