"""What the page shows of a run: records and pictures become values for its outputs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from demo.browser import bars, html
from demo.browser.comparison import showing
from demo.browser.notes import told
from demo.browser.plot import draw
from demo.browser.wiring import unchanged
from demo.form.library import subject
from demo.form.request import Submission, larger_size, more_steps
from demo.jobs.records import Progress, QuickLook, Record, Waiting
from demo.paint import downloads, paper
from demo.paint.downloads import Format
from demo.paint.running import Running
from demo.paint.session import Painted, RunPicture
from demo.words import Language, say
from nst_core.config import Normalization

logger = logging.getLogger(__name__)

PLOT_EVERY = 2.0  # seconds of a run: drawing takes the processor from painting


@dataclass(frozen=True, kw_only=True)
class PaintView:
    """Values for what shows a run; what isn't given stays as it is."""

    pane: Any = unchanged()
    status: Any = unchanged()
    plot: Any = unchanged()
    bars: Any = unchanged()
    hint: Any = unchanged()
    comparison: Any = unchanged()
    chosen: Any = unchanged()
    pair: Any = unchanged()
    timeline: Any = unchanged()
    snapshots: Any = unchanged()
    actions: Any = unchanged()
    kind: Any = unchanged()
    paper: Any = unchanged()
    on_paper: Any = unchanged()
    download: Any = unchanged()
    start: Any = unchanged()
    stop: Any = unchanged()
    keep_going: Any = unchanged()
    larger: Any = unchanged()
    keep_going_time: Any = unchanged()
    larger_time: Any = unchanged()
    running: Any = unchanged()
    painted: Any = unchanged()


def beginning(language: Language, submission: Submission, painted: Painted | None, first: Record) -> PaintView:
    """The run has been accepted: the photo, or the picture that it goes on from, waits in the frame.

    `first`: what its runner said of it first.
    """
    if submission.job.begin is None:
        view = PaintView(
            painted=painted,
            pane=html.pane(submission.before, submission.size, say(language, "picture.before")),
            plot="",
            bars="",
        )
    else:
        words = say(language, "picture.step", step=submission.done, steps=submission.done + submission.job.config.steps)
        view = PaintView(painted=painted, pane=html.pane(submission.job.begin, submission.size, words))
    return replace(
        view,
        hint=html.hint(say(language, "steer.hint")),
        comparison=gr.update(visible=False),
        chosen="",
        pair="",
        keep_going_time="",
        larger_time="",
        actions=gr.update(visible=False),
        start=gr.update(visible=False),
        stop=gr.update(value=_stop(language, first), visible=True),
        running=Running.of(submission),
    )


def following(language: Language, submission: Submission, painted: Painted | None, first: Record) -> PaintView:
    """As `beginning`, of a run that nobody asked for: what is on the page stays until there is more to show."""
    return PaintView(
        painted=painted, status=html.message(say(language, "live.following")), running=Running.of(submission)
    )


def live(view: PaintView, progress: Progress) -> PaintView:
    """A view of a run that began by itself: its coarse pictures would only flicker."""
    if progress.index < progress.total and 2 * max(progress.size) < max(view.painted.size):
        return PaintView(painted=view.painted)
    return replace(view, status=gr.skip(), comparison=gr.update(visible=False))


def resting(language: Language) -> PaintView:
    """Others wait, so nothing begins by itself."""
    return PaintView(status=html.message(say(language, "live.resting")))


def waiting(language: Language, place: Waiting, painted: Painted | None) -> PaintView:
    """Who is ahead of the run."""
    stop = gr.update(value=_stop(language, place))
    return PaintView(painted=painted, status=html.waiting(language, place), stop=stop)


def _stop(language: Language, record: Record) -> str:
    """The words on the button that ends a run: where nobody is ahead, there is no line to leave."""
    return say(language, "paint.leave_line" if isinstance(record, Waiting) and record.ahead else "paint.stop")


def progressing(language: Language, painted: Painted, now: float) -> PaintView:
    """The picture; with plots as soon as there are lines to draw, then when the last are `PLOT_EVERY` seconds old."""
    progress = painted.progress
    description = say(language, "picture.step", step=progress.index, steps=progress.total)
    view = PaintView(
        painted=painted,
        pane=html.pane(progress.image, painted.size, description),
        status=html.running(language, progress, painted.notes),
        stop=gr.update(value=say(language, "paint.stop")),
    )
    if len(painted.curves.losses) < 2 or now - painted.plotted < PLOT_EVERY:
        return view
    return _plotted(language, view, replace(painted, plotted=now))


def quick_look(language: Language, look: QuickLook) -> PaintView:
    """A first small picture of what the run will come to."""
    words = say(language, "picture.quick_look")
    return PaintView(
        pane=html.quick_look(look.image, words),
        status=html.message(words),
        stop=gr.update(value=say(language, "paint.stop")),
    )


def beside(language: Language, view: PaintView, progress: Progress, look: QuickLook | None) -> PaintView:
    """A view of a run whose picture stands in the corner of the quick look, until it shows as much or was steered."""
    if look is None or not look.shows_more_than(progress):
        return view
    words = say(language, "picture.step", step=progress.index, steps=progress.total)
    caption = say(language, "picture.beside_quick_look")
    return replace(view, pane=html.quick_look(look.image, caption, progress.image, words))


def ready(language: Language, painted: Painted | None) -> PaintView:
    """Nothing is under way: one may paint, or paint again."""
    words = say(language, "paint.again" if painted else "paint.start")
    start = gr.update(value=words, interactive=True, visible=True)
    return PaintView(start=start, stop=gr.update(visible=False))


def ended(language: Language, painted: Painted | None, running: Running | None) -> PaintView:
    """The end of a run, by itself, by Stop or by an error: the picture so far, to compare, to download, to go on."""
    hint = html.hint(say(language, "steer.hint"))
    view = replace(ready(language, painted), status=ending(language, painted), hint=hint, painted=painted)
    if painted is None:
        return replace(view, pane=html.empty_pane(language), plot="", bars="")
    picture = painted.at(None)
    return replace(
        _plotted(language, view, painted),
        **compared(language, painted, picture),
        pair=html.pair(language, subject(painted.selection, language)),
        # A slider needs room, even one that isn't seen.
        timeline=gr.update(maximum=max(2, picture.index), value=picture.index, visible=len(painted.snapshots.kept) > 1),
        snapshots=html.snapshots(painted.steps),
        actions=gr.update(visible=True),
        kind=str(Format.PNG),
        paper=paper.NONE,
        on_paper="",
        download=file(language, painted, running, picture, Format.PNG),
        **_going_on(language, painted),
    )


def _going_on(language: Language, painted: Painted) -> dict[str, Any]:
    """The buttons of what can be done next, with what it means."""
    size = larger_size(painted.selection.config.size)
    can_grow = size > painted.selection.config.size  # where it can't, a click tells so
    return {
        "keep_going": gr.update(value=_keep_going(language, painted)),
        "larger": gr.update(value=say(language, "paint.larger_to" if can_grow else "paint.larger", size=size)),
    }


def _keep_going(language: Language, painted: Painted) -> str:
    if painted.is_unfinished:
        return say(language, "paint.go_on_to", steps=painted.progress.total)
    return say(language, "paint.go_on_by", steps=html.steps(language, more_steps(painted.planned)))


def compared(language: Language, painted: Painted, picture: RunPicture) -> dict[str, Any]:
    """The outputs that show the photo and a picture; where the disk is full the picture alone, and why."""
    try:
        return {"comparison": showing(*downloads.comparison(painted, picture), language)}
    except OSError as error:
        logger.warning("a picture can't be compared with the photo: %s", error)
    words = say(language, "picture.step", step=picture.index, steps=painted.progress.total)
    return {
        "comparison": gr.update(visible=False),
        "pane": html.pane(picture.image, painted.size, words),
        "status": html.message(say(language, "status.disk_full")),
    }


def file(
    language: Language,
    painted: Painted,
    running: Running | None,
    picture: RunPicture,
    kind: Format,
    on: str = paper.NONE,
) -> dict[str, Any]:
    """The download button with the file of a picture behind it, or without one where the disk is full."""
    try:
        path = downloads.write(painted, running, picture, kind, on)
    except OSError as error:
        logger.warning("a download can't be written: %s", error)
        return gr.update(value=None, label=say(language, "download.disk_full"), interactive=False)
    width, height = painted.segment(picture, running).size
    return gr.update(
        value=str(path), label=say(language, f"download.{kind}_button", width=width, height=height), interactive=True
    )


def ending(language: Language, painted: Painted | None) -> str:
    """The status after a run."""
    if painted is None:
        return html.message(say(language, "status.stopped_early"))
    if painted.earlier:
        return html.message(say(language, "status.stopped_earlier"))
    return html.message(_how_it_ended(language, painted), told(language, painted.notes))


def _how_it_ended(language: Language, painted: Painted) -> str:
    progress = painted.progress
    step, steps = progress.index, progress.total
    if step == steps:
        return say(language, "status.finished", steps=steps)
    if progress.size == painted.size:
        return say(language, "status.stopped", step=step, steps=steps)
    (width, height), (full_width, full_height) = progress.size, painted.size
    sizes = {"width": width, "height": height, "full_width": full_width, "full_height": full_height}
    return say(language, "status.stopped_small", step=step, steps=steps, **sizes)


def layers(language: Language, painted: Painted, snapshot: Progress | RunPicture) -> str:
    """The bars of a moment of a run."""
    relative = painted.selection.config.normalization is Normalization.ENERGY
    return bars.draw(language, snapshot.content_layers, snapshot.style_layers, relative)


def preparing(language: Language) -> dict[str, Any]:
    """The download button until there is a file of the moment that is shown."""
    return gr.update(label=say(language, "download.preparing"), interactive=False)


def _plotted(language: Language, view: PaintView, painted: Painted) -> PaintView:
    bars_now = layers(language, painted, painted.progress)
    return replace(view, plot=draw(language, painted.curves), bars=bars_now, painted=painted)
