"""The page "How it works": the method's equations, and figures that `examples/how_figures.py` made."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from pathlib import Path

import gradio as gr

from demo.events import Losses
from demo.pairs import EXAMPLES
from demo.plot import Curves, draw
from demo.spoken import Spoken
from demo.words import Language, say, t
from nst_core.config import TransferConfig

PATH = "how"  # of the page, below the studio's
RESULTS = EXAMPLES / "results"
DELIMITERS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]


def build_how(ui: gr.Blocks) -> None:
    """Add the page to `ui`, whose own context must be closed."""
    spoken = Spoken()
    with ui.route(say("en", "how.title"), PATH, show_in_navbar=False):
        with gr.Column(elem_id="how"):
            spoken.html(_header, elem_classes="how-header")
            _idea()
            _terms()
            _descent(spoken)
            _text("how.papers")
        spoken.translate(ui)


def content_equation(config: TransferConfig) -> str:
    """LaTeX: the content loss of a config with the default normalisation."""
    layers = ", ".join(map(_layer, config.content_layers))
    return rf"\mathcal L_c = \frac{{\lVert F^l - P^l \rVert^2}}{{\lVert P^l \rVert^2}}, \quad l = {layers}"


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


def recorded_curves(path: Path = RESULTS / "how_losses.json") -> Curves:
    """The losses of the run of the figures."""
    steps = json.loads(path.read_text(encoding="utf-8"))
    sizes: list[tuple[int, tuple[int, int]]] = []
    for index, step in enumerate(steps, 1):
        width, height = step["size"]
        if not sizes or sizes[-1][1] != (width, height):
            sizes.append((index, (width, height)))
    losses = tuple(Losses(step["content"], step["style"], step["total"]) for step in steps)
    return Curves(len(steps), losses, tuple(sizes))


def _idea() -> None:
    _text("how.idea")
    _figure("how_idea.jpg", "how.idea_alt", "how.idea_caption")


def _terms() -> None:
    config = TransferConfig()
    _text("how.content")
    _equations(content_equation(config))
    _text("how.style")
    _equations(*style_equations(config))
    _figure("figure_1.jpg", "how.layers_alt", "how.layers_caption")
    _text("how.energy")
    _text("how.total")
    _equations(*total_equations())
    _text("how.strength")
    _equations(*weight_equations(config))
    _figure("how_strength.jpg", "how.strength_alt", "how.strength_caption")


def _descent(spoken: Spoken) -> None:
    _text("how.scales")
    _figure("how_scales.jpg", "how.scales_alt", "how.scales_caption")
    _text("how.lbfgs")
    curves = recorded_curves()
    with gr.Column(elem_classes="how-figure"):
        spoken.html(lambda language: draw(language, curves), elem_classes="how-losses")
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


def _figure(name: str, alt: str, caption: str) -> None:
    with gr.Column(elem_classes="how-figure"):
        gr.Image(
            str(RESULTS / name),
            alt_text=str(t(alt)),
            show_label=False,
            container=False,
            interactive=False,
            buttons=["fullscreen"],
        )
        _caption(caption)


def _layer(name: str) -> str:
    return rf"\mathtt{{{name.replace('_', chr(92) + '_')}}}"
