"""The page's own pieces of HTML: the picture being painted, the status line."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO

from PIL import Image

from demo.events import Pixels, Progress

PREVIEW_SIDE = 768  # pixels of the long side: a JPEG of about 100 KB
PREVIEW_QUALITY = 82

Size = tuple[int, int]  # (width, height)


def pane(image: Pixels | None = None, size: Size = (0, 0), description: str = "") -> str:
    """The fixed frame with `image` as it will look at its full `size`, or an invitation."""
    if image is None:
        return '<div class="pane empty"><p>Your painting will appear here.</p></div>'
    data = base64.b64encode(preview(image, size)).decode()
    return f'<div class="pane"><img src="data:image/jpeg;base64,{data}" alt="{escape(description)}"></div>'


def preview(image: Pixels, size: Size) -> bytes:
    """A JPEG of `image` (H, W, 3) scaled to `size`, or smaller: every scale of a run gives a preview of one size."""
    scale = min(1.0, PREVIEW_SIDE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    buffer = BytesIO()
    resized.save(buffer, "JPEG", quality=PREVIEW_QUALITY)
    return buffer.getvalue()


def message(text: str) -> str:
    """A status that is a sentence; screen readers read it out."""
    return f'<div class="status"><p role="status">{escape(text)}</p></div>'


def waiting(ahead: int) -> str:
    """The status of someone in the queue."""
    if not ahead:
        return message("Your turn: getting VGG-19 ready …")
    rest = "your picture is next." if ahead == 1 else f"{ahead} pictures are painted before yours."
    return message(f"You are {ordinal(ahead)} in line: {rest}")


def running(progress: Progress) -> str:
    """The status of a run: a bar, and how far it is."""
    width, height = progress.size
    parts = [
        f"step {progress.index} of {progress.total}",
        f"at {width} × {height} px",
        duration_left(progress.seconds_left),
    ]
    note = f'<p role="status">{escape(progress.note)}</p>' if progress.note else ""
    return (
        '<div class="status">'
        f'<progress max="{progress.total}" value="{progress.index}" aria-label="Progress"></progress>'
        f'<p class="numbers">{"".join(f"<span>{part}</span>" for part in parts)}</p>{note}</div>'
    )


def duration_left(seconds: float | None) -> str:
    """In the unit that a person would choose."""
    if seconds is None:
        return "estimating the time …"
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes < 90 else f"about {minutes / 60:.1f} h left"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..., 11th, ..., 21st."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
