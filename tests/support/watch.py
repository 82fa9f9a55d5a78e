"""Somebody who looks at a page again and again, in a process of its own: `python -m tests.support.watch URL`.

Each line is the seconds that one look took.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

LOOK_EVERY = 0.25  # seconds between two looks
PATIENCE = 60.0  # seconds


@contextmanager
def watched(url: str) -> Iterator[list[float]]:
    """The seconds that each look took which was made within the block; they are there after it."""
    seconds: list[float] = []
    command = [sys.executable, "-m", "tests.support.watch", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield seconds
        finally:
            process.terminate()
            assert process.stdout is not None
            seconds += map(float, process.stdout.read().split())


def main(url: str) -> None:
    with httpx.Client(base_url=url, timeout=PATIENCE) as client:
        while True:
            began = time.perf_counter()
            client.get("/").raise_for_status()
            sys.stdout.write(f"{time.perf_counter() - began}\n")
            sys.stdout.flush()
            time.sleep(LOOK_EVERY)


if __name__ == "__main__":
    main(sys.argv[1])
