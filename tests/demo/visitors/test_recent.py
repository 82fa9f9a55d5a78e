"""What happened lately is known for a while, and nobody makes the server forget what others did."""

from __future__ import annotations

import pytest

from demo.visitors.recent import LASTS, MOST_OF_A_NETWORK, Recent


def test_a_stranger_pushes_out_what_is_the_stranger_s() -> None:
    known = Recent[str, int]()
    known.put("mine", 1, "me")
    for place in range(30 * MOST_OF_A_NETWORK):
        known.put(f"evil {place}", place, "evil")
    assert known.get("mine") == 1
    assert known.get("evil 0") is None
    assert len(known) == 1 + MOST_OF_A_NETWORK


def test_it_is_known_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    known = Recent[str, int]()
    known.put("first", 1, "me")
    now += LASTS / 2
    known.put("again", 1, "me")
    known.put("again", 2, "another")
    assert (known.get("first"), known.get("again"), known.get("never")) == (1, 2, None)
    now += LASTS / 2 + 1
    assert known.get("first") is None
    known.put("later", 3, "me")
    assert len(known) == 2
