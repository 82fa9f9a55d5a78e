"""The results of a session: how many are kept, and what becomes of their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.form.request import Selection
from demo.tabs.entries import MOST, Deleted, Entries, Entry, with_deleted, with_entry, with_favourite
from nst_core.config import TransferConfig


@pytest.fixture
def entries(tmp_path: Path) -> Entries:
    """As many as are kept, each with its file."""
    return tuple(make(tmp_path, str(run)) for run in range(MOST))


def make(folder: Path, key: str, step: int = 2, *, is_end: bool = True) -> Entry:
    file = folder / f"{key}-{step}-{is_end}" / "picture.png"
    file.parent.mkdir()
    file.touch()
    return Entry((key, step), file, "data:image/jpeg;base64,", Selection(None, (), TransferConfig()), (), is_end)


def names(entries: Entries) -> list[str]:
    return [entry.made[0] for entry in entries]


def test_what_is_oldest_goes_with_its_file(entries: Entries, tmp_path: Path) -> None:
    more = with_entry(entries, make(tmp_path, "more"))
    assert names(more) == [*map(str, range(1, MOST)), "more"]
    assert [entry.path.exists() for entry in (entries[0], *more)] == [False] + [True] * MOST


def test_a_later_end_of_a_segment_stands_where_the_earlier_stood(entries: Entries, tmp_path: Path) -> None:
    moment, end = make(tmp_path, "3", 1, is_end=False), make(tmp_path, "3", 4)
    more = with_entry(with_entry(entries, moment), end)
    assert (more[2], more[-1]) == (end, moment)
    assert not entries[3].path.exists()
    assert len(more) == MOST


def test_a_favourite_stays_when_there_are_too_many(entries: Entries, tmp_path: Path) -> None:
    entries = with_favourite(entries, 0)
    more = with_entry(entries, make(tmp_path, "more"))
    assert names(more) == ["0", *map(str, range(2, MOST)), "more"]
    assert [entry.path.exists() for entry in entries[:2]] == [True, False]
    for place in range(1, MOST):
        more = with_favourite(more, place)
    assert names(with_entry(more, make(tmp_path, "last"))) == names(more)  # of a gallery of favourites none goes


def test_a_favourite_is_one_until_it_is_clicked_again(entries: Entries) -> None:
    once = with_favourite(entries, 3)
    assert [entry.is_favourite for entry in once] == [place == 3 for place in range(MOST)]
    assert with_favourite(once, 3) == entries


def test_a_favourite_that_goes_on_a_step_is_one_still(entries: Entries, tmp_path: Path) -> None:
    later = with_entry(with_favourite(entries, 3), make(tmp_path, "3", 4))[3]
    assert (later.made, later.is_favourite) == (("3", 4), True)


def test_what_was_deleted_comes_back_to_its_place(entries: Entries, tmp_path: Path) -> None:
    deleted = Deleted(entries[5], 5)
    left = (*entries[:5], *entries[6:])
    assert with_deleted(left, deleted) == entries
    assert names(with_deleted((*left, make(tmp_path, "more")), deleted)) == [*map(str, range(1, MOST)), "more"]
    assert with_deleted((), deleted) == (entries[5],)
