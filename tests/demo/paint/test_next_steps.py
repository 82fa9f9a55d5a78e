"""What the page says beside a result: which pictures it is of, and how long going on takes."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form import library
from demo.form.library import subject
from demo.form.request import Selection, make_submission
from demo.paint.next_steps import NextSteps
from demo.paint.running import Running
from demo.paint.session import Painted, followed
from demo.paint.views import PaintView
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size
from tests.support.playback import ENGLISH, SPANISH, Playback, form, progress, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


class Timed(Playback):
    """One that takes as many seconds as there are steps, and a tenth of a second for each pixel of the long side."""

    def __init__(self, seconds: float | None = 1.0) -> None:
        super().__init__(())
        self.seconds = seconds
        self.asked: list[TransferConfig] = []

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        self.asked.append(config)
        return self.seconds and config.steps + config.size / 10


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (150, 100))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    return upload(Path(shutil.copyfile(library.by_name("painting")["great_wave"], cache / "great_wave.jpg")))


def made(photo: FileDataDict, *paintings: FileDataDict, size: int = 128, steps: int = 20) -> Painted:
    submission = make_submission(Selection(photo, paintings, TransferConfig(size=size, steps=steps)), key="run")
    return followed(submission, progress(steps, steps, submission.size), None)


def test_a_result_names_its_pictures(photo: FileDataDict, painting: FileDataDict) -> None:
    pair = NextSteps(Timed(), DEFAULTS).tell(SPANISH, made(photo, painting), None, form(photo, painting)).pair
    assert pair == '<p class="pair">bridge × La gran ola de Kanagawa</p>'


def test_a_result_of_other_pictures_says_what_the_buttons_do(
    photo: FileDataDict, painting: FileDataDict, cache: Path
) -> None:
    painted, other = made(photo, painting), upload(cache / "other.png", (60, 40), "tomato")
    for chosen in (form(other, painting), form(photo, other), form(photo, painting, other)):
        pair = NextSteps(Timed(), DEFAULTS).tell(ENGLISH, painted, None, chosen).pair
        assert "You have chosen another pair: Paint begins it." in pair
        assert "go on with this one, bridge × The Great Wave off Kanagawa" in pair


def test_beside_a_result_stands_why_paint_cannot_make_another(
    photo: FileDataDict, painting: FileDataDict, cache: Path
) -> None:
    wide = upload(cache / "wide.png", (2000, 60))
    for chosen, reason in (
        (form(wide, painting), "A picture of 2000 × 60 px is too narrow for this page"),
        (form(None, painting), "There is no photo yet"),
        (form(photo, painting, steps=None), "“Steps” is empty"),
    ):
        view = NextSteps(Timed(), DEFAULTS).tell(ENGLISH, made(photo, painting), None, chosen)
        assert reason in view.pair
        assert "Paint begins it" not in view.pair
        assert all("about" in time for time in (view.keep_going_time, view.larger_time))  # one can still go on


def test_a_picture_is_the_same_by_what_is_in_its_file(photo: FileDataDict, painting: FileDataDict, cache: Path) -> None:
    again = upload(Path(shutil.copyfile(photo["path"], cache / "again.png")))
    painted = made(photo, painting)
    pair = NextSteps(Timed(), DEFAULTS).tell(ENGLISH, painted, None, form(again, None, painting)).pair
    assert "another pair" not in pair
    assert "another pair" in NextSteps(Timed(), DEFAULTS).tell(ENGLISH, painted, None, form(photo, again)).pair
    Path(photo["path"]).unlink()  # uploads go after a day
    assert "choose it again" in NextSteps(Timed(), DEFAULTS).tell(ENGLISH, painted, None, form(photo, painting)).pair
    assert "another pair" not in NextSteps(Timed(), DEFAULTS).tell(ENGLISH, painted, None, form(again, painting)).pair


def test_the_times_are_those_of_the_jobs_that_the_buttons_begin(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Timed()
    view = NextSteps(runner, DEFAULTS).tell(ENGLISH, made(photo, painting), None, form(photo, painting))
    assert ">about 18 s<" in view.keep_going_time
    assert ">about 31 s<" in view.larger_time
    assert [(config.size, config.steps, config.scales) for config in runner.asked] == [(128, 5, 1), (256, 5, 1)]


def test_nothing_is_said_of_a_time_that_is_not_known(photo: FileDataDict, painting: FileDataDict) -> None:
    unknown = NextSteps(Timed(None), DEFAULTS).tell(ENGLISH, made(photo, painting), None, form(photo, painting))
    assert (unknown.keep_going_time, unknown.larger_time) == ("", "")
    largest = made(photo, painting, size=1024, steps=4)
    view = NextSteps(Timed(), DEFAULTS).tell(ENGLISH, largest, None, form(photo, painting))
    assert (">about 2 min<" in view.keep_going_time, view.larger_time) == (True, "")
    nonsense = NextSteps(Timed(), DEFAULTS).tell(ENGLISH, largest, None, form(photo, painting, strength=None))
    assert (nonsense.keep_going_time, nonsense.larger_time) == ("", "")


def test_a_run_that_is_under_way_is_left_alone(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, runner = made(photo, painting), Timed()
    running = Running("run", painted.selection, painted.selection.config)
    assert not shown(NextSteps(runner, DEFAULTS).tell(ENGLISH, None, None, form(photo, painting)))
    runner.under_way.add("run")
    assert NextSteps(runner, DEFAULTS).tell(ENGLISH, painted, running, form(photo, painting)) == PaintView(chosen="")
    runner.stop("run")
    view = NextSteps(runner, DEFAULTS).tell(ENGLISH, painted, running, form(photo, painting))
    assert all(map(shown, (view.pair, view.keep_going_time, view.larger_time)))


def test_what_is_chosen_next_is_shown_at_once_beside_what_is_there(
    photo: FileDataDict, painting: FileDataDict, cache: Path
) -> None:
    painted, runner = made(photo, painting), Timed()
    other = upload(cache / "tower.png", (60, 90), "tomato")
    tell = NextSteps(runner, DEFAULTS).tell
    assert tell(ENGLISH, painted, None, form(photo, painting)).chosen == ""
    after = tell(ENGLISH, painted, None, form(other, painting, photo, steps=20)).chosen
    assert "<b>tower × The Great Wave off Kanagawa + bridge</b>" in after
    assert "Paint begins this one (about 71 s)" in after
    first, *others = re.findall(r"base64,([^\"]+)", after)
    with Image.open(BytesIO(base64.b64decode(first))) as image:
        assert image.size == (60, 90)
        red, green, blue = image.getpixel((30, 45))  # type: ignore[misc]
        assert (red > 200, green < 140, blue < 120) == (True, True, True)
    assert len(others) == 2
    running = Running("run", painted.selection, painted.selection.config)
    runner.under_way.add("run")
    assert "para la próxima imagen" in tell(SPANISH, None, running, form(other, painting)).chosen
    assert tell(ENGLISH, painted, running, form(None, painting)).chosen == ""
    wide = upload(cache / "wide.png", (2000, 60))
    assert tell(ENGLISH, painted, None, form(wide, painting)).chosen == ""
    runner.seconds = None
    assert "this one is done</p>" in tell(ENGLISH, painted, running, form(other, painting)).chosen


def test_long_names_are_shortened_and_pictures_without_one_called_so(photo: FileDataDict, cache: Path) -> None:
    long = upload(cache / f"{'x' * 80}.png", (50, 50))
    assert subject(Selection(photo, (long,), DEFAULTS), "en") == f"bridge × {'x' * 31}…"
    photo["orig_name"] = None
    assert subject(Selection(photo, (photo, long), DEFAULTS), "es").startswith("una imagen × una imagen + xxx")
