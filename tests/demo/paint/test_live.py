"""Where a run takes little, the page follows what is chosen without Paint."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gradio.data_classes import FileDataDict

from demo.form import example_pairs
from demo.jobs.records import Waiting
from demo.paint.handlers import PaintHandlers
from demo.paint.live import LONGEST, Live
from demo.paint.running import Running
from demo.paint.session import Painted
from demo.paint.views import PaintView
from tests.support.painting import DEFAULTS, WHOLE, Steered, done, finished, form, progress, run
from tests.support.playback import ENGLISH, SPANISH, Playback, shown, upload
from tests.support.playback import form as whole_form

pytestmark = pytest.mark.usefixtures("cache")

PAIRS = example_pairs.load_pairs()


def follow(
    runner: Playback, kept: Painted | None, running: Running | None, *pictures: FileDataDict, **changes: Any
) -> list[PaintView]:
    live = Live(PaintHandlers(runner, DEFAULTS), PAIRS)
    return [view for view in live.follow(ENGLISH, kept, running, form(*pictures, **changes)) if shown(view)]


def fast(*records: Any) -> Steered:
    return Steered(records or WHOLE[1:], seconds=LONGEST / 2)


def test_what_is_changed_is_painted_at_once(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    runner = fast()
    begin, *_, last = follow(runner, painted, running, photo, painting, strength=90)
    assert [job.config.strength for job in runner.jobs] == [90]
    assert runner.jobs[0].gives_way
    assert "Following you" in begin.status
    assert not any(shown(part) for part in (begin.pane, begin.comparison, begin.actions, begin.start, begin.stop))
    assert begin.running.is_live
    end = finished(ENGLISH, last.painted, begin.running)
    assert (end.comparison["visible"], end.actions["visible"]) == (True, True)
    assert not follow(runner, last.painted, begin.running, photo, painting, strength=90)  # that is there


def test_its_coarse_pictures_do_not_flicker(photo: FileDataDict, painting: FileDataDict) -> None:
    records = Waiting(0), *(progress(index, size=(side, 32)) for index, side in ((1, 40), (2, 64), (3, 128)))
    views = follow(fast(*records), None, None, photo, painting)
    panes = [view for view in views if shown(view.pane)]
    assert [view.painted.progress.index for view in panes] == [2, 3]
    assert all(view.comparison == {"visible": False, "__type__": "update"} for view in panes)


@pytest.mark.parametrize("seconds", [2 * LONGEST, None])
def test_what_takes_long_waits_for_paint(photo: FileDataDict, painting: FileDataDict, seconds: float | None) -> None:
    runner = Steered(WHOLE, seconds=seconds)
    assert not follow(runner, None, None, photo, painting)
    assert not runner.jobs


def test_nothing_begins_twice_nor_of_what_cannot_be_painted(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    runner = fast()
    assert not follow(runner, painted, running, photo, painting)  # as it is
    runner.under_way.add(running.key)
    assert not follow(runner, painted, running, photo, painting, strength=90)  # it is steered
    runner.stop(running.key)
    assert not follow(runner, painted, running, photo)
    assert not follow(runner, painted, running, photo, painting, strength=None)
    assert not runner.jobs
    assert follow(runner, painted, running, painting, photo)


def test_the_page_as_it_opens_is_left_alone(cache: Path) -> None:
    first = PAIRS[0]
    copies = [upload(Path(shutil.copyfile(path, cache / path.name))) for path in (first.content, first.style)]
    runner, unchanged = fast(), whole_form(*copies)
    live = Live(PaintHandlers(runner, DEFAULTS), PAIRS)
    assert not any(map(shown, live.follow(ENGLISH, None, None, unchanged)))
    moved = replace(unchanged, settings={**unchanged.settings, "strength": 61})
    assert any(map(shown, live.follow(ENGLISH, None, None, moved)))


def test_while_others_paint_it_rests_and_says_so(photo: FileDataDict, painting: FileDataDict) -> None:
    live = Live(PaintHandlers(Steered((), seconds=1.0), DEFAULTS), PAIRS)
    _, last = live.follow(SPANISH, None, None, form(photo, painting))
    assert "la página no te sigue sola" in last.status


def test_paint_ends_what_began_by_itself(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = fast()
    following = Live(PaintHandlers(runner, DEFAULTS), PAIRS).follow(ENGLISH, None, None, form(photo, painting))
    next(following)
    begin = next(following)
    assert runner.is_under_way(begin.running.key)
    painted = PaintHandlers(runner, DEFAULTS).run(ENGLISH, None, begin.running, form(photo, painting))
    next(painted)
    next(painted)
    assert not runner.is_under_way(begin.running.key)
    assert list(run(fast(), photo, painting))[0].stop["visible"]
