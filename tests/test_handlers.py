"""From widgets to a job, from records to views: with a runner that plays back what a test wants."""

from __future__ import annotations

import base64
import io
from collections.abc import Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo import handlers
from demo.events import Job, Losses, Progress, Record, Waiting
from demo.handlers import Painted, View
from nst_core.config import Initial, TransferConfig

DEFAULTS = TransferConfig()
SETTINGS = [getattr(DEFAULTS, name) for name in handlers.SETTINGS]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Gradio would keep files."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


def upload(path: Path) -> FileDataDict:
    return {"path": str(path), "orig_name": path.name, "is_stream": False}


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    path = cache / "old bridge (1).png"
    Image.effect_noise((150, 100), 50).convert("RGB").save(path)
    return upload(path)


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    path = cache / "wave.jpg"
    Image.new("RGB", (80, 60), "teal").save(path)
    return upload(path)


@pytest.fixture
def broken(cache: Path) -> FileDataDict:
    path = cache / "broken.jpg"
    path.write_bytes(b"not a picture at all")
    return upload(path)


def settings(**changes: Any) -> list[Any]:
    return [changes.get(name, value) for name, value in zip(handlers.SETTINGS, SETTINGS, strict=True)]


def progress(index: int, total: int = 3, size: tuple[int, int] = (128, 85), note: str = "") -> Progress:
    image = np.full((size[1], size[0], 3), 10 * index, np.uint8)
    return Progress(index, total, size, (Losses(0.1, 0.2, 2.1),), 4.0, note, image)


class Playback:
    """A runner that yields what it was given, and raises where an exception stands among it."""

    def __init__(self, records: Sequence[Record | Exception]) -> None:
        self.records = records
        self.jobs: list[Job] = []
        self.closed = False

    def run(self, job: Job) -> Generator[Record, None, None]:
        self.jobs.append(job)
        self.stream = self._play()  # kept, so that it isn't closed by being forgotten
        return self.stream

    def _play(self) -> Generator[Record, None, None]:
        try:
            for record in self.records:
                if isinstance(record, Exception):
                    raise record
                yield record
        finally:
            self.closed = True


def run(runner: Playback, *form: Any, kept: Painted | None = None, size: int = 128) -> Generator[View, None, None]:
    return handlers.run(runner, DEFAULTS, kept, *form, *settings(size=size))


WHOLE = (Waiting(1), Waiting(0), progress(1, size=(64, 43)), progress(2), progress(3))


def shown(value: Any) -> bool:
    """Whether a view changes an output at all."""
    return not (isinstance(value, dict) and set(value) == {"__type__"})


def test_the_defaults_of_the_page_are_those_of_the_config() -> None:
    assert handlers.make_config(DEFAULTS, tuple(SETTINGS)) == DEFAULTS


def test_what_the_browser_sends_becomes_a_config() -> None:
    values = settings(size=256.0, steps=30, initial="noise", seed=7.0, content_weight=2, strength=30)
    config = handlers.make_config(DEFAULTS, tuple(values))
    assert (config.size, config.steps, config.initial, config.seed) == (256, 30, Initial.NOISE, 7)
    assert (config.content_weight, config.strength) == (2.0, 30.0)
    assert isinstance(config.size, int)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": 5000}, "size must be between 128 and 1024"),
        ({"steps": 100_000}, "steps must be between 1 and 1000"),
        ({"scales": 6}, "scales must be between 0 and 5"),
        ({"seed": None}, "seed needs a number"),
        ({"seed": "seven"}, "seed needs a number"),
        ({"seed": -1}, "seed must be between"),
        ({"content_weight": float("nan")}, "content_weight needs a number"),
        ({"steps": True}, "steps needs a number"),
        ({"optimizer": "sgd"}, "optimizer must be one of"),
        ({"strength": 101}, "strength must be between 0 and 100"),
        ({"weights": "/etc/passwd"}, "weights must be one of"),
        ({"weights": "other.pth"}, "weights must be one of"),
    ],
)
def test_what_no_widget_allows_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        handlers.make_config(DEFAULTS, tuple(settings(**changes)))


def test_the_servers_own_weights_are_allowed() -> None:
    defaults = TransferConfig(weights="mine.pth")
    assert handlers.make_config(defaults, tuple(settings(weights="mine.pth"))).weights == "mine.pth"


def test_a_run_from_the_queue_to_the_picture(photo: FileDataDict, painting: FileDataDict, cache: Path) -> None:
    runner = Playback(WHOLE)
    begin, wait, turn, first, second, third = run(runner, photo, painting)
    end = handlers.finished(third.painted)
    (job,) = runner.jobs
    assert (job.content.shape, job.styles[0].shape) == ((100, 150, 3), (60, 80, 3))
    assert (begin.start["visible"], begin.stop["visible"]) == (False, True)
    assert "1st in line" in wait.status
    assert "Your turn" in turn.status
    for view, index in ((first, 1), (second, 2), (third, 3)):
        assert f"step {index} of 3" in view.status
        assert "about 4 s left" in view.status
        assert f"after step {index} of 3" in view.pane
        assert view.painted.progress.index == index
        assert not shown(view.comparison)
    assert (end.start["visible"], end.stop["visible"]) == (True, False)
    assert "Finished after 3 steps" in end.status
    assert runner.closed
    before, after = end.comparison["value"]
    with Image.open(before) as left, Image.open(after) as right:
        assert left.size == right.size == (128, 85)
        assert right.format == "PNG"
        assert right.getpixel((5, 5)) == (30, 30, 30)
    assert end.download["value"] == after
    assert Path(after).name == "old_bridge_1_wave_128.png"
    assert Path(after).is_relative_to(cache)


def test_coarse_pictures_are_shown_as_large_as_the_final_one(photo: FileDataDict, painting: FileDataDict) -> None:
    sizes = set()
    for view in run(Playback(WHOLE), photo, painting):
        if isinstance(view.pane, str):
            sizes.add(_size_of(view.pane))
    assert sizes == {(128, 85)}


def _size_of(html: str) -> tuple[int, int]:
    data = html.partition("base64,")[2].partition('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        return image.size


def test_stop_shows_the_last_picture_at_full_size(photo: FileDataDict, painting: FileDataDict) -> None:
    running = run(Playback(WHOLE), photo, painting)
    kept = [next(running).painted for _ in range(4)][-1]
    running.close()
    end = handlers.stopped(kept)
    assert "Stopped after step 1 of 3, at 64 × 43 px, enlarged to 128 × 85 px" in end.status
    assert not end.start["interactive"]  # until the last step is over
    assert handlers.finished(kept)._replace(start=None) == end._replace(start=None)
    assert handlers.finished(kept).start["interactive"]
    with Image.open(end.download["value"]) as picture:
        assert picture.size == (128, 85)
        assert picture.getpixel((5, 5)) == (10, 10, 10)


def test_stop_before_the_first_picture(photo: FileDataDict, painting: FileDataDict) -> None:
    end = handlers.finished(None)
    assert "Stopped before the first picture" in end.status
    assert not shown(end.comparison)
    assert "will appear here" in end.pane


def test_stop_before_the_first_picture_keeps_the_one_from_before(photo: FileDataDict, painting: FileDataDict) -> None:
    earlier = list(run(Playback(WHOLE), photo, painting))[-1].painted
    again = run(Playback(WHOLE), photo, painting, kept=earlier)
    next(again)
    end = handlers.finished(next(again).painted)
    assert "the one from before" in end.status
    assert end.download["visible"]


def test_a_second_run_starts_its_own_curves(photo: FileDataDict, painting: FileDataDict) -> None:
    earlier = list(run(Playback(WHOLE), photo, painting))[-1].painted
    again = list(run(Playback(WHOLE), photo, painting, kept=earlier))[-1].painted
    assert len(again.curves.losses) == 3
    assert not again.earlier


def test_the_plot_is_drawn_at_two_points_and_then_every_two_seconds(
    photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter((10.0, 11.9, 12.0, 12.1, 13.9, 15.0, 15.1, 15.2))
    monkeypatch.setattr(handlers, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    records = [progress(index, total=6) for index in range(1, 7)]
    _, *views = run(Playback(records), photo, painting)
    assert [shown(view.plot) for view in views] == [False, True, False, False, True, False]
    assert "after step 2 of 6" in views[1].plot
    assert "after step 4 of 6" in handlers.finished(views[3].painted).plot
    *_, again = run(Playback(records[:2]), photo, painting, kept=views[-1].painted)
    assert "after step 2 of 6" in again.plot  # a run of its own, though the last plot is young


def test_closing_the_view_closes_the_run(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    views = run(runner, photo, painting)
    next(views)
    views.close()
    assert runner.closed


def test_an_error_amid_a_run_keeps_the_picture(
    photo: FileDataDict, painting: FileDataDict, caplog: pytest.LogCaptureFixture
) -> None:
    views = run(Playback((Waiting(0), progress(1), progress(2), RuntimeError("CUDA error 0x77"))), photo, painting)
    with pytest.raises(gr.Error) as error:
        list(views)
    assert "what was painted so far is kept" in error.value.message
    assert "0x77" not in error.value.message
    assert "0x77" in caplog.text


def test_the_last_view_before_an_error_is_the_finished_one(photo: FileDataDict, painting: FileDataDict) -> None:
    views = run(Playback((Waiting(0), progress(2), RuntimeError())), photo, painting)
    seen = [next(views) for _ in range(4)]
    assert seen[-1].download["visible"]
    assert "Stopped after step 2 of 3" in seen[-1].status
    assert (seen[-1].start["visible"], seen[-1].stop["visible"]) == (True, False)


def test_a_refused_job_changes_nothing_on_the_page(photo: FileDataDict, painting: FileDataDict) -> None:
    with pytest.raises(gr.Error, match="the queue is full"):
        next(run(Playback([ValueError("the queue is full")]), photo, painting))


def test_missing_and_broken_pictures_are_told_in_words(
    photo: FileDataDict, painting: FileDataDict, broken: FileDataDict, cache: Path
) -> None:
    runner = Playback(WHOLE)
    for form, message in (
        ((None, painting), "There is no photo yet"),
        ((photo, None), "There is no painting yet"),
        ((broken, painting), "Photo: the picture isn't a picture"),
        ((photo, broken), "Painting: the picture isn't a picture"),
        ((upload(cache / "gone.png"), painting), "didn't arrive"),
    ):
        with pytest.raises(gr.Error) as error:
            next(run(runner, *form))
        assert message in error.value.message
        assert "/" not in error.value.message  # no path of the server
    assert not runner.jobs


def test_a_picture_that_was_not_uploaded_is_not_read(photo: FileDataDict, tmp_path: Path, cache: Path) -> None:
    """A request may name any path, and Gradio checks only those that it calls files."""
    private = tmp_path / "private.png"
    Image.new("RGB", (64, 64)).save(private)
    link = cache / "link.png"
    link.symlink_to(private)
    for path in (private, cache / ".." / "private.png", link):
        with pytest.raises(gr.Error, match="wasn't uploaded here"):
            next(run(Playback(WHOLE), upload(path), photo))


def test_who_waits_holds_no_more_of_a_picture_than_its_result_needs(cache: Path, painting: FileDataDict) -> None:
    large = cache / "large.png"
    Image.new("RGB", (3000, 2000), "teal").save(large)
    order = handlers.make_order(upload(large), painting, TransferConfig(size=128))
    assert order.job.content.shape == (341, 512, 3)
    assert order.size == (128, 85)


def test_messages_are_no_html(photo: FileDataDict, painting: FileDataDict) -> None:
    with pytest.raises(gr.Error) as error:
        next(run(Playback([ValueError("<script>1 < 2")]), photo, painting))
    assert error.value.message == "&lt;script&gt;1 &lt; 2"


def test_a_bad_upload_is_cleared_with_a_warning(
    photo: FileDataDict, broken: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda message, **_: said.append(message))
    assert not shown(handlers.check("photo", photo))
    assert not said
    assert handlers.check("photo", broken) is None
    assert said == ["Photo: the picture isn't a picture that can be read; use JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF."]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("neuschwanstein.jpg", "starry_night.jpg"), "neuschwanstein_starry_night_512.png"),
        (("image.png", "starry_night.jpg"), "nst-5.png"),
        ((None, "starry_night.jpg"), "nst-5.png"),
        (("写真.jpg", "starry_night.jpg"), "nst-5.png"),
        (("../../evil/..\\x.jpg", "a b.jpg"), "x_a_b_512.png"),
        (("x" * 300 + ".jpg", "y.jpg"), "x" * 40 + "_y_512.png"),
    ],
)
def test_the_file_is_named_after_the_pictures(names: tuple[str | None, str], expected: str) -> None:
    pictures: list[FileDataDict] = [{"path": "x", "orig_name": name, "is_stream": False} for name in names]
    assert handlers._file_name(pictures[0], pictures[1], TransferConfig(size=512, seed=5)) == expected


def test_programs_get_pictures_and_numbers(photo: FileDataDict, painting: FileDataDict) -> None:
    stream = list(handlers.stylize(Playback(WHOLE), DEFAULTS, photo, painting, *settings(size=128)))
    pictures, numbers = zip(*stream, strict=True)
    assert pictures[:2] == (None, None)
    assert [entry.get("waiting") for entry in numbers] == [1, 0, 0, 0, 0, 0]
    assert [entry.get("step") for entry in numbers[2:]] == [1, 2, 3, 3]
    assert numbers[-1]["total_loss"] == 2.1
    assert [Path(picture).suffix for picture in pictures[2:]] == [".jpg", ".jpg", ".jpg", ".png"]
    with Image.open(pictures[-1]) as last:
        assert (last.size, last.format, last.getpixel((3, 3))) == ((128, 85), "PNG", (30, 30, 30))


def test_programs_get_errors_in_words(photo: FileDataDict, painting: FileDataDict) -> None:
    with pytest.raises(gr.Error, match="strength must be between"):
        next(handlers.stylize(Playback(WHOLE), DEFAULTS, photo, painting, *settings(strength=-1.0)))
