"""Each format shows the colours that it was given, at every size, and quietly."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch

from tests.support.films import error, film, picture, played, run
from tests.support.paths import ROOT

SUFFIXES = [".mp4", ".webp", ".gif"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colours_are_not_shifted(suffix: str, tmp_path: Path) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 120, 40), (90, 90, 90)]
    pixels = np.zeros((32, 32 * len(colours), 3), np.float32)
    for index, colour in enumerate(colours):
        pixels[:, 32 * index : 32 * index + 32] = np.array(colour) / 255
    image = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    path, size = tmp_path / f"out{suffix}", (32 * len(colours), 32)
    film(path, [replace(step, shown=lambda: image) for step in run(3)], size)
    last = played(path)[0][-1]
    for index, colour in enumerate(colours):
        assert np.abs(np.subtract(last[16, 32 * index + 16], colour, dtype=int)).max() <= 4, colour


def test_an_mp4_says_what_its_colours_mean(tmp_path: Path) -> None:
    film(tmp_path / "out.mp4", run(2))
    with av.open(str(tmp_path / "out.mp4")) as file:
        (stream,) = file.streams
        context: Any = stream.codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        assert (context.color_primaries, context.colorspace, context.color_range) == (1, 1, 1)  # BT.709, limited
        assert context.color_trc == 13  # sRGB's curve
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays while it loads


def test_a_gif_keeps_to_one_palette(tmp_path: Path) -> None:
    film(tmp_path / "out.gif", run(40))
    colours = np.unique(np.concatenate(played(tmp_path / "out.gif")[0]).reshape(-1, 3), axis=0)
    assert 200 < len(colours) <= 256


def test_what_rests_doesnt_flicker_in_a_gif(tmp_path: Path) -> None:
    halves = [torch.cat([picture(3)[..., :32], step.image[..., 32:]], 3) for step in run(10)]
    steps = [replace(step, shown=partial(halves.__getitem__, place)) for place, step in enumerate(run(10))]
    film(tmp_path / "out.gif", steps)
    frames = np.stack(played(tmp_path / "out.gif")[0])[:, :, :32]
    assert (frames == frames[0]).all()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_odd_sides(suffix: str, tmp_path: Path) -> None:
    steps = run(3, (63, 47))
    film(tmp_path / f"out{suffix}", steps, (63, 47))
    last = played(tmp_path / f"out{suffix}")[0][-1]
    assert last.shape == ((46, 62, 3) if suffix == ".mp4" else (47, 63, 3))
    assert error(last, steps[-1].image[..., : last.shape[0], : last.shape[1]]) < 10


# Whole or not at all


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_encoders_are_quiet(suffix: str, tmp_path: Path) -> None:
    code = f"""
import sys
from nst_core.film.clip import Clip
assert "av" not in sys.modules
from tests.support.films import film, run
from pathlib import Path
film(Path({str(tmp_path / f"out{suffix}")!r}), run(3))
"""
    made = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
