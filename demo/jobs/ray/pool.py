"""Painters by demand: started, leased, looked after, replaced, released."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import ray
from ray.exceptions import RayError

from nst_core.version import __version__

logger = logging.getLogger(__name__)

PING_EVERY = 5.0  # seconds after an answer until it is asked again
IDLE = 600.0  # seconds after which one that nobody needs is released
FORGETFUL = 60.0  # seconds for which somebody's wish for a painter counts without being said again


@dataclass(frozen=True, kw_only=True)
class Patience:
    """For how long nothing may be heard of a painter, in seconds."""

    ping: float = 20.0  # a processor that paints answers late
    idle: float = IDLE


@dataclass(eq=False)
class Leased:
    """A painter, and what is known of it."""

    actor: Any  # Ray's handle
    is_ready: bool = False  # it has begun
    is_busy: bool = False  # with a job
    is_lost: bool = False  # it was dropped
    coming: Any = None  # what it is asked that will be answered once it can be leased
    ping: Any = None  # a ping without an answer yet
    heard: float = field(default_factory=time.monotonic)  # when it was pinged or answered last
    used: float = field(default_factory=time.monotonic)  # when it was leased or given back last


class Pool:
    """Up to `most` painters; a thread looks after them.

    Raises `ValueError` from `lease` where painters can't begin: their engine is another one, or isn't there.
    """

    def __init__(self, hire: Callable[[int], Any], least: int, most: int, patience: Patience = Patience()) -> None:
        """`hire` makes an actor, one of so many, or gives None where that can't be now.

        `least` are kept even where there is nothing to do.
        """
        self._hire, self._least, self.most, self._patience = hire, least, most, patience
        self._painters: list[Leased] = []
        self._wishes: dict[object, float] = {}  # who waits for a painter, and when they said so last
        self._refusal = ""
        self._moved = threading.Condition()

    def lease(self, wisher: object, seconds: float) -> Leased | None:
        """A painter as soon as one is free, None where that takes longer; `wisher` is who waits, and asks again."""
        with self._moved:
            self._wishes[wisher] = time.monotonic()
            found = self._moved.wait_for(self._first_free, seconds)
            if found is not None:
                del self._wishes[wisher]
                found.is_busy, found.used = True, time.monotonic()
            elif self._refusal:
                why, self._refusal = self._refusal, ""  # whoever asks next may find it mended
                raise ValueError(why)
            return found

    def give_up(self, wisher: object) -> None:
        """Nobody waits any more."""
        with self._moved:
            self._wishes.pop(wisher, None)

    def give_back(self, painter: Leased) -> None:
        """It can be leased again once its step at hand is over."""
        with self._moved, suppress(RayError):
            painter.is_busy, painter.used = False, time.monotonic()
            painter.coming = painter.actor.rest.remote()

    def drop(self, painter: Leased) -> None:
        """It is lost, or of no use: it ends, if it hasn't, and another one comes where it is needed."""
        with self._moved:
            painter.is_lost = True
            if painter in self._painters:
                self._painters.remove(painter)
                # A cluster whose head is lost doesn't answer, and everybody else would wait for it, too.
                threading.Thread(target=_end, args=(painter.actor,), daemon=True).start()

    def drop_all(self) -> None:
        """All of them end."""
        for painter in self.painters:
            self.drop(painter)

    def forget_all(self) -> None:
        """They went with their cluster, which can't be asked to end them."""
        with self._moved:
            self._painters.clear()
            self._refusal = ""

    def anyone(self) -> Leased | None:
        """Who would get the next job: one that is free, else any; None where all are still beginning."""
        with self._moved:
            self._wishes.setdefault(self, time.monotonic())
            ready = [painter for painter in self._painters if painter.is_ready]
            return min(ready, key=lambda painter: painter.is_busy, default=None)

    @property
    def painters(self) -> list[Leased]:
        """All there are."""
        with self._moved:
            return list(self._painters)

    def look(self) -> None:
        """See how the painters are, and whether there are enough; to be called often."""
        with self._moved:
            for painter in list(self._painters):
                self._look_at(painter)
            self._size()
            self._moved.notify_all()

    def _first_free(self) -> Leased | None:
        free = (each for each in self._painters if each.is_ready and not each.is_busy and each.coming is None)
        return next(free, None)

    def _look_at(self, painter: Leased) -> None:
        now = time.monotonic()
        try:
            if painter.coming is not None and _is_answered(painter.coming):
                answer, painter.coming = ray.get(painter.coming), None
                if not painter.is_ready:
                    self._check(answer)
                    painter.is_ready, painter.heard = True, now
            if painter.is_ready:
                self._ping(painter, now)
        except RayError as error:
            if not painter.is_ready:
                self._refusal = f"a painter couldn't begin: {_reason(error)}"
            logger.warning("a painter was lost: %s", _reason(error))
            self.drop(painter)
        except ValueError as error:
            self._refusal = str(error)
            self.drop(painter)

    def _check(self, version: str) -> None:
        if version != __version__:
            raise ValueError(
                f"the painters have nst_core {version}, and the page has {__version__}; "
                "install the same on all machines"
            )
        self._refusal = ""

    def _ping(self, painter: Leased, now: float) -> None:
        if painter.ping is not None and _is_answered(painter.ping):
            ray.get(painter.ping)
            painter.ping, painter.heard = None, now
        if painter.ping is None and now - painter.heard >= min(PING_EVERY, self._patience.ping / 2):
            painter.ping, painter.heard = painter.actor.ping.remote(), now
        elif painter.ping is not None and now - painter.heard > self._patience.ping:
            logger.warning("a painter didn't answer for %g s, and is replaced", self._patience.ping)
            self.drop(painter)

    def _size(self) -> None:
        now = time.monotonic()
        self._wishes = {who: said for who, said in self._wishes.items() if now - said < FORGETFUL}
        busy = sum(painter.is_busy for painter in self._painters)
        wanted = min(self.most, max(self._least, busy + len(self._wishes)))
        while len(self._painters) < wanted and not self._refusal:
            if (actor := self._hire(self.most)) is None:
                break
            self._painters.append(Leased(actor, coming=actor.begin.remote()))
        for painter in [each for each in self._painters if self._is_idle(each, now)]:
            if len(self._painters) > wanted:
                self.drop(painter)

    def _is_idle(self, painter: Leased, now: float) -> bool:
        return painter.is_ready and not painter.is_busy and now - painter.used > self._patience.idle


def _end(actor: Any) -> None:
    with suppress(Exception):  # it has ended, or the cluster has
        ray.kill(actor)


def _is_answered(reference: Any) -> bool:
    return bool(ray.wait([reference], timeout=0)[0])


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
