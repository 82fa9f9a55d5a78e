"""The results of a session: how many are kept, and what becomes of their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.form.request import Selection
from demo.tabs.entries import MOST, Entries, Entry, with_entry
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


def test_what_is_oldest_goes_with_its_file(entries: Entries, tmp_path: Path) -> None:
    more = with_entry(entries, make(tmp_path, "more"))
    assert [entry.made[0] for entry in more] == [*map(str, range(1, MOST)), "more"]
    assert [entry.path.exists() for entry in (entries[0], *more)] == [False] + [True] * MOST


def test_a_later_end_of_a_segment_stands_where_the_earlier_stood(entries: Entries, tmp_path: Path) -> None:
    moment, end = make(tmp_path, "3", 1, is_end=False), make(tmp_path, "3", 4)
    more = with_entry(with_entry(entries, moment), end)
    assert (more[2], more[-1]) == (end, moment)
    assert not entries[3].path.exists()
    assert len(more) == MOST
