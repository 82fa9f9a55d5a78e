"""A clip shows the run as it went, plays to its last picture whatever ended it, and is whole or not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.film import clip, encoders
from nst_core.film.clip import Clip, film_moments, shown_steps
from nst_core.images.tensors import to_array
from tests.support.films import SIZE, error, film, index_of, picture, played, run

SUFFIXES = [".mp4", ".webp", ".gif"]


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
def test_coarse_steps_are_enlarged(suffix: str, tmp_path: Path) -> None:
    small = [replace(step, total=20) for step in run(10, (32, 24))]
    large = [replace(step, index=step.index + 10, total=20) for step in run(10)]
    film(tmp_path / f"out{suffix}", small + large)
    frames, _ = played(tmp_path / f"out{suffix}")
    assert {frame.shape for frame in frames} == {(48, 64, 3)}
    enlarged = torch.nn.functional.interpolate(small[0].image, (48, 64), mode="bicubic").clamp(0, 1)
    assert error(frames[0], enlarged) < 10
    assert error(frames[-1], large[-1].image) < 10


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
