"""A run goes on from its state as if it had never stopped, with more steps and from where its pictures are now."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from nst_core.checkpoint import load_state, save_state
from nst_core.cli.request import read_job
from nst_core.config import ColourMethod, Preset
from nst_core.recipe import read_recipe
from tests.support.terminal import TINY, Terminal, at, engine, interrupt_at, nothing


@pytest.mark.weights
def test_an_interrupted_run_goes_on_as_if_it_had_never_stopped(real: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--size", 64, "--steps", 4, "--scales", 2)
    assert real("a.png", "s.png", "-o", "whole.png", *options)[0] == 0
    with monkeypatch.context() as patch:
        interrupt_at(3, patch)
        code, said = real("a.png", "s.png", "-o", "out.png", *options)
    assert code == 130
    assert said.splitlines()[-1].endswith("go on with: python -m nst_core --resume out.png.state")
    assert real("--resume", "out.png.state")[0] == 0
    assert real.bytes("out.png") == real.bytes("whole.png")
    assert "out.png.state" not in real.files()


def test_more_steps_are_as_if_they_had_been_asked_for_at_once(tiny: Terminal) -> None:
    pictures = ("a.png", "s.png", *TINY, "--scales", 1, "--depth", 16)
    assert tiny(*pictures, "-o", "whole.png", "--steps", 7)[0] == 0
    assert tiny(*pictures, "-o", "out.png", "--steps", 4, "--state", "mine.state")[0] == 0
    assert tiny("--resume", "mine.state", "--steps", 5)[0] == 0  # kept, as it was asked for
    assert tiny("--resume", "mine.state", "--steps", 7)[0] == 0
    assert tiny.bytes("out.png") == tiny.bytes("whole.png")
    assert "mine.state" in tiny.files()


def test_a_run_can_be_interrupted_again(tiny: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = ("a.png", "s.png", *TINY, "--steps", 9)
    assert tiny(*pictures, "-o", "whole.png")[0] == 0
    for arguments in ((*pictures, "-o", "out.png"), ("--resume", "out.png.state"), ("--resume", "out.png.state")):
        with monkeypatch.context() as patch:
            interrupt_at(2, patch)
            assert tiny(*arguments)[0] == 130
    assert read_recipe(Path("out.png")).steps_done == 6
    assert tiny("--resume", "out.png.state")[0] == 0
    assert tiny.bytes("out.png") == tiny.bytes("whole.png")
    assert tiny.files() == ["a.png", "out.png", "s.png", "whole.png"]


def test_a_reconstruction_goes_on_too(tiny: Terminal) -> None:
    options = ("--style", "relu1_1", "--size", 48, "--scales", 1)
    assert tiny("reconstruct", "s.png", "-o", "whole.png", "--steps", 5, *options)[0] == 0
    assert tiny("reconstruct", "s.png", "-o", "out.png", "--steps", 3, "--state", "a.state", *options)[0] == 0
    assert tiny("--resume", "a.state", "--steps", 5)[0] == 0
    assert tiny.bytes("out.png") == tiny.bytes("whole.png")


def test_fewer_steps_than_were_planned_are_refused(tiny: Terminal) -> None:
    assert tiny("a.png", "s.png", *TINY, "-o", "out.png", "--steps", 4, "--state", "a.state")[0] == 0
    assert "steps" in tiny.refuses("--resume", "a.state", "--steps", 3)


def test_the_bar_of_a_resumed_run_counts_what_is_left(painted: Terminal) -> None:
    _, said = painted("--resume", "out.state", "--steps", 12)
    shown = [line.split("%")[0].strip() for line in said.replace("\r", "\n").splitlines() if "step 9/12" in line]
    assert shown == ["25"]


def test_a_state_finds_its_pictures_where_they_are_now(painted: Terminal) -> None:
    Path("elsewhere").mkdir()
    for name in ("a.png", "s.png"):
        Path(name).rename(Path("elsewhere") / name)
    assert "made from 'a.png', which is neither here" in painted.refuses("--resume", "out.state")
    assert painted("--resume", "out.state", "elsewhere/a.png", "elsewhere/s.png", "--steps", 9)[0] == 0
    recipe = read_recipe(Path("out.png"))
    assert [each.name for each in recipe.ingredients] == ["a.png", "s.png"]  # as in a run that never stopped
    assert painted.level() == 9


def test_a_state_leads_to_the_picture_beside_it(painted: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(painted.folder.parent)
    job = read_job(["--resume", "here/out.state", "--steps", "9"])
    assert (job.output, job.state) == (Path("here/out.png"), Path("here/out.state"))
    assert [source.path for source in job.sources] == [Path("here/a.png"), Path("here/s.png")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "[]",
        "[" * 100_000,
        json.dumps({"output": "out.png", "kept": True}),
        json.dumps({"output": 5, "kept": True, "recipe": "{}"}),
        json.dumps({"output": "out.png", "kept": True, "recipe": 5}),
        json.dumps({"output": "out.png", "kept": True, "recipe": "{}"}),
    ],
)
def test_a_state_that_somebody_else_wrote(text: str, painted: Terminal) -> None:
    state, _ = load_state(Path("out.state"))
    save_state(state, Path("odd.state"), text)
    assert "odd.state" in painted.refuses("--resume", "odd.state")


def test_a_state_leads_nowhere_else(painted: Terminal) -> None:
    state, text = load_state(Path("out.state"))
    save_state(state, Path("odd.state"), json.dumps(json.loads(text) | {"output": "../out.png"}))
    assert "odd.state is damaged" in painted.refuses("--resume", "odd.state", "--steps", 9)


def test_only_colours_is_one_step_that_has_no_state(tiny: Terminal) -> None:
    options = ("--only-colours", "--colour-method", ColourMethod.HISTOGRAM)
    assert tiny("a.png", "s.png", "-o", "out.png", *TINY, *options)[0] == 0
    assert read_recipe(Path("out.png")).is_finished
    assert tiny("--recipe", "out.png", "-o", "again.png")[0] == 0
    assert tiny.bytes("again.png") == tiny.bytes("out.png")
    assert tiny.files() == ["a.png", "again.png", "out.png", "s.png"]


def test_an_interrupted_picture_is_repeated_up_to_there(painted: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nst_core.transfer.Transfer", engine(at(5, lambda: os.kill(os.getpid(), signal.SIGINT))))
    assert painted("a.png", "s.png", "-o", "part.png", "--size", 48, "--steps", 8, "--preset", Preset.FAST)[0] == 130
    monkeypatch.setattr("nst_core.transfer.Transfer", engine(nothing))
    code, said = painted("--recipe", "part.png", "-o", "again.png")
    assert (code, painted.level("again.png")) == (0, 5)
    assert "100%" in said
    assert painted.bytes("again.png") == painted.bytes("part.png")
    assert painted("--recipe", "part.png", "-o", "again.png", "--steps", 8)[0] == 0
    assert painted.level("again.png") == 8
