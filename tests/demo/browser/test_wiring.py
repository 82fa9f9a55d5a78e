"""Handlers take and return records, Gradio gets lists; and what comes after an event comes however that ended."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import gradio as gr
import pytest

from demo.browser import wiring
from demo.browser.wiring import (
    LAST,
    LONG,
    QUICK,
    Components,
    adapted,
    afterwards,
    components_of,
    flat,
    told,
    unchanged,
)
from nst_core.errors import InputError
from tests.support.pages import built
from tests.support.playback import ENGLISH, clicked, shown


@dataclass(frozen=True)
class View:
    """Values."""

    status: Any = unchanged()
    cells: tuple[Any, ...] = ()
    settings: Any = unchanged()


@dataclass(frozen=True)
class Parts(Components):
    """Components."""

    Values: ClassVar = View

    status: gr.HTML
    cells: tuple[gr.HTML, ...]
    settings: Mapping[str, gr.Slider]


PARTS = Parts(gr.HTML(), (gr.HTML(), gr.HTML()), {"size": gr.Slider(), "steps": gr.Slider()})
VALUES = View("s", ("a", "b"), {"steps": 2, "size": 1})
FLAT = ["s", "a", "b", 1, 2]
BUTTON = gr.Button()


def test_a_record_of_components_is_a_list_in_the_order_of_its_fields() -> None:
    assert components_of(PARTS) == [PARTS.status, *PARTS.cells, *PARTS.settings.values()]
    assert components_of([BUTTON, PARTS.cells]) == [BUTTON, *PARTS.cells]
    assert components_of(None) == []


def test_values_are_found_by_the_names_of_their_components() -> None:
    assert flat(PARTS, VALUES) == FLAT
    assert flat({"steps": PARTS.settings["steps"]}, VALUES.settings) == [2]
    assert flat({"status": PARTS.status}, VALUES) == ["s"]  # some of a view


def test_a_handler_gets_a_record_and_its_own_is_made_a_list() -> None:
    seen: list[Any] = []

    def handler(request: gr.Request, event: gr.EventData, button: str, view: View) -> tuple[View, str]:
        seen.extend((request, event.index, button, view))
        return view, "left"

    called = adapted(handler, [BUTTON, PARTS], [PARTS, BUTTON])
    assert called(ENGLISH, clicked(3), "label", *FLAT) == [*FLAT, "left"]
    assert seen == [ENGLISH, 3, "label", VALUES]


def test_what_gradio_hands_on_by_type_may_stand_anywhere() -> None:
    def handler(button: str, request: gr.Request, view: View, event: gr.EventData) -> str:
        assert (request, view) == (ENGLISH, VALUES)
        return f"{button} {event.index}"

    assert adapted(handler, [BUTTON, PARTS], BUTTON)(ENGLISH, clicked(3), "label", *FLAT) == "label 3"


def test_a_single_component_gets_its_value_as_it_is() -> None:
    def handler(cells: tuple[str, ...]) -> str:
        return "".join(cells)

    assert adapted(handler, PARTS.cells, BUTTON)("a", "b") == "ab"
    assert adapted(lambda cells: ["".join(cells)], PARTS.cells, [BUTTON])("a", "b") == "ab"
    assert adapted(lambda: "nobody asks", None, None)() is None


def test_gradio_finds_what_it_hands_on_by_type_and_a_name_for_each_value() -> None:
    def handler(request: gr.Request, photo: str, cells: tuple[str, ...], settings: Mapping[str, Any]) -> None:
        """What is told of it."""

    called = adapted(handler, [BUTTON, PARTS.cells, PARTS.settings], None)
    assert list(inspect.signature(called).parameters) == ["request", "photo", "cells_0", "cells_1", "size", "steps"]
    assert (called.__name__, called.__doc__) == ("handler", "What is told of it.")
    filled, *_ = gr.helpers.special_args(called, ["p", "a", "b", 1, 2], ENGLISH)
    assert filled == [ENGLISH, "p", "a", "b", 1, 2]


def test_a_stream_stays_one_and_is_closed_with_it() -> None:
    closed = []

    def handler(status: str) -> Generator[View, None, None]:
        try:
            yield View(status, ("", ""), {"size": 1, "steps": 2})
            yield View(status)
        finally:
            closed.append(status)

    called = adapted(handler, PARTS.status, PARTS)
    assert inspect.isgeneratorfunction(called)
    views = called("s")
    assert next(views) == ["s", "", "", 1, 2]
    views.close()
    assert closed == ["s"]


def test_what_is_not_given_stays_as_it_is() -> None:
    assert not shown(View())


def test_a_list_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        adapted(lambda: ("a",), None, PARTS.cells)()


def handler(event: Any) -> Any:
    """What was given to `listen`, or to Gradio."""
    return inspect.unwrap(event.fn)


def work() -> str:
    return "done"


def tidy() -> str:
    return "tidy"


def page() -> gr.Blocks:
    def build() -> gr.Blocks:
        page = gr.Blocks()
        with page:
            button, text = gr.Button(), gr.Textbox()
            afterwards(button.click(work, None, text, **LONG), tidy, None, text)
            text.change(tidy, None, text, **LAST)
        return page

    return built(build)


def test_it_comes_after_an_end_and_after_a_failure() -> None:
    first, *after, _ = page().fns.values()
    (clicked,) = (place for place, fn in page().fns.items() if handler(fn) is work)
    assert [handler(fn) for fn in (first, *after)] == [work, tidy, tidy]
    assert [fn.trigger_after for fn in after] == [clicked] * 2
    assert sorted(fn.trigger_only_on_failure for fn in after) == [False, True]
    assert [fn.queue for fn in after] == [False] * 2  # whoever waits in line isn't waited for


def test_what_takes_a_while_never_waits_for_its_like() -> None:
    long, *_, last = page().fns.values()
    assert (long.queue, long.concurrency_limit) == (True, None)
    assert (last.queue, last.trigger_mode) == (False, "always_last")
    assert QUICK.items() <= LAST.items()


def test_what_is_clicked_is_one_of_those_that_are_there() -> None:
    assert [wiring.clicked(clicked(place), "abc") for place in range(3)] == ["a", "b", "c"]
    assert told(clicked(1, "keep"), "act") == "keep"
    assert told(clicked(1), "another") is None
    assert told(gr.EventData(None, [1]), "index") is None
    for index in (3, -1, "0", None, 0.5, [0]):
        with pytest.raises(InputError) as caught:
            wiring.clicked(gr.EventData(None, {"index": index}), "abc")
        assert caught.value.about == "bad_call"
