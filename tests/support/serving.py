"""Servers to test: one waits until they answer."""

from __future__ import annotations

import subprocess
import time
from urllib.request import urlopen

START = 90.0  # seconds


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server didn't start")
