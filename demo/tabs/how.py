"""The page "How it works": the method's equations, and figures of pictures that `examples/how_figures.py` made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote

import gradio as gr
from PIL import Image

from demo.browser.localized import Localized
from demo.browser.plot import Curves, draw
from demo.form.example_pairs import EXAMPLES
from demo.jobs.records import LossRecord
from demo.words import Language, say, t
from nst_core.config import TransferConfig

PATH = "how"  # of this page, below that of painting
PICTURES = EXAMPLES / "results" / "how"
STRENGTHS = (0, 20, 40, 60, 80, 100)  # percent
IDEA = {"photo": "p", "painting": "a", "picture": "x"}
DELIMITERS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]

Cell = tuple[str, str]  # the name of a picture, and HTML to stand below it


def build_how(ui: gr.Blocks) -> None:
    """Add the page to `ui`, whose own context must be closed."""
    localized = Localized()
    with ui.route(say("en", "how.title"), PATH, show_in_navbar=False):
        with gr.Column(elem_id="how"):
            localized.html(_header, elem_classes="how-header")
            _idea(localized)
            _terms(localized)
            _descent(localized)
            _text("how.papers")
        localized.translate(ui)


def content_equation(config: TransferConfig) -> str:
    """LaTeX: the content loss of a config with the default normalisation."""
    layers = ", ".join(map(_layer, config.content_layers))
    mean = rf"\frac{{1}}{{{len(config.content_layers)}}} \sum_l " if len(config.content_layers) > 1 else ""
    error = r"\frac{\lVert F^l - P^l \rVert^2}{\lVert P^l \rVert^2}"
    return rf"\mathcal L_c = {mean}{error}, \quad l \in \{{{layers}\}}"


def style_equations(config: TransferConfig) -> tuple[str, str, str]:
    """LaTeX: the Gram matrix, the style loss of a config with the default normalisation, and its layers."""
    return (
        r"G^l_{ij} = \frac{1}{M_l} \sum_{k=1}^{M_l} F^l_{ik} F^l_{jk}",
        r"\mathcal L_s = \sum_l w_l \frac{\lVert G^l - A^l \rVert^2}{\lVert A^l \rVert^2}",
        rf"l \in \{{{', '.join(map(_layer, config.style_layers))}\}}",
    )


def total_equations() -> tuple[str, str]:
    """LaTeX: what is minimised, and the total variation."""
    return (
        r"x = \arg\min \; \alpha \mathcal L_c + \beta \mathcal L_s + \gamma \mathcal L_v",
        r"\mathcal L_v = \langle (x_{i+1,j} - x_{i,j})^2 \rangle + \langle (x_{i,j+1} - x_{i,j})^2 \rangle",
    )


def weight_equations(config: TransferConfig) -> tuple[str, str, str]:
    """LaTeX: the weights of a config without a style weight of its own, for any strength t."""
    alpha, beta, gamma = replace(config, strength=50.0).loss_weights
    return rf"\alpha = {2 * alpha:g}\,(1 - t)", rf"\beta = {2 * beta:g}\,t", rf"\gamma = {2 * gamma:g}\,t"


def recorded_curves(path: Path = PICTURES / "losses.json") -> Curves:
    """The losses of the run of the figures."""
    steps = json.loads(path.read_text(encoding="utf-8"))
    sizes: list[tuple[int, tuple[int, int]]] = []
    for index, step in enumerate(steps, 1):
        width, height = step["size"]
        if not sizes or sizes[-1][1] != (width, height):
            sizes.append((index, (width, height)))
    losses = tuple(LossRecord(step["content"], step["style"], step["total"]) for step in steps)
    return Curves(len(steps), losses, tuple(sizes))


def idea(_: Language) -> list[Cell]:
    """What goes in, and what comes out."""
    return [(f"idea-{name}", f"<i>{letter}</i>") for name, letter in IDEA.items()]


def strengths(_: Language) -> list[Cell]:
    """From nothing of the painting to nothing of the photo."""
    return [(f"strength-{percent}", f"{percent}\N{NO-BREAK SPACE}%") for percent in STRENGTHS]


def scales(curves: Curves) -> list[Cell]:
    """The sizes of the recorded run, from coarse to fine."""
    sides = (max(size) for _, size in curves.sizes)
    return [(f"scales-{place}", f"{side}\N{NO-BREAK SPACE}px") for place, side in enumerate(sides, 1)]


def layers(language: Language) -> list[Cell]:
    """What the style layers know of the painting, from one to all of them; and each alone of the photo."""
    first, *_ = names = [f"<code>{escape(layer)}</code>" for layer in TransferConfig().style_layers]
    several = [say(language, "how.from_to", first=first, last=last) for last in names[1:]]
    above = [escape(say(language, "how.the_painting")), first, *several]
    below = [escape(say(language, "how.the_photo")), *names]
    return [
        (f"{row}-{place}", text)
        for row, words in (("style", above), ("content", below))
        for place, text in enumerate(words)
    ]


def _idea(localized: Localized) -> None:
    _text("how.idea")
    _figure(localized, "idea", idea)


def _terms(localized: Localized) -> None:
    config = TransferConfig()
    _text("how.content")
    _equations(content_equation(config))
    _text("how.style")
    _equations(*style_equations(config))
    _figure(localized, "layers", layers, columns=6)
    _text("how.energy")
    _text("how.total")
    _equations(*total_equations())
    _text("how.strength")
    _equations(*weight_equations(config))
    _figure(localized, "strength", strengths)


def _descent(localized: Localized) -> None:
    curves = recorded_curves()
    _text("how.scales")
    _figure(localized, "scales", lambda _: scales(curves), columns=2)
    _text("how.lbfgs")
    with gr.Column(elem_classes="how-figure"):
        localized.html(lambda language: draw(language, curves), elem_classes="how-losses")
        _caption("how.losses_caption")


def _header(language: Language) -> str:
    title, back = (escape(say(language, f"how.{name}")) for name in ("title", "back"))
    return f'<header><h1>{title}</h1><p><a href="./">{back}</a></p></header>'


def _text(key: str) -> None:
    gr.Markdown(t(key), latex_delimiters=DELIMITERS, elem_classes="how-text")


def _caption(key: str) -> None:
    gr.Markdown(t(key), latex_delimiters=DELIMITERS, elem_classes="how-caption")


def _equations(*equations: str) -> None:
    """Equations beside each other where there is room for them."""
    gr.Markdown(
        "\n\n".join(f"$${equation}$$" for equation in equations),
        latex_delimiters=DELIMITERS,
        elem_classes="how-equations",
    )


def _figure(localized: Localized, name: str, cells: Callable[[Language], list[Cell]], columns: int = 3) -> None:
    """Captioned pictures, so many in a row, with the words `how.{name}_alt` and `how.{name}_caption`."""

    def write(language: Language) -> str:
        inside = "".join(map(_cell, cells(language)))
        alt = escape(say(language, f"how.{name}_alt"))
        return f'<div class="cells cells-{columns}" role="group" aria-label="{alt}">{inside}</div>'

    with gr.Column(elem_classes="how-figure"):
        localized.html(write)
        _caption(f"how.{name}_caption")


def _cell(cell: Cell) -> str:
    picture, words = cell
    path = PICTURES / f"{picture}.jpg"
    with Image.open(path) as image:
        width, height = image.size
    address = f"gradio_api/file={quote(path.as_posix())}"  # relative: a page may stand behind any address
    return f'<div><img src="{address}" width="{width}" height="{height}" alt="" loading="lazy"><p>{words}</p></div>'


def _layer(name: str) -> str:
    return rf"\mathtt{{{name.replace('_', chr(92) + '_')}}}"
