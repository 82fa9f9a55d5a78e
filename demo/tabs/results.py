"""What is done with the results in the gallery: one is shown large, two are compared; favourites, and deleted ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr

from demo.browser import beside
from demo.browser.toasts import warn
from demo.browser.wiring import Components, told, unchanged
from demo.tabs import archive
from demo.tabs.entries import Deleted, Entries, forget, place_of, with_deleted, with_favourite
from demo.tabs.tiles import Compared, caption, short, thumbnails
from demo.words import Language, language, say


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
class ResultsView:
    """Values for the results and what is done with them; what isn't given stays as it is."""

    entries: Any = unchanged()
    thumbnails: Any = unchanged()
    compared: Any = unchanged()
    beside: Any = unchanged()
    detail: DetailView = DetailView()
    deleted: Any = unchanged()
    notice: Any = unchanged()
    told: Any = unchanged()


@dataclass(frozen=True, kw_only=True)
class ResultsComponents(Components):
    """The results, and what is done with them."""

    Values: ClassVar = ResultsView

    entries: gr.State
    thumbnails: gr.HTML
    compared: gr.State  # `Compared`
    beside: gr.HTML
    detail: DetailComponents
    deleted: gr.State  # the `Deleted` one that can come back
    notice: gr.Row  # with the button that brings it back
    told: gr.HTML


def clicked(
    request: gr.Request, entries: Entries | None, compared: Compared | None, event: gr.EventData
) -> ResultsView:
    """Something on a thumbnail was clicked: it is shown large, or becomes a favourite, or one of two to compare."""
    act, place = ACTS.get(str(told(event, "act"))), told(event, "index")
    if act is None or not entries or place not in range(len(entries)):
        return ResultsView()
    return act(language(request), entries, compared or (), place)


def _show(speaks: Language, entries: Entries, compared: Compared, place: int) -> ResultsView:
    entry = entries[place]
    if not entry.path.exists():  # after a day
        warn(speaks, say(speaks, "gallery.gone"))
        return ResultsView()
    path = str(entry.path)
    return ResultsView(
        detail=DetailView(
            shown=entry.made,
            area=gr.update(visible=True),
            large=path,
            words=f'<p class="made">{escape(caption(speaks, entry.selection))}</p>',
            download=gr.update(value=path, label=say(speaks, "gallery.download")),
        )
    )


def _star(speaks: Language, entries: Entries, compared: Compared, place: int) -> ResultsView:
    entries = with_favourite(entries, place)
    return ResultsView(entries=entries, thumbnails=thumbnails(speaks, entries, compared))


def _compare(speaks: Language, entries: Entries, compared: Compared, place: int) -> ResultsView:
    made = entries[place].made
    others = tuple(each for each in _there(compared, entries) if each != made)
    compared = others if made in compared else (*others[-1:], made)  # of three the first gives way
    return ResultsView(
        compared=compared,
        thumbnails=thumbnails(speaks, entries, compared),
        beside=_beside(speaks, entries, compared),
    )


def _there(compared: Compared, entries: Entries) -> Compared:
    return tuple(made for made in compared if place_of(entries, made) is not None)


def _beside(speaks: Language, entries: Entries, compared: Compared) -> dict[str, Any]:
    """The two that are compared beside each other, in the order in which they were chosen; else nothing."""
    chosen = [entry for made in compared for entry in entries if entry.made == made]
    if len(chosen) != len(beside.SIDES):
        return beside.hidden()
    one, other = chosen
    captions = (caption(speaks, one.selection), caption(speaks, other.selection))
    try:
        return beside.showing((str(one.path), str(other.path)), captions, speaks)
    except OSError:
        warn(speaks, say(speaks, "gallery.gone"))
        return beside.hidden()


ACTS: Mapping[str, Callable[[Language, Entries, Compared, int], ResultsView]] = {
    "show": _show,
    "star": _star,
    "compare": _compare,
}


def delete(
    request: gr.Request,
    entries: Entries | None,
    compared: Compared | None,
    shown: tuple[str, int] | None,
    deleted: Deleted | None,
) -> ResultsView:
    """Delete was pressed: the gallery without the one that is shown large. Undo brings it back until another goes."""
    speaks, entries = language(request), entries or ()
    place = place_of(entries, shown)
    if place is None:
        return ResultsView()
    forget_deleted(deleted)
    entry, entries = entries[place], (*entries[:place], *entries[place + 1 :])
    left, words = _there(compared or (), entries), say(speaks, "gallery.deleted", settings=short(speaks, entry))
    return ResultsView(
        entries=entries,
        thumbnails=thumbnails(speaks, entries, left),
        compared=left,
        beside=beside.hidden() if entry.made in (compared or ()) else gr.skip(),
        detail=DetailView(shown=None, area=gr.update(visible=False)),
        deleted=Deleted(entry, place),
        notice=gr.update(visible=True),
        told=f'<p class="made" role="status">{escape(words)}</p>',
    )


def undo(
    request: gr.Request, entries: Entries | None, compared: Compared | None, deleted: Deleted | None
) -> ResultsView:
    """Undo was pressed: the gallery with the one that was deleted last, where it was."""
    speaks = language(request)
    if deleted is None:
        return ResultsView()
    view = ResultsView(deleted=None, notice=gr.update(visible=False))
    if not deleted.entry.path.exists():
        warn(speaks, say(speaks, "gallery.gone"))
        return view
    entries = with_deleted(entries or (), deleted)
    return replace(view, entries=entries, thumbnails=thumbnails(speaks, entries, compared or ()))


def forget_deleted(deleted: Deleted | None) -> None:
    """Remove the file of a result that can't come back any more."""
    forget([deleted.entry] if deleted else ())


def pack(request: gr.Request, entries: Entries | None, packed: Path | None) -> tuple[Path | None, str]:
    """Download all was pressed: the file with all results, in place of the one before, and its path for the browser."""
    speaks = language(request)
    archive.remove(packed)
    try:
        file = archive.write(entries or ())
    except FileNotFoundError:
        warn(speaks, say(speaks, "gallery.gone"))
        return None, ""
    return file, str(file)
