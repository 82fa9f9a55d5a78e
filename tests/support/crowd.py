"""Many visitors at once, as programs: each from an address of its own, with a photo that is told from all others'."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

import httpx
from gradio_client.utils import apply_diff

from tests.support.marks import SIDE, marked_photo, number_in
from tests.support.pictures import file_of, smooth_picture

API = "/gradio_api"
PATIENCE = 300.0  # seconds without a word: then a picture counts as lost
SLOWLY = 0.3  # seconds between two messages that a slow reader takes
SILENTLY = 3.0  # seconds that a silent one takes none
WHILE_PAINTING = 0.7  # of those who stop or close
AGAIN = (0.5, 2.0)  # seconds until whoever was refused asks again
ENDPOINT = "stylize"
SMALL: dict[str, Any] = {"size": SIDE, "scales": 1, "strength": 10}  # squares stay squares


class Manner(StrEnum):
    """How a visitor behaves while a picture is painted."""

    STAYS = "stays"
    STOPS = "stops"  # by what the page's Stop sends
    CLOSES = "closes"  # the tab, without a word
    IS_SLOW = "is slow"  # to read what comes
    IS_SILENT = "is silent"  # opens the stream, reads nothing, and goes


class Ending(StrEnum):
    """What became of a picture that was asked for."""

    FINISHED = "finished"
    TOLD = "told"  # it had begun, and ended early by a sentence
    REFUSED = "refused"  # by a sentence, before it began
    STOPPED = "stopped"  # as its visitor wanted
    LEFT = "left"  # by its visitor
    LOST = "lost"  # without a word


@dataclass
class Visit:
    """One picture that was asked for; moments are seconds of `time.monotonic`."""

    number: int  # of its photo
    manner: Manner
    heard: int  # messages, after which a visitor who stops or closes does so,
    while_painting: bool  # counted from when it begins
    ending: Ending = Ending.LOST
    words: str = ""  # with which it ended, or what was answered instead
    frames: int = 0
    crossed: int = 0  # frames of somebody else's photo
    missing: int = 0  # frames that weren't there when they were fetched
    waited: float | None = None  # when it was told that others are ahead
    turn: float | None = None  # when it was told that it begins
    over: float | None = None  # when its visitor gave it up
    step: int = 0


@dataclass(frozen=True)
class Asked:
    """What is sent to the endpoint, beside the two pictures."""

    event: int  # Gradio's number of it
    settings: Sequence[Any]


@dataclass
class Visitor:
    """Somebody at an address, who wants pictures one after the other."""

    url: str
    number: int
    chance: Random
    visits: list[Visit] = field(default_factory=list)

    async def want(self, pictures: int, asked: Asked, manners: Sequence[Manner] = tuple(Manner)) -> None:
        """Ask until as many pictures have ended otherwise than by a refusal."""
        left = pictures
        while left:
            if await self.ask(asked, self.chance.choice(manners)) is Ending.REFUSED:
                await asyncio.sleep(self.chance.uniform(*AGAIN))
            else:
                left -= 1

    async def ask(self, asked: Asked, manner: Manner = Manner.STAYS) -> Ending:
        """Ask for one picture, and wait for what becomes of it."""
        visit = Visit(self.number, manner, self.chance.randint(1, 3), self.chance.random() < WHILE_PAINTING)
        self.visits.append(visit)
        async with _client(self.url, self.number) as client:
            try:
                await _Asking(client, visit, asked).ask()
            except httpx.HTTPError as error:
                visit.words = visit.words or repr(error)
        return visit.ending

    @asynccontextmanager
    async def there(self) -> AsyncIterator[None]:
        """This visitor has the page open."""
        async with (
            _client(self.url, self.number) as client,
            client.stream("GET", f"{API}/heartbeat/page-of-{self.number}-{time.monotonic_ns()}") as answer,
        ):
            answer.raise_for_status()
            yield


def _client(url: str, number: int) -> httpx.AsyncClient:
    headers = {"x-forwarded-for": address_of(number)}
    # To read certificates that nobody shows takes half a second; and a connection that was idle for five is closed by
    # the server, perhaps just as the next request is on its way: a browser would send that again.
    anew = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE, verify=False, limits=anew)


def address_of(number: int) -> str:
    """Of the networks for documentation, one for each visitor."""
    return f"203.0.113.{number}"


async def questions(url: str, **settings: Any) -> Asked:
    """What the endpoint is asked with: its defaults, but for `settings`."""
    async with _client(url, 0) as client:
        config = (await client.get("/config")).json()
        told = (await client.get(f"{API}/info")).json()["named_endpoints"][f"/{ENDPOINT}"]["parameters"]
    event = next(each["id"] for each in config["dependencies"] if each["api_name"] == ENDPOINT)
    defaults = {each["parameter_name"]: each["parameter_default"] for each in told[2:]}
    assert settings.keys() <= defaults.keys()
    return Asked(event, list((defaults | settings).values()))


class _Asking:
    """One picture, from its upload to its end."""

    def __init__(self, client: httpx.AsyncClient, visit: Visit, asked: Asked) -> None:
        self._client, self._visit, self._asked = client, visit, asked
        self._session = f"visitor-{visit.number}-{time.monotonic_ns()}"
        self._event = ""
        self._outputs: dict[str, list[Any]] = {}  # of the event, as its messages made them so far

    async def ask(self) -> None:
        """Returns once it has ended, in whatever way."""
        files = [("files", (f"{name}.png", file_of(picture))) for name, picture in self._pictures()]
        sent = await self._client.post(f"{API}/upload", files=files)
        if self._is_refused(sent):
            return
        paths = [{"path": path, "meta": {"_type": "gradio.FileData"}} for path in sent.json()]
        body = {"fn_index": self._asked.event, "data": [*paths, *self._asked.settings], "session_hash": self._session}
        joined = await self._client.post(f"{API}/queue/join", json=body)
        if self._is_refused(joined):
            return
        self._event = joined.json()["event_id"]
        async with self._client.stream("GET", f"{API}/queue/data", params={"session_hash": self._session}) as answer:
            if self._visit.manner is Manner.IS_SILENT:
                await asyncio.sleep(SILENTLY)
                self._go(Ending.LEFT)
                return
            await self._follow(answer)

    def _pictures(self) -> list[tuple[str, Any]]:
        return [("photo", marked_photo(self._visit.number)), ("painting", smooth_picture(96, 96, self._visit.number))]

    def _is_refused(self, answer: httpx.Response) -> bool:
        if answer.is_success:
            return False
        self._visit.words = answer.text
        self._visit.ending = Ending.REFUSED if answer.status_code in (429, 507) else Ending.LOST
        return True

    def _go(self, ending: Ending) -> None:
        self._visit.ending, self._visit.over = ending, time.monotonic()

    async def _follow(self, answer: httpx.Response) -> None:
        heard = 0
        async for line in answer.aiter_lines():
            if not line.startswith("data: "):
                continue
            message = json.loads(line.removeprefix("data: "))
            if message.get("event_id") != self._event:
                continue
            if await self._is_last(message):
                return
            heard += bool(self._visit.turn) or not self._visit.while_painting
            if heard == self._visit.heard and await self._has_enough():
                return
            if self._visit.manner is Manner.IS_SLOW:
                await asyncio.sleep(SLOWLY)

    async def _has_enough(self) -> bool:
        """Whether its visitor goes; one who stops waits for the end."""
        if self._visit.manner is Manner.CLOSES:
            self._go(Ending.LEFT)
        elif self._visit.manner is Manner.STOPS:
            self._go(Ending.LOST)  # unless the end comes
            body = {"session_hash": self._session, "event_id": self._event, "fn_index": self._asked.event}
            await self._client.post(f"{API}/cancel", json=body)
        return self._visit.manner is Manner.CLOSES

    async def _is_last(self, message: dict[str, Any]) -> bool:
        """Take in a message of the event; whether none follows."""
        kind, output = message["msg"], message.get("output") or {}
        if kind == "process_generating" and message["success"]:
            await self._take(output["data"])
        if kind != "process_completed":
            return False
        if self._visit.over is not None:
            self._visit.ending = Ending.STOPPED
        elif message["success"]:
            await self._finish(output["data"])
        else:
            self._fail(output.get("error"))
        return True

    async def _take(self, data: list[Any]) -> None:
        """After the first message the others tell what is different, one list of changes an output."""
        if self._outputs:
            data = [apply_diff(last, new) for last, new in zip(self._outputs["data"], data, strict=True)]
        self._outputs["data"] = data
        picture, numbers = data
        if numbers["waiting"]:
            self._visit.waited = self._visit.waited or time.monotonic()
            return
        self._visit.turn = self._visit.turn or time.monotonic()
        self._visit.step = numbers.get("step", 0)
        if picture:
            await self._look(picture["path"])

    async def _look(self, path: str) -> bytes:
        found = await self._client.get(f"{API}/file={path}")
        if not found.is_success:
            self._visit.missing += 1
            return b""
        self._visit.frames += 1
        self._visit.crossed += number_in(found.content) != self._visit.number
        return found.content

    async def _finish(self, data: list[Any]) -> None:
        picture, numbers = data
        if not (picture and numbers.get("step") == numbers.get("steps") and picture["path"].endswith(".png")):
            self._visit.words = f"it ended well after {numbers}"
            return
        if await self._look(picture["path"]):
            self._visit.ending = Ending.FINISHED

    def _fail(self, sentence: Any) -> None:
        self._visit.words = str(sentence or "")
        if self._visit.words:
            self._visit.ending = Ending.TOLD if self._visit.turn else Ending.REFUSED


def seconds_until_free(visits: Sequence[Visit]) -> list[float]:
    """Of each visitor who gave up a turn while others waited: how long it took until the next one had theirs."""
    turns = sorted(visit.turn for visit in visits if visit.turn is not None)
    found = []
    for left in visits:
        if left.turn is None or left.over is None or any(left.turn < turn < left.over for turn in turns):
            continue
        waited = [each.turn for each in visits if each.waited and each.turn and each.waited < left.over < each.turn]
        found += [min(waited) - left.over] if waited else []
    return found


def make_crowd(url: str, visitors: int, seed: int = 0) -> list[Visitor]:
    """So many visitors, each with a number and chances of their own."""
    return [Visitor(url, number, Random(f"{seed} {number}")) for number in range(1, visitors + 1)]


async def visits_of(crowd: Sequence[Visitor], pictures: int, asked: Asked) -> list[Visit]:
    """What became of the pictures that all of them wanted at once, each one after the other."""
    await asyncio.gather(*(visitor.want(pictures, asked) for visitor in crowd))
    return [visit for visitor in crowd for visit in visitor.visits]
