"""What a person at the terminal sees: lines and a progress bar on stderr."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from nst_core.notes import in_english, later

if TYPE_CHECKING:
    from nst_core.transfer import Step

INSTALLED = "nst"  # the command that pyproject.toml names

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130  # exit codes; 130 is the shell's for Ctrl-C
OUT_OF_MEMORY = "out of memory (use a smaller --size, or --device cpu if it was a GPU's)"


def invocation() -> str:
    """What a person types to get here: the installed command, or the module."""
    return INSTALLED if _is_installed() else "python -m nst_core"


def _program() -> str:
    """The name that lines begin with."""
    return INSTALLED if _is_installed() else "nst_core"


def _is_installed() -> bool:
    return Path(sys.argv[0]).stem == INSTALLED


def line(message: str) -> str:
    """One line in the program's name, whatever the message quotes."""
    return " ".join(f"{_program()}: {message}".splitlines())


def tell(message: str) -> None:
    """A line on stderr."""
    sys.stderr.write(line(message) + "\n")


def end(code: int, message: str) -> int:
    """Say why the program ends; returns `code`."""
    tell(message)
    return code


def as_typed(path: Path) -> str:
    """A file's name as an argument, which a dash at its beginning would make an option of."""
    return f".{os.sep}{path}" if str(path).startswith("-") else str(path)


def reason(error: OSError) -> str:
    """What the system says, without the path that the sentence around it names."""
    return error.strerror or str(error)


class Bar:
    """Counts what steps cost: its estimate stays honest although they get four times dearer a scale."""

    def __init__(self, cost: float, quiet: bool) -> None:
        """`cost`: of everything that will be shown, in any unit; a quiet bar shows nothing but what is said."""
        from tqdm import tqdm

        self._bar: tqdm[NoReturn] = tqdm(
            total=cost,
            bar_format="{percentage:3.0f}%|{bar}| {desc}, {remaining} left",
            delay=1e-6,  # shows nothing before the first step, and yet knows the time it took
            mininterval=0,  # shows every step: none is so short that drawing would count
            miniters=0,
            disable=quiet,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.close()

    def show(self, step: Step, cost: float, title: str = "") -> None:
        """Advance by the `cost` of `step`; what is to be known about it gets a line."""
        width, height = step.size
        if notes := later(step.notes):
            self._bar.write(f"{title}step {step.index}: {in_english(notes)}", file=sys.stderr)
        self._bar.set_description_str(
            f"{title}step {step.index}/{step.total}, {width}x{height}, loss {step.losses.total:.4g}", refresh=False
        )
        self._bar.update(cost)

    def advance(self, cost: float, text: str) -> None:
        """Advance by a `cost`, without a step to show."""
        self._bar.set_description_str(text, refresh=False)
        self._bar.update(cost)

    def drop(self, cost: float) -> None:
        """Forget about something that won't come."""
        self._bar.total = (self._bar.total or 0) - cost

    def say(self, message: str) -> None:
        """A line that stays above the bar."""
        self._bar.write(line(message), file=sys.stderr)
