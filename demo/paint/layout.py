"""What of painting is on the page: what begins and ends a run, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import gradio as gr

from demo.browser import html, notification
from demo.browser.comparison import comparison
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
class ActionComponents:
    """What can be done with a picture."""

    area: gr.Column
    pair: gr.HTML
    timeline: gr.Slider
    snapshots: gr.HTML
    keep_going: gr.Button
    keep_going_time: gr.HTML
    larger: gr.Button
    larger_time: gr.HTML
    kind: gr.Dropdown
    paper: gr.Dropdown
    on_paper: gr.HTML
    download: gr.DownloadButton
    sharing: SharingComponents


def build_hint(localized: Localized) -> gr.HTML:
    """The line that says what can be moved; it is rendered among the dials."""
    return localized.html(_hint, elem_id="hint", render=False)


@dataclass(frozen=True, kw_only=True)
class StageComponents:
    """The picture, and what stands around it."""

    status: gr.HTML
    pane: gr.HTML
    comparison: gr.HTML
    chosen: gr.HTML
    starting: StartComponents
    actions: ActionComponents


def build_stage(localized: Localized) -> StageComponents:
    """Lay out the status, the picture, and the buttons below it."""
    with gr.Column(elem_id="show"):
        status = localized.html(_ready, elem_id="status")
        with gr.Column(elem_id="stage"):  # the one lies over the other: nothing moves when the run ends
            pane = localized.html(first_view.pane, elem_id="pane")
            both = comparison(visible=False, elem_id="comparison")
            chosen = gr.HTML(elem_id="chosen")
        starting = _build_start()
        localized.html(notification.button, js_on_load=on_load("notify-when-done"), elem_id="notify")
        actions = _build_actions()
    return StageComponents(status=status, pane=pane, comparison=both, chosen=chosen, starting=starting, actions=actions)


def build_measures(stage: StageComponents, hint: gr.HTML) -> PaintComponents:
    """Lay out the drawing and the bars; with the stage and the `hint` that is all that shows a run."""
    with gr.Row(elem_id="measures"):
        plot = gr.HTML(elem_id="losses")
        bars = gr.HTML(elem_id="bars")
    painted, actions = gr.State(delete_callback=session.forget), stage.actions
    return PaintComponents(
        pane=stage.pane,
        status=stage.status,
        plot=plot,
        bars=bars,
        hint=hint,
        comparison=stage.comparison,
        chosen=stage.chosen,
        pair=actions.pair,
        timeline=actions.timeline,
        snapshots=actions.snapshots,
        actions=actions.area,
        kind=actions.kind,
        paper=actions.paper,
        on_paper=actions.on_paper,
        download=actions.download,
        start=stage.starting.start,
        stop=stage.starting.stop,
        keep_going=actions.keep_going,
        larger=actions.larger,
        keep_going_time=actions.keep_going_time,
        larger_time=actions.larger_time,
        running=gr.State(),
        painted=painted,
    )


def _build_start() -> StartComponents:
    with gr.Column(elem_id="go"):
        return StartComponents(
            start=gr.Button(t("paint.start"), variant="primary", elem_id="stylize"),
            stop=gr.Button(t("paint.stop"), variant="stop", visible=False, elem_id="stop"),
            estimate=gr.HTML(elem_id="estimate"),
            six=gr.Button(t("paint.six"), elem_id="six"),
            six_estimate=gr.HTML(elem_id="six-estimate"),
        )


def _build_actions() -> ActionComponents:
    with gr.Column(visible=False, elem_id="actions") as area:
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
        with gr.Row(elem_id="for-print"):
            printed = gr.Dropdown(
                [(str(t(f"print.{each}")) if each in paper.TRANSLATED else each, each) for each in paper.OFFERED],
                value=paper.NONE,
                label=t("print.label"),
                filterable=False,
                scale=1,
                min_width=160,
                elem_id="paper",
            )
            on_paper = gr.HTML(elem_id="on-paper")
        sharing = build_sharing()
    return ActionComponents(
        area=area,
        pair=pair,
        timeline=timeline,
        snapshots=snapshots,
        keep_going=keep_going,
        keep_going_time=keep_going_time,
        larger=larger,
        larger_time=larger_time,
        kind=kind,
        paper=printed,
        on_paper=on_paper,
        download=download,
        sharing=sharing,
    )


def _hint(speaks: Language) -> str:
    return html.hint(say(speaks, "steer.hint"))


def _ready(speaks: Language) -> str:
    return html.message(say(speaks, "status.ready"))
