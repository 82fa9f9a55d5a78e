"""A session belongs to whoever named it first."""

from __future__ import annotations

import pytest

from demo.visitors import owners as module
from demo.visitors.owners import Caller, Owners, TooManySessionsError

HOME, TRAIN, OTHER = Caller("home", "secret"), Caller("train", "secret"), Caller("home", "another browser")
PROGRAM = Caller("office")


def test_a_browser_keeps_its_session_when_its_network_changes() -> None:
    owners = Owners()
    assert owners.is_of("mine", HOME)
    assert owners.is_of("mine", TRAIN)
    assert owners.network_of("mine") == "home"


def test_who_merely_knows_the_name_gets_nothing_even_on_the_same_network() -> None:
    owners = Owners()
    owners.is_of("mine", HOME)
    assert not owners.is_of("mine", OTHER)
    assert not owners.is_of("mine", Caller("home"))
    owners.is_of("a program's", PROGRAM)
    assert owners.is_of("a program's", Caller("office", "which has a cookie by now"))
    assert not owners.is_of("a program's", HOME)


def test_what_nobody_has_named_is_nobody_s() -> None:
    """Unlike `is_of`, which makes it the caller's."""
    owners = Owners()
    assert not owners.has("mine", HOME)
    owners.is_of("mine", HOME)
    assert owners.has("mine", TRAIN)
    assert not owners.has("mine", OTHER)


def test_a_network_names_only_so_many_and_loses_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OF_A_NETWORK", 3)
    used = {"mine"}
    owners = Owners(used.__contains__)
    owners.is_of("mine", PROGRAM)
    owners.is_of("yours", HOME)
    for place in range(20):
        assert owners.is_of(f"made up {place}", PROGRAM)
    assert owners.network_of("mine") == "office"
    assert owners.network_of("yours") == "home"
    assert len(owners._claims) == 4
    used.update(owners._claims)
    with pytest.raises(TooManySessionsError):
        owners.is_of("one more", PROGRAM)
    assert owners.is_of("another", Caller("elsewhere"))


def test_what_nobody_uses_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = Owners({"kept"}.__contains__)
    owners.is_of("kept", HOME)
    owners.is_of("left", HOME)
    owners.forget_unused()
    assert owners.network_of("left") == "home"
    monkeypatch.setattr(module, "FORGOTTEN_AFTER", -1.0)
    owners.forget_unused()
    assert [owners.network_of(name) for name in ("kept", "left")] == ["home", ""]
