"""What becomes of calls with values that no page sends: `python -m tests.benchmarks.hostile_calls`.

Each event of a page that is served as in earnest, but for its runner, is called with each of them, in the place of all
its values and of each by itself; with too few and too many, with triggers that aren't there, with what isn't JSON.
Each call has to be answered, by a sentence if by nothing else, and nothing but lines may be logged.
What isn't is told, and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.benchmarks.table import markdown
from tests.support.visits import API, Visited, visited

AT_ONCE = 20  # calls, each from an address of its own
PATIENCE = 30.0  # seconds for the end of a call
LONGEST = 90  # characters of an answer that are shown
EXAMPLES = 3
ERROR = re.compile(r"^(?:\w+\.)*\w+(?:Error|Exception): .{,100}", re.MULTILINE)  # the last line of a traceback

# As they stand in a body: some aren't JSON, and some are numbers that are none
ODD = (
    *("null", "true", "0", "-1", "1e400", "NaN", "-Infinity", "1" + "0" * 400, "1e-320", "[]", "{}", '""'),
    r'"a\nforged line: user admin logged in\u001b[2J"',
    r'"\u0000"',
    r'"\ud800"',
    '"' + "a" * 10_000 + '"',
    '"../../etc/passwd"',
    '{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}',
    '{"path": null, "meta": {"_type": "gradio.FileData"}}',
    '{"path": "/etc/passwd"}',
    '{"path": 5, "url": "http://127.0.0.1:1/", "meta": {"_type": "gradio.FileData"}}',
    '[["a", [1, {"b": null}]], -1]',
    "[" * 500 + "]" * 500,
    '{"background": "data:image/png;base64,AAAA", "layers": ["data:image/png;base64,////"], "composite": 1}',
)


@dataclass(frozen=True)
class Listener:
    """An event of the page's: its number, as Gradio has it, the name of its handler, and how many values it takes."""

    number: int
    name: str
    is_queued: bool
    places: int


@dataclass(frozen=True)
class Call:
    """One call: of which event, and what is sent as JSON, or nearly."""

    event: Listener
    data: str
    rest: str = ""  # more of the body, in front of which stands a comma; what comes last counts

    def body(self, session: str) -> bytes:
        """What is sent."""
        text = f'{{"fn_index": {self.event.number}, "data": {self.data}, "session_hash": "{session}"{self.rest}}}'
        return text.encode()


@dataclass
class Answers:
    """What was answered, and to whom."""

    words: Counter[str] = field(default_factory=Counter)
    events: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, answer: str, call: Call) -> None:
        """One more."""
        self.words[answer] += 1
        self.events[answer].add(call.event.name)

    def table(self) -> str:
        """A line for each answer, the most frequent first."""
        rows = [
            [answer, ", ".join(islice(sorted(self.events[answer]), EXAMPLES)), str(times)]
            for answer, times in self.words.most_common()
        ]
        return markdown(["answer", "events, for instance", "times"], rows)

    @property
    def faults(self) -> list[str]:
        """Those that are no answers."""
        return [answer for answer in self.words if answer.startswith("fault: ")]


def events_of(server: Visited) -> list[Listener]:
    """All that a server answers itself."""
    return [
        Listener(number, getattr(each.fn, "__qualname__", str(each.api_name)), bool(each.queue), len(each.inputs))
        for number, each in server.ui.fns.items()
        if each.fn is not None and not each.is_cancel_function
    ]


def calls_of(event: Listener) -> Iterator[Call]:
    """Every call of an event."""
    nothing = "[" + ", ".join(["null"] * event.places) + "]"
    for odd in ODD:
        yield Call(event, f"[{', '.join([odd] * event.places)}]")
        for place in range(event.places):
            yield Call(event, f"[{'null, ' * place}{odd}{', null' * (event.places - place - 1)}]")
        yield Call(event, odd)
        for name in ("event_data", "trigger_id", "fn_index", "event_id", *["session_hash"] * (not event.is_queued)):
            yield Call(event, nothing, f', "{name}": {odd}')
    for length in (0, event.places + 1, 1000):
        yield Call(event, "[" + ", ".join(["null"] * length) + "]")
    for number in ("999999", "-7", "0.5"):
        yield Call(event, nothing, f', "event_data": {{"index": {number}, "act": {number}}}, "trigger_id": {number}')


class Caller:
    """Somebody at an address, who calls one event after the other."""

    def __init__(self, url: str, number: int) -> None:
        address = f"198.51.{number // 250}.{number % 250}"
        self._client = httpx.AsyncClient(base_url=url, headers={"x-forwarded-for": address}, timeout=PATIENCE)
        self._sessions = (f"hostile-{number}-{each}" for each in count())

    async def answer(self, call: Call) -> str:
        """What is answered to a call."""
        session, path = next(self._sessions), "queue/join" if call.event.is_queued else "run/predict"
        headers = {"content-type": "application/json"}
        try:
            async with asyncio.timeout(PATIENCE):
                body = call.body(session)
                answered = await self._client.post(f"{API}/{path}", content=body, headers=headers)
                if call.event.is_queued and answered.is_success:
                    return await self._end(session)
                return told(answered)
        except (TimeoutError, httpx.HTTPError) as error:
            return f"fault: {error!r}"

    async def close(self) -> None:
        """Go."""
        await self._client.aclose()

    async def _end(self, session: str) -> str:
        params = {"session_hash": session}
        async with self._client.stream("GET", f"{API}/queue/data", params=params) as answer:
            async for line in answer.aiter_lines():
                message = json.loads(line[6:]) if line.startswith("data: ") else {}
                if message.get("msg") == "process_completed":
                    return "an answer" if message["success"] else sentence_in(message["output"])
        return "fault: a stream that ends without a word"


def told(answer: httpx.Response) -> str:
    """What a response says."""
    if answer.is_success:
        return "an answer"
    with suppress(ValueError):
        found = answer.json()
        if isinstance(found, dict) and "detail" in found:
            return f"{answer.status_code}, what Gradio says of a call's form"
        return sentence_in(found)
    return f"{answer.status_code}: {answer.text[:LONGEST]}" if answer.status_code < 500 else f"fault: {answer.text}"


def sentence_in(output: Any) -> str:
    """What an error says; a fault if nothing, or more than a sentence."""
    error = output.get("error") if isinstance(output, dict) else None
    if not isinstance(error, str) or not error or "\n" in error or "Traceback" in error:
        return f"fault: {json.dumps(output)[:LONGEST]}"
    return error[:LONGEST]


async def answers(server: Visited, wanted: Sequence[Call]) -> Answers:
    """What is answered to all of them, some at once."""
    found, left = Answers(), iter(wanted)

    async def ask(number: int) -> None:
        caller = Caller(server.url, number)
        for call in left:
            found.add(await caller.answer(call), call)
        await caller.close()

    await asyncio.gather(*map(ask, range(AT_ONCE)))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="EVENT", help="events by the names of their handlers")
    parser.add_argument("--calls", type=int, help="so many at the most, by chance; else all")
    parser.add_argument("--seed", type=int, default=0, help="of that chance (default: %(default)s)")
    options = parser.parse_args(arguments)
    log = io.StringIO()
    with (
        TemporaryDirectory() as folder,
        redirect_stderr(log),
        visited(Path(folder), "--trusted-proxies", "127.0.0.1") as server,
    ):
        server.runner.go_on.set()
        events = [event for event in events_of(server) if not options.only or event.name in options.only]
        wanted = [call for event in events for call in calls_of(event)]
        if options.calls:
            wanted = random.Random(options.seed).sample(wanted, min(len(wanted), options.calls))
        found = asyncio.run(answers(server, wanted))
    print(found.table())
    tracebacks = log.getvalue().count("Traceback (most recent call last)")
    print(
        f"\n{len(wanted)} calls of {len(events)} events: {len(found.faults)} kinds of faults, {tracebacks} tracebacks"
    )
    print(*(f"{times} times {error}" for error, times in Counter(ERROR.findall(log.getvalue())).items()), sep="\n")
    return 1 if found.faults or tracebacks else 0


if __name__ == "__main__":
    sys.exit(main())
