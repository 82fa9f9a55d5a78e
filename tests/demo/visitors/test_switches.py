"""Who is kept out, and when: by files that count as soon as they change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from demo.visitors import switches
from demo.visitors.identity import network_of
from demo.visitors.switches import Switches
from nst_core.errors import InputError


@pytest.fixture
def bans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(switches, "LOOK_EVERY", 0.0)
    return tmp_path / "bans"


def test_a_list_counts_as_soon_as_it_changes(bans: Path) -> None:
    kept = Switches(bans=str(bans))
    assert not kept.is_banned("203.0.113.1")
    bans.write_text("# ours\n203.0.113.0/24  # a crowd\n2001:db8::7\n")
    for address, is_banned in (
        ("203.0.113.1", True),
        ("203.0.112.1", False),
        ("2001:db8::1", True),  # of the same visitor: all of their 64 bits
        ("2001:db8:1::1", False),
        ("::ffff:203.0.113.9", True),
        ("a proxy's word", False),
    ):
        assert kept.is_banned(network_of(address)) is is_banned
    bans.unlink()
    assert not kept.is_banned("203.0.113.1")


def test_a_list_that_makes_no_sense_changes_nothing(bans: Path, caplog: pytest.LogCaptureFixture) -> None:
    bans.write_text("203.0.113.1\n")
    kept = Switches(bans=str(bans))
    assert kept.is_banned("203.0.113.1")
    bans.write_text("203.0.113.1\neverybody\n")
    assert kept.is_banned("203.0.113.1")
    assert kept.is_banned("203.0.113.1")
    assert len([text for text in caplog.messages if "isn't heeded" in text]) == 1


def test_it_is_not_read_for_each_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bans"
    path.write_text("203.0.113.1\n")
    kept = Switches(bans=str(path))
    assert kept.is_banned("203.0.113.1")
    path.write_text("")
    os.utime(path, ns=(1, 1))
    assert kept.is_banned("203.0.113.1")  # within a second


def test_at_the_start_it_has_to_be_there_and_make_sense(bans: Path) -> None:
    Switches().check_files()
    for text in (None, "everybody\n"):
        if text is not None:
            bans.write_text(text)
        with pytest.raises(ValueError, match="check --ban-file"):
            Switches(bans=str(bans)).check_files()


def test_a_file_that_is_there_closes_whatever_stands_in_it(bans: Path) -> None:
    closed = Switches(closed=str(bans))
    closed.check_open()
    bans.write_bytes("Volvemos mañana".encode("latin-1"))
    with pytest.raises(InputError, match="Volvemos ma"):
        closed.check_open()
    bans.unlink()
    closed.check_open()
    bans.mkdir()
    with pytest.raises(InputError, match="at the moment"):
        closed.check_open()
