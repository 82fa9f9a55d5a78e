"""Which handler each event of painting calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import Dependency

from demo.browser.scripts import script
from demo.browser.wiring import LAST, LONG, QUICK, components_of, listen
from demo.form.widgets import FormComponents
from demo.paint import handlers
from demo.paint.following import Following
from demo.paint.handlers import PaintHandlers
from demo.paint.layout import PaintComponents
from demo.paint.live import Live
from demo.paint.next_steps import NextSteps
from demo.paint.sharing import Sharing, SharingComponents, shared_result

ASK_AGAIN = 3.0  # seconds, while the machine's speed isn't known


@dataclass(frozen=True)
class PaintEvents:
    """The events of painting."""

    begun: list[Dependency]  # each lasts as long as its run
    ended: list[Dependency]  # they show the end of one


def wire_runs(
    painting: PaintHandlers,
    form: FormComponents,
    view: PaintComponents,
    sketch_chosen: Dependency,
    following: Following,
    returned: Dependency,
    key: gr.Textbox,
) -> PaintEvents:
    """Begin and stop; `sketch_chosen`: one of the six is to be painted.

    `returned`: the page has taken up what the one with that `key` had, whose run goes on.
    """
    end = [view.painted, view.running]
    on_form, on_dials = [*end, form], [*end, view.timeline, form.dials]
    to_stage = script("scroll-to-element", "stage")
    for button in (view.start, view.keep_going, view.larger):
        # The browser serves the listeners of a click one after the other, and waits for each: the quick ones first.
        button.click(None, js=to_stage)
    options: dict[str, Any] = {"outputs": view, "preprocess": False, **LONG}
    runs: list[Any] = [
        listen(view.start.click, painting.run, on_form, **options),
        listen(view.keep_going.click, painting.keep_going, on_dials, **options),
        listen(view.larger.click, painting.larger, on_dials, **options),
        # Another click on one of the six counts, too, while the last steps of the one before are still coming.
        listen(sketch_chosen.then(None, js=to_stage).then, painting.run, on_form, trigger_mode="multiple", **options),
        listen(returned.then, following.follow, [key, *end], **options),
    ]
    view.stop.click(None, cancels=runs)
    ends = [listen(view.stop.click, painting.stopped, end, view, **QUICK)]
    for run in runs:
        # Also after a cancelled run, once its last step is over; it takes back whatever came after `stopped`.
        ends.append(listen(run.then, painting.finished, end, view, **QUICK))
        # In Gradio 6.31 `then` doesn't come after an error.
        ends.append(listen(run.failure, painting.failed, end, view, **QUICK))
    return PaintEvents(runs, ends)


def wire_steering(painting: PaintHandlers, form: FormComponents, view: PaintComponents) -> None:
    """A dial that is let go steers the run at hand; from the keyboard it has no moment at which it is let go."""
    dials = (*form.dials.settings.values(), *form.dials.blends)
    moved = partial(gr.on, [dial.change for dial in dials])
    listen(moved, painting.steer, [view.running, form.dials], view.some("hint", "running"), preprocess=False, **LAST)


def wire_estimate(
    painting: PaintHandlers,
    ui: gr.Blocks,
    form: FormComponents,
    estimate: gr.HTML,
    view: PaintComponents,
    ended: Sequence[Dependency],
) -> Sequence[Dependency]:
    """The time beside the button; while the machine is being measured it is asked for again. A run teaches it.

    Until something was painted, the status says what is to be done.

    What else depends on pictures and settings follows it: three listeners that wait for each other's last event
    (`always_last`), and that two changes set off at once, call each other for ever in Gradio 6.31.
    """
    again = gr.Timer(ASK_AGAIN)
    asked: dict[str, Any] = {
        "handler": painting.estimate,
        "inputs": [view.running, form],
        "outputs": [estimate, again, view.status],
        "preprocess": False,
        **LAST,
    }
    # Whatever may be refused: its reason has to go as soon as it is mended.
    widgets: list[Any] = components_of(form)
    changed = partial(gr.on, [ui.load, again.tick, *(widget.change for widget in widgets)])
    return listen(changed, **asked), *(listen(end.then, **asked) for end in ended)


def wire_next_steps(
    next_steps: NextSteps, estimated: Sequence[Dependency], form: FormComponents, view: PaintComponents
) -> None:
    """Which pictures a result is of, and the times of what can be made of it."""
    inputs, outputs = [view.painted, view.running, form], view.some("chosen", "pair", "keep_going_time", "larger_time")
    for event in estimated:
        listen(event.then, next_steps.tell, inputs, outputs, preprocess=False, **LAST)


def wire_live(live: Live, estimated: Dependency, form: FormComponents, view: PaintComponents) -> list[Dependency]:
    """The page follows what is chosen, once it is `estimated`: of several changes the last one counts.

    Returns the events that show the end of such a run.
    """
    end = [view.painted, view.running]
    options: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last", **LONG}
    run = listen(estimated.then, live.follow, [*end, form], view, **options)
    return [
        listen(run.then, live.painting.finished, end, view, **QUICK),
        listen(run.failure, live.painting.failed, end, view, **QUICK),
    ]


def wire_looking_back(view: PaintComponents) -> None:
    """The moment that the timeline shows is what is downloaded."""
    asked, files = [view.painted, view.running, view.timeline, view.kind, view.paper], view.some("download", "on_paper")
    moved = listen(
        view.timeline.input,
        handlers.look_back,
        [view.painted, view.timeline],
        view.some("pane", "status", "comparison", "bars", "download"),
        trigger_mode="always_last",
        **LONG,
    )
    for event in (moved.then, view.kind.input, view.paper.input):
        listen(event, handlers.prepare, asked, files, trigger_mode="always_last", **LONG)


def wire_sharing(sharing: Sharing, parts: SharingComponents, view: PaintComponents, opened: Dependency) -> None:
    """Give the result away; `opened`: the page has what its address asks for, which may name a picture, too."""
    result = [view.painted, view.running]
    # The pair is told anew with each result.
    listen(view.pair.change, sharing.tell, result, [parts.told, parts.said], **LAST)
    for action, button in (("file", parts.file), ("image", parts.image), ("link", parts.link)):
        button.click(None, [parts.told, view.download], parts.said, js=script("share", action))
    listen(parts.link.click, sharing.publish, [*result, view.timeline], None, **LONG)
    listen(opened.then, shared_result, None, view.pane, **LONG)
