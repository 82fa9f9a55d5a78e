"""The scripts in `examples/` do what they say, in small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from examples.gallery import GALLERY, main, names
from nst_core.recipe import read_recipe
from tests.support.paths import ROOT


@pytest.mark.weights
def test_figure_1_has_two_rows_of_an_original_and_five_reconstructions(tmp_path: Path) -> None:
    output = tmp_path / "figure.png"
    command = [sys.executable, "-m", "examples.figure_1", "--size", "48", "--steps", "2", "-o", str(output)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    with Image.open(output) as figure:
        width, height = figure.size
        assert figure.getpixel((2, 2)) == (255, 255, 255)
        cells = [figure.crop((12 + 142 * n, top, 60 + 142 * n, top + 32)) for top in (12, 90) for n in range(6)]
    assert (width, height) == (12 + 6 * 142, 12 + 38 + 32 + 2 * (28 + 12))
    assert len({cell.tobytes() for cell in cells}) == 12


@pytest.mark.weights
def test_the_gallery_has_pictures_whose_recipes_repeat_them_and_a_sheet_of_before_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GALLERY, "cat", ("great_wave", "night_cafe"))  # each takes a process
    before, after, both = tmp_path / "before", tmp_path / "after", tmp_path / "both.jpg"
    tiny = ["--only", "cat", "--size", "48"]
    main([*tiny, "--steps", "1", "--folder", str(before)])
    main([*tiny, "--steps", "2", "--folder", str(after)])
    main(["--folder", str(before), "--against", str(after), "--sheet", str(both)])
    expected = [name for *_, name in names(["cat"])]
    assert sorted(path.stem for path in after.glob("*.json")) == sorted(expected)
    recipe = read_recipe(after / f"{expected[0]}.json")
    assert (recipe.config.size, recipe.config.steps, recipe.is_finished) == (48, 2, True)
    with Image.open(after / "sheet.jpg") as one, Image.open(both) as two:
        assert two.width - one.width == 2 * (240 + 12)
    (before / f"{expected[1]}.json").unlink()
    main([*tiny, "--steps", "2", "--missing", "--folder", str(before)])
    assert [read_recipe(before / f"{name}.json").config.steps for name in expected] == [1, 2]
    with Image.open(before / f"{expected[0]}.jpg") as old, Image.open(after / f"{expected[0]}.jpg") as new:
        assert old.size == new.size == (48, 36)
        assert old.tobytes() != new.tobytes()


def test_the_gallery_names_files_that_are_there() -> None:
    pairs = list(names())
    assert (len(GALLERY), len(pairs), len(set(pairs))) == (8, 24, 24)
    for photo, painting, _ in pairs:
        assert (ROOT / f"examples/content/{photo}.jpg").is_file()
        assert (ROOT / f"examples/style/{painting}.jpg").is_file()
