"""`python -m nst_core`, and `nst` where it is installed."""

from __future__ import annotations

import sys

try:
    from nst_core.process import run
except KeyboardInterrupt:  # it is Python's until then
    sys.exit(130)

TYPE_CHECKING = False  # as in nst_core/process.py
if TYPE_CHECKING:
    from collections.abc import Callable


def module() -> int:
    """The command line as the process `python -m nst_core`; returns its exit code."""
    return run("nst_core", _load)


def installed() -> int:
    """The same as the command that pyproject.toml names."""
    return run("nst", _load)


def _load() -> Callable[[], int]:
    from nst_core.cli.main import main

    return main


if __name__ == "__main__":
    sys.exit(module())
