"""A program's process, from its first moment on: which Python it needs, what Ctrl-C does to it, where its lines go.

This file, and whatever is imported before it, is read by Pythons that are too old as well, from 3.8 on.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # signal without its enumerations: until they are made, Ctrl-C would still be Python's
import os
import sys

TYPE_CHECKING = False  # for the same reason: typing takes longer than all else here
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from typing import Any, NoReturn

OLDEST = (3, 11)  # of pyproject.toml's requires-python

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130  # exit codes


def run(program: str, load: Callable[[], Callable[[], int]]) -> int:
    """Run the `main` that `load` imports; returns the exit code of the process.

    `program` is what its lines begin with. Ctrl-C, until `main` takes care of it, ends the process in one line; what
    can't be shown on stdout or stderr ends nothing, but makes a failure of what was asked for on stdout.
    """
    begin(program)
    from nst_core.streams import lost_output, make_lenient, open_missing

    open_missing()
    output = make_lenient()
    sys.unraisablehook = _without_interrupts
    try:
        code = load()()
    except SystemExit as leaving:  # argparse's, which may be None or text
        code = leaving.code if isinstance(leaving.code, int) else FAILED if leaving.code else 0
    finally:
        for number in ending_signals():
            _signal.signal(number, _signal.SIG_IGN)  # all is done: the interpreter is but tidying up
    lost = lost_output(output)
    return code if lost is None else _end(program, code or FAILED, f"stdout can't be written ({lost.strerror})")


def leave(code: int) -> NoReturn:
    """End the process: what is registered for its end is done, but what it holds isn't taken apart piece by piece.

    With torch and Numba in it that takes a second of a processor, and six on a busy machine.
    """
    import atexit

    try:
        atexit._run_exitfuncs()  # noqa: SLF001 # there is no public one
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def begin(program: str) -> None:
    """End the process, by exit code 2, where Python is too old; from now on Ctrl-C ends it without a traceback.

    For programs that import much before they can call `run`, which begins by this.
    """
    if sys.version_info < OLDEST:
        wanted, found = (".".join(map(str, version)) for version in (OLDEST, sys.version_info[:3]))
        sys.exit(_end(program, BAD_INPUT, f"Python {wanted} or later is needed, and this is {found}; use another"))
    quit_on_interrupt(program)


def quit_on_interrupt(program: str) -> None:
    """From now on Ctrl-C ends the process at once, without a traceback; a shell's background job stays deaf to it.

    Not by an exception: amid an import it may come out as another one, or not at all.
    """

    def leave(number: int, frame: Any) -> None:
        try:  # noqa: SIM105 # contextlib isn't there yet
            os.write(2, f"\n{program}: stopped\n".encode())
        except OSError:
            pass
        os._exit(INTERRUPTED)

    if _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, leave)


def ending_signals() -> list[signal.Signals]:
    """What shall end a program in good order: Ctrl-C, `kill`, and a terminal that is closed, unless nohup cares."""
    import signal

    hangup: signal.Signals | None = getattr(signal, "SIGHUP", None)  # Windows has none
    always = [signal.SIGINT, signal.SIGTERM]
    return always if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN else [*always, hangup]


def _end(program: str, code: int, message: str) -> int:
    sys.stderr.write(f"{program}: {message}\n")
    return code


def _without_interrupts(problem: Any) -> None:
    """Python tells by a traceback of an exception that it can't raise; a Ctrl-C there needs none."""
    if not isinstance(problem.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(problem)
