"""What a server does when many visitors come at once: `python -m tests.benchmarks.load --visitors 20,50`.

The page is started as by `python app.py`, on two cores, behind a proxy that tells each visitor's address. Each visitor
is a program with a photo of its own, asks for one picture after the other and again whenever it is refused; some stop,
close their tab, read slowly or not at all.

- finished, stopped, left: what became of the pictures, by their visitors' own will
- told, refused: those that ended by a sentence after they had begun, and how often one was told to come again later
- lost: those that ended without a word, or never
- frames, crossed: the pictures that came, previews too, and those among them of somebody else's photo
- page: the longest and the median time that the page took to be served meanwhile
- free: the longest time from when a visitor gave up a turn until the next one had theirs
- memory: of the server after all of it, beside what it was after the first round, in which each wants one picture
- files, threads: how many more are open then
- end: from SIGTERM, amid a run and with all pages open, until the process is gone; and who was told of it
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import psutil

from demo.jobs.queue import MAX_WAITING
from tests.benchmarks.table import markdown
from tests.support.crowd import SMALL, Ending, Visit, make_crowd, questions, seconds_until_free, visits_of
from tests.support.paths import ROOT
from tests.support.serving import wait_for
from tests.support.watch import watched

CORES = 2
LOOK_EVERY = 0.25  # seconds
REST = 30.0  # seconds at most until a server that nobody asks holds nothing of its visitors
ENDING = 60.0  # seconds at most for a server to end
LONG = 1000  # steps of the run that the end of the server cuts short


@dataclass(frozen=True)
class Held:
    """What a server holds of the machine."""

    memory: int  # bytes
    files: int
    threads: int


@dataclass(frozen=True)
class End:
    """How a server ended that somebody painted on."""

    seconds: float
    code: int
    visits: Sequence[Visit]

    def text(self) -> str:
        """One line."""
        told = sum(visit.ending in (Ending.TOLD, Ending.REFUSED) for visit in self.visits)
        pictures = sum(visit.frames > 0 for visit in self.visits)
        return (
            f"end: {self.seconds:.1f} s, exit code {self.code}; of {len(self.visits)} visitors {told} were told, "
            f"{pictures} had a picture"
        )


HEADS = [
    *("visitors", "", "wanted", "finished", "stopped", "left", "told", "refused", "lost", "frames", "crossed"),
    *("page s", "median", "free s", "memory", "files", "threads", "seconds"),
]


@dataclass(frozen=True)
class Row:
    """What a crowd came to."""

    visitors: int
    visits: Sequence[Visit]
    watched: Sequence[float]
    before: Held
    after: Held
    seconds: float

    def cells(self) -> list[str]:
        """In the order of `HEADS`."""
        endings = Counter(visit.ending for visit in self.visits)
        free = seconds_until_free(self.visits)
        kinds = (Ending.FINISHED, Ending.STOPPED, Ending.LEFT, Ending.TOLD, Ending.REFUSED, Ending.LOST)
        return [
            str(self.visitors),
            "",
            str(len(self.visits) - endings[Ending.REFUSED]),
            *(str(endings[kind]) for kind in kinds),
            str(sum(visit.frames for visit in self.visits)),
            str(sum(visit.crossed for visit in self.visits)),
            f"{max(self.watched, default=0):.2f}",
            f"{median(self.watched or [0]):.2f}",
            f"{max(free, default=0):.2f}",
            f"{self.after.memory / self.before.memory - 1:+.1%}",
            str(self.after.files - self.before.files),
            str(self.after.threads - self.before.threads),
            f"{self.seconds:.0f}",
        ]

    def remarks(self) -> list[str]:
        """What was said to those whose pictures were told, refused or lost, and how often."""
        words = Counter((visit.ending, visit.manner, visit.words) for visit in self.visits if visit.words)
        missing = sum(visit.missing for visit in self.visits)
        lines = [f"{ending}, {times} times, who {manner}: {text}" for (ending, manner, text), times in words.items()]
        return lines + ([f"frames that were gone when they were fetched: {missing}"] if missing else [])


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, psutil.Popen]]:
    """A server as in earnest, and its address; what it says goes into a file in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "app.py"), "--port", str(port), "--trusted-proxies", "127.0.0.1"]
    environment = os.environ | {"GRADIO_TEMP_DIR": str(folder / "cache")}
    with (folder / "server.log").open("wb") as log:
        process = psutil.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, process)
            yield url, process
        finally:
            with suppress(psutil.NoSuchProcess):
                process.kill()
            process.wait()


def held(process: psutil.Process) -> Held:
    return Held(process.memory_info().rss, process.num_fds(), process.num_threads())


def at_rest(url: str, process: psutil.Process, like: Held | None = None) -> Held:
    """What a server holds once nobody asks: as soon as that isn't more than `like`, and after `REST` in any case.

    A thread that has nothing to do is ended when another one is asked for, after ten seconds at the earliest.
    """
    deadline, now = time.monotonic() + REST, held(process)
    while time.monotonic() < deadline and (like is None or now.threads > like.threads or now.files > like.files):
        time.sleep(1)
        httpx.get(url).raise_for_status()
        now = held(process)
    return now


def measure(visitors: int, pictures: int, steps: int, seed: int) -> tuple[Row, End]:
    """A crowd on a server of its own, and how that ends."""
    with TemporaryDirectory() as folder, serving(Path(folder)) as (url, process):
        asked = asyncio.run(questions(url, **SMALL, steps=steps))
        asyncio.run(visits_of(make_crowd(url, visitors, seed), 1, asked))
        before = at_rest(url, process)
        with watched(url) as looks:
            began = time.monotonic()
            visits = asyncio.run(visits_of(make_crowd(url, visitors, seed + 1), pictures, asked))
            seconds = time.monotonic() - began
        row = Row(visitors, visits, looks, before, at_rest(url, process, before), seconds)
        return row, asyncio.run(end(url, process, min(visitors, 1 + MAX_WAITING)))


async def end(url: str, process: psutil.Popen, visitors: int) -> End:
    """End a server while one paints, the others wait, and all have their pages open."""
    asked = await questions(url, **SMALL, steps=LONG)
    crowd = make_crowd(url, visitors)
    async with AsyncExitStack() as pages:
        for visitor in crowd:
            await pages.enter_async_context(visitor.there())
        asking = asyncio.gather(*(visitor.ask(asked) for visitor in crowd))
        while not any(visit.step > 1 for visitor in crowd for visit in visitor.visits):
            await asyncio.sleep(LOOK_EVERY)
        began = time.monotonic()
        process.terminate()
        with suppress(psutil.TimeoutExpired):
            await asyncio.to_thread(process.wait, ENDING)
        seconds = time.monotonic() - began
        with suppress(psutil.NoSuchProcess):
            process.kill()  # nobody waits for ever
        await asking
    return End(seconds, process.poll(), [visit for visitor in crowd for visit in visitor.visits])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", default="20,50", help="how many at once, each number on a server of its own")
    parser.add_argument("--pictures", type=int, default=4, help="that each of them wants, after the first round")
    parser.add_argument("--steps", type=int, default=6, help="of a picture")
    parser.add_argument("--seed", type=int, default=0, help="of how visitors behave")
    options = parser.parse_args(arguments)
    with suppress(AttributeError):  # not on every system
        psutil.Process().cpu_affinity(psutil.Process().cpu_affinity()[:CORES])
    found = [measure(int(each), options.pictures, options.steps, options.seed) for each in options.visitors.split(",")]
    print(markdown(HEADS, [row.cells() for row, _ in found]))
    for row, ending in found:
        print(f"\n{row.visitors} visitors", *row.remarks(), ending.text(), sep="\n- ")


if __name__ == "__main__":
    main()
