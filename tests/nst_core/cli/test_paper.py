"""From a paper to a file that prints on it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_core.cli.paper import part_of
from nst_core.cli.request import read_job
from nst_core.config import PRINT
from nst_core.printing import Fit
from nst_core.recipe import read_recipe
from tests.support.pictures import smooth_picture
from tests.support.terminal import MACHINE, TINY, TWO, Paints, Terminal, engine, work_on

SMALL = ("--print", "3x4cm", "--dpi", 32)  # 50 pixels
LAYERS = (*TINY[:4], "--steps", 2)


def dpi_of(name: str) -> int:
    with Image.open(name) as image:
        return int(round(image.info["dpi"][0]))


def test_a_picture_for_paper_and_its_repeat(tiny: Terminal) -> None:
    """The real engine, on a tiny network: the size, the resolution, what is told, and all of it again."""
    code, told = tiny("a.png", "s.png", "-o", "out.png", *SMALL, *LAYERS)
    assert code == 0
    assert "; on 3x4cm: 4.0 x 3.0 cm at 32 dpi" in told.splitlines()[0]
    with Image.open("out.png") as image:
        assert image.size == (50, 38)
    recipe = read_recipe(Path("out.png"))
    assert (recipe.dpi, recipe.aspect, recipe.config.size, recipe.config.sharp_strokes) == (32, None, 50, True)
    code, told = tiny("--recipe", "out.png", "-o", "again.png")
    assert code == 0
    assert "; on paper: 4.0 x 3.0 cm at 32 dpi" in told.splitlines()[0]
    assert tiny.bytes("again.png") == tiny.bytes("out.png")
    assert [dpi_of(name) for name in ("out.png", "again.png")] == [32, 32]


def test_a_photo_that_is_cut_takes_its_masks_along(tiny: Terminal) -> None:
    smooth_picture(96, 48, 1).save("a.png")
    mask = Image.new("L", (48, 24))  # of half the photo's size
    mask.paste(255, (0, 0, 24, 24))
    mask.save("m.png")
    options = ("--mask", "m.png", "--within", "m.png", *LAYERS)
    assert tiny("a.png", "s.png", "-o", "out.png", *SMALL, "--fit", "cover", *options)[0] == 0
    with Image.open("out.png") as image:
        assert image.size == (50, 38)
        painted = np.asarray(image)
    assert read_recipe(Path("out.png")).aspect == pytest.approx(4 / 3)
    Image.open("a.png").crop((16, 0, 80, 48)).save("part.png")
    Image.open("m.png").crop((8, 0, 40, 24)).save("m.png")
    assert tiny("part.png", "s.png", "-o", "other.png", "--size", 50, *options, "--sharp-strokes")[0] == 0
    with Image.open("other.png") as image:
        assert np.array_equal(np.asarray(image), painted)
    assert tiny.refuses("--recipe", "out.png", "-o", "again.png")  # the mask has changed by now
    repeat = ["--recipe", "out.png", "-o", "again.png", "--mask", "m.png", "--within", "m.png", "--print", "A4"]
    assert [read_job([*repeat, *fit]).aspect for fit in ([], ["--fit", "contain"], ["--fit", "cover"])] == [
        pytest.approx(4 / 3),
        None,
        297 / 210,
    ]


def test_a_part_of_a_mask_of_any_size() -> None:
    whole = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16))
    assert part_of(whole, (16, 16), None) is whole
    assert np.array_equal(part_of(whole, (16, 16), 2.0), np.asarray(whole)[4:12])
    assert part_of(whole, (160, 160), 2.0).size == (16, 8)
    assert part_of(Image.new("L", (1, 1), 255), (160, 160), 2.0).getextrema() == (255, 255)


def test_a_recipe_is_printed_larger(painted: Terminal) -> None:
    """What a person tried small, on paper."""
    job = read_job(["--recipe", "out.png", "-o", "poster.png", "--print", "A4"])
    assert job.made_for is not None
    assert (job.dpi, job.made_for.paper.name, job.config.sharp_strokes, job.config.steps) == (300, "A4", True, 8)
    assert not read_job(["--recipe", "out.png", "-o", "poster.png"]).config.sharp_strokes


def test_what_is_given_counts_more_than_what_a_print_changes() -> None:
    job = read_job(["c", "s", "-o", "o.png", "--print", "A5", "--no-sharp-strokes", "--fit", "cover", "--dpi", "150"])
    assert PRINT == {"sharp_strokes": True}
    assert (job.config.sharp_strokes, job.dpi) == (False, 150)
    assert job.made_for is not None
    assert job.made_for.fit is Fit.COVER
    assert read_job(["c", "s", "-o", "o.png", "--dpi", "72"]).made_for is None


def test_the_plan_tells_the_size_on_paper(paints: Paints) -> None:
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    first, *_, last = paints.terminal.plans(*TWO, "-o", "out.png", "--print", "A4").splitlines()
    assert first.startswith("3508x2340 in 6 scales, 250 steps on 2 CPU cores, in blocks of ")
    assert last == "on A4: 29.7 x 19.8 cm at 300 dpi, with 0.6 cm of white above and below"


def test_what_does_not_fit_the_memory_names_the_ways_out(paints: Paints) -> None:
    work_on(replace(MACHINE, free=40_000_000), paints.monkeypatch)
    said = paints.terminal.refuses(*TWO, "-o", "out.png", "--print", "A4")
    for part in ("3508x2340", "1.0 GB are there", "a smaller paper or a lower dpi, or the optimizer adam"):
        assert part in said


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--print", "B7"), "'B7' isn't a paper"),
        (("--print", "A4", "--size", "64"), "--print and --size both say how large the picture is"),
        (("--fit", "cover"), "--fit is about a paper; name it with --print"),
        (("--bleed", "3"), "--bleed is about a paper; name it with --print"),
        (("--dpi", "0"), "dpi must be between 1 and 2400, got 0"),
        (("--print", "A2", "--dpi", "600"), "A2 at 600 dpi takes 13228 pixels.*a dpi of at most 453, or a smaller"),
        (("--print", "1x2cm", "--dpi", "20"), "takes 10 pixels, and 32 to 10000 .* a higher dpi, or a larger paper"),
    ],
)
def test_what_is_refused(options: tuple[str, ...], part: str, supplied: Terminal) -> None:
    assert re.search(part, supplied.refuses("a.png", "s.png", "-o", "out.png", *options))


def test_a_run_that_goes_on_keeps_its_paper(painted: Terminal) -> None:
    assert "--print can't be given with --resume" in painted.refuses("--resume", "out.state", "--print", "A4")
    assert painted("--resume", "out.state", "--steps", 9, "--dpi", 96)[0] == 0
    assert dpi_of("out.png") == 96


def test_each_photo_of_a_folder_has_its_size(tiny: Terminal) -> None:
    Path("photos").mkdir()
    smooth_picture(64, 48, 1).save("photos/wide.png")
    smooth_picture(48, 48, 2).save("photos/square.png")
    command = ("photos", "s.png", "-o", "out", *SMALL, *LAYERS)
    assert tiny.plans(*command).endswith("\neach as large as fits 3x4cm at 32 dpi\n")
    code, told = tiny(*command)
    assert (code, "; each as large as fits 3x4cm at 32 dpi\n" in told) == (0, True)
    for name, size in (("wide_s", (50, 38)), ("square_s", (38, 38))):
        with Image.open(f"out/{name}.png") as image:
            assert (image.size, round(image.info["dpi"][0])) == (size, 32)
    assert "2 were there already" in tiny(*command)[1]
