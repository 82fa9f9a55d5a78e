"""See inside: what a layer of VGG-19 knows of the photo, and some layers of the painting, grown from noise, live."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, ClassVar

import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict
from gradio.events import Dependency

from demo.browser import bars, html, measures
from demo.browser.localized import Localized
from demo.browser.scripts import on_load, script
from demo.browser.toasts import toast
from demo.browser.wiring import LONG, QUICK, Components, afterwards, clicked, listen, unchanged
from demo.form.library import called
from demo.form.request import new_key, reconstruction_key
from demo.form.uploads import load, uploaded
from demo.jobs.records import Progress, Waiting
from demo.jobs.runner import Runner
from demo.tabs import layer_rows
from demo.tabs.layer_rows import EXAMPLE, KINDS, PICTURES, PLACES, Place, Rebuilt, Row, stored
from demo.tabs.reconstructing import LIMITS, SMALL, Reconstruction, make_reconstruction, of_file
from demo.visitors.identity import visitor_of
from demo.words import Language, language, say, t
from nst_core.config import TransferConfig
from nst_core.images import fit, to_rgb
from nst_core.recipe import sha256_of

STORED, OWN = "example", "own"  # whose pictures are looked at
MOST = 30  # reconstructions of a session: three pictures of each kind, in full


@dataclass(frozen=True)
class Seen:
    """Where a visitor is on the walk, and what was rebuilt on it, by the hash of the picture and the place."""

    place: Place = Place("content", 3)
    source: str = STORED
    rebuilt: Mapping[tuple[str, Place], Rebuilt] = field(default_factory=dict)


@dataclass(frozen=True)
class Making:
    """The reconstruction that began last: the key of its job, of which picture, where it belongs, how far it is."""

    key: str
    digest: str
    place: Place
    rebuilt: Rebuilt | None = None
    made_way: bool = False  # it ended early, for a picture of the visitor's own


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Values of what is chosen with: whose pictures, those in the form, and how they are rebuilt."""

    source: Any
    photo: FileDataDict | None
    painting: FileDataDict | None
    size: Any
    steps: Any


@dataclass(frozen=True, kw_only=True)
class ChoiceComponents(Components):
    """What is chosen with; the pictures are those of the other tab."""

    Values: ClassVar = Choice

    source: gr.Radio
    photo: gr.Image
    painting: gr.Image
    size: gr.Slider
    steps: gr.Slider


@dataclass(frozen=True, kw_only=True)
class InsideView:
    """Values for what shows the walk; what isn't given stays as it is."""

    rows: Any = unchanged()
    pane: Any = unchanged()
    status: Any = unchanged()
    bars: Any = unchanged()
    source: Any = unchanged()
    again: Any = unchanged()
    stop: Any = unchanged()
    seen: Any = unchanged()
    making: Any = unchanged()


@dataclass(frozen=True, kw_only=True)
class InsideComponents(Components):
    """What shows the walk, and where a session keeps it."""

    Values: ClassVar = InsideView

    rows: gr.HTML
    pane: gr.HTML
    status: gr.HTML
    bars: gr.HTML
    source: gr.Radio
    again: gr.Button
    stop: gr.Button
    seen: gr.State
    making: gr.State


@dataclass(frozen=True)
class InsideParts:
    """All that is on the tab."""

    view: InsideComponents
    choice: ChoiceComponents


@dataclass(frozen=True)
class Inside:
    """The handlers of the tab in front of `runner`, on a page whose widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def tell(self, request: gr.Request, seen: Seen | None, choice: Choice) -> InsideView:
        """The page was opened, or pictures have changed on it: what there is to see."""
        speaks, before = language(request), seen or Seen()
        source = _source(speaks, before, choice)
        now = replace(before, source=source["value"])
        view = replace(self._shown(speaks, now, choice), source=source)
        return view if now != before else replace(view, seen=gr.skip())

    def turn(self, request: gr.Request, seen: Seen | None, making: Making | None, choice: Choice) -> InsideView:
        """Whose pictures was chosen."""
        source = OWN if choice.source == OWN else STORED
        return self._walked(request, replace(_with(seen or Seen(), making), source=source), making, choice)

    def choose(
        self, request: gr.Request, event: gr.EventData, seen: Seen | None, making: Making | None, choice: Choice
    ) -> InsideView:
        """One in the rows was clicked: it is shown large. What was being rebuilt stays as it is."""
        place = clicked(event, PLACES)
        return self._walked(request, replace(_with(seen or Seen(), making), place=place), making, choice)

    def rebuild_missing(
        self, request: gr.Request, seen: Seen | None, choice: Choice
    ) -> Generator[InsideView, None, None]:
        """What was chosen is rebuilt, unless it has been before."""
        seen = seen or Seen()
        row = _row(seen.place.kind, seen, choice, language(request))
        if row is not None and seen.place.depth in row.rebuilt:
            yield InsideView()
            return
        yield from self.rebuild(request, seen, choice)

    def rebuild(self, request: gr.Request, seen: Seen | None, choice: Choice) -> Generator[InsideView, None, None]:
        """Grow it out of noise was pressed; `finished` follows, whatever happens."""
        speaks, seen = language(request), seen or Seen()
        place = seen.place
        with toast(speaks):
            wanted, digest = self._wanted(speaks, seen, choice)
        visitor = visitor_of(request)
        row = _row(place.kind, seen, choice, speaks)
        making, accepted = Making(reconstruction_key(visitor) or new_key(), digest, place), False
        job = replace(wanted.job, visitor=visitor, key=making.key)
        yield InsideView()  # Gradio closes a generator only once it has yielded, and from here on it holds a place
        with toast(speaks), closing(self.runner.run(job)) as records:
            for record in records:
                if not accepted:
                    yield _beginning(speaks, row, making)
                    accepted = True
                if isinstance(record, Progress):
                    making = replace(making, rebuilt=_rebuilt(wanted, record))
                    yield _progressing(speaks, row, making, record)
                elif isinstance(record, Waiting):
                    yield InsideView(status=html.waiting(speaks, record))
        if making.rebuilt is None or making.rebuilt.step < making.rebuilt.steps:
            # A runner ends one early where it is told to, and of those that aren't closed only Paint does so.
            yield InsideView(making=replace(making, made_way=True))

    def stopped(self, request: gr.Request, seen: Seen | None, making: Making | None, choice: Choice) -> InsideView:
        """Stop was pressed: the end at once, while the last step still runs."""
        return self._walked(request, _with(seen or Seen(), making), making, choice)

    def finished(self, request: gr.Request, seen: Seen | None, making: Making | None, choice: Choice) -> InsideView:
        """A run has ended, by itself, by Stop or by an error. A later one has the page to itself."""
        if making is not None and self.runner.is_under_way(making.key):
            return InsideView()
        view = self._walked(request, _with(seen or Seen(), making), None, choice)
        if making is None or not making.made_way:
            return view
        speaks = language(request)
        stopped = _status(speaks, making.rebuilt) if making.rebuilt else ""
        return replace(view, status=html.message(f"{stopped} {say(speaks, 'inside.made_way')}".strip()))

    def _walked(self, request: gr.Request, seen: Seen, making: Making | None, choice: Choice) -> InsideView:
        """What there is to see once nothing is being rebuilt any more; a run that `making` tells of is ended."""
        if making is not None:
            self.runner.stop(making.key)
        view = self._shown(language(request), seen, choice)
        return replace(view, stop=gr.update(visible=False), again=gr.update(visible=True), making=None)

    def _shown(self, speaks: Language, seen: Seen, choice: Choice) -> InsideView:
        both = {kind: _row(kind, seen, choice, speaks) for kind in KINDS}
        row = both[seen.place.kind]
        rebuilt = row.rebuilt.get(seen.place.depth) if row else None
        return InsideView(
            rows=layer_rows.rows(speaks, list(both.values()), seen.place),
            pane=layer_rows.pane(speaks, row, rebuilt, seen.place),
            status=html.message(_status(speaks, rebuilt)),
            bars=bars.draw(speaks, rebuilt.content_layers, rebuilt.style_layers) if rebuilt else "",
            seen=seen,
        )

    def _wanted(self, speaks: Language, seen: Seen, choice: Choice) -> tuple[Reconstruction, str]:
        """What is to be made, and the hash of the picture; raises `ValueError` for what can't be."""
        place = seen.place
        asked: tuple[Any, ...] = (list(place.layers), choice.size, choice.steps, speaks)
        if seen.source != OWN:
            wanted = of_file(self.defaults, place.kind, EXAMPLE[place.kind], *asked)
            return wanted, _hash_of_example(place.kind)
        picture = _picture(place.kind, choice)
        wanted = make_reconstruction(self.defaults, place.kind, picture, *asked)
        return wanted, sha256_of(uploaded(PICTURES[place.kind], picture, speaks))


def _source(speaks: Language, seen: Seen, choice: Choice) -> dict[str, Any]:
    """An update of what whose pictures are chosen with: it is there where those in the form are others."""
    names = {kind: _name(speaks, kind, choice) for kind in KINDS}
    examples = {kind: called(PICTURES[kind], "", _hash_of_example(kind), speaks) for kind in KINDS}
    is_other = any(name is not None and name != examples[kind] for kind, name in names.items())
    given = [name for name in names.values() if name is not None]
    choices = [(say(speaks, "inside.of_example", names=" × ".join(examples.values())), STORED)]
    choices += [(say(speaks, "inside.of_own", names=" × ".join(given)), OWN)] if is_other else []
    return gr.update(choices=choices, value=seen.source if is_other else STORED, visible=is_other)


def _name(speaks: Language, kind: str, choice: Choice) -> str | None:
    """What the picture in the form is called; None where there is none."""
    picture = _picture(kind, choice)
    try:
        path = uploaded(PICTURES[kind], picture)
        return called(PICTURES[kind], str((picture and picture.get("orig_name")) or ""), sha256_of(path), speaks)
    except (ValueError, OSError):
        return None


def _picture(kind: str, choice: Choice) -> FileDataDict | None:
    return choice.photo if kind == "content" else choice.painting


def _row(kind: str, seen: Seen, choice: Choice, speaks: Language) -> Row | None:
    """A row as it is now; None where its picture is missing, or can't be used."""
    if seen.source != OWN:
        return _row_of_example(kind, seen, speaks)
    try:
        picture = _picture(kind, choice)
        digest = sha256_of(uploaded(PICTURES[kind], picture))
        if digest == _hash_of_example(kind):
            return _row_of_example(kind, seen, speaks)
        image = to_rgb(load(PICTURES[kind], picture, speaks, SMALL["size"]))
    except (ValueError, OSError):
        return None
    size = fit(image.size, SMALL["size"])
    name = _name(speaks, kind, choice) or ""
    return Row(kind, name, html.data_uri(np.asarray(image), size), size, _own(kind, digest, seen))


def _row_of_example(kind: str, seen: Seen, speaks: Language) -> Row:
    digest = _hash_of_example(kind)
    address, size, rebuilt = stored(kind)
    return Row(kind, called(PICTURES[kind], "", digest, speaks), address, size, {**rebuilt, **_own(kind, digest, seen)})


def _own(kind: str, digest: str, seen: Seen) -> dict[int, Rebuilt]:
    """What the visitor has had rebuilt of a picture, by depth."""
    return {place.depth: each for (of, place), each in seen.rebuilt.items() if of == digest and place.kind == kind}


@cache
def _hash_of_example(kind: str) -> str:
    return sha256_of(EXAMPLE[kind])


def _with(seen: Seen, making: Making | None) -> Seen:
    """With how far the last reconstruction has come."""
    if making is None or making.rebuilt is None:
        return seen
    rebuilt = {**seen.rebuilt, (making.digest, making.place): making.rebuilt}
    return replace(seen, rebuilt=dict(list(rebuilt.items())[-MOST:]))


def taken_up(seen: Seen | None, making: Making | None) -> InsideView:
    """What a page kept that isn't there any more, with what it was rebuilding; `Inside.tell` shows it."""
    return InsideView() if seen is None else InsideView(seen=_with(seen, making))


def _rebuilt(wanted: Reconstruction, progress: Progress) -> Rebuilt:
    return Rebuilt(
        html.data_uri(progress.image, wanted.size),
        wanted.size,
        progress.index,
        progress.total,
        progress.content_layers,
        progress.style_layers,
    )


def _beginning(speaks: Language, row: Row | None, making: Making) -> InsideView:
    return InsideView(
        pane=layer_rows.pane(speaks, row, None, making.place),
        bars="",
        making=making,
        stop=gr.update(visible=True),
        again=gr.update(visible=False),
    )


def _progressing(speaks: Language, row: Row | None, making: Making, progress: Progress) -> InsideView:
    width, height = progress.size
    told = {"step": progress.index, "steps": progress.total, "width": width, "height": height}
    return InsideView(
        pane=layer_rows.pane(speaks, row, making.rebuilt, making.place),
        status=html.message(say(speaks, "inside.running", **told)),
        bars=bars.draw(speaks, progress.content_layers, progress.style_layers),
        making=making,
    )


def _status(speaks: Language, rebuilt: Rebuilt | None) -> str:
    if rebuilt is None:
        return say(speaks, "inside.begin")
    if rebuilt.step < rebuilt.steps:
        return say(speaks, "inside.stopped", step=rebuilt.step, steps=rebuilt.steps)
    return say(speaks, "inside.finished", steps=html.steps(speaks, rebuilt.steps))


def build_inside(localized: Localized, photo: gr.Image, painting: gr.Image) -> InsideParts:
    """Lay out the tab, within which this is called; it looks at the pictures of the other tab, too."""
    gr.Markdown(t("inside.lead"), elem_id="inside-lead")
    with gr.Column(elem_id="inside"):
        source = gr.Radio([], value=None, label=t("inside.source"), visible=False, elem_id="inside-source")
        rows = gr.HTML(js_on_load=on_load("report-clicks", "press-clicked"), elem_id="inside-rows")
        with gr.Row(elem_id="inside-work"):
            with gr.Column(elem_id="inside-result"):
                pane = gr.HTML(elem_id="inside-pane")
            with gr.Column(elem_id="inside-choices"):
                status = gr.HTML(elem_id="inside-status")
                again = gr.Button(t("inside.again"), variant="primary", elem_id="rebuild")
                stop = gr.Button(t("inside.stop"), variant="stop", visible=False, elem_id="inside-stop")
                measures.build_switch(localized)
                layers = gr.HTML(elem_id="inside-bars")
                size, steps = _build_dials()
    return InsideParts(
        InsideComponents(
            rows=rows,
            pane=pane,
            status=status,
            bars=layers,
            source=source,
            again=again,
            stop=stop,
            seen=gr.State(),
            making=gr.State(),
        ),
        ChoiceComponents(source=source, photo=photo, painting=painting, size=size, steps=steps),
    )


def _build_dials() -> tuple[gr.Slider, gr.Slider]:
    with gr.Accordion(t("inside.more"), open=False):
        return tuple(
            gr.Slider(
                *LIMITS[name],
                SMALL[name],
                step=32 if name == "size" else 1,
                label=t(f"inside.{name}"),
                info=t(f"inside.{name}_info"),
                buttons=[],
            )
            for name in ("size", "steps")
        )  # type: ignore[return-value]


def wire(inside: Inside, ui: gr.Blocks, parts: InsideParts, returned: Dependency) -> None:
    """Which handler each event of the tab calls; `returned`: the page has taken up what the one before it had."""
    view, choice = parts.view, parts.choice
    on_seen, on_all = [view.seen, choice], [view.seen, view.making, choice]
    changed = partial(gr.on, [ui.load, choice.photo.change, choice.painting.change])
    for event in (changed, returned.then):
        listen(event, inside.tell, on_seen, view, preprocess=False, trigger_mode="multiple", **QUICK)
    for start in (view.rows, view.again):
        start.click(None, js=script("scroll-to-element", "inside-result"))
    chosen = listen(view.rows.click, inside.choose, on_all, view, preprocess=False, **QUICK)
    listen(view.source.input, inside.turn, on_all, view, preprocess=False, **QUICK)
    runs: list[Any] = [
        listen(view.again.click, inside.rebuild, on_seen, view, preprocess=False, **LONG),
        listen(chosen.then, inside.rebuild_missing, on_seen, view, preprocess=False, trigger_mode="multiple", **LONG),
    ]
    gr.on([view.rows.click, view.source.input, view.stop.click], None, cancels=runs)
    listen(view.stop.click, inside.stopped, on_all, view, preprocess=False, **QUICK)
    for run in runs:
        afterwards(run, inside.finished, on_all, view, preprocess=False)
