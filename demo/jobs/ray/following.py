"""One job, over all the painters that it takes."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import ray
from ray.exceptions import OutOfMemoryError, RayError, RayTaskError

from demo.jobs.control import Control
from demo.jobs.failures import Failed
from demo.jobs.queue import CALL_EVERY
from demo.jobs.ray.messages import Joined, Kept, Part, Told
from demo.jobs.ray.pool import Leased
from demo.jobs.records import Job, Progress, QuickLook

AHEAD = 4  # messages that a painter may be ahead of who looks at them: it waits then, as a run on this machine does


KEPT = 2  # states: the last one may be lost with the painter that was sending it


class LostError(Exception):
    """A painter ended, or can't be reached, amid a part."""


class StateLostError(Exception):
    """The state that a part was to go on from is gone; the painter is well."""


class Course:
    """Follows a job, part after part: each goes on where the state of the one before it was kept."""

    def __init__(self, job: Job, control: Control) -> None:
        """`control`: by which it is steered."""
        self.joined = Joined()
        self._job, self._control, self._token = job, control, secrets.token_hex(8)
        self._states = deque[tuple[Kept, Any]](maxlen=KEPT)  # each with Ray's reference to the state itself
        self._in_blocks = False
        self._actor: Any = None  # of the painter that has begun

    def part(self, painter: Leased) -> Generator[QuickLook | Progress | None, None, None]:
        """What is new to whoever looks, from this painter; None where nothing was for a second.

        Raises `LostError`, `StateLostError`, and what the painter can't do.
        """
        kept, state = self._states[-1] if self._states else (None, None)
        config = self._control.next_config()
        self.joined.goes_on(kept)
        part = Part(token=self._token, job=replace(self._job, config=config), kept=kept, in_blocks=self._in_blocks)
        try:
            paint = painter.actor.paint.options(_generator_backpressure_num_objects=AHEAD)
            yield from self._followed(painter, paint.remote(part, state))
        except OutOfMemoryError as error:  # of a node: Ray ends a process there before the system does
            raise MemoryError(str(error)) from error
        except RayTaskError as error:  # the part couldn't even begin
            if not self._states:
                raise
            self._states.pop()
            raise StateLostError(type(error).__name__) from error
        except RayError as error:
            raise LostError(type(error).__name__) from error
        finally:
            self._actor = None
            with suppress(RayError):
                painter.actor.leave.remote(self._token)

    @property
    def is_kept(self) -> bool:
        """Whether another painter could go on amid the job."""
        return bool(self._states)

    def steer(self) -> None:
        """Tell the painter what the control says, if that is new to it; where it hasn't begun, that happens later."""
        if self._actor is not None and self._control.is_steered:
            with suppress(RayError):
                self._actor.steer.remote(self._token, self._control.next_config())

    def takes_memory(self) -> bool:
        """Memory gave out: whether to try once more, in smaller blocks."""
        is_first, self._in_blocks = not self._in_blocks, True
        return is_first

    def _followed(self, painter: Leased, stream: Any) -> Generator[QuickLook | Progress | None, None, None]:
        kept: Kept | None = None  # whose state comes next
        while True:
            if not ray.wait([stream], timeout=CALL_EVERY)[0]:
                if painter.is_lost:  # it hangs, and what it would have sent never comes
                    raise LostError("no answer")
                yield None
                continue
            try:
                reference = next(stream)
            except StopIteration:
                if not self.joined.is_over:
                    raise LostError("the painter ended too early") from None
                return
            if kept is not None:
                self._states.append((kept, reference))
                ray.wait([reference], timeout=0)  # a copy on this machine, should that node be lost
                kept = None
                continue
            message: Told = ray.get(reference)
            self._actor = painter.actor
            self.steer()
            match message:
                case Kept():
                    kept = message
                case Failed():
                    raise message.error()
                case QuickLook():
                    yield message if self.joined.last is None else None
                case Progress():
                    if (progress := self.joined.add(message)) is not None:
                        yield progress
                case _:
                    yield None
