"""The example pairs of a photo and a painting, as buttons."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
HALF = (112, 144)  # (width, height) of a thumbnail's photo and of its painting: twice what the page shows


@dataclass(frozen=True)
class Pair:
    """A line of `pairs.json`, its paths absolute."""

    content: Path
    style: Path
    photo: str  # what it shows
    title: str  # of the painting
    painter: str


def load_pairs(folder: Path = EXAMPLES) -> list[Pair]:
    """The pairs of `folder`/pairs.json."""
    lines = json.loads((folder / "pairs.json").read_text(encoding="utf-8"))
    return [Pair(**line | {kind: folder / line[kind] for kind in ("content", "style")}) for line in lines]


def buttons(pairs: Sequence[Pair]) -> str:
    """HTML: one button a pair, `data-index` its place in `pairs`, with both pictures and the painting's name."""
    return f'<div class="pairs">{"".join(_button(index, pair) for index, pair in enumerate(pairs))}</div>'


def _button(index: int, pair: Pair) -> str:
    title, painter, photo = escape(pair.title), escape(pair.painter), escape(pair.photo)
    return (
        f'<button type="button" data-index="{index}" aria-label="{photo}, to be painted like {title} by {painter}">'
        f'<img src="{_thumbnail(pair)}" width="{HALF[0]}" height="{HALF[1] // 2}" alt="">'
        f"<span>{title}</span><small>{painter}</small></button>"
    )


def _thumbnail(pair: Pair) -> str:
    """The photo beside the painting, as a data URI: a page behind any address finds it."""
    width, height = HALF
    both = Image.new("RGB", (2 * width, height))
    for place, path in enumerate((pair.content, pair.style)):
        with Image.open(path) as image:
            both.paste(ImageOps.fit(image.convert("RGB"), HALF), (place * width, 0))
    buffer = BytesIO()
    both.save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
