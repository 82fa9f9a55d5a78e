"""The results of a session: what of each is kept, how many, and their files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    is_favourite: bool = False


Entries = tuple[Entry, ...]


@dataclass(frozen=True)
class Deleted:
    """A result that was deleted and can come back, and its place among the entries."""

    entry: Entry
    place: int


def with_entry(entries: Entries, entry: Entry) -> Entries:
    """The entries with one more; the end of a segment stands where its end before stood, and is as much a favourite."""
    key, _ = entry.made
    earlier = next((each for each in entries if entry.is_end and each.is_end and each.made[0] == key), None)
    if earlier is None:
        return within_limit((*entries, entry))
    forget([earlier])
    entry = replace(entry, is_favourite=earlier.is_favourite)
    return tuple(entry if each is earlier else each for each in entries)


def within_limit(entries: Entries) -> Entries:
    """As many as are kept, with the files of the others removed: what is oldest goes, and favourites last."""
    by_worth = sorted(range(len(entries)), key=lambda place: (entries[place].is_favourite, place))
    gone = by_worth[: max(0, len(entries) - MOST)]
    forget(entries[place] for place in gone)
    return tuple(entry for place, entry in enumerate(entries) if place not in gone)


def with_favourite(entries: Entries, place: int) -> Entries:
    """The entries, the one at that place now a favourite, or none any more."""
    return tuple(
        replace(entry, is_favourite=not entry.is_favourite) if number == place else entry
        for number, entry in enumerate(entries)
    )


def place_of(entries: Entries, made: tuple[str, int] | None) -> int | None:
    """Where the one is that was made so; None where there is none."""
    return next((place for place, entry in enumerate(entries) if entry.made == made), None)


def with_deleted(entries: Entries, deleted: Deleted) -> Entries:
    """The entries with one that comes back to its place."""
    return within_limit((*entries[: deleted.place], deleted.entry, *entries[deleted.place :]))


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
