"""Who makes room: each network for itself, then the one that has most, and never what is in use."""

from __future__ import annotations

from demo.visitors.ledger import Ledger


def test_a_network_that_has_too_much_loses_its_own_oldest() -> None:
    ledger: Ledger[str] = Ledger(each=30, total=1000)
    assert [ledger.enter(key, "a", 10) for key in "xyz"] == [[], [], []]
    assert ledger.enter("other", "b", 30) == []
    assert ledger.enter("w", "a", 15) == ["x", "y"]
    assert (ledger.used("a"), ledger.used("b"), ledger.used()) == (25, 30, 55)


def test_in_all_the_one_who_uses_most_pays() -> None:
    ledger: Ledger[str] = Ledger(each=100, total=100)
    ledger.enter("mine", "me", 10)
    for place in range(9):
        assert ledger.enter(f"much {place}", "evil", 10) == []
    assert ledger.enter("mine too", "me", 10) == ["much 0"]
    assert ledger.enter("new", "somebody", 15) == ["much 1", "much 2"]
    assert "mine" in ledger


def test_what_is_in_use_stays_whoever_comes() -> None:
    ledger: Ledger[str] = Ledger(each=50, total=100, is_spared=lambda key: key.startswith("open"))
    for network in "abcd":
        assert ledger.enter(f"open {network}", network, 25) == []
    assert ledger.enter("new", "e", 1) == ["new"]
    assert ledger.enter("larger", "a", 30) == ["larger"]  # of its own network, too
    assert ledger.used() == 100


def test_a_new_size_takes_the_place_of_the_old_one() -> None:
    ledger: Ledger[str] = Ledger(each=50, total=100)
    for size in (20, 50, 10):
        assert ledger.enter("x", "a", size) == []
    assert ledger.used("a") == 10
    ledger.remove("x")
    ledger.remove("x")
    assert (ledger.used(), "x" in ledger) == (0, False)


def test_what_is_too_large_for_anybody_drives_nobody_out() -> None:
    ledger: Ledger[str] = Ledger(each=50, total=100)
    ledger.enter("x", "a", 20)
    assert ledger.enter("huge", "b", 51) == ["huge"]
    assert "x" in ledger
