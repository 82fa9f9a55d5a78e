"""What a person does becomes a job, records become what they see: with a runner that plays back what a test wants."""

from __future__ import annotations

import base64
import io
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.jobs.records import LossRecord, Progress, Record, Waiting
from demo.paint import downloads, handlers
from demo.paint.downloads import Format
from demo.paint.handlers import Studio
from demo.paint.session import Painted, Running
from demo.paint.views import UNCHANGED, PaintView
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.recipe import read_recipe
from nst_core.scene.scales import Size
from tests.support import playback
from tests.support.playback import ENGLISH, SPANISH, Playback, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()
DIALS = (DEFAULTS.strength, DEFAULTS.colours, *(50.0,) * 4)


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "old bridge (1).png", (150, 100))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    return upload(cache / "wave.png", (80, 60))


class Steered(Playback):
    """One that can be steered and knows how long it takes."""

    def __init__(self, records: Sequence[Record | Exception] = (), seconds: float | None = 42.0) -> None:
        super().__init__(records)
        self.turns: list[tuple[str, TransferConfig]] = []
        self.running, self.seconds, self.measuring = True, seconds, True
        self.asked: list[tuple[Size, tuple[Size, ...], TransferConfig]] = []

    def steer(self, key: str, config: TransferConfig) -> bool:
        self.turns.append((key, config))
        if config.colours == 13:
            raise ValueError("13 brings <bad> luck")
        return self.running

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        self.asked.append((content, tuple(styles), config))
        return self.seconds

    def is_measuring(self) -> bool:
        return self.measuring


def progress(index: int, total: int = 3, size: Size = (128, 85)) -> Progress:
    image = np.full((size[1], size[0], 3), 10 * index, np.uint8)
    losses = {"content_layers": {"relu4_2": 0.3}, "style_layers": {"relu1_1": (index / 10) ** 2}}
    return Progress(index, total, size, (LossRecord(0.1, 0.2, 2.1),), 4.0, (), image, **losses)


WHOLE = (Waiting(1), Waiting(0), progress(1, size=(64, 43)), progress(2), progress(3))


SMALL = {"size": 128, "steps": 3}
settings, form = partial(playback.settings, **SMALL), partial(playback.form, **SMALL)


def run(
    runner: Playback, *pictures: Any, kept: Painted | None = None, request: gr.Request = ENGLISH, **changes: Any
) -> Generator[PaintView, None, None]:
    views = Studio(runner, DEFAULTS).run(request, kept, None, *form(*pictures, **changes))
    first = next(views)
    assert first == UNCHANGED
    assert not runner.jobs
    yield from views


def finished(request: gr.Request, painted: Painted | None, running: Running | None) -> PaintView:
    """The view at the end of a run where no other is under way."""
    return Studio(Playback(()), DEFAULTS).finished(request, painted, running)


def done(photo: FileDataDict, painting: FileDataDict, **changes: Any) -> tuple[Painted, Running]:
    """What the server keeps after a whole run."""
    first, *_, last = run(Playback(WHOLE), photo, painting, **changes)
    return last.painted, first.running


def test_a_run_from_the_queue_to_the_picture(photo: FileDataDict, painting: FileDataDict, cache: Path) -> None:
    runner = Playback(WHOLE)
    begin, wait, turn, first, second, third = run(runner, photo, painting)
    end = finished(ENGLISH, third.painted, begin.running)
    (job,) = runner.jobs
    assert (job.content.shape, job.styles[0].shape) == ((100, 150, 3), (60, 80, 3))
    assert job.key
    assert begin.running.key == job.key
    assert (begin.start["visible"], begin.stop["visible"]) == (False, True)
    assert "your picture is next" in wait.status
    assert "Your turn" in turn.status
    for view, index in ((first, 1), (second, 2), (third, 3)):
        assert f"step {index} of 3" in view.status
        assert "about 4 s left" in view.status
        assert f"after step {index} of 3" in view.pane
        assert view.painted.progress.index == index
        assert not shown(view.comparison)
        assert not shown(view.running)  # what it was steered to meanwhile isn't forgotten
    assert (end.start["visible"], end.stop["visible"], end.actions["visible"]) == (True, False, True)
    assert "Finished after 3 steps" in end.status
    assert (end.timeline["maximum"], end.timeline["value"]) == (3, 3)
    assert runner.closed == 1
    sizes = []
    for path in end.comparison["value"]:
        with Image.open(path) as image:
            sizes.append(image.size)
    assert sizes == [(128, 85)] * 2
    path = Path(end.download["value"])
    assert path.name == "old_bridge_1_wave_128.png"
    assert path.is_relative_to(cache)
    assert read_recipe(path).is_finished
    with Image.open(path) as picture:
        assert (picture.format, picture.getpixel((5, 5))) == ("PNG", (30, 30, 30))


def test_a_run_speaks_the_browsers_language(photo: FileDataDict, painting: FileDataDict) -> None:
    begin, wait, *_, last = run(Playback(WHOLE), photo, painting, request=SPANISH)
    assert "tu imagen es la siguiente" in wait.status
    assert "paso 3 de 3" in last.status
    assert "estilo" in last.plot or not shown(last.plot)
    end = finished(SPANISH, last.painted, begin.running)
    assert "Terminado tras 3 pasos" in end.status
    assert end.start["value"] == "Pintar"


def test_coarse_pictures_are_shown_as_large_as_the_final_one(photo: FileDataDict, painting: FileDataDict) -> None:
    panes = [view.pane for view in run(Playback(WHOLE), photo, painting) if isinstance(view.pane, str)]
    assert {_size_of(pane) for pane in panes} == {(128, 85)}


def _size_of(html: str) -> Size:
    data = html.partition("base64,")[2].partition('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        return image.size


def test_stop_shows_the_last_picture_at_full_size(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    running = run(runner, photo, painting)
    views = [next(running) for _ in range(4)]
    kept = views[-1].painted, views[0].running
    end = Studio(runner, DEFAULTS).stopped(ENGLISH, *kept)
    assert "Stopped after step 1 of 3, at 64 × 43 px, enlarged to 128 × 85 px" in end.status
    assert not end.start["interactive"]  # until the last step is over
    assert not runner.is_under_way(kept[1].key)
    running.close()
    after = finished(ENGLISH, kept[0], end.running)
    assert after.start["interactive"]
    assert not after.stop["visible"]
    assert after._replace(start=gr.skip(), stop=gr.skip()) == UNCHANGED  # who looks back meanwhile isn't disturbed
    with Image.open(end.download["value"]) as picture:
        assert picture.size == (128, 85)
        assert picture.getpixel((5, 5)) == (10, 10, 10)


def test_a_step_that_came_after_stop_is_shown(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    views = list(run(runner, photo, painting))
    early, late = (view for view in views if view.painted and view.painted.progress.index in (1, 2))
    end = Studio(runner, DEFAULTS).stopped(ENGLISH, early.painted, views[0].running)
    assert end.timeline["value"] == 1
    assert finished(ENGLISH, late.painted, end.running).timeline["value"] == 2


def test_stop_after_the_first_step_leaves_nothing_to_look_back_at(photo: FileDataDict, painting: FileDataDict) -> None:
    running = run(Playback(WHOLE), photo, painting)
    begin, _, _, view = (next(running) for _ in range(4))
    running.close()
    timeline = finished(ENGLISH, view.painted, begin.running).timeline
    assert not timeline["visible"]
    gr.Slider(1, timeline["maximum"], timeline["value"])  # which refuses one that has no room


def test_stop_before_the_first_picture(photo: FileDataDict, painting: FileDataDict) -> None:
    end = finished(ENGLISH, None, next(run(Playback(WHOLE), photo, painting)).running)
    assert "Stopped before the first picture" in end.status
    assert not shown(end.comparison)
    assert not shown(end.actions)
    assert "will appear here" in end.pane


def test_stop_before_the_first_picture_keeps_the_one_from_before(photo: FileDataDict, painting: FileDataDict) -> None:
    earlier, _ = done(photo, painting)
    again = run(Playback(WHOLE), photo, painting, kept=earlier)
    running = next(again).running
    end = finished(ENGLISH, next(again).painted, running)
    assert "the one from before" in end.status
    assert end.actions["visible"]


def test_a_refusal_leaves_alone_who_looks_back(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    studio = Studio(Playback(()), DEFAULTS)
    end = studio.finished(ENGLISH, painted, running)
    assert end.timeline["value"] == 3
    refused = studio.failed(ENGLISH, painted, end.running)
    assert refused._replace(start=gr.skip(), stop=gr.skip()) == UNCHANGED
    assert refused.start["interactive"]


def test_stop_counts_although_another_picture_was_chosen_just_before(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    painted, running = done(photo, painting)
    studio = Studio(Playback(()), DEFAULTS)
    end = studio.stopped(ENGLISH, painted, studio.leave(running))
    assert not end.start["interactive"]
    assert studio.finished(ENGLISH, painted, end.running).start["interactive"]


def test_a_second_run_starts_its_own_curves_and_moments(photo: FileDataDict, painting: FileDataDict) -> None:
    earlier, _ = done(photo, painting)
    again = list(run(Playback(WHOLE), photo, painting, kept=earlier))[-1].painted
    assert len(again.curves.losses) == len(again.snapshots.kept) == 3
    assert not again.earlier
    assert again.key != earlier.key


def test_the_plots_are_drawn_at_two_points_and_then_every_two_seconds(
    photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter((10.0, 11.9, 12.0, 12.1, 13.9, 15.0, 15.1, 15.2))
    monkeypatch.setattr(handlers, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    records = [progress(index, total=6) for index in range(1, 7)]
    begin, *views = run(Playback(records), photo, painting)
    assert [shown(view.plot) for view in views] == [False, True, False, False, True, False]
    assert "after step 2 of 6" in views[1].plot
    assert "relu4_2" in views[1].bars
    assert "after step 4 of 6" in finished(ENGLISH, views[3].painted, begin.running).plot
    *_, again = run(Playback(records[:2]), photo, painting, kept=views[-1].painted)
    assert "after step 2 of 6" in again.plot  # a run of its own, though the last plot is young


def test_closing_the_view_closes_the_run(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    views = run(runner, photo, painting)
    next(views)
    views.close()
    assert runner.closed == 1


def test_an_error_amid_a_run_keeps_the_picture(
    photo: FileDataDict, painting: FileDataDict, caplog: pytest.LogCaptureFixture
) -> None:
    views = run(Playback((Waiting(0), progress(1), progress(2), RuntimeError("CUDA error 0x77"))), photo, painting)
    seen = [next(views) for _ in range(4)]
    with pytest.raises(gr.Error) as error:
        next(views)
    end = finished(ENGLISH, seen[-1].painted, seen[0].running)
    assert end.actions["visible"]
    assert "Stopped after step 2 of 3" in end.status
    assert (end.start["visible"], end.stop["visible"]) == (True, False)
    assert "what was painted so far is kept" in error.value.message
    assert "0x77" not in error.value.message
    assert "0x77" in caplog.text


def test_a_refused_job_changes_nothing_on_the_page(photo: FileDataDict, painting: FileDataDict) -> None:
    with pytest.raises(gr.Error, match="the queue is full"):
        next(run(Playback([ValueError("the queue is full")]), photo, painting))


def test_what_is_missing_is_told_in_words_that_are_no_html(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    with pytest.raises(gr.Error, match="There is no photo yet"):
        next(run(runner, None, painting))
    with pytest.raises(gr.Error, match="Todavía no hay cuadro"):
        next(run(runner, photo, None, request=SPANISH))
    assert not runner.jobs
    with pytest.raises(gr.Error) as error:
        next(run(Playback([ValueError("<script>1 < 2")]), photo, painting))
    assert error.value.message == "&lt;script&gt;1 &lt; 2"


def steer(runner: Playback, running: Running | None, *dials: Any) -> tuple[Any, Any]:
    return Studio(runner, DEFAULTS).steer(ENGLISH, running, *dials)


def test_a_dial_steers_the_run_at_hand_and_no_other(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(WHOLE)
    running = next(run(runner, photo, painting, painting)).running
    hint, after = steer(runner, running, 80, 30, 10.0, 90.0, 50.0, 50.0)
    ((key, config),) = runner.turns
    assert key == runner.jobs[0].key
    assert config == replace(runner.jobs[0].config, strength=80, colours=30, style_blend=(10.0, 90.0))
    assert "follows" in hint
    assert (after.key, after.selection.config.strength) == (key, 80)


def test_a_dial_that_steers_nothing_says_nothing(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(WHOLE)
    blends = (50.0,) * 4
    assert not any(map(shown, steer(runner, None, 80, 100, *blends)))
    running = next(run(runner, photo, painting)).running
    assert not any(map(shown, steer(runner, running, DEFAULTS.strength, DEFAULTS.colours, *blends)))
    assert not runner.turns  # it is where it was
    runner.running = False
    assert not any(map(shown, steer(runner, running, 80, 100, *blends)))


def test_who_chose_a_sketch_does_not_steer_the_run_that_is_left(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(WHOLE)
    _, view, *_ = Studio(runner, DEFAULTS).run(ENGLISH, None, None, *form(photo, painting))
    left = Studio(runner, DEFAULTS).leave(view.running)
    assert not any(map(shown, steer(runner, left, 80, 100, *(50.0,) * 4)))
    assert not runner.turns


def test_a_blend_of_nothing_steers_nothing_and_is_told(
    photo: FileDataDict, painting: FileDataDict, said: list[str]
) -> None:
    runner = Steered(WHOLE)
    running = next(run(runner, photo, painting, painting)).running
    assert not any(map(shown, steer(runner, running, 80, 100, *(0.0,) * 4)))
    assert not runner.turns
    assert said == ["All the paintings are at 0: give at least one of them more than that."]


def test_who_waits_leaves_the_line_and_who_has_a_picture_keeps_it(photo: FileDataDict, painting: FileDataDict) -> None:
    begin, *_, last = run(Playback(WHOLE), photo, painting)
    assert (begin.stop["value"], begin.stop["visible"]) == ("Leave the line", True)
    assert last.stop["value"] == "Stop and keep the picture"
    assert next(run(Playback(WHOLE), photo, painting, request=SPANISH)).stop["value"] == "Dejar la cola"


def test_the_buttons_tell_how_far_they_go(photo: FileDataDict, painting: FileDataDict) -> None:
    def words(request: gr.Request, **changes: Any) -> tuple[str, ...]:
        end = finished(request, *done(photo, painting, **changes))
        return tuple(button["value"].replace("\N{NO-BREAK SPACE}", " ") for button in (end.keep_going, end.larger))

    assert words(ENGLISH, steps=40, size=256) == ("Keep going (+10 steps)", "Larger, from here (512 px)")
    assert words(SPANISH, steps=40, size=1000) == ("Seguir (+10 pasos)", "Más grande, desde aquí (1024 px)")
    assert words(SPANISH, steps=7, size=1024) == ("Seguir (+1 paso)", "Más grande, desde aquí")


def test_the_status_asks_for_what_is_missing_until_something_was_painted(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    def status(request: gr.Request, running: Running | None, *values: Any) -> Any:
        *_, text = Studio(Steered(), DEFAULTS).estimate(request, running, *values)
        return text

    assert "Everything is ready" in status(ENGLISH, None, *form(photo, painting))
    assert "Everything is ready" in status(ENGLISH, None, *form(photo, None, painting))
    assert "Choose a photo and a painting" in status(ENGLISH, None, *form(None, painting))
    assert "Elige una foto y un cuadro" in status(SPANISH, None, *form(photo))
    _, running = done(photo, painting)
    for values in (form(photo, painting), form(None, painting), form(photo, painting, steps=-1)):
        assert not shown(status(ENGLISH, running, *values))


def test_what_a_run_cannot_be_steered_to_is_told(photo: FileDataDict, painting: FileDataDict, said: list[str]) -> None:
    runner = Steered(WHOLE)
    running = next(run(runner, photo, painting)).running
    for colours in (13, None):
        assert not any(map(shown, steer(runner, running, 80, colours, *(50.0,) * 4)))
    assert said == ["13 brings &lt;bad&gt; luck", "“Whose colours?” is empty: give it a number."]


def test_a_steered_run_is_remembered_as_it_was_steered(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    _, after = steer(Steered(), running, 80, 100, *(50.0,) * 4)
    end = finished(ENGLISH, painted, after)
    assert read_recipe(Path(end.download["value"])).config.strength == 80


def test_the_end_of_a_run_says_nothing_while_a_later_one_is_under_way(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    """Else Stop would go while there is something to stop."""
    painted, _ = done(photo, painting)
    runner = Playback(WHOLE)
    later = run(runner, photo, painting, kept=painted)
    begin = next(later)
    studio = Studio(runner, DEFAULTS)
    assert not any(map(shown, studio.finished(ENGLISH, painted, begin.running)))
    *_, last = later
    assert studio.finished(ENGLISH, last.painted, begin.running).start["visible"]


def test_nothing_is_said_of_the_end_of_what_never_began() -> None:
    assert not any(map(shown, finished(ENGLISH, None, None)))


def test_who_chooses_another_picture_leaves_the_one_that_is_painted(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    runner = Playback(WHOLE)
    views = run(runner, photo, painting)
    running = next(views).running
    studio = Studio(runner, DEFAULTS)
    assert studio.leave(None) is None
    assert runner.is_under_way(running.key)
    left = studio.leave(running)
    assert not runner.is_under_way(running.key)
    assert not any(map(shown, studio.finished(ENGLISH, None, left)))  # the other one is about to begin
    assert studio.failed(ENGLISH, None, left).start["visible"]  # unless it is refused


def test_the_run_before_is_kept_as_it_was_steered(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    _, after = steer(Steered(), running, 80, 100, *(50.0,) * 4)
    _, begin, *_ = Studio(Playback(WHOLE), DEFAULTS).run(ENGLISH, painted, after, *form(photo, painting))
    end = finished(ENGLISH, begin.painted, begin.running)
    assert read_recipe(Path(end.download["value"])).config.strength == 80


def test_a_full_disk_loses_no_picture(photo: FileDataDict, painting: FileDataDict, cache: Path) -> None:
    (cache / "made").touch()  # where the folders should be
    painted, running = done(photo, painting)
    end = finished(ENGLISH, painted, running)
    assert "disk is full" in end.status
    assert "after step 3 of 3" in end.pane
    assert not end.comparison["visible"]
    assert end.actions["visible"]
    assert not end.download["interactive"]
    assert end.start["visible"]
    pane, status, compared, *_ = handlers.look_back(SPANISH, painted, 2)
    assert "tras el paso 3" in pane  # of no other is there a file
    assert "disco" in status
    assert not compared["visible"]
    assert not [*handlers.prepare(ENGLISH, painted, running, 3, "jpeg")][-1]["interactive"]
    (cache / "made").unlink()
    assert finished(ENGLISH, painted, running).download["interactive"]  # there is room again


def test_keep_going_begins_with_the_moment_that_is_shown(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting, steps=40)
    runner = Playback([Waiting(0), progress(1, 10), progress(10, 10)])
    _, begin, _, *views = Studio(runner, DEFAULTS).keep_going(ENGLISH, painted, running, 2, *DIALS)
    (job,) = runner.jobs
    assert job.begin is not None
    assert (job.begin == 20).all()
    assert (job.config.steps, job.config.scales, job.config.size) == (10, 1, 128)
    assert job.key != running.key
    assert "after step 2 of 12" in begin.pane
    assert ["step 3 of 12" in view.status for view in views] == [True, False]
    end = finished(ENGLISH, views[-1].painted, begin.running)
    assert "Finished after 12 steps" in end.status
    recipe = read_recipe(Path(end.download["value"]))
    assert (recipe.config.steps, recipe.config.scales) == (12, 0)  # it takes as many from the beginning
    assert recipe.is_finished


def test_what_went_on_can_be_looked_back_at_from_its_beginning(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting, strength=30)
    runner = Playback([Waiting(0), progress(1, 1, (256, 171))])
    _, begin, _, last = Studio(runner, DEFAULTS).larger(ENGLISH, painted, running, 3, 90, *DIALS[1:])
    assert not shown(begin.plot)  # that of the run so far stays
    assert "after step 4 of 4" in last.plot
    end = finished(ENGLISH, last.painted, begin.running)
    assert (end.timeline["maximum"], end.timeline["value"]) == (4, 4)
    for step, grey, size, strength in ((2, 20, (128, 85), 30), (3, 30, (128, 85), 30), (4, 10, (256, 171), 90)):
        _, _, compared, *_ = handlers.look_back(ENGLISH, last.painted, step)
        with Image.open(compared["value"][1]) as image:
            assert image.size == (256, 171)
            assert abs(image.getpixel((5, 5))[0] - grey) < 3  # type: ignore[index]
        _, ready = handlers.prepare(ENGLISH, last.painted, begin.running, step, "png")
        recipe = read_recipe(Path(ready["value"]))
        assert (recipe.config.strength, recipe.steps_done) == (strength, step)
        with Image.open(ready["value"]) as image:
            assert image.size == size
        assert f"{size[0]} × {size[1]} px" in ready["label"]


def test_larger_goes_on_at_twice_the_size_up_to_the_limit(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)

    def wished(size: int) -> Running:
        return replace(
            running, selection=replace(running.selection, config=replace(running.selection.config, size=size))
        )

    for size, expected in ((128, 256), (700, 1024)):
        runner = Playback([Waiting(0)])
        list(Studio(runner, DEFAULTS).larger(ENGLISH, painted, wished(size), 3, *DIALS))
        assert runner.jobs[0].config.size == expected
        assert runner.jobs[0].begin is not None
    with pytest.raises(gr.Error, match="as large as this page allows: 1024 px"):
        next(Studio(runner, DEFAULTS).larger(ENGLISH, painted, wished(1024), 3, *DIALS))


def test_what_goes_on_goes_on_with_the_dials_as_they_are(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    runner = Playback([Waiting(0), progress(1, 10)])
    views = list(Studio(runner, DEFAULTS).keep_going(ENGLISH, painted, running, 3, 80, 20, *DIALS[2:]))
    config = runner.jobs[0].config
    assert (config.strength, config.colours) == (80, 20)
    recipe = read_recipe(Path(finished(ENGLISH, views[-1].painted, views[1].running).download["value"]))
    assert (recipe.config.strength, recipe.config.colours) == (80, 20)


def test_there_is_nothing_to_go_on_from_before_a_run() -> None:
    with pytest.raises(gr.Error, match="press Paint first"):
        next(Studio(Playback(WHOLE), DEFAULTS).keep_going(ENGLISH, None, None, 1, *DIALS))


def test_the_timeline_shows_an_earlier_picture_and_makes_it_the_result(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    painted, running = done(photo, painting)
    _, status, compared, layers, download = handlers.look_back(ENGLISH, painted, 2)
    assert "step 2" in status
    assert not download["interactive"]  # it would be the moment before
    assert "<td>20 %</td>" in layers
    assert "<td>10 %</td>" in handlers.look_back(ENGLISH, painted, 1)[3]
    with Image.open(compared["value"][1]) as image:
        assert abs(image.getpixel((5, 5))[0] - 20) < 3  # type: ignore[index]
    preparing, ready = handlers.prepare(ENGLISH, painted, running, 2, "jpeg")
    assert not preparing["interactive"]
    assert ready["interactive"]
    assert Path(ready["value"]).suffix == ".jpg"
    assert "JPEG" in ready["label"]
    with Image.open(ready["value"]) as image:
        assert abs(image.getpixel((5, 5))[0] - 20) < 3  # type: ignore[index]
    assert not any(map(shown, handlers.look_back(ENGLISH, None, 2)))


def test_a_download_that_fails_leaves_the_one_that_works(
    photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no such encoder")

    painted, running = done(photo, painting)
    monkeypatch.setitem(downloads.WRITERS, Format.MP4, fail)
    preparing = handlers.prepare(ENGLISH, painted, running, 3, "mp4")
    next(preparing)
    assert next(preparing)["value"].endswith(".png")
    with pytest.raises(gr.Error):
        next(preparing)


def test_an_upload_that_is_gone_after_a_day_is_named_in_the_recipe_all_the_same(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    painted, running = done(photo, painting)
    for picture in (photo, painting):
        Path(picture["path"]).unlink()
    _, ready = handlers.prepare(ENGLISH, painted, running, 2, "png")
    assert len(read_recipe(Path(ready["value"])).ingredients) == 2


def test_keep_going_makes_as_many_steps_whoever_stopped_before(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting, steps=40)
    runner = Playback([Waiting(0), progress(1, 10)])
    _, begin, _, last = Studio(runner, DEFAULTS).keep_going(ENGLISH, painted, running, 2, *DIALS)
    list(Studio(runner, DEFAULTS).keep_going(ENGLISH, last.painted, begin.running, 3, *DIALS))
    assert [job.config.steps for job in runner.jobs] == [10, 10]


def test_only_what_is_offered_can_be_downloaded(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    with pytest.raises(gr.Error, match="“Download as” must be one of png, png16, jpeg, mp4, gif"):
        next(iter(handlers.prepare(ENGLISH, painted, running, 3, "../etc")))
    with pytest.raises(gr.Error, match="press Paint first"):
        next(iter(handlers.prepare(ENGLISH, None, None, 3, "png")))


def test_where_there_are_no_16_bits_the_button_works_all_the_same(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    preparing = iter(handlers.prepare(ENGLISH, painted, running, 1, "png16"))
    next(preparing)
    assert next(preparing)["value"].endswith("_128.png")
    with pytest.raises(gr.Error, match="Only the last picture is kept in 16 bits"):
        next(preparing)


def test_the_time_stands_beside_the_button(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(seconds=42.0)
    text, timer, _ = Studio(runner, DEFAULTS).estimate(ENGLISH, None, *form(photo, painting, steps=77))
    assert "about 42 s" in text
    assert not timer.active
    ((content, styles, config),) = runner.asked
    assert (content, styles, config.steps) == ((150, 100), ((80, 60),), 77)


def test_while_the_machine_is_measured_the_page_asks_again(photo: FileDataDict, painting: FileDataDict) -> None:
    text, timer, _ = Studio(Steered(seconds=None), DEFAULTS).estimate(SPANISH, None, *form(photo, painting))
    assert "midiendo este equipo" in text
    assert timer.active


def test_while_others_paint_the_page_says_that_it_waits(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(seconds=None)
    runner.measuring = False
    text, timer, _ = Studio(runner, DEFAULTS).estimate(ENGLISH, None, *form(photo, painting))
    assert ">waiting to measure\N{NO-BREAK SPACE}…<" in text
    assert "when nobody paints" in text
    assert timer.active


def test_what_the_runner_has_no_memory_for_is_told_beside_the_button(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    class Cramped(Playback):
        def estimate(self, *task: Any) -> float | None:
            raise InputError("64x48 pixels take about 2 GB", "no_memory")

    text, timer, status = Studio(Cramped(()), DEFAULTS).estimate(ENGLISH, None, *form(photo, painting))
    assert "choose a lower resolution" in text
    assert "choose a lower resolution" in status
    assert not timer.active


def test_nobody_asks_again_for_a_time_that_will_never_be_known(photo: FileDataDict, painting: FileDataDict) -> None:
    class Unmeasurable(Playback):
        def estimate(self, *task: Any) -> float | None:
            raise ValueError("it can't be measured here")

    text, timer, status = Studio(Unmeasurable(()), DEFAULTS).estimate(ENGLISH, None, *form(photo, painting))
    assert text == ""
    assert not timer.active
    assert "Everything is ready" in status


def test_no_time_is_told_as_long_as_a_picture_is_missing(photo: FileDataDict, painting: FileDataDict) -> None:
    for values in (form(None, painting), form(photo)):
        text, timer, _ = Studio(Steered(seconds=None), DEFAULTS).estimate(ENGLISH, None, *values)
        assert text == ""
        assert not timer.active


def test_what_cannot_be_painted_is_told_before_anybody_presses_paint(painting: FileDataDict, cache: Path) -> None:
    wide = upload(cache / "wide.png", (2000, 60))
    for values, reason in (
        (form(wide, painting), "A picture of 2000 × 60 px is too narrow"),
        (form(upload(cache / "photo.png"), painting, steps=-1), "Steps"),
    ):
        studio = Studio(Steered(), DEFAULTS)
        text, timer, status = studio.estimate(ENGLISH, None, *values)
        assert ">not possible like this<" in text
        assert reason in text
        assert not timer.active
        assert reason in status
        with pytest.raises(gr.Error, match=reason):
            list(studio.run(ENGLISH, None, None, *values))
    text, *_ = Studio(Steered(), DEFAULTS).estimate(SPANISH, None, *form(wide, painting))
    assert ">así no se puede<" in text


def test_paintings_are_added_one_by_one(painting: FileDataDict) -> None:
    shown_now = []
    count = 1
    for _ in range(4):
        count, *updates = handlers.add_painting(count)
        shown_now.append([update["visible"] for update in updates])
    second, third, fourth, fifth = shown_now
    assert second == [True, False, False, *[True, True, False, False], True, True, True]
    assert third == [True, True, False, *[True, True, True, False], True, True, True]
    assert fourth == fifth == [True, True, True, *[True] * 4, True, True, False]
    count, *updates = handlers.show_paintings(1, painting, None, painting, None)
    assert (count, [update["visible"] for update in updates]) == (3, third)
    count, *updates = handlers.show_paintings(1, painting, None, None, None)
    assert not any(update["visible"] for update in updates[:-1])
