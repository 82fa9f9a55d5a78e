"""Where a run stands, in memory and as a file: what it takes to go on as if it had never stopped."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from nst_core.files import replacing
from nst_core.scene.scales import Plan

FORMAT = "nst_core state, version 3"


@dataclass(frozen=True)
class Checkpoint:
    """The run after a step."""

    plan: Plan
    scale: int  # index into the plan
    done: int  # steps of this scale
    descent: dict[str, Any]  # what `Descent.state` returns


def save_state(state: Checkpoint, path: Path, recipe: str) -> None:
    """Write a state, and the recipe of its run beside it, all or nothing; `OSError` for a disk that won't take it."""
    try:
        with replacing(path) as temporary, temporary.open("xb") as file:
            torch.save({"format": FORMAT, "recipe": recipe, "state": vars(state)}, file)
    except RuntimeError as error:  # torch's complaint hides the disk's
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise


def load_state(path: Path, device: str = "cpu") -> tuple[Checkpoint, str]:
    """A state, on `device`, and the recipe it was saved with; raises `ValueError` for what isn't one.

    On "meta", its tensors have no values, and most of the file isn't read.
    """
    try:
        # weights_only: the file can hold tensors, numbers and text, but no code.
        found = torch.load(path, map_location=device, weights_only=True)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error
    except (RuntimeError, EOFError, KeyError, pickle.UnpicklingError) as error:
        raise ValueError(f"{path} isn't the state of a run, or it is damaged; give one that a run wrote") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"{path} isn't the state of a run of this version ({FORMAT}); give one that a run wrote")
    try:
        return Checkpoint(**found["state"]), str(found["recipe"])
    except (KeyError, TypeError):
        raise ValueError(f"{path} lacks something of a state, so it is damaged; give one that a run wrote") from None
