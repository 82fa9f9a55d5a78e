"""The page in front of a runner that takes half a second, and follows: `python -m tests.support.quick PORT`."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import replace

from demo.jobs.records import Job, Record, Waiting
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size
from tests.support.pages import serve
from tests.support.playback import Playback, progress


class Quick(Playback):
    """One whose jobs take as many steps as the strength says: their end tells which was painted."""

    def __init__(self) -> None:
        super().__init__(())

    def run(self, job: Job) -> Generator[Record, None, None]:
        steps = round(job.config.strength)
        self.under_way.add(job.key)
        try:
            yield Waiting(0)
            for index in (1, steps):
                time.sleep(0.2)
                if not self.is_under_way(job.key):
                    return
                yield replace(progress(1, steps, (512, 341)), index=index)
        finally:
            self.stop(job.key)

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        return 0.5


if __name__ == "__main__":
    serve(Quick(), int(sys.argv[1]), live=True)
