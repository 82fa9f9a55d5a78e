"""One line in the log for each job: what was asked for, how far it came, how long it took, and how it ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager

from demo.jobs.records import Job, Progress, Record

logger = logging.getLogger(__name__)


def told(job: Job, records: Generator[Record, None, None]) -> Generator[Record, None, None]:
    """The records of a job, and at their end its line."""
    with entry(job) as note, closing(records):
        for record in records:
            note(record)
            yield record


@contextmanager
def entry(job: Job) -> Iterator[Callable[[Record], None]]:
    """In the block a job is under way; what it gives takes each of the records. The line comes after the block."""
    began, outcome = time.monotonic(), "stopped"
    last: Progress | None = None
    begun_painting: float | None = None

    def note(record: Record) -> None:
        nonlocal last, begun_painting
        if isinstance(record, Progress):
            last, begun_painting = record, begun_painting or time.monotonic()

    try:
        yield note
        outcome = "finished" if last and last.index == last.total else "stopped"
    except GeneratorExit:
        outcome = "left"
        raise
    except Exception as error:
        outcome = f"{'refused' if isinstance(error, ValueError) else 'failed'}: {type(error).__name__}: {error}"
        raise
    finally:
        now = time.monotonic()
        logger.info(
            "job: %d px, %d of %d steps, waited %.1f s, painted %.1f s, %s",
            job.config.size,
            last.index if last else 0,
            job.config.steps,
            (begun_painting or now) - began,
            now - (begun_painting or now),
            outcome,
        )
