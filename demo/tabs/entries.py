"""The results of a session: what of each is kept, how many, and their files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.form.request import Selection
from demo.paint.session import Segment

MOST = 20  # results of a session: files of at most 3 MB each at the sizes of the page
THUMBNAIL = 240  # pixels of the long side


@dataclass(frozen=True)
class Entry:
    """A result: its file, small as an address, and what was asked for; `made` tells the run's segment and the step.

    What was brushed, up to a megabyte a map, isn't kept.
    """

    made: tuple[str, int]
    path: Path
    thumbnail: str
    selection: Selection
    lost: tuple[str, ...]  # keys of the words for what the form can't be set to
    is_end: bool = False  # the end of its segment as far as it is known; a moment that was downloaded is none


Entries = tuple[Entry, ...]


def with_entry(entries: Entries, entry: Entry) -> Entries:
    """The entries with one more, the last `MOST` of them; the end of a segment stands where its end before stood."""
    key, _ = entry.made
    earlier = next((each for each in entries if entry.is_end and each.is_end and each.made[0] == key), None)
    if earlier is not None:
        forget([earlier])
        return tuple(entry if each is earlier else each for each in entries)
    forget(entries[: max(0, len(entries) + 1 - MOST)])
    return (*entries, entry)[-MOST:]


def lost_of(segment: Segment, step: int) -> Iterator[str]:
    """The keys of the words for what the form can't be set to, of a step of a segment."""
    if segment.selection.masks:
        yield "lost.regions"
    if segment.selection.strength_map is not None:
        yield "lost.strength_map"
    if len(segment.configs(step)) > 1:
        yield "lost.steered"
    if segment.went_on:
        yield "lost.went_on"


def copied(file: Path, folder: Path) -> Path:
    """A copy of its own, in a new folder; raises `OSError`, and then there is no half of it."""
    try:
        return Path(shutil.copyfile(file, folder / file.name))
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def forget(entries: Iterable[Entry] | None) -> None:
    """Remove the files of entries."""
    for entry in entries or ():
        shutil.rmtree(entry.path.parent, ignore_errors=True)
