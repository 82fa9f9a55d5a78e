"""The scripts in `examples/` do what they say, in small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

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
