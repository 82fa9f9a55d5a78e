"""What a person chooses: the widgets, in the order that their handlers take them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demo.browser import html
from demo.browser.localized import Localized
from demo.browser.scripts import on_load
from demo.form import example_pairs, palette, regions
from demo.form.request import EVEN, LIMITS, MOST_PAINTINGS, WHOLE
from demo.words import t
from nst_core.config import CHOICES, TransferConfig

ORDINALS = ("first", "second", "third", "fourth")


class Form(NamedTuple):
    """What a person chooses, in the order that `make_selection` takes it."""

    photo: gr.Image
    painting: gr.Image
    painting_2: gr.Image
    painting_3: gr.Image
    painting_4: gr.Image
    blend: gr.Slider
    blend_2: gr.Slider
    blend_3: gr.Slider
    blend_4: gr.Slider
    regions: gr.State
    strength: gr.Slider
    colours: gr.Slider
    style_scale: gr.Slider
    size: gr.Slider
    steps: gr.Slider
    initial: gr.Dropdown
    optimizer: gr.Dropdown
    pooling: gr.Dropdown
    colour_method: gr.Dropdown
    scales: gr.Slider
    content_weight: gr.Number
    tv_weight: gr.Number
    seed: gr.Number
    weights: gr.Dropdown

    @property
    def paintings(self) -> tuple[gr.Image, ...]:
        """Of all slots."""
        return self[1 : 1 + MOST_PAINTINGS]  # type: ignore[return-value]

    @property
    def blends(self) -> tuple[gr.Slider, ...]:
        """Of all slots."""
        return self[1 + MOST_PAINTINGS : 1 + 2 * MOST_PAINTINGS]  # type: ignore[return-value]

    @property
    def dials(self) -> tuple[gr.Slider, ...]:
        """What may be moved while a run is under way, in the order that `Studio.steer` takes it."""
        return self.strength, self.colours, *self.blends


class More(NamedTuple):
    """The ways to more paintings than one."""

    shown: gr.State  # how many slots can be seen
    parts: tuple[Any, ...]  # what `handlers.add_painting` shows and hides
    brushed: gr.Accordion
    canvas: gr.ImageEditor
    add: gr.Button
    offered: gr.HTML  # paintings to take


def pictures(examples: Sequence[example_pairs.Pair], localized: Localized) -> tuple[tuple[Any, ...], More]:
    """Photo, paintings, blends and regions, in the order of `Form`, and the ways to more paintings."""
    with gr.Row(elem_id="pictures"):
        photo = _picture("photo", ["upload", "clipboard", "webcam"], examples[0].content)
        first = _picture("painting", ["upload", "clipboard"], examples[0].style, brush(1))
        others = [
            _picture(f"painting.{ordinal}", ["upload", "clipboard"], None, brush(place))
            for place, ordinal in enumerate(ORDINALS[1:], 2)
        ]
        add = gr.Button(t("painting.add"), size="sm", variant="secondary", elem_id="add")
    strip = {"js_on_load": on_load("report-clicks"), "visible": False, "elem_id": "offered"}
    offering = localized.html(partial(palette.buttons, examples), **strip)
    gr.HTML(regions.palette(), visible="hidden")
    blends = [_blend(ordinal, brush(place)) for place, ordinal in enumerate(ORDINALS, 1)]
    with gr.Accordion(t("regions.label"), open=False, visible=False, elem_id="regions") as brushed:
        gr.Markdown(t("regions.colours"))
        localized.html(regions.legend, elem_id="legend")
        canvas = gr.ImageEditor(
            type="numpy",
            sources=(),
            transforms=(),
            layers=False,
            brush=regions.brush(),
            show_label=False,
            label=t("regions.alt"),
            buttons=[],
            height=360,
            elem_id="canvas",
        )
    more = More(gr.State(1), (*others, *blends, brushed, offering, add), brushed, canvas, add, offering)
    return (photo, first, *others, *blends, gr.State()), more


def brush(place: int) -> str:
    """The class of what shows the colour of a painting, 1 .. `MOST_PAINTINGS`, as `regions.palette` names it."""
    return f"brush-{place}"


def _picture(name: str, sources: list[Any], example: Path | None, *classes: str) -> gr.Image:
    """An invisible one, unless there is an `example` in it."""
    first = "." not in name
    return gr.Image(
        value=None if example is None else str(example),
        visible=example is not None,
        label=t(f"{name}.label" if first else name),
        sources=sources,
        type="filepath",
        image_mode=None,
        height=220,
        min_width=140,
        buttons=[],
        alt_text=str(t(f"{name}.alt" if first else f"{name}_alt")),
        elem_id=name.replace(".", "-"),
        elem_classes=list(classes),
    )


def _blend(ordinal: str, *classes: str) -> gr.Slider:
    label = t(f"blend.{ordinal}")
    return gr.Slider(0, WHOLE, EVEN, step=1, label=label, visible=False, buttons=[], elem_classes=["blend", *classes])


def dials(defaults: TransferConfig, localized: Localized) -> tuple[gr.Slider, gr.Slider]:
    """Whose painting and whose colours, with what the ends of the sliders mean."""
    with gr.Group(elem_classes="dial"):
        strength = gr.Slider(
            0, 100, defaults.strength, step=1, label=t("strength.label"), info=t("strength.info"), buttons=[]
        )
        localized.html(lambda speaks: html.ends(speaks, "strength", "low", "middle", "high"))
    with gr.Group(elem_classes="dial"):
        colours = gr.Slider(
            0, 100, defaults.colours, step=1, label=t("colours.label"), info=t("colours.info"), buttons=[]
        )
        localized.html(lambda speaks: html.ends(speaks, "colours", "low", "high"))
    return strength, colours


def settings(defaults: TransferConfig) -> tuple[Any, ...]:
    """The widgets of `submissions.SETTINGS` after the dials, in their order."""
    strokes = gr.Slider(
        *LIMITS["style_scale"],
        defaults.style_scale[0] if defaults.style_scale else 1,
        step=0.25,
        label=t("strokes.label"),
        info=t("strokes.info"),
        buttons=[],
    )
    size = _slider("size", defaults, 32)
    steps = _slider("steps", defaults, 1)
    with gr.Accordion(t("page.advanced"), open=False):
        with gr.Row():
            initial = _choice("initial", defaults)
            optimizer = _choice("optimizer", defaults)
            pooling = _choice("pooling", defaults)
            colour_method = _choice("colour_method", defaults, min_width=240)
        scales = _slider("scales", defaults, 1)
        with gr.Row():
            content_weight = _number("content_weight", defaults)
            tv_weight = _number("tv_weight", defaults)
            seed = _number("seed", defaults)
        weights = gr.Dropdown(
            _weights(defaults),
            value=defaults.weights,
            label=t("weights.label"),
            info=t("weights.info"),
            filterable=False,
        )
    choices = (initial, optimizer, pooling, colour_method)
    return strokes, size, steps, *choices, scales, content_weight, tv_weight, seed, weights


def _slider(name: str, defaults: TransferConfig, step: int) -> gr.Slider:
    value = getattr(defaults, name)
    return gr.Slider(*LIMITS[name], value, step=step, label=t(f"{name}.label"), info=t(f"{name}.info"), buttons=[])


def _choice(name: str, defaults: TransferConfig, min_width: int = 150) -> gr.Dropdown:
    return gr.Dropdown(
        [(str(t(f"{name}.{choice}")), str(choice)) for choice in CHOICES[name]],
        value=str(getattr(defaults, name)),
        label=t(f"{name}.label"),
        info=t(f"{name}.info"),
        filterable=False,
        min_width=min_width,
    )


def _number(name: str, defaults: TransferConfig) -> gr.Number:
    value = getattr(defaults, name)
    return gr.Number(value, label=t(f"{name}.label"), info=t(f"{name}.info"), minimum=0, min_width=150)


def _weights(defaults: TransferConfig) -> list[tuple[str, str]]:
    choices = {defaults.weights: Path(defaults.weights).name}
    choices |= {name: str(t(f"weights.{name}")) for name in ("embedded", "torchvision")}
    return [(words, value) for value, words in choices.items()]
