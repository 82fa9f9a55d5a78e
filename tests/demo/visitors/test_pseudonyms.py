"""A visitor's name tells nobody where they are."""

from __future__ import annotations

from demo.visitors.pseudonyms import Pseudonyms, pseudonym


def test_a_network_has_one_name_a_day() -> None:
    day = ["2026-11-28"]
    names = Pseudonyms(lambda day: f"salt of {day}".encode(), lambda: day[0])
    first = names.of("203.0.113.1")
    assert first == names.of("203.0.113.1") != names.of("203.0.113.2")
    assert "203" not in first
    day[0] = "2026-11-29"
    assert names.of("203.0.113.1") != first


def test_without_the_salt_nobody_finds_it_by_trying() -> None:
    assert pseudonym("203.0.113.1", b"a") != pseudonym("203.0.113.1", b"b")


def test_nobody_from_outside_has_none() -> None:
    assert pseudonym("", b"a") == ""
