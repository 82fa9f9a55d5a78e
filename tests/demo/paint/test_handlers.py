"""A run is watched from the queue to its picture, stopped, left and refused."""

from __future__ import annotations

import base64
import errno
import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.jobs.records import QuickLook, Waiting
from demo.paint import handlers
from demo.paint.handlers import PaintHandlers
from demo.paint.views import PaintView
from nst_core.errors import InputError
from nst_core.notes import Note
from nst_core.recipe import read_recipe
from nst_core.scene.scales import Size
from tests.support.painting import DEFAULTS, WHOLE, done, finished, progress, run
from tests.support.playback import ENGLISH, SPANISH, Playback, shown

pytestmark = pytest.mark.usefixtures("cache")


def test_a_run_from_the_queue_to_the_picture(photo: FileDataDict, painting: FileDataDict, cache: Path) -> None:
    runner = Playback(WHOLE)
    begin, wait, turn, first, second, third = run(runner, photo, painting)
    end = finished(ENGLISH, third.painted, begin.running)
    (job,) = runner.jobs
    assert (job.content.shape, job.styles[0].shape) == ((100, 150, 3), (60, 80, 3))
    assert job.key
    assert begin.running.key == job.key
    assert (begin.start["visible"], begin.stop["visible"]) == (False, True)
    assert "One person before you" in wait.status
    assert "Mixing the colours" in turn.status
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
    for name in ("before", "after"):
        with Image.open(end.comparison["value"][name]["path"]) as image:
            sizes.append(image.size)
    assert sizes == [(128, 85)] * 2
    path = Path(end.download["value"])
    assert path.name == "old_bridge_1_wave_128.png"
    assert path.is_relative_to(cache)
    assert read_recipe(path).is_finished
    with Image.open(path) as picture:
        assert (picture.format, picture.getpixel((5, 5))) == ("PNG", (30, 30, 30))


def test_what_was_remarked_stays_until_the_end_and_after(photo: FileDataDict, painting: FileDataDict) -> None:
    remarked = replace(progress(1), notes=(Note("even_photo"), Note("memory", {"block": 144})))
    begin, first, second, third = run(Playback((remarked, progress(2), progress(3))), photo, painting)
    end = finished(ENGLISH, third.painted, begin.running)
    for view in (first, second, third, end):
        assert "in blocks of 144 pixels" in view.status
        assert "nearly one colour" not in view.status  # that stands below the photo
    assert "Finished after 3 steps" in end.status


def test_a_run_speaks_the_browsers_language(photo: FileDataDict, painting: FileDataDict) -> None:
    begin, wait, *_, last = run(Playback(WHOLE), photo, painting, request=SPANISH)
    assert "Una persona delante de ti" in wait.status
    assert "paso 3 de 3" in last.status
    assert "estilo" in last.plot or not shown(last.plot)
    end = finished(SPANISH, last.painted, begin.running)
    assert "Terminado tras 3 pasos" in end.status
    assert end.start["value"] == "Pintar otra vez"


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
    end = PaintHandlers(runner, DEFAULTS).stopped(ENGLISH, *kept)
    assert "Stopped after step 1 of 3, at 64 × 43 px, enlarged to 128 × 85 px" in end.status
    assert not end.start["interactive"]  # until the last step is over
    assert not runner.is_under_way(kept[1].key)
    running.close()
    after = finished(ENGLISH, kept[0], end.running)
    assert after.start["interactive"]
    assert not after.stop["visible"]
    assert replace(after, start=gr.skip(), stop=gr.skip()) == PaintView()  # who looks back meanwhile isn't disturbed
    with Image.open(end.download["value"]) as picture:
        assert picture.size == (128, 85)
        assert picture.getpixel((5, 5)) == (10, 10, 10)


def test_a_step_that_came_after_stop_is_shown(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    views = list(run(runner, photo, painting))
    early, late = (view for view in views if view.painted and view.painted.progress.index in (1, 2))
    end = PaintHandlers(runner, DEFAULTS).stopped(ENGLISH, early.painted, views[0].running)
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
    studio = PaintHandlers(Playback(()), DEFAULTS)
    end = studio.finished(ENGLISH, painted, running)
    assert end.timeline["value"] == 3
    refused = studio.failed(ENGLISH, painted, end.running)
    assert replace(refused, start=gr.skip(), stop=gr.skip()) == PaintView()
    assert refused.start["interactive"]


def test_stop_counts_although_another_picture_was_chosen_just_before(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    painted, running = done(photo, painting)
    studio = PaintHandlers(Playback(()), DEFAULTS)
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


@pytest.mark.parametrize(
    ("error", "way_out"),
    [
        (MemoryError(), "Choose a lower resolution"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk of the server is full"),
        (InputError("no finite numbers", "not_finite"), "choose other weights of VGG-19, another preset"),
    ],
)
def test_what_gives_out_amid_a_run_has_its_own_way_out_and_the_next_run_begins(
    photo: FileDataDict, painting: FileDataDict, error: Exception, way_out: str
) -> None:
    runner, seen = Playback((Waiting(0), progress(1), error)), list[PaintView]()
    with pytest.raises(gr.Error) as told:
        seen.extend(run(runner, photo, painting))
    assert way_out in told.value.message
    assert "what was painted" in told.value.message.lower()
    end = finished(ENGLISH, seen[-1].painted, seen[0].running)
    assert "Stopped after step 1 of 3" in end.status
    assert Path(end.download["value"]).is_file()
    runner.records, runner.jobs = WHOLE, []
    assert list(run(runner, photo, painting))[-1].painted.progress.index == 3


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


def test_who_waits_leaves_the_line_and_who_has_a_picture_keeps_it(photo: FileDataDict, painting: FileDataDict) -> None:
    begin, *_, last = run(Playback(WHOLE), photo, painting)
    assert (begin.stop["value"], begin.stop["visible"]) == ("Leave the line", True)
    assert last.stop["value"] == "Stop and keep the picture"
    assert next(run(Playback(WHOLE), photo, painting, request=SPANISH)).stop["value"] == "Dejar la cola"


def test_a_quick_look_stands_until_the_run_shows_as_much(photo: FileDataDict, painting: FileDataDict) -> None:
    look = QuickLook(np.full((107, 160, 3), 200, np.uint8))
    steered = replace(progress(2, size=(64, 43)), steered=((2, DEFAULTS),))
    records = (Waiting(0), look, progress(1, size=(64, 43)), steered, progress(3, size=(128, 85)))
    runner = Playback(records)
    _, _, first, beside, *alone = run(runner, photo, painting)
    assert "A quick look" in first.status
    assert (first.pane.count("<img"), beside.pane.count("<img")) == (1, 2)
    assert 'class="beside"' in beside.pane
    assert "The picture after step 1 of 3" in beside.pane
    assert "step 1 of 3" in beside.status
    assert [view.pane.count("<img") for view in alone] == [1, 1]
    assert not any("quick-look" in view.pane for view in alone)
    assert beside.painted.progress.image.max() == 10  # what is kept is the run's own
    assert runner.jobs[0].wants_quick_look


def test_who_is_alone_hears_of_no_line(photo: FileDataDict, painting: FileDataDict) -> None:
    begin, turn, *_ = run(Playback(WHOLE[1:]), photo, painting)
    assert [view.stop["value"] for view in (begin, turn)] == ["Stop and keep the picture"] * 2
    assert "Mixing the colours" in turn.status


def test_the_end_of_a_run_says_nothing_while_a_later_one_is_under_way(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    """Else Stop would go while there is something to stop."""
    painted, _ = done(photo, painting)
    runner = Playback(WHOLE)
    later = run(runner, photo, painting, kept=painted)
    begin = next(later)
    studio = PaintHandlers(runner, DEFAULTS)
    assert not shown(studio.finished(ENGLISH, painted, begin.running))
    *_, last = later
    assert studio.finished(ENGLISH, last.painted, begin.running).start["visible"]


def test_nothing_is_said_of_the_end_of_what_never_began() -> None:
    assert not shown(finished(ENGLISH, None, None))


def test_who_chooses_another_picture_leaves_the_one_that_is_painted(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    runner = Playback(WHOLE)
    views = run(runner, photo, painting)
    running = next(views).running
    studio = PaintHandlers(runner, DEFAULTS)
    assert studio.leave(None) is None
    assert runner.is_under_way(running.key)
    left = studio.leave(running)
    assert not runner.is_under_way(running.key)
    assert not shown(studio.finished(ENGLISH, None, left))  # the other one is about to begin
    assert studio.failed(ENGLISH, None, left).start["visible"]  # unless it is refused


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
    earlier = handlers.look_back(SPANISH, painted, 2)
    assert "tras el paso 3" in earlier.pane  # of no other is there a file
    assert "disco" in earlier.status
    assert not earlier.comparison["visible"]
    assert not [*handlers.prepare(ENGLISH, painted, running, 3, "jpeg", "none")][-1].download["interactive"]
    (cache / "made").unlink()
    assert finished(ENGLISH, painted, running).download["interactive"]  # there is room again
