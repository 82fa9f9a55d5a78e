"""A page that is loaded anew takes up what the one before it had: pictures, settings, all that was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import gradio as gr
from gradio.data_classes import FileDataDict
from gradio.events import Dependency

from demo.browser.scripts import script
from demo.browser.wiring import LAST, QUICK, Components, listen, unchanged
from demo.form.uploads import uploaded
from demo.form.values import FormValues, left_alone
from demo.form.widgets import FormComponents
from demo.paint.running import Running
from demo.tabs import contact_sheet, inside
from demo.tabs.contact_sheet import SheetComponents, SheetView
from demo.tabs.entries import Entries
from demo.tabs.inside import InsideComponents, InsideView
from demo.tabs.shelf import manifest
from demo.tabs.tiles import thumbnails
from demo.visitors.left import Left, left_by
from demo.words import language


@dataclass(frozen=True, kw_only=True)
class ReturnView:
    """Values for all that comes back; what isn't given stays as it is."""

    form: FormValues
    chosen: Any = unchanged()
    checked: Any = unchanged()
    painted: Any = unchanged()
    running: Any = unchanged()
    entries: Any = unchanged()
    thumbnails: Any = unchanged()
    sheet: SheetView = field(default_factory=SheetView)
    inside: InsideView = field(default_factory=InsideView)
    unknown: Any = unchanged()


@dataclass(frozen=True, kw_only=True)
class ReturnComponents(Components):
    """What comes back, and where a session keeps it."""

    Values: ClassVar = ReturnView

    form: FormComponents
    chosen: gr.State  # the `FormValues` that were there last
    checked: gr.State
    painted: gr.State
    running: gr.State
    entries: gr.State
    thumbnails: gr.HTML
    sheet: SheetComponents
    inside: InsideComponents
    unknown: gr.Textbox  # the key of a page of which the server has nothing


@dataclass(frozen=True)
class KeyComponents:
    """The names of sessions, between the browser and the server; nobody sees them."""

    own: gr.Textbox  # of the page that is open
    before: gr.Textbox  # of the one that it is there instead of
    unknown: gr.Textbox  # the latter, where the server has nothing of it


@dataclass(frozen=True)
class Returning:
    """The handlers of a page's coming back, whose sessions keep things in the states of `parts`."""

    parts: ReturnComponents

    def take_up(self, request: gr.Request, key: str) -> ReturnView:
        """The values of what the page with that key had."""
        left = left_by(key, request)
        if left is None:
            return ReturnView(form=left_alone(), unknown=key)
        left.share()
        parts, entries = self.parts, left.look(self.parts.entries)
        chosen = left.look(parts.chosen)
        return ReturnView(
            form=_again(chosen) if chosen else left_alone(),
            chosen=_kept(left, parts.chosen),
            checked=_kept(left, parts.checked),
            painted=_kept(left, parts.painted),
            running=_afresh(left.look(parts.running)),
            entries=entries or gr.skip(),
            thumbnails=thumbnails(language(request), entries) if entries else gr.skip(),
            sheet=contact_sheet.taken_up(language(request), left.look(parts.sheet.sketches)),
            inside=inside.taken_up(left.look(parts.inside.seen), left.look(parts.inside.making)),
        )


def remember(form: FormValues, entries: Entries | None) -> tuple[FormValues, str]:
    """What is chosen is kept where the next page finds it, and the browser is told what to keep."""
    return form, manifest(form, entries)


def name_of_session(request: gr.Request) -> str:
    """What the page is called that asks."""
    return request.session_hash or ""


def _kept(left: Left, state: gr.State) -> Any:
    value = left.look(state)
    return gr.skip() if value is None else value


def _afresh(running: Running | None) -> Any:
    """A run of which this page has shown nothing yet."""
    return gr.skip() if running is None else replace(running, is_left=False, shown_at=None)


def _again(chosen: FormValues) -> FormValues:
    """The form as it was, without the pictures that aren't here any more."""
    return replace(
        chosen,
        photo=_path("photo", chosen.photo),
        paintings=tuple(_path("painting", painting) for painting in chosen.paintings),
    )


def _path(kind: str, picture: FileDataDict | None) -> str | None:
    """Where a picture lies: what a browser sent may name any file of this machine."""
    try:
        path = uploaded(kind, picture)
    except ValueError:
        return None
    return str(path) if path.exists() else None


def build_keys() -> KeyComponents:
    """Lay out what the names of sessions pass through."""
    return KeyComponents(
        *(gr.Textbox(visible="hidden", elem_id=f"{name}-key") for name in ("own", "before", "unknown"))
    )


def wire(ui: gr.Blocks, keys: KeyComponents, parts: ReturnComponents) -> Dependency:
    """Take up what was left; returns the event after which that is there."""
    named = listen(ui.load, name_of_session, None, keys.own, **QUICK)
    named.then(None, keys.own, None, js=script("keep-key"))
    returned = listen(keys.before.change, Returning(parts).take_up, keys.before, parts, **QUICK)
    returned.then(None, js=script("forget-key"))
    return returned


def wire_opening(opened: Dependency, keys: KeyComponents) -> None:
    """Once a page has what its address asks for, it asks for what the one before it had."""
    opened.then(None, None, keys.before, js=script("key-before"))


def wire_remembering(
    changed: Dependency, buttons: Sequence[gr.Button], parts: ReturnComponents, kept: gr.Textbox
) -> None:
    """After `changed`, when the gallery has, and as one of the `buttons` begins something, the form is remembered.

    `kept`: what the browser shall keep.
    """
    inputs, outputs = [parts.form, parts.entries], [parts.chosen, kept]
    events: list[Callable[..., Dependency]] = [changed.then, parts.thumbnails.change]
    events += [button.click for button in buttons]
    for event in events:
        listen(event, remember, inputs, outputs, preprocess=False, **LAST)
