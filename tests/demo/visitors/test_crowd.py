"""Many visitors at once get what they asked for, each their own: as `tests.benchmarks.load`, but few of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.support.crowd import SMALL, Ending, Manner, Visit, make_crowd, questions, seconds_until_free, visits_of
from tests.support.marks import MOST, marked_photo, number_in
from tests.support.pictures import file_of
from tests.support.visits import Visited

VISITORS, PICTURES = 5, 2


@pytest.fixture
def painting(server: Visited) -> Iterator[Visited]:
    """The server, whose jobs end at once."""
    server.runner.go_on.set()
    yield server
    server.runner.go_on.clear()


def crowd_at(url: str) -> list[Visit]:
    async def come() -> list[Visit]:
        return await visits_of(make_crowd(url, VISITORS), PICTURES, await questions(url, **SMALL))

    return asyncio.run(come())


def test_nothing_is_lost_or_crossed(painting: Visited) -> None:
    visits = crowd_at(painting.url)
    assert {visit.manner for visit in visits} == {*Manner}
    endings = Counter(visit.ending for visit in visits)
    assert not endings[Ending.LOST], [visit.words for visit in visits]
    assert endings[Ending.FINISHED] >= 3
    assert endings.total() - endings[Ending.REFUSED] == VISITORS * PICTURES
    assert sum(visit.frames for visit in visits) >= 2 * endings[Ending.FINISHED]
    assert not any(visit.crossed or visit.missing for visit in visits)


def test_somebody_else_s_picture_is_noticed(painting: Visited, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.crowd.marked_photo", lambda number: marked_photo(number + 1))
    (visitor,) = make_crowd(painting.url, 1)

    async def ask() -> Ending:
        return await visitor.ask(await questions(painting.url, **SMALL))

    assert asyncio.run(ask()) is Ending.FINISHED
    (visit,) = visitor.visits
    assert visit.crossed == visit.frames > 0


def test_photos_are_told_apart_by_their_numbers() -> None:
    assert [number_in(file_of(marked_photo(number), "JPEG").read()) for number in range(1, MOST + 1)] == [
        *range(1, MOST + 1)
    ]


def visit(turn: float | None = None, waited: float | None = None, over: float | None = None) -> Visit:
    return Visit(1, Manner.STAYS, 1, True, waited=waited, turn=turn, over=over)


@pytest.mark.parametrize(
    ("visits", "seconds"),
    [
        ([visit(turn=1, over=3), visit(waited=2, turn=3.5), visit(waited=2, turn=9)], [0.5]),
        ([visit(turn=1, over=3), visit(waited=4, turn=5)], []),  # nobody waited
        ([visit(turn=1, over=3), visit(waited=1, turn=2), visit(waited=2, turn=9)], []),  # it had ended before
        ([visit(waited=1, over=3), visit(waited=2, turn=9)], []),  # it hadn't begun
    ],
)
def test_how_long_a_place_stays_taken(visits: list[Visit], seconds: list[float]) -> None:
    assert seconds_until_free(visits) == seconds
