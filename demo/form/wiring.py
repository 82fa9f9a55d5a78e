"""Which handler each event of the pictures calls: chosen, brushed, taken from the examples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import gradio as gr
from gradio.data_classes import FileDataDict
from gradio.events import Dependency

from demo.browser.localized import Localized
from demo.browser.scripts import on_load, script
from demo.browser.wiring import LONG, QUICK, clicked, listen
from demo.form import brushing, example_pairs, palette, previews, receiving, replacing, selecting
from demo.form.brushing import BrushedView
from demo.form.checks import check, refuse
from demo.form.remarks import Remarks, choose_margins
from demo.form.values import MOST_PAINTINGS
from demo.form.widgets import FormComponents, PictureComponents, SlotView


def wire_brushes(pictures: PictureComponents, buttons: Sequence[gr.Button], returned: Dependency) -> None:
    """What is brushed is read after each stroke, and by the `buttons` that paint: the last may still be on its way.

    `returned`: the event that brings back what was brushed.
    """
    for brushed, colours in zip((pictures.regions, pictures.strength_map), replacing.PALETTES, strict=True):
        for triggers, options in (
            ([brushed.canvas.input], LONG | {"trigger_mode": "always_last"}),
            ([button.click for button in buttons], QUICK),
        ):
            read = brushing.reading(colours)
            listen(partial(gr.on, triggers), read, brushed.canvas, brushed.brushed, preprocess=False, **options)
        on_canvas = [pictures.photo, brushed.canvas]
        listen(brushed.canvas.select, selecting.selecting(colours), on_canvas, brushed.canvas, preprocess=False, **LONG)
        redraw = brushing.redrawing(colours)
        listen(returned.then, redraw, brushed.brushed, brushed.canvas, preprocess=False, **LONG)


def wire_pictures(
    ui: gr.Blocks,
    form: FormComponents,
    pictures: PictureComponents,
    replaced: Sequence[Dependency],
    completed: Sequence[Dependency],
    examples: Sequence[example_pairs.Pair],
) -> Dependency:
    """A bad picture is refused at once, and paintings can be added.

    After `replaced` and `completed` there may be more paintings than there are slots to see; after the former, other
    settings are in the form, for which nothing was brushed. Returns the event after which it is known what was seen of
    the pictures.
    """
    kept, slots, previewed = pictures.checked, pictures.slots, gr.JSON(visible=False)
    checked = listen(
        partial(gr.on, [ui.load, *(picture.change for picture in form.pictures)]),
        check,
        [kept, form.pictures, [form.regions, form.strength_map]],
        [kept, form.pictures, pictures.regions, pictures.strength_map, previewed, pictures.tools.undo, pictures.errors],
        preprocess=False,
        trigger_mode="multiple",
        **LONG | {"concurrency_limit": 1},  # the next one knows what was kept, and that a word was said
    )
    several = list(form.pictures)
    checked.then(None, [previewed, *several], several, js=script("show-previews", previews.SUFFIX))
    listen(slots.add.click, add_painting, slots.shown, slots, **QUICK)
    taken = [slots.shown, form.paintings]
    listen(pictures.photos.click, palette.taking_photo(examples), None, form.photo, **LONG)
    listen(pictures.paintings.click, palette.taking(examples), taken, form.paintings, preprocess=False, **LONG)
    _wire_replacing(form, pictures)
    for event in (*replaced, *completed):
        listen(event.then, show_paintings, taken, slots, preprocess=False, **QUICK)
    for event in replaced:
        listen(event.then, bare, None, [pictures.regions, pictures.strength_map], **QUICK)
    return checked


def _wire_replacing(form: FormComponents, pictures: PictureComponents) -> None:
    """Photo and painting change places; what was replaced comes back."""
    both = [form.photo, form.paintings[0]]
    pictures.tools.swap.click(None, both, both, js=script("swap-pictures"))
    listen(
        pictures.tools.undo.click,
        replacing.undo,
        pictures.checked,
        [pictures.checked, form.pictures, pictures.regions, pictures.strength_map, pictures.tools.undo],
        **LONG,
    )


def wire_files(localized: Localized, pictures: PictureComponents) -> None:
    """Files come from anywhere on the page: dropped, pasted, taken with a camera."""
    listeners = ("take-files", "drop-anywhere", "paste-anywhere", "click-filled-slot")
    receiver = localized.html(receiving.targets, js_on_load=on_load(*listeners), elem_id="receiver")
    localized.html(receiving.camera, elem_id="camera-window")
    listen(receiver.refuse, refuse, pictures.checked, [pictures.checked, pictures.errors], **LONG)
    pictures.tools.camera.click(None, js=script("take-photo"))
    pictures.tools.paste.click(None, js=script("paste-picture"))


def wire_remarks(
    remarks: Remarks, form: FormComponents, pictures: PictureComponents, changed: Sequence[Dependency]
) -> None:
    """What the pictures can't give is told below them, after the events of a change; borders can be cut off."""
    listen(pictures.remarks.click, choose_margins, None, form.settings["margins"], **QUICK)
    for event in changed:
        # Each of them: the last of two that are under way at once may know less.
        listen(
            event.then,
            remarks.tell,
            [pictures.checked, form],
            pictures.remarks,
            preprocess=False,
            trigger_mode="multiple",
            **QUICK,
        )


def bare() -> tuple[BrushedView, BrushedView]:
    """Other settings came into the form: nothing is brushed, on neither canvas."""
    return BrushedView.bare(), BrushedView.bare()


def add_painting(shown: int) -> SlotView:
    """One more slot for a painting can be seen."""
    return SlotView.of(min(shown + 1, MOST_PAINTINGS))


def show_paintings(shown: int, paintings: Sequence[FileDataDict | None]) -> SlotView:
    """As many slots can be seen as there are paintings."""
    return SlotView.of(max([shown, *(place for place, painting in enumerate(paintings, 1) if painting)]))


def wire_examples(
    ui: gr.Blocks, buttons: gr.HTML, examples: Sequence[example_pairs.Pair], form: FormComponents
) -> None:
    """A click on a pair puts it into the form; the one that is loaded looks pressed, however it came there."""

    def choose(event: gr.EventData) -> tuple[str, str]:
        pair = clicked(event, examples)
        return str(pair.content), str(pair.style)

    photo, painting = form.photo, form.paintings[0]
    listen(buttons.click, choose, None, [photo, painting], show_progress="hidden", api_visibility="private")
    gr.on(
        [ui.load, photo.change, painting.change],
        partial(example_pairs.mark, examples),
        [photo, painting],
        buttons,
        preprocess=False,
        trigger_mode="multiple",
        **QUICK,
    )
