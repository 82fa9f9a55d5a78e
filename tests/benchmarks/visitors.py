"""How long visitors wait in front of so many cards, by how many come a minute: a discrete-event simulation.

    python -m tests.benchmarks.visitors --cards 100 --visitors 1000 --seconds 4 --record 27

Pictures are asked for at random (Poisson), and their time varies by the choices that people make; who comes first is
served first. It also says how busy the page's one process would be, by what a record costs it, which
`tests.benchmarks.cluster` measures.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, quantiles

# How much longer than the usual picture one takes, and how often that is wanted: more steps, a larger size.
CHOICES = ((0.4, 0.25), (1.0, 0.5), (2.5, 0.2), (6.0, 0.05))
RECORDS_A_SECOND = 2.0  # of a picture that is being painted, by `demo.jobs.progress.RECORD_EVERY`
MOST_PLACES = 20  # in the queue, `demo.jobs.queue.MAX_WAITING`


@dataclass(frozen=True)
class Outcome:
    """What became of the visitors."""

    waits: Sequence[float]  # seconds, of those who were served
    refused: int  # found the queue full
    busy: float  # share of the cards' time

    def row(self, rate: float, record: float, cards: int) -> str:
        """A line of the table; `record`: what one costs the page's process, in seconds."""
        cuts = quantiles(self.waits, n=20) if len(self.waits) > 1 else [0.0] * 19
        page = self.busy * cards * RECORDS_A_SECOND * record
        refused = 100 * self.refused / (len(self.waits) + self.refused)
        return (
            f"| {rate:.0f} | {100 * self.busy:.0f} % | {cuts[9]:.1f} s | {cuts[18]:.1f} s | {refused:.1f} % "
            f"| {100 * page:.0f} % |"
        )


def simulated(rate: float, seconds: float, cards: int, wanted: int, places: int, seed: int = 0) -> Outcome:
    """So many pictures, wanted by `rate` a minute; a usual one takes `seconds`, and `places` may wait."""
    chance = random.Random(seed)
    free_at, waiting, waits, worked, refused, now = [0.0] * cards, list[float](), list[float](), 0.0, 0, 0.0
    for _ in range(wanted):
        now += chance.expovariate(rate / 60)
        waiting = [begins for begins in waiting if begins > now]
        if len(waiting) >= places:
            refused += 1
            continue
        begins = max(now, heapq.heappop(free_at))
        takes = seconds * chance.choices(*zip(*CHOICES, strict=True))[0]
        heapq.heappush(free_at, begins + takes)
        waits.append(begins - now)
        waiting.append(begins)
        worked += takes
    return Outcome(waits, refused, worked / (cards * max(max(free_at), 1e-9)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=100)
    parser.add_argument("--visitors", type=int, default=1000)
    parser.add_argument("--pictures", type=int, default=20, help="that each wants (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of a usual picture (default: %(default)g)")
    parser.add_argument("--places", type=int, default=MOST_PLACES, help="in the queue (default: %(default)s)")
    parser.add_argument("--record", type=float, required=True, help="ms of the page's process that one takes")
    options = parser.parse_args()
    usual = mean(factor for factor, share in CHOICES for _ in range(round(100 * share))) * options.seconds
    most, wanted = 60 * options.cards / usual, options.visitors * options.pictures
    print(f"The cards could do {most:.0f} pictures a minute.\n")
    print("| pictures a minute | cards busy | half wait less than | 95 % | refused | the page's process |")
    print("|---|---|---|---|---|---|")
    for share in (0.5, 0.8, 0.9, 0.95, 1.0, 1.2, 2.0):
        outcome = simulated(share * most, options.seconds, options.cards, wanted, options.places)
        print(outcome.row(share * most, options.record / 1000, options.cards))


if __name__ == "__main__":
    main()
