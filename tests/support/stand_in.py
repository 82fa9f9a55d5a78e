"""The command line as a process that paints by the stand-in for the engine: `python -m tests.support.stand_in ...`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from unittest.mock import patch

from nst_core.process import run
from tests.support.terminal import MACHINE, engine


def load() -> Callable[[], int]:
    from nst_core.cli.main import main

    return main


if __name__ == "__main__":
    with patch("nst_core.transfer.Transfer", engine()), patch("nst_core.forecast.machine.known", lambda *_: MACHINE):
        sys.exit(run("nst_core", load))
