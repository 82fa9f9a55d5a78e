"""See inside: what a layer of VGG-19 knows of the photo, and some layers of the painting, grown from noise, live."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from html import escape
from typing import Any, ClassVar

import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.browser import bars, html
from demo.browser.localized import Localized
from demo.browser.scripts import script
from demo.browser.toasts import toast
from demo.browser.wiring import LONG, QUICK, Components, afterwards, listen, unchanged
from demo.form.request import reconstruction_key
from demo.form.settings import in_range, number
from demo.form.uploads import load, size_of
from demo.jobs.records import Job, Kind, Pixels, Progress, Waiting
from demo.jobs.runner import Runner
from demo.visitors.identity import visitor_of
from demo.words import Language, language, say, t
from nst_core.config import RECONSTRUCTION, TransferConfig
from nst_core.errors import shown
from nst_core.images import fit, to_rgb
from nst_core.reconstruct import content_config, style_config
from nst_core.scene.scales import Size

# As in figure 1 of Gatys et al. (2015), whose conv4_2 is our relu4_2.
CONTENT_LAYERS = tuple(f"relu{block}_2" for block in range(1, 6))
STYLE_LAYERS = tuple(f"relu{block}_1" for block in range(1, 6))
FIRST = {"content": ["relu4_2"], "style": list(STYLE_LAYERS[:3])}  # what is chosen when the page opens
PICTURES = {"content": "photo", "style": "painting"}  # what each kind of reconstruction is of
LAYERS = {"content": CONTENT_LAYERS, "style": STYLE_LAYERS}

# Small: it is looked at while it runs.
SMALL = {"size": 192, "steps": 120}
LIMITS = {"size": (96, 384), "steps": (1, 400)}


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A job and what is needed to show it."""

    kind: str  # "content" or "style"
    job: Job
    size: Size  # of the result

    @property
    def original(self) -> Pixels:
        """What it is of, as large as the result."""
        return np.asarray(Image.fromarray(self.job.content).resize(self.size, Image.Resampling.LANCZOS))

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that are looked at."""
        return self.job.config.content_layers or self.job.config.style_layers


@dataclass(frozen=True, kw_only=True)
class InsideView:
    """Values for what shows a reconstruction; what isn't given stays as it is."""

    pane: Any = unchanged()
    status: Any = unchanged()
    bars: Any = unchanged()
    content: Any = unchanged()  # the buttons
    style: Any = unchanged()
    stop: Any = unchanged()
    reached: Any = unchanged()  # (step, steps, whether it made way) of the run at hand; None before its first


@dataclass(frozen=True, kw_only=True)
class InsideComponents(Components):
    """What shows a reconstruction."""

    Values: ClassVar = InsideView

    pane: gr.HTML
    status: gr.HTML
    bars: gr.HTML
    content: gr.Button
    style: gr.Button
    stop: gr.Button
    reached: gr.State


@dataclass(frozen=True, kw_only=True)
class ChoiceComponents:
    """What is chosen in the tab, and the two buttons that begin."""

    layer: gr.Radio
    content: gr.Button
    layers: gr.CheckboxGroup
    style: gr.Button
    size: gr.Slider
    steps: gr.Slider


@dataclass(frozen=True)
class Inside:
    """The handlers of the tab in front of `runner`, on a page whose widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def content(
        self, request: gr.Request, photo: FileDataDict | None, layer: str, size: Any, steps: Any
    ) -> Generator[InsideView, None, None]:
        """Rebuild the photo was pressed."""
        yield from self._rebuild(request, "content", photo, [layer], size, steps)

    def style(
        self, request: gr.Request, painting: FileDataDict | None, layers: list[str], size: Any, steps: Any
    ) -> Generator[InsideView, None, None]:
        """Rebuild the manner was pressed."""
        yield from self._rebuild(request, "style", painting, layers, size, steps)

    def _rebuild(
        self, request: gr.Request, kind: str, picture: FileDataDict | None, layers: Sequence[str], size: Any, steps: Any
    ) -> Generator[InsideView, None, None]:
        speaks = language(request)
        with toast(speaks):
            wanted = make_reconstruction(self.defaults, kind, picture, layers, size, steps, speaks)
        began = replace(_buttons(running=True), pane=pane(speaks, wanted), bars="", reached=None)
        visitor, step, steps = visitor_of(request), 0, wanted.job.config.steps
        job = replace(wanted.job, visitor=visitor, key=reconstruction_key(visitor))
        with toast(speaks), closing(self.runner.run(job)) as records:
            yield began
            for record in records:
                if isinstance(record, Progress):
                    step, steps = record.index, record.total
                    yield _progressing(speaks, wanted, record)
                elif isinstance(record, Waiting):
                    yield InsideView(status=html.waiting(speaks, record))
        if step < steps:  # a runner ends one early where it is told to, and only Paint does so
            yield InsideView(reached=(step, steps, True))


def finished(request: gr.Request, reached: tuple[int, int, bool] | None) -> InsideView:
    """A run has ended, by itself, by Stop, by an error, or because the visitor's own picture goes first."""
    speaks = language(request)
    view = _buttons(running=False)
    if reached is None:
        return replace(view, status=_ready(speaks))
    step, steps, made_way = reached
    key = "inside.made_way" if made_way else "inside.finished" if step == steps else "inside.stopped"
    return replace(view, status=html.message(say(speaks, key, step=step, steps=steps)))


def make_reconstruction(
    defaults: TransferConfig,
    kind: str,
    picture: FileDataDict | None,
    layers: Sequence[str],
    size: Any,
    steps: Any,
    speaks: Language = "en",
    **options: Any,
) -> Reconstruction:
    """What the widgets stand for, with further options of a config; raises `ValueError` for what none allows."""
    if not isinstance(kind, str) or kind not in LAYERS:
        raise ValueError(say(speaks, "inside.no_kind", value=shown(kind)))
    _check_layers(kind, layers, speaks)
    numbers = {"size": number("size", size, speaks), "steps": number("steps", steps, speaks)}
    whole = {name: int(in_range(name, value, LIMITS[name], speaks)) for name, value in numbers.items()}
    config = replace(defaults, **RECONSTRUCTION | whole | options)
    fit(size_of(PICTURES[kind], picture, speaks), config.size)  # by the size that the person knows
    image = to_rgb(load(PICTURES[kind], picture, speaks, config.size))
    shape = fit(image.size, config.size)
    pixels = np.asarray(image)
    if kind == "content":
        return Reconstruction(kind, Job(pixels, (), content_config(layers[0], config), kind=Kind.RECONSTRUCTION), shape)
    job = Job(pixels, (pixels,), style_config(layers, config), kind=Kind.RECONSTRUCTION)
    return Reconstruction(kind, job, shape)


def _check_layers(kind: str, layers: Sequence[str], speaks: Language) -> None:
    """Raise `ValueError` for a choice that no widget offers."""
    known = ", ".join(LAYERS[kind])
    if not isinstance(layers, list) or not layers or layers == [None]:
        raise ValueError(say(speaks, "inside.no_layers", layers=known))
    for layer in layers:
        if layer not in LAYERS[kind]:
            raise ValueError(say(speaks, "inside.bad_layer", layer=shown(layer), layers=known))
    if kind == "content" and len(layers) > 1:
        raise ValueError(say(speaks, "inside.one_layer", layers=", ".join(layers)))


def pane(speaks: Language, wanted: Reconstruction, image: Pixels | None = None, caption: str = "") -> str:
    """HTML: the original and, beside it in a frame of the same shape, what has grown out of noise so far."""
    original = say(speaks, f"inside.original_{PICTURES[wanted.kind]}")
    pictures = _figure(wanted.size, original, wanted.original) + _figure(wanted.size, caption, image)
    return f'<div class="rebuilding">{pictures}</div>'


def empty_pane(speaks: Language) -> str:
    """HTML: an invitation, before anything was rebuilt."""
    return f'<div class="rebuilding"><p class="pane empty">{escape(say(speaks, "inside.empty"))}</p></div>'


def _figure(size: Size, caption: str, image: Pixels | None) -> str:
    picture = "" if image is None else f'<img src="{html.data_uri(image, size)}" alt="{escape(caption)}">'
    return (
        f'<figure><span class="frame" style="aspect-ratio: {size[0]} / {size[1]}">{picture}</span>'
        f"<figcaption>{escape(caption)}&nbsp;</figcaption></figure>"
    )


def _buttons(running: bool) -> InsideView:
    """One reconstruction at a time: what begins another rests meanwhile."""
    start = gr.update(interactive=not running)
    return InsideView(content=start, style=start, stop=gr.update(visible=running))


def _ready(speaks: Language) -> str:
    return html.message(say(speaks, "inside.ready"))


def _progressing(speaks: Language, wanted: Reconstruction, progress: Progress) -> InsideView:
    width, height = progress.size
    numbers = {"step": progress.index, "steps": progress.total}
    caption = say(speaks, "inside.rebuilt", layers=", ".join(wanted.layers), **numbers)
    status = say(speaks, "inside.running", width=width, height=height, **numbers)
    return InsideView(
        pane=pane(speaks, wanted, progress.image, caption),
        status=html.message(status),
        bars=bars.draw(speaks, progress.content_layers, progress.style_layers),
        reached=(progress.index, progress.total, False),
    )


def build_inside(
    runner: Runner, defaults: TransferConfig, localized: Localized, photo: gr.Image, painting: gr.Image
) -> None:
    """Lay out and wire the tab, within which this is called; it looks at the pictures of the other tab."""
    gr.Markdown(t("inside.lead"), elem_id="inside-lead")
    with gr.Row(elem_id="inside"):
        with gr.Column(elem_id="inside-result"):
            with gr.Row(elem_id="inside-head"):
                status = localized.html(_ready, elem_id="inside-status")
                stop = gr.Button(
                    t("inside.stop"), variant="stop", visible=False, scale=0, min_width=120, elem_id="inside-stop"
                )
            pane = localized.html(empty_pane, elem_id="inside-pane")
            layers = gr.HTML(elem_id="inside-bars")
        with gr.Column(elem_id="inside-choices"):
            chosen = _build_choices()
    view = InsideComponents(
        pane=pane,
        status=status,
        bars=layers,
        content=chosen.content,
        style=chosen.style,
        stop=stop,
        reached=gr.State(),
    )
    _wire(Inside(runner, defaults), chosen, view, photo, painting)


def _wire(
    handlers: Inside, chosen: ChoiceComponents, view: InsideComponents, photo: gr.Image, painting: gr.Image
) -> None:
    for start in (view.content, view.style):
        start.click(None, js=script("scroll-to-element", "inside-result"))
    of_content, of_style = (
        [picture, layers, chosen.size, chosen.steps]
        for picture, layers in ((photo, chosen.layer), (painting, chosen.layers))
    )
    runs: list[Any] = [
        listen(view.content.click, handlers.content, of_content, view, preprocess=False, **LONG),
        listen(view.style.click, handlers.style, of_style, view, preprocess=False, **LONG),
    ]
    view.stop.click(None, cancels=runs)
    listen(view.stop.click, finished, view.reached, view, **QUICK)
    for run in runs:
        afterwards(run, finished, view.reached, view)


def _build_choices() -> ChoiceComponents:
    gr.Markdown(t("inside.content_title"))
    layer = gr.Radio(
        list(CONTENT_LAYERS), value=FIRST["content"][0], label=t("inside.layer"), info=t("inside.layer_info")
    )
    content = gr.Button(t("inside.content"), variant="primary", elem_id="rebuild-content")
    gr.Markdown(t("inside.style_title"))
    layers = gr.CheckboxGroup(
        list(STYLE_LAYERS), value=FIRST["style"], label=t("inside.layers"), info=t("inside.layers_info")
    )
    style = gr.Button(t("inside.style"), variant="primary", elem_id="rebuild-style")
    with gr.Accordion(t("inside.more"), open=False):
        size = gr.Slider(
            *LIMITS["size"], SMALL["size"], step=32, label=t("inside.size"), info=t("inside.size_info"), buttons=[]
        )
        steps = gr.Slider(
            *LIMITS["steps"], SMALL["steps"], step=1, label=t("inside.steps"), info=t("inside.steps_info"), buttons=[]
        )
    return ChoiceComponents(layer=layer, content=content, layers=layers, style=style, size=size, steps=steps)
