"""What the browser keeps of a visit, for when the server has nothing of it any more: the form, and what was made."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict
from gradio.events import Dependency

from demo.browser import beside, html
from demo.browser.scripts import script
from demo.browser.toasts import inform
from demo.browser.wiring import LONG, Components, listen, unchanged
from demo.files import new_folder
from demo.form.recipes import MAPS, dropped, restored
from demo.form.request import Selection
from demo.form.settings import SETTINGS
from demo.form.uploads import load, path_of, size_of, uploaded
from demo.form.values import FormValues, in_slots, left_alone
from demo.form.widgets import FormComponents
from demo.jobs.runner import Runner
from demo.paint.layout import PaintComponents
from demo.paint.running import Running
from demo.tabs import archive
from demo.tabs.entries import MOST, THUMBNAIL, Deleted, Entries, Entry, copied, forget, within_limit
from demo.tabs.gallery import GalleryComponents
from demo.tabs.results import DetailView, ResultsComponents, ResultsView, forget_deleted
from demo.tabs.tiles import thumbnails
from demo.visitors.identity import Visitor, visitor_of
from demo.words import Language, language, say
from nst_core.config import TransferConfig
from nst_core.images.sizes import scaled
from nst_core.recipe import Recipe, sha256_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ShelfView:
    """Values for what comes from the browser; what isn't given stays as it is."""

    form: FormValues
    entries: Any = unchanged()
    thumbnails: Any = unchanged()
    pane: Any = unchanged()


@dataclass(frozen=True, kw_only=True)
class ForgottenView:
    """Values for a page that has nothing of what was made; what isn't given stays as it is."""

    results: ResultsView = ResultsView()
    packed: Any = unchanged()
    painted: Any = unchanged()
    running: Any = unchanged()
    pane: Any = unchanged()
    status: Any = unchanged()
    comparison: Any = unchanged()
    actions: Any = unchanged()
    plot: Any = unchanged()
    bars: Any = unchanged()


@dataclass(frozen=True, kw_only=True)
class ShelfTargets(Components):
    """What is filled with what the browser has kept."""

    Values: ClassVar = ShelfView

    form: FormComponents
    entries: gr.State
    thumbnails: gr.HTML
    pane: gr.HTML


@dataclass(frozen=True, kw_only=True)
class ForgottenTargets(Components):
    """What is emptied."""

    Values: ClassVar = ForgottenView

    results: ResultsComponents
    packed: gr.State
    painted: gr.State
    running: gr.State
    pane: gr.HTML
    status: gr.HTML
    comparison: gr.HTML
    actions: gr.Column
    plot: gr.HTML
    bars: gr.HTML


@dataclass(frozen=True)
class ShelfComponents:
    """What passes between the server and the browser; nobody sees it."""

    kept: gr.Textbox  # JSON: what the browser shall keep
    brought: gr.Textbox  # JSON: what it has kept, whose files it has sent


def manifest(form: FormValues, entries: Entries | None) -> str:
    """JSON of what the browser shall keep: the values of the form, and the paths of the files to be fetched."""
    return json.dumps(
        {
            "pictures": [path_of(picture) for picture in (form.photo, *form.paintings)],
            "blends": form.blends,
            "settings": dict(form.settings),
            "results": [
                {"made": each.made, "path": str(each.path), "favourite": each.is_favourite} for each in entries or ()
            ],
        }
    )


@dataclass(frozen=True)
class _Result:
    """A result as the browser brings it."""

    made: tuple[str, int]
    path: str
    is_favourite: bool


def _result(told: Mapping[str, Any]) -> _Result:
    key, step = told["made"]
    return _Result((str(key), int(step)), str(told["path"]), bool(told.get("favourite")))


@dataclass(frozen=True)
class Shelf:
    """The handlers of what the browser keeps, on a page in front of `runner`, whose widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def unpack(self, request: gr.Request, text: str, entries: Entries | None) -> ShelfView:
        """The browser has brought what it kept: the form and the gallery, and the last picture on the stage."""
        speaks = language(request)
        try:
            brought = json.loads(text)
            pictures = [_found(path, speaks) for path in brought["pictures"]]
            form = _form(brought, pictures)
            results = [_result(each) for each in brought["results"]]
            known = _hashed(Selection(pictures[0], tuple(filter(None, pictures[1:])), self.defaults))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # another version has kept it
            return ShelfView(form=left_alone())
        brought_back = self._entries(results[-MOST:], known, visitor_of(request), speaks)
        back = within_limit((*(entries or ()), *brought_back))
        if not back:
            return ShelfView(form=form)
        inform(say(speaks, "shelf.back"))  # the status belongs to what comes next
        return ShelfView(
            form=form,
            entries=back,
            thumbnails=thumbnails(speaks, back),
            pane=_large(speaks, back[-1]),
        )

    def _entries(
        self, results: Sequence[_Result], known: Selection, visitor: Visitor, speaks: Language
    ) -> Iterator[Entry]:
        for result in results:
            try:
                yield self._entry(result, known, visitor, speaks)
            except (ValueError, OSError) as error:
                logger.info("a picture that a browser has kept can't be used: %s", error)

    def _entry(self, result: _Result, known: Selection, visitor: Visitor, speaks: Language) -> Entry:
        """A result of the gallery by its file; raises `ValueError` for what is none, `OSError` without room for it."""
        file = _file(result.path)
        recipe, _ = dropped(file, speaks)
        form = restored(recipe, self.defaults, [known], speaks).form
        image, size = load("photo", file, speaks, THUMBNAIL), size_of("photo", file, speaks)
        photo, *paintings = (path and _file(path) for path in (form.photo, *form.paintings))
        selection = _hashed(Selection(photo, tuple(filter(None, paintings)), recipe.last_config))
        thumbnail = html.data_uri(np.asarray(image), scaled(size, THUMBNAIL))
        kept = copied(uploaded("photo", file, speaks), new_folder(visitor))
        lost = tuple(_lost(recipe))
        return Entry(result.made, kept, thumbnail, selection, lost, is_favourite=result.is_favourite)

    def forget(
        self,
        request: gr.Request,
        entries: Entries | None,
        deleted: Deleted | None,
        packed: Path | None,
        running: Running | None,
    ) -> ForgottenView:
        """Forget what I made was pressed: the gallery is empty, and so is the stage, unless something is painted."""
        speaks = language(request)
        forget(entries)
        forget_deleted(deleted)
        archive.remove(packed)
        inform(say(speaks, "shelf.forgotten"))
        view = ForgottenView(
            results=ResultsView(
                entries=(),
                thumbnails=thumbnails(speaks, ()),
                compared=(),
                beside=beside.hidden(),
                detail=DetailView(shown=None, area=gr.update(visible=False)),
                deleted=None,
                notice=gr.update(visible=False),
            ),
            packed=None,
        )
        if running is not None and self.runner.is_under_way(running.key):
            return view
        return replace(
            view,
            painted=None,
            running=None,
            pane=html.empty_pane(speaks),
            status=html.message(say(speaks, "status.ready")),
            comparison=gr.update(value=None, visible=False),
            actions=gr.update(visible=False),
            plot="",
            bars="",
        )


def _hashed(selection: Selection) -> Selection:
    """With the SHA-256 of its pictures, "" where there is none."""
    hashes = tuple(sha256_of(Path(picture["path"])) if picture else "" for picture in selection.pictures)
    return replace(selection, hashes=hashes)


def _form(brought: Mapping[str, Any], pictures: Sequence[FileDataDict | None]) -> FormValues:
    """The form as it was, but for what was brushed."""
    photo, *paintings = (picture and picture["path"] for picture in pictures)
    blends, settings = brought["blends"], brought["settings"]
    return replace(
        left_alone(),
        photo=photo,
        paintings=in_slots(paintings, None),
        blends=in_slots(blends, gr.skip()),
        settings={each.name: settings.get(each.name, gr.skip()) for each in SETTINGS},
    )


def _found(path: str | None, speaks: Language) -> FileDataDict | None:
    """A file that the browser has sent; None for none, `ValueError` for one that wasn't sent."""
    if not path:
        return None
    there = uploaded("photo", _file(path), speaks)
    return _file(str(there)) if there.exists() else None


def _file(path: str) -> FileDataDict:
    return {"path": path, "orig_name": Path(path).name, "is_stream": False}


def _lost(recipe: Recipe) -> Iterator[str]:
    """The keys of the words for what the form can't be set to."""
    yield from (words for role, words in MAPS.items() if recipe.of(role))
    if recipe.steered:
        yield "lost.steered"
    if recipe.went_on:
        yield "lost.went_on"


def _large(speaks: Language, entry: Entry) -> Any:
    """The stage with the picture of an entry."""
    file = _file(str(entry.path))
    try:
        size = size_of("photo", file, speaks)
        image = load("photo", file, speaks, max(size))
    except ValueError:
        return gr.skip()
    return html.pane(np.asarray(image), size, say(speaks, "shelf.picture"))


def build_shelf() -> ShelfComponents:
    """Lay out what passes between the server and the browser."""
    return ShelfComponents(*(gr.Textbox(visible="hidden", elem_id=f"shelf-{name}") for name in ("kept", "brought")))


def wire(
    shelf: Shelf,
    parts: ShelfComponents,
    own: gr.Textbox,
    unknown: gr.Textbox,
    gallery: GalleryComponents,
    form: FormComponents,
    view: PaintComponents,
) -> Dependency:
    """Have the browser keep what was made, and bring it where the server knows nothing of the page before.

    `own`, `unknown`: the keys of this page, and of such a one. Returns the event that fills the form.
    """
    results = gallery.results
    parts.kept.change(None, [own, parts.kept], None, js=script("shelf", "keep"))
    unknown.change(None, [own, unknown], parts.brought, js=script("shelf", "bring"))
    gallery.forget.click(None, js=script("shelf", "forget"))
    listen(
        gallery.forget.click,
        shelf.forget,
        [results.entries, results.deleted, gallery.packed, view.running],
        ForgottenTargets(
            results=results,
            packed=gallery.packed,
            painted=view.painted,
            running=view.running,
            pane=view.pane,
            status=view.status,
            comparison=view.comparison,
            actions=view.actions,
            plot=view.plot,
            bars=view.bars,
        ),
        **LONG,
    )
    filled = ShelfTargets(form=form, entries=results.entries, thumbnails=results.thumbnails, pane=view.pane)
    return listen(parts.brought.change, shelf.unpack, [parts.brought, results.entries], filled, **LONG)
