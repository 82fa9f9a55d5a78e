"""What was replaced among the pictures comes back, one replacement after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio.data_classes import FileDataDict

from demo.form.brushing import reading
from demo.form.checks import MOST_UNDONE, Checked, check
from demo.form.replacing import PALETTES, undo
from demo.jobs.records import Mask
from tests.support.playback import ENGLISH, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

NONE = (None,) * 3
Brushed = tuple[Mask | None, Mask | None]


def seen(kept: Checked | None, *pictures: FileDataDict | None, brushed: Brushed = (None, None)) -> Checked:
    return check(ENGLISH, kept, (*pictures, *NONE), brushed)[0]


@pytest.fixture
def other(cache: Path) -> FileDataDict:
    return upload(cache / "other.png", (60, 80))


def test_what_was_replaced_comes_back_in_turn(
    photo: FileDataDict, painting: FileDataDict, other: FileDataDict, said: list[str]
) -> None:
    kept = seen(seen(seen(None, photo, painting), other, painting), other, other)
    kept, widgets, regions, _, button = undo(ENGLISH, kept)
    assert (kept.pictures[:2], button["interactive"]) == ((other, painting), True)
    assert [shown(each) for each in widgets] == [False, True, *[False] * 3]
    assert not shown(regions)  # the photo that it was brushed on stays
    assert seen(kept, other, painting).earlier == kept.earlier  # the page tells that it has it
    kept, widgets, regions, _, button = undo(ENGLISH, kept)
    assert (kept.pictures[:2], button["interactive"]) == ((photo, painting), False)
    assert widgets[0] == photo["path"]
    assert regions.brushed is None
    assert kept.impression_of(photo) is not None
    assert not said


def test_what_was_brushed_on_a_photo_comes_back_with_it(photo: FileDataDict, other: FileDataDict) -> None:
    strengths = np.array([[0, 2], [1, 0]], np.uint8)
    kept = seen(seen(None, photo, None), other, None, brushed=(None, strengths))
    _, _, regions, on_strengths, _ = undo(ENGLISH, kept)
    assert (regions.brushed, regions.canvas) == (None, "")
    assert on_strengths.brushed is strengths
    again = reading(PALETTES[1])(ENGLISH, on_strengths.canvas)
    assert again is not None
    assert again.tolist() == strengths.tolist()
    assert not shown(on_strengths.fold)


def test_a_removed_one_comes_back_and_one_that_came_into_an_empty_place_stays(
    photo: FileDataDict, painting: FileDataDict, other: FileDataDict
) -> None:
    kept = seen(seen(None, photo, None), photo, painting)
    assert kept.earlier == ()
    kept = seen(seen(kept, None, painting), other, painting)  # as Gradio tells of an upload in place of a picture
    assert len(kept.earlier) == 1
    assert undo(ENGLISH, kept)[0].pictures[:2] == (photo, painting)


@pytest.mark.parametrize("kept", [None, Checked()])
def test_where_nothing_was_replaced_nothing_changes(kept: Any) -> None:
    now, widgets, *_, button = undo(ENGLISH, kept)
    assert (now, any(map(shown, widgets)), button["interactive"]) == (Checked(), False, False)


def test_a_file_that_is_gone_is_told(photo: FileDataDict, other: FileDataDict, said: list[str]) -> None:
    kept = seen(seen(None, photo, None), other, None)
    Path(photo["path"]).unlink()
    assert undo(ENGLISH, kept)[0].pictures[0] is None
    assert said == ["The picture of before is no longer here: choose it again."]


def test_not_everything_is_remembered(photo: FileDataDict, other: FileDataDict) -> None:
    kept = seen(None, photo, None)
    for _ in range(MOST_UNDONE):
        kept = seen(seen(kept, other, None), photo, None)
    assert len(kept.earlier) == MOST_UNDONE
