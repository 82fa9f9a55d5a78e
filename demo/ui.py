"""The page: what is on it, and where it stands."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import gradio as gr

from demo.api import endpoints
from demo.browser import html, measures
from demo.browser.blocks import Page
from demo.browser.compact import compact_styles
from demo.browser.labels import labels
from demo.browser.localized import Localized
from demo.browser.scripts import on_load, script
from demo.browser.wiring import QUICK, listen
from demo.files import KEPT_FOR
from demo.form import example_pairs, widgets
from demo.form.remarks import Remarks
from demo.form.wiring import wire_brushes, wire_examples, wire_files, wire_pictures, wire_remarks
from demo.jobs.runner import Runner
from demo.paint.following import Following
from demo.paint.handlers import PaintHandlers
from demo.paint.layout import build_details, build_hint, build_measures, build_stage
from demo.paint.live import Live
from demo.paint.next_steps import NextSteps
from demo.paint.sharing import Sharing
from demo.paint.wiring import (
    wire_estimate,
    wire_live,
    wire_looking_back,
    wire_next_steps,
    wire_runs,
    wire_sharing,
    wire_steering,
)
from demo.tabs import contact_sheet, gallery, how, inside, returning, shelf
from demo.tabs.contact_sheet import Sheets
from demo.tabs.gallery import Gallery
from demo.tabs.inside import Inside
from demo.tabs.returning import ReturnComponents
from demo.tabs.shelf import Shelf
from demo.words import say, t
from nst_core.config import TransferConfig

STYLES = Path(__file__).with_name("browser") / "styles"
FIRST = STYLES / "page.css"  # which others refine
STYLESHEETS = (
    FIRST,
    *sorted(set(STYLES.glob("*.css")) - {FIRST, STYLES / "opening.css"}),
)  # that is in the page's head
CLEAN_UP = (3600, KEPT_FOR)  # seconds: every hour, the files older than a day

# Scripts that listen from when the page is loaded.
LISTENERS = (
    "one-tab-stop",
    "keep-focus",
    "snap-timeline",
    "mark-shown-step",
    "tell-in-title",
    "tell-when-lost",
    "offer-sharing",
)


def styles() -> str:
    """The page's CSS."""
    return "\n".join(compact_styles(sheet.read_text("utf-8")) for sheet in STYLESHEETS)


def build_ui(runner: Runner, defaults: TransferConfig | None = None, live: bool = False) -> gr.Blocks:
    """The page in front of `runner`; its widgets start at `defaults`, the project's own where it is None.

    `live`: whether it follows what is chosen without Paint, where a run takes less than two seconds.
    """
    defaults = defaults or TransferConfig()
    localized, examples = Localized(), example_pairs.load_pairs()
    ui: gr.Blocks
    with Page(title=say("en", "page.title"), delete_cache=CLEAN_UP) as ui:
        localized.html(html.header, elem_id="introduction")
        localized.html(html.lost, elem_id="lost")
        localized.html(labels, js_on_load=on_load("translate-labels"), visible="hidden")
        with gr.Tab(t("page.paint_tab"), elem_id="studio"):
            # The result stands first, and left, so that on every screen the focus goes where the eye does.
            with gr.Row(elem_id="work"):
                with gr.Column(elem_id="result"):
                    hint = build_hint(localized)
                    stage = build_stage(localized)
                    details = build_details()
                    sheet = contact_sheet.build_sheet()
                    measures.build_switch(localized)
                    view = build_measures(stage, details, hint)
                with gr.Column(elem_id="choices"):
                    pair_buttons = localized.html(
                        partial(example_pairs.buttons, examples),
                        js_on_load=on_load("report-clicks", "press-loaded-pair"),
                        loaded=example_pairs.NONE,
                        elem_id="examples",
                    )
                    with gr.Column(elem_id="inputs"):
                        pictures = widgets.pictures(examples, localized)
                        dials = widgets.dials(defaults, localized)
                        hint.render()  # type: ignore[no-untyped-call]
                    with gr.Column(elem_id="settings"):
                        form = pictures.form(dials | widgets.settings(defaults, localized))
            parts, keys = gallery.build_gallery(localized), returning.build_keys()
            shelf_parts = shelf.build_shelf()
        with gr.Tab(t("page.inside_tab")):
            layers = inside.build_inside(localized, form.photo, form.paintings[0])
        painting, sheets, start = PaintHandlers(runner, defaults), Sheets(runner, defaults), stage.starting
        coming_back = ReturnComponents(
            form=form,
            chosen=gr.State(),
            checked=pictures.checked,
            painted=view.painted,
            running=view.running,
            entries=parts.results.entries,
            thumbnails=parts.results.thumbnails,
            sheet=sheet,
            inside=layers.view,
            unknown=keys.unknown,
        )
        returned = returning.wire(ui, keys, coming_back)
        inside.wire(Inside(runner, defaults), ui, layers, returned)
        wire_brushes(pictures, (start.start, start.six), returned)  # before what takes them
        start.six.click(None, js=script("scroll-to-contact-sheet"))  # before the event that lasts
        # Before the dials are set, which would steer the run that is left.
        sketch_clicked = partial(gr.on, [cell.click for cell in sheet.cells])
        left = listen(sketch_clicked, painting.leave, view.running, view.running, **QUICK)
        sketch_chosen = contact_sheet.wire(sheets, sheet, start.six, form)
        runs = wire_runs(painting, form, view, sketch_chosen, Following(runner, view.painted), returned, keys.before)
        *filled, opened = gallery.wire(Gallery(runner, defaults), ui, parts, [left, *runs.begun], view, form)
        returning.wire_opening(opened, keys)
        wire_sharing(Sharing(defaults), details.sharing, view, opened)
        filled.append(shelf.wire(Shelf(runner, defaults), shelf_parts, keys.own, keys.unknown, parts, form, view))
        wire_steering(painting, form, view)
        estimated = wire_estimate(painting, ui, form, start.estimate, view, runs.ended)
        returning.wire_remembering(estimated[0], (start.start, start.six), coming_back, shelf_parts.kept)
        contact_sheet.wire_estimate(sheets, estimated, form, start.six_estimate)
        followed = wire_live(Live(painting, examples), estimated[0], form, view) if live else []
        wire_next_steps(NextSteps(runner, defaults), [*estimated, *followed], form, view)
        checked = wire_pictures(ui, form, pictures, filled, [opened, returned], examples)
        wire_remarks(Remarks(defaults), form, pictures, [checked, *estimated])
        gr.on([ui.load, form.photo.change], None, form.photo, js=script("show-photo"))
        several = [pictures.slots.add.click, *(each.change for each in form.paintings)]
        gr.on(several, None, list(form.paintings), js=script("show-paintings"))
        for listener in LISTENERS:
            ui.load(None, js=script(listener))
        wire_examples(ui, pair_buttons, examples, form)
        wire_files(localized, pictures)
        wire_looking_back(view)
        endpoints.wire_endpoints(runner, defaults, form)
        localized.translate(ui)
    how.build_how(ui)
    return ui
