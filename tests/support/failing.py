"""The page in front of a runner whose jobs fail after their second step: `python -m tests.support.failing PORT`."""

from __future__ import annotations

import sys

from demo.jobs.records import Waiting
from tests.support.pages import serve
from tests.support.playback import Playback, progress

RECORDS = (Waiting(0), progress(1, 9), progress(2, 9), RuntimeError("this one was to be expected"))

if __name__ == "__main__":
    serve(Playback(RECORDS), int(sys.argv[1]))
