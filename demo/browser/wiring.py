"""How events are wired: the options that most of them share, and what comes after one, however it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradio.events import Dependency

# Events that answer at once need no place in the queue.
QUICK: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
# Those whose last call counts: by themselves, Gradio's events drop a call that comes while one is under way.
LAST: dict[str, Any] = {**QUICK, "trigger_mode": "always_last"}
# Those that take a while, or tell something by a toast.
LONG: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None, "api_visibility": "private"}


def afterwards(event: Dependency, handler: Callable[..., Any], inputs: Any, outputs: Any) -> None:
    """Call `handler` once `event` has ended, was cancelled or failed."""
    for after_it in (event.then, event.failure):  # in Gradio 6.31 `then` doesn't come after an error
        after_it(handler, inputs, outputs, **QUICK)
