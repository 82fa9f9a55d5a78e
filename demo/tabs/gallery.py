"""What was made since the page was opened, with its settings, and the ways back into the form from there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, ClassVar

import gradio as gr
from gradio.data_classes import FileDataDict
from gradio.events import Dependency

from demo.browser import html
from demo.browser.localized import Localized
from demo.browser.scripts import on_load, script
from demo.browser.toasts import inform, toast, warn
from demo.browser.wiring import LONG, QUICK, Components, afterwards, listen, unchanged
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
from demo.tabs.entries import THUMBNAIL, Entries, Entry, copied, forget, lost_of, with_entry
from demo.tabs.tiles import caption, thumbnails
from demo.words import Language, language, say, t
from nst_core.config import TransferConfig
from nst_core.images.sizes import scaled

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DetailView:
    """Values for what shows an entry large; what isn't given stays as it is."""

    shown: Any = unchanged()
    area: Any = unchanged()
    large: Any = unchanged()
    words: Any = unchanged()
    download: Any = unchanged()


@dataclass(frozen=True, kw_only=True)
class DetailComponents(Components):
    """What shows an entry large."""

    Values: ClassVar = DetailView

    shown: gr.State  # `Entry.made` of the one that was clicked: places change when there are too many
    area: gr.Column
    large: gr.Image
    words: gr.HTML
    download: gr.DownloadButton


@dataclass(frozen=True, kw_only=True)
class GalleryComponents:
    """What there is in the gallery."""

    entries: gr.State
    thumbnails: gr.HTML
    detail: DetailComponents
    use: gr.Button
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
        self, request: gr.Request, entries: Entries | None, painted: Painted | None, running: Running | None
    ) -> tuple[Entries, Any]:
        """A run has ended, or is left for another: the entries with its last picture, and the thumbnails.

        A run that is left ends a step later, and this comes again: the later picture takes the earlier one's place.
        """
        if painted is None or self.runner.is_under_way(painted.key):
            return entries or (), gr.skip()
        return collected(language(request), entries or (), painted, running, painted.at(None), is_end=True)

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
    request: gr.Request, entries: Entries | None, painted: Painted | None, running: Running | None, step: float
) -> tuple[Entries, Any]:
    """The moment that the timeline shows was downloaded: the entries with it, and the thumbnails."""
    if painted is None:
        return entries or (), gr.skip()
    return collected(language(request), entries or (), painted, running, painted.at(step))


def collected(
    speaks: Language,
    entries: Entries,
    painted: Painted,
    running: Running | None,
    picture: RunPicture,
    is_end: bool = False,
) -> tuple[Entries, Any]:
    """The entries with a picture, and the thumbnails; one that is there already stays once.

    The end of a segment, `is_end`, takes the place of what was its end before.
    """
    segment = painted.segment(picture, running)
    made = (segment.key, picture.index)
    if any(entry.made == made for entry in entries):
        return entries, gr.skip()
    try:
        # Those of a run go when the next one begins.
        kept = copied(
            downloads.write(painted, running, picture, Format.PNG), new_folder_beside(painted.snapshots.folder)
        )
    except OSError as error:
        logger.warning("a picture can't be collected: %s", error)
        return entries, gr.skip()
    thumbnail = html.data_uri(picture.image, scaled(segment.size, THUMBNAIL))
    selection = segment.selected(picture.index)
    entry = Entry(
        made,
        kept,
        thumbnail,
        replace(selection, masks=(), strength_map=None),
        tuple(lost_of(segment, picture.index)),
        is_end,
    )
    entries = with_entry(entries, entry)
    return entries, thumbnails(speaks, entries)


def show(request: gr.Request, entries: Entries | None, event: gr.EventData) -> DetailView:
    """A thumbnail was clicked: its picture large, with its words and its file."""
    if not entries or not 0 <= event.index < len(entries):
        return DetailView()
    entry = entries[event.index]
    if not entry.path.exists():  # after a day
        warn(language(request), say(language(request), "gallery.gone"))
        return DetailView()
    speaks, path = language(request), str(entry.path)
    return DetailView(
        shown=entry.made,
        area=gr.update(visible=True),
        large=path,
        words=f'<p class="made">{escape(caption(speaks, entry.selection))}</p>',
        download=gr.update(value=path, label=say(speaks, "gallery.download")),
    )


def build_gallery(localized: Localized) -> GalleryComponents:
    """Lay the gallery out, where this is called; `wire` makes it work."""
    with gr.Column(elem_id="gallery"):
        gr.Markdown(t("gallery.title"))
        results = localized.html(_nothing, js_on_load=on_load("report-clicks"), elem_id="results")
        with gr.Row(visible=False, elem_id="made") as detail:
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
        with gr.Row():
            drop = gr.File(label=t("gallery.drop"), height=150, min_width=260, elem_id="drop")
            with gr.Column(min_width=260):
                copy = gr.Button(t("links.button"), elem_id="copy-link")
                link = gr.Textbox(label=t("links.label"), visible=False, interactive=False, elem_id="link")
                forget_all = gr.Button(t("shelf.forget"), elem_id="forget")
                gr.Markdown(t("shelf.explained"), elem_id="about-forgetting")
    return GalleryComponents(
        entries=gr.State(delete_callback=forget),
        thumbnails=results,
        detail=DetailComponents(shown=gr.State(), area=detail, large=large, words=words, download=download),
        use=use,
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
    kept, collection = (
        [parts.entries, view.painted, view.running],
        [parts.entries, parts.thumbnails],
    )
    for run in runs:
        afterwards(run, gallery.add, kept, collection)
    listen(view.download.click, add_shown, [*kept, view.timeline], collection, **QUICK)
    listen(parts.thumbnails.click, show, parts.entries, parts.detail, **LONG)
    asked = listen(parts.copy.click, gallery.link, form, parts.link, preprocess=False, **LONG)
    asked.then(None, parts.link, parts.link, js=script("copy-link"))
    read = listen(
        parts.drop.upload,
        gallery.read,
        [parts.entries, parts.drop],
        form,
        preprocess=False,
        **LONG,
    )
    read.success(None, js=script("scroll-to-element", "pictures"))
    afterwards(read, lambda: None, None, parts.drop)  # ready for the next one
    parts.use.click(None, js=script("scroll-to-element", "pictures"))  # at once
    return [
        listen(parts.use.click, gallery.restore, [parts.entries, parts.detail.shown], form, **LONG),
        read,
        listen(ui.load, gallery.opened, None, form, **LONG),
    ]


def _nothing(speaks: Language) -> str:
    return thumbnails(speaks, ())
