"""One line in the log for each job: what was asked for, how far it came, how long it took, and how it ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum

from demo.jobs.records import Job, Progress, Record

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How a job ended."""

    FINISHED = "finished"
    STOPPED = "stopped"  # by its visitor, who keeps the picture
    LEFT = "left"  # nobody listens any more
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is told of a job: no address, no picture, and of its visitor a name that is another one each day."""

    visitor: str
    kind: str
    size: int  # pixels of the long side
    steps: int  # that were asked for
    done: int
    waited: float  # seconds until the first picture
    painted: float  # seconds from then on
    outcome: Outcome
    device: str | None  # its kind; None where nothing was painted
    peak_memory: int | None  # bytes


def told(job: Job, records: Generator[Record, None, None]) -> Generator[Record, None, None]:
    """The records of a job, and at their end its line."""
    with entry(job) as note, closing(records):
        for record in records:
            note(record)
            yield record


@contextmanager
def entry(job: Job) -> Iterator[Callable[[Record], None]]:
    """In the block a job is under way; what it gives takes each of the records. The line comes after the block."""
    notes, outcome, reason = Notes(), Outcome.STOPPED, ""
    try:
        yield notes.take
        outcome = Outcome.FINISHED if notes.is_finished else Outcome.STOPPED
    except GeneratorExit:
        outcome = Outcome.LEFT
        raise
    except Exception as error:
        outcome = Outcome.REFUSED if isinstance(error, ValueError) else Outcome.FAILED
        reason = f": {type(error).__name__}: {error}"
        raise
    finally:
        _log(notes.report(job, outcome), reason)


class Notes:
    """What is known of a job while it is under way."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last: Progress | None = None
        self._begun_painting: float | None = None

    @property
    def is_finished(self) -> bool:
        """Whether its last step is done."""
        return self._last is not None and self._last.index == self._last.total

    def take(self, record: Record) -> None:
        """One of its records."""
        if isinstance(record, Progress):
            self._last, self._begun_painting = record, self._begun_painting or time.monotonic()

    def report(self, job: Job, outcome: Outcome) -> Report:
        """At its end."""
        now = time.monotonic()
        begun = self._begun_painting or now
        computation = self._last.computation if self._last else None
        return Report(
            visitor=job.visitor.name,
            kind=job.kind,
            size=job.config.size,
            steps=job.config.steps,
            done=self._last.index if self._last else 0,
            waited=round(begun - self._began, 3),
            painted=round(now - begun, 3),
            outcome=outcome,
            device=computation.versions.get("device") if computation else None,
            peak_memory=computation.peak_memory if computation else None,
        )


def _log(report: Report, reason: str) -> None:
    logger.info(
        "job: %s, %d px, %d of %d steps, waited %.1f s, painted %.1f s, %s%s",
        report.kind,
        report.size,
        report.done,
        report.steps,
        report.waited,
        report.painted,
        report.outcome,
        reason,
        extra={"fields": asdict(report)},
    )
