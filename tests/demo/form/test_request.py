"""What the browser sends becomes a job, or a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form import request, strength_map
from demo.form.request import Selection, make_selection, make_submission
from demo.words import Language
from nst_core.config import TransferConfig
from nst_core.images import fit
from tests.support.playback import form, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


def test_several_paintings_are_blended_as_their_sliders_say(photo: FileDataDict, painting: FileDataDict) -> None:
    selection = make_selection(DEFAULTS, form(photo, painting, None, painting, blends=(20.0, 99.0, 60.0)))
    assert selection.places == (0, 2)
    assert selection.config.style_blend == (20.0, 60.0)
    assert len(make_submission(selection).job.styles) == 2
    alike = make_selection(DEFAULTS, form(photo, painting, painting, blends=(70.0, 70.0)))
    assert alike.config.style_blend == ()
    with pytest.raises(ValueError, match=r"“How much of each painting\?” needs a number"):
        make_selection(DEFAULTS, form(photo, painting, painting, blends=(20.0, float("nan"))))


@pytest.mark.parametrize(("speaks", "words"), [("en", "All the paintings are at 0"), ("es", "Todos los cuadros")])
def test_paintings_of_which_nothing_is_wanted_are_refused(
    photo: FileDataDict, painting: FileDataDict, speaks: Language, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        make_selection(DEFAULTS, form(photo, painting, None, painting, blends=(0, 50.0, 0)), speaks)
    assert make_selection(DEFAULTS, form(photo, painting, painting, blends=(0, 1))).config.style_blend == (0, 1)
    assert (
        make_selection(DEFAULTS, form(photo, painting, blends=(0,))).config.style_blend == ()
    )  # its slider isn't seen


def test_where_nothing_is_brushed_all_paintings_belong(photo: FileDataDict, painting: FileDataDict) -> None:
    labels = np.array([[0, 1, 3]], np.uint8)
    selection = make_selection(DEFAULTS, form(photo, painting, None, painting, regions=labels))
    assert [mask.tolist() for mask in selection.masks] == [[[255, 255, 0]], [[255, 0, 255]]]
    assert make_submission(selection).job.masks == selection.masks


def test_how_much_painting_where_goes_along_with_regions(photo: FileDataDict, painting: FileDataDict) -> None:
    labels, brushed = np.array([[1, 2]], np.uint8), np.array([[1, 1], [0, 2]], np.uint8)
    selection = make_selection(DEFAULTS, form(photo, painting, painting, regions=labels, strength_map=brushed))
    job = make_submission(selection).job
    assert len(job.masks) == 2
    assert np.array_equal(job.strength_map, strength_map.soft(brushed))
    assert make_submission(make_selection(DEFAULTS, form(photo, painting))).job.strength_map is None


def test_regions_count_only_among_several_paintings_that_are_there(photo: FileDataDict, painting: FileDataDict) -> None:
    labels = np.array([[0, 4]], np.uint8)
    assert make_selection(DEFAULTS, form(photo, painting, regions=labels)).masks == ()
    assert make_selection(DEFAULTS, form(photo, painting, painting, regions=labels)).masks == ()


def test_going_on_adds_a_quarter_and_grows_as_far_as_the_page_allows() -> None:
    assert [request.more_steps(planned) for planned in (1, 4, 7, 40)] == [1, 1, 1, 10]
    assert [request.larger_size(size) for size in (256, 512, 700, 1024)] == [512, 1024, 1024, 1024]


def test_a_painting_without_room_is_told(photo: FileDataDict, painting: FileDataDict) -> None:
    labels = np.array([[1, 1]], np.uint8)
    selection = make_selection(DEFAULTS, form(photo, painting, None, painting, regions=labels))
    with pytest.raises(ValueError, match="Painting 3 has no room"):
        make_submission(selection)


def test_a_picture_that_is_too_narrow_is_refused_by_the_size_that_the_person_knows(
    painting: FileDataDict, cache: Path
) -> None:
    for size, message in (((9000, 90), "9000 × 90 px is too narrow for this page"), ((6000, 250), "at least 768")):
        ribbon = upload(cache / "ribbon.png", size)
        with pytest.raises(ValueError, match=message):
            make_submission(make_selection(DEFAULTS, form(ribbon, painting, size=512)))


def test_nobody_is_told_to_choose_strokes_that_the_slider_has_not(photo: FileDataDict, cache: Path) -> None:
    ribbon = upload(cache / "ribbon.png", (4000, 40))
    for strokes in (0.5, 1, 2):
        with pytest.raises(ValueError, match="4000 × 40 px is too narrow for this page"):
            make_submission(make_selection(DEFAULTS, form(photo, ribbon, size=512, style_scale=strokes)))


def test_the_finished_size_is_that_of_what_is_painted(painting: FileDataDict, cache: Path) -> None:
    """The job has the photo shrunk, and by rounded sides another size could be the nearest."""
    submission = make_submission(
        make_selection(DEFAULTS, form(upload(cache / "large.png", (2990, 1016)), painting, size=128))
    )
    height, width = submission.job.content.shape[:2]
    assert submission.size == fit((width, height), 128) == fit((2990, 1016), 128)


def test_who_waits_holds_no_more_of_a_picture_than_its_result_needs(cache: Path, painting: FileDataDict) -> None:
    selection = make_selection(DEFAULTS, form(upload(cache / "large.png", (3000, 2000)), painting, size=128))
    submission = make_submission(selection)
    assert submission.job.content.shape == (340, 512, 3)
    assert submission.size == (128, 85)
    assert submission.before.shape == (85, 128, 3)


def test_what_is_transparent_in_the_photo_stays_so(cache: Path, painting: FileDataDict, photo: FileDataDict) -> None:
    path = cache / "logo.png"
    image = Image.new("RGBA", (150, 100), (200, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 75, 100))
    image.save(path)
    submission = make_submission(make_selection(DEFAULTS, form(upload(path), painting, size=150)))
    assert submission.job.content.shape == (100, 150, 4)
    assert submission.job.config.keep_alpha
    assert submission.before[50, 10].tolist() == [255, 255, 255]  # looked at, it lies on white
    assert not make_submission(make_selection(DEFAULTS, form(photo, painting))).job.config.keep_alpha
    image.putalpha(0)
    image.save(path)
    with pytest.raises(ValueError, match="^Photo: the picture is transparent everywhere"):
        make_submission(make_selection(DEFAULTS, form(upload(path), painting)))


def test_missing_and_broken_pictures_are_told_in_words(
    photo: FileDataDict, painting: FileDataDict, cache: Path
) -> None:
    broken = cache / "broken.jpg"
    broken.write_bytes(b"not a picture at all")
    for given, message in (
        ((None, painting), "There is no photo yet"),
        ((photo, None), "There is no painting yet"),
        ((upload(broken), painting), "^Photo: this file isn't a picture"),
        ((photo, upload(broken)), "^Painting: this file isn't a picture"),
        ((upload(cache / "gone.png"), painting), "didn't arrive"),
    ):
        with pytest.raises(ValueError, match=message) as error:
            make_submission(make_selection(DEFAULTS, form(*given)))
        assert str(cache) not in str(error.value)
    with pytest.raises(ValueError, match="Todavía no hay foto"):
        make_submission(make_selection(DEFAULTS, form(None, painting)), "es")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("neuschwanstein.jpg", "starry_night.jpg"), "neuschwanstein_starry_night_512"),
        (("a.jpg", "b.jpg", "c.jpg"), "a_b_c_512"),
        (("image.png", "starry_night.jpg"), "nst-5"),
        ((None, "starry_night.jpg"), "nst-5"),
        (("starry_night.jpg", "file.png"), "nst-5"),
        (("写真.jpg", "starry_night.jpg"), "nst-5"),
        (("../../evil/..\\x.jpg", "a b.jpg"), "x_a_b_512"),
        (("x" * 300 + ".jpg", "y.jpg"), "x" * 40 + "_y_512"),
    ],
)
def test_the_file_is_named_after_the_pictures(names: tuple[str | None, ...], expected: str) -> None:
    pictures: list[FileDataDict] = [{"path": "x", "orig_name": name, "is_stream": False} for name in names]
    assert request.stem(Selection(pictures[0], tuple(pictures[1:]), TransferConfig(size=512, seed=5))) == expected


def test_no_two_runs_have_one_key() -> None:
    keys = {request.new_key() for _ in range(100)}
    assert len(keys) == 100
    assert min(map(len, keys)) >= 20
