"""Files in which one worker leaves a run to the next: 100 MB at 512 px, written in 0.1 s where they are in memory."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import torch

from nst_core.checkpoint import Checkpoint, load_state, save_state

SUFFIX = ".state"


def kept(state: Checkpoint, folders: Sequence[Path]) -> Path:
    """The file of a state, in the first of the folders that has room; `OSError` where none has."""
    *preferred, last = (folder / f"{secrets.token_hex(8)}{SUFFIX}" for folder in folders)
    for path in preferred:
        with suppress(OSError):
            save_state(state, path, recipe="")
            return path
    save_state(state, last, recipe="")
    return last


def taken(path: Path, device: torch.device) -> Checkpoint:
    """The state in a file, which is needed once."""
    state, _ = load_state(path, str(device))
    path.unlink()
    return state


def remove_states(folders: Iterable[Path]) -> None:
    """What is left of workers that were killed while they wrote; for a moment when none is at work."""
    for folder in folders:
        for path in folder.iterdir():
            if path.suffix == SUFFIX:
                path.unlink(missing_ok=True)
