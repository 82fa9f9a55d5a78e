"""16 bits a channel: kept to the nearest level, whole or not at all, and quietly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.images import load_image, save_image
from tests.support.paths import ROOT
from tests.support.pictures import decoded, random_image


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".tif", ".tiff"])
def test_16_bits_are_kept_to_the_nearest_level(suffix: str, tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 65536, (32, 48, 3))
    levels[0, 0], levels[-1, -1] = 0, 65535
    path = tmp_path / f"out{suffix}"
    for shift in (-0.3, 0.3):
        values = torch.from_numpy((levels + shift) / 65535).permute(2, 0, 1)[None]
        save_image(values, path, depth=16)
        saved = decoded(path, 16)
        assert saved.dtype == np.uint16
        assert (saved == levels).all()
    save_image(levels.astype(np.uint16), path, depth=16)
    assert (decoded(path, 16) == levels).all()
    assert np.abs(np.asarray(load_image(path)) - levels / 257).max() <= 1


def test_a_soft_slope_has_no_bands(tmp_path: Path) -> None:
    slope = torch.linspace(0.5, 0.51, 256).expand(1, 3, 32, 256)
    save_image(slope, tmp_path / "out.png", depth=16)
    assert len(np.unique(decoded(tmp_path / "out.png", 16))) == 256  # 3 of 8 bits


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bits_tell_nothing_else(suffix: str, tmp_path: Path) -> None:
    save_image(random_image(), tmp_path / f"out{suffix}", depth=16)
    with Image.open(tmp_path / f"out{suffix}") as saved:
        assert set(saved.info) <= {"dpi", "compression"}
        assert saved.info["dpi"] == pytest.approx((72, 72), rel=1e-3)
        assert not {0x010F, 0x0131, 0x0132, 0x02BC, 0x8769} & set(saved.getexif())  # maker, program, date, XMP, EXIF


def test_16_bits_are_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    monkeypatch.setattr("nst_core.images.saving.putchunk", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        save_image(random_image(), path, depth=16, text={"key": "value"})
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_the_library_for_16_bits_is_quiet(tmp_path: Path) -> None:
    code = f"""
import sys, threading, torch
from nst_core.images import save_image
assert "pyvips" not in sys.modules
from tests.support.pictures import SRGB_COLUMNS, rgb_profile
image = torch.rand(1, 3, 64, 64)
save_image(image, {str(tmp_path / "out.png")!r}, depth=16, profile=rgb_profile(SRGB_COLUMNS))
try:
    save_image(image, {str(tmp_path / "out.png")!r}, depth=16, profile=b"junk")
except ValueError:
    print(threading.active_count())
"""
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "1\n", "")
