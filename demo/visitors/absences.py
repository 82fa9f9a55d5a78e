"""Pages whose connection broke: what they had begun goes on for a while, because most of them come back."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from demo.visitors.listeners import Listeners
from demo.visitors.owners import Caller
from demo.visitors.recent import Recent

GRACE = 30.0  # seconds from when a connection broke
AFTER_GOODBYE = 5.0  # seconds, where the page said that it was closed: a page that is loaded anew says so, too
JUST_OPENED = 5.0  # seconds: a page that is loaded anew is asked for before the one in its place is left
LOOK_EVERY = 0.2  # seconds
MOST_HEIRS = 10_000  # each needs a session that holds something, of which a network has only so many


@dataclass(frozen=True)
class Goodbye:
    """A page was closed, or is being loaded anew."""

    caller: Caller
    at: float  # in seconds of `time.monotonic`


class Absences:
    """Which broken connections are still waited for: until `may_end`, what their pages began goes on."""

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners
        self._since: dict[str, float] = {}  # when the connection of a session broke
        self._goodbyes = Recent[str, Goodbye]()  # by session
        self._opened = Recent[Caller, float]()  # when somebody asked for a page last
        self._heirs: dict[str, str] = {}  # the session that goes on with what another had begun

    def opened(self, caller: Caller) -> None:
        """A page is asked for: perhaps in the place of one that is being left."""
        self._opened.put(caller, time.monotonic(), caller.network)

    def said_goodbye(self, session: str, caller: Caller) -> None:
        """Its page is being closed, or loaded anew."""
        self._goodbyes.put(session, Goodbye(caller, time.monotonic()), caller.network)

    def taken_up(self, session: str, heir: str) -> None:
        """The page of another session goes on with what this one had begun, for as long as somebody is there."""
        self._heirs[session] = heir
        if len(self._heirs) > MOST_HEIRS:
            del self._heirs[next(iter(self._heirs))]

    async def wait(self, session: str) -> None:
        """The connection of a session broke: return once nobody is expected any more."""
        self._since[session] = time.monotonic()
        try:
            while not self.may_end(session):
                await asyncio.sleep(LOOK_EVERY)
        finally:
            self._since.pop(session, None)
            self._heirs.pop(session, None)

    def may_end(self, session: str) -> bool:
        """Whether what a session began may end, as nobody has come for it, or whoever came has gone."""
        heir, since = self._heirs.get(session), self._since.get(session)
        if heir is not None:
            return not self._listeners.hears(heir)
        return since is None or time.monotonic() - since > self._patience(session)

    def _patience(self, session: str) -> float:
        goodbye = self._goodbyes.get(session)
        if goodbye is None:
            return GRACE
        opened = self._opened.get(goodbye.caller)
        return AFTER_GOODBYE if opened is None or opened <= goodbye.at - JUST_OPENED else GRACE
