"""Where a run stands survives a file, and no other file is taken for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
import torch
from PIL import Image

from nst_core.checkpoint import FORMAT, Checkpoint, load_state, save_state
from nst_core.config import TransferConfig
from nst_core.network.vgg import VGG
from nst_core.transfer import Transfer
from tests.support.disks import FullDisk

CONFIG = TransferConfig(
    size=64, steps=6, scales=1, content_layers=("relu2_2",), style_layers=("relu1_1", "relu2_1"), initial="noise"
)


def test_a_file_holds_everything(tmp_path: Path, photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    whole = list(Transfer(photo, painting, CONFIG, extractor=network))
    first = Transfer(photo, painting, CONFIG, extractor=network)
    for step in first:
        if step.index == 4:
            break
    save_state(first.state(), tmp_path / "run.state", '{"seed": 1}')
    assert [path.name for path in tmp_path.iterdir()] == ["run.state"]
    state, recipe = load_state(tmp_path / "run.state")
    assert recipe == '{"seed": 1}'
    rest = list(Transfer(photo, painting, CONFIG, extractor=network, state=state))
    assert [step.index for step in rest] == [5, 6]
    assert torch.equal(rest[-1].image, whole[-1].image)


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo code ran",)


def of_another_kind(path: Path) -> None:
    torch.save({"weights": torch.zeros(3)}, path)


def of_another_version(path: Path) -> None:
    torch.save({"format": "nst_core state, version 0", "recipe": "", "state": {}}, path)


def incomplete(path: Path) -> None:
    torch.save({"format": FORMAT, "recipe": "", "state": {"plan": []}}, path)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: None, "can't be read: No such file"),
        (lambda path: path.mkdir(), "can't be read"),
        (lambda path: path.write_bytes(b""), "isn't the state of a run"),
        (lambda path: path.write_bytes(b"nonsense" * 100), "isn't the state of a run"),
        (lambda path: torch.save(Bomb(), path), "isn't the state of a run"),
        (of_another_kind, "isn't the state of a run of this version"),
        (of_another_version, "isn't the state of a run of this version"),
        (incomplete, "lacks something of a state"),
    ],
)
def test_other_files_are_refused(
    tmp_path: Path, write: Callable[[Path], object], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.state"
    write(path)
    with pytest.raises(ValueError, match=f"run.state {message}"):
        load_state(path)
    assert capfd.readouterr().out == ""


def test_a_full_disk_is_told(tmp_path: Path, full_disk: FullDisk) -> None:
    state = Checkpoint(plan=[((64, 48), 3)], scale=0, done=1, descent={"pixels": torch.rand(1, 3, 48, 64)})
    with full_disk(), pytest.raises(OSError, match="File too large"):
        save_state(state, tmp_path / "run.state", "")
    assert list(tmp_path.iterdir()) == []


def test_a_state_can_be_looked_at_without_its_numbers(tmp_path: Path) -> None:
    pixels = torch.rand(1, 3, 48, 64)
    save_state(Checkpoint([((64, 48), 3)], 0, 1, {"pixels": pixels}), tmp_path / "run.state", "text")
    state, recipe = load_state(tmp_path / "run.state", "meta")
    assert (state.done, recipe, state.descent["pixels"].is_meta) == (1, "text", True)


def changed(path: Path, change: Callable[[bytearray], None]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def saved(path: Path, **values: object) -> Checkpoint:
    state = Checkpoint(plan=[((64, 48), 3)], scale=0, done=1, descent={"pixels": torch.rand(1, 3, 48, 64)})
    save_state(replace(state, **values), path, "")
    return state


def test_a_state_with_a_part_overwritten_is_refused(tmp_path: Path) -> None:
    """PyTorch reads it without a word: a run would go on with 4 KB of zeroes in its picture."""
    path = tmp_path / "run.state"
    pixels = saved(path).descent["pixels"]
    at = path.read_bytes().index(pixels.numpy().tobytes()[:64])
    changed(path, lambda data: data.__setitem__(slice(at + 64, at + 4160), bytes(4096)))
    with pytest.raises(ValueError, match="run.state isn't the state of a run, or it is damaged"):
        load_state(path)


def test_a_tensor_that_reaches_beyond_the_file_is_refused(tmp_path: Path) -> None:
    """Not every PyTorch looks at that: it would read what lies behind it in memory."""
    path = tmp_path / "run.state"
    saved(path)
    with ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[:16] if "/data/" in name else data)
    with pytest.raises(ValueError, match="run.state isn't the state of a run, or it is damaged"):
        load_state(path)


@pytest.mark.parametrize(
    "values",
    [
        {"plan": "plan"},
        {"plan": []},
        {"plan": [((64, 48), -3)]},
        {"plan": [((64, "48"), 3)]},
        {"plan": [((10**400, 0), 3)]},
        {"scale": 1},
        {"scale": -1},
        {"scale": True},
        {"done": 4},
        {"done": 0.5},
        {"descent": None},
    ],
    ids=repr,
)
def test_numbers_that_no_run_has_are_refused(tmp_path: Path, values: dict[str, object]) -> None:
    saved(tmp_path / "run.state", **values)
    with pytest.raises(ValueError, match="run.state lacks something of a state"):
        load_state(tmp_path / "run.state")


def test_a_state_of_a_descent_that_can_not_be_is_refused_before_any_work(
    tmp_path: Path, photo: Image.Image, painting: Image.Image, network: VGG
) -> None:
    begun = Transfer(photo, painting, CONFIG, extractor=network)
    next(iter(begun))
    state = begun.state()
    state.descent["loss_scale"].fill_(-1)
    with pytest.raises(ValueError, match="it is damaged: loss_scale is -1; give another one"):
        Transfer(photo, painting, CONFIG, extractor=network, state=state)


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize("plan", [[((8, 8), 3)], [((8, steps), steps) for steps in range(1, 200_000)]])
def test_a_small_file_takes_no_long_time(tmp_path: Path, plan: list[object], device: str) -> None:
    """Lists of lists that are the same ones, 10^18 of them in all; and a plan of megabytes."""
    many = [torch.zeros(1)]
    for _ in range(60):
        many = [many, many]  # type: ignore[list-item]
    state = {"plan": plan, "scale": 0, "done": 1, "descent": {"many": many}}
    torch.save({"format": FORMAT, "recipe": "", "state": state}, tmp_path / "run.state")
    if len(plan) == 1:
        assert load_state(tmp_path / "run.state", device)[0].done == 1
    else:
        with pytest.raises(ValueError, match="isn't the state of a run, or it is damaged"):
            load_state(tmp_path / "run.state", device)


def test_an_archive_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    save_state(Checkpoint([((8, 8), 3)], 0, 1, {}), tmp_path / "run.state", "")
    with ZipFile(tmp_path / "run.state", "a") as archive:
        for place in range(10_000):
            archive.writestr(f"run/data/{place}", b"")
    with pytest.raises(ValueError, match="isn't the state of a run, or it is damaged"):
        load_state(tmp_path / "run.state", "meta")
