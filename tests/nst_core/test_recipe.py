"""What a picture tells of itself, and what is done with a recipe that anybody may have written."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nst_core.config import Preset, TransferConfig
from nst_core.execution import Execution
from nst_core.images.saving import save_image
from nst_core.recipe import Command, Ingredient, Recipe, Role, find, name_of, parse, read_recipe, sha256_of, versions
from nst_core.version import __version__
from tests.support.pictures import smooth_picture

ORIGIN = Path("out.png")


DIGEST = "0" * 63 + "a"


RECIPE = Recipe(
    command=Command.STYLIZE,
    config=TransferConfig(
        size=300, style_weight=2.5, style_layers=("relu1_1",), style_layer_weights=(0.5,), seed=2**60
    ),
    ingredients=(
        Ingredient(Role.CONTENT, "photos/a é.jpg", DIGEST),
        Ingredient(Role.STYLE, "s.jpg", DIGEST),
        Ingredient(Role.STYLE, "../s\udce4.jpg", DIGEST),  # a name that isn't UTF-8
        Ingredient(Role.MASK, None, None),
        Ingredient(Role.MASK, "m.png", DIGEST),
    ),
    depth=16,
    keep_profile=True,
    steps_done=50,
    steps_planned=200,
    versions={"nst_core": "0.1", "torch": "2", "device": "cpu"},
)


def test_a_recipe_survives_its_text() -> None:
    assert parse(RECIPE.to_text(), ORIGIN) == RECIPE


@pytest.mark.parametrize("preset", Preset)
def test_every_preset_survives_its_text(preset: Preset) -> None:
    recipe = replace(RECIPE, config=TransferConfig.preset(preset))
    assert parse(recipe.to_text(), ORIGIN) == recipe


def test_a_recipe_survives_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    for depth in (8, 16):
        recipe = replace(RECIPE, depth=depth)
        save_image(torch.zeros(1, 3, 32, 32), path, depth=depth, text={"nst_core": recipe.to_text()})
        assert read_recipe(path) == recipe


def test_a_recipe_of_before_an_option_goes_by_how_it_was_then() -> None:
    values = asdict(RECIPE)
    assert values["config"].pop("tv_chroma") == TransferConfig().tv_chroma > 0
    assert parse(json.dumps(values), ORIGIN) == replace(RECIPE, config=replace(RECIPE.config, tv_chroma=0))


def test_a_recipe_can_be_a_file_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text(RECIPE.to_text() + "\n", encoding="utf-8", errors="backslashreplace")
    assert read_recipe(path) == RECIPE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe\x00", r"recipe\.json isn't text"),
        (b"[]", "can't be followed: a recipe has a value of the wrong kind"),
        (b"[" * 300_000, "can't be followed: it has 200001 characters"),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=problem):
        read_recipe(path)


def steered(*strengths: tuple[int, float]) -> Recipe:
    config = replace(RECIPE.config, style_weight=None)
    return replace(
        RECIPE,
        config=config,
        steered=tuple(
            (step, replace(config, strength=strength, style_blend=(1.0, step))) for step, strength in strengths
        ),
    )


def test_the_steering_survives_its_text() -> None:
    recipe = steered((7, 80.0), (30, 20.5))
    assert parse(recipe.to_text(), ORIGIN) == recipe
    assert json.loads(recipe.to_text())["steered"] == [
        {"step": 7, "changes": {"strength": 80.0, "style_blend": [1.0, 7]}},
        {"step": 30, "changes": {"strength": 20.5, "style_blend": [1.0, 30]}},
    ]
    assert (recipe.last_config, RECIPE.last_config) == (recipe.steered[-1][1], RECIPE.config)


def test_that_a_run_went_on_survives_its_text() -> None:
    recipe = replace(RECIPE, went_on=(20, 40))
    assert parse(recipe.to_text(), ORIGIN) == recipe


def test_what_it_was_made_for_survives_its_text() -> None:
    recipe = replace(RECIPE, dpi=300, aspect=1.5)
    assert parse(recipe.to_text(), ORIGIN) == recipe
    assert not recipe.makes_the_same_as(replace(recipe, dpi=None))
    assert not recipe.makes_the_same_as(replace(recipe, aspect=None))


def test_a_picture_of_one_run_that_was_not_steered_can_be_read_by_earlier_versions() -> None:
    assert json.loads(RECIPE.to_text()).keys() == {
        *("command", "config", "ingredients", "depth", "keep_profile", "steps_done", "steps_planned"),
        *("execution", "versions"),
    }


def test_all_values_are_told_not_only_those_that_were_given() -> None:
    data = json.loads(replace(RECIPE, config=TransferConfig()).to_text())
    assert data["config"].keys() == {field.name for field in fields(TransferConfig)}
    assert data["config"]["steps"] == TransferConfig().steps


def test_a_value_that_came_later_has_its_default() -> None:
    data = json.loads(RECIPE.to_text())
    del data["config"]["colours"]
    assert parse(json.dumps(data), ORIGIN) == RECIPE


def test_versions_are_those_that_ran() -> None:
    assert versions("cuda") == {"nst_core": __version__, "torch": torch.__version__, "device": "cuda"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.jpg", "a.jpg"),
        ("photos/a.jpg", "photos/a.jpg"),
        ("../a.jpg", "../a.jpg"),
        ("/home/ada/photos/a.jpg", "a.jpg"),
        ("~ada/vgg.pth", "vgg.pth"),
    ],
)
def test_no_place_of_this_machine_is_told(path: str, name: str) -> None:
    assert name_of(Path(path)) == name


def test_what_makes_the_same_picture() -> None:
    same = replace(
        RECIPE,
        ingredients=tuple(replace(each, name=each.name and "other.jpg") for each in RECIPE.ingredients),
        versions={},
        steps_done=200,
    )
    assert RECIPE.makes_the_same_as(same)
    for other in (
        replace(RECIPE, config=TransferConfig()),
        replace(RECIPE, depth=8),
        replace(RECIPE, steered=((3, replace(RECIPE.config, colours=20.0)),)),
        replace(RECIPE, went_on=(20,)),
        replace(RECIPE, keep_profile=False),
        replace(RECIPE, command=Command.RECONSTRUCT),
        replace(RECIPE, ingredients=RECIPE.ingredients[1:]),
        replace(RECIPE, ingredients=(Ingredient(Role.CONTENT, "a", DIGEST[::-1]), *RECIPE.ingredients[1:])),
    ):
        assert not RECIPE.makes_the_same_as(other)


def test_a_weights_file_counts_by_its_hash() -> None:
    def with_weights(name: str, digest: str) -> Recipe:
        config = TransferConfig(weights=name)
        return replace(RECIPE, config=config, ingredients=(Ingredient(Role.WEIGHTS, name, digest),))

    assert with_weights("a.pth", DIGEST).makes_the_same_as(with_weights("b.pth", DIGEST))
    assert not with_weights("a.pth", DIGEST).makes_the_same_as(with_weights("a.pth", DIGEST[::-1]))


def test_only_a_run_that_came_to_its_end_is_finished() -> None:
    assert not RECIPE.is_finished
    assert replace(RECIPE, steps_done=200).is_finished
    assert not replace(RECIPE, steps_done=0, steps_planned=0).is_finished


def test_a_file_is_found_by_its_name_and_its_hash(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    changed, kept = tmp_path / "a.jpg", tmp_path / "old/a.jpg"
    changed.write_bytes(b"changed")
    kept.write_bytes(b"kept")
    ingredient = Ingredient(Role.CONTENT, "a.jpg", sha256_of(kept))
    assert find(ingredient, [changed, kept], ORIGIN) == kept
    with pytest.raises(ValueError, match=r"a\.jpg isn't the file that out\.png was made from .*; name the photo"):
        find(ingredient, [changed], ORIGIN)
    with pytest.raises(
        ValueError, match=r"made from 'a\.jpg', which is neither here nor beside it; name the mask with"
    ):
        find(replace(ingredient, role=Role.MASK), [tmp_path / "gone.jpg", tmp_path], ORIGIN)


def test_a_picture_without_a_recipe(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    smooth_picture(32, 32, 1).save(plain)
    with pytest.raises(ValueError, match=r"plain\.png carries no recipe"):
        read_recipe(plain)
    with pytest.raises(ValueError, match=r"gone\.png doesn't exist"):
        read_recipe(tmp_path / "gone.png")


def changed(**changes: Any) -> str:
    return json.dumps(asdict(RECIPE) | changes)


def with_config(**changes: Any) -> str:
    return changed(config=asdict(RECIPE.config) | changes)


def with_file(**changes: Any) -> str:
    first, *rest = asdict(RECIPE)["ingredients"]
    return changed(ingredients=[first | changes, *rest])


def turned(step: Any, **changes: Any) -> str:
    return changed(steered=[{"step": step, "changes": changes}])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "Expecting value"),
        ("[" * 100_000, "nested too deeply"),
        ('"' + "x" * 300_000 + '"', "300002 characters"),
        ("7", "a recipe has a value of the wrong kind"),
        ("{}", "versions"),
        (changed(command="rm"), "rm"),
        (changed(command=["stylize"]), "stylize"),
        (changed(config=[]), "config"),
        (changed(strokes=1), "'strokes' is unknown to nst_core"),
        (with_config(oil=1), "'oil' is unknown to nst_core"),
        (with_config(size=10**9), "size must be between 32 and 10000"),
        (with_config(size="300"), "size must be a whole number"),
        (with_config(size=None), "size must be a whole number"),
        (with_config(steps=True), "steps must be a whole number"),
        (with_config(strength=float("nan")), "strength must be between"),
        (with_config(style_weight="1"), "style_weight must be a number"),
        (with_config(keep_alpha=1), "keep_alpha must be true or false"),
        (with_config(weights=5), "weights"),
        (with_config(initial={}), "initial"),
        (with_config(initial="the end"), "initial must be one of"),
        (with_config(style_layers="relu1_1"), "style_layers"),
        (with_config(style_layers=[1]), "style_layers"),
        (with_config(style_scale=["x"]), "style_scale"),
        (with_config(style_scale=[True]), "style_scale"),
        (with_config(weights="/etc/vgg.pth"), "0 files as weights"),
        (with_file(name="/etc/passwd"), "'/etc/passwd' isn't the name"),
        (with_file(name="~/secret.jpg"), "isn't the name"),
        (with_file(name="a\0b"), "isn't the name"),
        (with_file(name=""), "isn't the name"),
        (with_file(name=None), "a file's name"),
        (with_file(role="virus"), "virus"),
        (with_file(role="within"), "0 files as content"),
        (with_file(sha256="x" * 64), "isn't a SHA-256"),
        (with_file(sha256=None), "sha256"),
        (changed(ingredients=asdict(RECIPE)["ingredients"][:1]), "0 files as style"),
        (changed(ingredients=["a.jpg"]), "an ingredient"),
        (changed(depth=32), "depth must be 8 or 16"),
        (changed(keep_profile="no"), "keep_profile"),
        (changed(dpi="300"), "dpi"),
        (changed(dpi=True), "dpi"),
        (changed(dpi=0), "dpi must be between 1 and 2400, got 0"),
        (changed(aspect="wide"), "aspect"),
        (changed(aspect=0.5), "aspect must be between 1 and 500, got 0.5"),
        (changed(aspect=float("nan")), "aspect must be between"),
        (changed(steps_done="all"), "steps_done"),
        (changed(steps_done=-1), "steps_done must be between 1 and 200, got -1"),
        (changed(steps_done=201), "steps_done must be between 1 and 200, got 201"),
        (changed(versions={"torch": 2}), "a version"),
        (changed(went_on=7), "went_on"),
        (changed(went_on=["7"]), "went_on"),
        (changed(went_on=[-1]), "went_on must be between 1 and 1000000000, got -1"),
        (changed(steps_planned=10**400), f"steps_planned must be between 1 and 1000000000, got 1{'0' * 59}..."),
        (changed(depth=10**400), "depth must be 8 or 16, got 1000"),
        (changed(steered=7), "steered"),
        (changed(steered=[7]), "steered"),
        (turned("3"), "a step"),
        (changed(steered=[{"step": 3}]), "changes"),
        (turned(3, oil=1), "'oil' is unknown to nst_core"),
        (turned(3, size=64), "size can't change from one step to the next"),
        (turned(3, steps=9), "steps can't change from one step to the next"),
        (turned(3, strength=500), "strength must be between"),
        (turned(3, strength="much"), "strength must be a number"),
        (turned(3, style_blend=[1, 2, 3]), "style_blend is 3 and that of paintings 2"),
        (turned(0, colours=5), "steered at step 0 after step 0"),
        (changed(steered=[{"step": 3, "changes": {}}] * 2), "steered at step 3 after step 3"),
    ],
)
def test_what_cannot_be_followed_is_told(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=r"^the recipe of out\.png can't be followed: ") as caught:
        parse(text, ORIGIN)
    assert part in str(caught.value)
    assert len(str(caught.value)) < 300
    assert len(str(caught.value)) < 500


def test_a_later_version_is_told_by_its_number() -> None:
    text = changed(config=asdict(RECIPE.config) | {"oil": 1}, versions={"nst_core": "9.9"})
    with pytest.raises(
        ValueError, match=rf"'oil' is unknown to nst_core {__version__}; it was made by '9.9': take that"
    ):
        parse(text, ORIGIN)


def test_steps_by_pytorch_alone_are_told_where_there_are_some() -> None:
    """Earlier versions read recipes without them."""
    for steps, is_told in ((0, False), (7, True)):
        recipe = replace(RECIPE, execution=Execution(plain_steps=steps))
        assert ("plain_steps" in json.loads(recipe.to_text())["execution"]) is is_told
        assert parse(recipe.to_text(), ORIGIN) == recipe
