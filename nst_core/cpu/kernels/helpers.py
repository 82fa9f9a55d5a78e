"""Processes that compile loops beside this one, and hand the machine code over."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

PROGRAM = "from nst_core.cpu.kernels.machine_code import hand_over; hand_over()"
ROOT = Path(__file__).parents[3]  # where the package is imported from

_helpers: dict[str, Helper] = {}  # by the loops that they compile


class Helper:
    """A process that compiles the loops of these names, as `machine_code.hand_over` does."""

    def __init__(self, names: Sequence[str]) -> None:
        paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._made: Mapping[str, Any] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, *names],  # -P: no module is looked for in the current folder
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what goes wrong there is told when it is done here
            start_new_session=True,  # Ctrl-C is for the program alone
        )
        atexit.register(self._process.kill)
        # A pipe holds less than there is to hand over: without a reader, the helper would wait amid its work.
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def is_busy(self) -> bool:
        """Whether it is still at work."""
        return self._reader.is_alive()

    def made(self) -> Mapping[str, Any]:
        """What it has made, by name, once it is done; nothing where it failed."""
        self._reader.join()
        return self._made

    def _read(self) -> None:
        output, _ = self._process.communicate()
        atexit.unregister(self._process.kill)
        with suppress(ValueError):
            made = json.loads(output)
            self._made = made if isinstance(made, dict) else {}


def begin(shares: Sequence[Sequence[str]]) -> None:
    """Have the loops of these names compiled, each share by a process of its own; nothing where none can be started."""
    for share in shares:
        names = [name for name in share if name not in _helpers]
        if names:
            with suppress(OSError):
                _helpers.update(dict.fromkeys(names, Helper(names)))


def are_busy() -> bool:
    """Whether a helper is still at work."""
    return any(helper.is_busy for helper in list(_helpers.values()))


def handed_over(name: str) -> Any | None:
    """What a helper has made of a loop; waits for it. None if there is no helper for it, or it failed."""
    helper = _helpers.get(name)
    return None if helper is None else helper.made().get(name)
