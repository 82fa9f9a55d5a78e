"""One job in this process, with a stand-in for the engine: what reaches it, what is refused and planned before it."""

from __future__ import annotations

import os
import re
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from nst_core.cli import run
from nst_core.execution import Execution
from nst_core.forecast.machine import UNKNOWN, Machine
from nst_core.recipe import read_recipe
from nst_core.scene.scales import Size
from tests.support.paths import ROOT
from tests.support.pictures import smooth_picture
from tests.support.terminal import (
    MACHINE,
    PAINTING,
    PHOTO,
    PLAIN,
    TWO,
    Paints,
    Terminal,
    at,
    engine,
    nothing,
    raising,
    work_on,
)


@pytest.mark.parametrize("options", [("loop.pth", "s.png"), ("a.png", "s.png", "--weights", "loop.pth")])
def test_a_link_to_itself_is_no_file(options: tuple[str, ...], supplied: Terminal) -> None:
    Path("loop.pth").symlink_to("loop.pth")
    assert "loop.pth doesn't exist" in supplied.refuses(*options, "-o", "out.png", "--size", 48)


def test_what_goes_in_is_never_overwritten(terminal: Terminal) -> None:
    shutil.copy(PHOTO, "photo.jpg")
    shutil.copy(PAINTING, "photo-0020.jpg")
    Image.new("L", (64, 64), 255).save("mask.png")
    taken = "is one of the files that go in"
    output = f"{terminal.folder}/../here/photo.jpg"
    assert f"photo.jpg {taken}" in terminal.refuses(PAINTING, "photo.jpg", "-o", output)
    said = terminal.refuses(PHOTO, "photo-0020.jpg", "-o", "photo.jpg", "--save-every", "10")
    assert f"photo-0020.jpg {taken}" in said
    assert f"mask.png {taken}" in terminal.refuses(*TWO, "-o", "mask.png", "--mask", "mask.png")
    for option in ("--within", "--strength-map"):
        assert f"mask.png {taken}" in terminal.refuses(*TWO, "-o", "mask.png", option, "mask.png")
    assert terminal.bytes("photo.jpg") == PHOTO.read_bytes()


def test_all_pictures_and_the_device_are_passed_on(paints: Paints) -> None:
    Image.new("L", (30, 20), 200).save("mask.png")
    second = ROOT / "examples/style/great_wave.jpg"
    options = (second, "--device", "cpu", "--mask", "none", "--mask", "mask.png", "--within", "mask.png")
    assert paints(*options, "--strength-map", "mask.png")[0] == 0
    (received,) = paints.received
    assert received["content"].size == (1024, 683)
    assert [style.size for style in received["styles"]] == [(711, 566), (661, 445)]
    assert received["device"] == "cpu"
    first, mask = received["masks"]
    assert first is None
    assert (mask.size, mask.mode, mask.getextrema()) == ((30, 20), "L", (200, 200))
    assert received["within"].size == received["strength_map"].size == (30, 20)


def test_transparent_pictures_stay_so_only_if_asked(paints: Paints) -> None:
    picture = smooth_picture(64, 48, seed=1).convert("RGBA")
    picture.putalpha(100)
    picture.save("clear.png")
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(nothing, paints.received))
    for option in ("--keep-alpha", "--no-keep-alpha"):
        paints.terminal("clear.png", "clear.png", "-o", "out.png", "--size", 64, "--steps", 1, option)
    modes = [[received["content"].mode, received["styles"][0].mode] for received in paints.received]
    assert modes == [["RGBA", "RGBA"], ["RGB", "RGB"]]


def test_depth_alpha_and_profile_reach_the_file(paints: Paints) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = smooth_picture(64, 48, seed=1)
    picture.save("photo.png", icc_profile=profile)
    saved: list[dict[str, Any]] = []

    def note(image: torch.Tensor, path: Path, **options: Any) -> None:
        path.touch()
        saved.append(options)

    paints.monkeypatch.setattr("nst_core.images.saving.save_image", note)
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    for options in (("--depth", "16", "--keep-profile"), ()):
        paints.terminal("photo.png", "photo.png", "-o", "out.png", "--size", 64, "--steps", 1, *options)
    assert [(options["depth"], options["profile"]) for options in saved] == [(16, profile), (8, None)]
    assert [*saved[0]["text"]] == ["nst_core"]


def test_a_narrow_painting_is_refused_before_the_engine_starts(terminal: Terminal) -> None:
    Image.new("RGB", (40, 400)).save("narrow.png")
    said = terminal.refuses(*TWO, "narrow.png", "-o", "out.png", "--size", 64)
    assert "40x400" in said
    assert "at least 320" in said


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
    MemoryError(),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY)
def test_out_of_memory(paints: Paints, error: Exception) -> None:
    code, err = paints(before=at(1, raising(error)))
    assert code == 1
    for part in ("out of memory", "smaller --size", "nothing was made"):
        assert part in err
    code, err = paints(before=at(4, raising(error)))
    assert code == 1
    assert paints.level() == 3
    for part in ("nst_core: out of memory", "smaller --size", "after step 3 of 8", "wrote"):
        assert part in err.splitlines()[-1]


def test_a_bug_leaves_the_picture_and_a_traceback(paints: Paints) -> None:
    with pytest.raises(RuntimeError, match="failed after step 3 of 8") as caught:
        paints(before=at(4, raising(ValueError("shapes do not match"))))
    assert isinstance(caught.value.__cause__, ValueError)
    assert paints.level() == 3


def test_the_plan_is_told_before_the_run(paints: Paints) -> None:
    told: list[str] = []
    code, err = paints(before=at(1, lambda: told.append(paints.terminal.capsys.readouterr().err)))
    assert code == 0
    assert told[0].startswith("nst_core: 64x43, 8 steps on 2 CPU cores: about ")
    assert len(told[0].splitlines()) == 1
    assert "CPU cores" not in paints("-q")[1]


def test_the_plan_alone(paints: Paints) -> None:
    def never(index: int) -> None:
        raise AssertionError("a step was taken")

    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(never))
    options = (*TWO, "-o", "out.png", "--size", 256, "--steps", 100, "--history", 7)
    first, *lines = paints.terminal.plans(*options).splitlines()
    assert first.startswith("256x171 in 3 scales, 100 steps on 2 CPU cores: about ")
    assert [line.split()[:2] for line in lines[:3]] == [["64x43", "45"], ["128x85", "32"], ["256x171", "23"]]
    assert [line.split(maxsplit=1) for line in lines[3:6]] == [
        ["block", "the whole picture"],
        ["precision", "float32"],
        ["history", "7 steps"],
    ]
    assert lines[6].split()[0] == "memory"
    assert lines[6].endswith("GB of 11.0 GB")
    assert "history" not in paints.terminal.plans(*options, "--optimizer", "adam", "-q")


def test_the_pace_is_measured_for_a_plan_alone_and_learned_by_painting(paints: Paints) -> None:
    measured: list[str] = []
    learned: list[dict[Size, list[float]]] = []
    work_on(replace(MACHINE, pace=UNKNOWN), paints.monkeypatch)

    def measuring(*_: object) -> Machine:
        measured.append("probe")
        return MACHINE

    paints.monkeypatch.setattr("nst_core.forecast.measuring.probe", measuring)
    paints.monkeypatch.setattr(
        "nst_core.forecast.measuring.learn", lambda network, config, times: learned.append(times)
    )
    code, said = paints("--size", 48, "--steps", 6, "--scales", 1)
    assert code == 0
    assert re.search(r"6 steps on .*: about \d\.\d GB\n", said)
    assert [[len(seconds) for seconds in times.values()] for times in learned] == [[6]]
    assert not measured
    paints.terminal.plans(*TWO, "-o", "later.png", "--size", 48)
    work_on(MACHINE, paints.monkeypatch)
    paints("--size", 48)
    assert (len(measured), len(learned)) == (1, 1)


@pytest.mark.parametrize(
    ("device", "cards", "begins"), [(None, (), 1), (None, ("card",), 0), ("cpu", ("card",), 1), ("cuda:0", (), 0)]
)
def test_loops_are_compiled_where_a_processor_computes(
    device: str | None, cards: tuple[str, ...], begins: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    for card in cards:
        (tmp_path / card).touch()
    monkeypatch.setattr(run, "CARDS", (str(tmp_path / "card"),))
    monkeypatch.setattr("nst_core.cpu.kernels.compile_beside", lambda: begun.append("loops"))
    run.begin_compiling(device)
    assert len(begun) == begins


def test_a_first_run_changes_over_and_its_recipe_says_where(paints: Paints) -> None:
    learned: list[object] = []
    paints.monkeypatch.setattr("nst_core.forecast.measuring.learn", lambda *given: learned.append(given))
    work_on(replace(MACHINE, pace=UNKNOWN), paints.monkeypatch)
    coming = [True]
    paints.monkeypatch.setattr("nst_core.cpu.choice.loops_are_coming", lambda: coming[0])

    def plain_steps(*options: object) -> int:
        assert paints(*options)[0] == 0
        execution = read_recipe(Path("out.png")).execution
        assert execution is not None
        return execution.plain_steps

    assert plain_steps() == PLAIN
    assert not learned  # its steps were slower than later ones will be
    Path("out.png").rename("first.png")
    assert plain_steps("--recipe", "first.png") == PLAIN
    assert plain_steps("--plain-steps", 0) == 0
    assert plain_steps("--plain-steps", 5) == 5
    Path("out.png").rename("fifth.png")
    assert plain_steps("--recipe", "fifth.png") == 5
    coming[0] = False
    assert plain_steps() == 0


def test_what_was_typed_counts_more_than_what_would_suit(paints: Paints) -> None:
    assert paints("--block", 32, "--history", 3)[0] == 0
    recipe = read_recipe(Path("out.png"))
    assert recipe.execution == Execution(block=32, history=3)
    assert "in blocks of 32 pixels" in paints("--block", 32)[1]


def test_little_memory_makes_blocks_and_too_little_is_refused(paints: Paints) -> None:
    work_on(replace(MACHINE, free=700_000_000), paints.monkeypatch)
    said = paints.terminal.plans(*TWO, "-o", "out.png", "--size", 512)
    assert "in blocks of " in said
    work_on(replace(MACHINE, free=40_000_000), paints.monkeypatch)
    said = paints.terminal.refuses(*TWO, "-o", "out.png", "--size", 512)
    for part in ("512x342", "smallest blocks", "1.0 GB are there", "smaller size", "adam"):
        assert part in said
    assert "it may fail" in paints.terminal.plans(*TWO, "-o", "out.png", "--size", 512, "--block", 256)


def test_a_reconstruction_is_a_transfer_with_one_side(paints: Paints) -> None:
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(nothing, paints.received))
    options = ("-o", "out.png", "--size", 64, "--steps", 3)
    assert paints.terminal("reconstruct", PHOTO, *options, "--content", "relu2_1")[0] == 0
    assert paints.terminal("reconstruct", PHOTO, *options, "--style", "relu1_1,relu3_1", "--seed", 5)[0] == 0
    content, style = paints.received
    assert (content["config"].content_layers, content["config"].style_layers) == (("relu2_1",), ())
    assert content["styles"] == []
    assert (style["config"].content_layers, style["config"].style_layers) == ((), ("relu1_1", "relu3_1"))
    assert style["styles"] == [style["content"]]
    assert (style["config"].initial, style["config"].seed) == ("noise", 5)
    assert paints.level() == 3


def test_a_name_as_long_as_a_name_may_be(paints: Paints) -> None:
    name = f"{'ü' * 125}x.png"
    assert len(os.fsencode(name)) == 255
    kill = at(5, lambda: os.kill(os.getpid(), signal.SIGINT))
    options = (*TWO, "-o", name, "--size", 64, "--steps", 8, "--scales", 1, "--save-every", 3, "--strength")
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(kill))
    assert paints.terminal(*options, 50)[0] == 130
    assert paints.terminal(*options, 60)[0] == 130  # and its names for what is stopped
    names = paints.files()
    assert names.count(name) == 1
    assert sum(each.endswith(".png.state") for each in names) == 2
    assert sum(each.endswith("-0003.png") for each in names) == 1
    state = next(each for each in names if each.endswith(".png.state") and "-stopped" not in each)
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    assert paints.terminal("--resume", state, *TWO)[0] == 0
    assert paints.level(name) == 8
