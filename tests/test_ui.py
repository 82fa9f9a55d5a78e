"""The page is wired to its handlers, starts at the config's defaults, and can be named by a screen reader."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Generator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from demo import handlers, ui
from demo.events import Job, Record
from nst_core.config import TransferConfig


class Idle:
    """A runner that nothing is asked of."""

    def run(self, job: Job) -> Generator[Record, None, None]:
        yield from ()


def build(defaults: TransferConfig | None = None) -> gr.Blocks:
    """Inside a loop, because outside of one Gradio makes loops of its own and never closes them."""

    async def within_a_loop() -> gr.Blocks:
        return ui.build_ui(Idle(), defaults)

    return asyncio.run(within_a_loop())


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    return build()


def components(page: gr.Blocks, kind: type) -> list[Any]:
    return [block for block in page.blocks.values() if isinstance(block, kind)]


def event(page: gr.Blocks, name: str) -> Any:
    """The event whose handler has this name."""
    (found,) = [fn for fn in page.fns.values() if fn.fn and getattr(fn.fn, "func", fn.fn).__name__ == name]
    return found


def test_the_widgets_stand_in_the_order_their_handlers_take() -> None:
    assert ui.Form._fields[2:] == handlers.SETTINGS
    parameters = list(inspect.signature(handlers.stylize).parameters)
    assert parameters == ["runner", "defaults", "photo", "painting", *handlers.SETTINGS]


def test_a_run_fills_every_output_of_a_view(page: gr.Blocks) -> None:
    for name in ("run", "finished", "stopped"):
        assert len(event(page, name).outputs) == len(handlers.View._fields)
    ids = [block.elem_id for block in event(page, "run").outputs[:-1]]
    assert ids == ["pane", "status", "losses", "comparison", "download", "stylize", "stop"]
    assert isinstance(event(page, "run").outputs[-1], gr.State)


def test_stop_cancels_the_run(page: gr.Blocks) -> None:
    run = next(index for index, fn in page.fns.items() if fn is event(page, "run"))
    cancel = next(index for index, fn in page.fns.items() if fn.cancels)
    assert list(page.fns[cancel].cancels) == [run]
    # The browser serves the listeners of a click in order.
    assert cancel < next(index for index, fn in page.fns.items() if fn is event(page, "stopped"))


def test_waiting_is_left_to_the_runners_own_queue(page: gr.Blocks) -> None:
    for name in ("run", "stylize"):
        assert event(page, name).concurrency_limit is None


def test_programs_see_one_endpoint_with_the_configs_defaults(page: gr.Blocks) -> None:
    endpoints = page.get_api_info()["named_endpoints"]
    assert list(endpoints) == ["/stylize"]
    parameters = endpoints["/stylize"]["parameters"]
    assert [parameter["parameter_name"] for parameter in parameters[:2]] == ["photo", "painting"]
    assert not any(parameter["parameter_has_default"] for parameter in parameters[:2])
    defaults = {parameter["parameter_name"]: parameter["parameter_default"] for parameter in parameters[2:]}
    config = TransferConfig()
    assert defaults == {name: getattr(config, name) for name in handlers.SETTINGS}
    assert [output["label"] for output in endpoints["/stylize"]["returns"]] == ["picture", "progress"]


def test_the_server_may_have_other_defaults(tmp_path: Path) -> None:
    defaults = TransferConfig(weights=str(tmp_path / "mine.safetensors"), size=256)
    page = build(defaults)
    sliders = {slider.label: slider.value for slider in components(page, gr.Slider)}
    assert sliders["Resolution"] == 256
    (weights,) = [box for box in components(page, gr.Dropdown) if box.label == "Weights of VGG-19"]
    assert weights.value == defaults.weights
    assert weights.choices[0] == ("mine.safetensors", defaults.weights)


def test_sliders_keep_to_the_limits_that_handlers_check(page: gr.Blocks) -> None:
    ranges = {slider.label: (slider.minimum, slider.maximum) for slider in components(page, gr.Slider)}
    names = {"Resolution": "size", "Steps": "steps", "Scales": "scales"}
    for label, name in names.items():
        assert ranges[label] == handlers.LIMITS[name]


def test_whatever_can_be_chosen_makes_a_config(page: gr.Blocks) -> None:
    config = TransferConfig()
    values = [getattr(config, name) for name in handlers.SETTINGS]
    inputs = event(page, "stylize").inputs[2:]
    for index, widget in enumerate(inputs):
        for _, choice in getattr(widget, "choices", ()):
            changed = [*values[:index], choice, *values[index + 1 :]]
            assert getattr(handlers.make_config(config, tuple(changed)), handlers.SETTINGS[index]) == choice


def test_pictures_have_words_for_those_who_cannot_see_them(page: gr.Blocks) -> None:
    inputs = event(page, "run").inputs[1:3]
    assert [picture.label for picture in inputs] == ["Photo", "Painting"]
    assert all(picture.alt_text for picture in inputs)
    assert inputs[0].sources == ["upload", "clipboard", "webcam"]
    assert inputs[1].sources == ["upload", "clipboard"]


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "http" not in ui.STYLESHEET.read_text(encoding="utf-8")
    assert not any("http" in (sheet or "") for sheet in ui.theme()._stylesheets)


def test_building_the_page_leaves_no_files() -> None:
    assert not list(Path(ui.__file__).parent.glob("*.pyi"))
