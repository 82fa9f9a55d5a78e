"""The temporary files of an upload: Gradio leaves behind those that it has no place for, and counts none of them.

Such are files in a field of another name than it expects, and all of a request that it stumbles over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from gradio import route_utils

_made: ContextVar[list[Path] | None] = ContextVar("made", default=None)  # by the request at hand


def watch_gradio() -> None:
    """From now on the temporary files of Gradio's uploads are known; a second call changes nothing."""
    route_utils.NamedTemporaryFile = _recorded  # type: ignore[attr-defined]


@contextmanager
def none_left() -> Iterator[None]:
    """What is made for an upload within the block, and has found no place by its end, goes."""
    made = list[Path]()
    token = _made.set(made)
    try:
        yield
    finally:
        _made.reset(token)
        for path in made:
            with suppress(OSError):
                path.unlink()


def _recorded(*args: Any, **kwargs: Any) -> Any:
    file = NamedTemporaryFile(*args, **kwargs)  # noqa: SIM115 # Gradio closes it
    made = _made.get()
    if made is not None:
        made.append(Path(file.name))
    return file
