"""What can be typed, and what the help says of it."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import fields, make_dataclass
from pathlib import Path

import pytest

from nst_core.cli import options
from nst_core.cli.options import read_options
from nst_core.config import PRESETS, RECONSTRUCTION, Group, Preset, TransferConfig, setting
from nst_core.recipe import Command

PARSERS = {Command.STYLIZE: options.make_parser, Command.RECONSTRUCT: options.make_reconstruct_parser}


def groups_of(parser: argparse.ArgumentParser) -> dict[str, list[str]]:
    """The long options by the title of their group."""
    return {
        str(group.title): [action.option_strings[-1] for action in group._group_actions if action.option_strings]
        for group in parser._action_groups
    }


def help_of(parser: argparse.ArgumentParser) -> str:
    return " ".join(parser.format_help().split())


def test_every_field_is_in_exactly_one_group() -> None:
    listed = Counter(name for names in options.grouped().values() for name in names)
    assert listed == Counter(field.name for field in fields(TransferConfig))
    some = Counter(name for names in options.grouped_for_reconstruct().values() for name in names)
    assert set(some.values()) == {1}
    assert some.keys() < listed.keys()
    assert set(options.RECONSTRUCT_FIRST) <= some.keys()


def test_only_names_of_fields_are_put_in_order() -> None:
    assert set(options.ORDER) <= {field.name for field in fields(TransferConfig)}
    assert len(set(options.ORDER)) == len(options.ORDER)


def test_a_new_field_reaches_the_help_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its group says where; without an order of its own it follows the others there."""
    grain = make_dataclass(
        "Grain",
        [("grain", float, setting(Group.OPTIMISER, 0.5, "how coarse", 0, 2, rebuilds=True))],
        bases=(TransferConfig,),
        frozen=True,
        kw_only=True,
    )
    monkeypatch.setattr(options, "TransferConfig", grain)
    for make in PARSERS.values():
        assert groups_of(make())["optimiser"] == ["--optimizer", "--learning-rate", "--grain"]
        assert "--grain X how coarse (0 to 2, default: 0.5)" in help_of(make())


def test_those_that_matter_come_first() -> None:
    groups = groups_of(options.make_parser())
    first = ["--help", "--output", "--preset", "--strength", "--size", "--steps", "--colours"]
    assert groups["options"] == first
    assert [title for title in groups if groups[title]] == [*Group, "printing", "running"]
    assert len(Counter(name for names in groups.values() for name in names)) == sum(map(len, groups.values()))


def test_the_help_tells_ranges_choices_and_defaults() -> None:
    text = help_of(options.make_parser())
    for field in fields(TransferConfig):
        assert field.metadata["help"] in text
    for part in (
        "32 to 10000, default: 512)",
        "{lbfgs,adam}",
        "default: relu1_1,relu2_1,",
        "$NST_WEIGHTS",
        "(default: no)",
        "--no-keep-alpha",
        "{paper,fast,balanced,fine}",
        "0 to 100, default: 60",
        "python -m nst_core reconstruct PICTURE",
    ):
        assert part in text, part


def test_the_help_of_reconstruct_tells_its_own_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECONSTRUCTION, "steps", 123)
    text = help_of(options.make_reconstruct_parser())
    assert "default: 123)" in text
    assert "--strength" not in text
    assert "--mask" not in text


@pytest.mark.parametrize("command", Command)
def test_nothing_given_is_nothing_set(command: Command) -> None:
    given = options.read_options([command] if command is Command.RECONSTRUCT else [])
    assert (given.command, given.config) == (command, {})
    assert {name for name, value in given.others.items() if value} == set()


def test_what_is_given_is_read_by_its_kind() -> None:
    typed = (
        "c s1 -o o.jpg --size 300 --colours 2.5 --style-weight 3 --style-layers relu1_1,relu2_1 --style-blend 1,2 "
        "--content-layers= --optimizer adam --keep-alpha --no-only-colours --mask none --mask m.png --within w.png "
        "--strength-map t.png --depth 16 --preset fine --no-keep-profile -q s2"
    )
    given = options.read_options(typed.split())
    assert given.config == {
        "size": 300,
        "colours": 2.5,
        "style_weight": 3.0,
        "style_layers": ("relu1_1", "relu2_1"),
        "style_blend": (1.0, 2.0),
        "content_layers": (),
        "optimizer": "adam",
        "keep_alpha": True,
        "only_colours": False,
    }
    others = {name: str(value) for name, value in given.others.items()}
    assert others["masks"] == "[None, PosixPath('m.png')]"
    assert others["styles"] == "[PosixPath('s1'), PosixPath('s2')]"  # options may stand anywhere
    names = ("content", "output", "within", "strength_map", "depth", "preset", "keep_profile")
    assert {name: others[name] for name in names} == {
        "content": "c",
        "output": "o.jpg",
        "within": "w.png",
        "strength_map": "t.png",
        "depth": "16",
        "preset": "fine",
        "keep_profile": "False",
    }


def test_every_preset_is_an_option_that_argparse_takes() -> None:
    for preset in Preset:
        assert options.read_options(["--preset", preset]).others["preset"] == preset
        assert preset in PRESETS


def test_the_word_reconstruct_counts_at_the_beginning_alone() -> None:
    given = options.read_options(["reconstruct", "p.png", "--style", "relu1_1,relu2_1", "--content", "relu4_2"])
    assert given.command is Command.RECONSTRUCT
    assert given.others["style_of"] == ("relu1_1", "relu2_1")
    assert given.others["content_of"] == "relu4_2"
    assert options.read_options(["p.png", "reconstruct"]).command is Command.STYLIZE


@pytest.mark.parametrize("command", Command)
def test_complaints_name_the_right_help(command: Command) -> None:
    with pytest.raises(ValueError, match=r"--sizes.*nst_core.* --help") as caught:
        options.read_options([*([command] if command is Command.RECONSTRUCT else []), "--sizes", "5"])
    assert ("reconstruct --help" in str(caught.value)) is (command is Command.RECONSTRUCT)


@pytest.mark.parametrize("make", PARSERS.values(), ids=PARSERS)
def test_no_option_has_a_default_of_its_own(make: object) -> None:
    assert callable(make)
    for action in make()._actions:
        assert action.default is argparse.SUPPRESS or action.dest == "quiet", action.dest


@pytest.mark.parametrize(
    ("arguments", "content", "styles"),
    [
        (["-o", "x.png", "--", "-a.jpg", "s.jpg"], "-a.jpg", ["s.jpg"]),
        (["a.jpg", "-o", "x.png", "--", "-s.jpg", "--size"], "a.jpg", ["-s.jpg", "--size"]),
        (["a.jpg", "s.jpg", "--", "-t.jpg"], "a.jpg", ["s.jpg", "-t.jpg"]),
        (["--", "--", "-h"], "--", ["-h"]),
        (["a.jpg", "s.jpg", "--"], "a.jpg", ["s.jpg"]),
        (["--", "reconstruct", "s.jpg"], "reconstruct", ["s.jpg"]),
    ],
)
def test_after_two_dashes_there_are_only_names(arguments: list[str], content: str, styles: list[str]) -> None:
    others = read_options(arguments).others
    assert (others["content"], others["styles"]) == (Path(content), [*map(Path, styles)])


def test_two_dashes_after_reconstruct() -> None:
    assert read_options(["reconstruct", "--style", "relu1_1", "--", "-a.jpg"]).others["content"] == Path("-a.jpg")
    with pytest.raises(ValueError, match="unrecognized arguments: -a.jpg b.jpg"):
        read_options(["reconstruct", "--", "-a.jpg", "b.jpg"])


@pytest.mark.parametrize("arguments", [["--output=-x.png"], ["-o-x.png"], ["-o=-x.png"], ["-o", "./-x.png"]])
def test_an_output_that_begins_with_a_dash(arguments: list[str]) -> None:
    assert read_options(["a.jpg", "s.jpg", *arguments]).others["output"] == Path("-x.png")


@pytest.mark.parametrize(
    "arguments", [["-o", "-x.png"], ["--state", "-x.state"], ["--within", "-x"], ["-o", "--", "x"]]
)
def test_a_name_that_is_taken_for_an_option_is_told_how_to_be_none(arguments: list[str]) -> None:
    with pytest.raises(ValueError, match=r"expected one argument, and a name that begins with a dash is written \./-"):
        read_options(["a.jpg", "s.jpg", *arguments])
    with pytest.raises(ValueError, match="expected one argument; "):
        read_options(["a.jpg", "s.jpg", "--size"])
