"""Slots for paintings come one by one, and as many as there are paintings."""

from __future__ import annotations

from gradio.data_classes import FileDataDict

from demo.form.widgets import SlotView
from demo.form.wiring import add_painting, show_paintings


def visible(view: SlotView) -> list[bool]:
    """Of all paintings but the first, the blends, regions, and the button."""
    updates = [*view.others, *view.blends, view.fold, view.add]
    return [update["visible"] for update in updates]


def test_paintings_are_added_one_by_one(painting: FileDataDict) -> None:
    shown_now = []
    count = 1
    for _ in range(4):
        view = add_painting(count)
        count = view.shown
        shown_now.append(visible(view))
    second, third, fourth, fifth = shown_now
    assert second == [True, False, False, *[True, True, False, False], True, True]
    assert third == [True, True, False, *[True, True, True, False], True, True]
    assert fourth == fifth == [True, True, True, *[True] * 4, True, False]
    view = show_paintings(1, (painting, None, painting, None))
    assert (view.shown, visible(view)) == (3, third)
    *rest, _ = visible(show_paintings(1, (painting, None, None, None)))
    assert not any(rest)
