"""What other programs can ask for: `/stylize`, `/contact_sheet` and `/reconstruct`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio.data_classes import FileDataDict

from demo.browser import html
from demo.browser.toasts import toast
from demo.browser.wiring import listen
from demo.files import kept_alive, new_folder
from demo.form.request import Selection, make_submission, stem
from demo.form.settings import SETTINGS, Setting, make_config
from demo.form.widgets import FormComponents
from demo.jobs.records import Job, Progress, Record, Waiting
from demo.jobs.runner import Runner
from demo.paint.resizing import resized
from demo.tabs import contact_sheet
from demo.tabs.reconstructing import LIMITS, OFFERED, SMALL, make_reconstruction
from demo.visitors.identity import visitor_of
from demo.words import Language, language
from nst_core.config import RECONSTRUCTION, TransferConfig
from nst_core.images import save_image
from nst_core.notes import in_english
from nst_core.scene.scales import Size
from nst_core.variations import SIX, SKETCH_STEPS

Handler = TypeVar("Handler", bound=Callable[..., Any])


def explained(settings: Sequence[Setting]) -> Callable[[Handler], Handler]:
    """Add to what a handler's docstring tells programs: each of the settings is an argument of its own."""

    def explain(handler: Handler) -> Handler:
        lines = [f"{each.name}: {each.explained()}" for each in settings]
        handler.__doc__ = "\n    ".join([inspect.getdoc(handler) or "", *lines])
        return handler

    return explain


@dataclass(frozen=True)
class Endpoints:
    """The endpoints in front of `runner`."""

    runner: Runner
    defaults: TransferConfig

    @explained(SETTINGS)
    def stylize(
        self,
        request: gr.Request,
        photo: FileDataDict | None,
        painting: FileDataDict | None,
        settings: Mapping[str, Any],
    ) -> Generator[tuple[str | None, dict[str, Any]], None, None]:
        """Paint a photo like a painting; streams (picture, progress): JPEG previews, and a lossless PNG at the end.

        Args:
            photo: the picture to repaint
            painting: the picture whose manner it gets
        """
        speaks = language(request)
        with toast(speaks):
            paintings = (painting,) if painting else ()
            selection = Selection(photo, paintings, make_config(self.defaults, settings, speaks))
            submission = make_submission(selection, speaks, visitor=visitor_of(request))
        yield from streamed(self.runner, submission.job, submission.size, stem(submission.selection), speaks)

    def contact_sheet(
        self, request: gr.Request, photo: FileDataDict | None, painting: FileDataDict | None, steps: int, seed: int
    ) -> Generator[tuple[list[Any], dict[str, Any]], None, None]:
        """Six small ways to paint a photo like a painting; streams (pictures, progress), one picture more each time.

        The caption of a picture is the name of its variation, whose options stand in the progress: strength,
        style_scale and colours, as `/stylize` takes them.

        Args:
            photo: the picture to repaint
            painting: the picture whose manner it gets
            steps: optimiser steps of each, 1 to 70
            seed: of the noise
        """
        speaks = language(request)
        with toast(speaks):
            config = replace(self.defaults, steps=steps, seed=seed)
            selection = Selection(photo, (painting,) if painting else (), config)
            submission = contact_sheet.make_sketch(selection, speaks, visitor_of(request))
            folder, made = new_folder(visitor_of(request)), list[Any]()
        with toast(speaks), closing(self.runner.run_each(contact_sheet.jobs_of(submission))) as records:
            for place, record in records:
                variation = SIX[place]
                kept_alive(folder)  # whoever waits long still gets the first ones
                if isinstance(record, Progress) and record.index == record.total:
                    path = folder / f"{variation.name}.png"
                    save_image(record.image, path)
                    made.append((str(path), variation.name))
                yield list(made), numbers(record) | asdict(variation)

    def reconstruct(
        self,
        request: gr.Request,
        picture: FileDataDict | None,
        kind: str,
        layers: list[str],
        size: int,
        steps: int,
        tv_weight: float,
        seed: int,
    ) -> Generator[tuple[str | None, dict[str, Any]], None, None]:
        """What layers of VGG-19 know of a picture, grown from noise; streams (picture, progress).

        The pictures are JPEG previews, and a lossless PNG at the end.

        Args:
            picture: the picture to look at
            kind: content, the picture from the features of one layer, or style, a texture from Gram matrices of several
            layers: one of relu1_1 to relu5_1 or relu1_2 to relu5_2 for content, some of relu1_1 to relu5_1 for style
            size: long side of the result in pixels, 96 to 384
            steps: optimiser steps, 1 to 400
            tv_weight: how much roughness costs; a little removes noise that no layer sees
            seed: of the noise
        """
        speaks = language(request)
        with toast(speaks):
            options = {"tv_weight": tv_weight, "seed": seed}
            wanted = make_reconstruction(self.defaults, kind, picture, layers, size, steps, speaks, **options)
        job = replace(wanted.job, visitor=visitor_of(request))
        yield from streamed(self.runner, job, wanted.size, kind, speaks)


def streamed(
    runner: Runner, job: Job, size: Size, name: str, speaks: Language
) -> Generator[tuple[str | None, dict[str, Any]], None, None]:
    """The previews and numbers of a job whose result has this `size`, and at the end the file `name`.png."""
    last: Progress | None = None
    with toast(speaks), closing(runner.run(job)) as records:
        folder = new_folder(job.visitor)
        try:
            for record in records:
                last = record if isinstance(record, Progress) else last
                yield preview(folder, size, record), numbers(record)
        except Exception:  # whatever it is: a program, too, gets the picture as far as it got
            if last is not None:
                yield result(folder, size, name, last), numbers(last)
            raise
        if last is not None:
            yield result(folder, size, name, last), numbers(last)


def result(folder: Path, size: Size, name: str, record: Progress) -> str:
    """The path of a lossless file of the picture at `size`, in `folder`."""
    path = kept_alive(folder) / f"{name}.png"
    save_image(resized(record.image, size), path)
    return str(path)


def preview(folder: Path, size: Size, record: Record) -> str | None:
    """The path of a JPEG of the picture at `size`, in `folder`; None while waiting."""
    kept_alive(folder)  # nobody knows for how long
    if not isinstance(record, Progress):
        return None
    path = folder / f"step-{record.index}.jpg"
    path.write_bytes(html.preview(record.image, size))
    return str(path)


def numbers(record: Record) -> dict[str, Any]:
    """What a record tells beside its picture."""
    if not isinstance(record, Progress):
        return {"waiting": record.ahead if isinstance(record, Waiting) else 0}
    width, height = record.size
    return {
        "waiting": 0,
        "step": record.index,
        "steps": record.total,
        "width": width,
        "height": height,
        "content_loss": record.losses.content,
        "style_loss": record.losses.style,
        "total_loss": record.losses.total,
        "content_layers": dict(record.content_layers),
        "style_layers": dict(record.style_layers),
        "seconds_left": record.seconds_left,
        "note": in_english(record.notes),
    }


def wire_endpoints(runner: Runner, defaults: TransferConfig, form: FormComponents) -> None:
    """Give the page, within which this is called, the endpoints; their labels are what its API view explains.

    What `/stylize` takes is told by the widgets of the `form`.
    """
    endpoints = Endpoints(runner, defaults)
    options: dict[str, Any] = {"preprocess": False, "show_progress": "hidden", "concurrency_limit": None}
    listen(
        gr.Button(visible=False).click,
        endpoints.stylize,
        [form.photo, form.paintings[0], form.settings],
        [gr.Image(visible=False, label="picture"), gr.JSON(visible=False, label="progress")],
        api_name="stylize",
        **options,
    )
    progress = gr.JSON(visible=False, label="step, losses and seconds left")
    listen(
        gr.Button(visible=False).click,
        endpoints.contact_sheet,
        [
            _picture("the picture to repaint"),
            _picture("the picture whose manner it gets"),
            gr.Slider(1, SKETCH_STEPS, SKETCH_STEPS, step=1, visible=False, label="optimiser steps of each"),
            gr.Number(defaults.seed, precision=0, visible=False, label="seed of the noise"),
        ],
        [gr.Gallery(visible=False, label="the pictures that are painted so far"), progress],
        api_name="contact_sheet",
        **options,
    )
    base = TransferConfig(**RECONSTRUCTION | SMALL)
    listen(
        gr.Button(visible=False).click,
        endpoints.reconstruct,
        [
            _picture("the picture to look at"),
            gr.Radio(
                list(OFFERED),
                value="content",
                visible=False,
                label="from one layer's features, or a texture",
            ),
            gr.CheckboxGroup(
                list(OFFERED["content"]),
                value=["relu4_2"],
                visible=False,
                label="one of these for content, some of relu1_1 to relu5_1 for style",
            ),
            gr.Slider(
                *LIMITS["size"],
                base.size,
                step=1,
                visible=False,
                label="long side of the result in pixels",
            ),
            gr.Slider(*LIMITS["steps"], base.steps, step=1, visible=False, label="how many optimiser steps"),
            gr.Number(base.tv_weight, visible=False, label="how much roughness costs"),
            gr.Number(base.seed, precision=0, visible=False, label="seed of the noise"),
        ],
        [gr.Image(visible=False, label="a preview, and at the end the result"), progress],
        api_name="reconstruct",
        **options,
    )


def _picture(label: str) -> gr.Image:
    return gr.Image(type="filepath", visible=False, label=label)
