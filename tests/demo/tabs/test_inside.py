"""See inside: from the tab's widgets to a reconstruction, and what is shown of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict

from demo.jobs.records import Job, Record
from demo.paint.handlers import PaintHandlers
from demo.tabs.inside import (
    OWN,
    STORED,
    Choice,
    Inside,
    InsideView,
    Making,
    Seen,
    taken_up,
)
from demo.tabs.layer_rows import EXAMPLE, KINDS, LAYERS, Place
from nst_core.config import TransferConfig
from tests.support.playback import ENGLISH, SPANISH, WHOLE, Playback, clicked, form, progress, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


@pytest.fixture
def picture(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (300, 200))


class Walk:
    """A visitor on the tab in front of a runner: what the page keeps of the views."""

    def __init__(self, runner: Playback, photo: FileDataDict | None, painting: FileDataDict | None) -> None:
        self.tab, self.runner = Inside(runner, DEFAULTS), runner
        self.choice = Choice(source=OWN, photo=photo, painting=painting, size=128, steps=20)
        self.seen: Seen | None = None
        self.making: Making | None = None

    def keep(self, view: InsideView) -> InsideView:
        self.seen = view.seen if not isinstance(view.seen, dict) else self.seen
        self.making = view.making if not isinstance(view.making, dict) else self.making
        return view

    def tell(self, request: gr.Request = ENGLISH) -> InsideView:
        return self.keep(self.tab.tell(request, self.seen, self.choice))

    def turn(self, source: str = OWN) -> InsideView:
        chosen = replace(self.choice, source=source)
        return self.keep(self.tab.turn(ENGLISH, self.seen, self.making, chosen))

    def click(self, place: Place) -> list[InsideView]:
        """The views of a click on one in the rows, and of the end of what it began."""
        self.keep(self.tab.choose(ENGLISH, clicked(place.index), self.seen, self.making, self.choice))
        views = [self.keep(view) for view in self.tab.rebuild_missing(ENGLISH, self.seen, self.choice)]
        return [*views, self.keep(self.tab.finished(ENGLISH, self.seen, self.making, self.choice))]


@pytest.fixture
def walk(picture: FileDataDict, cache: Path) -> Walk:
    """By pictures of one's own, each step of which tells a loss."""
    step = progress(2, content_layers={"relu2_1": 0.25}, style_layers={})
    return Walk(Playback((*WHOLE[:3], step)), picture, upload(cache / "wave.png", (80, 60), "navy"))


def test_it_opens_on_the_example_already_rebuilt(walk: Walk) -> None:
    view = walk.tell()
    assert view.rows.count("<img") == 2 + 2 * len(LAYERS)
    assert view.pane.count("<img") == 2
    assert "The photo: Neuschwanstein Castle" in view.pane
    assert "From relu4_1, after step" in view.pane
    assert "relu4_1" in view.bars
    assert view.source["choices"] == [
        ("The example: Neuschwanstein Castle × The Starry Night", STORED),
        ("Those you chose: bridge × wave", OWN),
    ]
    assert (view.source["value"], view.source["visible"]) == (STORED, True)
    assert "La foto: Castillo de Neuschwanstein" in walk.tell(SPANISH).pane


def test_where_the_example_is_in_the_form_there_is_nothing_to_choose(cache: Path) -> None:
    copies = [upload(Path(copyfile(EXAMPLE[kind], cache / f"{kind}.jpg"))) for kind in KINDS]
    for pictures in (copies, (None, None)):
        view = Walk(Playback(()), *pictures).tell()
        assert not view.source["visible"]
        assert view.rows.count("<img") == 2 + 2 * len(LAYERS)


def test_a_click_on_what_is_there_shows_it_and_paints_nothing(walk: Walk) -> None:
    walk.tell()
    *_, view = walk.click(Place("style", 1))
    assert "From relu1_1, relu2_1, after step" in view.pane
    assert 'data-index="6" aria-pressed="true" tabindex="0"' in view.rows
    assert walk.runner.jobs == []


def test_a_picture_of_one_s_own_is_rebuilt_by_a_click(walk: Walk) -> None:
    view = walk.turn()
    assert view.rows.count("<img") == 2  # the originals
    assert "From relu4_1: not rebuilt yet" in view.pane
    before, begin, wait, turn, first, last, end = walk.click(Place("content", 1))
    assert not shown(before)
    assert (begin.stop["visible"], begin.again["visible"]) == (True, False)
    assert "One person before you" in wait.status
    assert not shown(turn.pane)
    assert "Step 1 of 2" in first.status
    assert "From relu2_1, after step 2 of 2, at 128 × 85 px" in last.pane
    assert last.pane.count("aspect-ratio: 192 / 128") == 2
    assert "50 %" in last.bars
    assert end.pane == last.pane
    assert end.rows.count("<img") == 3
    assert (end.stop["visible"], end.again["visible"]) == (False, True)
    (job,) = walk.runner.jobs
    assert job.config.content_layers == ("relu2_1",)
    assert not shown(walk.click(Place("content", 1))[0])  # it is there
    assert len(walk.runner.jobs) == 1
    assert walk.turn(STORED).rows.count("<img") == 12
    assert walk.turn().rows.count("<img") == 3


def test_the_example_s_painting_is_rebuilt_already_beside_a_photo_of_one_s_own(
    picture: FileDataDict, cache: Path
) -> None:
    walk = Walk(Playback(()), picture, upload(Path(copyfile(EXAMPLE["style"], cache / "night.jpg"))))
    assert walk.turn().rows.count("<img") == 2 + len(LAYERS)


def test_whoever_stops_or_walks_on_keeps_what_was_made(walk: Walk) -> None:
    walk.turn()
    walk.seen = Seen(Place("content", 1), OWN)
    running = walk.tab.rebuild(ENGLISH, walk.seen, walk.choice)
    for _ in range(5):
        walk.keep(next(running))
    assert not shown(walk.tab.finished(ENGLISH, walk.seen, walk.making, walk.choice))  # it is under way
    view = walk.tab.stopped(ENGLISH, walk.seen, walk.making, walk.choice)
    assert "Stopped after step 1 of 2" in view.status
    assert view.rows.count("<img") == 3
    assert not walk.runner.under_way
    went_on = walk.tab.choose(ENGLISH, clicked(0), walk.seen, walk.making, walk.choice)
    assert went_on.rows.count("<img") == 3
    running.close()
    assert walk.runner.closed == 1


def test_a_page_that_comes_back_has_what_was_rebuilt(walk: Walk) -> None:
    walk.turn()
    walk.click(Place("content", 1))
    again = Walk(walk.runner, walk.choice.photo, walk.choice.painting)
    again.keep(taken_up(walk.seen, Making("key", "digest", Place("style", 0))))
    view = again.tell()
    assert (view.source["value"], view.rows.count("<img")) == (OWN, 3)
    assert "From relu2_1, after step 2 of 2" in view.pane
    assert not shown(taken_up(None, None))


def test_errors_are_told_in_words(picture: FileDataDict) -> None:
    nobody = Walk(Playback(WHOLE), None, None)
    nobody.seen = Seen(source=OWN)
    with pytest.raises(gr.Error, match="There is no photo yet"):
        list(nobody.tab.rebuild(ENGLISH, nobody.seen, nobody.choice))
    with pytest.raises(gr.Error, match="Todavía no hay cuadro"):
        list(nobody.tab.rebuild(SPANISH, Seen(Place("style", 2), OWN), nobody.choice))
    with pytest.raises(gr.Error, match="too many people"):
        list(
            Walk(Playback([ValueError("too many people")]), picture, picture).tab.rebuild(ENGLISH, None, nobody.choice)
        )


class Obedient(Playback):
    """One whose jobs end when they are told to."""

    def run(self, job: Job) -> Generator[Record, None, None]:
        for record in super().run(job):
            if not self.is_under_way(job.key):
                return
            yield record


def test_one_s_own_picture_goes_first(picture: FileDataDict) -> None:
    runner = Obedient([progress(each, 9) for each in range(1, 10)])
    mine, others = (gr.Request(headers={"accept-language": "en"}, session_hash=name) for name in ("mine", "other"))
    tab = Inside(runner, DEFAULTS)
    seen = Seen(Place("content", 1), OWN)
    choice = Choice(source=OWN, photo=picture, painting=picture, size=128, steps=9)
    rebuilding = [tab.rebuild(each, seen, choice) for each in (mine, others)]
    for views in rebuilding:
        for _ in range(3):  # nothing yet, the beginning, the first step
            next(views)
    next(PaintHandlers(runner, DEFAULTS).run(mine, None, None, form(picture, picture)))
    (made_way,) = rebuilding[0]
    status = tab.finished(mine, seen, made_way.making, choice).status
    assert "Stopped after step 1 of 9. The picture you are painting goes first." in status
    assert [view.making.made_way for view in rebuilding[1]][-1] is False
