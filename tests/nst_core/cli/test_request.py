"""From options, a recipe or a state to the job: what counts more, what may change, what may not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nst_core.cli.request import read_job
from nst_core.config import ColourMethod, Optimizer, Preset, TransferConfig
from nst_core.execution import Execution
from nst_core.images import save_image
from nst_core.recipe import KEY, Command, Ingredient, Recipe, Role, read_recipe, sha256_of, versions
from nst_core.transfer import Transfer
from tests.support.homes import without_a_home
from tests.support.pictures import smooth_picture
from tests.support.terminal import TINY, Terminal, interrupt_at

# From the options to the job


def test_no_default_is_retyped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    job = read_job(["c", "s", "-o", "o.png"])
    assert job.config == TransferConfig()
    assert (job.depth, job.keep_profile, job.masks, job.quiet) == (8, False, [], False)


def test_options_reach_the_order() -> None:
    given = (
        "c s1 -o o.jpg --size 300 --steps 40 --style-weight 2.5 --optimizer adam --style-layers relu1_1,relu2_1 "
        "--style-layer-weights 1,0.5 --content-layers= --weights torchvision --device cuda:1 --save-every 7 -q s2 "
        "--mask none --mask m.png s3 --clip c.mp4 --state s.state --depth 16 --keep-profile --colour-method luminance"
    )
    job = read_job(given.split())
    assert job.content == Path("c")
    assert [source.path for source in job.sources if source.role == "style"] == [Path("s1"), Path("s2"), Path("s3")]
    assert job.masks == [None, Path("m.png"), None]  # one each
    assert job.config == TransferConfig(
        size=300,
        steps=40,
        style_weight=2.5,
        optimizer=Optimizer.ADAM,
        style_layers=("relu1_1", "relu2_1"),
        style_layer_weights=(1.0, 0.5),
        content_layers=(),
        weights="torchvision",
        colour_method=ColourMethod.LUMINANCE,
    )
    assert (job.output, job.device, job.save_every, job.quiet) == (Path("o.jpg"), "cuda:1", 7, True)
    assert (job.clip, job.state) == (Path("c.mp4"), Path("s.state"))
    assert (job.depth, job.keep_profile) == (16, True)


def test_options_count_more_than_the_preset() -> None:
    given = ["c", "s", "-o", "o.png", "--preset", "paper"]
    assert read_job(given).config == TransferConfig.preset(Preset.PAPER)
    changed = read_job([*given, "--steps", "7", "--scales", "2"]).config
    assert changed == TransferConfig.preset(Preset.PAPER, steps=7, scales=2)


def test_a_strength_counts_although_the_preset_has_a_style_weight() -> None:
    config = read_job(["c", "s", "-o", "o.png", "--preset", "paper", "--strength", "30"]).config
    assert config == TransferConfig.preset(Preset.PAPER, strength=30.0, style_weight=None)


def test_the_environment_gives_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NST_WEIGHTS", "mine.pth")
    assert read_job(["c", "s", "-o", "o.png"]).config.weights == "mine.pth"
    assert read_job(["c", "s", "-o", "o.png", "--weights", "embedded"]).config.weights == "embedded"


# Repeated


@pytest.mark.weights
def test_a_repeat_has_the_same_bytes(real: Terminal) -> None:
    options = ("--size", 48, "--steps", 3, "--scales", 1, "--initial", "noise", "--seed", 7, "--save-every", 2)
    assert real("a.png", "s.png", "-o", "out.png", *options)[0] == 0
    assert real("--recipe", "out.png", "-o", "again.png")[0] == 0
    assert real("--recipe", "out-0002.png", "-o", "again-0002.png")[0] == 0
    assert real.bytes("again.png") == real.bytes("out.png")
    assert real.bytes("again-0002.png") == real.bytes("out-0002.png") != real.bytes("out.png")


def test_a_repeat_finds_everything_again(tiny: Terminal) -> None:
    mask = Image.new("L", (20, 20), 255)
    mask.paste(0, (0, 0, 10, 20))
    mask.save("m.png")
    options = ("--mask", "none", "--mask", "m.png", "--within", "m.png", "--depth", 16, "--steps", 2, "--colours", 40)
    Path("results").mkdir()
    strength = ("--strength-map", "t.png")
    Image.linear_gradient("L").save("t.png")
    assert tiny("a.png", "s.png", "s.png", "-o", "results/plain.png", *TINY, *options)[0] == 0
    assert tiny("a.png", "s.png", "s.png", "-o", "results/out.png", *TINY, *options, *strength)[0] == 0
    assert tiny.bytes("results/out.png") != tiny.bytes("results/plain.png")
    assert tiny("--recipe", "results/out.png", "-o", "results/again.png")[0] == 0
    assert tiny.bytes("results/again.png") == tiny.bytes("results/out.png")
    for name in ("a.png", "s.png", "m.png", "t.png"):
        Path(name).rename(Path("results") / name)  # beside the picture
    assert tiny("--recipe", "results/out.png", "-o", "moved.png")[0] == 0
    assert tiny.bytes("moved.png") == tiny.bytes("results/out.png")


def test_a_repeat_of_a_reconstruction(tiny: Terminal) -> None:
    options = ("--size", 48, "--steps", 2, "--border", "circular")
    assert tiny("reconstruct", "s.png", "-o", "out.png", "--style", "relu1_1,relu2_1", *options)[0] == 0
    assert tiny("reconstruct", "--recipe", "out.png", "-o", "again.png")[0] == 0
    assert tiny.bytes("again.png") == tiny.bytes("out.png")
    assert "after the word reconstruct" in tiny.refuses("--recipe", "out.png", "-o", "new.png")
    changed = read_job(["reconstruct", "--recipe", "out.png", "-o", "x.png", "--content", "relu2_1"]).config
    assert (changed.content_layers, changed.style_layers) == (("relu2_1",), ())


def a_recipe(config: TransferConfig, **changes: Any) -> Recipe:
    """Of a finished run of six steps with a.png and s.png."""
    recipe = Recipe(
        command=Command.STYLIZE,
        config=config,
        ingredients=(
            Ingredient(Role.CONTENT, "a.png", sha256_of(Path("a.png"))),
            Ingredient(Role.STYLE, "s.png", sha256_of(Path("s.png"))),
        ),
        depth=8,
        keep_profile=False,
        steps_done=6,
        steps_planned=6,
        versions=versions("cpu"),
    )
    return replace(recipe, **changes)


def steered_picture(**turns: float) -> None:
    """out.png as a page writes it: of a run at 48 px, of six steps, that was steered to other strengths."""
    config = TransferConfig(size=48, steps=6, content_layers=("relu2_1",), style_layers=("relu1_1", "relu3_1"))
    transfer = Transfer(Image.open("a.png"), Image.open("s.png"), config)
    for step in transfer:
        last = step
        if (name := f"after_{step.index}") in turns:
            transfer.steer(replace(config, strength=turns[name]))
    recipe = a_recipe(config, steered=tuple(transfer.steered), execution=Execution())
    save_image(last.image, "out.png", text={KEY: recipe.to_text()})


def test_a_steered_run_is_repeated_step_for_step(tiny: Terminal) -> None:
    steered_picture(after_2=90.0, after_4=5.0)
    assert tiny("--recipe", "out.png", "-o", "again.png")[0] == 0
    with Image.open("out.png") as made, Image.open("again.png") as again:
        assert again.tobytes() == made.tobytes()
    assert read_recipe(Path("again.png")).makes_the_same_as(read_recipe(Path("out.png")))
    assert tiny("--recipe", "again.png", "-o", "straight.png", "--strength", 50)[0] == 0
    assert tiny.bytes("straight.png") != tiny.bytes("again.png")


@pytest.mark.parametrize("stop", [1, 2, 3, 5])
def test_a_repeat_that_was_stopped_goes_on_as_it_was_steered(
    tiny: Terminal, stop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steered_picture(after_2=90.0, after_4=5.0)
    assert tiny("--recipe", "out.png", "-o", "again.png")[0] == 0
    with monkeypatch.context() as patch:
        interrupt_at(stop, patch)
        assert tiny("--recipe", "out.png", "-o", "stopped.png")[0] == 130
    assert tiny("--resume", "stopped.png.state")[0] == 0
    with Image.open("again.png") as made, Image.open("stopped.png") as stopped:
        assert stopped.tobytes() == made.tobytes()
    assert read_recipe(Path("stopped.png")).makes_the_same_as(read_recipe(Path("again.png")))


def test_options_count_from_the_first_step_of_a_steered_run_to_its_last(supplied: Terminal) -> None:
    steered_recipe()
    job = read_job(["--recipe", "out.png", "-o", "x.png", "--size", "64", "--strength", "30"])
    assert {config.size for _, config in (*job.steered, (1, job.config))} == {64}
    assert [(step, config.strength, config.colours) for step, config in job.steered] == [(3, 30, 100), (5, 30, 40)]
    assert [job.config_at(step).colours for step in (0, 1, 4, 5, 6)] == [100, 100, 100, 40, 40]
    assert read_job(["--recipe", "out.png", "-o", "x.png", "--only-colours"]).steered == ()


def test_shares_of_other_paintings_are_refused_before_any_work(supplied: Terminal) -> None:
    steered_recipe(style_blend=(1.0,))
    refused = supplied.refuses("a.png", "s.png", "s.png", "--recipe", "out.png", "-o", "x.png")
    assert "the number of values of style_blend is 1 and that of paintings 2" in refused


def test_what_of_a_run_is_not_repeated_is_told(painted: Terminal) -> None:
    write_recipe(a_recipe(TransferConfig(size=48, steps=6, scales=1), went_on=(4, 5)))
    code, err = painted("--recipe", "out.png", "-o", "x.png", "-q")
    assert code == 0
    assert err.startswith(
        "nst_core: out.png went on from its picture after step 4 and 5, which isn't repeated: all steps are made in "
        "one run, so the picture will differ a little\n"
    )


def steered_recipe(**changes: Any) -> None:
    """out.png with the recipe of a run that was steered before its steps 3 and 5, and no matter which picture."""
    config = TransferConfig(size=48, steps=6, scales=1)
    later = replace(config, strength=80, **changes)
    write_recipe(a_recipe(config, steered=((3, later), (5, replace(later, colours=40)))))


def write_recipe(recipe: Recipe) -> None:
    save_image(np.zeros((36, 48, 3), np.uint8), "out.png", text={KEY: recipe.to_text()})


def test_an_alpha_channel_and_a_profile_come_again(tiny: Terminal) -> None:
    picture = smooth_picture(64, 48, 1).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 20, 48))
    picture.save("a.png")
    assert tiny("a.png", "s.png", "-o", "out.png", *TINY, "--steps", 2, "--keep-alpha", "--keep-profile")[0] == 0
    assert tiny("--recipe", "out.png", "-o", "again.png")[0] == 0
    assert tiny.bytes("again.png") == tiny.bytes("out.png")
    with Image.open("again.png") as again:
        assert again.mode == "RGBA"
        assert again.getchannel("A").getextrema() == (0, 255)


def test_a_recipe_tells_how_far_it_came_and_what_ran(painted: Terminal) -> None:
    recipe = read_recipe(Path("out.png"))
    assert (recipe.steps_done, recipe.steps_planned, recipe.is_finished) == (8, 8, True)
    assert recipe.versions.keys() == {"nst_core", "torch", "device"}
    assert str(painted.folder) not in recipe.to_text()


def test_a_recipe_has_nothing_looked_at_above_the_folder(painted: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been written by anybody: what lies elsewhere, and whether it is there, is none of their business."""
    (painted.folder / "inner").mkdir()
    shutil.copy("out.png", "inner/out.png")
    monkeypatch.chdir("inner")
    recipe = read_recipe(Path("out.png"))
    photo, painting = recipe.ingredients
    for name in ("../a.png", "../no-such-file.png", "x/../../a.png"):
        write_recipe(replace(recipe, ingredients=(replace(photo, name=name), painting)))
        with pytest.raises(ValueError, match=f"was made from '{name}', which is neither here nor beside it"):
            read_job(["--recipe", "out.png", "-o", "new.png"])
    shutil.copy("../a.png", "a.png")
    shutil.copy("../s.png", "s.png")
    assert [str(each.path) for each in read_job(["--recipe", "out.png", "-o", "new.png"]).sources] == ["a.png", "s.png"]


def test_options_and_pictures_count_more_than_the_recipe(painted: Terminal) -> None:
    smooth_picture(64, 48, 3).save("b.png")
    job = read_job(["--recipe", "out.png", "-o", "new.png", "b.png", "--steps", "5", "--depth", "16"])
    assert job.config == TransferConfig(size=48, steps=5, scales=1, style_weight=3.0)
    assert [str(source.path) for source in job.sources] == ["b.png", "s.png"]
    assert (job.depth, job.stop_after) == (16, None)
    stronger = read_job(["--recipe", "out.png", "-o", "new.png", "--strength", "70"]).config
    assert (stronger.strength, stronger.style_weight) == (70.0, None)


def test_a_mask_can_be_given_and_taken_away(painted: Terminal) -> None:
    Image.new("L", (20, 20), 255).save("m.png")
    options = ("--size", 48, "--mask", "m.png", "--within", "m.png")
    assert painted("a.png", "s.png", "-o", "out.png", *options)[0] == 0
    repeat = ["--recipe", "out.png", "-o", "new.png"]
    assert [source.name for source in read_job(repeat).sources] == ["a.png", "s.png", "m.png", "m.png"]
    bare = read_job([*repeat, "--mask", "none", "--within", "none"])
    assert (bare.masks, bare.paths(Role.WITHIN)) == ([], [])


def test_the_weights_come_from_the_recipe_not_from_the_environment(
    painted: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NST_WEIGHTS", "torchvision")
    assert read_job(["--recipe", "out.png", "-o", "new.png"]).config.weights == "embedded"


def test_a_weights_file_is_an_ingredient(painted: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = painted.folder / "vgg.pth"
    weights.write_bytes(b"weights")
    assert painted("a.png", "s.png", "-o", "out.png", "--size", 48, "--weights", weights)[0] == 0
    assert read_recipe(Path("out.png")).config.weights == "vgg.pth"
    repeat = ["--recipe", "out.png", "-o", "new.png"]
    assert read_job(repeat).config.weights == "vgg.pth"
    embedded = read_job([*repeat, "--weights", "embedded"])
    assert (embedded.config.weights, embedded.paths(Role.WEIGHTS)) == ("embedded", [])
    weights.write_bytes(b"others")
    assert "name the file with --weights" in painted.refuses(*repeat)


def test_a_weights_file_at_home_is_found(painted: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(painted.folder))
    Path("vgg.pth").write_bytes(b"weights")
    assert painted("a.png", "s.png", "-o", "out.png", "--size", 48, "--weights", "~/vgg.pth")[0] == 0
    assert read_recipe(Path("out.png")).config.weights == "vgg.pth"


@pytest.mark.parametrize("name", ["~nobody-of-this-name/vgg.pth", "~/vgg.pth"])
@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_home_that_nobody_knows_is_no_place(
    supplied: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    without_a_home(monkeypatch)
    if way == "environment":
        monkeypatch.setenv("NST_WEIGHTS", name)
    options = ("--weights", name) if way == "option" else ()
    said = supplied.refuses("a.png", "s.png", "-o", "out.png", "--size", 48, *options)
    assert f"the weights file {name} doesn't exist" in said


def test_a_picture_that_changed_is_refused_but_may_be_given(painted: Terminal) -> None:
    shutil.copy("s.png", "a.png")
    said = painted.refuses("--recipe", "out.png", "-o", "new.png")
    assert "a.png isn't the file that out.png was made from" in said
    assert read_job(["--recipe", "out.png", "-o", "new.png", "a.png"]).content == Path("a.png")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--recipe", "out.png"), "-o OUT is required"),
        (("--recipe", "out.png", "-o", "out.png"), "out.png is one of the files that go in"),
        (("--recipe", "out.png", "-o", "new.png", "--preset", "fine"), "give one of them"),
        (("--recipe", "a.png", "-o", "new.png"), "a.png carries no recipe"),
        (("--recipe", "gone.png", "-o", "new.png"), "gone.png doesn't exist"),
        (("reconstruct", "--recipe", "out.png", "-o", "new.png"), "without the word reconstruct"),
        (("--recipe", "out.png", "--resume", "out.state"), "--recipe can't be given with --resume"),
        (("--resume", "out.state", "--size", "64"), "--size can't be given with --resume"),
        (("--resume", "out.state", "--preset", "fine"), "--preset can't be given with --resume"),
        (("reconstruct", "--resume", "out.state", "--style", "relu1_1"), "--style can't be given with --resume"),
        (("--resume", "gone.state"), "gone.state doesn't exist"),
        (("--resume", "a.png"), "a.png isn't"),
        (("--resume", "out.state", "s.png"), "s.png isn't the file that out.state was made from"),
        (("--resume", "out.state", "a.png", "s.png", "s.png"), "1 files as style, got 2"),
        (("--resume", "out.state"), "has done all of its 8 steps; give more with --steps"),
        (("--resume", "out.state", "--mask", "s.png"), "0 files as mask, got 1"),
        (("--resume", "out.state", "--weights", "torchvision"), "--weights can't be given"),
        (("--resume", "out.state", "--steps", "9", "-o", "a.png"), "a.png is one of the files that go in"),
    ],
)
def test_what_does_not_go_together(options: tuple[str, ...], part: str, painted: Terminal) -> None:
    assert part in painted.refuses(*options)
