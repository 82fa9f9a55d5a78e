"""A process that answers line by line, as benchmarks ask it about files that may end it, or keep it busy for ever."""

from __future__ import annotations

import subprocess
import sys
from threading import Timer
from typing import Any

from tests.support.paths import ROOT

READY = "ready"  # its first line, once all that it needs is imported


class Answering:
    """`python -m MODULE OPTION`; one that a line ends is followed by another."""

    def __init__(self, module: str, option: str, **options: Any) -> None:
        """`options`: of `subprocess.Popen`."""
        self._command, self._options = [sys.executable, "-W", "ignore", "-m", module, option], options
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        """The process, which is ready, if it wasn't before."""
        if self._process is None:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **self._options
            )
            assert self._process.stdout
            assert self._process.stdout.readline() == f"{READY}\n"
        return self._process

    def ask(self, line: str, seconds: float) -> str:
        """The line that is answered to one; "" where the process has ended, as it does after so many seconds."""
        process = self.start()
        assert process.stdin
        assert process.stdout
        timer = Timer(seconds, process.kill)
        timer.start()
        try:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        finally:
            timer.cancel()
        if not answer:
            self.close()
        return answer

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
