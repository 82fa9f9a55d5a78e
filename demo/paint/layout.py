"""What of painting is on the page: what begins and ends a run, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import gradio as gr

from demo.browser import html, notification
from demo.browser.comparison import comparison
from demo.browser.drawers import drawers
from demo.browser.localized import Localized
from demo.browser.scripts import on_load
from demo.browser.wiring import Components
from demo.paint import first_view, paper, session
from demo.paint.downloads import Format
from demo.paint.sharing import SharingComponents, build_sharing
from demo.paint.views import PaintView
from demo.words import Language, say, t


@dataclass(frozen=True, kw_only=True)
class PaintComponents(Components):
    """What shows a run, and what can be done with its picture."""

    Values: ClassVar = PaintView

    pane: gr.HTML
    status: gr.HTML
    plot: gr.HTML
    bars: gr.HTML
    hint: gr.HTML
    comparison: gr.HTML
    chosen: gr.HTML
    pair: gr.HTML
    timeline: gr.Slider
    snapshots: gr.HTML
    actions: gr.Column
    kind: gr.Dropdown
    paper: gr.Dropdown
    on_paper: gr.HTML
    download: gr.DownloadButton
    start: gr.Button
    stop: gr.Button
    keep_going: gr.Button
    larger: gr.Button
    keep_going_time: gr.HTML
    larger_time: gr.HTML
    running: gr.State
    painted: gr.State

    def some(self, *names: str) -> dict[str, gr.blocks.Block]:
        """The components of these names, for an event that changes no others."""
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, kw_only=True)
class StartComponents:
    """What makes a picture begin, or six, and how long that takes."""

    start: gr.Button
    stop: gr.Button
    estimate: gr.HTML
    six: gr.Button
    six_estimate: gr.HTML


@dataclass(frozen=True, kw_only=True)
class NextComponents:
    """What can be done with a picture: in the bar, beside what begins another."""

    download: gr.DownloadButton
    keep_going: gr.Button
    keep_going_time: gr.HTML
    larger: gr.Button
    larger_time: gr.HTML


@dataclass(frozen=True, kw_only=True)
class DetailComponents:
    """Of which pictures one is, and in which form it is taken home."""

    area: gr.Column
    pair: gr.HTML
    kind: gr.Dropdown
    paper: gr.Dropdown
    on_paper: gr.HTML
    sharing: SharingComponents


def build_hint(localized: Localized) -> gr.HTML:
    """The line that says what can be moved; it is rendered among the dials."""
    return localized.html(_hint, elem_id="hint", render=False)


@dataclass(frozen=True, kw_only=True)
class StageComponents:
    """The picture, and the bar below it."""

    status: gr.HTML
    pane: gr.HTML
    comparison: gr.HTML
    chosen: gr.HTML
    timeline: gr.Slider
    snapshots: gr.HTML
    starting: StartComponents
    next: NextComponents


def build_stage(localized: Localized) -> StageComponents:
    """Lay out the picture and its bar, which is always in view: how things stand, and what can be pressed."""
    with gr.Column(elem_id="show"):
        with gr.Column(elem_id="stage"):  # the one lies over the other: nothing moves when the run ends
            pane = localized.html(first_view.pane, elem_id="pane")
            both = comparison(visible=False, elem_id="comparison")
            chosen = gr.HTML(elem_id="chosen")
        with gr.Column(elem_id="bar"):
            status = localized.html(_ready, elem_id="status")
            timeline = gr.Slider(
                1, 2, 1, step=1, label=t("timeline.label"), info=t("timeline.info"), buttons=[], elem_id="timeline"
            )
            snapshots = gr.HTML(visible="hidden", elem_id="moments")
            with gr.Row(elem_id="acts"):
                starting, afterwards = _build_start(), _build_next()
            localized.html(notification.button, js_on_load=on_load("notify-when-done"), elem_id="notify")
            localized.html(drawers, js_on_load=on_load("open-drawer"), elem_id="drawers")
    return StageComponents(
        status=status,
        pane=pane,
        comparison=both,
        chosen=chosen,
        timeline=timeline,
        snapshots=snapshots,
        starting=starting,
        next=afterwards,
    )


def build_details() -> DetailComponents:
    """Lay out what a finished picture is of, its format and its paper; nothing of it is seen before."""
    with gr.Column(visible=False, elem_id="actions") as area:
        pair = gr.HTML(elem_id="pair")
        with gr.Row(elem_id="take-home"):
            kind = gr.Dropdown(
                [(str(t(f"download.{each}")), str(each)) for each in Format],
                value=str(Format.PNG),
                label=t("download.as"),
                filterable=False,
                min_width=160,
                elem_id="format",
            )
            printed = gr.Dropdown(
                [(str(t(f"print.{each}")) if each in paper.TRANSLATED else each, each) for each in paper.OFFERED],
                value=paper.NONE,
                label=t("print.label"),
                filterable=False,
                min_width=160,
                elem_id="paper",
            )
        on_paper = gr.HTML(elem_id="on-paper")
        sharing = build_sharing()
    return DetailComponents(area=area, pair=pair, kind=kind, paper=printed, on_paper=on_paper, sharing=sharing)


def build_measures(stage: StageComponents, details: DetailComponents, hint: gr.HTML) -> PaintComponents:
    """Lay out the drawing and the bars; with the stage, the `details` and the `hint` that is all that shows a run."""
    with gr.Row(elem_id="measures"):
        plot = gr.HTML(elem_id="losses")
        bars = gr.HTML(elem_id="bars")
    painted = gr.State(delete_callback=session.forget)
    return PaintComponents(
        pane=stage.pane,
        status=stage.status,
        plot=plot,
        bars=bars,
        hint=hint,
        comparison=stage.comparison,
        chosen=stage.chosen,
        pair=details.pair,
        timeline=stage.timeline,
        snapshots=stage.snapshots,
        actions=details.area,
        kind=details.kind,
        paper=details.paper,
        on_paper=details.on_paper,
        download=stage.next.download,
        start=stage.starting.start,
        stop=stage.starting.stop,
        keep_going=stage.next.keep_going,
        larger=stage.next.larger,
        keep_going_time=stage.next.keep_going_time,
        larger_time=stage.next.larger_time,
        running=gr.State(),
        painted=painted,
    )


def _build_start() -> StartComponents:
    with gr.Row(elem_id="go"):
        start, estimate = _timed("paint.start", "stylize", "estimate", variant="primary")
        stop = gr.Button(t("paint.stop"), variant="stop", visible=False, elem_id="stop")
        six, six_estimate = _timed("paint.six", "six", "six-estimate")
    return StartComponents(start=start, stop=stop, estimate=estimate, six=six, six_estimate=six_estimate)


def _build_next() -> NextComponents:
    """Seen beside the `actions` of a finished picture alone, see bar.css."""
    with gr.Row(elem_id="finished"):
        download = gr.DownloadButton(str(t("download.png")), elem_id="download")
        keep_going, keep_going_time = _timed("paint.go_on", "keep-going", "keep-going-time")
        larger, larger_time = _timed("paint.larger", "larger", "larger-time")
    return NextComponents(
        download=download,
        keep_going=keep_going,
        keep_going_time=keep_going_time,
        larger=larger,
        larger_time=larger_time,
    )


def _timed(key: str, button_id: str, time_id: str, **options: Any) -> tuple[gr.Button, gr.HTML]:
    """A button, and on it how long what it begins will take."""
    with gr.Column(elem_classes="timed", min_width=0):
        return gr.Button(t(key), elem_id=button_id, **options), gr.HTML(elem_id=time_id)


def _hint(speaks: Language) -> str:
    return html.hint(say(speaks, "steer.hint"))


def _ready(speaks: Language) -> str:
    return html.message(say(speaks, "status.ready"))
