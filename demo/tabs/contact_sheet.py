"""The contact sheet: six small ways to paint the picture, of which a click paints one large."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from typing import Any, ClassVar

import gradio as gr
from gradio.events import Dependency

from demo.browser import html
from demo.browser.scripts import on_load
from demo.browser.toasts import toast
from demo.browser.wiring import LAST, LONG, QUICK, Components, afterwards, clicked, listen, unchanged
from demo.files import NOBODY
from demo.form.request import Selection, Submission, make_selection, make_submission, sizes_of
from demo.form.values import FormValues
from demo.form.widgets import FormComponents
from demo.jobs.records import Job, Kind, Pixels, Progress, Waiting
from demo.jobs.runner import Runner
from demo.visitors.identity import Visitor, visitor_of
from demo.words import Language, language, say, t
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size
from nst_core.variations import SIX, sketch

DIFFERENCES = ("strength", "style_scale", "colours")  # of the variations


@dataclass(frozen=True, kw_only=True)
class SheetView:
    """Values for what shows the sheet; what isn't given stays as it is."""

    area: Any = unchanged()
    status: Any = unchanged()
    stop: Any = unchanged()
    cells: tuple[Any, ...] = field(default_factory=lambda: tuple(gr.skip() for _ in SIX))
    sketches: Any = unchanged()


@dataclass(frozen=True, eq=False)
class Sketches:
    """What there is of the six, and the size (width, height) that each is shown at."""

    size: Size
    images: tuple[Pixels | None, ...] = (None,) * len(SIX)

    def having(self, place: int, image: Pixels) -> Sketches:
        """With what the one at `place` has come to."""
        return replace(self, images=(*self.images[:place], image, *self.images[place + 1 :]))


@dataclass(frozen=True)
class Sheets:
    """The handlers of a sheet in front of `runner`, on a page whose widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def show(self, request: gr.Request, form: FormValues) -> Generator[SheetView, None, None]:
        """Show me six was pressed: one after the other appears."""
        speaks = language(request)
        with toast(speaks):
            submission = make_sketch(make_selection(self.defaults, form, speaks), speaks, visitor_of(request))
        sketches = Sketches(submission.size)
        yield _empty(speaks, sketches)
        with toast(speaks), closing(self.runner.run_each(jobs_of(submission))) as records:
            for place, record in records:
                if isinstance(record, Progress):
                    sketches = sketches.having(place, record.image)
                    yield _painting(speaks, sketches, place)
                elif isinstance(record, Waiting):
                    yield SheetView(status=html.waiting(speaks, record))
        text = say(speaks, "sheet.finished")
        yield SheetView(status=html.message(text))

    def estimate(self, request: gr.Request, form: FormValues) -> str:
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


def stopped(request: gr.Request) -> SheetView:
    """Stop was pressed."""
    text = say(language(request), "sheet.stopped")
    return SheetView(status=html.message(text), stop=gr.update(visible=False))


def choose(request: gr.Request, event: gr.EventData) -> tuple[dict[str, float], SheetView]:
    """One was clicked: the values of the settings that it differs by, and the sheet."""
    variation = clicked(event, SIX)
    text = say(language(request), "sheet.chosen")
    view = SheetView(status=html.message(text), stop=gr.update(visible=False))
    return {name: getattr(variation, name) for name in DIFFERENCES}, view


def make_sketch(selection: Selection, speaks: Language = "en", visitor: Visitor = NOBODY) -> Submission:
    """The submission of a small picture, which the variations change; raises `ValueError` for unusable pictures."""
    photo, paintings = sizes_of(selection, speaks)
    small = sketch(selection.config, photo, paintings) if paintings else selection.config
    return make_submission(replace(selection, config=small), speaks, visitor=visitor)


def jobs_of(submission: Submission) -> list[Job]:
    """The jobs of the six."""
    job = replace(submission.job, kind=Kind.SKETCH)
    return [replace(job, config=variation.applied(job.config)) for variation in SIX]


@dataclass(frozen=True, kw_only=True)
class SheetComponents(Components):
    """What shows a contact sheet."""

    Values: ClassVar = SheetView

    area: gr.Column  # invisible until it is asked for
    status: gr.HTML
    stop: gr.Button
    cells: tuple[gr.HTML, ...]
    sketches: gr.State


def build_sheet() -> SheetComponents:
    """Lay the sheet out, where this is called; `wire` makes it work."""
    with gr.Column(visible=False, elem_id="sheet") as area:
        gr.Markdown(t("sheet.title"))
        status = gr.HTML(elem_id="sheet-status")
        with gr.Row(elem_id="sketches"):
            cells = tuple(gr.HTML(js_on_load=on_load("report-clicks"), elem_classes="cell") for _ in SIX)
        stop = gr.Button(t("sheet.stop"), variant="stop", visible=False, elem_id="stop-sheet")
    return SheetComponents(area=area, status=status, stop=stop, cells=cells, sketches=gr.State())


def wire(sheets: Sheets, sheet: SheetComponents, start: gr.Button, form: FormComponents) -> Dependency:
    """Make the button `start` fill the sheet from the form.

    A click on a sketch sets what it differs by. Returns that event: what is to be done next, painting it large, follows
    with its `then`.
    """
    showing = listen(start.click, sheets.show, form, sheet, preprocess=False, **LONG)
    afterwards(showing, ended, None, sheet.stop)
    sheet.stop.click(None, cancels=[showing])
    listen(sheet.stop.click, stopped, None, sheet, **QUICK)
    clicked = partial(gr.on, [cell.click for cell in sheet.cells])
    clicked(None, cancels=[showing])
    return listen(clicked, choose, None, [{name: form.settings[name] for name in DIFFERENCES}, sheet], **QUICK)


def wire_estimate(sheets: Sheets, estimated: Sequence[Dependency], form: FormComponents, estimate: gr.HTML) -> None:
    """The time beside the button, after the events that tell that of one picture."""
    for event in estimated:
        listen(event.then, sheets.estimate, form, estimate, preprocess=False, **LAST)


def cell(speaks: Language, place: int, size: tuple[int, int], image: Pixels | None = None) -> str:
    """HTML: the frame of a sketch of `size` (width, height), a button as soon as there is an `image` in it."""
    variation = SIX[place]
    name = say(speaks, f"sheet.{variation.name}")
    settings = say(speaks, "sheet.settings", strength=variation.strength, scale=variation.style_scale)
    label = say(speaks, "sheet.choose" if image is not None else "sheet.coming", name=name, settings=settings)
    picture = "" if image is None else f'<img src="{html.data_uri(image, size)}" alt="">'
    return (
        f'<button type="button" class="sketch" data-index="{place}" aria-label="{escape(label)}"'
        f"{' disabled' if image is None else ''}>"
        f'<span class="frame" style="aspect-ratio: {size[0]} / {size[1]}">{picture}</span>'
        f"<b>{escape(name)}</b><small>{escape(settings)}</small></button>"
    )


def taken_up(speaks: Language, sketches: Sketches | None) -> SheetView:
    """The sheet as it was on a page that isn't there any more; nothing else comes into it."""
    if sketches is None or not any(image is not None for image in sketches.images):
        return SheetView()
    is_whole = all(image is not None for image in sketches.images)
    return SheetView(
        area=gr.update(visible=True),
        status=html.message(say(speaks, "sheet.finished" if is_whole else "sheet.stopped")),
        cells=tuple(cell(speaks, place, sketches.size, image) for place, image in enumerate(sketches.images)),
        sketches=sketches,
    )


def _empty(speaks: Language, sketches: Sketches) -> SheetView:
    cells = tuple(cell(speaks, place, sketches.size) for place in range(len(SIX)))
    visible = gr.update(visible=True)
    return SheetView(area=visible, status=html.message(""), stop=visible, cells=cells, sketches=sketches)


def _painting(speaks: Language, sketches: Sketches, place: int) -> SheetView:
    """The sketch at `place` as it is now, the others as they are."""
    painted = cell(speaks, place, sketches.size, sketches.images[place])
    cells = tuple(painted if each == place else gr.skip() for each in range(len(SIX)))
    text = say(speaks, "sheet.painting", place=place + 1, count=len(SIX))
    return SheetView(status=html.message(text), cells=cells, sketches=sketches)
