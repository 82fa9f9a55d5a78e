"""Ctrl-C and `kill` in this process, with a stand-in for the engine."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from nst_core.cli.signals import Stop, graceful, interruptible
from tests.support.terminal import Paints, at, raising


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_the_step_at_hand(paints: Paints, number: signal.Signals) -> None:
    earlier = signal.getsignal(number)
    code, err = paints(before=at(5, lambda: os.kill(os.getpid(), number)))
    assert code == 130
    assert paints.level() == 5
    assert err.splitlines()[-1] == (
        "nst_core: stopped after step 5 of 8; wrote out.png (64x43) and out.png.state; "
        "go on with: python -m nst_core --resume out.png.state"
    )
    assert paints.files() == ["out.png", "out.png.state"]
    assert signal.getsignal(number) == earlier


def test_an_interrupt_of_the_last_step_interrupts_nothing(paints: Paints) -> None:
    code, _ = paints(before=at(8, lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert code == 0
    assert paints.files() == ["out.png"]


def test_a_second_interrupt_stops_at_once(paints: Paints) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    code, err = paints(before=at(5, twice))
    assert code == 130
    assert paints.level() == 4
    assert err.splitlines()[-1] == "nst_core: stopped after step 4 of 8; wrote out.png (64x43)"
    assert paints.files() == ["out.png"]


def test_two_interrupts_before_the_first_step(paints: Paints) -> None:
    code, err = paints(before=at(1, raising(KeyboardInterrupt())))
    assert code == 130
    assert err.splitlines()[-1] == "nst_core: stopped before the first step: nothing was made"
    assert paints.files() == []


def test_an_interrupt_does_not_lose_the_picture_that_is_being_saved(paints: Paints) -> None:
    from nst_core.images.saving import save_image

    def save_impatiently(image: torch.Tensor, path: Path, **options: Any) -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        save_image(image, path, **options)

    paints.monkeypatch.setattr("nst_core.images.saving.save_image", save_impatiently)
    code, _ = paints(before=at(6, raising(KeyboardInterrupt())))
    assert code == 130
    assert paints.level() == 5


def test_a_second_interrupt_just_before_the_picture_is_saved(paints: Paints) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    paints.monkeypatch.setattr("nst_core.cli.results.Results.interrupted", interrupted)
    code, _ = paints(before=at(5, lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert (code, paints.level()) == (130, 5)


def test_a_run_on_a_thread_leaves_signals_alone(paints: Paints) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(paints()[0]))
    thread.start()
    thread.join()
    assert codes == [0]


def test_a_closed_terminal_may_say_so_often(paints: Paints) -> None:
    def often() -> None:
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)

    code, _ = paints(before=at(5, often))
    assert (code, paints.level()) == (130, 5)
    assert paints.files() == ["out.png", "out.png.state"]


def test_under_nohup_it_is_not_heard(paints: Paints) -> None:
    earlier = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        code, _ = paints(before=at(5, lambda: os.kill(os.getpid(), signal.SIGHUP)))
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, earlier)
    assert (code, paints.level()) == (0, 8)


def test_a_request_that_raised_nothing_ends_the_first_step() -> None:
    earlier = Stop(requested=True)
    with graceful(earlier) as stop:
        assert stop.requested
    assert not earlier.requested


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_before_the_first_step_there_is_nothing_to_keep(number: signal.Signals) -> None:
    with interruptible() as stop, pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    assert stop.requested
