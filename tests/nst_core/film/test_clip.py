"""A clip shows the run as it went, plays to its last picture whatever ended it, and is whole or not there."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core.film import clip, encoders
from nst_core.film.clip import Clip, film_moments, shown_steps
from nst_core.images.tensors import to_array
from nst_core.loss.objective import Losses
from nst_core.transfer import Step
from tests.support.paths import ROOT
from tests.support.pictures import smooth_picture

SIZE = (64, 48)
SUFFIXES = [".mp4", ".webp", ".gif"]


def picture(seed: int, size: tuple[int, int] = SIZE) -> Tensor:
    pixels = np.asarray(smooth_picture(*size, seed), np.float32) / 255
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def run(steps: int, size: tuple[int, int] = SIZE, upto: int | None = None) -> list[Step]:
    """The steps of a made-up run: one picture wipes another from left to right."""
    start, end, losses = picture(1, size), 1 - picture(1, size), Losses(*torch.zeros(4), {}, {})
    columns = torch.arange(size[0]) / size[0]
    return [
        Step(index, steps, size, losses.values, torch.where(columns < index / steps, end, start))
        for index in range(1, (upto or steps) + 1)
    ]


def film(path: Path, steps: list[Step], size: tuple[int, int] = SIZE) -> None:
    with Clip(path, size, steps[-1].total) as made:
        for step in steps:
            made.add(step)


def played(path: Path) -> tuple[list[np.ndarray], list[float]]:
    """The frames (H, W, 3) of a file and the seconds that each is shown."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as file:
            frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
            return frames, [1 / float(file.streams.video[0].average_rate or 1)] * len(frames)
    frames, seconds = list[np.ndarray](), list[float]()
    with Image.open(path) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGB")))
            seconds.append(image.info.get("duration", 0) / 1000)
        assert len(frames) == 1 or image.info["loop"] == 0  # for ever
    return frames, seconds


def error(frame: np.ndarray, image: Tensor) -> float:
    return float(np.abs(frame.astype(int) - to_array(image)).mean())


def index_of(frame: np.ndarray, steps: list[Step]) -> int:
    """The index of the step that a frame comes nearest to, and it must be near."""
    found = min(steps, key=lambda step: error(frame, step.image))
    assert error(frame, found.image) < 10
    return found.index


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_step_of_a_short_run_is_shown_and_the_last_one_stays(suffix: str, tmp_path: Path) -> None:
    path, steps = tmp_path / f"out{suffix}", run(60, (128, 48))
    film(path, steps, (128, 48))
    frames, seconds = played(path)
    assert {frame.shape for frame in frames} == {(48, 128, 3)}
    assert [index_of(frame, steps) for frame in frames[:60]] == list(range(1, 61))
    assert sum(seconds[59:]) == pytest.approx(1.5, abs=0.06)
    assert sum(seconds[:59]) == pytest.approx(59 / 24, rel=0.06)
    assert {index_of(frame, steps) for frame in frames[59:]} == {60}
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colours_are_not_shifted(suffix: str, tmp_path: Path) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 120, 40), (90, 90, 90)]
    pixels = np.zeros((32, 32 * len(colours), 3), np.float32)
    for index, colour in enumerate(colours):
        pixels[:, 32 * index : 32 * index + 32] = np.array(colour) / 255
    image = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    path, size = tmp_path / f"out{suffix}", (32 * len(colours), 32)
    film(path, [replace(step, image=image) for step in run(3)], size)
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
    steps = [replace(step, image=torch.cat([picture(3)[..., :32], step.image[..., 32:]], 3)) for step in run(10)]
    film(tmp_path / "out.gif", steps)
    frames = np.stack(played(tmp_path / "out.gif")[0])[:, :, :32]
    assert (frames == frames[0]).all()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_coarse_steps_are_enlarged(suffix: str, tmp_path: Path) -> None:
    small = [replace(step, total=20) for step in run(10, (32, 24))]
    large = [replace(step, index=step.index + 10, total=20) for step in run(10)]
    film(tmp_path / f"out{suffix}", small + large)
    frames, _ = played(tmp_path / f"out{suffix}")
    assert {frame.shape for frame in frames} == {(48, 64, 3)}
    enlarged = torch.nn.functional.interpolate(small[0].image, (48, 64), mode="bicubic").clamp(0, 1)
    assert error(frames[0], enlarged) < 10
    assert error(frames[-1], large[-1].image) < 10


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_odd_sides(suffix: str, tmp_path: Path) -> None:
    steps = run(3, (63, 47))
    film(tmp_path / f"out{suffix}", steps, (63, 47))
    last = played(tmp_path / f"out{suffix}")[0][-1]
    assert last.shape == ((46, 62, 3) if suffix == ".mp4" else (47, 63, 3))
    assert error(last, steps[-1].image[..., : last.shape[0], : last.shape[1]]) < 10


def test_what_is_transparent_lies_on_white(tmp_path: Path) -> None:
    alpha = torch.ones(1, 1, 48, 64)
    alpha[..., 32:] = 0
    film(tmp_path / "out.webp", [replace(step, alpha=alpha) for step in run(2)])
    last = played(tmp_path / "out.webp")[0][-1]
    assert last[:, 36:].min() >= 250
    assert error(last[:, :28], run(2)[-1].image[..., :28]) < 6


# Which steps, how large, how long


def test_the_beginning_is_shown_in_full_and_the_end_in_leaps() -> None:
    for steps in (1, 7, 239, 240):
        assert shown_steps(steps) == set(range(1, steps + 1))
    for steps in (241, 300, 500, 4321, 100_000):
        shown = sorted(shown_steps(steps))
        gaps = np.diff(shown)
        assert (len(shown), shown[0], shown[-1]) == (240, 1, steps)
        assert gaps.min() >= 1
        assert (np.diff(gaps) >= -1).all()
        assert gaps[:60].mean() < gaps[-60:].mean()
    assert np.diff(sorted(shown_steps(2000)))[:5].max() <= 2


def test_a_long_run_makes_no_longer_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip, "MAX_FRAMES", 12)
    steps = run(50)
    film(tmp_path / "out.webp", steps)
    frames, seconds = played(tmp_path / "out.webp")
    assert len(frames) == 12
    assert [index_of(frame, steps) for frame in frames] == sorted(shown_steps(50))
    assert sum(seconds) == pytest.approx(11 * 4 / 24 + 1.5, abs=0.05)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_few_steps_are_shown_slowly(suffix: str, tmp_path: Path) -> None:
    film(tmp_path / f"out{suffix}", run(4))
    _, seconds = played(tmp_path / f"out{suffix}")
    assert sum(seconds) == pytest.approx(3 * 0.5 + 1.5, abs=0.1)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_step_is_a_film_too(suffix: str, tmp_path: Path) -> None:
    (step,) = run(1)
    film(tmp_path / f"out{suffix}", [step])
    assert error(played(tmp_path / f"out{suffix}")[0][-1], step.image) < 10


@pytest.mark.parametrize(("suffix", "longest"), [(".mp4", 1920), (".webp", 1280), (".gif", 640)])
def test_large_pictures_are_shown_smaller(suffix: str, longest: int, tmp_path: Path) -> None:
    film(tmp_path / f"out{suffix}", run(1), (10_000, 1000))
    assert played(tmp_path / f"out{suffix}")[0][0].shape == (longest // 10, longest, 3)


# Whole or not at all


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("ending", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_whatever_ends_the_run_the_film_plays_to_there(
    suffix: str, ending: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip, "MAX_FRAMES", 12)
    path, steps = tmp_path / f"out{suffix}", run(50)
    assert 20 not in shown_steps(50)

    def stop_early() -> None:
        with Clip(path, SIZE, 50) as made:
            for step in steps[:20]:
                made.add(step)
            assert not path.exists()
            raise ending

    with pytest.raises(ending):
        stop_early()
    frames, seconds = played(path)
    assert (index_of(frames[0], steps), index_of(frames[-1], steps)) == (1, 20)
    assert sum(seconds) == pytest.approx(len([i for i in shown_steps(50) if i < 20]) * 4 / 24 + 1.5, abs=0.1)
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_step_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"old")
    with Clip(path, SIZE, 10):
        pass
    with pytest.raises(KeyboardInterrupt), Clip(path, SIZE, 10):
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_the_old_film(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / f"out{suffix}"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="No space left"), Clip(path, SIZE, 3) as made:  # noqa: PT012
        made.add(run(3)[0])
        made.add(run(3)[1])
        monkeypatch.setattr(encoders.Track, "add", fill_the_disk)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_ended_the_run_is_not_hidden_by_the_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(KeyboardInterrupt) as caught, Clip(tmp_path / "out.gif", SIZE, 3) as made:  # noqa: PT012
        made.add(run(3)[0])
        monkeypatch.setattr(encoders.Track, "add", fill_the_disk)
        raise KeyboardInterrupt
    assert "out.gif couldn't be finished" in caught.value.__notes__[0]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("out.avi", "must end in one of .mp4, .webp, .gif"),
        ("out", "must end in one of"),
        ("missing/out.mp4", "doesn't exist"),
        ("folder.gif", "is a folder"),
    ],
)
def test_a_film_that_cant_be_written_is_refused_before_the_run(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "folder.gif").mkdir()
    with pytest.raises(ValueError, match=reason):
        Clip(tmp_path / name, SIZE, 10)
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.gif"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_encoders_are_quiet(suffix: str, tmp_path: Path) -> None:
    code = f"""
import sys
from nst_core.film.clip import Clip
assert "av" not in sys.modules
from tests.nst_core.film.test_clip import film, run
from pathlib import Path
film(Path({str(tmp_path / f"out{suffix}")!r}), run(3))
"""
    made = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_moments_are_filmed_unhurriedly(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    moments = [to_array(picture(seed, size)) for seed, size in ((1, (32, 24)), (2, SIZE), (3, SIZE), (4, SIZE))]
    film_moments(path, SIZE, iter(moments), len(moments))
    frames, seconds = played(path)
    assert {frame.shape for frame in frames} == {(48, 64, 3)}
    assert sum(seconds) == pytest.approx(3 + 1.5, abs=0.2)  # a second each, and the last one stays
    assert np.abs(frames[-1].astype(int) - moments[-1]).mean() < 10
    enlarged = np.asarray(Image.fromarray(moments[0]).resize(SIZE, Image.Resampling.BICUBIC))
    assert np.abs(frames[0].astype(int) - enlarged).mean() < 10
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_moments_need_a_films_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must end in one of"):
        film_moments(tmp_path / "out.avi", SIZE, [], 0)
