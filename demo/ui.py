"""The page: what is on it, where it stands, and which handler each event calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from gradio.events import Dependency

from demo.api import endpoints
from demo.browser import html
from demo.browser.localized import Localized
from demo.browser.scripts import on_load, script
from demo.browser.wiring import LAST, LONG, QUICK
from demo.files import KEPT_FOR
from demo.form import example_pairs, palette, regions, widgets
from demo.form.checks import check
from demo.form.widgets import Form, More
from demo.jobs.runner import Runner
from demo.paint import handlers, session
from demo.paint.downloads import Format
from demo.paint.handlers import Studio
from demo.paint.next_steps import NextSteps
from demo.paint.views import PaintView
from demo.tabs import contact_sheet, gallery, how, inside
from demo.words import Language, say, t
from nst_core.config import TransferConfig

STYLES = Path(__file__).with_name("browser") / "styles"
STYLESHEETS = (STYLES / "page.css", *sorted(set(STYLES.glob("*.css")) - {STYLES / "page.css"}))  # what others refine
CLEAN_UP = (3600, KEPT_FOR)  # seconds: every hour, the files older than a day
ASK_AGAIN = 3.0  # seconds, while the machine's speed isn't known

# Scripts that listen from when the page is loaded.
LISTENERS = (
    "accept-any-file",
    "compare-by-keyboard",
    "keep-scroll-position",
    "keep-focus",
    "snap-timeline",
    "mark-shown-step",
)


class Go(NamedTuple):
    """What makes a picture begin."""

    start: gr.Button
    stop: gr.Button
    estimate: gr.HTML
    six: gr.Button
    six_estimate: gr.HTML


class Runs(NamedTuple):
    """The events of painting."""

    begun: list[Dependency]  # each lasts as long as its run
    ended: list[Dependency]  # they show the end of one


def build_ui(runner: Runner, defaults: TransferConfig | None = None) -> gr.Blocks:
    """The page in front of `runner`; its widgets start at `defaults`, the project's own where it is None."""
    defaults = defaults or TransferConfig()
    studio, localized, examples = Studio(runner, defaults), Localized(), example_pairs.load_pairs()
    ui: gr.Blocks
    with gr.Blocks(title=say("en", "page.title"), delete_cache=CLEAN_UP) as ui:
        localized.html(html.header, elem_id="introduction")
        with gr.Tab(t("page.paint_tab")):
            pair_buttons = localized.html(
                partial(example_pairs.buttons, examples),
                js_on_load=on_load("report-clicks", "press-loaded-pair"),
                loaded=example_pairs.NONE,
                elem_id="examples",
            )
            # The result stands first, and left, so that on every screen the focus goes where the eye does.
            with gr.Row(elem_id="work"):
                with gr.Column(elem_id="result"):
                    hint = localized.html(_hint, elem_id="hint", render=False)
                    go, view, six = _result(localized, hint)
                with gr.Column(elem_id="choices"):
                    with gr.Column(elem_id="inputs"):
                        pictures, more = widgets.pictures(examples, localized)
                        dials = widgets.dials(defaults, localized)
                        hint.render()  # type: ignore[no-untyped-call]
                    with gr.Column(elem_id="settings"):
                        chosen = Form(*[*pictures, *dials, *widgets.settings(defaults)])
            shelf = gallery.build_gallery(localized)
        with gr.Tab(t("page.inside_tab")):
            inside.build_inside(runner, defaults, localized, chosen.photo, chosen.painting)
        _wire_regions(chosen, more, (go.start, go.six))  # before what takes them
        go.six.click(None, js=script("scroll-to-contact-sheet"))  # before the event that lasts
        # Before the dials are set, which would steer the run that is left.
        left = gr.on([cell.click for cell in six.cells], studio.leave, view.running, view.running, **QUICK)
        taken = contact_sheet.wire(
            six, runner, defaults, go.six, chosen, (chosen.strength, chosen.style_scale, chosen.colours)
        )
        runs = _wire(studio, chosen, view, taken)
        filled = gallery.wire(shelf, ui, runner, defaults, [left, *runs.begun], view, chosen)
        _wire_steering(studio, chosen, view)
        estimated = _wire_estimate(studio, ui, chosen, go.estimate, view, runs)
        _wire_estimate_of_six(contact_sheet.Sheets(runner, defaults), estimated, chosen, go.six_estimate)
        _wire_next_steps(NextSteps(runner, defaults), estimated, chosen, view)
        _wire_pictures(ui, chosen, more, filled, examples)
        gr.on([ui.load, chosen.photo.change], None, chosen.photo, js=script("show-photo"))
        paintings_change = [more.add.click, *(each.change for each in chosen.paintings)]
        gr.on(paintings_change, None, chosen.paintings, js=script("show-paintings"))
        for listener in LISTENERS:
            ui.load(None, js=script(listener))
        _wire_examples(pair_buttons, examples, chosen)
        _wire_mark(pair_buttons, examples, ui, chosen)
        _wire_looking_back(view)
        endpoints.wire_endpoints(runner, defaults, chosen)
        localized.translate(ui)
    how.build_how(ui)
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
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_cancel_background_fill="*neutral_200",
        button_cancel_background_fill_hover="*neutral_300",
        button_cancel_background_fill_dark="*neutral_700",
        button_cancel_background_fill_hover_dark="*neutral_600",
        button_cancel_text_color="*neutral_900",
        button_cancel_text_color_dark="*neutral_50",
        body_text_color_subdued="*neutral_600",  # the theme's own 400 is too faint to read on white
        body_text_color_subdued_dark="*neutral_400",
        block_title_text_color="*neutral_800",
        block_label_text_color="*neutral_700",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        link_text_color_dark="*primary_300",  # the theme's own 500 is too dark to read on black
    )


def _go() -> Go:
    with gr.Column(elem_id="go"):
        start = gr.Button(t("paint.start"), variant="primary", elem_id="stylize")
        stop = gr.Button(t("paint.stop"), variant="stop", visible=False, elem_id="stop")
        estimate = gr.HTML(elem_id="estimate")
        six = gr.Button(t("paint.six"), elem_id="six")
        six_estimate = gr.HTML(elem_id="six-estimate")
    return Go(start, stop, estimate, six, six_estimate)


def _hint(speaks: Language) -> str:
    return html.hint(say(speaks, "steer.hint"))


def _result(localized: Localized, hint: gr.HTML) -> tuple[Go, PaintView, contact_sheet.Sheet]:
    """What begins a run, its outputs, what can be done with its picture, and the six."""
    with gr.Column(elem_id="show"):
        status = localized.html(lambda speaks: html.message(say(speaks, "status.ready")), elem_id="status")
        with gr.Column(elem_id="stage"):  # the one lies over the other: nothing moves when the run ends
            pane = localized.html(html.empty_pane, elem_id="pane")
            comparison = gr.ImageSlider(
                label=str(t("picture.compare")),
                show_label=False,
                visible=False,
                buttons=["fullscreen"],
                elem_id="comparison",
            )
        go = _go()
        with gr.Column(visible=False, elem_id="actions") as actions:
            pair = gr.HTML(elem_id="pair")
            timeline = gr.Slider(
                1, 2, 1, step=1, label=t("timeline.label"), info=t("timeline.info"), buttons=[], elem_id="timeline"
            )
            snapshots = gr.HTML(visible="hidden", elem_id="moments")
            with gr.Row(elem_id="further"):
                keep_going = gr.Button(t("paint.go_on"), min_width=120, elem_id="keep-going")
                keep_going_time = gr.HTML(elem_id="keep-going-time")
                larger = gr.Button(t("paint.larger"), min_width=120, elem_id="larger")
                larger_time = gr.HTML(elem_id="larger-time")
            with gr.Row(elem_id="take-home"):
                kind = gr.Dropdown(
                    [(str(t(f"download.{each}")), str(each)) for each in Format],
                    value=str(Format.PNG),
                    label=t("download.as"),
                    filterable=False,
                    min_width=160,
                    elem_id="format",
                )
                download = gr.DownloadButton(str(t("download.png")), min_width=160, elem_id="download")
    six = contact_sheet.build_sheet()
    with gr.Row(elem_id="measures"):
        plot = gr.HTML(elem_id="losses")
        bars = gr.HTML(elem_id="bars")
    painted = gr.State(delete_callback=session.forget)
    pictures, buttons = (pane, status, plot, bars, hint, comparison), (go.start, go.stop, keep_going, larger)
    outputs = (*pictures, pair, timeline, snapshots, actions, kind, download, *buttons, keep_going_time, larger_time)
    return go, PaintView(*outputs, gr.State(), painted), six


def _wire(studio: Studio, chosen: Form, view: PaintView, taken: Dependency) -> Runs:
    """Begin and stop; `taken`: one of the six was."""
    shown, whole, end = [view.painted, view.running, view.timeline], list(view), [view.painted, view.running]
    to_stage = script("scroll-to-element", "stage")
    for button in (view.start, view.keep_going, view.larger):
        # The browser serves the listeners of a click one after the other, and waits for each: the quick ones first.
        button.click(None, js=to_stage)
    options: dict[str, Any] = {"outputs": whole, "preprocess": False, **LONG}
    runs = [
        view.start.click(studio.run, [*end, *chosen], **options),
        view.keep_going.click(studio.keep_going, [*shown, *chosen.dials], **options),
        view.larger.click(studio.larger, [*shown, *chosen.dials], **options),
        # Another click on one of the six counts, too, while the last steps of the one before are still coming.
        taken.then(None, js=to_stage).then(studio.run, [*end, *chosen], trigger_mode="multiple", **options),
    ]
    view.stop.click(None, cancels=runs)
    ends = [view.stop.click(studio.stopped, end, whole, **QUICK)]
    for run in runs:
        # Also after a cancelled run, once its last step is over; it takes back whatever came after `stopped`.
        ends.append(run.then(studio.finished, end, whole, **QUICK))
        # In Gradio 6.31 `then` doesn't come after an error.
        ends.append(run.failure(studio.failed, end, whole, **QUICK))
    return Runs(runs, ends)


def _wire_steering(studio: Studio, chosen: Form, view: PaintView) -> None:
    """A dial that is let go steers the run at hand; from the keyboard it has no moment at which it is let go."""
    gr.on(
        [dial.change for dial in chosen.dials],
        studio.steer,
        [view.running, *chosen.dials],
        [view.hint, view.running],
        preprocess=False,
        **LAST,
    )


def _wire_estimate(
    studio: Studio, ui: gr.Blocks, chosen: Form, estimate: gr.HTML, view: PaintView, runs: Runs
) -> Sequence[Dependency]:
    """The time beside the button; while the machine is being measured it is asked for again. A run teaches it.

    Until something was painted, the status says what is to be done.

    What else depends on pictures and settings follows it: three listeners that wait for each other's last event
    (`always_last`), and that two changes set off at once, call each other for ever in Gradio 6.31.
    """
    again = gr.Timer(ASK_AGAIN)
    asked: dict[str, Any] = {
        "fn": studio.estimate,
        "inputs": [view.running, *chosen],
        "outputs": [estimate, again, view.status],
        "preprocess": False,
        **LAST,
    }
    # Whatever may be refused: its reason has to go as soon as it is mended.
    changed = gr.on([ui.load, again.tick, *(widget.change for widget in chosen)], **asked)
    return changed, *(end.then(**asked) for end in runs.ended)


def _wire_estimate_of_six(
    sheets: contact_sheet.Sheets, estimated: Sequence[Dependency], chosen: Form, estimate: gr.HTML
) -> None:
    """The time beside their button."""
    for event in estimated:
        event.then(sheets.estimate, list(chosen), estimate, preprocess=False, **LAST)


def _wire_next_steps(next_steps: NextSteps, estimated: Sequence[Dependency], chosen: Form, view: PaintView) -> None:
    """Which pictures a result is of, and the times of what can be made of it."""
    inputs = [view.painted, view.running, *chosen]
    outputs = [view.pair, view.keep_going_time, view.larger_time]
    for event in estimated:
        event.then(next_steps.tell, inputs, outputs, preprocess=False, **LAST)


def _wire_pictures(
    ui: gr.Blocks, chosen: Form, more: More, filled: Sequence[Dependency], examples: Sequence[example_pairs.Pair]
) -> None:
    """A bad picture is refused at once, and paintings can be added.

    `filled`: events after which there may be more paintings than there are slots to see.
    """
    pictures, kept = (chosen.photo, *chosen.paintings), gr.State()
    gr.on(
        [ui.load, *(picture.change for picture in pictures)],
        check,
        [kept, *pictures],
        [kept, *pictures, chosen.regions, more.canvas, more.brushed],
        preprocess=False,
        trigger_mode="multiple",
        **LONG | {"concurrency_limit": 1},  # the next one knows what was kept, and that a word was said
    )
    slots = [more.shown, *more.parts]
    more.add.click(handlers.add_painting, more.shown, slots, **QUICK)
    more.offered.click(
        palette.taken(examples), [more.shown, *chosen.paintings], list(chosen.paintings), preprocess=False, **LONG
    )
    for event in filled:
        event.then(handlers.show_paintings, [more.shown, *chosen.paintings], slots, preprocess=False, **QUICK)
        event.then(regions.bare, None, [chosen.regions, more.canvas, more.brushed], **QUICK)


def _wire_regions(chosen: Form, more: More, buttons: Sequence[gr.Button]) -> None:
    """What is brushed is read after each stroke, and by the `buttons` that paint: the editor takes its time to send."""
    more.brushed.expand(regions.canvas, [chosen.photo, chosen.regions], more.canvas, preprocess=False, **LONG)
    strokes = regions.Strokes()
    strokes.serve(more.canvas)
    brushed, changed = (strokes.read, more.canvas, chosen.regions), [more.canvas.input, more.canvas.clear]
    gr.on(changed, *brushed, preprocess=False, trigger_mode="always_last", **LONG)
    gr.on([button.click for button in buttons], *brushed, preprocess=False, **QUICK)


def _wire_examples(buttons: gr.HTML, examples: list[example_pairs.Pair], chosen: Form) -> None:
    def choose(event: gr.EventData) -> tuple[str, str]:
        pair = examples[event.index]
        return str(pair.content), str(pair.style)

    buttons.click(choose, None, [chosen.photo, chosen.painting], show_progress="hidden", api_visibility="private")


def _wire_mark(buttons: gr.HTML, examples: list[example_pairs.Pair], ui: gr.Blocks, chosen: Form) -> None:
    """The example that is loaded looks pressed, however it came into the form."""
    gr.on(
        [ui.load, chosen.photo.change, chosen.painting.change],
        partial(example_pairs.mark, examples),
        [chosen.photo, chosen.painting],
        buttons,
        preprocess=False,
        trigger_mode="multiple",
        **QUICK,
    )


def _wire_looking_back(view: PaintView) -> None:
    """The moment that the timeline shows is what is downloaded."""
    asked = [view.painted, view.running, view.timeline, view.kind]
    moved = view.timeline.input(
        handlers.look_back,
        [view.painted, view.timeline],
        [view.pane, view.status, view.comparison, view.bars, view.download],
        trigger_mode="always_last",
        **LONG,
    )
    for event in (moved.then, view.kind.input):
        event(handlers.prepare, asked, view.download, trigger_mode="always_last", **LONG)
