"""For how many seconds to ask for a card: few, as who asks for more than a visitor has left gets none."""

from __future__ import annotations

import math
from collections import deque

from nst_core.forecast.machine import FASTEST, Machine, Pace

MOST = 60  # of one piece; an anonymous visitor has 120 a day, and where the host counts 1.5 for one, 80 at once
SPARE = 1.5  # times an estimate
RESERVE = 2.0  # seconds at a piece's end, in which a state is written (0.1 s at 512 px) and the last picture sent
USEFUL = 8  # seconds under which a loan isn't worth the start of a process

# A step's on half an RTX Pro 6000, if it takes three or four times an H200's; what runs take corrects it.
ASSUMED = Pace(start=0.0063, pixel=1.05e-7)
START = 4.0  # seconds, likewise, until a new process has the network on its card
MEMORY = 40_000_000_000  # bytes of such a card that one can count on

CARD = Machine(device="a card of ZeroGPU", precision=FASTEST, used=0, free=MEMORY, pace=ASSUMED)


class Asking:
    """Learns from each piece what the next ones take."""

    def __init__(self) -> None:
        self.slowness = 1.0  # how many times the seconds that are assumed steps took last
        self._starts = deque([START], maxlen=8)  # seconds; nobody knows whether the next process is a new one

    def begun(self, seconds: float) -> None:
        """A piece took so long until its first step."""
        self._starts.append(seconds)

    def ended(self, slowness: float | None) -> None:
        """The steps of a piece took so many times what was assumed; None = nobody knows."""
        self.slowness = slowness or self.slowness

    def seconds(self, estimate: float | None) -> int:
        """What to ask for to do steps that take so many seconds; None = nobody knows how many."""
        if estimate is None:
            return MOST
        return min(MOST, max(USEFUL, math.ceil(RESERVE + max(self._starts) + SPARE * estimate)))
