"""An unfinished picture replaces nothing but an earlier moment of its own run, and says where it is."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from nst_core.cli.states import label_of
from nst_core.recipe import read_recipe
from tests.support.pictures import smooth_picture
from tests.support.terminal import TWO, Before, Paints, at, engine, no_space, nothing, raising

STOPPED = "out-stopped.png"


def interrupted(paints: Paints, step: int, *options: object) -> str:
    """The last line of a run that Ctrl-C stops after `step`."""
    code, said = paints(*options, before=at(step, lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert code == 130
    return said.splitlines()[-1]


def contents(paints: Paints, *names: str) -> list[bytes]:
    return [paints.terminal.bytes(name) for name in names]


def test_the_same_command_again_replaces_nothing_that_is_further_along(paints: Paints) -> None:
    interrupted(paints, 6)
    earlier = contents(paints, "out.png", "out.png.state")
    said = interrupted(paints, 2)
    assert contents(paints, "out.png", "out.png.state") == earlier
    assert said == (
        "nst_core: stopped after step 2 of 8; wrote out-stopped.png (64x43) and out-stopped.png.state, because "
        "out.png.state is there to go on from; go on with: python -m nst_core --resume out-stopped.png.state"
    )
    assert paints.level(STOPPED) == 2


def test_the_same_run_further_along_takes_its_place(paints: Paints) -> None:
    interrupted(paints, 3)
    assert "wrote out.png (64x43) and out.png.state; go on" in interrupted(paints, 5)
    assert paints.level() == 5
    assert paints.files() == ["out.png", "out.png.state"]


def paint_to(paints: Paints, output: str, before: Before = nothing) -> tuple[int, str]:
    """A run of eight steps with another output: exit code and last line."""
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(before))
    code, said = paints.terminal(*TWO, "-o", output, "--size", "64", "--steps", "8", "--scales", "1")
    return code, said.splitlines()[-1]


def interrupted_to(paints: Paints, output: str, step: int) -> str:
    code, said = paint_to(paints, output, at(step, lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert code == 130
    return said


@pytest.mark.parametrize("output", ["out.png", "out.jpg", "out.webp"])
def test_a_finished_picture_stays(paints: Paints, output: str) -> None:
    assert paint_to(paints, output)[0] == 0
    earlier = paints.terminal.bytes(output)
    said = interrupted_to(paints, output, 5)
    assert paints.terminal.bytes(output) == earlier
    assert f"wrote {Path(output).stem}-stopped{Path(output).suffix} (64x43)" in said


def test_another_run_stays_even_if_it_had_fewer_steps(paints: Paints) -> None:
    interrupted(paints, 3)
    earlier = contents(paints, "out.png", "out.png.state")
    said = interrupted(paints, 6, "--strength", 80)
    assert contents(paints, "out.png", "out.png.state") == earlier
    assert "wrote out-stopped.png (64x43) and out-stopped.png.state, because " in said
    Path("out.png.state").unlink()
    assert "because out.png is there, at step 3 of 8" in interrupted(paints, 7, "--strength", 80)
    assert paints.level(STOPPED) == 7


def test_each_further_one_gets_a_name_of_its_own(paints: Paints) -> None:
    assert paints()[0] == 0
    for strength in (10, 20, 30):
        interrupted(paints, 2, "--strength", strength)
    assert [name for name in paints.files() if name.endswith("png")] == [
        "out-stopped-2.png",
        "out-stopped-3.png",
        "out-stopped.png",
        "out.png",
    ]


def test_somebody_elses_files_stay(paints: Paints) -> None:
    smooth_picture(30, 20, 1).save("out.png")
    Path("out-stopped.png.state").write_bytes(b"mine")
    Path("out-stopped-2.png.state").mkdir()
    earlier = contents(paints, "out.png", "out-stopped.png.state")
    said = interrupted(paints, 4)
    assert "wrote out-stopped-3.png (64x43) and out-stopped-3.png.state, because out.png was there before" in said
    assert contents(paints, "out.png", "out-stopped.png.state") == earlier


def test_two_outputs_of_one_stem_have_two_states(paints: Paints) -> None:
    interrupted_to(paints, "s.png", 3)
    interrupted_to(paints, "s.jpg", 4)
    assert paints.files() == ["s.jpg", "s.jpg.state", "s.png", "s.png.state"]
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    assert paints.terminal("--resume", "s.png.state", *TWO)[0] == 0
    assert paints.files() == ["s.jpg", "s.jpg.state", "s.png"]


def test_a_jpeg_is_known_by_its_state(paints: Paints) -> None:
    interrupted_to(paints, "s.jpg", 3)
    assert "wrote s.jpg (64x43) and s.jpg.state; go on" in interrupted_to(paints, "s.jpg", 5)
    Path("s.jpg").write_bytes(Path("s.jpg").read_bytes() + b"edited")
    assert "wrote s-stopped.jpg (64x43) and s-stopped.jpg.state, because s.jpg was" in interrupted_to(
        paints, "s.jpg", 6
    )


def test_a_state_that_was_asked_for_stays_as_well(paints: Paints) -> None:
    interrupted(paints, 6, "--state", "mine.state")
    earlier = contents(paints, "out.png", "mine.state")
    assert "wrote out-stopped.png (64x43) and out-stopped.png.state" in interrupted(paints, 2, "--state", "mine.state")
    assert contents(paints, "out.png", "mine.state") == earlier


def test_what_has_no_state_replaces_nothing_that_has_one(paints: Paints) -> None:
    """At the second Ctrl-C there is only a picture, and one couldn't go on from it."""
    interrupted(paints, 3)
    earlier = contents(paints, "out.png", "out.png.state")
    code, said = paints(before=at(7, raising(KeyboardInterrupt())))
    assert code == 130
    assert said.splitlines()[-1].startswith(
        "nst_core: stopped after step 6 of 8; wrote out-stopped.png (64x43), because"
    )
    assert contents(paints, "out.png", "out.png.state") == earlier


def test_a_run_that_goes_on_takes_the_place_of_where_it_began(paints: Paints) -> None:
    interrupted(paints, 3)
    kill = at(5, lambda: os.kill(os.getpid(), signal.SIGINT))
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(kill))
    code, said = paints.terminal("--resume", "out.png.state", *TWO, "--steps", 12)
    assert (code, paints.level()) == (130, 5)
    assert paints.files() == ["out.png", "out.png.state"]
    label = label_of(Path("out.png.state"))
    assert label is not None
    assert (label.recipe.steps_done, label.recipe.steps_planned) == (5, 12)


def test_a_finished_run_removes_the_state_of_its_earlier_try(paints: Paints) -> None:
    interrupted(paints, 3)
    assert paints()[0] == 0
    assert paints.files() == ["out.png"]


def test_a_finished_run_leaves_the_state_of_another(paints: Paints) -> None:
    interrupted(paints, 3, "--strength", 80)
    earlier = paints.terminal.bytes("out.png.state")
    assert paints()[0] == 0
    assert paints.level() == 8
    assert paints.terminal.bytes("out.png.state") == earlier


def test_a_film_that_ends_early_replaces_none(paints: Paints) -> None:
    assert paints("--clip", "film.gif")[0] == 0
    earlier = paints.terminal.bytes("film.gif")
    kill = at(3, lambda: os.kill(os.getpid(), signal.SIGINT))
    code, said = paints("--clip", "film.gif", before=kill)
    assert code == 130
    assert "nst_core: the film so far is film-stopped.gif, because film.gif was there before" in said.splitlines()
    assert paints.terminal.bytes("film.gif") == earlier
    with Image.open("film-stopped.gif") as film:
        assert getattr(film, "n_frames", 1) <= 3


def test_pictures_on_the_way_replace_none_of_another_kind(paints: Paints) -> None:
    assert paints("--save-every", 4)[0] == 0
    assert paints("--save-every", 4, "--strength", 20)[0] == 0  # of the same steps: as it is asked for
    Path("out.png").rename("out-0004.png")
    refused = (*TWO, "-o", "out.png", "--size", "64", "--save-every", "4", "--steps", "12")
    assert "out-0004.png, where --save-every would put step 4, is another picture" in paints.terminal.refuses(*refused)
    smooth_picture(64, 48, 1).save("out-0004.png")
    assert "out-0004.png" in paints.terminal.refuses(*refused)


def test_a_full_disk_loses_neither_picture_nor_state(paints: Paints) -> None:
    interrupted(paints, 3)
    earlier = contents(paints, "out.png", "out.png.state")

    paints.monkeypatch.setattr("nst_core.checkpoint.save_state", no_space)
    code, said = paints(before=at(6, lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert code == 1
    assert said.splitlines()[-1] == (
        "nst_core: stopped after step 6 of 8; wrote out-stopped.png (64x43), because out.png.state is there to go on "
        "from; out.png.state can't be written (No space left on device)"
    )
    assert contents(paints, "out.png", "out.png.state") == earlier
    assert read_recipe(Path(STOPPED)).steps_done == 6


def test_a_link_to_nothing_is_no_picture(paints: Paints) -> None:
    Path("out.png").symlink_to("real.png")
    interrupted(paints, 3)
    assert "wrote out.png (64x43) and out.png.state; go on" in interrupted(paints, 5)
    assert Path("out.png").is_symlink()
    assert paints.level("real.png") == 5
