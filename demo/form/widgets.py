"""What a person chooses: the widgets, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr

from demo.browser import html
from demo.browser.brush_canvas import brush_canvas
from demo.browser.localized import Localized
from demo.browser.scripts import on_load
from demo.browser.wiring import Components
from demo.form import brushing, example_pairs, palette, regions, strength_map
from demo.form.brushing import BrushedComponents
from demo.form.settings import DIALS, SETTINGS, Kind, Setting
from demo.form.slot_errors import build_slot_errors
from demo.form.values import EVEN, MOST_PAINTINGS, WHOLE, Dials, FormValues
from demo.words import Language, say, t
from nst_core.config import TransferConfig

ORDINALS = ("first", "second", "third", "fourth")
IN_A_ROW = (Kind.CHOICE, Kind.NUMBER)  # neighbours of such a kind stand side by side


@dataclass(frozen=True)
class DialComponents(Components):
    """The sliders that may be moved while a run is under way."""

    Values: ClassVar = Dials

    settings: Mapping[str, gr.Slider]
    blends: tuple[gr.Slider, ...]


@dataclass(frozen=True, kw_only=True)
class FormComponents(Components):
    """What a person chooses with."""

    Values: ClassVar = FormValues

    photo: gr.Image
    paintings: tuple[gr.Image, ...]  # of all slots
    blends: tuple[gr.Slider, ...]  # likewise
    regions: gr.State
    strength_map: gr.State
    settings: Mapping[str, Any]  # by name

    @property
    def pictures(self) -> tuple[gr.Image, ...]:
        """The photo and the paintings."""
        return self.photo, *self.paintings

    @property
    def dials(self) -> DialComponents:
        """What may be moved while a run is under way."""
        return DialComponents({name: self.settings[name] for name in DIALS}, self.blends)


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """Values for what there is to see of the slots."""

    shown: int
    others: tuple[Any, ...]
    blends: tuple[Any, ...]
    fold: Any
    add: Any

    @classmethod
    def of(cls, shown: int) -> SlotView:
        """So many slots can be seen; how much of each, and where, is asked of several paintings alone."""
        of_several = gr.update(visible=shown > 1)
        return cls(
            shown=shown,
            others=tuple(gr.update(visible=place < shown) for place in range(1, MOST_PAINTINGS)),
            blends=tuple(gr.update(visible=1 < shown > place) for place in range(MOST_PAINTINGS)),
            fold=of_several,
            add=gr.update(visible=shown < MOST_PAINTINGS),
        )


@dataclass(frozen=True, kw_only=True)
class SlotComponents(Components):
    """The slots for paintings: what is shown and hidden with them."""

    Values: ClassVar = SlotView

    shown: gr.State  # how many can be seen
    others: tuple[gr.Image, ...]  # all but the first
    blends: tuple[gr.Slider, ...]
    fold: gr.Accordion  # in which regions are brushed
    add: gr.Button


@dataclass(frozen=True, kw_only=True)
class ToolComponents:
    """The buttons below the pictures."""

    camera: gr.Button
    paste: gr.Button
    swap: gr.Button
    undo: gr.Button


@dataclass(frozen=True, kw_only=True)
class PictureComponents:
    """What pictures are chosen with, how much of each and where."""

    photo: gr.Image
    slots: SlotComponents
    tools: ToolComponents
    photos: gr.HTML  # examples to take
    paintings: gr.HTML  # likewise
    first: gr.Image
    regions: BrushedComponents
    strength_map: BrushedComponents
    checked: gr.State  # what was seen of them, as `checks.check` keeps it
    errors: gr.HTML  # told at the slots
    remarks: gr.HTML

    def form(self, settings: Mapping[str, Any]) -> FormComponents:
        """All that is chosen: these pictures with the widgets of the settings."""
        return FormComponents(
            photo=self.photo,
            paintings=(self.first, *self.slots.others),
            blends=self.slots.blends,
            regions=self.regions.brushed,
            strength_map=self.strength_map.brushed,
            settings={each.name: settings[each.name] for each in SETTINGS},
        )


def pictures(examples: Sequence[example_pairs.Pair], localized: Localized) -> PictureComponents:
    """Lay out the photo, the paintings, how much of each, and the two canvases to brush on."""
    with gr.Row(elem_id="pictures"):
        photo = _picture("photo", examples[0].content)
        first = _picture("painting", examples[0].style, brush(1))
        others = tuple(
            _picture(f"painting.{ordinal}", None, brush(place)) for place, ordinal in enumerate(ORDINALS[1:], 2)
        )
        add = gr.Button(t("painting.add"), size="sm", variant="secondary", elem_id="add")
    with gr.Row(elem_id="tools"):
        tools = ToolComponents(
            camera=gr.Button(t("camera.open"), size="sm"),
            paste=gr.Button(t("receive.paste"), size="sm"),
            swap=gr.Button(t("pictures.swap"), size="sm", elem_id="swap"),
            undo=gr.Button(t("pictures.undo"), size="sm", interactive=False, elem_id="undo"),
        )
    errors = build_slot_errors()
    remarks = gr.HTML(js_on_load=on_load("report-clicks"), elem_id="remarks")
    with gr.Row(elem_id="rows"):
        to_take = tuple(
            localized.html(partial(buttons, examples), js_on_load=on_load("report-clicks"), elem_id=name)
            for name, buttons in (("photos", palette.photo_buttons), ("offered", palette.buttons))
        )
    colours = {str(place): colour for place, colour in enumerate(regions.COLOURS, 1)} | strength_map.COLOURS
    gr.HTML(brushing.variables(colours), visible="hidden")
    blends = tuple(_blend(ordinal, brush(place)) for place, ordinal in enumerate(ORDINALS, 1))
    of_paintings = _brushed("regions", regions.COLOURS, regions.legend, localized, visible=False)
    of_strengths = _brushed("strength-map", tuple(strength_map.COLOURS.values()), strength_map.legend, localized)
    fold = of_paintings.fold
    slots = SlotComponents(shown=gr.State(1), others=others, blends=blends, fold=fold, add=add)
    return PictureComponents(
        photo=photo,
        slots=slots,
        tools=tools,
        photos=to_take[0],
        paintings=to_take[1],
        first=first,
        regions=of_paintings,
        strength_map=of_strengths,
        checked=gr.State(),
        errors=errors,
        remarks=remarks,
    )


def brush(place: int) -> str:
    """The class of what shows the colour of a painting, 1 .. `MOST_PAINTINGS`, as `brushing.variables` names it."""
    return f"brush-{place}"


def _picture(name: str, example: Path | None, *classes: str) -> gr.Image:
    """An invisible one, unless there is an `example` in it."""
    first = "." not in name
    return gr.Image(
        value=None if example is None else str(example),
        visible=example is not None,
        label=t(f"{name}.label" if first else name),
        sources=["upload"],  # the rest is ours
        type="filepath",
        image_mode=None,
        height=220,
        min_width=140,
        buttons=[],
        alt_text=str(t(f"{name}.alt" if first else f"{name}_alt")),
        elem_id=name.replace(".", "-"),
        elem_classes=list(classes),
    )


def _blend(ordinal: str, *classes: str) -> gr.Slider:
    label = t(f"blend.{ordinal}")
    return gr.Slider(0, WHOLE, EVEN, step=1, label=label, visible=False, buttons=[], elem_classes=["blend", *classes])


def _brushed(
    name: str, colours: Sequence[str], legend: Callable[[Language], str], localized: Localized, visible: bool = True
) -> BrushedComponents:
    """A canvas to brush on with the colours, which the `legend` explains, behind a fold."""
    key = name.replace("-", "_")
    with gr.Accordion(t(f"{key}.label"), open=False, visible=visible, elem_id=name, elem_classes="brushing") as fold:
        gr.Markdown(t(f"{key}.colours"))
        localized.html(legend, elem_classes="legends")
        over = "#photo .image-frame img"
        canvas = brush_canvas(
            over, colours, brushing.OPACITY, brushing.SIDE, label=t(f"{key}.alt"), elem_classes="canvas"
        )
    return BrushedComponents(gr.State(), canvas, fold)


def dials(defaults: TransferConfig, localized: Localized) -> dict[str, gr.Slider]:
    """Lay out the dials, by name, with what the ends of the sliders mean."""
    made = {}
    for setting in (each for each in SETTINGS if each.kind is Kind.DIAL):
        with gr.Group(elem_classes="dial"):
            made[setting.name] = _slider(setting, defaults)
            localized.html(partial(_ends, setting))
    return made


def settings(defaults: TransferConfig, localized: Localized) -> dict[str, Any]:
    """Lay out all settings but the dials, by name; while a run is under way it is said that they are for the next."""
    localized.html(lambda speaks: html.hint(say(speaks, "steer.others")), elem_id="for-next")
    others = [each for each in SETTINGS if each.kind is not Kind.DIAL]
    made = {each.name: _widget(each, defaults) for each in others if not each.is_advanced}
    with gr.Accordion(t("page.advanced"), open=False):
        for kind, neighbours in groupby((each for each in others if each.is_advanced), lambda each: each.kind):
            if kind in IN_A_ROW:
                with gr.Row():
                    made |= {each.name: _widget(each, defaults) for each in neighbours}
            else:
                made |= {each.name: _widget(each, defaults) for each in neighbours}
    return made


def _ends(setting: Setting, speaks: Language) -> str:
    return html.ends(speaks, setting.key, *setting.ends)


def _widget(setting: Setting, defaults: TransferConfig) -> Any:
    if setting.has_choices:
        return _choice(setting, defaults)
    return _number(setting, defaults) if setting.kind is Kind.NUMBER else _slider(setting, defaults)


def _words(setting: Setting) -> dict[str, Any]:
    return {"label": t(f"{setting.key}.label"), "info": t(f"{setting.key}.info")}


def _slider(setting: Setting, defaults: TransferConfig) -> gr.Slider:
    return gr.Slider(*setting.range, setting.shown(defaults), step=setting.step, **_words(setting), buttons=[])


def _number(setting: Setting, defaults: TransferConfig) -> gr.Number:
    return gr.Number(setting.shown(defaults), **_words(setting), minimum=0, min_width=setting.min_width)


def _choice(setting: Setting, defaults: TransferConfig) -> gr.Dropdown:
    chosen = setting.shown(defaults)
    names = {name: str(t(f"{setting.key}.{name}")) for name in setting.choices(TransferConfig())}
    if setting.kind is Kind.WEIGHTS:  # the server's own come first, and may be a file
        names = {chosen: Path(chosen).name} | names
    return gr.Dropdown(
        [(words, name) for name, words in names.items()],
        value=chosen,
        **_words(setting),
        filterable=False,
        min_width=setting.min_width,
        visible=len(names) > 1,
    )
