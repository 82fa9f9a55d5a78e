"""A picture is taken home in the format that was chosen, with all it takes to make it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form.request import Selection, continued, make_submission
from demo.jobs.records import Computation, LossRecord, Progress
from demo.paint.downloads import Format, OnlyTheLastError, comparison, recipe_of, write
from demo.paint.resizing import resized_deep
from demo.paint.running import Running
from demo.paint.session import Painted, Segment, followed
from nst_core.config import TransferConfig
from nst_core.execution import Execution
from nst_core.recipe import Role, read_recipe, sha256_of
from tests.support.playback import upload

pytestmark = pytest.mark.usefixtures("cache")

CONFIG = TransferConfig(size=48, steps=4, strength=70)


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (96, 64))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    return upload(cache / "wave.png", (80, 60), "orange")


def run(photo: FileDataDict, painting: FileDataDict, steps: int = 4, channels: int = 3, total: int = 4) -> Painted:
    """Coarse first, each step another grey."""
    submission, made = make_submission(Selection(photo, (painting,), CONFIG)), None
    for index in range(1, steps + 1):
        size = (24, 16) if index < 3 else (48, 32)
        image = np.full((size[1], size[0], channels), 40 * index, np.uint8)
        deep = image.astype(np.uint16) * 257 + 1
        record = Progress(index, total, size, (LossRecord(1, 2, 3),), None, (), image, deep=deep)
        made = followed(submission, record, made)
    assert made is not None
    return made


def test_a_png_carries_its_recipe(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = run(photo, painting)
    path = write(painted, None, painted.at(2), Format.PNG)
    assert path.name == "bridge_wave_48.png"
    recipe = read_recipe(path)
    assert recipe.config == painted.selection.config
    assert (recipe.steps_done, recipe.steps_planned, recipe.depth) == (2, 4, 8)
    assert [(each.role, each.name, each.sha256) for each in recipe.ingredients] == [
        (Role.CONTENT, "bridge.png", sha256_of(Path(photo["path"]))),
        (Role.STYLE, "wave.png", sha256_of(Path(painting["path"]))),
    ]
    with Image.open(path) as image:
        assert (image.size, image.getpixel((5, 5))) == ((48, 32), (80, 80, 80))


def test_a_recipe_names_regions_and_weights_but_no_folder(
    photo: FileDataDict, painting: FileDataDict, cache: Path
) -> None:
    weights = cache / "mine.pth"
    weights.write_bytes(b"numbers")
    masks = (np.eye(2, dtype=np.uint8), np.full((2, 2), 255, np.uint8))
    config = TransferConfig(size=48, steps=4, weights=str(weights))
    submission = make_submission(Selection(photo, (painting, painting), config, (0, 1), masks, masks[1]))
    recipe = recipe_of(Segment("mine", submission.selection, submission.size, 4), 4)
    names = [each.name for each in recipe.ingredients]
    regions = ["region-1.png", "region-2.png"]
    assert names == ["bridge.png", "wave.png", "wave.png", *regions, "strength-map.png", "mine.pth"]
    assert recipe.of(Role.STRENGTH_MAP)[0].sha256 == recipe.of(Role.MASK)[1].sha256
    assert recipe.config.weights == "mine.pth"
    assert str(cache) not in recipe.to_text()


def test_a_jpeg_is_small_and_on_white(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = run(photo, painting, channels=4)
    with Image.open(write(painted, None, painted.at(None), Format.JPEG)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (48, 32), "RGB")
        opacity = 160 / 255
        assert abs(image.getpixel((9, 9))[0] - (160 * opacity + 255 * (1 - opacity))) < 3  # type: ignore[index]


def test_opacity_is_kept_in_a_png(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = run(photo, painting, channels=4)
    with Image.open(write(painted, None, painted.at(2), Format.PNG)) as image:
        assert image.mode == "RGBA"
        assert np.abs(np.subtract(image.getpixel((9, 9)), 80)).max() <= 1


@pytest.mark.parametrize("steps", [4, 2])
def test_16_bits_are_those_that_were_painted(photo: FileDataDict, painting: FileDataDict, steps: int) -> None:
    painted = run(photo, painting, steps)
    path = write(painted, None, painted.at(None), Format.PNG16)
    assert path.name == "bridge_wave_48_16bit.png"
    data = path.read_bytes()
    assert data[24] == 16  # PNG's bit depth
    assert read_recipe(path).depth == 16
    image = resized_deep(painted.at(None).deep, painted.size)
    assert image.shape == (32, 48, 3)
    assert np.abs(image.astype(int) - (40 * steps * 257 + 1)).max() <= 1
    with pytest.raises(OnlyTheLastError):
        write(painted, None, painted.at(1), Format.PNG16)


@pytest.mark.parametrize("kind", [Format.MP4, Format.GIF])
def test_the_making_of_leads_from_the_photo_to_the_picture(
    photo: FileDataDict, painting: FileDataDict, kind: Format
) -> None:
    painted = run(photo, painting)
    path = write(painted, None, painted.at(3), kind)
    assert path.name == f"bridge_wave_48.{kind}"
    with av.open(str(path)) as film:
        greys = [frame.to_ndarray(format="rgb24")[5, 5].astype(int) for frame in film.decode(video=0)]
    assert np.abs(greys[0] - np.array([0, 128, 128])).max() < 12  # the photo is teal
    shown = [grey[1] for grey in greys]
    for expected in (40, 80, 120):
        assert min(abs(value - expected) for value in shown) < 12
    assert abs(shown[-1] - 120) < 12
    assert max(value for value in shown[1:]) < 140  # nothing of what came after


def test_a_moment_whose_file_is_gone_is_left_out_of_the_film(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = run(photo, painting)
    painted.snapshots.kept[1].path.unlink()
    with av.open(str(write(painted, None, painted.at(None), Format.GIF))) as film:
        greens = [frame.to_ndarray(format="rgb24")[5, 5, 1].astype(int) for frame in film.decode(video=0)]
    assert min(abs(green - 40) for green in greens) < 12
    assert min(abs(green - 120) for green in greens) < 12
    assert abs(greens[-1] - 160) < 12


def test_what_is_compared_has_one_size(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = run(photo, painting)
    sizes = set()
    for path in comparison(painted, painted.at(1)):
        with Image.open(path) as image:
            sizes.add(image.size)
    assert sizes == {(48, 32)}


def test_a_file_is_written_once(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = run(photo, painting)
    path = write(painted, None, painted.at(None), Format.PNG)
    path.write_bytes(b"there already")
    assert write(painted, None, painted.at(None), Format.PNG).read_bytes() == b"there already"


ELSEWHERE = {"nst_core": "9.9", "torch": "3.0", "device": "mars"}


def records(total: int = 4, steered: dict[int, float] | None = None) -> list[Progress]:
    """Those of a run that was steered, from each of these steps on, to another strength."""
    turns = tuple((step, replace(CONFIG, strength=strength)) for step, strength in (steered or {}).items())
    return [
        Progress(
            index,
            total,
            (48, 32),
            (LossRecord(1, 2, 3),),
            None,
            (),
            np.full((32, 48, 3), 40 * index, np.uint8),
            steered=tuple(turn for turn in turns if turn[0] <= index),
            computation=Computation(config=CONFIG, execution=Execution(block=144), versions=ELSEWHERE),
        )
        for index in range(1, total + 1)
    ]


def painted_by(photo: FileDataDict, painting: FileDataDict, steered: dict[int, float] | None = None) -> Painted:
    submission, made = make_submission(Selection(photo, (painting,), CONFIG), key="mine"), None
    for record in records(steered=steered):
        made = followed(submission, record, made)
    assert made is not None
    return made


def test_a_recipe_tells_what_computed_the_picture(photo: FileDataDict, painting: FileDataDict) -> None:
    """The runner's device, not that of the page's process."""
    painted = painted_by(photo, painting)
    recipe = read_recipe(write(painted, None, painted.at(None), Format.PNG))
    assert (recipe.versions, recipe.execution) == (ELSEWHERE, Execution(block=144))
    assert (recipe.config, recipe.steered, recipe.went_on) == (CONFIG, (), ())


def test_the_steering_is_part_of_the_recipe(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = painted_by(photo, painting, steered={2: 90.0, 4: 10.0})
    wished = replace(painted.selection, config=replace(CONFIG, strength=10.0))
    running = Running("mine", wished, wished.config)
    strengths = {}
    for step in (1, 2, 3, 4):
        recipe = read_recipe(write(painted, running, painted.at(step), Format.PNG))
        strengths[step] = [recipe.config.strength, *((first, config.strength) for first, config in recipe.steered)]
    assert strengths == {1: [70], 2: [70, (2, 90)], 3: [70, (2, 90)], 4: [70, (2, 90), (4, 10)]}


def test_a_run_that_went_on_says_so_in_its_recipe(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = painted_by(photo, painting)
    selection = replace(painted.selection, config=replace(CONFIG, steps=6))
    submission = continued(make_submission(selection, key="more"), painted.at(4).image, 4)
    longer = followed(submission, records(total=2)[-1], painted.settled(None))
    recipe = read_recipe(write(longer, None, longer.at(None), Format.PNG))
    assert (recipe.went_on, recipe.steered, recipe.steps_done, recipe.steps_planned) == ((4,), (), 6, 6)
    assert recipe.config == selection.config
    assert read_recipe(write(longer, None, longer.at(2), Format.PNG)).went_on == ()
