"""Who has a page open, and who listens to a run."""

from __future__ import annotations

from demo.visitors.identity import Visitor
from demo.visitors.listeners import Listeners, Stream

ME = Visitor("a", "me")


def test_somebody_is_there_while_a_stream_is_open() -> None:
    listeners = Listeners()
    with listeners.open(ME, Stream.PRESENCE):
        assert (listeners.is_there("me"), listeners.hears("me")) == (True, False)
        assert not listeners.anybody_hears()
        with listeners.open(ME, Stream.RECORDS), listeners.open(ME, Stream.RECORDS):
            assert listeners.hears("me")
            assert not listeners.is_there("you")
            assert listeners.of("a") == 3
        assert not listeners.hears("me")
    assert not listeners.is_there("me")
    assert listeners.of("a") == 0
