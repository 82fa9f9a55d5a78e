"""Files that come to the page: where each may be dropped, what can't be taken, and the camera."""

from __future__ import annotations

from html import escape

import gradio as gr

from demo.browser.toasts import warn
from demo.browser.wiring import told
from demo.words import Language, language, say

LONGEST = 60  # characters of a file's name that are told
TARGETS = {  # the id of each place for a file on the page, and the key of what it is for
    "photo": "photo",
    "painting": "painting",
    "painting-second": "painting.second",
    "painting-third": "painting.third",
    "painting-fourth": "painting.fourth",
    "drop": "receive.recipe",
}

SLOTS = tuple(place for place in TARGETS if place != "drop")  # for the photo and each painting


def targets(speaks: Language) -> str:
    """HTML: the targets that lie over the page while a file is dragged across it, `data-place` the id of each place."""
    inside = "".join(_target(place, key, speaks) for place, key in TARGETS.items())
    another = escape(say(speaks, "receive.another"))
    return f'<div class="targets" data-another="{another}">{inside}</div>'


def camera(speaks: Language) -> str:
    """HTML: the window in which a photo is taken."""
    shoot, close, live, refused = (
        escape(say(speaks, f"camera.{name}")) for name in ("shoot", "close", "live", "refused")
    )
    return (
        f'<dialog id="camera" aria-label="{live}"><video autoplay playsinline muted></video>'
        f'<p role="alert" hidden>{refused}</p><form method="dialog">'
        f'<button value="shoot" disabled>{shoot}</button><button value="">{close}</button></form></dialog>'
    )


def refuse(request: gr.Request, event: gr.EventData) -> tuple[str, str]:
    """Say why files weren't taken: the sentence, and the id of the slot that it is about, "" for none.

    What the browser tells of them is only shown.
    """
    named = {key: _short(told(event, key)) for key in ("name", "count", "places", "megabytes")}
    about, place = _short(told(event, "about")), _short(told(event, "place"))
    if about not in ("too_many", "too_large", "folder", "no_file", "nothing_copied", "no_clipboard"):
        return "", ""
    speaks = language(request)
    sentence = say(speaks, f"receive.{about}", **named)
    warn(speaks, sentence)
    return sentence, place if place in SLOTS else ""


def _short(value: object) -> str:
    return str(value)[:LONGEST]


def _target(place: str, key: str, speaks: Language) -> str:
    is_first = "." not in key
    name = say(speaks, f"{key}.label" if is_first else key)
    what = say(speaks, f"{key}.alt" if is_first else f"{key}_alt")
    return f'<div data-place="{place}"><b>{escape(name)}</b><span>{escape(what)}</span></div>'
