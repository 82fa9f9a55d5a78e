"""How far uploads are, for as long as somebody may ask: Gradio keeps each name that it was ever asked about."""

from __future__ import annotations

import asyncio

from gradio import routes

MOST_LETTERS = 100  # of an upload's name, which its page makes up
KEPT_FOR = 60.0  # seconds after its end, in which its page asks whether it is over


def forget(name: str) -> None:
    """Nobody asks about this upload any more."""
    progress = routes.file_upload_statuses
    progress.stop_tracking(name)
    progress._signals.pop(name, None)  # noqa: SLF001 # it is made anew where somebody waits for it


def forget_soon(name: str) -> None:
    """This upload is over."""
    asyncio.get_running_loop().call_later(KEPT_FOR, forget, name)
