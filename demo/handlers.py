"""Between the widgets and a runner: what a person chose becomes a `Job`, and its records become what they see.

The events hand their values on unprocessed (`preprocess=False`), so that every complaint is a sentence of ours.
"""

from __future__ import annotations

import logging
import math
import re
import secrets
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict
from gradio.utils import get_upload_folder
from PIL import Image

from demo import markup
from demo.events import Job, Pixels, Progress, Record
from demo.plot import Curves, draw
from demo.runner import Runner
from nst_core.config import TransferConfig
from nst_core.images import fit, load_image, save_image

logger = logging.getLogger(__name__)

# The settings that follow the pictures, in the order of their widgets.
SETTINGS = (
    "strength",
    "size",
    "steps",
    "initial",
    "optimizer",
    "pooling",
    "scales",
    "content_weight",
    "tv_weight",
    "seed",
    "weights",
)
LIMITS = {"size": (128, 1024), "steps": (1, 1000), "scales": (0, 5)}  # of a page that many people share
WEIGHTS = ("embedded", "torchvision")
START, STOPPING = "Stylize", "Finishing the last step …"
DETAIL = 4  # times the result's long side: what a job keeps of a picture, so that those who wait cost little memory
PLOT_EVERY = 2.0  # seconds of a run: drawing takes the processor from painting


@dataclass(frozen=True, eq=False)
class Order:
    """A job and what is needed to show it."""

    job: Job
    size: markup.Size  # of the finished picture
    name: str  # of its file

    @property
    def before(self) -> Pixels:
        """The photo as large as the picture will be."""
        return np.asarray(Image.fromarray(self.job.content).resize(self.size, Image.Resampling.LANCZOS))


@dataclass(frozen=True, eq=False)
class Painted:
    """The last picture of a session, kept on the server, so that no stop and no failure loses it."""

    path: Path  # of its file; one of another step lies in another folder
    before: Pixels
    progress: Progress
    curves: Curves
    plotted: float = -math.inf  # when the page got its plot of a running job, in seconds of `time.monotonic`
    earlier: bool = False  # it comes from a run before the one that began last

    @property
    def size(self) -> markup.Size:
        """Of the finished picture, which the last step may not have reached."""
        height, width = self.before.shape[:2]
        return width, height


class View(NamedTuple):
    """What the page shows: a value for each of its outputs, in their order; `gr.skip()` leaves one as it is."""

    pane: Any
    status: Any
    plot: Any
    comparison: Any
    download: Any
    start: Any
    stop: Any
    painted: Any


def run(
    runner: Runner,
    defaults: TransferConfig,
    kept: Painted | None,
    photo: FileDataDict | None,
    painting: FileDataDict | None,
    *settings: Any,
) -> Generator[View, None, None]:
    """Stylize was pressed: watch the picture being painted."""
    with _toast():
        order = make_order(photo, painting, make_config(defaults, settings))
    yield from show(runner, order, kept)


def show(runner: Runner, order: Order, kept: Painted | None) -> Generator[View, None, None]:
    """The views of a job, from its place in the queue to its last step; `finished` follows."""
    painted = kept and replace(kept, earlier=True)
    begun = False
    try:
        with _toast(), closing(runner.run(order.job)) as records:
            for record in records:
                if not begun:
                    yield _beginning(order, painted)
                    begun = True
                if isinstance(record, Progress):
                    view = _progressing(order, _painted(order, record, painted), time.monotonic())
                    painted = view.painted
                    yield view
                else:
                    yield _unchanged(painted)._replace(status=markup.waiting(record.ahead))
    except gr.Error:
        if begun:
            yield finished(painted)
        raise


def finished(painted: Painted | None) -> View:
    """The end of a run, by itself, by Stop or by an error: the picture so far, to compare and to download."""
    view = _unchanged(painted)._replace(
        status=_ending(painted),
        start=gr.update(value=START, interactive=True, visible=True),
        stop=gr.update(visible=False),
    )
    if painted is None:
        return view._replace(pane=markup.pane(), plot="")
    picture, before = _save(painted)
    return view._replace(
        plot=draw(painted.curves),
        comparison=gr.update(value=(before, picture), visible=True),
        download=gr.update(value=picture, label=f"Download PNG ({_pixels(painted.size)})", visible=True),
    )


def stopped(painted: Painted | None) -> View:
    """Stop was pressed: the same at once, while the last step still runs and a new run would have to wait for it."""
    return finished(painted)._replace(start=gr.update(value=STOPPING, interactive=False, visible=True))


def check(kind: str, picture: FileDataDict | None) -> Any:
    """A picture was chosen: clear it and say why where it can't be used."""
    try:
        _load(kind, picture)
    except ValueError as error:
        gr.Warning(escape(str(error), quote=False))
        return None
    return gr.skip()


def stylize(
    runner: Runner,
    defaults: TransferConfig,
    photo: FileDataDict | None,
    painting: FileDataDict | None,
    strength: float,
    size: int,
    steps: int,
    initial: str,
    optimizer: str,
    pooling: str,
    scales: int,
    content_weight: float,
    tv_weight: float,
    seed: int,
    weights: str,
) -> Generator[tuple[str | None, dict[str, Any]], None, None]:
    """Paint a photo like a painting; streams (picture, progress): JPEG previews, and a lossless PNG at the end."""
    settings = (strength, size, steps, initial, optimizer, pooling, scales, content_weight, tv_weight, seed, weights)
    with _toast():
        order = make_order(photo, painting, make_config(defaults, settings))
    folder = _new_folder()
    with _toast(), closing(runner.run(order.job)) as records:
        for record in records:
            yield _picture(folder, order, record), _numbers(record)
            if isinstance(record, Progress) and record.index == record.total:
                save_image(record.image, folder / order.name)
                yield str(folder / order.name), _numbers(record)


def make_config(defaults: TransferConfig, settings: tuple[Any, ...]) -> TransferConfig:
    """The config that the widgets stand for; raises `ValueError` for what none of them allows."""
    values = dict(zip(SETTINGS, settings, strict=True))
    for name, value in values.items():
        if isinstance(getattr(defaults, name), int | float):
            values[name] = type(getattr(defaults, name))(_number(name, value))
    for name, (low, high) in LIMITS.items():
        if not low <= values[name] <= high:
            raise ValueError(f"{name} must be between {low} and {high} here, got {values[name]}")
    if values["weights"] not in (*WEIGHTS, defaults.weights):  # never a path that a visitor sent
        raise ValueError(f"weights must be one of {', '.join(WEIGHTS)}, got {values['weights']!r}")
    return replace(defaults, **values)


def make_order(photo: FileDataDict | None, painting: FileDataDict | None, config: TransferConfig) -> Order:
    """Decode both pictures; raises `ValueError` for one that is missing or can't be used."""
    content, style = _load("photo", photo), _load("painting", painting)
    size = fit(content.size, config.size)
    for picture in (content, style):
        picture.thumbnail((DETAIL * config.size,) * 2, Image.Resampling.LANCZOS)
    job = Job(np.asarray(content), (np.asarray(style),), config)
    return Order(job, size, _file_name(photo, painting, config))


def _load(kind: str, picture: FileDataDict | None) -> Image.Image:
    if not picture or not picture["path"]:
        raise ValueError(f"There is no {kind} yet: choose one, or click an example pair.")
    # Gradio checks a path only where the request calls it a file; one could name any picture on this machine instead.
    path, cache = Path(picture["path"]).resolve(), Path(get_upload_folder()).resolve()
    if not path.is_relative_to(cache):
        raise ValueError(f"The {kind} wasn't uploaded here: please choose it again, or send a file, not an address.")
    try:
        with path.open("rb") as stream:
            return load_image(stream)
    except OSError:
        raise ValueError(f"The {kind} didn't arrive; please choose it again.") from None
    except ValueError as error:
        raise ValueError(f"{kind.capitalize()}: {error}.") from error


def _pixels(size: markup.Size) -> str:
    return f"{size[0]} × {size[1]} px"


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} needs a number, got {value!r}")
    return value


def _file_name(photo: FileDataDict | None, painting: FileDataDict | None, config: TransferConfig) -> str:
    """`neuschwanstein_starry_night_512.png`; without two names, as of pasted pictures, `nst-0.png` by the seed."""
    names = [Path(picture.get("orig_name") or "").stem for picture in (photo, painting) if picture]
    words = [re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:40] for name in names]
    if not all(words) or {"image", "clipboard", "webcam"} & set(words):
        return f"nst-{config.seed}.png"
    return f"{'_'.join(words)}_{config.size}.png"


@contextmanager
def _toast() -> Iterator[None]:
    """Show an error to the person: `ValueError` is a sentence for them already, anything else goes to the log."""
    try:
        yield
    except ValueError as error:
        raise gr.Error(escape(str(error), quote=False), print_exception=False) from error
    except gr.Error:
        raise
    except Exception as error:
        logger.exception("a run failed")
        text = "Something went wrong while painting. A smaller size may help; what was painted so far is kept."
        raise gr.Error(text, print_exception=False) from error


def _painted(order: Order, progress: Progress, last: Painted | None) -> Painted:
    if last is None or last.earlier:
        last = Painted(_new_folder() / order.name, order.before, progress, Curves())
    return replace(last, progress=progress, curves=last.curves.extended(progress))


def _unchanged(painted: Painted | None) -> View:
    skip = gr.skip()
    return View(skip, skip, skip, skip, skip, skip, skip, painted)


def _beginning(order: Order, painted: Painted | None) -> View:
    return _unchanged(painted)._replace(
        pane=markup.pane(order.before, order.size, "The photo, not painted yet"),
        plot="",
        comparison=gr.update(visible=False),
        download=gr.update(visible=False),
        start=gr.update(visible=False),
        stop=gr.update(visible=True),
    )


def _progressing(order: Order, painted: Painted, now: float) -> View:
    """With a plot as soon as there are lines to draw, and then whenever the last one is `PLOT_EVERY` seconds old."""
    progress = painted.progress
    description = f"The picture after step {progress.index} of {progress.total}"
    view = _unchanged(painted)._replace(
        pane=markup.pane(progress.image, order.size, description), status=markup.running(progress)
    )
    if len(painted.curves.losses) < 2 or now - painted.plotted < PLOT_EVERY:
        return view
    return view._replace(plot=draw(painted.curves), painted=replace(painted, plotted=now))


def _ending(painted: Painted | None) -> str:
    if painted is None:
        return markup.message("Stopped before the first picture.")
    if painted.earlier:
        return markup.message("Stopped before the first picture; this is the one from before.")
    progress = painted.progress
    if progress.index == progress.total:
        return markup.message(f"Finished after {progress.total} steps. Drag the handle to compare with the photo.")
    stop = f"Stopped after step {progress.index} of {progress.total}"
    if progress.size == painted.size:
        return markup.message(f"{stop}.")
    return markup.message(f"{stop}, at {_pixels(progress.size)}, enlarged to {_pixels(painted.size)}.")


def _save(painted: Painted) -> tuple[str, str]:
    """Write the picture and the photo, equally large, once a step; returns both paths, in Gradio's cache."""
    folder = painted.path.parent / str(painted.progress.index)
    picture, before = folder / painted.path.name, folder / "before.jpg"
    if not picture.exists():
        folder.mkdir(exist_ok=True)
        image = Image.fromarray(painted.progress.image).resize(painted.size, Image.Resampling.LANCZOS)
        save_image(painted.before, before)
        save_image(np.asarray(image), picture)
    return str(picture), str(before)


def _new_folder() -> Path:
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    return folder


def _picture(folder: Path, order: Order, record: Record) -> str | None:
    if not isinstance(record, Progress):
        return None
    path = folder / f"step-{record.index}.jpg"
    path.write_bytes(markup.preview(record.image, order.size))
    return str(path)


def _numbers(record: Record) -> dict[str, Any]:
    if not isinstance(record, Progress):
        return {"waiting": record.ahead}
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
        "seconds_left": record.seconds_left,
        "note": record.note,
    }
