"""The options of a start: from the command line, else the environment, else a file, else what suits the place."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any, NoReturn

from demo.jobs.registry import usual_runner
from demo.options.files import read_settings
from demo.options.table import EVERYWHERE, OPTIONS, PRIVATE, PUBLIC, YES, Option

SETTINGS = "settings"


class Parser(argparse.ArgumentParser):
    """One line on what is wrong, like every other error here."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, by their names with underscores; ends the process for what isn't one."""
    parser = make_parser()
    told = _environment()
    parser.set_defaults(**_place() | told)
    file = parser.parse_args(arguments).settings
    if file:
        try:
            told = _from_file(file) | told
        except ValueError as error:
            parser.error(str(error))
        parser.set_defaults(**told)
    if parser.parse_args(arguments).public:
        parser.set_defaults(**PUBLIC | told)
    options = parser.parse_args(arguments)
    options.host = options.listen or options.host
    return options


def make_parser() -> Parser:
    """What reads the command line."""
    twins = ", ".join(option.twins[0] for option in OPTIONS if not option.is_only_typed)
    parser = Parser(
        prog="app.py",
        description="Neural style transfer in the browser: a photo and a painting in, the painting appears.",
        epilog=f"The environment can set options too, switches by 1: {twins}.",
        allow_abbrev=False,
    )
    for option in OPTIONS:
        option.add_to(parser)
    return parser


def _place() -> dict[str, Any]:
    """What suits where this is."""
    on_a_space = {"host": EVERYWHERE, "trusted_proxies": PRIVATE} if os.environ.get("SPACE_ID") else {}
    return {"runner": usual_runner(), **on_a_space}


def _environment() -> dict[str, Any]:
    found = dict[str, Any]()
    for option in OPTIONS:
        texts = [os.environ[twin] for twin in option.twins if twin in os.environ]
        if texts and not option.is_only_typed:
            found[option.key] = texts[0].lower() in YES if option.kind is bool else texts[0]
    return found


def _from_file(path: str) -> dict[str, Any]:
    """What a file sets; raises `ValueError` for options that there aren't, and for values of another kind."""
    known = {
        name: option for option in OPTIONS for name in option.names if not option.is_only_typed and name != SETTINGS
    }
    settings = read_settings(path)
    for name in settings:
        if name not in known:
            raise ValueError(f"{path} sets {name!r}, and there is no such option; those there are: {', '.join(known)}")
    return {known[name].key: _value(known[name], value, path) for name, value in settings.items()}


def _value(option: Option, value: Any, path: str) -> Any:
    """A file's value as a parser's default: a switch as it is, anything else as the text that one would type."""
    if isinstance(value, bool) and option.alone is not None:
        return option.alone if value else ""
    is_switch = option.kind is bool
    if isinstance(value, bool) is not is_switch or not isinstance(value, bool | str | int | float):
        kind = "true or false" if is_switch else "a text or a number"
        raise ValueError(f"{path} sets {option.name!r} to {value!r}, and it is {kind}")
    return value if is_switch else str(value)
