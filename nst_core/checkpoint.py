"""Where a run stands, in memory and as a file: what it takes to go on as if it had never stopped."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import torch

from nst_core.device.memory import is_out_of_memory
from nst_core.files import replacing
from nst_core.scene.scales import Plan

FORMAT = "nst_core state, version 3"
MOST_RECORDS = 10_000  # tensors of a state, which has a few dozen
MOST_STRUCTURE = 2_000_000  # bytes of all that isn't tensors: a recipe, names and numbers


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
    """A state, on `device`, and the recipe it was saved with; raises `ValueError` for what isn't one, or isn't whole.

    On "meta", its tensors have no values, and most of the file isn't read.
    """
    try:
        sizes = _records(path, checked=device != "meta")
        # weights_only: the file can hold tensors, numbers and text, but no code.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of PyTorch to programmers
            found = torch.load(path, map_location=device, weights_only=True)
        if device != "meta":
            _check_storages(found, sizes)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror or error}") from error
    except Exception as error:  # a foreign file makes a reader stumble over anything
        if is_out_of_memory(error):
            raise
        raise ValueError(f"{path} isn't the state of a run, or it is damaged; give one that a run wrote") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"{path} isn't the state of a run of this version ({FORMAT}); give one that a run wrote")
    try:
        return _checkpoint(**found["state"]), str(found["recipe"])
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{path} lacks something of a state, so it is damaged; give one that a run wrote") from None


def _records(path: Path, checked: bool) -> list[int]:
    """The sizes of what is in a state's archive in bytes, tensors alone; `ValueError` where a checksum is wrong.

    PyTorch writes CRC-32 of each, and doesn't look at them when it reads. Nor does it look at how much there is.
    """
    with ZipFile(path) as archive:
        records = archive.infolist()
        if any(record.compress_type != ZIP_STORED for record in records):
            raise ValueError("packed")
        beside = sum(record.file_size for record in records if "/data/" not in record.filename)
        if len(records) > MOST_RECORDS or beside > MOST_STRUCTURE:
            raise ValueError("far more than a state has")
        if checked and archive.testzip() is not None:
            raise ValueError("a checksum is wrong")
        return [each.file_size for each in archive.infolist() if "/data/" in each.filename]


def _check_storages(found: Any, sizes: list[int]) -> None:
    """Raise `ValueError` where tensors reach beyond what the file holds of them: not every PyTorch looks at that."""
    storages = {storage.data_ptr(): storage.nbytes() for storage in _storages(found)}
    if sorted(storages.values()) != sorted(sizes):
        raise ValueError("other sizes")


def _storages(found: Any) -> Iterator[torch.UntypedStorage]:
    """Of all tensors within; what is there in many places is looked at once, or it could take for ever."""
    seen, left = set[int](), [found]
    while left:
        each = left.pop()
        if isinstance(each, torch.Tensor):
            yield each.untyped_storage()
        elif isinstance(each, dict | list | tuple) and id(each) not in seen:
            seen.add(id(each))
            left += each.values() if isinstance(each, dict) else each


def _checkpoint(plan: Any, scale: Any, done: Any, descent: Any) -> Checkpoint:
    """The record of these values; `ValueError` or `TypeError` for those that no run has."""
    sizes = [((_whole(width, 1), _whole(height, 1)), _whole(steps, 0)) for (width, height), steps in plan]
    place = _whole(scale, 0)
    if place >= len(sizes) or _whole(done, 0) > sizes[place][1] or not isinstance(descent, dict):
        raise ValueError("a step beyond the plan")
    return Checkpoint(plan=sizes, scale=place, done=done, descent=descent)


def _whole(number: Any, least: int) -> int:
    if type(number) is not int or number < least:
        raise ValueError(f"{number!r} is no whole number from {least} on")
    return number
