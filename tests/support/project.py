"""What pyproject.toml says of the package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any

from tests.support.paths import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEPENDENCIES: list[str] = PROJECT["dependencies"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]


def plain(requirements: Iterable[str]) -> set[str]:
    """Requirements, those that stand for an extra of this project resolved."""
    found = set()
    for requirement in requirements:
        own = re.fullmatch(rf"{PROJECT['name']}\[(.+)\]", requirement)
        found |= plain(each for extra in own[1].split(",") for each in EXTRAS[extra]) if own else {requirement}
    return found


def everything() -> set[str]:
    """The package's requirements and those of all its extras."""
    return plain([*DEPENDENCIES, *(each for extra in EXTRAS.values() for each in extra)])


def python_versions() -> list[str]:
    """Those that the package says it runs on: 3.11, 3.12 and so on."""
    found = (re.fullmatch(r"Programming Language :: Python :: (\d+\.\d+)", each) for each in PROJECT["classifiers"])
    return [each[1] for each in found if each]
