"""What was made since the page was opened, with its settings, and the ways back into the form from there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict
from gradio.events import Dependency

from demo.browser import beside, html
from demo.browser.localized import Localized
from demo.browser.scripts import on_load, script
from demo.browser.toasts import inform, toast, warn
from demo.browser.wiring import LONG, QUICK, afterwards, listen
from demo.files import new_folder_beside
from demo.form import links
from demo.form.recipes import dropped, page_config, restored, still_there
from demo.form.request import make_selection
from demo.form.values import FormValues, form_values, in_slots, left_alone
from demo.form.widgets import FormComponents
from demo.jobs.runner import Runner
from demo.paint import downloads
from demo.paint.downloads import Format
from demo.paint.layout import PaintComponents
from demo.paint.running import Running
from demo.paint.session import Painted, RunPicture
from demo.tabs import archive, results
from demo.tabs.entries import THUMBNAIL, Entries, Entry, copied, forget, lost_of, place_of, with_entry
from demo.tabs.results import DetailComponents, ResultsComponents
from demo.tabs.tiles import Compared, thumbnails
from demo.words import Language, language, say, t
from nst_core.config import TransferConfig
from nst_core.images.sizes import scaled

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class GalleryComponents:
    """What there is in the gallery."""

    results: ResultsComponents
    use: gr.Button
    delete: gr.Button
    undo: gr.Button
    pack: gr.Button
    packed: gr.State  # the path of the file with all results
    packed_path: gr.Textbox  # the same for the browser; nobody sees it
    drop: gr.File
    copy: gr.Button
    link: gr.Textbox
    forget: gr.Button


@dataclass(frozen=True)
class Gallery:
    """The handlers of a gallery on a page in front of `runner`, whose widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def add(
        self,
        request: gr.Request,
        entries: Entries | None,
        compared: Compared | None,
        painted: Painted | None,
        running: Running | None,
    ) -> tuple[Entries, Any]:
        """A run has ended, or is left for another: the entries with its last picture, and the thumbnails.

        A run that is left ends a step later, and this comes again: the later picture takes the earlier one's place.
        """
        if painted is None or self.runner.is_under_way(painted.key):
            return entries or (), gr.skip()
        more = collected(entries or (), painted, running, painted.at(None), is_end=True)
        return renewed(language(request), entries, more, compared)

    def restore(self, request: gr.Request, entries: Entries | None, shown: tuple[str, int] | None) -> FormValues:
        """Use these settings was pressed: the values of the form."""
        entry = next((entry for entry in entries or () if entry.made == shown), None)
        if entry is None:
            return left_alone()
        speaks, selection = language(request), entry.selection
        if entry.lost:
            warn(speaks, say(speaks, "recipe.lost", names=", ".join(say(speaks, key) for key in entry.lost)))
        else:
            inform(say(speaks, "gallery.used"))
        photo, *paintings = (still_there(picture) for picture in selection.pictures)
        config, _ = page_config(selection.config, self.defaults)  # who kept going has more steps than a slider
        return form_values(photo, paintings, config)

    def read(self, request: gr.Request, entries: Entries | None, file: FileDataDict | None) -> FormValues:
        """A file was dropped: the values of the form by its recipe."""
        speaks = language(request)
        with toast(speaks):
            recipe, name = dropped(file, speaks)
        back = restored(recipe, self.defaults, (entry.selection for entry in entries or ()), speaks)
        inform(say(speaks, "recipe.found", name=name, settings=back.settings))
        for key, names in (("recipe.missing", back.missing), ("recipe.lost", back.lost)):
            if names:
                warn(speaks, say(speaks, key, names=", ".join(names)))
        return back.form

    def link(self, request: gr.Request, form: FormValues) -> Any:
        """The parameters of an address that opens the page with this form."""
        speaks = language(request)
        with toast(speaks):
            selection = make_selection(self.defaults, form, speaks)
            text, left_out = links.write(selection, self.defaults), links.left_out(selection, speaks)
        if left_out:
            warn(speaks, say(speaks, "links.left_out", parts=", ".join(left_out)))
        return gr.update(value=text, visible=True)

    def opened(self, request: gr.Request) -> FormValues:
        """The page was opened: the values of the form that its address asks for."""
        speaks = language(request)
        setup = links.read(dict(request.query_params), self.defaults, speaks)
        for complaint in setup.complaints:
            warn(speaks, complaint)
        form = left_alone()
        return replace(
            form,
            photo=form.photo if setup.photo is None else str(setup.photo),
            paintings=in_slots([str(path) for path in setup.paintings], None) if setup.paintings else form.paintings,
            blends=in_slots(setup.blends, gr.skip()),
            settings=form.settings if setup.settings is None else setup.settings,
        )


def add_shown(
    request: gr.Request,
    entries: Entries | None,
    compared: Compared | None,
    painted: Painted | None,
    running: Running | None,
    step: float,
) -> tuple[Entries, Any]:
    """The moment that the timeline shows was downloaded: the entries with it, and the thumbnails."""
    if painted is None:
        return entries or (), gr.skip()
    return renewed(language(request), entries, collected(entries or (), painted, running, painted.at(step)), compared)


def renewed(speaks: Language, entries: Entries | None, more: Entries, compared: Compared | None) -> tuple[Entries, Any]:
    """The entries with what has come, and the thumbnails where that is anything."""
    return more, gr.skip() if more is entries or not more else thumbnails(speaks, more, compared or ())


def collected(
    entries: Entries, painted: Painted, running: Running | None, picture: RunPicture, is_end: bool = False
) -> Entries:
    """The entries with a picture; one that is there already stays once, and without room on the disk they stay.

    The end of a segment, `is_end`, takes the place of what was its end before.
    """
    segment = painted.segment(picture, running)
    made = (segment.key, picture.index)
    if place_of(entries, made) is not None:
        return entries
    try:
        # Those of a run go when the next one begins.
        kept = copied(
            downloads.write(painted, running, picture, Format.PNG), new_folder_beside(painted.snapshots.folder)
        )
    except OSError as error:
        logger.warning("a picture can't be collected: %s", error)
        return entries
    selection = segment.selected(picture.index)
    entry = Entry(
        made=made,
        path=kept,
        thumbnail=html.data_uri(picture.image, scaled(segment.size, THUMBNAIL)),
        selection=replace(selection, masks=(), strength_map=None),
        lost=tuple(lost_of(segment, picture.index)),
        is_end=is_end,
    )
    return with_entry(entries, entry)


def build_gallery(localized: Localized) -> GalleryComponents:
    """Lay the gallery out, where this is called; `wire` makes it work."""
    with gr.Column(elem_id="gallery"):
        gr.Markdown(t("gallery.title"))
        tiles = localized.html(_nothing, js_on_load=on_load("report-clicks", "keep-boxes"), elem_id="results")
        with gr.Row(visible=False, elem_id="deleted") as notice:
            told = gr.HTML()
            undo = gr.Button(t("gallery.undo"), min_width=120, scale=0, elem_id="undo-delete")
        both = beside.beside(elem_id="beside")
        with gr.Row(visible=False, elem_id="made") as area:
            large = gr.Image(
                label=t("gallery.large"),
                show_label=False,
                interactive=False,
                buttons=["fullscreen"],
                height=360,
                alt_text=str(t("gallery.large")),  # which names Gradio's button around it
            )
            with gr.Column(min_width=200):
                words = gr.HTML()
                use = gr.Button(t("gallery.use"), variant="primary", elem_id="use")
                download = gr.DownloadButton(say("en", "gallery.download"), elem_id="download-made")
                delete = gr.Button(t("gallery.delete"), elem_id="delete-made")
        with gr.Row():
            drop = gr.File(label=t("gallery.drop"), height=150, min_width=260, elem_id="drop")
            with gr.Column(min_width=260):
                pack = gr.Button(t("gallery.pack"), elem_id="download-all")
                copy = gr.Button(t("links.button"), elem_id="copy-link")
                link = gr.Textbox(label=t("links.label"), visible=False, interactive=False, elem_id="link")
                forget_all = gr.Button(t("shelf.forget"), elem_id="forget")
                gr.Markdown(t("shelf.explained"), elem_id="about-forgetting")
        packed_path = gr.Textbox(visible="hidden", elem_id="packed")
    return GalleryComponents(
        results=ResultsComponents(
            entries=gr.State(delete_callback=forget),
            thumbnails=tiles,
            compared=gr.State(),
            beside=both,
            detail=DetailComponents(shown=gr.State(), area=area, large=large, words=words, download=download),
            deleted=gr.State(delete_callback=results.forget_deleted),
            notice=notice,
            told=told,
        ),
        use=use,
        delete=delete,
        undo=undo,
        pack=pack,
        packed=gr.State(delete_callback=archive.remove),
        packed_path=packed_path,
        drop=drop,
        copy=copy,
        link=link,
        forget=forget_all,
    )


def wire(
    gallery: Gallery,
    ui: gr.Blocks,
    parts: GalleryComponents,
    runs: Sequence[Dependency],
    view: PaintComponents,
    form: FormComponents,
) -> list[Dependency]:
    """Make the gallery collect pictures, and fill the form.

    Collected is what a `view` holds after the `runs`, and each moment of it that is downloaded. Returns the events that
    fill the form with pictures, so that the page can show as many places for paintings.
    """
    shelf = parts.results
    collect = [shelf.entries, shelf.compared, view.painted, view.running]
    for run in runs:
        afterwards(run, gallery.add, collect, [shelf.entries, shelf.thumbnails])
    listen(view.download.click, add_shown, [*collect, view.timeline], [shelf.entries, shelf.thumbnails], **QUICK)
    _wire_results(parts)
    asked = listen(parts.copy.click, gallery.link, form, parts.link, preprocess=False, **LONG)
    asked.then(None, parts.link, parts.link, js=script("copy-link"))
    read = listen(
        parts.drop.upload,
        gallery.read,
        [shelf.entries, parts.drop],
        form,
        preprocess=False,
        **LONG,
    )
    read.success(None, js=script("scroll-to-element", "pictures"))
    afterwards(read, lambda: None, None, parts.drop)  # ready for the next one
    parts.use.click(None, js=script("scroll-to-element", "pictures"))  # at once
    return [
        listen(parts.use.click, gallery.restore, [shelf.entries, shelf.detail.shown], form, **LONG),
        read,
        listen(ui.load, gallery.opened, None, form, **LONG),
    ]


def _wire_results(parts: GalleryComponents) -> None:
    """What can be done with the results themselves."""
    shelf = parts.results
    chosen = [shelf.entries, shelf.compared]
    listen(shelf.thumbnails.click, results.clicked, chosen, shelf, **LONG)
    shelf.beside.change(None, js=script("scroll-to-element", "beside"))
    listen(parts.delete.click, results.delete, [*chosen, shelf.detail.shown, shelf.deleted], shelf, **LONG)
    listen(parts.undo.click, results.undo, [*chosen, shelf.deleted], shelf, **LONG)
    packed = listen(
        parts.pack.click, results.pack, [shelf.entries, parts.packed], [parts.packed, parts.packed_path], **LONG
    )
    packed.success(None, parts.packed_path, None, js=script("download-file"))


def _nothing(speaks: Language) -> str:
    return thumbnails(speaks, ())
