"""The options of the command line, most of them read off `TransferConfig` and `Execution`: arguments -> `Given`."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, fields
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, NoReturn, get_args, get_type_hints

from nst_core.cli.console import invocation
from nst_core.config import RECONSTRUCTION, Group, Preset, TransferConfig
from nst_core.execution import Execution
from nst_core.fields import NUMBER_NAMES
from nst_core.printing import PAPERS, Print
from nst_core.recipe import Command
from nst_core.version import __version__

# What `--help` shows in another order than `TransferConfig` has it; all others follow these in their groups.
ORDER = (
    *("strength", "size", "steps", "colours"),
    *("scales", "initial", "seed", "content_weight", "style_weight", "tv_weight", "tv_norm", "tv_chroma", "style_loss"),
    *("content_layers", "content_layer_weights", "style_layers", "style_layer_weights"),
    *("normalization", "pooling", "border", "weights"),
)
RECONSTRUCT_FIRST = ("size", "steps", "border", "seed")


@dataclass(frozen=True)
class Given:
    """What was typed: the fields of `TransferConfig`, of `Execution`, and all others; what wasn't given is absent."""

    command: Command
    config: dict[str, Any]
    execution: dict[str, Any]
    others: dict[str, Any]


def read_options(argv: Sequence[str] | None) -> Given:
    """Parse the arguments; `ValueError` for one that is unknown or no value of its kind."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = Command.RECONSTRUCT if arguments[:1] == [Command.RECONSTRUCT] else Command.STYLIZE
    parser = make_parser() if command is Command.STYLIZE else make_reconstruct_parser()
    typed, names = _divided(arguments[command is Command.RECONSTRUCT :])
    options = vars(parser.parse_intermixed_args(typed))
    _add_names(options, names)
    if command is Command.RECONSTRUCT and options.pop("styles", []):
        parser.error(f"unrecognized arguments: {shlex.join(names)}")
    config, execution = (_taken(options, kind) for kind in (TransferConfig, Execution))
    # Not by argparse's `type`, which would be applied to the mark of what is absent.
    if "content" in options:
        options["content"] = _picture(options["content"])
    if "styles" in options:
        options["styles"] = [_picture(style) for style in options["styles"]]
    return Given(command, config, execution, options)


def _divided(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What stands before `--`, and the names after it; argparse itself takes some of these for options (3.11)."""
    place = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:place], arguments[place + 1 :]


def _add_names(options: dict[str, Any], names: Sequence[str]) -> None:
    """Put `names` after those of pictures that the parser has found."""
    before = [options["content"], *options.get("styles", ())] if "content" in options else []
    if names:
        pictures = [*before, *names]
        options |= {"content": pictures[0], "styles": pictures[1:]}


def _taken(options: dict[str, Any], kind: type[TransferConfig | Execution]) -> dict[str, Any]:
    """The `options` that are fields of a record, which are then no longer among them."""
    return {field.name: options.pop(field.name) for field in fields(kind) if field.name in options}


def grouped() -> dict[Group, list[str]]:
    """The fields of `TransferConfig` by their groups, in the order of the help."""
    found = {field.name: field.metadata["group"] for field in fields(TransferConfig)}
    names = [*ORDER, *(name for name in found if name not in ORDER)]
    return {group: [name for name in names if found[name] is group] for group in Group}


def grouped_for_reconstruct() -> dict[Group, list[str]]:
    """The options that mean something without a photo to repaint."""
    usable = {field.name for field in fields(TransferConfig) if field.metadata["rebuilds"]}
    others = {
        group: [name for name in names if name in usable and name not in RECONSTRUCT_FIRST]
        for group, names in grouped().items()
    }
    first = {Group.FIRST: [*RECONSTRUCT_FIRST, *others[Group.FIRST]]}
    return first | {group: names for group, names in others.items() if names and group is not Group.FIRST}


def make_parser() -> argparse.ArgumentParser:
    """One option for every field of `TransferConfig`, with its help, range, choices and default, and those of files."""
    program = invocation()
    parser = _Parser(
        prog=program,
        usage=f"{program} CONTENT STYLE [STYLE ...] -o OUT.png [options]\n"
        f"       {program} --recipe OUT.png -o NEW.png\n"
        f"       {program} --resume OUT.png.state\n"
        f"       {program} reconstruct PICTURE -o OUT.png [options]",
        description="Repaint the photo CONTENT in the manner of the painting STYLE; several paintings are blended. "
        "Where one of them is a folder, every photo is repainted after every painting, each pair one picture.",
        epilog=f"example: {program} photo.jpg painting.jpg -o out.png --size 768 --strength 60",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("content", metavar="CONTENT", nargs="?", help="the photo, or a folder of photos")
    parser.add_argument("styles", metavar="STYLE", nargs="*", help="the painting or paintings, or folders of them")
    _add_output(parser, "picture to write, or folder if a folder goes in")
    _add_preset(parser)
    groups = _add_fields(parser, grouped(), {})
    _add_regions(groups[Group.PAINTINGS])
    _add_files(groups[Group.FILES])
    _add_printing(parser.add_argument_group("printing"))
    _add_running(parser.add_argument_group("running"))
    return parser


def make_reconstruct_parser() -> argparse.ArgumentParser:
    """The options of `reconstruct`; the defaults are `config.RECONSTRUCTION`'s."""
    program = invocation()
    parser = _Parser(
        prog=f"{program} {Command.RECONSTRUCT}",
        usage=f"{program} {Command.RECONSTRUCT} PICTURE -o OUT.png (--content LAYER | --style LAYERS) [options]",
        description="Show what layers of VGG-19 know of PICTURE: an image made from noise that agrees with it there.",
        epilog=f"example: {program} {Command.RECONSTRUCT} painting.jpg -o tile.png --border circular "
        "--style relu1_1,relu2_1,relu3_1,relu4_1",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("content", metavar="PICTURE", nargs="?", help="the picture to look at")
    _add_output(parser, "picture to write")
    parser.add_argument("--content", dest="content_of", metavar="LAYER", help="rebuild its content: relu4_2")
    parser.add_argument(
        "--style", dest="style_of", type=_list_of(str), metavar="A,B,...", help="rebuild its style: a texture"
    )
    _add_fields(parser, grouped_for_reconstruct(), RECONSTRUCTION)
    _add_files(parser.add_argument_group(Group.FILES))
    _add_running(parser.add_argument_group("running"))
    return parser


class _Parser(argparse.ArgumentParser):
    """Complains by `ValueError`, in one line, instead of printing the usage."""

    def error(self, message: str) -> NoReturn:
        files = ("/".join(action.option_strings) for action in self._actions if action.type in (Path, _path_or_none))
        if message in (f"argument {option}: expected one argument" for option in files):
            message += ", and a name that begins with a dash is written ./-name"
        raise ValueError(f"{message}; {self.prog} --help lists the options")


class _Once(argparse.Action):
    """Beside an option that may be repeated, a second one shouldn't silently replace the first."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        if hasattr(namespace, self.dest):
            raise argparse.ArgumentError(self, "can be given only once")
        setattr(namespace, self.dest, values)


def _add_output(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help=f"{what}: .png, .tif and .webp without loss, or .jpg; an existing one is replaced",
    )


def _add_preset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--preset",
        choices=[str(preset) for preset in Preset],
        help=f"a set of options to start from; those given as well count (default: {Preset.BALANCED})",
    )


def _add_fields(
    parser: argparse.ArgumentParser, groups: Mapping[Group, Sequence[str]], changes: Mapping[str, Any]
) -> dict[Group, argparse._ActionsContainer]:
    """Add the fields by their groups, the first of which has no title of its own; `changes` are other defaults."""
    defaults = {field.name: field.default for field in fields(TransferConfig)} | {**changes}
    made: dict[Group, argparse._ActionsContainer] = {}
    for group, names in groups.items():
        made[group] = parser if group is Group.FIRST else parser.add_argument_group(group)
        for name in names:
            _add_option(made[group], TransferConfig, name, defaults[name])
    return made


def _add_regions(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--mask",
        dest="masks",
        action="append",
        type=_path_or_none,
        metavar="MASK",
        help="where on the photo a painting belongs: white = here, greys are soft edges; the n-th --mask is for the "
        "n-th painting, none skips one, and what is without a mask gets what the others leave",
    )
    group.add_argument(
        "--within",
        action=_Once,
        type=_path_or_none,
        metavar="MASK",
        help="paint only where this mask is white; none = everywhere",
    )
    group.add_argument(
        "--strength-map",
        action=_Once,
        type=_path_or_none,
        metavar="MAP",
        help="how much painting where on the photo: black = none, mid-grey = as --strength says, white = half of the "
        "way from there to 100; none = everywhere the same",
    )


def _add_printing(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--print",
        metavar="PAPER",
        help=f"paint for this paper: {', '.join(PAPERS)}, or a size such as 30x40cm or 12x16in; --size and "
        "--sharp-strokes follow from it",
    )
    for field in fields(Print):
        if field.metadata:
            _add_option(group, Print, field.name, field.default)


def _add_files(group: argparse._ActionsContainer) -> None:
    group.add_argument("--depth", type=int, choices=[8, 16], help="bits a channel; 16 for .png and .tif (default: 8)")
    group.add_argument(
        "--keep-profile", action=argparse.BooleanOptionalAction, help="write in the colour space of CONTENT's profile"
    )
    group.add_argument(
        "--save-every",
        type=_at_least_one,
        metavar="N",
        help="also write every N-th step's picture beside OUT: OUT-0050.png",
    )
    group.add_argument("--clip", type=Path, metavar="CLIP", help="also write the making-of: .mp4, .gif or .webp")
    group.add_argument(
        "--recipe",
        type=Path,
        metavar="PNG|JSON",
        help="repeat a picture that was written here, or a recipe by itself; other pictures and options given count",
    )
    group.add_argument(
        "--state",
        type=Path,
        metavar="STATE",
        help="keep there where the run stood when it ended, for --resume; without it, Ctrl-C writes OUT.state",
    )
    group.add_argument(
        "--resume",
        type=Path,
        metavar="STATE",
        help="go on as if the run had never stopped; --steps, the number in all, may be raised",
    )


def _add_running(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--plan",
        action="store_true",
        default=argparse.SUPPRESS,
        help="only tell how long it will take and how much memory, scale by scale, and paint nothing",
    )
    for field in fields(Execution):
        _add_option(group, Execution, field.name, "what suits the machine")
    group.add_argument("--device", type=_device, help="cpu, cuda, cuda:1 or mps (default: the best there is)")
    group.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="paint folders on the machines of a Ray cluster: HOST:PORT, auto for the one that this machine is a node "
        "of, or local for processes of this machine",
    )
    group.add_argument("-q", "--quiet", action="store_true", help="no progress bar; problems are still told")
    group.add_argument("--version", action="version", version=f"nst_core {__version__}")


def _add_option(group: argparse._ActionsContainer, record: type, name: str, default: Any) -> None:
    """Add the field `name` of a record; `default`, in its help, is what counts where it isn't given."""
    # Options not given are absent, so that the records alone know the defaults.
    (field,) = (field for field in fields(record) if field.name == name)
    group.add_argument(
        f"--{name.replace('_', '-')}",
        help=_describe(field, default).replace("%", "%%"),
        **_reader(get_type_hints(record)[name], field),
    )


def _describe(field: Field[Any], default: Any) -> str:
    values = default if isinstance(default, tuple) else (default,)
    text = {"True": "yes", "False": "no", "None": "none"}
    shown = ",".join(text.get(str(value), str(value)) for value in values) or "none"
    environment = ", or $NST_WEIGHTS" if field.name == "weights" else ""
    return f"{field.metadata['help']} ({_span(field)}default: {shown}{environment})"


def _span(field: Field[Any]) -> str:
    """A number's range, with a comma; ends that nobody comes near aren't told."""
    low, high = field.metadata["low"], field.metadata["high"]
    return f"{low:g} to {high:g}, " if abs(high) <= 1e6 else f"at least {low:g}, " if abs(low) <= 1e6 else ""


def _reader(hint: Any, field: Field[Any]) -> dict[str, Any]:
    """argparse's arguments for a field's type."""
    if hint is bool:
        return {"action": argparse.BooleanOptionalAction}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"choices": [str(member) for member in hint]}
    if hint is str:
        return {"metavar": "SOURCE"}
    if isinstance(hint, type):
        return {"type": _number(hint, field), "metavar": {int: "N", float: "X"}[hint]}
    kind, rest = get_args(hint)
    if rest is NoneType:
        return _reader(kind, field)
    return {"type": _list_of(kind), "metavar": "A,B,..."}


def _number(kind: type, field: Field[Any]) -> Any:
    def read(text: str) -> Any:
        try:
            return kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"must be {NUMBER_NAMES[kind]}, {_span(field)}got {text!r}") from None

    return read


def _list_of(kind: type) -> Any:
    def read(text: str) -> tuple[Any, ...]:
        try:
            return tuple(kind(part.strip()) for part in text.split(",") if part.strip())
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} isn't a list of numbers such as 1,0.5,2") from None

    return read


def _picture(text: str) -> Path:
    if not text:  # to `Path` that is the current folder, and a shell's unset variable would paint all of its pictures
        raise ValueError("the name of a picture is empty; give one")
    if re.match(r"https?://", text):
        raise ValueError(f"{text} is an address; download the picture and give the file")
    return Path(text)


def _path_or_none(text: str) -> Path | None:
    return None if text == "none" else Path(text)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def _device(text: str) -> str:
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(
            f"must be cpu, cuda, cuda:1 (another number is another card) or mps, got {text!r}"
        )
    return text
