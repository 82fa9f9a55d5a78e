"""The page: what is on it, where it stands, and which handler each event calls."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demo import handlers, markup, pairs
from demo.runner import Runner
from nst_core.config import CHOICES, TransferConfig

TITLE = "Neural style transfer"
STYLESHEET = Path(__file__).with_name("style.css")
CLEAN_UP = (3600, 24 * 3600)  # seconds: every hour, the files older than a day

INTRODUCTION = f"""
# {TITLE}
Give a photo and a painting, and watch the photo being repainted in the painting's manner.
"""
HOW_IT_WORKS = """
### How it works
VGG-19, a network trained to recognise objects, looks at the photo, at the painting and at the picture in between. The
*content* loss tells how far its deep features are from the photo's; the *style* loss tells how far the correlations of
its features, the Gram matrices, are from those of the painting. Nothing is trained here: the pixels themselves change,
step by step, until the sum of both losses is small, first in a small picture and then in larger ones.

L. A. Gatys, A. S. Ecker, M. Bethge: *Image Style Transfer Using Convolutional Neural Networks*. CVPR 2016.
"""

# A click on what is inside a button counts as the button's.
CLICKED_PAIR = """
element.addEventListener('click', event => {
    const button = event.target.closest('button[data-index]');
    if (button) trigger('click', {index: Number(button.dataset.index)});
});
"""
SHOW_RESULT = "() => { document.getElementById('stage').scrollIntoView({block: 'nearest'}); }"


class Form(NamedTuple):
    """What a person chooses, in the order that `handlers.run` takes it."""

    photo: gr.Image
    painting: gr.Image
    strength: gr.Slider
    size: gr.Slider
    steps: gr.Slider
    initial: gr.Dropdown
    optimizer: gr.Dropdown
    pooling: gr.Dropdown
    scales: gr.Slider
    content_weight: gr.Number
    tv_weight: gr.Number
    seed: gr.Number
    weights: gr.Dropdown


def build_ui(runner: Runner, defaults: TransferConfig | None = None) -> gr.Blocks:
    """The page in front of `runner`; its widgets start at `defaults`, the project's own where it is None."""
    defaults = defaults or TransferConfig()
    ui: gr.Blocks
    with gr.Blocks(title=TITLE, delete_cache=CLEAN_UP) as ui:
        gr.Markdown(INTRODUCTION, elem_id="introduction")
        gallery, examples = _examples()
        with gr.Row(elem_id="work"):
            with gr.Column(elem_id="inputs"):
                photo, painting = _pictures()
                strength = _strength(defaults)
                start = gr.Button(handlers.START, variant="primary", elem_id="stylize")
                stop = gr.Button("Stop and keep the picture", variant="stop", visible=False, elem_id="stop")
            with gr.Column(elem_id="result"):
                result = _result(start, stop)
            with gr.Column(elem_id="settings"):
                form = Form(photo, painting, strength, *_settings(defaults))
        gr.Markdown(HOW_IT_WORKS, elem_id="how")
        _wire(runner, defaults, form, result)
        _wire_checks(form)
        _wire_examples(gallery, examples, form)
        _wire_api(runner, defaults, form)
    return ui


def theme() -> gr.themes.Base:
    """Quiet colours and the system's own letters: nothing is fetched."""
    return gr.themes.Default(
        primary_hue="indigo",
        secondary_hue="indigo",
        neutral_hue="stone",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    ).set(
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        body_text_color_subdued="*neutral_500",  # the theme's own 400 is too faint to read on white
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_500",
        block_info_text_color_dark="*neutral_400",
    )


def _examples() -> tuple[gr.HTML, list[pairs.Pair]]:
    examples = pairs.load_pairs()
    return gr.HTML(pairs.buttons(examples), js_on_load=CLICKED_PAIR, elem_id="examples"), examples


def _pictures() -> tuple[gr.Image, gr.Image]:
    with gr.Row(elem_id="pictures"):
        photo = gr.Image(
            label="Photo",
            sources=["upload", "clipboard", "webcam"],
            type="filepath",
            image_mode=None,
            height=240,
            min_width=140,
            buttons=[],
            alt_text="The photo to repaint",
            elem_id="photo",
        )
        painting = gr.Image(
            label="Painting",
            sources=["upload", "clipboard"],
            type="filepath",
            image_mode=None,
            height=240,
            min_width=140,
            buttons=[],
            alt_text="The painting to take the style from",
            elem_id="painting",
        )
    return photo, painting


def _strength(defaults: TransferConfig) -> gr.Slider:
    with gr.Group(elem_classes="strength"):
        slider = gr.Slider(
            0, 100, defaults.strength, step=1, label="Strength, from photo to painting", buttons=[], container=True
        )
        gr.HTML('<div class="scale"><span>keeps the photo</span><span>balanced</span><span>all painting</span></div>')
    return slider


def _result(start: gr.Button, stop: gr.Button) -> handlers.View:
    """The outputs of a run, in the order of `handlers.View`."""
    status = gr.HTML(markup.message("Choose a photo and a painting, or click a pair above."), elem_id="status")
    with gr.Column(elem_id="stage"):  # the one lies over the other: nothing moves when the run ends
        pane = gr.HTML(markup.pane(), elem_id="pane")
        comparison = gr.ImageSlider(
            label="The photo and the picture",
            show_label=False,
            visible=False,
            buttons=["fullscreen"],
            elem_id="comparison",
        )
    download = gr.DownloadButton("Download PNG", variant="primary", visible=False, elem_id="download")
    curves = gr.HTML(elem_id="losses")
    return handlers.View(pane, status, curves, comparison, download, start, stop, gr.State())


def _settings(defaults: TransferConfig) -> tuple[Any, ...]:
    """The widgets of `handlers.SETTINGS` after the strength."""
    size = gr.Slider(
        *handlers.LIMITS["size"],
        defaults.size,
        step=32,
        label="Resolution",
        info="long side of the result in pixels",
        buttons=[],
    )
    steps = gr.Slider(*handlers.LIMITS["steps"], defaults.steps, step=1, label="Steps", info=_help("steps"), buttons=[])
    with gr.Accordion("Advanced", open=False):
        with gr.Row():
            initial = _choice("initial", "Start from", defaults)
            optimizer = _choice("optimizer", "Optimiser", defaults)
            pooling = _choice("pooling", "Pooling", defaults)
        scales = gr.Slider(
            *handlers.LIMITS["scales"], defaults.scales, step=1, label="Scales", info=_help("scales"), buttons=[]
        )
        with gr.Row():
            content_weight = _number("content_weight", "Content weight", defaults)
            tv_weight = _number("tv_weight", "Smoothness", defaults)
            seed = _number("seed", "Seed", defaults)
        weights = gr.Dropdown(_weights(defaults), value=defaults.weights, label="Weights of VGG-19", filterable=False)
    return size, steps, initial, optimizer, pooling, scales, content_weight, tv_weight, seed, weights


def _choice(name: str, label: str, defaults: TransferConfig) -> gr.Dropdown:
    choices = [(_WORDS.get(choice, str(choice)), str(choice)) for choice in CHOICES[name]]
    return gr.Dropdown(
        choices, value=str(getattr(defaults, name)), label=label, info=_help(name), filterable=False, min_width=150
    )


_WORDS = {
    "content": "the photo",
    "noise": "noise",
    "style": "the painting",
    "lbfgs": "L-BFGS",
    "adam": "Adam",
    "max": "maximum",
    "average": "average",
}


def _number(name: str, label: str, defaults: TransferConfig) -> gr.Number:
    return gr.Number(getattr(defaults, name), label=label, info=_help(name), minimum=0, min_width=150)


def _weights(defaults: TransferConfig) -> list[tuple[str, str]]:
    choices = {"embedded": "the authors' own (built in)", "torchvision": "torchvision's (a download of 548 MB)"}
    return [(words, value) for value, words in ({defaults.weights: Path(defaults.weights).name} | choices).items()]


def _help(name: str) -> str:
    return str(TransferConfig.__dataclass_fields__[name].metadata["help"])


def _wire_examples(gallery: gr.HTML, examples: list[pairs.Pair], form: Form) -> None:
    def choose(event: gr.EventData) -> tuple[str, str]:
        pair = examples[event.index]
        return str(pair.content), str(pair.style)

    gallery.click(choose, None, [form.photo, form.painting], show_progress="hidden", api_visibility="private")


def _wire(runner: Runner, defaults: TransferConfig, form: Form, result: handlers.View) -> None:
    # The browser serves the listeners of a click one after the other, and waits for each to end: the quick ones first.
    result.start.click(None, js=SHOW_RESULT)
    running = result.start.click(
        partial(handlers.run, runner, defaults),
        [result.painted, *form],
        list(result),
        preprocess=False,
        show_progress="hidden",
        concurrency_limit=None,
        api_visibility="private",
    )
    end: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
    result.stop.click(None, cancels=[running])
    result.stop.click(handlers.stopped, result.painted, list(result), **end)
    # Also after a cancelled run, once its last step is over; it takes back whatever came after `stopped`.
    running.then(handlers.finished, result.painted, list(result), **end)


def _wire_checks(form: Form) -> None:
    """What answers at once: a bad upload is refused."""
    for kind, picture in (("photo", form.photo), ("painting", form.painting)):
        picture.upload(
            partial(handlers.check, kind),
            picture,
            picture,
            preprocess=False,
            show_progress="hidden",
            concurrency_limit=None,
            api_visibility="private",
        )


def _wire_api(runner: Runner, defaults: TransferConfig, form: Form) -> None:
    """`/stylize` for programs: a picture and numbers instead of widgets."""
    picture, numbers = gr.Image(visible=False, label="picture"), gr.JSON(visible=False, label="progress")
    gr.Button(visible=False).click(
        partial(handlers.stylize, runner, defaults),
        list(form),
        [picture, numbers],
        preprocess=False,
        show_progress="hidden",
        concurrency_limit=None,
        api_name="stylize",
    )
