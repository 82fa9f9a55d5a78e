"""What is told below the pictures before anybody paints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form.checks import Checked, check
from demo.form.remarks import Remarks, choose_margins
from nst_core.config import TransferConfig
from tests.support.pictures import smooth_picture
from tests.support.playback import ENGLISH, SPANISH, clicked, form, upload

pytestmark = pytest.mark.usefixtures("cache")

REMARKS = Remarks(TransferConfig())
SMALL = "Painting {} has 80 × 60 px and is enlarged, which blurs its strokes; up to {} px, or with smaller strokes, it"


@pytest.fixture
def pictures(cache: Path) -> tuple[FileDataDict, FileDataDict]:
    """A photo, and a painting of 80 x 60 pixels."""
    for name, size in (("photo.png", (200, 150)), ("painting.png", (80, 60))):
        smooth_picture(*size, seed=1).save(cache / name)
    return upload(cache / "photo.png"), upload(cache / "painting.png")


def checked(*pictures: FileDataDict | None) -> Checked:
    now, *_ = check(ENGLISH, None, (*pictures, *[None] * (5 - len(pictures))), (None, None))
    return now


def test_a_small_painting_is_told_with_the_largest_size(pictures: tuple[FileDataDict, FileDataDict]) -> None:
    seen = checked(*pictures)
    assert SMALL.format(1, 120) in REMARKS.tell(ENGLISH, seen, form(*pictures, size=128))
    assert SMALL.format(1, 240) in REMARKS.tell(ENGLISH, seen, form(*pictures, size=256, style_scale=0.5))
    assert REMARKS.tell(ENGLISH, seen, form(*pictures, size=128, style_scale=0.5)) == ""
    assert "El cuadro 1 tiene 80 × 60 px" in REMARKS.tell(SPANISH, seen, form(*pictures, size=128))


def test_a_painting_is_called_by_its_slot(pictures: tuple[FileDataDict, FileDataDict]) -> None:
    photo, painting = pictures
    seen = checked(photo, None, None, painting)
    assert SMALL.format(3, 120) in REMARKS.tell(ENGLISH, seen, form(photo, None, None, painting, size=128))


def test_an_even_photo_is_told_without_a_painting(cache: Path) -> None:
    photo = upload(cache / "even.png", (200, 150))
    assert "The photo is nearly one colour" in REMARKS.tell(ENGLISH, checked(photo), form(photo))


def test_a_border_can_be_cut_off_and_kept_again(cache: Path) -> None:
    scan = Image.new("RGB", (400, 300), "white")
    scan.paste(smooth_picture(300, 200, seed=4), (50, 50))
    scan.save(cache / "scan.png")
    painting = upload(cache / "scan.png")
    seen = checked(None, painting)
    settings: dict[str, Any] = {"size": 256}
    for about, index in (("has a border of one colour", 1), ("300 × 200 px of it are left", 0)):
        told = REMARKS.tell(ENGLISH, seen, form(None, painting, **settings))
        assert about in told
        assert f'data-index="{index}"' in told
        settings["margins"] = choose_margins(clicked(index))
    assert settings["margins"] == "keep"


def test_nothing_is_told_of_what_was_not_looked_at_yet(pictures: tuple[FileDataDict, FileDataDict]) -> None:
    assert REMARKS.tell(ENGLISH, None, form(*pictures)) == ""
    assert REMARKS.tell(ENGLISH, checked(pictures[0]), form(*pictures)) == ""
    assert REMARKS.tell(ENGLISH, checked(*pictures), form(*pictures, steps="many")) == ""
