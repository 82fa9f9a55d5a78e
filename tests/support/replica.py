"""A server as app.py starts it, but for its runner: `python -m tests.support.replica PORT OPTION ...`."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Generator
from dataclasses import replace

import app
from demo.jobs.records import Job, Record, Waiting
from demo.options.parsing import parse
from nst_core.config import TransferConfig
from tests.support.playback import Playback, progress

PACE = 0.2  # seconds a step


class Unhurried(Playback):
    """A runner whose jobs take their steps slowly."""

    def __init__(self) -> None:
        super().__init__(())

    def run(self, job: Job) -> Generator[Record, None, None]:
        total = job.config.steps
        height, width, _ = job.content.shape
        self.under_way.add(job.key)
        try:
            yield Waiting(0)
            for index in range(1, total + 1):
                time.sleep(PACE)
                if not self.is_under_way(job.key):
                    return
                yield replace(progress(1, total, (width, height)), index=index)
        finally:
            self.stop(job.key)


if __name__ == "__main__":
    options = parse(["--port", *sys.argv[1:]])
    app.launch(app.build(options, Unhurried(), TransferConfig()), options, app.make_server(options))
    threading.Event().wait()
