"""The two rows of figure 1 of Gatys et al. (2015): what layers of VGG-19 know of a photo, and of a painting."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape

from PIL import Image

from demo.browser import thumbnails
from demo.form.example_pairs import EXAMPLES
from demo.form.library import Kind
from demo.words import Language, say
from nst_core.scene.scales import Size

KINDS = ("content", "style")  # a row each
PICTURES: dict[str, Kind] = {"content": "photo", "style": "painting"}  # what each row is of
LAYERS = tuple(f"relu{block}_1" for block in range(1, 6))
# What `examples/how_figures.py` has made reconstructions of; they lie in `STORED`, and `layers.json` tells how.
EXAMPLE = {"content": EXAMPLES / "content/neuschwanstein.jpg", "style": EXAMPLES / "style/starry_night.jpg"}
STORED = EXAMPLES / "results/how"
QUALITY = 88


@dataclass(frozen=True)
class Place:
    """A reconstruction's place: its row, and which of `LAYERS` is the deepest that it was made from."""

    kind: str
    depth: int  # 0 .. 4

    @property
    def index(self) -> int:
        """The `data-index` of its button, its place among `PLACES`."""
        return KINDS.index(self.kind) * len(LAYERS) + self.depth

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that it is made from: a photo's content from one, a painting's manner from all up to there."""
        return LAYERS[self.depth : self.depth + 1] if self.kind == "content" else LAYERS[: self.depth + 1]


PLACES = [Place(kind, depth) for kind in KINDS for depth in range(len(LAYERS))]


@dataclass(frozen=True)
class Rebuilt:
    """A reconstruction, and the losses of its last step by layer, without weights."""

    address: str  # of its picture
    size: Size
    step: int
    steps: int
    content_layers: Mapping[str, float] = field(default_factory=dict)
    style_layers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A picture, and what was rebuilt of it so far, by depth."""

    kind: str
    name: str  # of the picture
    address: str
    size: Size
    rebuilt: Mapping[int, Rebuilt]


@cache
def stored(kind: str) -> tuple[str, Size, Mapping[int, Rebuilt]]:
    """The example's picture, as an address and with its size, and its reconstructions."""
    told = json.loads((STORED / "layers.json").read_text(encoding="utf-8"))
    rebuilt = {}
    for depth in range(len(LAYERS)):
        name = f"{kind}-{depth + 1}"
        of = told[name]
        done, planned = of["recipe"]["steps_done"], of["recipe"]["steps_planned"]
        rebuilt[depth] = Rebuilt(*_file(name), done, planned, of["content"], of["style"])
    return *_file(f"{kind}-0"), rebuilt


def _file(name: str) -> tuple[str, Size]:
    with Image.open(STORED / f"{name}.jpg") as image:
        return thumbnails.address(image, QUALITY), image.size


def rows(speaks: Language, shown: Sequence[Row | None], chosen: Place) -> str:
    """HTML: a toolbar a row, with a button for each depth, `data-index` its place; None for a missing picture."""
    both = zip(KINDS, shown, strict=True)
    return f'<div class="layer-rows">{"".join(_row(speaks, kind, row, chosen) for kind, row in both)}</div>'


def _row(speaks: Language, kind: str, row: Row | None, chosen: Place) -> str:
    heading = escape(say(speaks, f"inside.row_{kind}"))
    places = [Place(kind, depth) for depth in range(len(LAYERS))]
    at_once = chosen if chosen.kind == kind else places[0]  # where Tab leads to
    buttons = "".join(_button(speaks, place, row, place == chosen, place == at_once) for place in places)
    return (
        f'<section><h2 id="row-{kind}">{heading}</h2><div class="layer-row">{_original(speaks, kind, row)}'
        f'<div role="toolbar" aria-labelledby="row-{kind}">{buttons}</div></div></section>'
    )


def _original(speaks: Language, kind: str, row: Row | None) -> str:
    if row is None:
        return f"<figure>{_frame(None, '')}<figcaption>{escape(say(speaks, f'inside.no_{kind}'))}</figcaption></figure>"
    return f"<figure>{_frame(row.size, row.address)}<figcaption>{escape(row.name)}</figcaption></figure>"


def _button(speaks: Language, place: Place, row: Row | None, is_chosen: bool, is_first: bool) -> str:
    rebuilt = row.rebuilt.get(place.depth) if row else None
    layer = LAYERS[place.depth]
    up_to = place.kind == "style" and place.depth > 0
    name = say(speaks, "inside.up_to", layer=layer) if up_to else layer
    sees = say(speaks, f"layers.block{place.depth + 1}")
    label = say(speaks, "inside.show" if rebuilt else "inside.rebuild_it", name=name, sees=sees)
    frame = _frame(rebuilt.size, rebuilt.address) if rebuilt else _frame(row.size if row else None, "")
    return (
        f'<button type="button" data-index="{place.index}" aria-pressed="{str(is_chosen).lower()}"'
        f' tabindex="{0 if is_first else -1}" aria-label="{escape(label)}">'
        f"{frame}<span>{escape(name)}</span><small>{escape(sees)}</small></button>"
    )


def pane(speaks: Language, row: Row | None, rebuilt: Rebuilt | None, place: Place) -> str:
    """HTML: the original and, beside it in a frame of the same shape, what has grown out of noise, large."""
    if row is None:
        return f'<div class="rebuilding"><p class="pane empty">{escape(say(speaks, "inside.empty"))}</p></div>'
    original = _figure(row.size, row.address, say(speaks, f"inside.original_{PICTURES[row.kind]}", name=row.name))
    if rebuilt is None:
        caption = say(speaks, "inside.not_yet", layers=", ".join(place.layers))
        return f'<div class="rebuilding">{original}{_figure(row.size, "", caption)}</div>'
    width, height = rebuilt.size
    told = {"step": rebuilt.step, "steps": rebuilt.steps, "width": width, "height": height}
    caption = say(speaks, "inside.rebuilt", layers=", ".join(place.layers), **told)
    return f'<div class="rebuilding">{original}{_figure(row.size, rebuilt.address, caption)}</div>'


def _figure(size: Size, address: str, caption: str) -> str:
    return f"<figure>{_frame(size, address, caption)}<figcaption>{escape(caption)}&nbsp;</figcaption></figure>"


def _frame(size: Size | None, address: str, words: str = "") -> str:
    """A frame of a picture's shape, empty for an address of ""."""
    width, height = size or (3, 2)
    picture = f'<img src="{escape(address)}" alt="{escape(words)}">' if address else ""
    return f'<span class="frame" style="aspect-ratio: {width} / {height}">{picture}</span>'
