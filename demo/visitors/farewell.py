"""How a server ends while visitors are there: they hear of it, take what they have, and hold nothing up.

A container is killed ten seconds after it was told to end.
"""

from __future__ import annotations

import os
import threading
import time

from demo.visitors.listeners import Listeners

MOST = 7.5  # seconds for all of it, whatever happens
LONGEST = 5.0  # seconds of them for those who are told that the server stops to take what they have
QUIET = 1.0  # seconds after the last stream has ended: its page fetches the picture that it was told of
CLOSING = 1  # seconds that answers under way may take beyond that
LOOK_EVERY = 0.05  # seconds


def bid_farewell(listeners: Listeners) -> None:
    """Returns once nobody listens any more and what they were told of has been fetched, after `LONGEST` in any case.

    At once where nobody listens.
    """
    now = heard = time.monotonic()
    deadline, is_over = now + LONGEST, not listeners.anybody_hears()
    while not is_over and now < deadline:
        time.sleep(LOOK_EVERY)
        now = time.monotonic()
        heard = now if listeners.anybody_hears() else heard
        is_over = now - heard >= QUIET


def end_within(seconds: float) -> None:
    """From now on the process has so long to end by itself; then it ends, and well, whatever it is at.

    torch can't be interrupted amidst a step of minutes, and whoever reads nothing holds a connection.
    """
    timer = threading.Timer(seconds, os._exit, (0,))
    timer.daemon = True
    timer.start()
