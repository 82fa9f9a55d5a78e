"""The page's own pieces of HTML: the picture being painted, the status line, times."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO

from PIL import Image

from demo.browser.notes import told
from demo.jobs.records import Pixels, Progress, Waiting
from demo.words import Language, say
from nst_core.config import Margins
from nst_core.notes import Note, later
from nst_core.scene.scales import Size

PREVIEW_SIDE = 768  # pixels of the long side: a JPEG of about 100 KB
PREVIEW_QUALITY = 82
CURES = {"margin_painting": Margins.CUT, "cut_painting": Margins.KEEP}  # what a button beside a remark sets


def pane(image: Pixels, size: Size, description: str) -> str:
    """The fixed frame with `image` as it will look at its full `size`."""
    return f'<div class="pane"><img src="{data_uri(image, size)}" alt="{escape(description)}"></div>'


def quick_look(image: Pixels, caption: str, beside: Pixels | None = None, description: str = "") -> str:
    """The fixed frame with the small `image`, enlarged in part by the browser: it is sent with each record.

    In its corner is what grows `beside` it.
    """
    height, width = image.shape[:2]
    inside = f'<img src="{data_uri(image, (2 * width, 2 * height))}" alt="{escape(caption)}">'
    if beside is not None:
        inside += f'<img class="beside" src="{_as_it_is(beside)}" alt="{escape(description)}">'
    return f'<div class="pane quick-look">{inside}<p>{escape(caption)}</p></div>'


def _as_it_is(image: Pixels) -> str:
    return data_uri(image, (image.shape[1], image.shape[0]))


def data_uri(image: Pixels, size: Size) -> str:
    """The `preview` as an address: a page behind any address of its own finds it."""
    return f"data:image/jpeg;base64,{base64.b64encode(preview(image, size)).decode()}"


def empty_pane(language: Language) -> str:
    """The frame with an invitation."""
    return f'<div class="pane empty"><p>{escape(say(language, "picture.empty"))}</p></div>'


def preview(image: Pixels, size: Size) -> bytes:
    """A JPEG of `image` (H, W, 3 or 4) scaled to `size`, or smaller: every scale of a run gives a preview of one size.

    What is transparent lies on white.
    """
    scale = min(1.0, PREVIEW_SIDE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    if resized.mode == "RGBA":
        white = Image.new("RGB", resized.size, "white")
        white.paste(resized, mask=resized.getchannel("A"))
        resized = white
    buffer = BytesIO()
    resized.save(buffer, "JPEG", quality=PREVIEW_QUALITY)
    return buffer.getvalue()


def message(text: str, note: str = "") -> str:
    """A status that is a sentence, which screen readers read out, and below it what was remarked before."""
    below = f"<p>{escape(note)}</p>" if note else ""
    return f'<div class="status"><p role="status">{escape(text)}</p>{below}</div>'


def waiting(language: Language, place: Waiting) -> str:
    """The status of someone in the queue: who is ahead, and for how long. The time changes, and isn't read out."""
    others = place.ahead - place.own
    key = {0: "status.own_first", 1: "status.next"}.get(others, "status.ahead") if place.ahead else "status.turn"
    words = f'<span role="status">{escape(say(language, key, ahead=others))}</span>'
    time = "" if place.seconds is None else f", {duration(language, place.seconds)}"
    return f'<div class="status"><p>{words}{escape(time)}</p></div>'


def running(language: Language, progress: Progress, notes: Sequence[Note] = ()) -> str:
    """The status of a run: a bar by time, how far it is, and all that was remarked so far; what is new is read out."""
    width, height = progress.size
    parts = [
        say(language, "status.step", step=progress.index, steps=progress.total),
        say(language, "status.size", width=width, height=height),
        duration_left(language, progress.seconds_left),
    ]
    role = ' role="status"' if later(progress.notes) else ""
    note = f"<p{role}>{escape(told(language, notes))}</p>" if notes else ""
    share = progress.index / progress.total if progress.share is None else progress.share
    return (
        '<div class="status">'
        f'<progress max="1" value="{share:.4f}" aria-label="{say(language, "status.progress")}">'
        f'</progress><p class="numbers">{"".join(f"<span>{escape(part)}</span>" for part in parts)}</p>{note}</div>'
    )


def steps(language: Language, count: int) -> str:
    """`1 step`, `40 steps`."""
    return say(language, "steps.one" if count == 1 else "steps.many", steps=count)


def snapshots(steps: Iterable[int]) -> str:
    """The steps that the timeline can stand on, in ascending order, for the browser."""
    options = "".join(f'<option value="{step}"></option>' for step in steps)
    return f"<datalist>{options}</datalist>"


def duration_left(language: Language, seconds: float | None) -> str:
    """In the unit that a person would choose."""
    if seconds is None:
        return say(language, "time.unknown")
    return say(language, "time.left", time=duration(language, seconds))


def duration(language: Language, seconds: float) -> str:
    """`about 12 s`, `about 2 min`, `about 1 h 40 min`."""
    if seconds < 90:
        return say(language, "time.seconds", seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return say(language, "time.minutes", minutes=minutes)
    return say(language, "time.hours", hours=minutes // 60, minutes=minutes % 60)


def estimate(language: Language, seconds: float | None, is_measuring: bool = False) -> str:
    """How long it will take, beside the button; None while the machine is measured, or waits to be."""
    key, hint = ("time.measuring", "time.hint") if is_measuring else ("time.waiting", "time.waiting_hint")
    text, hint = (say(language, key), hint) if seconds is None else (duration(language, seconds), "time.hint")
    return f'<p class="estimate" title="{escape(say(language, hint))}">{escape(text)}</p>'


def impossible(language: Language, reason: str) -> str:
    """Instead of the estimate, what can't be painted like this."""
    return f'<p class="estimate" title="{escape(reason)}">{escape(say(language, "time.impossible"))}</p>'


def pair(language: Language, subject: str, is_chosen: bool = True) -> str:
    """Which pictures a result is of; where it isn't those that are chosen now, also what the buttons do."""
    if is_chosen:
        return f'<p class="pair">{escape(subject)}</p>'
    return aside(say(language, "result.other_pair", pair=subject))


def chosen(language: Language, pictures: Sequence[Pixels], subject: str, text: str, seconds: float | None) -> str:
    """What Paint would begin now: its small pictures, what it is for, and how long it takes; None = nobody knows."""
    inside = "".join(f'<img src="{_as_it_is(each)}" alt="">' for each in pictures)
    line = text if seconds is None else f"{text} ({duration(language, seconds)})"
    return f'<div class="chosen" role="status">{inside}<p><b>{escape(subject)}</b><br>{escape(line)}</p></div>'


def on_paper(parts: Iterable[str], command: str = "") -> str:
    """What is to be known of a print: one sentence after the other, the last of them about a command."""
    typed = f" <code>{escape(command)}</code>" if command else ""
    return f'<p class="on-paper" role="status">{escape(" ".join(parts))}{typed}</p>'


def aside(text: str) -> str:
    """What is to be known before one goes on, in place of the pair."""
    return f'<p class="pair other" role="status">{escape(text)}</p>'


def hint(text: str, fresh: bool = False) -> str:
    """A quiet line; a `fresh` one draws the eye for a moment, and is read out."""
    return f'<p class="hint{" fresh" if fresh else ""}" role="status">{escape(text)}</p>'


def remarks(language: Language, notes: Sequence[Note]) -> str:
    """A quiet line for each note, with a button where there is something to be done about it; "" for none."""
    inside = "".join(f"<li>{_remark(language, note)}</li>" for note in notes)
    return f'<ul class="remarks" role="status">{inside}</ul>' if inside else ""


def _remark(language: Language, note: Note) -> str:
    line = told(language, [note])
    choice = CURES.get(note.about)
    if choice is None:
        return f"{escape(line[:1].upper() + line[1:])}."
    words = escape(say(language, f"margins.to_{choice}"))
    button = f'<button type="button" data-index="{list(Margins).index(choice)}">{words}</button>'
    return f"{escape(line[:1].upper() + line[1:])}. {button}"


def header(language: Language) -> str:
    """The page's title, what it is for, and the way to the explanation."""
    title, lead, how = (escape(say(language, f"page.{name}")) for name in ("title", "lead", "how_link"))
    return f'<header><h1>{title}</h1><p>{lead} <a href="how" target="_blank">{how}</a></p></header>'


def lost(language: Language) -> str:
    """What a script shows while the connection is lost."""
    return f'<p role="alert" hidden>{escape(say(language, "lost.connection"))}</p>'


def ends(language: Language, name: str, *places: str) -> str:
    """What the ends of a slider mean, and its middle; the tooltip tells what it does in technical terms."""
    words = "".join(f"<span>{escape(say(language, f'{name}.{place}'))}</span>" for place in places)
    return f'<div class="ends" aria-hidden="true" title="{escape(say(language, f"{name}.technical"))}">{words}</div>'
