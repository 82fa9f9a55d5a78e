"""The page is wired to its handlers, starts at the config's defaults, and can be named by a screen reader."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from demo import ui
from demo.form.request import make_selection
from demo.form.settings import BY_NAME, SETTINGS, Kind, make_config, widget_values
from demo.form.values import MOST_PAINTINGS, FormValues
from demo.form.widgets import ORDINALS
from demo.form.wiring import bare
from demo.paint.layout import PaintComponents
from demo.paint.views import PaintView
from demo.tabs.contact_sheet import choose
from demo.words import t
from nst_core.config import TransferConfig
from tests.support.pages import build_page, built
from tests.support.playback import Playback

PAINTING = ("run", "keep_going", "larger")


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    return build_page()


def components(page: gr.Blocks, kind: type) -> list[Any]:
    return [block for block in page.blocks.values() if isinstance(block, kind)]


def events(page: gr.Blocks, owner: str, name: str) -> list[Any]:
    """The events whose handler has this name and is a method of, or lies in the module, `owner`."""
    return [
        fn
        for fn in page.fns.values()
        if getattr(handler(fn), "__name__", "") == name
        and owner in (handler(fn).__module__, type(getattr(handler(fn), "__self__", None)).__name__)
    ]


def handler(event: Any) -> Any:
    """What was given to `listen`."""
    return event.fn and inspect.unwrap(event.fn)


def event(page: gr.Blocks, owner: str, name: str) -> Any:
    (found,) = events(page, owner, name)
    return found


def index(page: gr.Blocks, event: Any) -> int:
    return next(place for place, fn in page.fns.items() if fn is event)


def form_of(page: gr.Blocks) -> FormValues:
    """The widgets, by what they are for."""
    running, *widgets = events(page, "PaintHandlers", "estimate")[0].inputs
    assert isinstance(running, gr.State)
    rest = iter(widgets)
    form = FormValues(
        photo=next(rest),
        paintings=tuple(islice(rest, MOST_PAINTINGS)),
        blends=tuple(islice(rest, MOST_PAINTINGS)),
        regions=next(rest),
        strength_map=next(rest),
        settings={name: next(rest) for name in BY_NAME},
    )
    assert not list(rest)
    return form


def labels(blocks: list[Any]) -> dict[str, Any]:
    """By their key: what has a label that the browser translates."""
    return {getattr(block.label, "key", ""): block for block in blocks}


def test_the_widgets_stand_in_the_order_their_handlers_take(page: gr.Blocks) -> None:
    form = form_of(page)
    slots = [block.elem_id for block in (form.photo, *form.paintings)]
    assert slots == ["photo", "painting", "painting-second", "painting-third", "painting-fourth"]
    assert [block.label.key for block in form.blends] == [f"blend.{ordinal}" for ordinal in ORDINALS]
    assert isinstance(form.regions, gr.State)
    assert isinstance(form.strength_map, gr.State)
    keys = {name: getattr(block.label, "key", "") for name, block in form.settings.items()}
    assert keys == {name: f"{setting.key}.label" for name, setting in BY_NAME.items()}


def test_what_the_page_begins_with_can_be_painted_at_once(page: gr.Blocks) -> None:
    form = form_of(page)
    values = replace(
        form,
        photo=form.photo.value,
        paintings=tuple(block.value for block in form.paintings),
        blends=tuple(block.value for block in form.blends),
        regions=form.regions.value,
        strength_map=form.strength_map.value,
        settings={name: block.value for name, block in form.settings.items()},
    )
    assert [bool(each) for each in (values.photo, *values.paintings)] == [True, True, False, False, False]
    assert make_selection(TransferConfig(), values).config == TransferConfig()


def test_a_run_fills_every_output_of_a_view(page: gr.Blocks) -> None:
    runs = [fn for name in PAINTING for fn in events(page, "PaintHandlers", name)]
    ends = [fn for name in ("finished", "stopped") for fn in events(page, "PaintHandlers", name)]
    assert len(runs) == 4  # Paint, Keep going, Larger, one of the six
    for fn in (*runs, *ends):
        assert fn.outputs == runs[0].outputs
    names = [each.name for each in fields(PaintView)]
    assert names == [each.name for each in fields(PaintComponents)]
    outputs = dict(zip(names, runs[0].outputs, strict=True))
    states = {"running", "painted"}
    assert {name for name, block in outputs.items() if isinstance(block, gr.State)} == states
    assert {name: block.elem_id for name, block in outputs.items() if name not in states} == {
        "pane": "pane",
        "status": "status",
        "plot": "losses",
        "bars": "bars",
        "hint": "hint",
        "comparison": "comparison",
        "chosen": "chosen",
        "pair": "pair",
        "timeline": "timeline",
        "snapshots": "moments",
        "actions": "actions",
        "kind": "format",
        "paper": "paper",
        "on_paper": "on-paper",
        "download": "download",
        "start": "stylize",
        "stop": "stop",
        "keep_going": "keep-going",
        "larger": "larger",
        "keep_going_time": "keep-going-time",
        "larger_time": "larger-time",
    }


def test_whoever_ends_a_run_hears_what_its_picture_is_of(page: gr.Blocks) -> None:
    ends = {index(page, fn) for name in ("finished", "failed", "stopped") for fn in events(page, "PaintHandlers", name)}
    estimates = events(page, "PaintHandlers", "estimate")
    assert {fn.trigger_after for fn in estimates} == {*ends, None}  # and whoever chooses other pictures
    told = events(page, "NextSteps", "tell")
    assert {fn.trigger_after for fn in told} == {index(page, fn) for fn in estimates}
    for fn in told:
        assert [block.elem_id for block in fn.outputs] == ["chosen", "pair", "keep-going-time", "larger-time"]


def test_the_page_follows_what_is_chosen_where_it_may(page: gr.Blocks) -> None:
    assert not events(page, "Live", "follow")
    following = built(lambda: ui.build_ui(Playback(()), live=True))
    (run,) = events(following, "Live", "follow")
    changed = next(fn for fn in events(following, "PaintHandlers", "estimate") if fn.trigger_after is None)
    assert run.trigger_after == index(following, changed)
    assert run.trigger_mode == "always_last"  # the newest wins, and there is one at a time
    assert index(following, run) in {fn.trigger_after for fn in events(following, "PaintHandlers", "finished")}


def test_what_is_told_of_the_form_follows_whatever_may_be_refused(page: gr.Blocks) -> None:
    asked = next(fn for fn in events(page, "PaintHandlers", "estimate") if fn.trigger_after is None)
    changes = [target for target, kind in asked.targets if kind == "change"]
    _, *widgets = asked.inputs
    assert changes == [block._id for block in widgets]
    assert len(changes) == 1 + 2 * MOST_PAINTINGS + 2 + len(SETTINGS)


@pytest.mark.parametrize(
    "name",
    ["PaintHandlers.estimate", "PaintHandlers.steer", "Sheets.estimate", "NextSteps.tell", "look_back", "prepare"],
)
def test_of_what_follows_changes_the_last_one_counts(page: gr.Blocks, name: str) -> None:
    """By itself, Gradio drops an event that comes while one of its kind is under way."""
    found = [fn for fn in page.fns.values() if getattr(handler(fn), "__qualname__", "") == name]
    assert found
    assert {fn.trigger_mode for fn in found} == {"always_last"}


def test_settings_that_come_back_leave_nothing_brushed(page: gr.Blocks) -> None:
    """But what a visitor brushes while the page is still asking what its address wants stays."""
    filled = {index(page, event(page, "Gallery", name)) for name in ("restore", "read")}
    filled.add(index(page, event(page, "Shelf", "unpack")))
    emptied = [fn for fn in page.fns.values() if handler(fn) is bare]
    assert {fn.trigger_after for fn in emptied} == filled
    for fn in emptied:
        both = zip((fn.outputs[:3], fn.outputs[3:]), ("regions", "strength-map"), strict=True)
        for (state, canvas, around), name in both:
            assert isinstance(state, gr.State)
            assert (canvas.elem_classes, around.elem_id) == (["canvas"], name)


def test_no_three_listeners_of_two_pictures_wait_for_each_others_last_event(page: gr.Blocks) -> None:
    """When both change at once, they call each other for ever in Gradio 6.31."""
    waiting = [
        {target for target, kind in fn.targets if kind == "change"}
        for fn in page.fns.values()
        if fn.trigger_mode == "always_last"
    ]
    assert max(sum(len(listened & other) > 1 for other in waiting) for listened in waiting) < 3


def test_stop_cancels_whatever_paints(page: gr.Blocks) -> None:
    runs = {index(page, fn) for name in PAINTING for fn in events(page, "PaintHandlers", name)}
    cancel = next(place for place, fn in page.fns.items() if runs <= set(fn.cancels))
    # The browser serves the listeners of a click in order.
    assert cancel < index(page, event(page, "PaintHandlers", "stopped"))


def test_a_run_is_left_before_a_sketch_sets_the_dials(page: gr.Blocks) -> None:
    """Otherwise these would steer it."""
    chosen = next(fn for fn in page.fns.values() if handler(fn) is choose)
    left = event(page, "PaintHandlers", "leave")
    assert set(left.targets) == set(chosen.targets)
    # The browser serves the listeners of a click in order.
    assert index(page, left) < index(page, chosen)


def test_waiting_is_left_to_the_runners_own_queue(page: gr.Blocks) -> None:
    for fn in (
        *(fn for name in PAINTING for fn in events(page, "PaintHandlers", name)),
        event(page, "Endpoints", "stylize"),
    ):
        assert fn.concurrency_limit is None


def test_programs_see_the_configs_defaults(page: gr.Blocks) -> None:
    endpoints = page.get_api_info()["named_endpoints"]
    assert set(endpoints) == {"/stylize", "/contact_sheet", "/reconstruct"}
    parameters = endpoints["/stylize"]["parameters"]
    assert [parameter["parameter_name"] for parameter in parameters[:2]] == ["photo", "painting"]
    defaults = {parameter["parameter_name"]: parameter["parameter_default"] for parameter in parameters[2:]}
    assert defaults == widget_values(TransferConfig())
    assert [output["label"] for output in endpoints["/stylize"]["returns"]] == ["picture", "progress"]


def test_the_server_may_have_other_defaults(tmp_path: Path) -> None:
    defaults = TransferConfig(weights=str(tmp_path / "mine.safetensors"), size=256, style_scale=(2.0,))
    page = build_page(defaults)
    sliders = labels(components(page, gr.Slider))
    assert (sliders["size.label"].value, sliders["strokes.label"].value) == (256, 2.0)
    weights = labels(components(page, gr.Dropdown))["weights.label"]
    assert weights.value == defaults.weights
    assert weights.choices[0] == ("mine.safetensors", defaults.weights)


def test_sliders_keep_to_the_limits_that_handlers_check(page: gr.Blocks) -> None:
    sliders = labels(components(page, gr.Slider))
    for setting in (each for each in SETTINGS if each.kind in (Kind.DIAL, Kind.SLIDER)):
        slider = sliders[f"{setting.key}.label"]
        assert (slider.minimum, slider.maximum) == setting.range


def test_whatever_can_be_chosen_makes_a_config(page: gr.Blocks) -> None:
    config = TransferConfig()
    for name, widget in form_of(page).settings.items():
        for _, choice in getattr(widget, "choices", ()):
            changed = widget_values(config) | {name: choice}
            assert getattr(make_config(config, changed), name) == choice


def test_pictures_have_words_for_those_who_cannot_see_them(page: gr.Blocks) -> None:
    photo, paintings = form_of(page).photo, form_of(page).paintings
    assert photo.alt_text == str(t("photo.alt"))
    assert len({painting.alt_text for painting in paintings}) == MOST_PAINTINGS


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert len(ui.STYLESHEETS) > 1
    for sheet in ui.STYLESHEETS:
        assert "http" not in sheet.read_text(encoding="utf-8")


def test_building_the_page_leaves_no_files() -> None:
    assert not list(Path(ui.__file__).parent.glob("*.pyi"))
