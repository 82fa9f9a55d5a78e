"""The contact sheet: six small ways to paint the picture, of which a click paints one large."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from html import escape
from typing import Any, NamedTuple

import gradio as gr
from gradio.events import Dependency

from demo.browser import html
from demo.browser.scripts import on_load
from demo.browser.toasts import toast
from demo.browser.wiring import LONG, QUICK, afterwards
from demo.form.request import Selection, Submission, make_selection, make_submission, sizes_of
from demo.jobs.records import Job, Pixels, Progress
from demo.jobs.runner import Runner
from demo.words import Language, language, say, t
from nst_core.config import TransferConfig
from nst_core.variations import SIX, Variation, sketch


class SheetView(NamedTuple):
    """A value for each of the sheet's outputs, in their order; `gr.skip()` leaves one as it is."""

    area: Any
    status: Any
    stop: Any
    cells: tuple[Any, ...]

    def flat(self) -> list[Any]:
        """As the outputs of an event."""
        return [self.area, self.status, self.stop, *self.cells]


@dataclass(frozen=True)
class Sheets:
    """The handlers of a sheet in front of `runner`, on a page whose widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def show(self, request: gr.Request, *form: Any) -> Generator[list[Any], None, None]:
        """Show me six was pressed, on the form that `make_selection` takes: one after the other appears."""
        speaks = language(request)
        with toast(speaks):
            submission = make_sketch(make_selection(self.defaults, form, speaks), speaks)
        yield _empty(speaks, submission).flat()
        for place, variation in enumerate(SIX):
            with toast(speaks), closing(self.runner.run(job_of(submission, variation))) as records:
                for record in records:
                    if isinstance(record, Progress):
                        text = say(speaks, "sheet.painting", place=place + 1, count=len(SIX))
                        yield _painting(speaks, submission, place, record.image, text).flat()
                    else:
                        yield _unchanged()._replace(status=html.waiting(speaks, record.ahead)).flat()
        text = say(speaks, "sheet.finished")
        yield _unchanged()._replace(status=html.message(text)).flat()

    def estimate(self, request: gr.Request, *form: Any) -> str:
        """The time beside the button, for all six; nothing where it isn't known (yet)."""
        try:
            selection = make_selection(self.defaults, form)
            if not selection.paintings:
                return ""
            photo, paintings = sizes_of(selection)
            small = sketch(selection.config, photo, paintings)
            times = [self.runner.estimate(photo, paintings, variation.applied(small)) for variation in SIX]
        except ValueError:  # what is wrong is told when the button is pressed
            return ""
        seconds = [time for time in times if time is not None]
        return html.estimate(language(request), sum(seconds)) if len(seconds) == len(SIX) else ""


def ended(request: gr.Request) -> Any:
    """The six are painted, stopped or failed: nothing is left to stop."""
    return gr.update(visible=False)


def stopped(request: gr.Request) -> list[Any]:
    """Stop was pressed."""
    text = say(language(request), "sheet.stopped")
    return _unchanged()._replace(status=html.message(text), stop=gr.update(visible=False)).flat()


def choose(request: gr.Request, event: gr.EventData) -> list[Any]:
    """One was clicked: the values of strength, style scale and colours, and the sheet's outputs."""
    variation = SIX[event.index]
    text = say(language(request), "sheet.chosen")
    view = _unchanged()._replace(status=html.message(text), stop=gr.update(visible=False))
    return [variation.strength, variation.style_scale, variation.colours, *view.flat()]


def make_sketch(selection: Selection, speaks: Language = "en") -> Submission:
    """The submission of a small picture, which the variations change; raises `ValueError` for unusable pictures."""
    photo, paintings = sizes_of(selection, speaks)
    small = sketch(selection.config, photo, paintings) if paintings else selection.config
    return make_submission(replace(selection, config=small), speaks)


def job_of(submission: Submission, variation: Variation) -> Job:
    """The job of one of the six."""
    return replace(submission.job, config=variation.applied(submission.job.config))


class Sheet(NamedTuple):
    """The components of a contact sheet."""

    area: gr.Column  # invisible until it is asked for
    status: gr.HTML
    stop: gr.Button
    cells: tuple[gr.HTML, ...]

    @property
    def outputs(self) -> list[Any]:
        """In the order of `SheetView.flat`."""
        return [self.area, self.status, self.stop, *self.cells]


def build_sheet() -> Sheet:
    """Lay the sheet out, where this is called; `wire` makes it work."""
    with gr.Column(visible=False, elem_id="sheet") as area:
        gr.Markdown(t("sheet.title"))
        status = gr.HTML(elem_id="sheet-status")
        with gr.Row(elem_id="sketches"):
            cells = tuple(gr.HTML(js_on_load=on_load("report-clicks"), elem_classes="cell") for _ in SIX)
        stop = gr.Button(t("sheet.stop"), variant="stop", visible=False, elem_id="stop-sheet")
    return Sheet(area, status, stop, cells)


def wire(
    sheet: Sheet,
    runner: Runner,
    defaults: TransferConfig,
    start: gr.Button,
    form: Sequence[Any],
    dials: tuple[Any, Any, Any],
) -> Dependency:
    """Make the button `start` fill the sheet from `form`, the components in the order that `make_selection` takes.

    A click on a sketch sets the `dials`: the widgets of strength, style scale and colours. Returns that event: what is
    to be done next, painting it large, follows with its `then`.
    """
    showing = start.click(
        Sheets(runner, defaults).show,
        list(form),
        sheet.outputs,
        preprocess=False,
        **LONG,
    )
    afterwards(showing, ended, None, sheet.stop)
    sheet.stop.click(None, cancels=[showing])
    sheet.stop.click(stopped, None, sheet.outputs, **QUICK)
    clicks = [cell.click for cell in sheet.cells]
    gr.on(clicks, None, cancels=[showing])
    chosen: Dependency = gr.on(clicks, choose, None, [*dials, *sheet.outputs], **QUICK)
    return chosen


def cell(speaks: Language, place: int, size: tuple[int, int], image: Pixels | None = None) -> str:
    """HTML: the frame of a sketch of `size` (width, height), a button as soon as there is an `image` in it."""
    variation = SIX[place]
    name = say(speaks, f"sheet.{variation.name}")
    settings = say(speaks, "sheet.settings", strength=f"{variation.strength:g}", scale=f"{variation.style_scale:g}")
    label = say(speaks, "sheet.choose" if image is not None else "sheet.coming", name=name, settings=settings)
    picture = "" if image is None else f'<img src="{html.data_uri(image, size)}" alt="">'
    return (
        f'<button type="button" class="sketch" data-index="{place}" aria-label="{escape(label)}"'
        f"{' disabled' if image is None else ''}>"
        f'<span class="frame" style="aspect-ratio: {size[0]} / {size[1]}">{picture}</span>'
        f"<b>{escape(name)}</b><small>{escape(settings)}</small></button>"
    )


def _unchanged() -> SheetView:
    return SheetView(gr.skip(), gr.skip(), gr.skip(), tuple(gr.skip() for _ in SIX))


def _empty(speaks: Language, submission: Submission) -> SheetView:
    cells = tuple(cell(speaks, place, submission.size) for place in range(len(SIX)))
    return SheetView(gr.update(visible=True), html.message(""), gr.update(visible=True), cells)


def _painting(speaks: Language, submission: Submission, place: int, image: Pixels, text: str) -> SheetView:
    """The sketch at `place` as it is now, the others as they are."""
    view = _unchanged()
    cells = (*view.cells[:place], cell(speaks, place, submission.size, image), *view.cells[place + 1 :])
    return view._replace(status=html.message(text), cells=cells)
